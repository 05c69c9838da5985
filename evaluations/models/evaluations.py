"""The yearly row of each registration, its stages, its comment."""

from django.db import models
from django.db.models import F, Q

from evaluations.models.rulesets import Criterion, Form, Option, RatingYear, Tier
from members.models import Committee, Member, Registration, Role, Sector
from members.models.registrations import at_residence
from members.scopes import within
from party76.shared.models import Versioned


class SheetQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Sheets of the user's residence units and below."""
        paths = user.paths_of(
            Role.RESIDENCE_WARD,
            Role.RESIDENCE_CELL,
            Role.DEPARTMENT,
            Role.INSPECTOR,
        )
        return self.filter(at_residence(paths))

    def for_list(self):
        """With the units and the year, in the order of the tree."""
        return self.select_related("ward", "cell", "rating_year__rule_set").order_by(
            "ward__path", F("cell__path").asc(nulls_last=True), "pk"
        )


class Sheet(Versioned):
    """Bảng nhận xét of one cell, or of a ward's members without a cell."""

    rating_year = models.ForeignKey(RatingYear, models.PROTECT, related_name="sheets")
    ward = models.ForeignKey(Committee, models.PROTECT, related_name="ward_sheets")
    cell = models.ForeignKey(
        Committee, models.PROTECT, null=True, related_name="sheets"
    )

    objects = SheetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rating_year", "cell"], name="one_sheet_per_cell_and_year"
            ),
            models.UniqueConstraint(
                fields=["rating_year", "ward"],
                condition=Q(cell=None),
                name="one_sheet_of_members_without_cell",
            ),
        ]

    def __str__(self):
        return f"Bảng nhận xét đảng viên năm {self.rating_year.year}"

    @property
    def place(self) -> Committee:
        return self.cell or self.ward


class EvaluationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Rows a user may read; drafts are the residence's alone (design 5).

        Ward and cell: every row they write. Workplace, department, inspector, and
        whoever received the member later: rows that were returned, locked, or
        settled by an exemption.
        """
        residence = user.paths_of(Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
        workplace = user.paths_of(Role.WORKPLACE)
        above = user.paths_of(Role.DEPARTMENT, Role.INSPECTOR)
        stays = Registration.objects.filter(
            at_residence([*residence, *above])
            | within("workplace__path", [*workplace, *above])
        )
        others = (
            at_residence(above)
            | within("workplace__path", [*workplace, *above])
            | Q(registration__in=stays.values("pk"))
        )
        return self.filter(at_residence(residence) | (others & _READ_BY_OTHERS))

    def for_page(self):
        """With everything one person's page and paper show."""
        return self.select_related(
            "rating_year__rule_set",
            "sheet__rating_year__rule_set",
            "registration",
            "member",
            "ward",
            "cell",
            "workplace",
            "tier",
            "comment",
            "corrects__tier",
        ).prefetch_related("comment__answers__criterion", "comment__answers__option")

    def current(self):
        """Rows that no correction has replaced."""
        return self.filter(is_current=True)

    def returned(self):
        """Rows whose result has left the residence: what others may count."""
        return self.filter(_READ_BY_OTHERS)


# An exemption is a fact of the stay, not a draft of anybody's judgement.
_READ_BY_OTHERS = Q(state__in=["returned", "locked"]) | Q(outcome="exempt")


class Evaluation(Versioned):
    """A registration's row of a year; cell, ward, workplace as of the reference day."""

    class Outcome(models.TextChoices):
        UNDECIDED = "undecided", "Chưa nhận xét"
        COMMENTED = "commented", "Đã nhận xét"
        RATED = "rated", "Đã xếp loại"
        NOT_RATED = "not_rated", "Không nhận xét (có lý do)"
        EXEMPT = "exempt", "Được miễn sinh hoạt, không nhận xét hằng năm"
        ELSEWHERE = "elsewhere", "Nơi cư trú khác nhận xét"

    class State(models.TextChoices):
        DRAFT = "draft", "Đang soạn"
        PROPOSED = "proposed", "Chi ủy đã đề xuất"
        CONFIRMED = "confirmed", "Đảng ủy đã xác nhận"
        RETURNED = "returned", "Đã trả về nơi công tác"
        LOCKED = "locked", "Đã khóa"

    STEPS = {
        State.DRAFT: {State.PROPOSED},
        State.PROPOSED: {State.CONFIRMED, State.DRAFT},
        State.CONFIRMED: {State.RETURNED, State.DRAFT},
        # What the workplace has read is mended by a correction, in sight of all.
        State.RETURNED: {State.LOCKED},
        State.LOCKED: set(),
    }

    rating_year = models.ForeignKey(
        RatingYear, models.PROTECT, related_name="evaluations"
    )
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="evaluations")
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="evaluations"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="evaluations")
    ward = models.ForeignKey(Committee, models.PROTECT, related_name="+")
    cell = models.ForeignKey(Committee, models.PROTECT, null=True, related_name="+")
    workplace = models.ForeignKey(Committee, models.PROTECT, related_name="+")
    sector = models.CharField(max_length=20, choices=Sector)
    outside_city = models.BooleanField(default=False)
    # Received on the reference day; False for those rated who ended before it.
    on_roll = models.BooleanField(default=True)
    outcome = models.CharField(
        "kết quả", max_length=12, choices=Outcome, default=Outcome.UNDECIDED
    )
    reason = models.CharField("lý do", max_length=300, blank=True)
    tier = models.ForeignKey(
        Tier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="mức",
    )
    suggested_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="+"
    )
    departure_reason = models.CharField(
        "lý do khác mức gợi ý", max_length=300, blank=True
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    is_current = models.BooleanField(default=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "rating_year"],
                condition=Q(is_current=True),
                name="one_current_evaluation_per_registration_and_year",
            ),
            models.UniqueConstraint(
                fields=["member", "rating_year"],
                condition=Q(is_current=True, tier__isnull=False),
                name="one_tier_per_member_and_year",
            ),
            models.CheckConstraint(
                condition=Q(outcome="rated", tier__isnull=False)
                | (~Q(outcome="rated") & Q(tier=None)),
                name="rated_evaluation_has_a_tier",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["not_rated", "elsewhere"]) | ~Q(reason=""),
                name="evaluation_left_out_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(outcome="undecided"),
                name="undecided_evaluation_stays_a_draft",
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(corrects=F("id")),
                name="evaluation_does_not_correct_itself",
            ),
        ]
        indexes = [
            # The yearly summary reads this index alone.
            models.Index(
                fields=[
                    "rating_year",
                    "is_current",
                    "ward",
                    "cell",
                    "outcome",
                    "tier",
                    "on_roll",
                    "outside_city",
                    "state",
                ],
                name="evaluation_for_summary",
            ),
            models.Index(
                fields=["workplace", "rating_year"], name="evaluation_by_workplace"
            ),
            models.Index(fields=["sheet", "state"], name="evaluation_by_sheet"),
        ]

    def __str__(self):
        return f"{self.member} {self.rating_year.year}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_exempt(self) -> bool:
        return self.outcome == self.Outcome.EXEMPT

    @property
    def is_commented(self) -> bool:
        return self.outcome in {self.Outcome.COMMENTED, self.Outcome.RATED}

    @property
    def is_returned(self) -> bool:
        return self.state in {self.State.RETURNED, self.State.LOCKED}

    @property
    def result(self) -> str:
        """The result in words, as lists and papers show it."""
        if self.tier_id:
            return str(self.tier)
        return str(self.get_outcome_display())


class EvaluationStep(models.Model):
    """One stage, for ever: what was decided, by whom, and who typed it."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="steps")
    at = models.DateTimeField(auto_now_add=True)
    from_state = models.CharField(max_length=10, choices=Evaluation.State)
    to_state = models.CharField(max_length=10, choices=Evaluation.State)
    outcome = models.CharField(max_length=12, choices=Evaluation.Outcome)
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, related_name="+")
    comment = models.TextField(blank=True)
    # {item's position: box's position} as they were decided at this stage.
    answers = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    decided_by_name = models.CharField("người quyết định", max_length=80)
    decided_by_post = models.CharField("chức vụ", max_length=120, blank=True)
    decided_on = models.DateField("ngày quyết định")
    entered_by = models.ForeignKey("members.User", models.PROTECT, related_name="+")
    from_signed_paper = models.BooleanField(
        "nhập thay theo bản giấy đã ký", default=False
    )

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"


class Comment(Versioned):
    """Phiếu nhận xét of a year's evaluation: items, free words, proposal."""

    evaluation = models.OneToOneField(
        Evaluation, models.CASCADE, related_name="comment"
    )
    form = models.ForeignKey(Form, models.PROTECT, null=True, related_name="+")
    text = models.TextField("nhận xét", max_length=1000, blank=True)
    consulted_on = models.DateField(
        "ngày thống nhất với Ban công tác Mặt trận", null=True, blank=True
    )
    consulted_with = models.CharField("thống nhất với", max_length=200, blank=True)

    def __str__(self):
        return self.text[:40]


class Answer(models.Model):
    """The box chosen for one item of a comment."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="answers")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    option = models.ForeignKey(Option, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "criterion"], name="one_answer_per_item"
            )
        ]

    def __str__(self):
        return f"{self.criterion}: {self.option}"
