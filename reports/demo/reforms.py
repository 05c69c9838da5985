"""The reforms of 2020, 2024 and 2025, applied to the tree in memory.

Identity is not the name: a unit formed by merger is a new one, even where it keeps
the name of a predecessor; one that is enlarged or not arranged lives on.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from members.models import Committee, Kind, Sector
from reports.demo.old_city import OldCity, add_cells
from reports.demo.sources import (
    OLD_PROVINCE,
    Change,
    changes_of_old_city,
    units_of_today,
    workplaces_of_2013,
)
from reports.demo.tree import is_urban, ward_name
from reports.demo.workplaces import Workplaces, add_ward_office

# The list has the year of the first reform only; its first day stands for it.
FIRST, SECOND = date(2020, 1, 1), date(2024, 11, 1)
OFFICES_MERGED = date(2025, 3, 1)
THIRD = date(2025, 7, 1)

# Wards that are shown complete today: their khu vực were merged into so many.
COMPLETE = {
    "Phường Ninh Kiều": 5,
    "Phường Cái Khế": 4,
    "Phường Tân An": 4,
    "Phường An Bình": 4,
}


@dataclass
class Reform:
    """Where the people of a closed or moved unit belong from a day on."""

    on: date
    wards: dict[str, Committee] = field(default_factory=dict)
    cells: dict[str, tuple[Committee, Committee]] = field(default_factory=dict)
    workplaces: dict[str, Committee] = field(default_factory=dict)


@dataclass
class Reforms:
    """All of them in order, and the wards of today by their full name."""

    steps: list[Reform]
    wards: dict[str, Committee]


def apply_reforms(old: OldCity) -> Reforms:
    """Carry out every reform on the tree; returns who follows whom."""
    wards = {(ward.full_name, ward.district): ward.unit for ward in old.wards}
    steps = []
    for on, when in [(FIRST, "2020"), (SECOND, "2024-11-01")]:
        reform = Reform(on)
        found = _Merger(old, reform, wards).carry_out(changes_of_old_city(when))
        wards |= {(name, "Quận Ninh Kiều"): unit for name, unit in found.items()}
        steps.append(reform)
    steps.append(_merge_offices(old))
    third = Reform(THIRD)
    _move_blocs(old)
    today = _Merger(old, third, wards).carry_out(changes_of_old_city("2025-07-01"))
    _close_districts(old, third, steps)
    today |= _add_joined_provinces(old)
    return Reforms([*steps, third], today)


class _Merger:
    """One reform of wards: who goes where, by the list of its decision."""

    def __init__(
        self, old: OldCity, reform: Reform, wards: dict[tuple[str, str], Committee]
    ) -> None:
        self.tree, self.workplaces = old.tree, old.workplaces
        self.city, self.reform, self.wards = old.city, reform, wards
        self.codes = {
            unit.full_name: (f"DU{number:03}", unit.statistics_code)
            for number, unit in enumerate(units_of_today(), 1)
        }

    def carry_out(self, changes: list[Change]) -> dict[str, Committee]:
        """Form the new units and end the old ones; {full name: unit that goes on}."""
        by_new: dict[str, list[Change]] = {}
        for change in changes:
            by_new.setdefault(change.new_unit, []).append(change)
        found = {}
        for name, parts in by_new.items():
            found[name] = self._successor(name, parts)
            self._take_in(name, found[name], parts)
        for change in changes:
            self._end(change, found[change.new_unit])
        return found

    def _successor(self, name: str, parts: list[Change]) -> Committee:
        for change in parts:
            if change.operation in {"enlarge", "unchanged"}:
                unit = self._old(change)
                if change.operation == "unchanged":
                    self.tree.move(unit, self.city, on=self.reform.on)
                return unit
        first = self._old(parts[0])
        is_last_reform = self.reform.on == THIRD
        code, statistics_code = self.codes[name] if is_last_reform else ("Q01-14", "")
        ward = self.tree.add(
            self.city if is_last_reform else first.parent,
            code,
            ward_name(name),
            Kind.WARD,
            Sector.COMMUNE,
            since=self.reform.on,
            statistics_code=statistics_code,
            receives_members=True,
        )
        label = name[0].lower() + name[1:]
        add_ward_office(self.workplaces, ward, label, since=self.reform.on)
        return ward

    def _take_in(self, name: str, ward: Committee, parts: list[Change]) -> None:
        """Move the cells of the old wards below the new one, renamed and joined."""
        own = self.tree.cells(ward)
        incoming = [
            cell
            for change in parts
            if self._old(change) is not ward
            for cell in self._cells_that_go(change)
        ]
        joined = COMPLETE.get(name) if self.reform.on == THIRD else None
        groups = _groups(incoming, joined or len(incoming))
        taken = {cell.name for cell in own}
        for number, group in enumerate(groups, len(own) + 1):
            leader, *others = group
            new_name = _cell_name(ward, leader, number, taken)
            self.tree.move(leader, ward, on=self.reform.on, name=new_name)
            for cell in others:
                self.tree.close(cell, on=self.reform.on)
            for cell in group:
                self.reform.cells[cell.code] = (ward, leader)

    def _cells_that_go(self, change: Change) -> list[Committee]:
        """All that are left, or only the last two of a ward that is divided."""
        cells = self.tree.cells(self._old(change))
        divided_first = change.part == "partial" and not self._is_divided(change)
        return cells[-2:] if divided_first else cells

    def _is_divided(self, change: Change) -> bool:
        """True for the second part of a divided ward: the first has left already."""
        return any(
            cell.startswith(f"{self._old(change).code}-") for cell in self.reform.cells
        )

    def _end(self, change: Change, successor: Committee) -> None:
        old = self._old(change)
        # Of a divided ward, what has no cell goes to the larger, second part.
        self.reform.wards[old.code] = successor
        if old is successor:
            if self.reform.on == THIRD:
                self._move_schools(old, successor)
            return
        office = self.workplaces.offices[old.code][0]
        self.reform.workplaces[office.code] = self.workplaces.offices[successor.code][0]
        if old.valid_to is None:
            for child in self.tree.children(old):
                self.tree.close(child, on=self.reform.on)
            self.tree.close(old, on=self.reform.on)
            schools = self.workplaces.schools.pop(old.code, [])
            self.workplaces.schools.setdefault(successor.code, []).extend(schools)
        if self.reform.on == THIRD:
            self._move_schools(successor, successor)

    def _move_schools(self, ward: Committee, parent: Committee) -> None:
        """Schools stood under the district, which is gone."""
        for school in self.workplaces.schools.pop(ward.code, []):
            self.tree.move(school, parent, on=self.reform.on)

    def _old(self, change: Change) -> Committee:
        return self.wards[change.old_unit, change.old_district]


def _groups(cells: list[Committee], count: int) -> list[list[Committee]]:
    """The cells in so many runs of neighbours of nearly one length."""
    bounds = [len(cells) * number // max(count, 1) for number in range(count + 1)]
    return [cells[first:end] for first, end in itertools.pairwise(bounds)]


def _cell_name(ward: Committee, cell: Committee, number: int, taken: set[str]) -> str:
    """A number in a ward; elsewhere the hamlet's name, with a letter when it is taken."""
    name = f"Chi bộ Khu vực {number}" if is_urban(ward) else cell.name
    while name in taken:
        name = (
            f"{cell.name} {'ABCDEFGH'[sum(t.startswith(cell.name) for t in taken) - 1]}"
        )
    taken.add(name)
    return name


def _merge_offices(old: OldCity) -> Reform:
    """The merger of the city's offices in March 2025."""
    reform = Reform(OFFICES_MERGED)
    new_name = "Sở Nông nghiệp và Môi trường"
    tree, workplaces = old.tree, old.workplaces
    head = workplaces.heads["offices"]
    new = workplaces.add(head, new_name, "office", since=OFFICES_MERGED)
    workplaces.blocs["government"].append(new)
    for unit, successor in _bodies_until(OFFICES_MERGED, workplaces):
        tree.close(unit, on=OFFICES_MERGED)
        reform.workplaces[unit.code] = successor
    return reform


def _bodies_until(
    day: date, workplaces: Workplaces
) -> Iterator[tuple[Committee, Committee]]:
    for body in workplaces_of_2013():
        if body.until == day:
            yield workplaces.by_name[body.name], workplaces.by_name[body.successor]


def _move_blocs(old: OldCity) -> None:
    """The two blocs end; party bodies and the government's have one committee each."""
    tree, blocs, heads = old.tree, old.workplaces.blocs, old.workplaces.heads
    new = [
        ("K3", "Đảng bộ các cơ quan Đảng thành phố", ("party", "other")),
        (
            "K4",
            "Đảng bộ Ủy ban nhân dân thành phố",
            ("government", "service", "enterprise"),
        ),
    ]
    for code, name, members in new:
        head = tree.add(old.city, code, name, Kind.DIRECT, Sector.AGENCY, since=THIRD)
        for unit in (unit for bloc in members for unit in blocs[bloc]):
            if unit.valid_to is None:
                tree.move(unit, head, on=THIRD)
    for key in ("offices", "companies"):
        tree.close(heads[key], on=THIRD)


def _close_districts(old: OldCity, reform: Reform, before: list[Reform]) -> None:
    """District bodies end: police and army join the city's, the rest goes to wards."""
    workplaces, tree = old.workplaces, old.tree
    city_wide = {
        "police": workplaces.by_name["Công an thành phố"],
        "army": workplaces.by_name["Bộ Chỉ huy Quân sự thành phố"],
        "hospital": workplaces.by_name["Bệnh viện Đa khoa thành phố"],
    }
    chain = [*before, reform]
    for name, district in old.districts.items():
        wards = [ward.unit for ward in old.wards if ward.district == name]
        heirs = [workplaces.offices[_follow(ward, chain).code][0] for ward in wards]
        for number, office in enumerate(workplaces.offices[district.code]):
            heir = city_wide.get(workplaces.trades[office.code])
            reform.workplaces[office.code] = heir or heirs[number % len(heirs)]
            tree.close(office, on=THIRD)
        tree.close(district, on=THIRD)
    for unit, successor in _bodies_until(THIRD, workplaces):
        reform.workplaces[unit.code] = successor
        tree.close(unit, on=THIRD)
    for key in ("haugiang", "soctrang"):
        tree.close(workplaces.heads[key], on=THIRD)


def _follow(ward: Committee, chain: list[Reform]) -> Committee:
    for reform in chain:
        ward = reform.wards.get(ward.code, ward)
    return ward


def _add_joined_provinces(old: OldCity) -> dict[str, Committee]:
    """Wards and communes of Hậu Giang and Sóc Trăng, as they are from that day."""
    found = {}
    for number, unit in enumerate(units_of_today(), 1):
        if unit.former_province == OLD_PROVINCE:
            continue
        ward = old.tree.add(
            old.city,
            f"DU{number:03}",
            ward_name(unit.full_name),
            Kind.WARD,
            Sector.COMMUNE,
            since=THIRD,
            statistics_code=unit.statistics_code,
            receives_members=True,
        )
        label = unit.full_name[0].lower() + unit.full_name[1:]
        add_ward_office(old.workplaces, ward, label, since=THIRD)
        hamlets = (f"số {hamlet}" for hamlet in range(1, 9))
        add_cells(old.tree, ward, 3, hamlets, since=THIRD)
        found[unit.full_name] = ward
    return found
