"""Finding the unit that a list means, as offices write its name."""

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from members.models import Committee, Kind
from members.queries.name_keys import unit_key
from members.queries.old_names import OldName, old_names
from members.scopes import contains

_CELLS = {Kind.CELL, Kind.GRASSROOTS_CELL}
_SIMILAR_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Unit:
    """What is known of a unit that is open today."""

    id: int
    code: str
    name: str
    path: str
    kind: str
    uses_system: bool
    short_name: str = ""
    valid_from: date | None = None
    parent_name: str | None = None

    @property
    def is_cell(self) -> bool:
        return self.kind in _CELLS


@dataclass(frozen=True, slots=True)
class Among:
    """Which units a name may mean: those at and below a path, perhaps cells alone."""

    below: str = ""
    cells_only: bool = False

    def holds(self, unit: Unit) -> bool:
        if self.cells_only and (not unit.is_cell or unit.path == self.below):
            return False
        return contains(self.below, unit.path)


EVERYWHERE = Among()


@dataclass(frozen=True, slots=True)
class Successor:
    """An open unit that goes on in place of one of another name, or of a part of it."""

    unit: Unit
    old: OldName

    @property
    def is_part(self) -> bool:
        return self.old.followers[self.unit.id]

    @property
    def words(self) -> str:
        """Tên cũ: Đảng ủy phường An Hội, …, nay là Đảng ủy phường Ninh Kiều."""
        now = "nay một phần thuộc" if self.is_part else "nay là"
        return f"Tên cũ: {self.old.words}, {now} {self.unit.name}."


class UnitIndex:
    """Every open unit under its code and the keys of its names, built with one query;
    under old names once a list asks for one, with two more.
    """

    def __init__(
        self, units: Iterable[Unit], old: Callable[[], Iterable[OldName]] = tuple
    ):
        self._read_old = old
        self._by_key: dict[str, list[Unit]] = defaultdict(list)
        self._by_id: dict[int, Unit] = {}
        self._by_code: dict[str, Unit] = {}
        for unit in units:
            self._by_id[unit.id] = unit
            self._by_code[unit.code.casefold()] = unit
            for key in {unit_key(unit.name), unit_key(unit.short_name)} - {""}:
                self._by_key[key].append(unit)

    @cached_property
    def _old(self) -> dict[str, list[Successor]]:
        found: dict[str, list[Successor]] = defaultdict(list)
        for name in self._read_old():
            followers = [self._by_id[pk] for pk in name.followers if pk in self._by_id]
            for key in {unit_key(name.name), unit_key(name.short_name)} - {""}:
                found[key] += [Successor(unit, name) for unit in followers]
        return found

    @classmethod
    def load(cls) -> "UnitIndex":
        fields = ["id", "code", "name", "path", "kind", "uses_system", "short_name"]
        fields += ["valid_from", "parent__name"]
        rows = Committee.objects.filter(valid_to=None).order_by("path")
        units = (Unit(*row) for row in rows.values_list(*fields))
        return cls(units, old_names)

    def find(self, name: str, among: Among = EVERYWHERE) -> Unit | None:
        """The one unit of this name or code; None where none or several bear it.

        Where cells are not asked for, they give way to a committee of the same name.
        """
        found = self.named(name, among)
        if len(found) > 1 and not among.cells_only:
            found = [unit for unit in found if not unit.is_cell] or found
        if not found and among.cells_only and name.strip().isdigit():
            found = self._numbered(int(name), among)
        if len(found) == 1:
            return found[0]
        coded = self._by_code.get(name.strip().casefold())
        return coded if coded and not found and among.holds(coded) else None

    def _numbered(self, number: int, among: Among) -> list[Unit]:
        """Under “Khu vực” a list often says no more than 1, 2, 3."""
        end = f" {number}"
        return [
            unit for unit in self.all_among(among) if unit_key(unit.name).endswith(end)
        ]

    def named(self, name: str, among: Among = EVERYWHERE) -> list[Unit]:
        """All units of this name."""
        return list(filter(among.holds, self._by_key.get(unit_key(name), [])))

    def formerly(self, name: str, among: Among = EVERYWHERE) -> list[Successor]:
        """Who goes on in place of the units that once bore a name."""
        old = self._old.get(unit_key(name), [])
        return [one for one in old if among.holds(one.unit)]

    def successors(self, name: str, among: Among = EVERYWHERE) -> list[Successor]:
        """The same where no open unit bears the name: that one always goes before."""
        return [] if self.named(name, among) else self.formerly(name, among)

    def successor(self, name: str, among: Among = EVERYWHERE) -> Successor | None:
        """The only one that an old name can mean; None where that is to be asked.

        Where an open unit elsewhere bears the name it may be meant as well; names of
        cells, though, are many and mean nothing outside their ward.
        """
        found = self.successors(name, among)
        if not among.cells_only and self.named(name):
            return None
        if (
            any(one.is_part for one in found)
            or len({one.unit.id for one in found}) != 1
        ):
            return None
        return found[0]

    def similar(self, name: str, among: Among = EVERYWHERE) -> list[Unit]:
        """Up to six units whose names come near, the nearest first."""
        near = difflib.get_close_matches(
            unit_key(name), self._by_key, n=2 * _SIMILAR_SHOWN, cutoff=0.5
        )
        units = (unit for key in near for unit in self._by_key[key])
        found = {unit.id: unit for unit in units if among.holds(unit)}
        return list(found.values())[:_SIMILAR_SHOWN]

    def by_id(self, pk: int | None) -> Unit | None:
        return self._by_id.get(pk or 0)

    def by_code(self, code: str) -> Unit | None:
        return self._by_code.get(code.strip().casefold())

    def all_among(self, among: Among) -> list[Unit]:
        return list(filter(among.holds, self._by_id.values()))
