"""The tree of one day with its names and the people placed in it on that day."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from members.models import (
    Committee,
    Kind,
    Placement,
    Registration,
    Reorganisation,
)
from members.queries.days import periods_on
from members.scopes import contains
from party76.shared.text import text_sort_key


class UnitThen(NamedTuple):
    """A unit as it was called and where it stood on the day of the tree."""

    pk: int
    parent_id: int | None
    name: str
    kind: str
    outside_city: bool
    is_unplaced: bool
    path: str  # of today: what scopes are made of
    heir_id: int | None

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label

    @property
    def is_ward(self) -> bool:
        return self.kind == Kind.WARD


@dataclass(frozen=True)
class DayTree:
    """Every unit of one day by key, and who stood below whom. One query."""

    day: date
    units: dict[int, UnitThen] = field(default_factory=dict)
    children: dict[int | None, list[UnitThen]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        rows = periods_on(self.day).values_list(
            "committee_id",
            "parent_id",
            "name",
            "kind",
            "outside_city",
            "committee__is_unplaced",
            "committee__path",
            "committee__heir_id",
        )
        self.units.update((row[0], UnitThen._make(row)) for row in rows)
        for unit in self.units.values():
            # Who stood below a unit not yet kept here has nobody above him.
            above = unit.parent_id if unit.parent_id in self.units else None
            self.children.setdefault(above, []).append(unit)

    def roots(self) -> list[UnitThen]:
        """The topmost units, the city's first."""
        tops = [unit for unit in self.below_directly(None) if not unit.is_unplaced]
        return sorted(tops, key=lambda unit: unit.outside_city)

    def below_directly(self, key: int | None) -> list[UnitThen]:
        """The units directly below one, by their names of the day."""
        return sorted(self.children.get(key, ()), key=_by_name)

    def below(self, key: int) -> set[int]:
        """Keys of the unit, if it existed, and of everything below it."""
        found: set[int] = set()
        waiting = [key] if key in self.units else []
        while waiting:
            current = waiting.pop()
            found.add(current)
            waiting += [unit.pk for unit in self.children.get(current, ())]
        return found

    def above(self, key: int) -> list[UnitThen]:
        """The units above one, topmost first."""
        found: list[UnitThen] = []
        unit = self.units.get(key)
        while unit is not None and unit.parent_id in self.units:
            unit = self.units[unit.parent_id]
            found.insert(0, unit)
        return found

    def name_of(self, key: int, otherwise: str) -> str:
        """What a unit was called; its name of today where it was not kept here then."""
        unit = self.units.get(key)
        return unit.name if unit else otherwise

    def in_place_of(self, path: str) -> list[UnitThen]:
        """The unit at a path of today, or the units of the day that it has followed,
        wards before others."""
        inside = [unit for unit in self.units.values() if contains(path, unit.path)]
        keys = {unit.pk for unit in inside}
        found = [unit for unit in inside if unit.parent_id not in keys]
        return sorted(found, key=lambda unit: (not unit.is_ward, _by_name(unit)))


def days_before_reforms(most: int = 6) -> list[tuple[date, date]]:
    """(the last day of the old structure, the day of effect), the latest first.

    Of many decisions those that touched the most units.
    """
    days = (
        Reorganisation.objects.done()
        .values("effective_on")
        .annotate(units=Count("successions"))
        .order_by("-units", "-effective_on")[:most]
    )
    effective = sorted((row["effective_on"] for row in days), reverse=True)
    return [(day - timedelta(days=1), day) for day in effective]


def last_day_of(unit: Committee) -> date | None:
    """The last day on which a closed unit existed; None for one that goes on."""
    return unit.valid_to - timedelta(days=1) if unit.valid_to else None


def placed_on(day: date) -> QuerySet[Placement]:
    """Everybody who was received on a day, each at one place."""
    received = Registration.objects.received_on_day(day).values("pk")
    return Placement.objects.on(day).filter(registration__in=received)


def placed_below(tree: DayTree, key: int) -> QuerySet[Placement]:
    """Who was placed in a unit or below it, by the tree of that day.

    A cell kept here only later does not hide its people: they count for the ward.
    """
    keys = sorted(tree.below(key))
    known = periods_on(tree.day).values("committee")
    at_ward = Q(ward__in=keys) & ~Q(cell__in=known)
    return placed_on(tree.day).filter(Q(cell__in=keys) | at_ward)


def counts_on(tree: DayTree) -> Counter[int]:
    """People by unit, those of everything below it included. One query."""
    rows = (
        placed_on(tree.day)
        .values("ward_id", "cell_id")
        .annotate(number=Count("pk"))
        .order_by()
    )
    counts: Counter[int] = Counter()
    for row in rows:
        place = row["cell_id"] if row["cell_id"] in tree.units else row["ward_id"]
        for key in _line_up(tree, place):
            counts[key] += row["number"]
    return counts


def _line_up(tree: DayTree, key: int) -> Iterable[int]:
    while key in tree.units:
        yield key
        key = tree.units[key].parent_id  # type: ignore[assignment]


def _by_name(unit: UnitThen) -> tuple[str, int]:
    return text_sort_key(unit.name), unit.pk
