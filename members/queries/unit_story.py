"""A unit as its page shows it: of today, of a day asked for, or of its last day."""

from dataclasses import dataclass
from datetime import date

from members.models import Committee, Succession, User
from members.queries.committees import (
    Node,
    children_of,
    children_on,
    parent_chain,
    sees_figures_then,
)
from members.queries.day_tree import DayTree, UnitThen, last_day_of, placed_below
from members.queries.lineage import Lineage, lineage_of, successors_of


@dataclass(frozen=True)
class Ending:
    """When and by which decision a unit ended, and what went on in its place."""

    on: date
    decision: str
    reform: int | None  # key of the decision
    successors: list[Succession]
    heir: Committee | None

    @property
    def is_divided(self) -> bool:
        return len(self.successors) > 1


@dataclass(frozen=True)
class Story:
    """What a unit's page tells; the day is empty where it tells of today."""

    day: date | None
    is_missing: bool  # it did not exist on the day that was asked for
    forerunners: list[UnitThen]  # which stood in its place on that day
    then: UnitThen | None
    above: list[Committee] | list[UnitThen]
    nodes: list[Node]
    received: int | None  # on that day; None: of today, or not shown
    lineage: Lineage
    ending: Ending | None

    @property
    def is_told(self) -> bool:
        """False on a day before the unit: what it is today is no answer."""
        return not self.is_missing or self.day is not None


def story_of(user: User, unit: Committee, *, asked: date | None, today: date) -> Story:
    """The unit on the day asked for; a closed one otherwise as it last was."""
    tree = DayTree(asked) if asked else None
    is_missing = tree is not None and unit.pk not in tree.units
    forerunners = tree.in_place_of(unit.path) if tree and is_missing else []
    last = last_day_of(unit)
    if tree is None or is_missing:
        tree = DayTree(last) if last else None
    then = tree.units.get(unit.pk) if tree else None
    above: list[Committee] | list[UnitThen]
    if tree is None or then is None:
        tree, above = None, parent_chain(unit)
        nodes = children_of(user, unit, day=today)
    else:
        above, nodes = tree.above(unit.pk), children_on(user, unit.pk, tree)
    return Story(
        day=tree.day if tree else None,
        is_missing=is_missing,
        forerunners=forerunners,
        then=then,
        above=above,
        nodes=nodes,
        received=_received(user, tree, then),
        lineage=lineage_of(unit, on=tree.day if tree else today),
        ending=_ending_of(unit),
    )


def _received(user: User, tree: DayTree | None, then: UnitThen | None) -> int | None:
    if tree is None or then is None or not sees_figures_then(user, then):
        return None
    return placed_below(tree, then.pk).count()


def _ending_of(unit: Committee) -> Ending | None:
    if unit.valid_to is None:
        return None
    rows = successors_of(unit)
    told = [row.reorganisation for row in rows]
    numbered = [one for one in told if one.decision_number]
    return Ending(
        on=unit.valid_to,
        decision=numbered[0].decision_words if numbered else "",
        reform=(numbered or told)[0].pk if told else None,
        successors=[row for row in rows if row.new],
        heir=unit.heir,
    )
