"""What became of the units of one day by a later one: where their figures belong.

A figure is regrouped only when everything of its unit went to one unit; it is never
divided. Two queries read the history, everything after that is memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from members.models import CommitteePeriod, Kind, Part, Succession
from reports.queries.tree import (
    ABOVE_CELLS,
    BELOW_WARDS,
    NODE_COLUMNS,
    Node,
    grown,
    is_below_ward,
    reformed_by,
)

_DAY = timedelta(days=1)
_FIELDS_OF_NODE = len(NODE_COLUMNS)


class Period(NamedTuple):
    """What a unit was for some time, and who goes on in its place today."""

    node: Node
    valid_from: date
    valid_to: date | None
    heir_id: int | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Step(NamedTuple):
    """Something of an old unit going on as a new one, or as none, from a day."""

    old: int
    new: int | None
    day: date
    part: str = Part.WHOLE
    decision: int = 0
    place: int = 0  # in the order in which decisions were carried out

    def comes_after(self, day: date, came_by: "Step | None") -> bool:
        """Whether it took along what had come to the unit on a day, by that step.

        Of one day a decision carried out later took it along; the same one speaks of
        the units as they were before.
        """
        if self.day != day or came_by is None:
            return self.day > day
        return self.decision != came_by.decision and self.place > came_by.place


@dataclass(frozen=True)
class Image:
    """The units that a unit of then went into, as they are now."""

    units: frozenset[int] = frozenset()
    passed: frozenset[int] = frozenset()  # every unit on the way, itself too
    # The first day that something went another way, or that it ended.
    since: date | None = None
    is_lost: bool = False  # something of it, or all, went on as no unit

    @property
    def is_one(self) -> bool:
        """True when everything of the unit is in one unit now."""
        return len(self.units) == 1 and not self.is_lost


class History:
    """The units of then and now, and the ways that lead from the ones to the others."""

    def __init__(
        self,
        then: date,
        now: date,
        periods: Iterable[Period],
        steps: Iterable[Step],
        *,
        is_reformed: bool = False,
    ) -> None:
        self.then, self.now = then, now
        # Units had ended or moved by then: rows may name what was not there.
        self.is_reformed = is_reformed
        self._periods: defaultdict[int, list[Period]] = defaultdict(list)
        for period in sorted(periods, key=lambda one: one.valid_from):
            self._periods[period.node.id].append(period)
        self._steps: defaultdict[int, list[Step]] = defaultdict(list)
        for step in sorted(steps, key=lambda one: one.day):
            self._steps[step.old].append(step)
        self.tree_then = grown(self._nodes_on(then), then)
        self.tree_now = grown(self._nodes_on(now), now)
        self._images: dict[int, Image] = {}

    def residences_then(self) -> Iterator[Node]:
        """The wards that rows of then may name, also some that ended just before."""
        for unit in self._periods:
            node = self.node_then(unit)
            if node and node.is_residence and not is_below_ward(node.kind):
                yield node

    def cells_then(self) -> Iterator[Node]:
        """The cells and divisions that rows of then may name."""
        for unit in self._periods:
            node = self.node_then(unit)
            if node and is_below_ward(node.kind):
                yield node

    def left_at(self, unit: int) -> frozenset[int]:
        """The nearest unit that stood above one that ended, if it is there now."""
        node = self.node_then(unit)
        parent = node.parent_id if node else None
        while parent is not None and parent not in self.tree_now:
            above = self.node_then(parent)
            parent = above.parent_id if above else None
        return frozenset() if parent is None else frozenset({parent})

    def node_then(self, unit: int) -> Node | None:
        """The unit as it was on the day of then, or last before."""
        if unit in self.tree_then:
            return self.tree_then.nodes[unit]
        before = [one for one in self._periods[unit] if one.valid_from <= self.then]
        return before[-1].node if before else None

    def below_then(self, unit: int) -> set[int]:
        """The unit and what stood below it on that day, or on its last day before."""
        if unit in self.tree_then:
            return set(self.tree_then.below(unit))
        return set(grown(self._nodes_on(self._start(unit)), self.then).below(unit))

    def first_day(self, unit: int) -> date | None:
        """The first day of a unit, as far as it is known here."""
        periods = self._periods.get(unit)
        return periods[0].valid_from if periods else None

    def image(self, unit: int) -> Image:
        """Where everything of a unit went; of a ward, as wards: with all its cells."""
        if unit not in self._images:
            node = self.node_then(unit)
            is_cell = node is not None and is_below_ward(node.kind)
            self._images[unit] = (
                self.followed(unit) if is_cell else self._with_cells(unit)
            )
        return self._images[unit]

    def ward_now(self, unit: int) -> int:
        """The ward above a unit of now; itself where it stands below none."""
        nodes, current = self.tree_now.nodes, unit
        while current in nodes and nodes[current].kind != Kind.WARD:
            current = nodes[current].parent_id or 0
        return current if current in nodes else unit

    def _with_cells(self, ward: int) -> Image:
        own = self.followed(ward)
        units = {self.ward_now(unit) for unit in own.units}
        days = [own.since]
        for cell in self.below_then(ward) - {ward}:
            node = self.node_then(cell)
            if node is None or not (node.receives_members and is_below_ward(node.kind)):
                continue
            image = self.followed(cell)
            wards = {self.ward_now(unit) for unit in image.units}
            if wards - units:
                days.append(self._moved_on(cell) or image.since)
            units |= wards
        return Image(frozenset(units), own.passed, _earliest(days), own.is_lost)

    def followed(self, unit: int, *, since: date | None = None) -> Image:
        """The units of now at the end of every way that begins at this one.

        The ways after then, or its last day before, unless since is told.
        """
        seen: set[tuple[int, date, int]] = set()
        days: list[date | None] = []
        is_lost = False
        waiting: list[tuple[int, date, Step | None]] = [
            (unit, since or self._start(unit), None)
        ]
        while waiting:
            current, day, came_by = waiting.pop()
            place = (current, day, came_by.place if came_by else 0)
            if place in seen:
                continue
            seen.add(place)
            ways = self._ways(current, day, came_by)
            ends = [step for step in ways if step.new is None]
            lives_on = current in self.tree_now
            if ends or not (ways or lives_on):
                is_lost = True
            if is_lost or len({step.new for step in ways}) + lives_on > 1:
                days += [step.day for step in ways] or [self.ended_on(current)]
            waiting += [(one.new, one.day, one) for one in ways if one.new is not None]
        passed = frozenset(key for key, *_ in seen)
        units = frozenset(key for key in passed if key in self.tree_now)
        return Image(units, passed, _earliest(days), is_lost)

    def _ways(self, unit: int, after: date, came_by: Step | None) -> list[Step]:
        """The steps from a unit to others, after the day and step that one came to it by.

        A unit that ended without a word in any decision went to its heir.
        """
        steps = [one for one in self._steps[unit] if one.new != unit]
        later = [one for one in steps if one.comes_after(after, came_by)]
        if later or unit in self.tree_now:
            return later
        same_day = [one for one in steps if one.day == after]
        return same_day or list(self._inherited(unit))

    def _inherited(self, unit: int) -> Iterator[Step]:
        last = self._periods[unit][-1] if self._periods[unit] else None
        if last and last.valid_to and last.heir_id in self.tree_now:
            yield Step(unit, last.heir_id, last.valid_to)

    def _start(self, unit: int) -> date:
        """The day of then; of a unit that ended before it, its last day."""
        ended = self.ended_on(unit)
        return min(self.then, ended - _DAY) if ended else self.then

    def parted(self, unit: int) -> bool:
        """True where a decision gave a part of a unit to another, or to one of its own."""
        return any(step.part != Part.WHOLE for step in self._steps[unit])

    def ended_on(self, unit: int) -> date | None:
        """The first day on which a unit was no more; None for one that goes on."""
        periods = self._periods[unit]
        return periods[-1].valid_to if periods else None

    def _moved_on(self, cell: int) -> date | None:
        """The first day after then on which a cell stood below another unit."""
        periods = self._periods[cell]
        for before, after in pairwise(periods):
            if after.valid_from > self.then and (
                before.node.parent_id != after.node.parent_id
            ):
                return after.valid_from
        return None

    def _nodes_on(self, day: date) -> Iterator[Node]:
        for periods in self._periods.values():
            yield from (one.node for one in periods if one.holds_on(day))


def history(since: date, then: date, now: date) -> History:
    """The history between two days, with whatever ended after since. Two queries."""
    lasted = Q(valid_to=None) | Q(valid_to__gt=since)
    steps = _SUCCESSIONS.filter(effective_on__gt=since, effective_on__lte=now)
    return _history(then, now, lasted, steps)


def history_until(day: date) -> History:
    """What became of every unit by a day: those there then, and those that had ended.

    Two queries.
    """
    there = Q(valid_to=None) | Q(valid_to__gt=day)
    ended = Q(valid_to=F("committee__valid_to"))
    return _history(day, day, there | ended, _SUCCESSIONS.filter(effective_on__lte=day))


_SUCCESSIONS = Succession.objects.filter(old__isnull=False)


def _history(then: date, now: date, wanted: Q, steps: QuerySet[Succession]) -> History:
    rows = CommitteePeriod.objects.filter(
        wanted, valid_from__lte=now, kind__in=[*ABOVE_CELLS, *BELOW_WARDS]
    ).values_list(
        *NODE_COLUMNS, "valid_from", "valid_to", "committee__heir", reformed_by(then)
    )
    found = list(rows)
    told = steps.values_list(
        "old_id", "new_id", "effective_on", "part", "reorganisation", "pk"
    )
    return History(
        then,
        now,
        (_period(row[:-1]) for row in found),
        map(Step._make, told),
        is_reformed=bool(found) and found[0][-1],
    )


def why_not(then: date, now: date, *, today: date) -> str:
    """Why figures of one day cannot be read under the units of another; or empty."""
    if now < then:
        return (
            f"Ngày {now:%d/%m/%Y} trước ngày chốt {then:%d/%m/%Y}. Số liệu của đơn vị đã "
            "hợp nhất không tách lại được: đồng chí chọn một ngày từ ngày chốt trở đi."
        )
    if now > max(today, then):
        return (
            f"Ngày {now:%d/%m/%Y} chưa đến, chưa biết cơ cấu tổ chức của ngày ấy. Đồng chí "
            "chọn một ngày không muộn hơn hôm nay."
        )
    return ""


def _period(row: tuple) -> Period:
    return Period(Node._make(row[:_FIELDS_OF_NODE]), *row[_FIELDS_OF_NODE:])


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day), default=None)
