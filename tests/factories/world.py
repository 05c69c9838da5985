"""The cast: one small city that every test of rights and pages may stand on."""

from dataclasses import dataclass
from datetime import date

from members.models import Kind, Role, Sector
from tests.factories.members import (
    make_committee,
    make_member,
    make_registration,
    make_user,
)


@dataclass
class World:
    """One member with a present and a past pair of sides, and everyone around them."""

    city: object
    ward: object
    cell: object
    sister_cell: object
    sister_ward: object
    past_ward: object
    workplace: object
    other_workplace: object
    past_workplace: object
    outside_workplace: object
    member: object
    registration: object
    ward_user: object
    cell_user: object
    sister_user: object
    sister_cell_user: object
    past_user: object
    past_workplace_user: object
    workplace_user: object
    other_workplace_user: object
    department_user: object
    inspector_user: object
    admin_user: object


def make_world() -> World:
    city = make_committee(
        kind=Kind.CITY, name="Thành ủy Cần Thơ", code="TU", sector=Sector.AGENCY
    )
    ward = make_committee(
        city, name="Đảng ủy phường Ninh Kiều", code="NK", receives_members=True
    )
    cell = make_committee(
        ward, kind=Kind.CELL, name="Chi bộ Khu vực 1", code="NK1", receives_members=True
    )
    sister_cell = make_committee(
        ward, kind=Kind.CELL, name="Chi bộ Khu vực 2", code="NK2", receives_members=True
    )
    sister_ward = make_committee(
        city, name="Đảng ủy phường Cái Khế", code="CK", receives_members=True
    )
    past_ward = make_committee(
        city, name="Đảng ủy phường Tân An", code="TA", receives_members=True
    )
    past_workplace = make_committee(
        city, kind=Kind.GRASSROOTS, name="Điện lực Cần Thơ", code="DL"
    )
    workplace = make_committee(
        city, kind=Kind.GRASSROOTS, name="Sở Y tế", code="SYT", sector=Sector.AGENCY
    )
    other_workplace = make_committee(
        city,
        kind=Kind.GRASSROOTS,
        name="Trường THPT Châu Văn Liêm",
        code="CVL",
        sector=Sector.SERVICE,
    )
    outside_workplace = make_committee(
        kind=Kind.DIRECT,
        name="Đảng bộ Quân khu 9",
        code="QK9",
        sector=Sector.ARMED_FORCES,
        outside_city=True,
        uses_system=False,
    )
    member = make_member(workplace, full_name="Lê Thị Hòa", card_number="11.000001")
    make_registration(
        member,
        past_ward,
        workplace=past_workplace,
        received_on=date(2008, 1, 1),
        ended_on=date(2012, 1, 1),
    )
    registration = make_registration(member, ward, cell=cell)
    return World(
        city=city,
        ward=ward,
        cell=cell,
        sister_cell=sister_cell,
        sister_ward=sister_ward,
        past_ward=past_ward,
        workplace=workplace,
        other_workplace=other_workplace,
        past_workplace=past_workplace,
        outside_workplace=outside_workplace,
        member=member,
        registration=registration,
        ward_user=make_user(Role.RESIDENCE_WARD, ward, username="phuong"),
        cell_user=make_user(Role.RESIDENCE_CELL, cell, username="chibo"),
        sister_user=make_user(Role.RESIDENCE_WARD, sister_ward, username="phuongban"),
        sister_cell_user=make_user(
            Role.RESIDENCE_CELL, sister_cell, username="chiboban"
        ),
        past_user=make_user(Role.RESIDENCE_WARD, past_ward, username="phuongcu"),
        past_workplace_user=make_user(
            Role.WORKPLACE, past_workplace, username="coquancu"
        ),
        workplace_user=make_user(Role.WORKPLACE, workplace, username="coquan"),
        other_workplace_user=make_user(
            Role.WORKPLACE, other_workplace, username="coquankhac"
        ),
        department_user=make_user(Role.DEPARTMENT, city, username="btc"),
        inspector_user=make_user(Role.INSPECTOR, city, username="kiemtra"),
        admin_user=make_user(Role.ADMINISTRATOR, city, username="quantri"),
    )
