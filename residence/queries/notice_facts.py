"""What the records say of a person, in the sentences that a notice carries."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from members.models import Registration
from residence.models import Attendance, ContactBook, Meeting, Notice
from residence.periods import half_year, period_label
from residence.queries.meetings import (
    NO_ATTENDANCE,
    AttendanceTotals,
    Period,
    attendance_totals,
)

S = Attendance.Status
_MISSED = {
    S.ABSENT: "vắng không lý do",
    S.EXCUSED: "vắng có lý do",
    S.REPRESENTED: "cử người dự thay, không tính có mặt",
}
_NEW_YEAR = (1, 1)


def recent_period(on: date) -> Period:
    """The half-year of a day and the one before: two meetings running lie in it."""
    first, end = half_year(on)
    before = date(first.year, 1, 1) if first.month > 1 else date(first.year - 1, 7, 1)
    return before, end


def period_words(period: Period) -> str:
    """“6 tháng đầu năm 2026”, “năm 2026”, or the two days of anything else."""
    first, end = period
    is_year = (first.month, first.day) == (end.month, end.day) == _NEW_YEAR
    if is_year and end.year == first.year + 1:
        return f"năm {first.year}"
    if half_year(first) == period:
        return period_label(*period)
    middle = half_year(first)[1]
    if half_year(middle) == (middle, end):
        return f"{period_label(first, middle)} và {period_label(middle, end)}"
    return period_label(*period)


def facts_of(
    kind: str, stays: Iterable[Registration], period: Period
) -> dict[int, list[str]]:
    """{registration id: sentences} for a notice of that kind; at most two statements.

    What the ward sees for itself (a duty neglected) is in no record: no sentence.
    """
    stays = list(stays)
    if kind == Notice.Kind.ABSENCE:
        return absence_facts(stays, period)
    if kind == Notice.Kind.BOOK:
        return book_facts(stays, period[0].year)
    if kind == Notice.Kind.COMMENDATION:
        return merit_facts(stays, period)
    return {}


def absence_facts(
    stays: Iterable[Registration], period: Period
) -> dict[int, list[str]]:
    """Each closed meeting that was missed, and n/N of the period; one statement."""
    rows = defaultdict(list)
    for row in counted_rows(stays, period):
        rows[row.registration_id].append(row)
    found = {}
    for key, own in rows.items():
        missed = [_missed(row) for row in own if row.status in _MISSED]
        present = sum(row.status == S.PRESENT for row in own)
        totals = AttendanceTotals(due=len(own), present=present)
        found[key] = [*missed, _came(totals, period)]
    return found


def book_facts(stays: Iterable[Registration], year: int) -> dict[int, list[str]]:
    """Since when the book of the year waits; one statement."""
    books = ContactBook.objects.waiting().filter(
        registration__in=[stay.pk for stay in stays], year=year
    )
    return {book.registration_id: [_waits(book)] for book in books}


def merit_facts(stays: Iterable[Registration], period: Period) -> dict[int, list[str]]:
    """n/N of the period and the number of opinions given; two statements."""
    stays = list(stays)
    totals = attendance_totals(stays, period)
    return {
        stay.pk: _merits(totals.get(stay.pk, NO_ATTENDANCE), period) for stay in stays
    }


def counted_rows(stays: Iterable[Registration], period: Period) -> list[Attendance]:
    """Rows of closed meetings that count in the period, the first meeting first."""
    rows = Attendance.objects.counted().filter(
        registration__in=[stay.pk for stay in stays],
        meeting__period_from__gte=period[0],
        meeting__period_from__lt=period[1],
    )
    return list(
        rows.select_related("meeting").order_by("meeting__held_on", "meeting_id")
    )


def _missed(row: Attendance) -> str:
    meeting: Meeting = row.meeting
    return f"{meeting.title}, ngày {meeting.held_on:%d/%m/%Y}: {_MISSED[S(row.status)]}"


def _came(totals: AttendanceTotals, period: Period) -> str:
    return f"Dự {totals.present}/{totals.due} kỳ họp {period_words(period)}"


def _waits(book: ContactBook) -> str:
    number = f" số {book.number}" if book.number else ""
    return (
        f"Sổ liên hệ năm {book.year}{number}, cấp từ ngày {book.issued_on:%d/%m/%Y}, "
        "chưa nhận"
    )


def _merits(totals: AttendanceTotals, period: Period) -> list[str]:
    if not totals.due:
        return []
    found = [_came(totals, period)]
    if totals.opinions:
        found.append(f"Có {totals.opinions} ý kiến đóng góp {period_words(period)}")
    return found
