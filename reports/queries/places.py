"""Which rows belong to a unit, by the tree of a day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q, QuerySet

from evaluations.models import RatingYear
from members.models import Committee, Kind
from party76.shared.text import text_sort_key
from reports.queries.standing import THEN, WRITTEN, Names, Standing
from reports.queries.tree import Node, Tree, counts_by_cell, is_below_ward

TOTAL = "Tổng cộng"


class OldUnit(NamedTuple):
    """The key of a line that a unit of the reference day keeps for itself."""

    id: int


# What a line stands for: a unit of the tree shown, one of then, or the rest.
Key = int | OldUnit | None


@dataclass(frozen=True)
class Ground:
    """The wards that descend from those of an earlier year: the same ground."""

    year: int
    day: date
    top: str  # what the unit of that year was called
    units: frozenset[int]

    @property
    def name(self) -> str:
        return f"Địa bàn {self.top} cũ"

    @property
    def words(self) -> str:
        return f"{self.name} (các đơn vị có gốc từ ngày {self.day:%d/%m/%Y})"


@dataclass(frozen=True)
class Place:
    """A unit as a summary reads it: its rows, and the line each row falls on."""

    unit: Committee
    tree: Tree
    is_top: bool  # the unit of the rating year itself, counted by wards
    ground: Ground | None = None
    # Where rows stand that name what was not there on the day; None for all as written.
    standing: Standing | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """What the unit was called on the day of the tree."""
        node = self.tree.nodes.get(self.unit.pk)
        return node.name if node else self.unit.name

    @property
    def kind(self) -> str:
        """What kind of unit it was on the day of the tree."""
        node = self.tree.nodes.get(self.unit.pk)
        return node.kind if node else self.unit.kind

    @property
    def everything(self) -> bool:
        """True when no condition is needed: every row of the year belongs here."""
        return self.is_top and self.ground is None

    @property
    def is_regrouped(self) -> bool:
        """True when rows of one tree are shown under another."""
        return False

    @property
    def names(self) -> Names:
        """The columns of placed rows that tell where they stand."""
        return THEN if self.standing else WRITTEN

    def columns(self, names: Names) -> list[str]:
        """The columns that tell the line of a row: those of line_of."""
        return list(names) if self._line_column == "cell" else [names.ward]

    def placed(self, rows: QuerySet) -> QuerySet:
        """Comments or placements, with the units they stand at on the reference day."""
        return self.standing.placed(rows) if self.standing else rows

    def here(self, rows: QuerySet, *, rest: bool = False) -> QuerySet:
        """The placed rows that belong to the unit; the rest of them: to no line below."""
        names = self.names
        rows = self.placed(rows)
        return rows.filter(self._rest(names) if rest else self.condition(names))

    def elsewhere(self, rows: QuerySet) -> QuerySet:
        """The placed rows that do not belong to the unit."""
        no_cell = Q(**{self.names.cell: None}) if self._column == "cell" else Q()
        outside = ~self.condition(self.names)
        return self.placed(rows).filter(outside | no_cell if no_cell else outside)

    def condition(self, names: Names, prefix: str = "") -> Q:
        """The condition that a row with these columns belongs to the unit."""
        if self.everything:
            return Q()
        if self._is_one_ward:
            return Q(**{f"{prefix}{names.ward}": self.unit.pk})
        column = getattr(names, self._column)
        return Q(**{f"{prefix}{column}__in": sorted(self._units)})

    def _rest(self, names: Names) -> Q:
        column = getattr(names, self._line_column)
        in_a_line = Q(**{f"{column}__in": sorted(self._owners)})
        return self.condition(names) & (Q(**{column: None}) | ~in_a_line)

    def holds(self, ward: int, cell: int | None) -> bool:
        """The same for one row already read."""
        if self.everything:
            return True
        if self._is_one_ward:
            return ward == self.unit.pk
        return (cell if self._column == "cell" else ward) in self._units

    def line_of(self, ward: int, cell: int | None) -> Key:
        """The unit directly below that a row counts for; None when it has none."""
        grain = cell if self._line_column == "cell" else ward
        return None if grain is None else self._owners.get(grain)

    def lines(self, counted: Iterable[Key]) -> list[Key]:
        """The lines to show, by name, and the rest last where something fell on it."""
        found = set(counted)
        shown: list[Key] = sorted(
            (found - {None}) | self._shown,
            key=lambda key: (text_sort_key(self._of(key)), str(key)),
        )
        return [*shown, None] if None in found and shown else shown

    def name_of(self, key: Key) -> str:
        """What a line is called."""
        return self._name_of_rest if key is None else self._of(key)

    def note_of(self, key: Key) -> str:
        """What a reader must know of a line."""
        if self.standing is None or not isinstance(key, int):
            return ""
        return self.standing.note_of(key)

    def node_of(self, key: Key) -> Node | None:
        """The unit of a line as it stands in its tree."""
        unit = self.unit.pk if key is None else key
        return self.tree.nodes.get(unit) if isinstance(unit, int) else None

    @property
    def total_name(self) -> str:
        return self.ground.words if self.ground else TOTAL

    def words(self, year: int) -> str:
        """Whose units the figures of a year stand under, where not those of their day."""
        told = []
        if self.is_regrouped:
            told.append(f"theo cơ cấu tổ chức của ngày {self.tree.day:%d/%m/%Y}")
        if self.total_name != TOTAL:
            told.append(f"{self.total_name[0].lower()}{self.total_name[1:]}")
        return f"Số liệu năm {year} {', '.join(told)}" if told else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of the whole table."""
        return ()

    def _of(self, key: Key) -> str:
        node = self.node_of(key)
        return node.name if node else ""

    @property
    def _name_of_rest(self) -> str:
        if self._line_column == "cell":
            return "Chưa phân chi bộ"
        return f"Đơn vị không có trong cơ cấu của ngày {self.tree.day:%d/%m/%Y}"

    @property
    def _column(self) -> str:
        """The column whose units decide whether a row belongs here."""
        return "cell" if is_below_ward(self.kind) else "ward"

    @property
    def _line_column(self) -> str:
        return "cell" if counts_by_cell(self.kind) else "ward"

    @property
    def _is_one_ward(self) -> bool:
        return self.kind == Kind.WARD

    @cached_property
    def _shown(self) -> set[Key]:
        """Lines that stand even where nobody is counted on them."""
        below = self.tree.residences_below(self.unit.pk)
        strays = self.standing.strays if self.standing else {}
        return {
            node.id
            for node in below
            if node.id not in strays and self._is_on_ground(node.id)
        }

    def _is_on_ground(self, unit: int) -> bool:
        if self.ground is None:
            return True
        return not self.ground.units.isdisjoint(self.tree.below(unit))

    @cached_property
    def _units(self) -> frozenset[int]:
        if self.ground is None:
            return frozenset(self.tree.below(self.unit.pk))
        if self.is_top:
            return self.ground.units
        return self.ground.units & frozenset(self.tree.below(self.unit.pk))

    @cached_property
    def _owners(self) -> dict[int, Key]:
        return dict(self.tree.owner_of_each(self.unit.pk))


def place_of(
    unit: Committee,
    year: RatingYear,
    tree: Tree,
    ground: Ground | None = None,
    standing: Standing | None = None,
) -> Place:
    """The place of a unit under the tree of a day; ground is none of a ward's."""
    node = tree.nodes.get(unit.pk)
    by_cell = counts_by_cell(node.kind if node else unit.kind)
    return Place(
        unit=unit,
        tree=tree,
        is_top=unit.pk == year.committee_id and not by_cell,
        ground=None if by_cell else ground,
        standing=standing,
    )
