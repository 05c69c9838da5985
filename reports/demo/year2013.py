"""Everybody who was rated in 2013, and what became of them until today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from members.models import Committee, EndReason
from reports.demo.lists import COMPLETE
from reports.demo.old_city import OldCity, OldWard, apportion
from reports.demo.people import Census, Stay

ENDED_IN_DECEMBER = 270
OUTSIDE_CITY = 3_098
LAST_DAY = date(2013, 12, 31)
# Rated by then, so that a stay may end after it and before the year's last day.
CONFIRMED_ON = date(2013, 12, 11)
# The committees of the demo begin with the city of 2004.
_FIRST_LETTERS, _LAST_LETTERS = date(2004, 1, 5), date(2013, 10, 31)
_BORN = (1953, 1989, 1970)

# How many of those of 2013 are still there: in the wards shown complete, and elsewhere.
_STILL_COMPLETE = {
    "Phường Ninh Kiều": 235,
    "Phường Cái Khế": 205,
    "Phường Tân An": 190,
    "Phường An Bình": 170,
}
_STILL_ELSEWHERE = 5_200
# Who lives beside the headquarters of the region works there more often.
_OUTSIDE_FACTOR = {
    "Quận Ninh Kiều": 1.5,
    "Quận Bình Thủy": 1.7,
    "Quận Cái Răng": 1.0,
}
_END_IN_DECEMBER = (
    EndReason.RETIRED,
    EndReason.RETIRED,
    EndReason.MOVED_AWAY,
    EndReason.CHANGED_WORK,
)


@dataclass
class OldStay:
    """A stay of 2013 with its ward and cell of then."""

    stay: Stay
    ward: OldWard
    cell: Committee


def people_of_2013(
    old: OldCity, ward_today: dict[str, str], census: Census
) -> list[OldStay]:
    """22.635 stays, 270 of them ended in December, 3.098 of the rest from outside."""
    dice = census.dice
    wished = [ward.size * dice.uniform(0.5, 1.5) for ward in old.wards]
    leavers = apportion(ENDED_IN_DECEMBER, wished)
    wished = [
        (ward.size - leaving)
        * _OUTSIDE_FACTOR.get(ward.district, 0.35)
        * dice.uniform(0.7, 1.3)
        for ward, leaving in zip(old.wards, leavers, strict=True)
    ]
    outsiders = apportion(OUTSIDE_CITY, wished)
    found = [
        person
        for ward, leaving, outside in zip(old.wards, leavers, outsiders, strict=True)
        for person in _people_of(ward, leaving, outside, old, census)
    ]
    _let_live(found, ward_today, census)
    for person in found:
        census.settle(person.stay)
    return found


def _people_of(
    ward: OldWard, leaving: int, outside: int, old: OldCity, census: Census
) -> Iterator[OldStay]:
    dice = census.dice
    shares = [dice.uniform(0.6, 1.4) for _ in ward.cells]
    cells = [
        index
        for index, size in enumerate(apportion(ward.size, shares))
        for _ in range(size)
    ]
    dice.shuffle(cells)
    label = f"{ward.full_name}, {ward.district}".replace("Phường", "phường")
    label = label.replace("Xã", "xã").replace("Thị trấn", "thị trấn")
    label = label.replace("Quận", "quận").replace("Huyện", "huyện")
    for number, index in enumerate(cells):
        # The first so many stay and come from outside; the last so many leave.
        leaves = number >= ward.size - leaving
        is_outside = number < outside or (leaves and dice.random() < 0.13)
        workplace = (
            old.workplaces.choose_outside(dice)
            if is_outside
            else old.workplaces.choose(dice, ward.district)
        )
        stay = census.stay(
            ward.unit,
            ward.cells[index],
            workplace,
            born=_BORN,
            received=(_FIRST_LETTERS, _LAST_LETTERS),
            hamlet=f"{ward.hamlets[index]}, {label}",
        )
        if leaves:
            stay.ended_on = census.day_between(
                CONFIRMED_ON + timedelta(days=1), LAST_DAY
            )
            stay.end_reason = dice.choice(_END_IN_DECEMBER)
        yield OldStay(stay, ward, ward.cells[index])


def _let_live(
    people: list[OldStay], ward_today: dict[str, str], census: Census
) -> None:
    """Say of each whether he is there today, or when and why his stay ended."""
    by_ward: dict[str, list[Stay]] = {}
    for person in people:
        if person.stay.ended_on is None:
            name = ward_today[person.cell.code]
            by_ward.setdefault(name, []).append(person.stay)
    elsewhere = [name for name in by_ward if name not in COMPLETE]
    numbers = apportion(_STILL_ELSEWHERE, [len(by_ward[name]) for name in elsewhere])
    quotas = _STILL_COMPLETE | dict(zip(elsewhere, numbers, strict=True))
    for name, stays in by_ward.items():
        census.dice.shuffle(stays)
        young = [
            stay
            for stay in stays
            if census.retirement(stay.member) > census.today + timedelta(days=90)
        ]
        staying = {id(stay) for stay in young[: quotas[name]]}
        for stay in stays:
            if id(stay) not in staying:
                _end_after_2013(stay, census)


def _end_after_2013(stay: Stay, census: Census) -> None:
    first, last = date(2014, 1, 6), date(2025, 12, 19)
    retires = max(census.retirement(stay.member), first)
    if retires <= last and census.dice.random() < 0.85:
        stay.ended_on, stay.end_reason = retires, EndReason.RETIRED
    else:
        stay.ended_on, stay.end_reason = census.random_end(first, min(retires, last))
