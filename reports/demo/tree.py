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
        self.periods.append(period)


def ward_name(full_name: str) -> str:
    """Đảng ủy phường Cái Khế, of Phường Cái Khế."""
    return f"Đảng ủy {full_name[0].lower()}{full_name[1:]}"


def is_urban(ward: Committee) -> bool:
    """Wards call their parts khu vực, communes and towns ấp."""
    return ward.name.startswith("Đảng ủy phường")
