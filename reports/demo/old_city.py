"""The city of 2013: 9 districts, 85 wards, communes and towns, their cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from members.models import Committee, Kind, Sector
from reports.demo.sources import OldUnit, units_of_2013
from reports.demo.tree import Tree, is_urban, ward_name
from reports.demo.workplaces import (
    LONG_AGO,
    Workplaces,
    add_city_bodies,
    add_district_bodies,
    add_ward_bodies,
)

CITY = "CT"
RATED_2013 = 22_635

# Members of an average ward there; the number of a ward lies around it.
_DENSITY = {
    "Quận Ninh Kiều": 615,
    "Quận Bình Thủy": 425,
    "Quận Cái Răng": 330,
    "Quận Ô Môn": 255,
    "Quận Thốt Nốt": 225,
    "Huyện Phong Điền": 170,
    "Huyện Cờ Đỏ": 120,
    "Huyện Vĩnh Thạnh": 112,
    "Huyện Thới Lai": 105,
}
_FIRST_WORDS = (
    "Thới", "Thạnh", "Trường", "Định", "Đông", "Tân", "Vĩnh", "Nhơn", "Phước", "Mỹ",
)  # fmt: skip
_SECOND_WORDS = (
    "Hòa", "Phước", "Lợi", "Thuận", "Bình", "Hưng", "Lộc", "Thọ", "An", "Phú",
    "Khánh", "Qui", "Long",
)  # fmt: skip


@dataclass
class OldWard:
    """A ward of 2013 with those who live there and are followed."""

    unit: Committee
    district: str
    full_name: str
    size: int  # rated in 2013
    cells: list[Committee]
    hamlets: list[str]  # what the cells were called then


@dataclass
class OldCity:
    tree: Tree
    city: Committee
    workplaces: Workplaces
    districts: dict[str, Committee]
    wards: list[OldWard]


def build_old_city(dice: Random) -> OldCity:
    """The tree as it stood in 2013, in memory."""
    tree = Tree()
    city = tree.add(
        None, CITY, "Thành ủy Cần Thơ", Kind.CITY, Sector.AGENCY, since=LONG_AGO
    )
    workplaces = Workplaces(tree)
    add_city_bodies(workplaces, city)
    units = units_of_2013()
    districts = {
        name: _add_district(tree, city, number, name)
        for number, name in enumerate(dict.fromkeys(u.district for u in units), 1)
    }
    for name, district in districts.items():
        add_district_bodies(workplaces, district, name)
    wards = list(_add_wards(workplaces, districts, units, dice))
    return OldCity(tree, city, workplaces, districts, wards)


def _add_district(tree: Tree, city: Committee, number: int, name: str) -> Committee:
    kind, bare = name.split(" ", 1)
    return tree.add(
        city,
        f"Q{number:02}",
        f"{kind} ủy {bare}",
        Kind.DISTRICT,
        Sector.AGENCY,
        since=LONG_AGO,
        short_name=name,
    )


def _add_wards(
    workplaces: Workplaces,
    districts: dict[str, Committee],
    units: Sequence[OldUnit],
    dice: Random,
) -> Iterator[OldWard]:
    wished = [_DENSITY[unit.district] * dice.uniform(0.6, 1.4) for unit in units]
    sizes = apportion(RATED_2013, wished)
    free_names = {name: _hamlets(dice) for name in districts}
    numbers = dict.fromkeys(districts, 0)
    for unit, size in zip(units, sizes, strict=True):
        district = districts[unit.district]
        numbers[unit.district] += 1
        ward = workplaces.tree.add(
            district,
            f"{district.code}-{numbers[unit.district]:02}",
            ward_name(unit.full_name),
            Kind.WARD,
            Sector.COMMUNE,
            since=LONG_AGO,
            statistics_code=unit.statistics_code,
            receives_members=True,
        )
        add_ward_bodies(workplaces, district, ward, unit.full_name)
        count = max(4, min(9, round(size / 48)))
        names = free_names[unit.district]
        cells = add_cells(workplaces.tree, ward, count, names, since=LONG_AGO)
        hamlets = [cell.name.removeprefix("Chi bộ ") for cell in cells]
        yield OldWard(ward, unit.district, unit.full_name, size, cells, hamlets)


def add_cells(
    tree: Tree, ward: Committee, count: int, hamlets: Iterator[str], *, since: date
) -> list[Committee]:
    """Cells that receive: by number in a ward, by the name of the hamlet elsewhere."""
    return [
        tree.add(
            ward,
            f"{ward.code}-{number:02}",
            f"Chi bộ Khu vực {number}"
            if is_urban(ward)
            else f"Chi bộ ấp {next(hamlets)}",
            Kind.CELL,
            Sector.COMMUNE,
            since=since,
            receives_members=True,
        )
        for number in range(1, count + 1)
    ]


def _hamlets(dice: Random) -> Iterator[str]:
    names = [
        f"{first} {second}"
        for first in _FIRST_WORDS
        for second in _SECOND_WORDS
        if first != second
    ]
    dice.shuffle(names)
    return iter(names)


def apportion(whole: int, wished: Sequence[float]) -> list[int]:
    """Whole numbers in the proportion of the wishes, of exactly that sum."""
    scale = whole / sum(wished)
    parts = [int(wish * scale) for wish in wished]
    order = sorted(
        range(len(wished)),
        key=lambda index: wished[index] * scale - parts[index],
        reverse=True,
    )
    for index in order[: whole - sum(parts)]:
        parts[index] += 1
    return parts
