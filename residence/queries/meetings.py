"""Figures on meetings, attendance and opinions, for this app and those above."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from members.models import (
    Committee,
    Exemption,
    Member,
    Placement,
    Registration,
    Role,
)
from members.models.registrations import at_residence
from members.queries.days import below_on, placed_in
from members.queries.discretion import veil
from members.scopes import within
from residence.models import Attendance, Meeting, Opinion

# [first day, day after the last): half-open, as everywhere.
Period = tuple[date, date]
S = Attendance.Status
RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
READERS = (*RESIDENCE, Role.DEPARTMENT, Role.INSPECTOR)


@dataclass(frozen=True)
class AttendanceTotals:
    """Attendance of one stay; present ÷ due is shown as n/N (design 4.2)."""

    due: int = 0
    present: int = 0
    late: int = 0
    excused: int = 0
    absent: int = 0
    represented: int = 0
    not_marked: int = 0
    opinions: int = 0


def attendance_totals(
    registrations: QuerySet[Registration] | Iterable[Registration], period: Period
) -> dict[int, AttendanceTotals]:
    """{registration id: totals} over closed meetings of the period that count.

    Stays without a row have no entry; use NO_ATTENDANCE. Two queries.
    """
    rows = Attendance.objects.counted().filter(
        _of_period("meeting__", period), registration__in=_keys(registrations)
    )
    totals = _totals_by(rows, "registration")
    for row in _opinion_counts(registrations, period):
        known = totals.get(row["registration"], NO_ATTENDANCE)
        totals[row["registration"]] = replace(known, opinions=row["number"])
    return totals


NO_ATTENDANCE = AttendanceTotals()


def meetings_held(
    committees: QuerySet[Committee] | Iterable[Committee], period: Period
) -> dict[int, int]:
    """{committee id: closed meetings of the period that count}; 0 has no entry."""
    rows = (
        Meeting.objects.filter(
            _of_period("", period),
            committee__in=_keys(committees),
            state=Meeting.State.CLOSED,
            counts=True,
        )
        .values("committee")
        .annotate(number=Count("pk"))
    )
    return {row["committee"]: row["number"] for row in rows.order_by()}


def attendance_history(
    registrations: QuerySet[Registration] | Iterable[Registration],
) -> QuerySet[Attendance]:
    """Rows of meetings that began, newest first, with meeting and its unit."""
    return (
        Attendance.objects.filter(
            registration__in=_keys(registrations),
            meeting__state__in=[Meeting.State.OPEN, Meeting.State.CLOSED],
        )
        .select_related("meeting__committee")
        .order_by("-meeting__held_on", "-meeting_id", "number")
    )


def due_at(committee: Committee, day: date) -> QuerySet[Placement]:
    """Placements of everybody due there on that day, in sheet order (design 4.1).

    Placed at the unit, or below it on that day; received, not exempt, not dead; by cell, then in
    Vietnamese name order; those without a cell last.
    """
    exempt = Exemption.objects.in_force_on(day).values("registration")
    # A death not yet written into the stay counts at once.
    dead = Q(registration__member__status=Member.Status.DEAD) & Q(
        registration__ended_on=None
    )
    return (
        Placement.objects.on(day)
        .filter(placed_in(below_on(committee, day)))
        .filter(registration__in=Registration.objects.received_on_day(day))
        .exclude(registration__in=exempt)
        .exclude(dead)
        .select_related("registration__member")
        .order_by(
            F("cell__sort_key").asc(nulls_last=True),
            "cell_id",
            "registration__member__sort_key",
            "registration__member_id",
        )
    )


def counts_of(rows: QuerySet[Attendance]) -> AttendanceTotals:
    """Marks of the due among these rows of a meeting. One query."""
    return AttendanceTotals(**rows.aggregate(**_STATUS_COUNTS))


def counts_by_meeting(
    rows: QuerySet[Attendance], meetings: Iterable[Meeting]
) -> dict[int, AttendanceTotals]:
    """{meeting id: marks of the due} over rows the user may see. One query."""
    found = rows.filter(meeting__in=_keys(meetings))
    return _totals_by(found, "meeting")


def meetings_to_run(user, on: date) -> QuerySet[Meeting]:
    """Meetings that wait for this user: under way, or planned for a day reached."""
    waiting = Q(state=Meeting.State.OPEN) | Q(
        state__in=[Meeting.State.PLANNED, Meeting.State.LISTED], held_on__lte=on
    )
    return (
        Meeting.objects.filter(within("committee__path", user.paths_of(*RESIDENCE)))
        .filter(waiting)
        .select_related("committee")
        .order_by("held_on", "id")
    )


def _totals_by(rows: QuerySet, key: str) -> dict[int, AttendanceTotals]:
    counted = rows.order_by().values_list(key).annotate(**_STATUS_COUNTS)
    return {
        thing: AttendanceTotals(**dict(zip(_STATUS_COUNTS, counts, strict=True)))
        for thing, *counts in counted
    }


def meeting_years(meetings: QuerySet[Meeting]) -> list[int]:
    """Years in which these meetings fall, the latest first."""
    days = meetings.order_by().dates("held_on", "year", order="DESC")
    return [day.year for day in days]


def opinion_years(opinions: QuerySet[Opinion]) -> list[int]:
    """Years in which these opinions were given, the latest first."""
    days = opinions.order_by().dates("given_on", "year", order="DESC")
    return [day.year for day in days]


def people_living_in(user, text: str) -> list[Registration]:
    """Received stays in the user's residence units whose member's name has the text.

    With or without marks, in Vietnamese order, the first fifty.
    """
    stays = (
        Registration.objects.filter(at_residence(user.paths_of(*RESIDENCE)))
        .filter(state=Registration.State.RECEIVED)
        .filter(member__in=Member.objects.search(text).values("pk"))
        .select_related("member", "cell", "workplace")
        .order_by("member__sort_key", "pk")
    )[:50]
    found = list(stays)
    veil(found, to=user)
    return found


def meeting_gaps(
    meeting: Meeting, counts: AttendanceTotals, opinions: int
) -> list[str]:
    """What the record of a meeting still lacks, each a sentence."""
    expected: list[tuple[object, str]] = [
        (meeting.chair, "Chưa ghi người chủ trì."),
        (meeting.agenda, "Chưa có nội dung, chương trình."),
    ]
    if meeting.state in {Meeting.State.OPEN, Meeting.State.CLOSED}:
        expected += [
            (meeting.local_report, "Chưa ghi thông báo tình hình địa phương."),
            (meeting.conclusions, "Chưa có kết luận."),
            (opinions, "Chưa ghi ý kiến nào của đảng viên."),
        ]
    gaps = [sentence for value, sentence in expected if not value]
    if counts.not_marked:
        gaps.append(f"Còn {counts.not_marked} đồng chí chưa điểm danh.")
    return gaps


def _opinion_counts(registrations, period: Period):
    first, end = period
    return (
        Opinion.objects.filter(
            registration__in=_keys(registrations),
            given_on__gte=first,
            given_on__lt=end,
        )
        .values("registration")
        .annotate(number=Count("pk"))
        .order_by()
    )


def _of_period(prefix: str, period: Period) -> Q:
    # A meeting belongs to the period in which the half-year it serves begins.
    first, end = period
    return Q(**{f"{prefix}period_from__gte": first, f"{prefix}period_from__lt": end})


def _keys(things):
    """A queryset stays a subquery; anything else becomes a list of keys."""
    if isinstance(things, QuerySet):
        return things.values("pk")
    return [thing.pk for thing in things]


def _number_of(**condition) -> Count:
    return Count("pk", filter=Q(is_due=True, **condition))


_STATUS_COUNTS = {
    "due": _number_of(),
    "present": _number_of(status=S.PRESENT),
    "late": _number_of(is_late=True),
    "excused": _number_of(status=S.EXCUSED),
    "absent": _number_of(status=S.ABSENT),
    "represented": _number_of(status=S.REPRESENTED),
    "not_marked": _number_of(status=S.NOT_MARKED),
}


def unclear_representatives(meeting: Meeting) -> list[Attendance]:
    """Represented rows that do not yet say who came: nobody named, a name without
    relation, or somebody on the list who was not present himself."""
    missing = Q(represented_by=None) & (
        Q(represented_by_name="") | Q(representative_relation="")
    )
    absent = Q(represented_by__isnull=False) & ~Q(represented_by__status=S.PRESENT)
    return list(
        meeting.attendances.filter(missing | absent, status=S.REPRESENTED)
        .select_related("member", "represented_by__member")
        .order_by("number")
    )
