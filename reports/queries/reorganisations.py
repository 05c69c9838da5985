"""What a decision would do to whom: counted from people, meetings, sheets, accounts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q

from members.models import Committee, Member, Placement, RoleAssignment
from members.queries.accounts import role_names
from members.services.reorganisations.accounts import is_wider
from members.services.reorganisations.plan import ReformPlan
from members.services.reorganisations.trial import Trial, try_out
from party76.shared.templatetags.ui import vn_number
from reports.queries.reform_years import closed_years_touched


@dataclass(frozen=True)
class PostMove:
    """A post at a unit that ends, and what becomes of it."""

    post: RoleAssignment
    role: str
    heir: str
    moves: bool
    why: str = ""  # where it cannot pass on by itself

    @property
    def may_move(self) -> bool:
        return not self.why


@dataclass(frozen=True)
class Consequences:
    """What follows the units: found by trying it out, so the numbers are those of the act.

    trial is empty where something stands in the way of it.
    """

    posts: list[PostMove]
    trial: Trial | None = None
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)  # what is done all the same

    @property
    def sentences(self) -> list[str]:
        """What happens to work under way, in words; nothing for what there is none of."""
        if self.trial is None:
            return []
        counts = self.trial.counts
        told = [(counts.get(name, 0), words) for name, words in _WORDS]
        told.insert(2, (self.trial.without_cell, "đồng chí sẽ chưa phân chi bộ"))
        return counted_words(told)


_WORDS = [
    ("stays", "đồng chí chuyển nơi sinh hoạt hoặc công tác, không phải tiếp nhận lại"),
    ("members", "đồng chí theo đơn vị công tác kế tục"),
    ("letters", "giấy giới thiệu đang chờ chuyển sang đơn vị kế tục"),
    ("meetings", "kỳ họp chưa kết thúc do đơn vị kế tục tổ chức"),
    ("drafts", "dòng nhận xét đang soạn sang bảng nhận xét của đơn vị kế tục"),
    ("requests", "đề nghị đính chính đang chờ do đơn vị kế tục trả lời"),
    ("posts_moved", "vai trò sang đơn vị kế tục"),
    ("posts_ended", "vai trò kết thúc"),
]


def counted_words(told: Iterable[tuple[int, str]]) -> list[str]:
    """“1.202 đồng chí …” for each number that is not nothing."""
    return [f"{vn_number(number)} {words}" for number, words in told if number]


def consequences(
    plan: ReformPlan, names: Mapping[int, str], *, is_clear: bool
) -> Consequences:
    """What the plan does to people and to work under way.

    names: of the units by their key in the plan, new ones too. is_clear: nothing is left
    to mend or to answer, so that it can be tried out.
    """
    posts = _posts(plan, names)
    warnings = [str(year) for year in closed_years_touched(plan)]
    if not is_clear or plan.is_empty:
        return Consequences(posts, warnings=warnings)
    try:
        return Consequences(posts, try_out(plan), warnings=warnings)
    except ValidationError as error:
        return Consequences(posts, problems=error.messages, warnings=warnings)


def people_of(units: Iterable[int]) -> Counter[int]:
    """{unit: people received there, in its cells too, or working there}; three queries."""
    keys = sorted(units)
    rows = Placement.objects.filter(valid_to=None).filter(
        Q(ward__in=keys) | Q(cell__in=keys)
    )
    found: Counter[int] = Counter()
    for name in ("ward", "cell"):
        counted = rows.filter(**{f"{name}__in": keys}).values_list(name)
        found.update(dict(counted.order_by().annotate(n=Count("*"))))
    found.update(_workers(keys))
    return found


def _workers(units: Iterable[int]) -> Counter[int]:
    members = Member.objects.filter(
        workplace__in=list(units), status=Member.Status.ACTIVE
    )
    rows = members.values_list("workplace").order_by().annotate(n=Count("*"))
    return Counter(dict(rows))


def _posts(plan: ReformPlan, names: Mapping[int, str]) -> list[PostMove]:
    posts = (
        RoleAssignment.objects.filter(committee__in=sorted(plan.heirs))
        .exclude(valid_to__lte=plan.on)
        .select_related("user", "committee")
        .order_by("committee__sort_key", "role", F("user__full_name"))
    )
    kinds = _kinds(plan)
    labels = role_names() if posts else {}
    return [_move(post, plan, names, kinds, labels[post.role]) for post in posts]


def _kinds(plan: ReformPlan) -> dict[int, str]:
    heirs = {heir for heir in plan.heirs.values() if heir is not None and heir > 0}
    kinds = dict(Committee.objects.filter(pk__in=heirs).values_list("pk", "kind"))
    return kinds | {new.key: new.kind for new in plan.new_units}


def _move(
    post: RoleAssignment,
    plan: ReformPlan,
    names: Mapping[int, str],
    kinds: Mapping[int, str],
    role: str,
) -> PostMove:
    heir = plan.heir_of(post.committee_id)
    why = ""
    if heir is None or heir == post.committee_id:
        why = "không có đơn vị kế tục"
    elif is_wider(kinds[heir], post.committee.kind):
        why = "đơn vị kế tục là cấp trên: quyền rộng hơn phải được giao riêng"
    moves = not why and post.pk not in plan.posts_to_end
    return PostMove(post, role, names.get(heir or 0, ""), moves, why)
