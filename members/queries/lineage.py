"""What a unit came from and what became of it, as far back and on as decisions tell.

A unit that lives through a decision is two stages of one unit: before and after it.
What happens to a cell below a unit is no event of that unit: it stands in the history
of the cell. Names only, so open to every account.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from members.models import (
    Committee,
    CommitteePeriod,
    Kind,
    Operation,
    Part,
    Succession,
)

SIDE_BY_SIDE = 12  # units drawn at one joint
GENERATIONS = 12
JOINED_BY_OTHERS = "Nhận thêm từ đơn vị khác"
_ALL = 80  # units in one drawing
_DAY = timedelta(days=1)
_FIRST = date.min
_CELLS = {Kind.CELL, Kind.GRASSROOTS_CELL, Kind.DIVISION}


class Stage(NamedTuple):
    """A unit between two decisions; key is empty where it was never kept here."""

    key: int | None
    name: str
    kind: str
    first: date | None  # None: not told by a decision
    last: date | None  # None: lives on


@dataclass(frozen=True)
class Joint:
    """What happened on a day: by which decision, in which forms."""

    on: date
    reforms: tuple[tuple[int, str], ...]  # key and number, empty where none was given
    operations: tuple[str, ...]

    @property
    def words(self) -> str:
        """“Hợp nhất; chia, tách”."""
        return "; ".join(self.operations).capitalize()

    @property
    def decision_words(self) -> str:
        numbers = dict.fromkeys(number for _, number in self.reforms if number)
        return f"số {', '.join(numbers)}" if numbers else ""


@dataclass
class Branch:
    """A stage and the stages that lead to it, or that it leads to, whatever the side."""

    stage: Stage
    part: str = Part.WHOLE  # how much of the older one went over
    joint: Joint | None = None
    branches: "list[Branch]" = field(default_factory=list)
    left_out: int = 0  # stages not listed
    is_repeated: bool = False  # told in full elsewhere in the same drawing
    beside: list[str] = field(default_factory=list)  # who else led to this stage
    # What left the unit in the joint that it lived through itself, and how much.
    parted: list[tuple[Stage, str]] = field(default_factory=list)

    @property
    def is_part(self) -> bool:
        return self.part != Part.WHOLE

    @property
    def is_end(self) -> bool:
        """A joint after which nobody follows."""
        return self.joint is not None and not self.branches


@dataclass(frozen=True)
class Lineage:
    """The stage a page is about, with those before it and those after it."""

    here: Stage
    before: Branch
    after: Branch

    @property
    def is_empty(self) -> bool:
        return self.before.joint is None and self.after.joint is None


@dataclass(frozen=True)
class _Link:
    """One row of a decision; key and name tell the sides."""

    on: date
    reform: int
    decision: str
    operation: str
    part: str
    old: int | None
    old_name: str
    new: int | None


Step = tuple[Stage, _Link]
Steps = list[tuple[Stage | None, _Link]]


def lineage_of(unit: Committee, *, on: date) -> Lineage:
    """The history of a unit, seen from the stage it was in on a day. Two queries."""
    history = _History(unit.pk)
    here = history.stage_on(unit, on)
    return Lineage(
        here=here,
        before=_Walk(history, back=True).branch(here),
        after=_Walk(history, back=False).branch(here),
    )


def successors_of(unit: Committee) -> list[Succession]:
    """What the decisions that ended a closed unit say of it."""
    rows = Succession.objects.filter(old=unit, effective_on=unit.valid_to)
    rows = rows.exclude(new=unit).select_related("reorganisation", "new")
    return list(rows.order_by("-part", "new__sort_key", "pk"))


class _History:
    """The links of every decision in force, and the stages of the units they name."""

    def __init__(self, key: int) -> None:
        self.links = _links()
        self.of_old: defaultdict[int, list[_Link]] = defaultdict(list)
        self.of_new: defaultdict[int, list[_Link]] = defaultdict(list)
        for link in self.links:
            if link.old is not None:
                self.of_old[link.old].append(link)
            if link.new is not None:
                self.of_new[link.new].append(link)
        periods = CommitteePeriod.objects.filter(committee__in=self._component(key))
        self.periods: defaultdict[int, list[CommitteePeriod]] = defaultdict(list)
        for period in periods.order_by("valid_from"):
            self.periods[period.committee_id].append(period)
        self._leave_out_what_happened_below()
        self.stages = {key: self._stages(key) for key in self.periods}

    def _component(self, key: int) -> set[int]:
        """Every unit that hangs together with one."""
        found, waiting = {key}, [key]
        while waiting:
            current = waiting.pop()
            ends = [link.old for link in self.of_new[current]]
            ends += [link.new for link in self.of_old[current]]
            new = {end for end in ends if end is not None} - found
            found |= new
            waiting += new
        return found

    def _leave_out_what_happened_below(self) -> None:
        for key, links in self.of_new.items():
            self.of_new[key] = [
                link for link in links if not self._is_below(link.old, link.new, link)
            ]
        for key, links in self.of_old.items():
            self.of_old[key] = [
                link for link in links if not self._is_below(link.new, link.old, link)
            ]

    def _is_below(self, key: int | None, other: int | None, link: _Link) -> bool:
        """True for a cell or section of the other unit, or of any ward."""
        if key is None or other is None or key == other:
            return False
        own = self._period_at(key, link.on)
        top = self._period_at(other, link.on)
        if own is None or top is None:
            return False
        is_cell_of_ward = own.kind in _CELLS and top.kind == Kind.WARD
        return own.parent_id == other or is_cell_of_ward

    def _period_at(self, key: int, day: date) -> CommitteePeriod | None:
        """The last before a day, or the first of a unit that begins with it."""
        periods = self.periods.get(key, [])
        earlier = [period for period in periods if period.valid_from < day]
        return earlier[-1] if earlier else next(iter(periods), None)

    def _stages(self, key: int) -> list[Stage]:
        periods = self.periods[key]
        begins, ends = periods[0].valid_from, periods[-1].valid_to
        cuts = {link.on for link in [*self.of_old[key], *self.of_new[key]]}
        cuts |= {
            later.valid_from
            for earlier, later in pairwise(periods)
            if (earlier.name, earlier.kind) != (later.name, later.kind)
        }
        inside = sorted(
            cut for cut in cuts if begins < cut and (not ends or cut < ends)
        )
        is_founded = any(link.on == begins for link in self.of_new[key])
        firsts = [begins if is_founded else None, *inside]
        lasts = [cut - _DAY for cut in inside] + [ends - _DAY if ends else None]
        return [
            self._stage(key, first, last)
            for first, last in zip(firsts, lasts, strict=True)
        ]

    def _stage(self, key: int, first: date | None, last: date | None) -> Stage:
        then = self.periods[key][-1]
        for period in self.periods[key]:
            if last and period.valid_from <= last:
                then = period
        return Stage(key, then.name, then.kind, first, last)

    def stage_on(self, unit: Committee, day: date) -> Stage:
        """The stage of a day; the last where the unit has ended before."""
        stages = self.stages.get(unit.pk)
        if not stages:
            return Stage(unit.pk, unit.name, unit.kind, None, None)
        running = (stage for stage in stages if not stage.last or day <= stage.last)
        return next(running, stages[-1])

    def before(self, stage: Stage) -> Steps:
        """Which stages led to this one, and how; None where it was founded anew."""
        if stage.key is None or stage.first is None:
            return []
        links = [link for link in self.of_new[stage.key] if link.on == stage.first]
        found = [(self._old_side(link), link) for link in links]
        own = self._ending(stage.key, stage.first)
        if own and own not in [old for old, _ in found]:
            left = [link for _, link in self._parted(stage)]
            found.append((own, self._living_on(own, stage, links, left)))
        return found

    def parted(self, stage: Stage) -> list[tuple[Stage, str]]:
        """What left a unit in the decision that this stage of it began with."""
        return [(new, link.part) for new, link in self._parted(stage)]

    def _parted(self, stage: Stage) -> list[Step]:
        if stage.key is None or stage.first is None:
            return []
        if self._ending(stage.key, stage.first) is None:
            return []
        found = [
            (self._new_side(link), link)
            for link in self.of_old[stage.key]
            if link.on == stage.first and link.new != stage.key
        ]
        return [(new, link) for new, link in found if new is not None]

    def after(self, stage: Stage) -> Steps:
        """Which stages this one led to, and how; None where nobody followed."""
        if stage.key is None or stage.last is None:
            return []
        day = stage.last + _DAY
        links = [link for link in self.of_old[stage.key] if link.on == day]
        found = [(self._new_side(link), link) for link in links]
        own = self._beginning(stage.key, day)
        if own and own not in [new for new, _ in found]:
            others = [link for link in self.of_new[stage.key] if link.on == day]
            found.append((own, self._living_on(stage, own, others, links)))
        return found

    def _living_on(
        self, old: Stage, new: Stage, joined: list[_Link], left: list[_Link]
    ) -> _Link:
        """A decision need not name the unit that others are joined to or leave."""
        links = [*joined, *left]
        operation = left[0].operation if left else ""
        if not links:
            renamed = old.name != new.name
            operation = Operation.RENAME if renamed else Operation.RECLASSIFY
        return _Link(
            on=new.first or _FIRST,
            reform=links[0].reform if links else 0,
            decision=links[0].decision if links else "",
            operation=operation,
            part=Part.WHOLE,
            old=old.key,
            old_name=old.name,
            new=new.key,
        )

    def _old_side(self, link: _Link) -> Stage | None:
        if link.old is None and not link.old_name:
            return None
        found = None
        if link.old is not None:
            day = link.on - _DAY
            found = self._ending(link.old, link.on) or self._running(link.old, day)
        return found or Stage(link.old, link.old_name, "", None, link.on - _DAY)

    def _new_side(self, link: _Link) -> Stage | None:
        if link.new is None:
            return None
        # A unit that a cell goes up into does not begin a stage with it.
        return self._beginning(link.new, link.on) or self._running(link.new, link.on)

    def _running(self, key: int, day: date) -> Stage | None:
        return next(
            (
                stage
                for stage in self.stages.get(key, ())
                if (stage.first is None or stage.first <= day)
                and (stage.last is None or day <= stage.last)
            ),
            None,
        )

    def _ending(self, key: int, day: date) -> Stage | None:
        stages = self.stages.get(key, ())
        return next((s for s in stages if s.last and s.last + _DAY == day), None)

    def _beginning(self, key: int, day: date) -> Stage | None:
        return next((s for s in self.stages.get(key, ()) if s.first == day), None)


class _Walk:
    """One side of a drawing, from the stage of the page outwards."""

    def __init__(self, history: _History, *, back: bool) -> None:
        self.history, self.back = history, back
        self.told: set[Stage] = set()

    def branch(self, stage: Stage, part: str = Part.WHOLE, depth: int = 0) -> Branch:
        found = Branch(stage, part)
        if stage in self.told and stage.key is not None:
            found.is_repeated = bool(self._steps(stage))
            return found
        self.told.add(stage)
        steps = self._steps(stage)
        if not steps:
            return found
        found.joint = _joint_of([link for _, link in steps])
        kept = self._kept(stage, steps, depth)
        found.left_out = sum(other is not None for other, _ in steps) - len(kept)
        found.parted = self.history.parted(stage) if self.back else []
        for other, link in kept:
            below = self.branch(other, link.part, depth + 1)
            below.beside = self._beside(stage, other, link)
            found.branches.append(below)
        return found

    def _steps(self, stage: Stage) -> Steps:
        side = self.history.before if self.back else self.history.after
        return side(stage)

    def _kept(self, stage: Stage, steps: Steps, depth: int) -> list[Step]:
        """As many as a person can look over, the same unit living on before all."""
        room = min(SIDE_BY_SIDE, _ALL - len(self.told)) if depth < GENERATIONS else 0
        present = [(other, link) for other, link in steps if other is not None]
        present.sort(key=lambda step: step[0].key != stage.key)
        return present if len(present) <= room else present[: max(room - 1, 0)]

    def _beside(self, stage: Stage, other: Stage, link: _Link) -> list[str]:
        """Who else came together in what follows; on the way back it is drawn."""
        if self.back or other.first != link.on:
            return []
        others = [old for old, _ in self.history.before(other)]
        return [old.name for old in others if old is not None and old != stage]


def _links() -> list[_Link]:
    rows = Succession.objects.order_by("effective_on", "pk").values_list(
        "effective_on",
        "reorganisation",
        "reorganisation__decision_number",
        "operation",
        "part",
        "old_id",
        "old_name",
        "new_id",
    )
    links = [_Link(*row) for row in rows]
    # A list of hundreds also names whom nothing happened to.
    return [
        link
        for link in links
        if link.operation != Operation.UNCHANGED or link.old != link.new
    ]


def _joint_of(links: list[_Link]) -> Joint:
    labels = [Operation(link.operation).label for link in links if link.operation]
    labels = labels or [JOINED_BY_OTHERS]
    return Joint(
        on=links[0].on,
        reforms=tuple(
            dict.fromkeys((link.reform, link.decision) for link in links if link.reform)
        ),
        operations=tuple(dict.fromkeys(labels)),
    )
