"""Quy định 76 and Quy định 213 as data, for an office to start from."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluations.models import Criterion, Form, Option, RuleSet, Tier
from members.models import Committee, User
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.numbers import Rounding


@dataclass(frozen=True)
class Item:
    """An item of a Phiếu nhận xét and its three boxes, the best first."""

    name: str
    short_name: str
    boxes: tuple[str, str, str]
    is_attendance: bool = False
    is_proposal: bool = False


COMMENT_TITLE = (
    "PHIẾU NHẬN XÉT đảng viên đang công tác thường xuyên giữ mối liên hệ "
    "với tổ chức đảng và nhân dân nơi cư trú"
)
EXEMPT_TITLE = (
    "PHIẾU NHẬN XÉT đảng viên được miễn sinh hoạt nơi cư trú (khi có yêu cầu)"
)

# As one city printed its year; whether the central text has them is not verified.
TIERS_76 = (
    ("tot", "Tốt"),
    ("kha", "Khá"),
    ("trung_binh", "Trung bình"),
    ("chua_tot", "Chưa tốt"),
)

# The boxes stand in the form text; the headings of items 5 and 6 are inferred.
ITEMS_213 = (
    Item(
        "Nêu gương về phẩm chất chính trị, đạo đức, lối sống",
        "Nêu gương",
        ("Nêu gương tốt", "Nêu gương", "Chưa nêu gương"),
    ),
    Item(
        "Thực hiện nghĩa vụ công dân; tuyên truyền chủ trương của Đảng, "
        "pháp luật của Nhà nước",
        "Nghĩa vụ công dân",
        ("Gương mẫu đi đầu", "Gương mẫu", "Chưa gương mẫu"),
    ),
    Item(
        "Tham gia các kỳ họp do cấp ủy nơi cư trú triệu tập",
        "Dự họp",
        ("Tham gia đầy đủ", "Tham gia chưa đầy đủ", "Không tham gia"),
        is_attendance=True,
    ),
    Item(
        "Giữ mối liên hệ, tham gia ý kiến với cấp ủy và nhân dân nơi cư trú",
        "Liên hệ, ý kiến",
        ("Thường xuyên, tích cực", "Thường xuyên", "Chưa thường xuyên"),
    ),
    Item(
        "Vận động nhân dân tham gia xây dựng Đảng, chính quyền",
        "Vận động nhân dân",
        ("Rất tích cực", "Tích cực", "Chưa tích cực"),
    ),
    Item(
        "Đề nghị",
        "Đề nghị",
        ("Biểu dương", "Không đề nghị", "Xem xét xử lý"),
        is_proposal=True,
    ),
)

# The headings of the exempt members' form were not seen; only its boxes were.
ITEMS_213_EXEMPT = (
    Item(
        "Nêu gương về phẩm chất chính trị, đạo đức, lối sống",
        "Nêu gương",
        ("Nêu gương tốt", "Nêu gương", "Chưa nêu gương"),
    ),
    Item(
        "Thực hiện nghĩa vụ công dân nơi cư trú",
        "Nghĩa vụ công dân",
        ("Thực hiện tốt", "Thực hiện", "Chưa thực hiện"),
    ),
    Item(
        "Thực hiện các nhiệm vụ khác của đảng viên nơi cư trú",
        "Nhiệm vụ khác",
        ("Thực hiện tốt", "Thực hiện", "Chưa thực hiện"),
    ),
)


@transaction.atomic
def create_standard_rule_sets(committee: Committee, *, by: User) -> list[RuleSet]:
    """Write Quy định 76-QĐ/TW and Quy định 213-QĐ/TW for the unit and all below.

    213 holds from the day it was signed. Raises ValidationError when the unit has
    one of them already.
    """
    if RuleSet.objects.filter(committee=committee, code__in=["76", "213"]).exists():
        raise ValidationError(f"{committee} đã có bộ quy định này.")
    rule_sets = [_create_76(committee), _create_213(committee)]
    for rule_set in rule_sets:
        record(
            Action.CREATE,
            rule_set,
            by=by,
            committee_code=committee.code,
            facts={"code": rule_set.code},
        )
    return rule_sets


def _create_76(committee: Committee) -> RuleSet:
    rule_set = RuleSet.objects.create(
        committee=committee,
        code="76",
        name="Quy định 76-QĐ/TW ngày 15-6-2000",
        valid_from=date(2000, 6, 15),
        valid_to=date(2020, 1, 2),
        decimals=2,
        rounding=Rounding.RESIDUAL_TO_LARGEST,
    )
    Tier.objects.bulk_create(
        Tier(rule_set=rule_set, code=code, name=name, position=position)
        for position, (code, name) in enumerate(TIERS_76, 1)
    )
    return rule_set


def _create_213(committee: Committee) -> RuleSet:
    rule_set = RuleSet.objects.create(
        committee=committee,
        code="213",
        name="Quy định 213-QĐ/TW ngày 02-01-2020",
        valid_from=date(2020, 1, 2),
        decimals=2,
        rounding=Rounding.RESIDUAL_TO_LARGEST,
        needs_consultation=True,
    )
    _create_form(rule_set, Form.Audience.ORDINARY, COMMENT_TITLE, ITEMS_213)
    _create_form(rule_set, Form.Audience.EXEMPT, EXEMPT_TITLE, ITEMS_213_EXEMPT)
    return rule_set


def _create_form(rule_set, audience: str, title: str, items: tuple[Item, ...]) -> None:
    form = Form.objects.create(rule_set=rule_set, audience=audience, title=title)
    for position, item in enumerate(items, 1):
        criterion = Criterion.objects.create(
            form=form,
            position=position,
            name=item.name,
            short_name=item.short_name,
            is_attendance=item.is_attendance,
            is_proposal=item.is_proposal,
        )
        Option.objects.bulk_create(
            Option(criterion=criterion, position=box, name=name)
            for box, name in enumerate(item.boxes, 1)
        )
