"""Which rows belong to a unit, by the tree of a day."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from evaluations.models import RatingYear
from members.models import Committee, Kind
from reports.queries.tree import Tree, counts_by_cell, is_below_ward


@dataclass(frozen=True)
class Place:
    """A unit as a summary reads it: its rows, and the line each row falls on."""

    unit: Committee
    tree: Tree
    everything: bool  # the unit of the rating year itself: no condition needed

    @property
    def name(self) -> str:
        """What the unit was called on the day of the tree."""
        node = self.tree.nodes.get(self.unit.pk)
        return node.name if node else self.unit.name

    @property
    def grain(self) -> str:
        """The column that tells the line of a row."""
        return "cell_id" if counts_by_cell(self.unit) else "ward_id"

    def condition(self, prefix: str = "") -> Q:
        """The condition that a row with ward and cell belongs to the unit."""
        if self.everything:
            return Q()
        if self.unit.kind == Kind.WARD:
            return Q(**{f"{prefix}ward": self.unit.pk})
        column = "cell" if is_below_ward(self.unit) else "ward"
        return Q(**{f"{prefix}{column}__in": sorted(self._units)})

    def rest(self, prefix: str = "") -> Q:
        """The condition that a row of the unit falls on no line below it."""
        column = "cell" if counts_by_cell(self.unit) else "ward"
        in_a_line = Q(**{f"{prefix}{column}__in": sorted(self._owners)})
        return self.condition(prefix) & (Q(**{f"{prefix}{column}": None}) | ~in_a_line)

    def holds(self, ward: int, cell: int | None) -> bool:
        """The same for one row already read."""
        if self.everything:
            return True
        if self.unit.kind == Kind.WARD:
            return ward == self.unit.pk
        return (cell if is_below_ward(self.unit) else ward) in self._units

    def line_of(self, ward: int, cell: int | None) -> int | None:
        """The unit directly below that a row counts for; None when it has none."""
        grain = cell if counts_by_cell(self.unit) else ward
        return None if grain is None else self._owners.get(grain)

    @cached_property
    def _units(self) -> frozenset[int]:
        return frozenset(self.tree.below(self.unit.pk))

    @cached_property
    def _owners(self) -> dict[int, int]:
        return self.tree.owner_of_each(self.unit.pk)


def place_of(unit: Committee, year: RatingYear, tree: Tree) -> Place:
    return Place(
        unit=unit,
        tree=tree,
        everything=unit.pk == year.committee_id and not counts_by_cell(unit),
    )
