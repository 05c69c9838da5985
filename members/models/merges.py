"""Ghép hồ sơ: two entries of one person become one, and can be parted again."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from members.models.accounts import Role, User
from members.models.committees import Committee
from members.models.journals import JournalRow
from members.models.persons import Member
from members.scopes import within
from party76.shared.models import Versioned


class MemberMergeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Pairs of which the user's unit is a side that has its say, and those above."""
        residence = user.paths_of(Role.RESIDENCE_WARD)
        above = user.paths_of(Role.DEPARTMENT, Role.INSPECTOR)
        workplace = user.paths_of(Role.WORKPLACE)
        return self.filter(
            within("workplace__path", [*workplace, *above])
            | within("ward__path", [*residence, *above])
        )

    def open(self):
        """Pairs that wait for the word of one side."""
        return self.filter(state=self.model.State.PROPOSED)

    def waiting_for(self, user):
        """Pairs that wait for the word of the user's own side."""
        workplace = within("workplace__path", user.paths_of(Role.WORKPLACE))
        ward = within("ward__path", user.paths_of(Role.RESIDENCE_WARD))
        return self.open().filter(
            (workplace & Q(workplace_agreed_by=None)) | (ward & Q(ward_agreed_by=None))
        )


class MemberMerge(Versioned):
    """A pair of entries held to be one person: proposed, confirmed by both sides, done.

    The side on paper, or missing, has no word to give; the columns of its unit are
    empty then.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Chờ bên kia xác nhận"
        DONE = "done", "Đã ghép"
        REFUSED = "refused", "Hai người khác nhau"
        UNDONE = "undone", "Đã tách lại"

    STEPS = {
        State.PROPOSED: {State.DONE, State.REFUSED},
        State.DONE: {State.UNDONE},
        State.REFUSED: set(),
        State.UNDONE: set(),
    }

    kept = models.ForeignKey(Member, models.PROTECT, related_name="merges_kept")
    dropped = models.ForeignKey(Member, models.PROTECT, related_name="merges_dropped")
    # The two sides that must agree; empty where a side is on paper or there is none.
    workplace = models.ForeignKey(
        Committee, models.PROTECT, null=True, related_name="+"
    )
    ward = models.ForeignKey(Committee, models.PROTECT, null=True, related_name="+")
    reasons = models.JSONField("vì sao", default=list)
    state = models.CharField(
        "tình trạng", max_length=10, choices=State, default=State.PROPOSED
    )
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now, editable=False)
    workplace_agreed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+"
    )
    ward_agreed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+"
    )
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, editable=False)
    note = models.CharField("ghi chú", max_length=300, blank=True)

    objects = MemberMergeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kept=F("dropped")), name="nobody_is_merged_with_himself"
            ),
            models.UniqueConstraint(
                fields=["dropped"],
                condition=Q(state__in=["proposed", "done"]),
                name="a_member_is_merged_away_once",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(closed_at__isnull=False),
                name="closed_merge_says_when",
            ),
        ]

    def __str__(self):
        return f"{self.kept_id} ← {self.dropped_id}"


class MergeJournal(JournalRow):
    """What a merge wrote to one table, so that it can be put back."""

    merge = models.ForeignKey(MemberMerge, models.CASCADE, related_name="journal")
