"""The rules of a year as data: what no central text fixes is never a constant."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from members.models import Committee
from members.scopes import STEP, within
from party76.shared.models import Versioned
from party76.shared.numbers import ROUNDING_LABELS, Rounding


def _paths_above(paths) -> set[str]:
    """The paths of these units and of all units above them."""
    return {path[:end] for path in paths for end in range(STEP, len(path) + 1, STEP)}


class RuleSetQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Rule sets of the user's units, of those above them, and of those below."""
        paths = [scope.path for scope in user.scopes]
        return self.filter(
            within("committee__path", paths)
            | Q(committee__path__in=_paths_above(paths))
        )

    def for_committee(self, committee, on):
        """Rule sets of the unit or of one above it, in force on that day."""
        return self.filter(
            committee__path__in=_paths_above([committee.path]), valid_from__lte=on
        ).exclude(valid_to__lte=on)


class RuleSet(Versioned):
    """Quy định 76-QĐ/TW, Quy định 213-QĐ/TW …: of a committee and all below."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="rule_sets")
    code = models.CharField("ký hiệu", max_length=20)
    name = models.CharField("tên", max_length=200)
    valid_from = models.DateField("áp dụng từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True, blank=True)
    meetings_required = models.PositiveSmallIntegerField(
        "số kỳ họp phải tổ chức trong năm", default=2
    )
    attendance_floor = models.PositiveSmallIntegerField(
        "mức dự họp cần xem lại (%)", null=True, blank=True
    )
    small_number_limit = models.PositiveSmallIntegerField(
        "không in tỷ lệ khi dưới (người)", default=0
    )
    decimals = models.PositiveSmallIntegerField("số chữ số thập phân", default=2)
    rounding = models.CharField(
        "cách làm tròn",
        max_length=30,
        choices=[(rule.value, ROUNDING_LABELS[rule]) for rule in Rounding],
        default=Rounding.RESIDUAL_TO_LARGEST.value,
    )
    needs_consultation = models.BooleanField(
        "họp với Ban công tác Mặt trận trước khi nhận xét", default=False
    )

    objects = RuleSetQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "code", "valid_from"], name="one_rule_set_per_day"
            )
        ]

    def __str__(self):
        return self.name


class Tier(models.Model):
    """A level of the yearly rating; a rule set may have none (Quy định 213)."""

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="tiers")
    code = models.CharField(max_length=20)
    name = models.CharField("mức", max_length=60)
    position = models.PositiveSmallIntegerField()  # 1 = the best

    class Meta:
        ordering = ["rule_set", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "position"], name="one_tier_per_position"
            ),
            models.UniqueConstraint(
                fields=["rule_set", "code"], name="one_tier_per_code"
            ),
        ]

    def __str__(self):
        return self.name


class Form(models.Model):
    """Phiếu nhận xét: its items, for ordinary or for exempt members."""

    class Audience(models.TextChoices):
        ORDINARY = "ordinary", "Đảng viên thuộc diện sinh hoạt"
        EXEMPT = "exempt", "Đảng viên được miễn sinh hoạt (khi có yêu cầu)"

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="forms")
    audience = models.CharField(max_length=10, choices=Audience)
    title = models.CharField("tên phiếu", max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "audience"], name="one_form_per_audience"
            )
        ]

    def __str__(self):
        return self.title


class Criterion(models.Model):
    """An item of the form. A proposal is never averaged with anything."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    name = models.CharField("nội dung", max_length=200)
    short_name = models.CharField("tên gọi tắt", max_length=40)
    is_attendance = models.BooleanField("lấy từ điểm danh", default=False)
    is_proposal = models.BooleanField("là đề nghị", default=False)

    class Meta:
        ordering = ["form", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "position"], name="one_criterion_per_position"
            )
        ]

    def __str__(self):
        return self.name


class Option(models.Model):
    """A box of an item; position 1 is the best."""

    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField()
    name = models.CharField("ô", max_length=100)

    class Meta:
        ordering = ["criterion", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["criterion", "position"], name="one_option_per_position"
            )
        ]

    def __str__(self):
        return self.name


class RatingYearQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Years of the user's committees, of those above them, and of those below."""
        paths = [scope.path for scope in user.scopes]
        return self.filter(
            within("committee__path", paths)
            | Q(committee__path__in=_paths_above(paths))
        )


class RatingYear(Versioned):
    """Đợt nhận xét: a committee, a period, and the rules it keeps for ever."""

    class State(models.TextChoices):
        OPEN = "open", "Đang mở"
        CLOSED = "closed", "Đã khóa"

    committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="rating_years", verbose_name="đơn vị"
    )
    rule_set = models.ForeignKey(
        RuleSet, models.PROTECT, related_name="years", verbose_name="áp dụng"
    )
    year = models.PositiveSmallIntegerField("năm")
    period_from = models.DateField("từ ngày")
    period_to = models.DateField("đến trước ngày")
    reference_day = models.DateField("ngày chốt danh sách")
    propose_by = models.DateField("hạn chi ủy đề xuất", null=True, blank=True)
    confirm_by = models.DateField("hạn đảng ủy xác nhận", null=True, blank=True)
    return_by = models.DateField("hạn trả về nơi công tác", null=True, blank=True)
    uses_contact_book = models.BooleanField("dùng sổ liên hệ", default=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)

    objects = RatingYearQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "year"], name="one_rating_year_per_committee"
            ),
            models.CheckConstraint(
                condition=Q(period_to__gt=F("period_from")),
                name="rating_year_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(reference_day__gte=F("period_from"))
                & Q(reference_day__lt=F("period_to")),
                name="reference_day_lies_in_the_period",
            ),
        ]

    def __str__(self):
        return f"Nhận xét năm {self.year}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def period(self) -> tuple[date, date]:
        """First day, and the day after the last."""
        return self.period_from, self.period_to
