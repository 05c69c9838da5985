"""The tree of party organisations as it stood on a day, built in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, Q

from members.models import Committee, CommitteePeriod, Kind, Reorganisation
from party76.shared.text import text_sort_key

# What may stand between the city and a cell that receives members.
ABOVE_CELLS = [Kind.CITY, Kind.DISTRICT, Kind.DIRECT, Kind.WARD]
BELOW_WARDS = [Kind.DIVISION, Kind.CELL, Kind.GRASSROOTS_CELL]
# Columns of a period in the order of a Node's fields.
NODE_COLUMNS = (
    "committee_id",
    "parent_id",
    "name",
    "short_name",
    "kind",
    "code",
    "committee__receives_members",
    "committee__path",
)


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
    # Units had ended or moved by that day: rows may name what is not there.
    is_reformed: bool = False

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


def is_below_ward(kind: str) -> bool:
    """True for units whose people are found by their cell."""
    return kind in BELOW_WARDS


def counts_by_cell(kind: str) -> bool:
    """True for a ward and what lies below it; above, wards are the finest grain."""
    return kind == Kind.WARD or is_below_ward(kind)


def tree_around(unit: Committee, day: date) -> Tree:
    """The residence side of the tree on a day, as far as a summary of unit needs.

    One query; two for a unit that was of another kind on that day. Cells are read
    only for a ward and what lies below it.
    """
    tree = _read_around(unit, unit.kind, day)
    node = tree.nodes.get(unit.pk)
    if node is None or _needs(node.kind) == _needs(unit.kind):
        return tree
    return _read_around(unit, node.kind, day)


def reformed_by(day: date) -> Exists:
    """Whether units had ended or moved by a day, as reforms alone let them.

    Asked beside the units, for what it costs once.
    """
    return Exists(Reorganisation.objects.done().filter(effective_on__lte=day))


def grown(nodes: Iterable[Node], day: date, *, is_reformed: bool = False) -> Tree:
    """The tree of these units; children in the order they come."""
    found = {node.id: node for node in nodes}
    children: dict[int | None, list[int]] = {}
    for node in found.values():
        children.setdefault(node.parent_id, []).append(node.id)
    return Tree(day, found, children, is_reformed)


def with_strays(tree: Tree, strays: Iterable[Node]) -> Tree:
    """The tree, and units that rows name though they were not there on its day."""
    kept = (node for node in strays if node.parent_id in tree)
    return grown([*tree.nodes.values(), *kept], tree.day, is_reformed=tree.is_reformed)


def near(tree: Tree, unit: int) -> Tree:
    """As much of a whole tree as tree_around would have read for a unit."""
    kept = {key for key, node in tree.nodes.items() if node.kind in ABOVE_CELLS}
    node = tree.nodes.get(unit)
    if node is not None:
        kept.add(unit)
        if counts_by_cell(node.kind):
            kept |= {*tree.below(unit), node.parent_id or unit}
    nodes = (tree.nodes[key] for key in tree.nodes if key in kept)
    return grown(nodes, tree.day, is_reformed=tree.is_reformed)


def _needs(kind: str) -> tuple[bool, bool]:
    return counts_by_cell(kind), is_below_ward(kind)


def _read_around(unit: Committee, kind: str, day: date) -> Tree:
    on_day = CommitteePeriod.objects.filter(valid_from__lte=day).filter(
        Q(valid_to=None) | Q(valid_to__gt=day)
    )
    wanted = Q(kind__in=ABOVE_CELLS) | Q(committee=unit)
    if counts_by_cell(kind):
        divisions = on_day.filter(parent=unit, kind=Kind.DIVISION)
        wanted |= Q(parent=unit) | Q(parent__in=divisions.values("committee"))
    if is_below_ward(kind):
        wanted |= Q(committee__in=on_day.filter(committee=unit).values("parent"))
    rows = on_day.filter(wanted).values_list(*NODE_COLUMNS, reformed_by(day))
    found = list(rows)
    is_reformed = bool(found) and found[0][-1]
    nodes = (Node._make(row[:-1]) for row in found)
    return grown(nodes, day, is_reformed=is_reformed)
