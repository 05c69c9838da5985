"""Reads of comment sheets: evidence, progress, what waits, results of stays."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q, QuerySet

from evaluations.models import Evaluation, EvaluationStep, RatingYear, Sheet
from members.models import Committee, Registration, Role, User
from members.models.registrations import at_residence
from members.permissions import can_run_residence
from members.queries.channels import paths_down_to
from residence.queries import NO_ATTENDANCE, AttendanceTotals, attendance_totals

_OUT, _STATE = Evaluation.Outcome, Evaluation.State


@dataclass(frozen=True)
class Evidence:
    """What the records say of one stay, beside its row on the sheet."""

    attendance: AttendanceTotals
    last_year: str  # last year's result in words, empty when there is none

    def __str__(self):
        """One line: “Dự họp 1/2 · vắng có lý do 1 · ý kiến 0 · năm trước: Tốt”."""
        totals = self.attendance
        parts = ["Chưa có kỳ họp nào tính cho năm"]
        if totals.due:
            late = f" (muộn {totals.late})" if totals.late else ""
            parts = [f"Dự họp {totals.present}/{totals.due}{late}"]
        others = [
            ("vắng có lý do", totals.excused),
            ("vắng không lý do", totals.absent),
            ("cử người dự thay", totals.represented),
            ("chưa điểm danh", totals.not_marked),
        ]
        parts += [f"{words} {number}" for words, number in others if number]
        parts.append(f"ý kiến {totals.opinions}")
        if self.last_year:
            parts.append(f"năm trước: {self.last_year}")
        return " · ".join(parts)

    @property
    def attendance_box(self) -> int | None:
        """The box of the item on attendance that the marks speak for; None: no meeting.

        1 came to every meeting, 3 to none, 2 in between.
        """
        totals = self.attendance
        if totals.due == 0:
            return None
        if totals.present == 0:
            return 3
        return 1 if totals.present == totals.due else 2


@dataclass
class Progress:
    """How far a unit, or one sheet, has come; counts only, never a draft."""

    unit: Committee
    rating_year: RatingYear
    sheet: Sheet | None = None
    sheets: int = 0
    total: int = 0
    exempt: int = 0
    undecided: int = 0  # draft, nothing chosen yet
    drafted: int = 0  # draft, something chosen
    proposed: int = 0
    confirmed: int = 0
    returned: int = 0  # returned or locked
    locked: int = 0
    late: list[str] = field(default_factory=list)

    @property
    def due(self) -> int:
        """Rows that must go through the stages."""
        return self.total - self.exempt

    @property
    def open(self) -> int:
        """Rows that have not been returned yet."""
        return self.due - self.returned

    @property
    def is_late(self) -> bool:
        return bool(self.late)

    @property
    def stage(self) -> str:
        """The state of a sheet, derived from its rows."""
        if self.due == 0:
            return "Không có người phải nhận xét"
        if self.returned == self.due:
            return "Đã trả đủ"
        if self.undecided or self.drafted:
            begun = self.due > self.undecided
            return "Đang nhận xét" if begun else "Chưa bắt đầu"
        return "Chờ xác nhận" if self.proposed else "Chờ trả về nơi công tác"

    @property
    def stage_kind(self) -> str:
        """The kind of badge of the stage (docs/ui.md)."""
        if self.is_late:
            return "danger"
        if self.due == self.returned:
            return "success"
        return "neutral" if self.due == self.undecided else "info"


def _counts(prefix: str = "") -> dict[str, Count]:
    """The counts of Progress over rows reached under the prefix."""

    def rows(**conditions) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})

    due = ~rows(outcome=_OUT.EXEMPT)
    conditions = {
        "total": Q(),
        "exempt": ~due,
        "undecided": rows(outcome=_OUT.UNDECIDED),
        "drafted": rows(state=_STATE.DRAFT) & due & ~rows(outcome=_OUT.UNDECIDED),
        "proposed": rows(state=_STATE.PROPOSED) & due,
        "confirmed": rows(state=_STATE.CONFIRMED) & due,
        "returned": rows(state__in=[_STATE.RETURNED, _STATE.LOCKED]) & due,
        "locked": rows(state=_STATE.LOCKED) & due,
    }
    current = rows(is_current=True)
    return {
        name: Count(f"{prefix}pk", filter=current & condition)
        for name, condition in conditions.items()
    }


_COUNT_NAMES = tuple(_counts())


def evidence_of(
    rating_year: RatingYear, registrations: Iterable[Registration]
) -> dict[int, Evidence]:
    """{registration id: what the records say}; an entry for each. Three queries."""
    stays = list(registrations)
    totals = attendance_totals(stays, rating_year.period)
    last = {
        row.registration_id: row.result
        for row in evaluations_of(stays).filter(
            rating_year__year=rating_year.year - 1, is_current=True
        )
    }
    return {
        stay.pk: Evidence(
            attendance=totals.get(stay.pk, NO_ATTENDANCE),
            last_year=last.get(stay.pk, ""),
        )
        for stay in stays
    }


def evaluations_of(
    registrations: QuerySet[Registration] | Iterable[Registration],
) -> QuerySet[Evaluation]:
    """Returned or locked rows of these stays, newest year first, corrected ones too.

    Narrow with visible_to(user) before showing them, and with current() where only
    what holds now is wanted.
    """
    return (
        Evaluation.objects.filter(registration__in=registrations)
        .returned()
        .select_related("rating_year__rule_set", "tier", "ward", "cell", "workplace")
        .order_by("-rating_year__year", "-pk")
    )


def evaluations_for_sheet(sheet: Sheet, user: User) -> QuerySet[Evaluation]:
    """The rows of a sheet that the user may read, in name order, exempt ones last."""
    return (
        Evaluation.objects.visible_to(user)
        .filter(sheet=sheet, is_current=True)
        .select_related(
            "registration", "member", "workplace", "tier", "comment", "corrects"
        )
        .prefetch_related("comment__answers")
        .order_by("member__sort_key", "member_id")
    )


def steps_shown_to(user: User, evaluation: Evaluation) -> list[EvaluationStep]:
    """The stages of a row, the last first; others than the residence see no drafts.

    What was proposed and sent back stays with the residence; others read the stages
    since the result last went to the workplace.
    """
    steps = list(evaluation.steps.select_related("tier", "entered_by").order_by("-pk"))
    if can_run_residence(user, evaluation.cell or evaluation.ward):
        return steps
    public = {_STATE.RETURNED, _STATE.LOCKED}
    return [step for step in steps if step.to_state in public]


def progress_of_units(
    rating_year: RatingYear, *, user: User, on: date
) -> list[Progress]:
    """One Progress per ward in the user's scope, late ones first. Three queries."""
    rows = _rows_in_scope(rating_year, user)
    counts = {row.pop("sheet__ward"): row for row in _count_by(rows, "sheet__ward")}
    sheets = dict(
        Sheet.objects.visible_to(user)
        .filter(rating_year=rating_year)
        .values_list("ward")
        .annotate(Count("pk"))
    )
    units = Committee.objects.filter(pk__in=counts).order_by("sort_key", "pk")
    found = [
        Progress(unit, rating_year, sheets=sheets.get(unit.pk, 0), **counts[unit.pk])
        for unit in units
    ]
    return _late_first(found, on)


def with_counts(sheets: QuerySet[Sheet]) -> QuerySet[Sheet]:
    """The sheets of a for_list() with what progress_of() reads."""
    counts = _counts("evaluations__")
    return sheets.annotate(**{f"n_{name}": count for name, count in counts.items()})


def progress_of(sheet: Sheet, *, on: date) -> Progress:
    """How far a sheet fetched with_counts() has come. No query."""
    counts = {name: getattr(sheet, f"n_{name}") for name in _COUNT_NAMES}
    progress = Progress(sheet.place, sheet.rating_year, sheet=sheet, sheets=1, **counts)
    progress.late = _late_stages(progress, on)
    return progress


def total_of(rating_year: RatingYear, parts: Iterable[Progress]) -> Progress:
    """The sum of several units."""
    total = Progress(rating_year.committee, rating_year)
    for part in parts:
        for name in ("sheets", *_COUNT_NAMES):
            setattr(total, name, getattr(total, name) + getattr(part, name))
    return total


def waiting_sheets(user: User, *, on: date) -> list[Progress]:
    """Sheets of open years that wait for the user's ward or cell, late ones first."""
    paths = user.paths_of(Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
    sheets = (
        Sheet.objects.for_list()
        .filter(at_residence(paths))
        .filter(rating_year__state=RatingYear.State.OPEN)
    )
    found = [progress_of(sheet, on=on) for sheet in with_counts(sheets)]
    waiting = [progress for progress in found if progress.open > 0]
    return sorted(waiting, key=lambda progress: not progress.is_late)


def uses_contact_books(paths: Iterable[str], year: int) -> dict[str, bool]:
    """{path: whether the unit there keeps contact books in a year}; one statement.

    The rating year of the unit itself or of the nearest one above it decides; where
    none is opened yet books are kept.
    """
    wanted = set(paths)
    above = {one for path in wanted for one in paths_down_to(path)}
    years = RatingYear.objects.filter(year=year, committee__path__in=above)
    said = dict(years.values_list("committee__path", "uses_contact_book"))
    found = {}
    for path in wanted:
        nearest = [said[one] for one in paths_down_to(path) if one in said]
        found[path] = nearest[-1] if nearest else True
    return found


def _rows_in_scope(rating_year: RatingYear, user: User) -> QuerySet[Evaluation]:
    return Evaluation.objects.current().filter(
        rating_year=rating_year, sheet__in=Sheet.objects.visible_to(user).values("pk")
    )


def _count_by(rows: QuerySet[Evaluation], key: str):
    return rows.order_by().values(key).annotate(**_counts())


def _late_first(found: list[Progress], on: date) -> list[Progress]:
    for progress in found:
        progress.late = _late_stages(progress, on)
    return sorted(
        found,
        key=lambda progress: (
            not progress.is_late,
            -progress.open if progress.is_late else 0,
        ),
    )


def _late_stages(progress: Progress, on: date) -> list[str]:
    """Which deadlines have passed with rows still before that stage."""
    year = progress.rating_year
    before_proposal = progress.undecided + progress.drafted
    before_confirmation = before_proposal + progress.proposed
    stages = [
        (year.propose_by, before_proposal, "đề xuất"),
        (year.confirm_by, before_confirmation, "xác nhận"),
        (year.return_by, progress.open, "trả về nơi công tác"),
    ]
    return [name for day, left, name in stages if day and day < on and left]
