"""What workplaces state each year, beside what is counted here today.

A base organisation states for itself and its cells; a body above it for nobody but its
own people, so that no one is counted twice.
"""

from collections import defaultdict
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from members.models import (
    Committee,
    Kind,
    Member,
    Registration,
    Role,
    User,
    WorkplaceYearStatement,
)
from members.queries.channels import paths_down_to
from members.queries.letters import RUNNING
from members.scopes import within

State = Registration.State
_READERS = (Role.WORKPLACE, Role.DEPARTMENT, Role.INSPECTOR)
# What these have is stated by the organisation above them.
_PARTS = {Kind.CELL, Kind.DIVISION}


@dataclass(frozen=True)
class Counted:
    """The active members of a unit as they are kept here today."""

    total: int = 0
    introduced: int = 0  # sent or received
    exempt: int = 0  # of these: miễn sinh hoạt nơi cư trú (HD 33, 1.1)
    without: int = 0  # nothing is under way

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(
            self.total + other.total,
            self.introduced + other.introduced,
            self.exempt + other.exempt,
            self.without + other.without,
        )

    @property
    def under_way(self) -> int:
        """A letter is being written, or was asked for."""
        return self.total - self.introduced - self.without


@dataclass(frozen=True)
class UnitYear:
    """One unit in one year; statement is None while it has stated nothing."""

    unit: Committee
    counted: Counted
    statement: WorkplaceYearStatement | None


def units_in_year(user: User, year: int) -> list[UnitYear]:
    """The units that are to state, in the order of the tree; three statements."""
    paths = user.paths_of(*_READERS)
    counted = _counted_by_unit(paths)
    stated = {
        one.committee: one
        for one in WorkplaceYearStatement.objects.filter(
            within("committee__path", paths), year=year
        ).select_related("committee")
    }
    units = sorted(counted.keys() | stated.keys(), key=attrgetter("path"))
    return [
        UnitYear(unit, counted.get(unit, Counted()), stated.get(unit)) for unit in units
    ]


def stating_unit(user: User, pk: int) -> UnitYear | None:
    """A unit of the user's that is to state, with what is counted; without a year."""
    paths = user.paths_of(*_READERS)
    counted = _counted_by_unit(paths)
    found = next((unit for unit in counted if unit.pk == pk), None)
    if found is None:
        stated = WorkplaceYearStatement.objects.filter(
            within("committee__path", paths), committee=pk
        )
        one = stated.select_related("committee").first()
        # Whoever follows a unit that ended states what it left unsaid.
        ended = Committee.objects.filter(
            within("path", paths), pk=pk, valid_to__isnull=False
        )
        found = one.committee if one else ended.exclude(kind__in=_PARTS).first()
    return UnitYear(found, counted.get(found, Counted()), None) if found else None


def statements_of(unit: Committee) -> list[WorkplaceYearStatement]:
    """What a unit has stated, the latest year first."""
    return list(WorkplaceYearStatement.objects.filter(committee=unit).order_by("-year"))


def units_without(user: User, year: int) -> list[Committee]:
    """The workplace's own units that have stated nothing for a year; three statements."""
    paths = user.paths_of(Role.WORKPLACE)
    counted = _counted_by_unit(paths)
    stated = WorkplaceYearStatement.objects.filter(
        within("committee__path", paths), year=year
    )
    done = set(stated.values_list("committee_id", flat=True))
    lacking = [unit for unit in counted if unit.pk not in done]
    return sorted(lacking, key=attrgetter("path"))


def _counted_by_unit(paths: list[str]) -> dict[Committee, Counted]:
    """The units that state, within the scopes, with their people; two statements."""
    rows = _counted_by_workplace(paths)
    above = {path for row in rows for path in paths_down_to(row["workplace__path"])}
    scoped = Committee.objects.filter(within("path", paths), path__in=above)
    units = {unit.path: unit for unit in scoped} if rows else {}
    found: defaultdict[Committee, Counted] = defaultdict(Counted)
    for row in rows:
        unit = _base_of(row["workplace__path"], units)
        if unit is not None:
            names = ("total", "introduced", "exempt", "without")
            found[unit] += Counted(*(row[name] for name in names))
    return dict(found)


def _counted_by_workplace(paths: list[str]) -> list[Any]:
    today = timezone.localdate()
    stays = Registration.objects.filter(member=OuterRef("pk"))
    introduced = stays.filter(state__in=[State.SENT, State.RECEIVED])
    rows = (
        Member.objects.filter(
            within("workplace__path", paths), status=Member.Status.ACTIVE
        )
        .annotate(
            is_introduced=Exists(introduced),
            is_exempt=Exists(stays.filter(state=State.RECEIVED).exempt_on(today)),
            is_running=Exists(stays.filter(state__in=RUNNING)),
        )
        .values("workplace__path")
        .annotate(
            total=Count("pk"),
            introduced=Count("pk", filter=Q(is_introduced=True)),
            exempt=Count("pk", filter=Q(is_exempt=True)),
            without=Count("pk", filter=Q(is_running=False)),
        )
    )
    return list(rows.order_by())


def _base_of(path: str, units: dict[str, Committee]) -> Committee | None:
    """The nearest unit upwards that is no part of another; None outside the scope."""
    upwards = (units.get(above) for above in reversed(paths_down_to(path)))
    return next((unit for unit in upwards if unit and unit.kind not in _PARTS), None)
