"""Where the members work: bodies of the city, of districts, of wards, and outside."""

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from random import Random

from members.models import Committee, Kind, Sector
from reports.demo.sources import workplaces_of_2013
from reports.demo.tree import Tree

LONG_AGO = date(2004, 1, 1)  # when the city came under the central government

_SECTORS = {
    "office": Sector.AGENCY,
    "hospital": Sector.SERVICE,
    "school": Sector.SERVICE,
    "university": Sector.SERVICE,
    "company": Sector.ENTERPRISE,
    "police": Sector.ARMED_FORCES,
    "army": Sector.ARMED_FORCES,
    "commune": Sector.COMMUNE,
}
_OUTSIDE = {
    "region": "Đảng bộ Quân khu 9",
    "centre": "Đảng bộ các đơn vị Trung ương đóng trên địa bàn",
    "haugiang": "Tỉnh ủy Hậu Giang",
    "soctrang": "Tỉnh ủy Sóc Trăng",
    "provinces": "Đảng bộ các tỉnh khác",
}
# They keep paper: the other side types what they send.
_ON_PAPER = {"region", "haugiang", "soctrang", "provinces", "other"}
_DISTRICT_OFFICES = (
    "Văn phòng Ủy ban nhân dân",
    "Phòng Nội vụ",
    "Phòng Tài chính - Kế hoạch",
    "Phòng Tài nguyên và Môi trường",
    "Phòng Tư pháp",
    "Phòng Giáo dục và Đào tạo",
    "Phòng Lao động - Thương binh và Xã hội",
    "Tòa án nhân dân",
    "Viện kiểm sát nhân dân",
    "Chi cục Thuế",
)
# Met in the lists of two wards, and known to nobody yet.
UNPLACED = (
    "Công ty TNHH Thương mại Phong Phú",
    "Hợp tác xã Nông nghiệp Cồn Xanh",
)
# Of a hundred residents, how many work for the city itself rather than near by.
_WORK_FOR_CITY = {
    "Quận Ninh Kiều": 0.78,
    "Quận Bình Thủy": 0.62,
    "Quận Cái Răng": 0.58,
    "Quận Ô Môn": 0.35,
    "Quận Thốt Nốt": 0.30,
    "Huyện Phong Điền": 0.35,
}
_REST_FOR_CITY = 0.18


@dataclass
class Workplaces:
    """All workplaces, what is done there, and the dice for who works where."""

    tree: Tree
    trades: dict[str, str] = field(default_factory=dict)
    blocs: dict[str, list[Committee]] = field(default_factory=dict)
    by_name: dict[str, Committee] = field(default_factory=dict)
    # (unit, weight) of the whole city, outside it, and by district.
    city_wide: list[tuple[Committee, int]] = field(default_factory=list)
    outside: list[tuple[Committee, int]] = field(default_factory=list)
    near_by: dict[str, list[tuple[Committee, int]]] = field(default_factory=dict)
    # Of each district or ward, by its code.
    offices: dict[str, list[Committee]] = field(default_factory=dict)
    schools: dict[str, list[Committee]] = field(default_factory=dict)
    heads: dict[str, Committee] = field(default_factory=dict)
    _numbers: count = field(default_factory=lambda: count(1))

    def add(
        self,
        parent: Committee,
        name: str,
        trade: str,
        *,
        kind: str = Kind.GRASSROOTS,
        sector: str = "",
        since: date = LONG_AGO,
        **fields,
    ) -> Committee:
        unit = self.tree.add(
            parent,
            f"CQ{next(self._numbers):04}",
            name,
            kind,
            sector or _SECTORS[trade],
            since=since,
            **fields,
        )
        self.trades[unit.code] = trade
        self.by_name[name] = unit
        return unit

    def choose(self, dice: Random, district: str) -> Committee:
        """A workplace inside the city for somebody who lives in a district."""
        share = _WORK_FOR_CITY.get(district, _REST_FOR_CITY)
        weighted = self.city_wide if dice.random() < share else self.near_by[district]
        return _throw(dice, weighted)

    def choose_outside(self, dice: Random) -> Committee:
        return _throw(dice, self.outside)


def _throw(dice: Random, weighted: list[tuple[Committee, int]]) -> Committee:
    units, weights = zip(*weighted, strict=True)
    return dice.choices(units, weights)[0]


def add_city_bodies(workplaces: Workplaces, city: Committee) -> None:
    """The blocs under the city and outside it, with the bodies of the list."""
    heads = workplaces.heads
    tree = workplaces.tree
    for key, code, name in [
        ("offices", "K1", "Đảng ủy Khối các cơ quan thành phố"),
        ("companies", "K2", "Đảng ủy Khối Doanh nghiệp thành phố"),
    ]:
        heads[key] = tree.add(
            city, code, name, Kind.DIRECT, Sector.AGENCY, since=LONG_AGO
        )
    for number, (key, name) in enumerate(_OUTSIDE.items(), 1):
        heads[key] = tree.add(
            None,
            f"N{number}",
            name,
            Kind.CITY if name.startswith("Tỉnh ủy") else Kind.DIRECT,
            Sector.ARMED_FORCES if key == "region" else Sector.OTHER,
            since=LONG_AGO,
            outside_city=True,
            uses_system=False,
        )
    for body in workplaces_of_2013():
        _add_body(workplaces, city, body)


def _add_body(workplaces: Workplaces, city: Committee, body) -> None:
    is_outside = body.bloc in _OUTSIDE
    parent, kind, sector = _standing(workplaces, city, body)
    unit = workplaces.add(
        parent,
        body.name,
        body.trade,
        kind=kind,
        sector=sector,
        outside_city=is_outside,
        uses_system=body.bloc not in _ON_PAPER,
    )
    workplaces.blocs.setdefault(body.bloc, []).append(unit)
    weighted = workplaces.outside if is_outside else workplaces.city_wide
    weighted.append((unit, body.weight))


def _standing(workplaces: Workplaces, city: Committee, body):
    """(parent, kind, sector) of a body of the list."""
    if body.bloc in {"direct", "armed"}:
        return city, Kind.DIRECT, ""
    if body.bloc == "region":
        return workplaces.heads["region"], Kind.GRASSROOTS, Sector.ARMED_FORCES
    if body.bloc in _OUTSIDE:
        return workplaces.heads[body.bloc], Kind.GRASSROOTS, ""
    key = "companies" if body.bloc == "enterprise" else "offices"
    sector = Sector.OTHER if body.bloc == "other" else ""
    return workplaces.heads[key], Kind.GRASSROOTS, sector


def add_district_bodies(
    workplaces: Workplaces, district: Committee, full_name: str
) -> None:
    """Offices, police, army and hospital of a district."""
    label = full_name[0].lower() + full_name[1:]
    weighted = workplaces.near_by.setdefault(full_name, [])
    offices = workplaces.offices.setdefault(district.code, [])
    head = "Quận ủy" if label.startswith("quận") else "Huyện ủy"
    bare = full_name.split(" ", 1)[1]
    bodies = [
        (f"Cơ quan {head} {bare}", "office", 40),
        *((f"{name} {label}", "office", 18) for name in _DISTRICT_OFFICES),
        (f"Công an {label}", "police", 60),
        (f"Ban Chỉ huy Quân sự {label}", "army", 22),
        (f"Bệnh viện Đa khoa {label}", "hospital", 45),
    ]
    for name, trade, weight in bodies:
        unit = workplaces.add(district, name, trade)
        weighted.append((unit, weight))
        offices.append(unit)


def add_ward_bodies(
    workplaces: Workplaces, district: Committee, ward: Committee, full_name: str
) -> None:
    """The office of a ward or commune, and its two schools."""
    label = full_name[0].lower() + full_name[1:]
    office = add_ward_office(workplaces, ward, label, since=LONG_AGO)
    schools = [
        workplaces.add(
            district,
            f"{school} {label}",
            "school",
            kind=Kind.GRASSROOTS_CELL,
            uses_system=False,
        )
        for school in ("Trường THCS", "Trường Tiểu học")
    ]
    workplaces.schools[ward.code] = schools
    # Few live where they work: the office is drawn upon by the whole district.
    workplaces.near_by[str(district.short_name)].extend(
        [(office, 14), *((school, 12) for school in schools)]
    )


def add_ward_office(
    workplaces: Workplaces, ward: Committee, label: str, *, since: date
) -> Committee:
    """UBND phường …: the cell of those who work for the ward itself."""
    office = workplaces.add(
        ward, f"UBND {label}", "commune", kind=Kind.CELL, since=since
    )
    workplaces.offices[ward.code] = [office]
    return office


def add_unplaced(workplaces: Workplaces, *, since: date) -> None:
    """Units that an import brought and the department has still to place."""
    for number, name in enumerate(UNPLACED, 1):
        unit = workplaces.tree.add(
            None,
            f"CX{number:04}",
            name,
            Kind.GRASSROOTS,
            Sector.OTHER,
            since=since,
            uses_system=False,
            is_unplaced=True,
        )
        workplaces.trades[unit.code] = "company"
        workplaces.by_name[name] = unit
