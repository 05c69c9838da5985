"""Decisions that change the tree: what became of which unit, and how to take it back."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.models.accounts import Role, User
from members.models.committees import Committee
from members.models.journals import JournalRow
from members.scopes import within
from party76.shared.models import Versioned
from party76.spreadsheets.models import ImportRun


class Operation(models.TextChoices):
    MERGE = "merge", "Hợp nhất"
    ABSORB = "absorb", "Sáp nhập"
    SPLIT = "split", "Chia, tách"
    RENAME = "rename", "Đổi tên"
    TRANSFER = "transfer", "Chuyển giao"
    RECLASSIFY = "reclassify", "Đổi loại"
    END = "end", "Kết thúc hoạt động"
    FOUND = "found", "Thành lập mới"
    UNCHANGED = "unchanged", "Giữ nguyên"


class Part(models.TextChoices):
    WHOLE = "whole", "Toàn bộ"
    PART = "part", "Một phần"
    REST = "rest", "Phần còn lại"


class ReorganisationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Decisions of the user's units and of those below."""
        paths = user.paths_of(Role.DEPARTMENT, Role.INSPECTOR, Role.RESIDENCE_WARD)
        return self.filter(within("committee__path", paths))

    def done(self):
        """Carried out and not taken back."""
        return self.filter(state=self.model.State.DONE)

    def due_on(self, day: date):
        """Confirmed ahead, and their day has come."""
        return self.filter(state=self.model.State.SCHEDULED, effective_on__lte=day)


class Reorganisation(Versioned):
    """Một lần sắp xếp tổ chức: a decision with its day of effect, one or many units."""

    class State(models.TextChoices):
        DRAFT = "draft", "Đang xem trước"
        SCHEDULED = "scheduled", "Đã xác nhận, chờ đến ngày"
        DONE = "done", "Đã thực hiện"
        TAKEN_BACK = "taken_back", "Đã hoàn tác"
        CANCELLED = "cancelled", "Đã hủy"

    STEPS = {
        State.DRAFT: {State.SCHEDULED, State.DONE, State.CANCELLED},
        State.SCHEDULED: {State.DONE, State.DRAFT, State.CANCELLED},
        State.DONE: {State.TAKEN_BACK},
        State.TAKEN_BACK: set(),
        State.CANCELLED: set(),
    }

    committee = models.ForeignKey(
        Committee,
        models.PROTECT,
        related_name="reorganisations",
        verbose_name="đơn vị thực hiện",
    )
    decision_number = models.CharField("số quyết định", max_length=80, blank=True)
    decided_on = models.DateField("ngày quyết định", null=True, blank=True)
    effective_on = models.DateField("ngày hiệu lực")
    title = models.CharField("nội dung", max_length=300, blank=True)
    # The list it came from; purged of its table some day, the rest stays.
    run = models.OneToOneField(
        ImportRun, models.SET_NULL, null=True, related_name="reorganisation"
    )
    state = models.CharField(
        "tình trạng", max_length=12, choices=State, default=State.DRAFT
    )
    counts = models.JSONField("số liệu", default=dict)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Confirmed ahead: by whom, and a mark of what was shown then.
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_mark = models.CharField(max_length=32, blank=True, editable=False)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True, editable=False)
    taken_back_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True, editable=False)
    reason = models.CharField("lý do hoàn tác", max_length=300, blank=True)

    objects = ReorganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "scheduled", "cancelled"])
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="reorganisation_done_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state="taken_back")
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="reorganisation_taken_back_says_when_and_by_whom",
            ),
        ]
        indexes = [
            models.Index(fields=["effective_on", "state"], name="reorganisation_by_day")
        ]

    def __str__(self):
        return self.decision_words

    @property
    def decision_words(self) -> str:
        """Quyết định số 12-QĐ/TU ngày 16/06/2025, as much as is known."""
        number = f"số {self.decision_number}" if self.decision_number else "chưa rõ số"
        day = f" ngày {self.decided_on:%d/%m/%Y}" if self.decided_on else ""
        is_resolution = "NQ" in self.decision_number.upper()
        return f"{'Nghị quyết' if is_resolution else 'Quyết định'} {number}{day}"

    @property
    def label(self) -> str:
        """The decision by its number, or by what it does while that is not known."""
        return self.decision_words if self.decision_number else self.title or str(self)

    @property
    def sublabel(self) -> str:
        """Its own words, where the label is the number."""
        return self.title if self.decision_number else ""

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.DRAFT, self.State.SCHEDULED}

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE


class Succession(models.Model):
    """One old unit, or a part of it, going on as one new unit from a day.

    Old is empty where the unit was never kept here, new where nobody followed; the
    names are those of the decision. Only decisions in force have such rows.
    """

    reorganisation = models.ForeignKey(
        Reorganisation, models.CASCADE, related_name="successions"
    )
    effective_on = models.DateField()  # copied, so that a walk in time needs no join
    operation = models.CharField(max_length=12, choices=Operation)
    part = models.CharField(max_length=8, choices=Part, default=Part.WHOLE)
    old = models.ForeignKey(
        Committee, models.PROTECT, null=True, related_name="successions"
    )
    old_name = models.CharField(max_length=300)
    new = models.ForeignKey(
        Committee, models.PROTECT, null=True, related_name="origins"
    )
    new_name = models.CharField(max_length=200, blank=True)
    # The name in the spelling to search by: old names lead to successors.
    search_key = models.CharField(max_length=300, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(old__isnull=False) | Q(new__isnull=False),
                name="succession_has_a_side",
            ),
        ]
        indexes = [
            models.Index(fields=["effective_on"], name="succession_by_day"),
            models.Index(fields=["search_key"], name="succession_by_old_name"),
        ]

    def __str__(self):
        return f"{self.old_name} → {self.new_name or '–'}"


class ReorganisationJournal(JournalRow):
    """The rows of one table that a reorganisation wrote, and what they were before."""

    reorganisation = models.ForeignKey(
        Reorganisation, models.CASCADE, related_name="journal"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reorganisation", "table"],
                name="one_journal_per_reorganisation_and_table",
            )
        ]
