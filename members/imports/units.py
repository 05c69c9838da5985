"""Finding the unit that a list means, as offices write its name."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from members.models import Committee, Kind
from members.scopes import contains
from party76.shared.text import fold

_CELLS = {Kind.CELL, Kind.GRASSROOTS_CELL}
# What stands before a name says which organisation, not which place.
_PREFIX = re.compile(r"^(?:dang uy|dang bo|ban chap hanh dang bo|chi bo(?: co so)?) ")
_SHORT_FORMS = {
    "ubnd": "uy ban nhan dan",
    "hdnd": "hoi dong nhan dan",
    "thpt": "trung hoc pho thong",
    "thcs": "trung hoc co so",
    "th": "tieu hoc",
    "bv": "benh vien",
    "bvdk": "benh vien da khoa",
    "dh": "dai hoc",
    "cd": "cao dang",
    "ct": "cong ty",
    "cty": "cong ty",
    "cp": "co phan",
    "tnhh": "trach nhiem huu han",
    "tp": "thanh pho",
    "tpct": "thanh pho can tho",
    "qk": "quan khu",
    "kv": "khu vuc",
    "p": "phuong",
    "tt": "thi tran",
}
_WORD = re.compile(r"[a-z]+|\d+")
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


def unit_key(name: str) -> str:
    """One key for the spellings of a name: P. 05 and phường 5, UBND and the words."""
    words = (_SHORT_FORMS.get(word, word) for word in _WORD.findall(fold(name)))
    plain = " ".join(word.lstrip("0") or "0" for word in words)
    return _PREFIX.sub("", plain)


class UnitIndex:
    """Every open unit under its code and the keys of its names; built with one query."""

    def __init__(self, units: Iterable[Unit]):
        self._by_key: dict[str, list[Unit]] = defaultdict(list)
        self._by_id: dict[int, Unit] = {}
        self._by_code: dict[str, Unit] = {}
        for unit in units:
            self._by_id[unit.id] = unit
            self._by_code[unit.code.casefold()] = unit
            for key in {unit_key(unit.name), unit_key(unit.short_name)} - {""}:
                self._by_key[key].append(unit)

    @classmethod
    def load(cls) -> "UnitIndex":
        fields = ["id", "code", "name", "path", "kind", "uses_system", "short_name"]
        rows = Committee.objects.filter(valid_to=None).order_by("path")
        return cls(Unit(*row) for row in rows.values_list(*fields, "valid_from"))

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
