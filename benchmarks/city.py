"""A city of 2013 by the ton: 9 districts, 85 wards, 1.020 cells, 22.635 rated."""

import random
from datetime import date
from itertools import cycle

from evaluations.models import Evaluation, RatingYear, RuleSet, Sheet, Tier
from members.models import (
    Committee,
    CommitteePeriod,
    Kind,
    Member,
    Placement,
    Registration,
    Sector,
)

MEMBERS = 22_635
ENDED = 270
DISTRICTS, WARDS, CELLS, WORKPLACES = 9, 85, 12, 150
TIERS = [("Tốt", 21_929), ("Khá", 541), ("Trung bình", 96), ("Chưa tốt", 69)]
LONG_AGO = date(2000, 1, 1)
RECEIVED = date(2005, 1, 1)
ENDED_ON = date(2013, 11, 30)
_BATCH = 5_000


def make_city() -> RatingYear:
    """Fill an empty database; the same city every time."""
    dice = random.Random(2013)
    city = _units([(None, Kind.CITY, "Thành ủy Cần Thơ", "0001")])[0]
    districts = _units(
        [
            (city, Kind.DISTRICT, f"Quận ủy {n + 1}", f"{city.path}{n + 1:04}")
            for n in range(DISTRICTS)
        ]
    )
    homes = cycle(districts)
    wards = _units(
        [
            (home, Kind.WARD, f"Đảng ủy phường {n + 1}", f"{home.path}{n + 1:04}")
            for n, home in zip(range(WARDS), homes, strict=False)
        ]
    )
    cells = _units(
        [
            (ward, Kind.CELL, f"Chi bộ Khu vực {n + 1}", f"{ward.path}{n + 1:04}")
            for ward in wards
            for n in range(CELLS)
        ]
    )
    workplaces = _units(
        [
            (city, Kind.GRASSROOTS, f"Cơ quan {n + 1}", f"{city.path}{n + 101:04}")
            for n in range(WORKPLACES)
        ]
    )
    for unit in workplaces[:20]:
        unit.outside_city = True
    Committee.objects.bulk_update(workplaces[:20], ["outside_city"])
    year = _year(city)
    _people(dice, cells, workplaces, year)
    return year


def _units(rows) -> list[Committee]:
    units = []
    for parent, kind, name, path in rows:
        unit = Committee(
            code=path,
            name=name,
            kind=kind,
            sector=Sector.COMMUNE if kind == Kind.WARD else Sector.AGENCY,
            parent=parent,
            path=path,
            receives_members=kind in {Kind.WARD, Kind.CELL},
            valid_from=LONG_AGO,
        )
        unit.set_keys()
        units.append(unit)
    Committee.objects.bulk_create(units)
    CommitteePeriod.objects.bulk_create(
        CommitteePeriod(
            committee=unit,
            code=unit.code,
            name=unit.name,
            kind=unit.kind,
            sector=unit.sector,
            parent=unit.parent,
            valid_from=LONG_AGO,
        )
        for unit in units
    )
    return units


def _year(city: Committee) -> RatingYear:
    rules = RuleSet.objects.create(
        committee=city,
        code="QĐ 76",
        name="Quy định số 76-QĐ/TW",
        valid_from=date(2000, 6, 15),
    )
    for position, (name, _) in enumerate(TIERS, 1):
        Tier.objects.create(
            rule_set=rules, code=str(position), name=name, position=position
        )
    return RatingYear.objects.create(
        committee=city,
        rule_set=rules,
        year=2013,
        period_from=date(2013, 1, 1),
        period_to=date(2014, 1, 1),
        reference_day=date(2013, 12, 31),
    )


def _people(dice, cells, workplaces, year) -> None:
    sheets = {
        sheet.cell_id: sheet
        for sheet in Sheet.objects.bulk_create(
            Sheet(rating_year=year, ward=cell.parent, cell=cell) for cell in cells
        )
    }
    tiers = [
        tier
        for tier, (_, n) in zip(year.rule_set.tiers.all(), TIERS, strict=True)
        for _ in range(n)
    ]
    dice.shuffle(tiers)
    members = _members(dice, workplaces)
    stays = _stays(dice, members, cells)
    Placement.objects.bulk_create((_placement(stay) for stay in stays), _BATCH)
    Evaluation.objects.bulk_create(
        (
            _evaluation(stay, tier, sheets[stay.cell_id], year)
            for stay, tier in zip(stays, tiers, strict=True)
        ),
        _BATCH,
    )


def _members(dice, workplaces) -> list[Member]:
    members = [
        Member(
            full_name=f"Nguyễn Thị Mẫu {number}",
            workplace=dice.choice(workplaces),
            card_number=f"{number:08}",
            birth_date=date(1960 + number % 30, 1 + number % 12, 1 + number % 28),
            admitted_on=date(1995, 1, 1),
            position="Chuyên viên",
            address=f"{number} đường Hòa Bình",
        )
        for number in range(MEMBERS)
    ]
    for member in members:
        member.set_keys()
    return Member.objects.bulk_create(members, _BATCH)


def _stays(dice, members, cells) -> list[Registration]:
    over = set(dice.sample(range(MEMBERS), ENDED))
    stays = []
    for number, member in enumerate(members):
        cell = dice.choice(cells)
        ended = number in over
        stays.append(
            Registration(
                member=member,
                workplace=member.workplace,
                ward=cell.parent,
                cell=cell,
                state="ended" if ended else "received",
                received_on=RECEIVED,
                ended_on=ENDED_ON if ended else None,
                end_reason="moved_away" if ended else "",
            )
        )
    return Registration.objects.bulk_create(stays, _BATCH)


def _placement(stay: Registration) -> Placement:
    return Placement(
        registration=stay,
        ward=stay.ward,
        cell=stay.cell,
        workplace=stay.workplace,
        sector=stay.workplace.sector,
        outside_city=stay.workplace.outside_city,
        valid_from=stay.received_on,
        valid_to=stay.ended_on,
        cause="received",
    )


def _evaluation(stay: Registration, tier: Tier, sheet: Sheet, year) -> Evaluation:
    return Evaluation(
        rating_year=year,
        sheet=sheet,
        registration=stay,
        member=stay.member,
        ward=stay.ward,
        cell=stay.cell,
        workplace=stay.workplace,
        sector=stay.workplace.sector,
        outside_city=stay.workplace.outside_city,
        on_roll=stay.ended_on is None,
        outcome="rated",
        tier=tier,
        state="locked",
    )
