"""Finding the unit that a list means, as offices write its name."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Unit:
    id: int
    code: str
    name: str
    path: str
    kind: str
    uses_system: bool

    @property
    def is_cell(self) -> bool:
        return self.kind in _CELLS


def unit_key(name: str) -> str:
    """One key for the spellings of a name: P. 05 and phường 5, UBND and the words."""
    words = (_SHORT_FORMS.get(word, word) for word in _WORD.findall(fold(name)))
    plain = " ".join(word.lstrip("0") or "0" for word in words)
    return _PREFIX.sub("", plain)


class UnitIndex:
    """Every open unit under the keys of its names; built with one query."""

    def __init__(self, units: Iterable[Unit], short_names: Iterable[tuple[str, Unit]]):
        self._by_key: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            self._add(unit.name, unit)
            self._add(unit.code, unit)
        for name, unit in short_names:
            self._add(name, unit)

    @classmethod
    def load(cls) -> "UnitIndex":
        rows = Committee.objects.filter(valid_to=None).values_list(
            "id", "code", "name", "path", "kind", "uses_system", "short_name"
        )
        named = [(row[6], Unit(*row[:6])) for row in rows]
        return cls([unit for _, unit in named], [pair for pair in named if pair[0]])

    def find(self, name: str, *, cells_below: str | None = None) -> Unit | None:
        """The one unit of this name; None where none or several bear it.

        cells_below narrows to the cells at and below a path; without it cells
        give way to the committees of the same name.
        """
        found = self._among(self._by_key.get(unit_key(name), []), cells_below)
        if len(found) > 1 and cells_below is None:
            committees = [unit for unit in found if not unit.is_cell]
            found = committees or found
        return found[0] if len(found) == 1 else None

    def similar(self, name: str, *, cells_below: str | None = None) -> list[Unit]:
        """Up to six units whose names come near, the nearest first."""
        key = unit_key(name)
        near = difflib.get_close_matches(key, self._by_key, n=12, cutoff=0.5)
        found: dict[int, Unit] = {}
        for one in near:
            for unit in self._among(self._by_key[one], cells_below):
                found.setdefault(unit.id, unit)
        return list(found.values())[:6]

    def by_id(self, pk: int) -> Unit | None:
        for units in self._by_key.values():
            for unit in units:
                if unit.id == pk:
                    return unit
        return None

    def _add(self, name: str, unit: Unit) -> None:
        units = self._by_key[unit_key(name)]
        if unit not in units:
            units.append(unit)

    @staticmethod
    def _among(units: list[Unit], cells_below: str | None) -> list[Unit]:
        if cells_below is None:
            return list(units)
        return [
            unit for unit in units if unit.is_cell and contains(cells_below, unit.path)
        ]
