"""Đối chiếu: the sums that must close for each unit, and what keeps them from it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from evaluations.models import RatingYear
from members.models import Committee
from party76.shared.numbers import may_be_swapped_digits
from reports.queries import figures
from reports.queries.places import Place
from reports.queries.standing import WRITTEN
from reports.queries.summary import Figures, Line, Summary, empty_line, summary


@dataclass(frozen=True)
class Balance:
    """Both sums of one unit (design 4.4); every term is counted for itself."""

    line: Line
    at_start: int
    received_in_period: int
    ended_in_period: int
    moved_in: int
    moved_out: int
    moved_inside: int  # between the units below; part of neither side
    without_row: int
    without_place: int

    @property
    def name(self) -> str:
        return self.line.name

    @property
    def unit_id(self) -> int | None:
        return self.line.unit_id

    @property
    def figures(self) -> Figures:
        return self.line.figures

    @property
    def expected_at_end(self) -> int:
        return (
            self.at_start
            + self.received_in_period
            - self.ended_in_period
            + self.moved_in
            - self.moved_out
        )

    @property
    def roll_gap(self) -> int:
        """What is missing between the start, the moves and the end: 0 when it closes."""
        return self.figures.received - self.expected_at_end

    @property
    def expected_assessed(self) -> int:
        counted = self.figures
        return (
            counted.received
            - counted.exempt
            - counted.not_rated
            - counted.elsewhere
            - counted.undecided
            - self.without_row
            + self.without_place
            + counted.ended_assessed
        )

    @property
    def assessed_gap(self) -> int:
        return self.figures.assessed - self.expected_assessed

    @property
    def closes(self) -> bool:
        return self.roll_gap == 0 and self.assessed_gap == 0

    @property
    def is_complete(self) -> bool:
        """Closes, and everybody received has exactly one row where he stands."""
        return self.closes and not (self.without_row or self.without_place)


@dataclass(frozen=True)
class Reconciliation:
    summary: Summary
    total: Balance
    units: tuple[Balance, ...]

    @property
    def every_unit(self) -> tuple[Balance, ...]:
        return (self.total, *self.units)


@dataclass(frozen=True)
class PrintedTotal:
    """A total read on paper beside the one counted, and what may explain the gap."""

    printed: int
    counted: int
    label: str

    @property
    def gap(self) -> int:
        return self.counted - self.printed

    @property
    def may_be_swapped(self) -> bool:
        return may_be_swapped_digits(self.printed, self.counted)


def reconcile(
    unit: Committee,
    year: RatingYear,
    *,
    structure_day: date | None = None,
    ground_year: RatingYear | None = None,
) -> Reconciliation:
    """Both sums for a unit and each unit below it; ten queries, however many units.

    Under the units of a later day a move between two units that are one by then is
    no move.
    """
    found = summary(unit, year, structure_day=structure_day, ground_year=ground_year)
    place = found.place
    counts = {
        "at_start": _per_line(
            place, figures.rows_behind(figures.AT_START, place, year)
        ),
        "received_in_period": _per_line(
            place, figures.rows_behind(figures.RECEIVED_IN_PERIOD, place, year)
        ),
        "ended_in_period": _per_line(
            place, figures.rows_behind(figures.ENDED_IN_PERIOD, place, year)
        ),
        "without_row": _per_line(
            place, figures.rows_behind(figures.WITHOUT_ROW, place, year)
        ),
        "without_place": _per_line(
            place, figures.rows_behind(figures.WITHOUT_PLACE, place, year)
        ),
    }
    moved = _moves(place, year)
    return Reconciliation(
        summary=found,
        total=_total(found, counts, moved),
        units=tuple(
            _unit(line, counts, moved)
            for line in (*found.lines, *_only_moved(found, counts, moved))
        ),
    )


def _only_moved(
    found: Summary, counts: dict[str, Counter], moved: "_Moves"
) -> list[Line]:
    """Lines that only people who came and went belong to; the summary has none."""
    if not found.lines:
        return []
    touched = set(moved.came) | set(moved.left)
    for counted in counts.values():
        touched |= set(counted)
    missing = touched - {line.key for line in found.lines}
    return [empty_line(found, unit) for unit in sorted(missing, key=str)]


def compare_printed(printed: int, total: Balance) -> list[PrintedTotal]:
    """A printed total beside the received and the commented or rated."""
    return [
        PrintedTotal(printed, total.figures.assessed, "số được nhận xét"),
        PrintedTotal(printed, total.figures.received, "số được tiếp nhận"),
    ]


def _per_line(place: Place, rows: QuerySet) -> Counter:
    """{unit directly below or None: n} of rows that carry ward and cell."""
    counted: Counter = Counter()
    groups = rows.values_list(*place.columns(place.names)).annotate(n=Count("*"))
    for ward, *cell, n in groups:
        counted[place.line_of(ward, *cell or [None])] += n
    return counted


@dataclass(frozen=True)
class _Moves:
    came: Counter  # by line, from anywhere else
    left: Counter
    came_from_outside: int
    left_for_outside: int
    between_lines: int


def _moves(place: Place, year: RatingYear) -> _Moves:
    came: Counter = Counter()
    left: Counter = Counter()
    crossed_in = crossed_out = between = 0
    for (ward, cell), (next_ward, next_cell), n in _pairs(place, year):
        was_here, is_here = place.holds(ward, cell), place.holds(next_ward, next_cell)
        line, next_line = place.line_of(ward, cell), place.line_of(next_ward, next_cell)
        if was_here and is_here and line == next_line:
            continue
        if was_here:
            left[line] += n
        if is_here:
            came[next_line] += n
        between += n if was_here and is_here else 0
        crossed_in += n if is_here and not was_here else 0
        crossed_out += n if was_here and not is_here else 0
    return _Moves(came, left, crossed_in, crossed_out, between)


def _pairs(place: Place, year: RatingYear) -> Iterable[tuple]:
    """((ward, cell) left, (ward, cell) entered, n) of moves that touch the unit."""
    following = "registration__placements__"
    next_pair = [f"{following}{name}" for name in WRITTEN]
    if place.standing is not None:
        rows = figures.moves(Q(), year).values_list(
            "pk", *WRITTEN, f"{following}pk", *next_pair
        )
        spot = place.standing.of_placements.spot
        return ((spot(*row[:3]), spot(*row[3:]), 1) for row in rows)
    touching = place.condition(WRITTEN) | place.condition(WRITTEN, following)
    rows = (
        figures.moves(touching, year)
        .values_list(*WRITTEN, *next_pair)
        .annotate(n=Count("*"))
    )
    return ((row[:2], row[2:4], row[4]) for row in rows)


def _unit(line: Line, counts: dict[str, Counter], moved: _Moves) -> Balance:
    return Balance(
        line=line,
        moved_in=moved.came[line.key],
        moved_out=moved.left[line.key],
        moved_inside=0,
        **{name: counted[line.key] for name, counted in counts.items()},
    )


def _total(found: Summary, counts: dict[str, Counter], moved: _Moves) -> Balance:
    return Balance(
        line=found.total,
        moved_in=moved.came_from_outside,
        moved_out=moved.left_for_outside,
        moved_inside=moved.between_lines,
        **{name: counted.total() for name, counted in counts.items()},
    )
