"""The lists of the decisions of 2020, 2024 and 2025, as an office would hand them in.

Wards come from the public facts that the demo carries; cells, offices and schools are
invented, and follow their ward. Identity is not the name: a unit formed by merger is a
new one, even where it keeps the name of a predecessor.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from members.models import Committee
from reports.demo.old_city import OldCity, OldWard
from reports.demo.sources import (
    OLD_PROVINCE,
    Change,
    changes_of,
    units_of_today,
    workplaces_of_2013,
)

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
HEADING = (
    "Đơn vị cũ",
    "Trực thuộc cũ",
    "Tỉnh, thành phố cũ",
    "Đơn vị mới",
    "Loại đơn vị mới",
    "Trực thuộc mới",
    "Toàn bộ hay một phần",
    "Hình thức",
    "Mã đơn vị mới",
    "Mã thống kê",
)
_MERGED, _ABSORBED, _KEPT = "Hợp nhất", "Sáp nhập", "Giữ nguyên"
_RENAMED, _MOVED, _ENDED, _FOUNDED = (
    "Đổi tên", "Chuyển giao", "Kết thúc hoạt động", "Thành lập mới",
)  # fmt: skip
_WORDS = {"merge": _MERGED, "absorb": _ABSORBED, "enlarge": _KEPT, "unchanged": _KEPT}
_PARTY, _GOVERNMENT = (
    "Đảng bộ các cơ quan Đảng thành phố",
    "Đảng bộ Ủy ban nhân dân thành phố",
)
_BLOCS = {
    _PARTY: ("party", "other"),
    _GOVERNMENT: ("government", "service", "enterprise"),
}

Row = tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """A list with the number and the days that stand over it."""

    number: str
    decided_on: date | None
    effective_on: date
    title: str
    rows: list[Row]


@dataclass
class Home:
    """A ward in the course of the reforms: its cells by code, under their names."""

    full_name: str
    office: str  # code of its office, or the name of one that a list forms
    cells: dict[str, str] = field(default_factory=dict)
    schools: list[str] = field(default_factory=list)


class Lists:
    """All decisions in order, and where each cell of 2013 is today."""

    def __init__(self, old: OldCity) -> None:
        self.old = old
        self.homes = {
            (ward.full_name, ward.district): _home(ward, old) for ward in old.wards
        }
        # {code of a cell of 2013: full name of its ward of today}
        self.ward_today: dict[str, str] = {}
        self._codes = {
            unit.full_name: (f"DU{number:03}", unit.statistics_code)
            for number, unit in enumerate(units_of_today(), 1)
        }
        self.decisions = [
            Decision("", None, FIRST, "Sắp xếp phường của quận Ninh Kiều năm 2020",
                     list(self._wards("2020"))),
            Decision("1192/NQ-UBTVQH15", date(2024, 9, 28), SECOND,
                     "Sắp xếp phường của quận Ninh Kiều năm 2024",
                     list(self._wards("2024-11-01"))),
            Decision("14-QĐ/TU", date(2025, 2, 26), OFFICES_MERGED,
                     "Hợp nhất các sở", list(_bodies_until(OFFICES_MERGED))),
            Decision("1668/NQ-UBTVQH15", date(2025, 6, 16), THIRD,
                     "Sắp xếp đơn vị hành chính cấp xã, kết thúc cấp huyện",
                     list(self._third())),
        ]  # fmt: skip

    def _third(self) -> Iterator[Row]:
        yield from self._wards("2025-07-01")
        yield from self._joined_provinces()
        yield from self._blocs()
        yield from self._districts()
        yield from _bodies_until(THIRD)
        yield _row("Tỉnh ủy Hậu Giang", new=self.old.city.name, how=_ABSORBED)
        yield _row("Tỉnh ủy Sóc Trăng", new=self.old.city.name, how=_ABSORBED)

    # Wards with what stands below them

    def _wards(self, when: str) -> Iterator[Row]:
        """The wards of the list, their cells, their offices and, at last, the schools."""
        changes = changes_of(when)
        last: dict[tuple[str, str], int] = {}
        for number, change in enumerate(changes):
            last[change.old_unit, change.old_district] = number
        joined: dict[str, Home] = {}
        gone: list[tuple[str, str]] = []
        for number, change in enumerate(changes):
            yield self._ward(change, is_last=last[change.key] == number, when=when)
            if change.old_province != OLD_PROVINCE:
                continue
            new = joined.setdefault(change.new_unit, self._new_home(change, changes))
            yield from self._take_in(change, new, is_last=last[change.key] == number)
            gone.append(change.key)
        for key in gone:
            self.homes.pop(key, None)
        for name, home in joined.items():
            yield from self._name_cells(home, when)
            district = "" if when == "2025-07-01" else "Quận Ninh Kiều"
            self.homes[name, district] = home
            self.ward_today |= dict.fromkeys(home.cells, name)
        if when == "2025-07-01":
            yield from self._schools(joined)

    def _ward(self, change: Change, *, is_last: bool, when: str) -> Row:
        part = "Toàn bộ"
        if change.part == "partial":
            part = "Phần còn lại" if is_last else "Một phần"
        code, statistics = "", ""
        if change.operation == "merge":
            code, statistics = ("Q01-14", "")
            if when == "2025-07-01":
                code, statistics = self._codes[change.new_unit]
        elif change.operation == "unchanged" and change.old_province != OLD_PROVINCE:
            code, statistics = self._codes[change.new_unit]
        kind, name = change.new_unit.split(" ", 1)
        return _row(
            change.old_unit,
            old_parent=change.old_district,
            province=change.old_province,
            new=name,
            kind=kind,
            part=part,
            how=_WORDS[change.operation],
            code=code,
            statistics=statistics,
        )

    def _new_home(self, change: Change, changes: list[Change]) -> Home:
        """The ward that goes on: the one that is kept, or a new one."""
        for other in changes:
            kept = other.operation in {"enlarge", "unchanged"}
            if other.new_unit == change.new_unit and kept:
                return self.homes[other.key]
        office = f"UBND {_label(change.new_unit)}"
        return Home(change.new_unit, office)

    def _take_in(self, change: Change, new: Home, *, is_last: bool) -> Iterator[Row]:
        """Cells, office and schools of an old ward, or of its part, go to the new one."""
        old = self.homes[change.key]
        if old is new:
            return
        codes = list(old.cells) if is_last else list(old.cells)[-2:]
        for code in codes:
            new.cells[code] = f"{_MOVING} {old.cells.pop(code)}"
        if not is_last:
            return
        new.schools += old.schools
        kept = new.office.startswith("CQ")
        yield _row(
            old.office,
            new=new.office,
            parent="" if kept else new.full_name,
            how=_ABSORBED if kept else _MERGED,
        )

    def _name_cells(self, home: Home, when: str) -> Iterator[Row]:
        """Cells that came are numbered on, or told apart; some join their neighbours."""
        own = {code: name for code, name in home.cells.items() if not _is_moving(name)}
        came = [code for code in home.cells if code not in own]
        count = COMPLETE.get(home.full_name) if when == "2025-07-01" else None
        taken = set(own.values())
        for number, group in enumerate(_groups(came, count or len(came)), len(own) + 1):
            old_name = home.cells[group[0]].removeprefix(f"{_MOVING} ")
            name = _cell_name(home.full_name, old_name, number, taken)
            for code in group:
                how = _RENAMED if code == group[0] else _ABSORBED
                yield _row(code, new=name, parent=home.full_name, how=how)
                home.cells[code] = name

    def _schools(self, joined: dict[str, Home]) -> Iterator[Row]:
        """Schools stood under the district, which goes; their ward takes them."""
        for name, home in joined.items():
            for code in home.schools:
                yield _row(code, parent=name, how=_MOVED)

    def _joined_provinces(self) -> Iterator[Row]:
        """What stands below the wards of Hậu Giang and Sóc Trăng from that day."""
        hamlets = (f"số {number}" for number in itertools.cycle(range(1, 9)))
        for unit in units_of_today():
            if unit.former_province == OLD_PROVINCE:
                continue
            ward = unit.full_name
            yield _row(new=f"UBND {_label(ward)}", kind="Chi bộ", parent=ward,
                       how=_FOUNDED)  # fmt: skip
            for number in range(1, 4):
                urban = ward.startswith("Phường")
                name = f"Khu vực {number}" if urban else f"ấp {next(hamlets)}"
                yield _row(new=f"Chi bộ {name}", kind="Chi bộ", parent=ward,
                           how=_FOUNDED)  # fmt: skip

    # Bodies of the city and of the districts

    def _blocs(self) -> Iterator[Row]:
        """Two blocs end; party bodies and the government's have one committee each."""
        workplaces = self.old.workplaces
        kind = "Đảng ủy trực thuộc"
        offices, companies = workplaces.heads["offices"], workplaces.heads["companies"]
        yield _row(offices.code, new=_PARTY, kind=kind, part="Một phần",
                   how=_MERGED, code="K3")  # fmt: skip
        yield _row(offices.code, new=_GOVERNMENT, kind=kind, part="Phần còn lại",
                   how=_MERGED, code="K4")  # fmt: skip
        yield _row(companies.code, new=_GOVERNMENT, kind=kind, how=_MERGED)
        gone = {body.name for body in workplaces_of_2013() if body.until}
        for head, blocs in _BLOCS.items():
            for unit in (unit for bloc in blocs for unit in workplaces.blocs[bloc]):
                if unit.name not in gone:
                    yield _row(unit.code, parent=head, how=_MOVED)
        yield _row("Sở Nông nghiệp và Môi trường", parent=_GOVERNMENT, how=_MOVED)

    def _districts(self) -> Iterator[Row]:
        """District bodies end: police, army and hospital join the city's, the rest the
        wards' offices."""
        workplaces = self.old.workplaces
        city_wide = {
            "police": workplaces.by_name["Công an thành phố"],
            "army": workplaces.by_name["Bộ Chỉ huy Quân sự thành phố"],
            "hospital": workplaces.by_name["Bệnh viện Đa khoa thành phố"],
        }
        for name, district in self.old.districts.items():
            wards = [ward for ward in self.old.wards if ward.district == name]
            heirs = [self.ward_today[ward.cells[0].code] for ward in wards]
            for number, office in enumerate(workplaces.offices[district.code]):
                heir = city_wide.get(workplaces.trades[office.code])
                if heir is not None:
                    yield _row(office.code, new=heir.code, how=_ABSORBED)
                else:
                    yield self._into_office(office, heirs[number % len(heirs)])
            yield _row(district.code, how=_ENDED)

    def _into_office(self, office: Committee, ward: str) -> Row:
        home = self.homes[ward, ""]
        if home.office.startswith("CQ"):
            return _row(office.code, new=home.office, how=_ABSORBED)
        return _row(office.code, new=home.office, parent=ward, how=_MERGED)


_MOVING = "→"


def _is_moving(name: str) -> bool:
    return name.startswith(_MOVING)


def _home(ward: OldWard, old: OldCity) -> Home:
    return Home(
        ward.full_name,
        old.workplaces.offices[ward.unit.code][0].code,
        {cell.code: cell.name for cell in ward.cells},
        [school.code for school in old.workplaces.schools[ward.unit.code]],
    )


def _row(old: str = "", **values: str) -> Row:
    keys = ("old", "old_parent", "province", "new", "kind", "parent", "part", "how",
            "code", "statistics")  # fmt: skip
    values["old"] = old
    return tuple(values.get(key, "") for key in keys)


def _bodies_until(day: date) -> Iterator[Row]:
    """Bodies of the city that end on a day, and who goes on in their place."""
    bodies = workplaces_of_2013()
    known = {body.name for body in bodies}
    for body in bodies:
        if body.until == day:
            how = _ABSORBED if body.successor in known else _MERGED
            yield _row(body.name, new=body.successor, how=how)


def _label(full_name: str) -> str:
    return full_name[0].lower() + full_name[1:]


def _groups(cells: list[str], count: int) -> list[list[str]]:
    """The cells in so many runs of neighbours of nearly one length."""
    bounds = [len(cells) * number // max(count, 1) for number in range(count + 1)]
    return [cells[first:end] for first, end in itertools.pairwise(bounds)]


def _cell_name(ward: str, old_name: str, number: int, taken: set[str]) -> str:
    """A number in a ward; elsewhere the hamlet's name, with a letter when it is taken."""
    name = old_name
    if ward.startswith("Phường"):
        name = f"Chi bộ Khu vực {number}"
    letters = iter("ABCDEFGH")
    while name in taken:
        name = f"{old_name} {next(letters)}"
    taken.add(name)
    return name
