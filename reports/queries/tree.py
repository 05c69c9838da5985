"""The tree of party organisations as it stood on a day, built in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from members.models import Committee, CommitteePeriod, Kind
from party76.shared.text import text_sort_key

# What may stand between the city and a cell that receives members.
_ABOVE_CELLS = [Kind.CITY, Kind.DISTRICT, Kind.DIRECT, Kind.WARD]
_BELOW_WARD = {Kind.DIVISION, Kind.CELL, Kind.GRASSROOTS_CELL}


class Node(NamedTuple):
    """A unit as it was called and where it stood on the day of the tree."""

    id: int
    parent_id: int | None
    name: str
    short_name: str
    kind: str
    code: str
    receives_members: bool
    path: str  # where it stands today: what scopes are made of

    @property
    def label(self) -> str:
        return self.short_name or self.name

    @property
    def is_residence(self) -> bool:
        return self.kind == Kind.WARD or self.receives_members


@dataclass(frozen=True)
class Tree:
    """Units by id and children by parent, as of one day."""

    day: date
    nodes: dict[int, Node]
    children: dict[int | None, list[int]] = field(repr=False)

    def __contains__(self, unit_id: int | None) -> bool:
        return unit_id in self.nodes

    def below(self, unit_id: int) -> Iterator[int]:
        """The unit and everything below it on that day."""
        waiting = [unit_id]
        while waiting:
            current = waiting.pop()
            yield current
            waiting.extend(self.children.get(current, ()))

    def above(self, unit_id: int) -> list[Node]:
        """The units above, the highest first, without the unit itself."""
        found: list[Node] = []
        parent = self.nodes[unit_id].parent_id
        while parent in self.nodes:
            found.append(self.nodes[parent])
            parent = self.nodes[parent].parent_id
        return found[::-1]

    def in_order(self) -> list[tuple[int, Node]]:
        """(depth, unit) of the residence side, each unit before those below it."""
        found: list[tuple[int, Node]] = []
        tops = [
            node
            for node in self.nodes.values()
            if node.parent_id not in self and self._has_residence(node.id)
        ]
        self._walk(sorted(tops, key=by_name), 0, found)
        return found

    def _walk(
        self, nodes: list[Node], depth: int, found: list[tuple[int, Node]]
    ) -> None:
        for node in nodes:
            found.append((depth, node))
            below = sorted(self.residences_below(node.id), key=by_name)
            self._walk(below, depth + 1, found)

    def owner_of_each(self, top: int) -> dict[int, int]:
        """{unit: the child of top it belongs to} for everything below top."""
        return {
            unit: child
            for child in self.children.get(top, ())
            for unit in self.below(child)
        }

    def residences_below(self, unit_id: int) -> list[Node]:
        """The direct children that receive members or have such units below."""
        return [
            self.nodes[child]
            for child in self.children.get(unit_id, ())
            if self._has_residence(child)
        ]

    def _has_residence(self, unit_id: int) -> bool:
        return any(self.nodes[unit].is_residence for unit in self.below(unit_id))


def by_name(node: Node) -> str:
    """The key that sorts units by name, Khu vực 2 before Khu vực 10."""
    return text_sort_key(node.name)


def is_below_ward(unit: Committee) -> bool:
    """True for cells and divisions, whose people are found by their cell."""
    return unit.kind in _BELOW_WARD


def counts_by_cell(unit: Committee) -> bool:
    """True for a ward and what lies below it; above, wards are the finest grain."""
    return unit.kind == Kind.WARD or is_below_ward(unit)


def tree_around(unit: Committee, day: date) -> Tree:
    """The residence side of the tree on a day, as far as a summary of unit needs.

    One query. Cells are read only for a ward and what lies below it.
    """
    on_day = CommitteePeriod.objects.filter(valid_from__lte=day).filter(
        Q(valid_to=None) | Q(valid_to__gt=day)
    )
    wanted = Q(kind__in=_ABOVE_CELLS) | Q(committee=unit)
    if counts_by_cell(unit):
        divisions = on_day.filter(parent=unit, kind=Kind.DIVISION)
        wanted |= Q(parent=unit) | Q(parent__in=divisions.values("committee"))
    if is_below_ward(unit):
        wanted |= Q(committee__in=on_day.filter(committee=unit).values("parent"))
    return _grown(on_day.filter(wanted), day)


def _grown(periods: QuerySet[CommitteePeriod], day: date) -> Tree:
    rows = periods.values_list(
        "committee_id",
        "parent_id",
        "name",
        "short_name",
        "kind",
        "code",
        "committee__receives_members",
        "committee__path",
    )
    nodes = {row[0]: Node._make(row) for row in rows}
    children: dict[int | None, list[int]] = {}
    for node in nodes.values():
        children.setdefault(node.parent_id, []).append(node.id)
    return Tree(day=day, nodes=nodes, children=children)
