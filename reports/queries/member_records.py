"""What both sides keep on a member beside his stays, as far as the reader may know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q
from django.db.models.functions import ExtractYear

from evaluations.models import Evaluation
from members.models import (
    CorrectionRequest,
    DwellingCheck,
    Exemption,
    Member,
    MemberMerge,
    Placement,
    Registration,
    Role,
    User,
)
from members.permissions import Access, Part, Right, accesses, right_to
from members.queries.corrections import correction_requests, veil_requests
from members.scopes import within
from residence.models import Attendance, ContactBook, Notice, NoticeItem
from residence.permissions import reads_sealed
from residence.queries.books import books_of
from residence.queries.notices import notices_of

MEETINGS_SHOWN = 20
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)


@dataclass(frozen=True)
class Stay:
    """One stay as this user reads it; past ones without what came later."""

    registration: Registration
    is_now: bool
    reads_end: bool  # False: it left this user's units and went on elsewhere
    reads_drafts: bool  # the side that writes the letters, and those above it
    # What the cell says at a move: the residence alone, the others once it has ended.
    reads_closing_comment: bool
    kind: str
    exemptions: list[Exemption]
    placements: list[Placement]


@dataclass(frozen=True)
class AttendanceYear:
    """A year's n/N of one stay: present ÷ due at closed meetings that count."""

    year: int
    place: str
    present: int
    due: int
    last_on: date


@dataclass(frozen=True)
class NoticeLine:
    """The member's line of a notice; sealed until the workplace has opened it."""

    item: NoticeItem
    is_sealed: bool

    @property
    def notice(self) -> Notice:
        return self.item.notice

    @property
    def kind(self) -> str:
        """The colour of its state."""
        return "warning" if self.notice.is_waiting else "neutral"

    @property
    def facts(self) -> list[str]:
        if self.is_sealed:
            return []
        return [*self.item.facts, *filter(None, [self.item.note])]

    @property
    def measure(self) -> str:
        """What the workplace did about him, in words."""
        parts = [self.item.get_measure_display(), self.item.measure_text]
        return ": ".join(filter(None, parts))


@dataclass(frozen=True)
class Records:
    attendance: list[AttendanceYear]
    marks: list[Attendance]
    evaluations: list[Evaluation]
    notices: list[NoticeLine]
    books: list[ContactBook]
    checks: list[DwellingCheck]
    corrections: list[CorrectionRequest]
    merges: list[MemberMerge]
    # What earlier residences said when the member left, for whoever comments now.
    earlier_comments: list[Registration]


def records_of(
    member: Member, registrations: list[Registration], user: User, *, is_past: bool
) -> Records:
    """All of it; fetch the stays for_rights. The number of statements is constant."""
    held = _with_right(registrations, user, Part.MEETINGS, Right.AS_IT_WAS)
    checks = DwellingCheck.objects.visible_to(user).filter(registration__in=held)
    checks = checks.select_related("registration")
    merges = MemberMerge.objects.visible_to(user)
    mine = Q(kept=member) | Q(dropped=member)
    return Records(
        attendance=_attendance(registrations, user),
        marks=_marks(held, user),
        evaluations=_evaluations(member, user),
        notices=_notices(registrations, user),
        books=list(books_of(held, user)),
        checks=list(checks.order_by("-reported_on", "-pk")),
        corrections=[] if is_past else _corrections(member, user),
        merges=[] if is_past else list(merges.filter(mine).order_by("-pk")),
        earlier_comments=_earlier_comments(member, registrations, user),
    )


def _with_right(
    registrations: Iterable[Registration], user: User, part: Part, least: Right
) -> list[Registration]:
    return [stay for stay in registrations if right_to(user, stay, part) >= least]


def _attendance(registrations: list[Registration], user: User) -> list[AttendanceYear]:
    """n/N by year: the residence's own rows, and those of its time at a workplace."""
    shown = _with_right(registrations, user, Part.MEETINGS, Right.TOTALS)
    own = Attendance.objects.visible_to(user).values("pk")
    at_work = within("workplace__path", user.paths_of(Role.WORKPLACE, *_ABOVE))
    counted = (
        Attendance.objects.counted()
        .filter(Q(pk__in=own) | at_work, registration__in=shown)
        .annotate(year=ExtractYear("meeting__held_on"))
        .values("year", "ward__name", "cell__name")
        .annotate(
            due=Count("pk"),
            present=Count("pk", filter=Q(status=Attendance.Status.PRESENT)),
            last_on=Max("meeting__held_on"),
        )
        .order_by("-year", "ward__name", "cell__name")
    )
    return [
        AttendanceYear(
            year=row["year"],
            place=row["cell__name"] or row["ward__name"],
            present=row["present"],
            due=row["due"],
            last_on=row["last_on"],
        )
        for row in counted
    ]


def _marks(held: list[Registration], user: User) -> list[Attendance]:
    """The marks themselves: for the residence that held the meeting, and above."""
    rows = Attendance.objects.visible_to(user).filter(registration__in=held)
    rows = rows.select_related("meeting").order_by("-meeting__held_on", "-pk")
    return list(rows[:MEETINGS_SHOWN])


def _evaluations(member: Member, user: User) -> list[Evaluation]:
    rows = Evaluation.objects.visible_to(user).current().filter(member=member)
    return list(
        rows.select_related(
            "rating_year__rule_set", "tier", "ward", "cell", "comment"
        ).order_by("-rating_year__year", "-pk")
    )


def _notices(registrations: list[Registration], user: User) -> list[NoticeLine]:
    shown = _with_right(registrations, user, Part.NOTICES, Right.AS_IT_WAS)
    items = notices_of(shown, user)
    return [NoticeLine(item, reads_sealed(user, item.notice)) for item in items]


def _corrections(member: Member, user: User) -> list[CorrectionRequest]:
    found = list(correction_requests(user).filter(member=member).order_by("-pk"))
    veil_requests(found, to=user)
    return found


def _earlier_comments(
    member: Member, registrations: list[Registration], user: User
) -> list[Registration]:
    """For the residence of today: it comments on a year that was partly spent there."""
    lives_here = any(
        Access.RESIDENCE_NOW in accesses(user, stay) and stay.is_received
        for stay in registrations
    )
    if not lives_here:
        return []
    known = [stay.pk for stay in registrations]
    left = Registration.objects.filter(
        member=member, state=Registration.State.ENDED
    ).exclude(closing_comment="")
    found = left.exclude(pk__in=known).select_related("ward")
    return list(found.order_by("-ended_on", "-pk"))
