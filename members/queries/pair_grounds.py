"""Why two records may be of one person. Never by the name alone."""

from collections.abc import Collection
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from django.db.models import F, Func, Value
from django.db.models.functions import Replace, Upper

from members.models import Member
from members.scopes import contains


class Ground(IntEnum):
    """What two records agree in, the strongest first."""

    CARD = 1
    NAME_AND_DAY = 2
    NAME_AND_MONTH = 3
    NAME_AND_YEAR = 4

    @property
    def is_weak(self) -> bool:
        return self > Ground.NAME_AND_DAY


GROUND_WORDS = {
    Ground.CARD: "cùng số thẻ đảng viên",
    Ground.NAME_AND_DAY: "cùng họ tên, cùng ngày sinh",
    Ground.NAME_AND_MONTH: "cùng họ tên, cùng tháng và năm sinh (có hồ sơ chưa ghi đủ "
    "ngày sinh: căn cứ yếu hơn)",
    Ground.NAME_AND_YEAR: "cùng họ tên, cùng năm sinh (có hồ sơ chỉ ghi năm sinh: căn cứ "
    "yếu hơn)",
}


class Trace(NamedTuple):
    """What is compared of one record."""

    pk: int
    search_key: str
    sort_key: str
    birth_date: date | None
    birth_precision: str
    card_key: str | None
    status: str
    workplace_path: str
    lives_here: bool
    is_ward_written: bool


_MARKS_IN_CARDS = (".", " ", "-", "/")


def plain_card(number: str | None) -> str:
    """A card number without dots, blanks, hyphens and leading zeros."""
    bare = (number or "").upper()
    for mark in _MARKS_IN_CARDS:
        bare = bare.replace(mark, "")
    return bare.lstrip("0")


def card_key() -> Func:
    """The same of the column, as SQL."""
    bare: F | Replace = F("card_number")
    for mark in _MARKS_IN_CARDS:
        bare = Replace(bare, Value(mark), Value(""))
    return Func(Upper(bare), Value("0"), function="LTRIM")


def grounds_of(one: Trace, other: Trace) -> list[Ground]:
    """In what two records agree, the strongest first; empty for two people.

    A record that knows only the year of birth agrees with one that knows the day; two
    different cards then speak for two people.
    """
    found = []
    if one.card_key and one.card_key == other.card_key:
        found.append(Ground.CARD)
    by_name = _ground_of_name(one, other)
    cards_differ = bool(one.card_key and other.card_key) and not found
    if by_name and not (by_name.is_weak and cards_differ):
        found.append(by_name)
    return found


def _ground_of_name(one: Trace, other: Trace) -> Ground | None:
    born, theirs = one.birth_date, other.birth_date
    if one.search_key != other.search_key or born is None or theirs is None:
        return None
    precisions = {one.birth_precision, other.birth_precision}
    if born.year != theirs.year:
        return None
    if Member.DatePrecision.YEAR in precisions:
        return Ground.NAME_AND_YEAR
    if born.month != theirs.month:
        return None
    if Member.DatePrecision.MONTH in precisions:
        return Ground.NAME_AND_MONTH
    return Ground.NAME_AND_DAY if born == theirs else None


def supports(
    one: Member, other: Member, *, wards: Collection[str], same_wards: bool
) -> list[str]:
    """What else speaks for one person: work, admission, address.

    wards are those of the other's stays that the address of one names; same_wards:
    both addresses lead to one ward.
    """
    found = []
    if one.workplace_id == other.workplace_id:
        found.append("cùng nơi công tác")
    elif is_one_line(one.workplace.path, other.workplace.path):
        found.append("nơi công tác của hai hồ sơ trực thuộc nhau")
    if one.admitted_on and one.admitted_on == other.admitted_on:
        found.append("cùng ngày vào Đảng")
    if wards:
        found.append(f"địa chỉ thuộc {', '.join(sorted(wards))}")
    elif same_wards:
        found.append("địa chỉ cùng một xã, phường")
    return found


def is_one_line(path: str, other: str) -> bool:
    """True for one unit, or where one stands above the other."""
    return contains(path, other) or contains(other, path)
