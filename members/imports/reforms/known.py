"""The open units of the tree, found by name and by what they stand below; one query."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from members.imports.units import unit_key
from members.models import Committee, Kind
from party76.shared.text import differ_in_marks, fold

_CELLS = {Kind.CELL, Kind.GRASSROOTS_CELL}
_BELOW_WARDS = {*_CELLS, Kind.DIVISION}


@dataclass(frozen=True, slots=True)
class OpenUnit:
    """A unit that exists today, as a reform needs to know it."""

    id: int
    code: str
    name: str
    short_name: str
    kind: str
    sector: str
    parent_id: int | None
    path: str
    outside_city: bool
    uses_system: bool
    receives_members: bool
    valid_from: date | None

    @property
    def is_cell(self) -> bool:
        return self.kind in _CELLS

    @property
    def is_cell_of_residence(self) -> bool:
        return self.receives_members and self.kind != Kind.WARD

    @property
    def is_ward(self) -> bool:
        return self.kind == Kind.WARD

    @property
    def is_below_ward(self) -> bool:
        return self.kind in _BELOW_WARDS

    @property
    def keys(self) -> set[str]:
        return {unit_key(self.name), unit_key(self.short_name)} - {""}


_FIELDS = tuple(OpenUnit.__dataclass_fields__)


class OpenTree:
    """Open units by key, code, name and parent."""

    def __init__(self, units: Iterable[OpenUnit]) -> None:
        self._by_id: dict[int, OpenUnit] = {}
        self._by_code: dict[str, OpenUnit] = {}
        self._by_key: defaultdict[str, list[OpenUnit]] = defaultdict(list)
        self._children: defaultdict[int | None, list[OpenUnit]] = defaultdict(list)
        for unit in units:
            self._by_id[unit.id] = unit
            self._by_code[unit.code.casefold()] = unit
            self._children[unit.parent_id].append(unit)
            for key in unit.keys:
                self._by_key[key].append(unit)

    @classmethod
    def load(cls) -> "OpenTree":
        rows = Committee.objects.filter(valid_to=None).order_by("path")
        return cls(OpenUnit(*row) for row in rows.values_list(*_FIELDS))

    def unit(self, pk: int | None) -> OpenUnit | None:
        return self._by_id.get(pk or 0)

    def units(self) -> Iterable[OpenUnit]:
        return self._by_id.values()

    def children(self, pk: int) -> list[OpenUnit]:
        return self._children.get(pk, [])

    def above(self, unit: OpenUnit) -> Iterator[OpenUnit]:
        """The units above one, the nearest first."""
        current = self.unit(unit.parent_id)
        while current is not None:
            yield current
            current = self.unit(current.parent_id)

    def find(self, name: str, parent: str = "") -> list[OpenUnit]:
        """The units a list may mean: by code, or by name, below the parent it names.

        Where nothing is said of the parent, cells give way to committees.
        """
        coded = self._by_code.get(name.strip().casefold())
        if coded is not None:
            return [coded]
        named = [
            unit
            for unit in self._by_key.get(unit_key(name), [])
            if not differ_in_marks(name, unit.name)
        ]
        if parent:
            return [unit for unit in named if self._stands_below(unit, parent)]
        wide = [unit for unit in named if not unit.is_cell]
        return wide if len(named) > 1 and wide else named

    def _stands_below(self, unit: OpenUnit, words: str) -> bool:
        """True where everything the words name (“phường A, quận B”) is above the unit."""
        above: set[str] = set()
        for one in self.above(unit):
            above |= one.keys | {one.code.casefold()}
        asked = [part for part in words.split(",") if fold(part)]
        return all(
            unit_key(part) in above or part.strip().casefold() in above
            for part in asked
        )
