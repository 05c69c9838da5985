"""When whom a unit had: the times of every stay in a unit, by placement and tree of then."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from django.db.models import Q

from members.models import Committee, CommitteePeriod, Kind, Placement

_BEFORE_ALL = date(1, 1, 1)
Span = tuple[date, date | None]  # half-open; no end: still going on


class Side(StrEnum):
    """Whose register it is; the values stand in addresses."""

    RESIDENCE = "noi-cu-tru"
    WORKPLACE = "noi-cong-tac"


@dataclass(frozen=True)
class Period:
    """From a day until before another."""

    first: date
    end: date

    def holds(self, day: date | None) -> bool:
        return day is not None and self.first <= day < self.end

    def touches(self, span: Span) -> bool:
        """A time that ended on the first day ended in this period."""
        return span[0] < self.end and (span[1] is None or span[1] >= self.first)


class Placed(NamedTuple):
    """One placement, as far as its time and its units go."""

    stay: int
    ward: int
    cell: int | None
    workplace: int
    first: date
    end: date | None
    cause: str
    received_on: date | None
    ended_on: date | None
    sort_key: str


@dataclass(frozen=True)
class Spell:
    """An unbroken time of a stay in the unit; of several placements, the last counts."""

    first: date
    end: date | None
    placed: Placed
    is_receipt: bool  # it begins with the receipt
    left_by: str  # cause of what came after; "" where it goes on or the stay ended

    @property
    def is_over(self) -> bool:
        """Ended as a stay, not only for this unit."""
        return self.end is not None and self.end == self.placed.ended_on


class UnitsBelow:
    """A unit and what stood below it, with the times; read with one query."""

    def __init__(self, unit: Committee) -> None:
        self._top = unit.pk
        self._periods: defaultdict[int, list[tuple[date, date | None, int | None]]]
        self._periods = defaultdict(list)
        self._children: defaultdict[int, set[int]] = defaultdict(set)
        rows = CommitteePeriod.objects.order_by("valid_from").values_list(
            "committee_id", "valid_from", "valid_to", "parent_id"
        )
        for key, first, end, parent in rows:
            # What was typed in of years before a unit was kept here is its own too.
            begin = first if key in self._periods else _BEFORE_ALL
            self._periods[key].append((begin, end, parent))
            if parent is not None:
                self._children[parent].add(key)
        self.spans = cache(self._spans)

    def keys(self) -> set[int]:
        """The unit and everything that stood below it at any time."""
        found: set[int] = set()
        waiting = [self._top]
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self._children[key]
        return found

    def _spans(self, key: int) -> list[Span]:
        """The times in which the unit with this key stood at or below the top one."""
        if key == self._top:
            return [(_BEFORE_ALL, None)]
        found: list[Span] = []
        for first, end, parent in self._periods[key]:
            if parent is not None:
                found += clipped((first, end), self.spans(parent))
        return found


@dataclass(frozen=True)
class _Reach:
    """Which placements are a unit's, on one of its sides."""

    unit: Committee
    side: Side
    below: UnitsBelow | None

    def condition(self) -> Q:
        if self.below is None:
            return Q(ward=self.unit)
        keys = self.below.keys()
        if self.side is Side.WORKPLACE:
            return Q(workplace__in=keys)
        return Q(ward__in=keys) | Q(cell__in=keys)

    def times(self, placed: Placed) -> list[Span]:
        """The parts of a placement in which it was the unit's."""
        whole = (placed.first, placed.end)
        if self.below is None:
            return [whole] if placed.ward == self.unit.pk else []
        times = clipped(whole, self._spans(placed, self.below))
        return [one for one in times if one[0] != one[1] or placed.first == placed.end]

    def _spans(self, placed: Placed, below: UnitsBelow) -> list[Span]:
        """When the unit of a placement stood below: above the wards the ward, with or
        without a cell; below them the cell."""
        if self.side is Side.WORKPLACE:
            return below.spans(placed.workplace)
        in_cell = below.spans(placed.cell) if placed.cell is not None else []
        return below.spans(placed.ward) or in_cell


def units_below(unit: Committee, side: Side) -> UnitsBelow | None:
    """The tree below a unit in time; None for a ward at its residence side, which every
    placement names itself."""
    is_whole_ward = side is Side.RESIDENCE and unit.kind == Kind.WARD
    return None if is_whole_ward else UnitsBelow(unit)


def spells_by_stay(
    unit: Committee, side: Side, period: Period, below: UnitsBelow | None
) -> dict[int, list[Spell]]:
    """{stay: its times in the unit that touch the period}; one statement."""
    reach = _Reach(unit, side, below)
    found: dict[int, list[Spell]] = {}
    for placed in _by_stay(reach.condition(), period):
        spells = [one for one in _spells(placed, reach) if _in(one, period)]
        if spells:
            found[placed[0].stay] = spells
    return found


def clipped(span: Span, spans: Iterable[Span]) -> list[Span]:
    """The parts of a time that lie within others."""
    found = []
    for first, end in spans:
        begin = max(span[0], first)
        stop = min((day for day in (span[1], end) if day is not None), default=None)
        if stop is None or begin <= stop:
            found.append((begin, stop))
    return found


def _in(spell: Spell, period: Period) -> bool:
    return period.touches((spell.first, spell.end))


def _by_stay(condition: Q, period: Period) -> list[list[Placed]]:
    touching = Placement.objects.filter(condition, valid_from__lt=period.end).exclude(
        valid_to__lt=period.first
    )
    rows = Placement.objects.filter(
        registration__in=touching.values("registration")
    ).order_by("registration_id", "valid_from", "pk")
    stays: defaultdict[int, list[Placed]] = defaultdict(list)
    for row in rows.values_list(
        "registration_id",
        "ward_id",
        "cell_id",
        "workplace_id",
        "valid_from",
        "valid_to",
        "cause",
        "registration__received_on",
        "registration__ended_on",
        "registration__member__sort_key",
    ):
        stays[row[0]].append(Placed._make(row))
    return list(stays.values())


def _spells(stay: list[Placed], reach: _Reach) -> list[Spell]:
    """The placements of one stay joined to times in the unit, the earliest first."""
    lasting = [one for one in stay if one.first != one.end] or stay[-1:]
    spells: list[Spell] = []
    for position, placed in enumerate(lasting):
        following = lasting[position + 1 :]
        for first, end in reach.times(placed):
            spell = Spell(
                first,
                end,
                placed,
                is_receipt=position == 0 and first == placed.first,
                left_by=_left_by(placed, end, following),
            )
            if spells and spells[-1].end == first:
                spell = _joined(spells.pop(), spell)
            spells.append(spell)
    return spells


def _left_by(placed: Placed, end: date | None, following: list[Placed]) -> str:
    if end is None or end == placed.ended_on:
        return ""
    if end == placed.end and following:
        return following[0].cause
    # The unit itself went elsewhere, and the placement with it.
    return Placement.Cause.REORGANISATION


def _joined(before: Spell, after: Spell) -> Spell:
    return Spell(
        before.first, after.end, after.placed, before.is_receipt, after.left_by
    )
