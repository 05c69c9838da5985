"""The tree of organisations in time, grown in memory and written in one go."""

from collections import Counter
from datetime import date

from members.models import Committee, CommitteePeriod
from members.scopes import STEP
from members.services.committees import PERIOD_FIELDS

BATCH = 500


class Tree:
    """Units and their periods; nothing is stored before save()."""

    def __init__(self) -> None:
        self.units: dict[str, Committee] = {}
        self.periods: list[CommitteePeriod] = []
        self._open: dict[str, CommitteePeriod] = {}
        self._children: dict[str, dict[str, Committee]] = {}

    def add(
        self,
        parent: Committee | None,
        code: str,
        name: str,
        kind: str,
        sector: str,
        *,
        since: date,
        statistics_code: str = "",
        **fields,
    ) -> Committee:
        """A new unit with its first period; codes are never given twice."""
        if code in self.units:
            raise ValueError(code)
        unit = Committee(
            code=code,
            name=name,
            kind=kind,
            sector=sector,
            parent=parent,
            valid_from=since,
            **fields,
        )
        self.units[code] = unit
        self._adopt(parent, unit)
        self._begin(unit, since, statistics_code)
        return unit

    def move(self, unit: Committee, parent: Committee, *, on: date, name: str = ""):
        """Let a unit stand below another, perhaps renamed, from a day on."""
        if unit.parent is not None:
            del self._children[unit.parent.code][unit.code]
        unit.parent, unit.name = parent, name or unit.name
        self._adopt(parent, unit)
        before = self._open[unit.code]
        before.valid_to = on
        self._begin(unit, on, before.statistics_code)

    def close(self, unit: Committee, *, on: date) -> None:
        """End a unit; what still lies below it must have been moved or closed."""
        unit.valid_to = on
        self._open.pop(unit.code).valid_to = on

    def children(self, unit: Committee) -> list[Committee]:
        """Open units directly below, in the order in which they came."""
        below = self._children.get(unit.code, {}).values()
        return [child for child in below if child.valid_to is None]

    def cells(self, ward: Committee) -> list[Committee]:
        """Open cells of a ward that receive members."""
        return [cell for cell in self.children(ward) if cell.receives_members]

    def save(self) -> None:
        """Give every unit its path and write units and periods, parents first."""
        numbers: Counter[str] = Counter()
        levels: list[list[Committee]] = [
            [unit for unit in self.units.values() if unit.parent is None]
        ]
        while levels[-1]:
            for unit in levels[-1]:
                base = unit.parent.path if unit.parent else ""
                numbers[base] += 1
                unit.path = f"{base}{numbers[base]:0{STEP}}"
                unit.set_keys()
            Committee.objects.bulk_create(levels[-1], batch_size=BATCH)
            levels.append(
                [
                    child
                    for unit in levels[-1]
                    for child in self._children.get(unit.code, {}).values()
                ]
            )
        CommitteePeriod.objects.bulk_create(self.periods, batch_size=BATCH)

    def _adopt(self, parent: Committee | None, unit: Committee) -> None:
        if parent is not None:
            self._children.setdefault(parent.code, {})[unit.code] = unit

    def _begin(self, unit: Committee, on: date, statistics_code: str) -> None:
        period = CommitteePeriod(
            committee=unit,
            statistics_code=statistics_code,
            valid_from=on,
            **{name: getattr(unit, name) for name in PERIOD_FIELDS},
        )
        self._open[unit.code] = period
        self.periods.append(period)


def ward_name(full_name: str) -> str:
    """Đảng ủy phường Cái Khế, of Phường Cái Khế."""
    return f"Đảng ủy {full_name[0].lower()}{full_name[1:]}"


def is_urban(ward: Committee) -> bool:
    """Wards call their parts khu vực, communes and towns ấp."""
    return ward.name.startswith("Đảng ủy phường")
