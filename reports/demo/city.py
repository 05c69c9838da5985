"""Building the demo city, step by step, in one transaction."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from random import Random

from django.db import connection, transaction

from evaluations.models import RuleSet
from evaluations.services.rulesets import create_standard_rule_sets
from members.models import Committee, User
from party76.audit.models import Action
from party76.audit.services import record
from reports.demo import both_sides, notices_today, records2013, records_today, today
from reports.demo.accounts import (
    SISTERS,
    create_accounts_above,
    create_accounts_below,
)
from reports.demo.lists import Lists
from reports.demo.names import People
from reports.demo.old_city import OldCity, build_old_city
from reports.demo.people import Census, Stay, follow_reforms, save_stays
from reports.demo.records_today import Today, WardToday
from reports.demo.reforms import Reformed, carry_out_decisions, units_after
from reports.demo.workplaces import LONG_AGO, add_unplaced
from reports.demo.year2013 import people_of_2013
from reports.models import SignatureBlock

_SEED = 76
SCHOOL = "Trường THPT Châu Văn Liêm"

# Gets the name of a step, and the share of the whole that is behind it.
Say = Callable[[str, int], None]


@dataclass
class Builder:
    """What every step of the building needs."""

    day: date
    dice: Random
    old: OldCity
    lists: Lists
    people: People
    census: Census
    users: dict[str, User]
    rules_76: RuleSet
    rules_213: RuleSet
    reforms: Reformed | None = None  # before the decisions nobody knows them

    @property
    def department(self) -> User:
        return self.users["btc"]

    def workplace(self, name: str) -> Committee:
        """The unit of today that goes on in place of that of 2013."""
        return self.reforms.today(self.old.workplaces.by_name[name])

    def wards_shown_complete(self) -> list[WardToday]:
        """Each with its cells and the account that types for it."""
        owners = {"Phường Ninh Kiều": "phuong.ninhkieu"} | {
            ward: username for username, (_, ward) in SISTERS.items()
        }
        return [
            WardToday(
                name,
                self.reforms.wards[name],
                self.reforms.cells(self.reforms.wards[name]),
                self.users[username],
            )
            for name, username in owners.items()
        ]


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """Hundreds of thousands of rows live to the end; looking for rubbish among them
    again and again takes a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass
class Begun:
    """The city with its records of 2013, and everybody's stays, before the reforms."""

    builder: Builder
    stays: list[Stay]
    newcomers: today.Newcomers


@_nothing_thrown_away()
@transaction.atomic
def build_city(day: date, *, say: Say) -> None:
    """Fill an empty database with the city as of a day; all of it or nothing."""
    begun = begin_city(day, say=say)
    carry_out_decisions(
        begun.builder.lists.decisions,
        begun.builder.old.city,
        by=begun.builder.department,
        say=lambda title: say(title, 60),
    )
    _go_on(begun, day, say=say)


@_nothing_thrown_away()
@transaction.atomic
def begin_city(day: date, *, say: Say) -> Begun:
    """The tree, the people and the records of 2013; no decision is carried out yet."""
    say("Cây tổ chức năm 2013", 0)
    builder = _found(day)
    say("Đảng viên từ năm 2013 đến nay", 3)
    old_stays = people_of_2013(builder.old, builder.lists.ward_today, builder.census)
    newcomers = today.newcomers_of_old_city(
        builder.old, builder.lists.ward_today, builder.census
    )
    say("Ghi hồ sơ, nơi cư trú, nơi công tác", 10)
    stays = [person.stay for person in old_stays] + newcomers.all
    save_stays(stays)
    record(Action.IMPORT, "member", by=builder.department, count=len(stays))
    paper = records2013.judge(old_stays, builder.dice, builder.people)
    say("Hai kỳ họp năm 2013", 22)
    records2013.hold_meetings(paper, by=builder.department)
    say("Nhận xét, xếp loại năm 2013", 35)
    records2013.rate(paper, builder.old.city, builder.rules_76, by=builder.department)
    _count_rows()
    return Begun(builder, stays, newcomers)


def _go_on(begun: Begun, day: date, *, say: Say) -> None:
    """The accounts of the units of today, who came since, and this year's records."""
    builder = begun.builder
    _meet_today(builder, begun.stays)
    say(f"Năm {day.year}: miễn sinh hoạt, giấy giới thiệu", 80)
    later = today.add_newcomers_of_today(
        begun.newcomers, builder.reforms, builder.old, builder.census
    )
    shared = _share(builder)
    came = [*later, *shared.all]
    save_stays(came)
    record(Action.IMPORT, "member", by=builder.department, count=len(came))
    _write_today(builder, [*begun.stays, *later], begun.newcomers)
    sides = _sides(builder, shared)
    both_sides.write_both_sides(sides)
    _count_rows()
    say(f"Năm {day.year}: các kỳ họp, bảng nhận xét", 85)
    _write_records_today(builder, sides)


def _share(builder: Builder) -> today.Shared:
    return today.share_people(
        builder.reforms,
        builder.workplace("Sở Y tế"),
        builder.workplace(SCHOOL),
        builder.census,
    )


def _sides(builder: Builder, shared: today.Shared) -> both_sides.Sides:
    wards, users = builder.reforms.wards, builder.users
    ward = wards["Phường Ninh Kiều"]
    return both_sides.Sides(
        day=builder.day,
        ward=ward,
        next_wards=[wards["Phường Cái Khế"], wards["Phường Tân An"]],
        health=builder.workplace("Sở Y tế"),
        school=builder.workplace(SCHOOL),
        by_ward=users["phuong.ninhkieu"],
        by_cell=users["chibo.kv1"],
        by_health=users["coquan.soyte"],
        by_school=users["truong.chauvanliem"],
        department=builder.department,
        of_health=[stay.registration.pk for stay in shared.health],
        of_school=[stay.registration.pk for stay in shared.school],
        people=builder.people,
    )


def _meet_today(builder: Builder, stays: list[Stay]) -> None:
    """What the decisions left: units, where everybody is now, accounts below."""
    builder.reforms = reformed = units_after()
    builder.old.city = reformed.units[builder.old.city.pk]
    follow_reforms(stays, reformed.units)
    ninh_kieu = reformed.wards["Phường Ninh Kiều"]
    units = {
        "phuong.ninhkieu": ninh_kieu,
        "chibo.kv1": reformed.cells(ninh_kieu)[0],
        "coquan.soyte": builder.workplace("Sở Y tế"),
        "truong.chauvanliem": builder.workplace(SCHOOL),
    }
    builder.users |= create_accounts_below(
        units, reformed.wards, by=builder.users["quantri"]
    )


def _count_rows() -> None:
    """Tell the database how much it holds by now.

    It would learn that only after the transaction, and until then PostgreSQL plans
    the queries of this year's meetings for empty tables.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _found(day: date) -> Builder:
    """The tree, the accounts, the rules; nobody is followed yet."""
    dice = Random(_SEED)
    old = build_old_city(dice)
    add_unplaced(old.workplaces, since=today.first_list_day(day))
    lists = Lists(old)
    old.tree.save()
    users = create_accounts_above(old.city)
    record(Action.IMPORT, "committee", by=users["btc"], count=len(old.tree.units))
    rules_76, rules_213 = create_standard_rule_sets(old.city, by=users["btc"])
    people = People(dice, day)
    census = Census(dice, people, old.workplaces.trades, day)
    return Builder(day, dice, old, lists, people, census, users, rules_76, rules_213)


def _write_today(
    builder: Builder, stays: list[Stay], newcomers: today.Newcomers
) -> None:
    by = builder.department
    count = today.exempt(stays, builder.census)
    record(Action.IMPORT, "exemption", by=by, count=count)
    today.send_letters(builder.old, builder.reforms, newcomers, builder.census, by=by)
    _write_papers(builder)


def _write_papers(builder: Builder) -> None:
    """Headings and signatures."""
    city, wards = builder.old.city, builder.reforms.wards
    health = builder.workplace("Sở Y tế")
    blocks = [
        (city, "THÀNH ỦY CẦN THƠ", "BAN TỔ CHỨC", "Cần Thơ",
         "T/L BAN THƯỜNG VỤ", "TRƯỞNG BAN TỔ CHỨC"),
        (wards["Phường Ninh Kiều"], "THÀNH ỦY CẦN THƠ", "ĐẢNG ỦY PHƯỜNG NINH KIỀU",
         "Ninh Kiều", "T/M ĐẢNG ỦY", "PHÓ BÍ THƯ"),
        (health, "ĐẢNG BỘ ỦY BAN NHÂN DÂN THÀNH PHỐ", "ĐẢNG ỦY SỞ Y TẾ", "Cần Thơ",
         "T/M ĐẢNG ỦY", "PHÓ BÍ THƯ"),
    ]  # fmt: skip
    SignatureBlock.objects.bulk_create(
        SignatureBlock(
            committee=unit,
            valid_from=max(unit.valid_from, LONG_AGO),
            superior=superior,
            issuer=issuer,
            place=place,
            on_behalf=on_behalf,
            title=title,
        )
        for unit, superior, issuer, place, on_behalf, title in blocks
    )


def _write_records_today(builder: Builder, sides: both_sides.Sides) -> None:
    now = Today(
        builder.day,
        builder.dice,
        builder.people,
        absent=notices_today.absent_ones(sides),
    )
    wards = builder.wards_shown_complete()
    for ward in wards:
        records_today.hold_meetings(ward, now)
    records_today.plan_meetings(wards[0], now)
    complete = {ward.unit.code for ward in wards}
    others = [
        unit for unit in builder.reforms.wards.values() if unit.code not in complete
    ]
    by = builder.department
    count = records_today.plan_elsewhere(others, now)
    record(Action.IMPORT, "meeting", by=by, count=count)
    year = records_today.open_year(builder.old.city, builder.rules_213, now, by=by)
    for ward in wards:
        records_today.comment(ward, year, now)
    records_today.ask_corrections(wards[0], sides.health, by_workplace=sides.by_health)
    notices_today.keep_books(sides)
    notices_today.write_notices(sides, now.absent)
