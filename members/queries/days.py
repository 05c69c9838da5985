"""The tree as it stood on a day, from the periods: scopes know only today's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from members.models import Committee, CommitteePeriod


def periods_on(day: date) -> QuerySet[CommitteePeriod]:
    """What every unit that existed on a day was called and where it stood."""
    return CommitteePeriod.objects.filter(valid_from__lte=day).filter(
        Q(valid_to=None) | Q(valid_to__gt=day)
    )


def below_on(unit: Committee, day: date) -> set[int]:
    """Keys of the unit and of everything that stood below it on that day. One query."""
    return ParentsOn(day).below(unit.pk)


@dataclass(frozen=True)
class ParentsOn:
    """Who stood below whom on one day; read with one query."""

    day: date
    parents: dict[int, int | None] = field(default_factory=dict)
    children: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        children: defaultdict[int, list[int]] = defaultdict(list)
        rows = periods_on(self.day).values_list("committee_id", "parent_id")
        for key, parent in rows:
            self.parents[key] = parent
            if parent is not None:
                children[parent].append(key)
        self.children.update(children)

    def below(self, *keys: int) -> set[int]:
        """These units, as far as they existed, and everything below them."""
        found: set[int] = set()
        waiting = [key for key in keys if key in self.parents]
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self.children.get(key, ())
        return found

    def above(self, key: int) -> list[int]:
        """The units above one, the nearest first."""
        found: list[int] = []
        parent = self.parents.get(key)
        while parent is not None and parent not in found:
            found.append(parent)
            parent = self.parents.get(parent)
        return found


class ParentsInTime:
    """Who stood below whom on any day; every period, read with one query."""

    def __init__(self) -> None:
        self._periods: defaultdict[int, list[tuple[date, date | None, int | None]]]
        self._periods = defaultdict(list)
        rows = CommitteePeriod.objects.order_by("valid_from").values_list(
            "committee_id", "valid_from", "valid_to", "parent_id"
        )
        for key, first, end, parent in rows:
            self._periods[key].append((first, end, parent))

    def parent(self, key: int, day: date) -> int | None:
        """The unit directly above on that day; None for none, or no unit on that day."""
        for first, end, parent in self._periods.get(key, ()):
            if first <= day and (end is None or day < end):
                return parent
        return None

    def is_below(self, key: int, top: int, day: date) -> bool:
        """True for the unit itself and whatever stood below it on that day."""
        current: int | None = key
        while current is not None and current != top:
            current = self.parent(current, day)
        return current == top


def standing_since(units: Iterable[int]) -> dict[int, date]:
    """{unit: the first day of the time in which it has stood below its present parent
    without a break}. One query."""
    since: dict[int, date] = {}
    parents: dict[int, int | None] = {}
    rows = CommitteePeriod.objects.filter(committee__in=set(units)).order_by(
        "valid_from"
    )
    for key, first, parent in rows.values_list(
        "committee_id", "valid_from", "parent_id"
    ):
        if key not in since or parents[key] != parent:
            since[key], parents[key] = first, parent
    return since


def first_day_at(
    ward: Committee, cell: Committee | None, on: date, since: Mapping[int, date]
) -> date:
    """The first day, from one on, on which the cell stood in the ward as it does now.

    A ward formed yesterday types in whom its forerunners received years ago: the stay
    keeps that day, its place begins with the ward. since: standing_since of the cell.
    """
    days = [on]
    if ward.valid_from:
        days.append(ward.valid_from)
    if cell is not None and cell.pk in since:
        days.append(since[cell.pk])
    return max(days)


def placed_in(units: Iterable[int], prefix: str = "") -> Q:
    """The condition that ward or cell is one of these units."""
    keys = sorted(units)
    return Q(**{f"{prefix}ward__in": keys}) | Q(**{f"{prefix}cell__in": keys})
