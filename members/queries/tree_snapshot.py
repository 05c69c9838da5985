"""The tree, the stays and what a check says of them: all of it read with five queries."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from django.db import models

from members.models import Committee, CommitteePeriod, Member, Placement, Registration

NEVER = date.max  # the end of what has none


class Rule(StrEnum):
    """What a finding is about, in the order in which they are printed."""

    PERIODS = "Giai đoạn"
    PARENTS = "Cấp trên"
    HEIRS = "Đơn vị kế tục"
    PATHS = "Vị trí trong cây"
    SCOPES = "Phạm vi"
    KEYS = "Khóa tìm kiếm"
    PLACEMENTS = "Nơi sinh hoạt"
    COPIES = "Hồ sơ nơi cư trú"
    LETTERS = "Giấy giới thiệu"
    WORKPLACES = "Nơi công tác"


class Mend(NamedTuple):
    """The values that one row should have."""

    model: type[models.Model]
    pk: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """What is wrong with which unit or stay; remedy is empty where a person decides."""

    rule: Rule
    subject: str  # units by code and name, people only by the key of the stay
    what: str
    remedy: str = ""
    mends: tuple[Mend, ...] = ()

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}: {self.what}"


class Stay(NamedTuple):
    pk: int
    state: str
    ward_id: int
    cell_id: int | None
    workplace_id: int
    received_on: date | None
    ended_on: date | None


class Stop(NamedTuple):
    """One placement of a stay."""

    pk: int
    registration_id: int
    ward_id: int
    cell_id: int | None
    workplace_id: int
    valid_from: date
    valid_to: date | None

    @property
    def end(self) -> date:
        return self.valid_to or NEVER


@dataclass
class Snapshot:
    """Everything the rules ask about."""

    units: dict[int, Committee]
    periods: dict[int, list[CommitteePeriod]]
    stays: list[Stay]
    stops: dict[int, list[Stop]]
    workers: list[tuple[int, int]]  # member and workplace of everybody followed
    _starts: dict[int, list[date]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._starts = {
            key: [period.valid_from for period in periods]
            for key, periods in self.periods.items()
        }
        self.spans_below = cache(self._spans_below)

    @classmethod
    def read(cls) -> "Snapshot":
        """As it is stored now."""
        periods: defaultdict[int, list[CommitteePeriod]] = defaultdict(list)
        for period in CommitteePeriod.objects.order_by("valid_from", "pk"):
            periods[period.committee_id].append(period)
        stops: defaultdict[int, list[Stop]] = defaultdict(list)
        for row in Placement.objects.values_list(*Stop._fields).iterator():
            stops[row[1]].append(Stop(*row))
        for several in stops.values():
            several.sort(key=lambda stop: (stop.valid_from, stop.end, stop.pk))
        stays = Registration.objects.order_by("pk").values_list(*Stay._fields)
        followed = Member.objects.filter(status=Member.Status.ACTIVE).order_by("pk")
        return cls(
            units={unit.pk: unit for unit in Committee.objects.order_by("path")},
            periods=dict(periods),
            stays=[Stay(*row) for row in stays.iterator()],
            stops=dict(stops),
            workers=list(followed.values_list("pk", "workplace_id")),
        )

    def name(self, key: int | None) -> str:
        """A unit by code and name."""
        unit = self.units.get(key or 0)
        return "(không có)" if unit is None else f"{unit.code} – {unit.name}"

    def life(self, key: int) -> tuple[date, date]:
        """From when until before when a unit exists: its periods say so."""
        periods = self.periods.get(key)
        if not periods:
            unit = self.units[key]
            return unit.valid_from or date.min, unit.valid_to or NEVER
        return periods[0].valid_from, periods[-1].valid_to or NEVER

    def period_on(self, key: int, day: date) -> CommitteePeriod | None:
        """What a unit was on a day."""
        position = bisect_right(self._starts.get(key, ()), day)
        if not position:
            return None
        period = self.periods[key][position - 1]
        return period if day < (period.valid_to or NEVER) else None

    def line_on(self, key: int, day: date) -> Iterator[CommitteePeriod]:
        """The unit itself and those above it on a day; ends where it would turn."""
        seen: set[int] = set()
        current: int | None = key
        while current is not None and current not in seen:
            seen.add(current)
            period = self.period_on(current, day)
            if period is None:
                return
            yield period
            current = period.parent_id

    def _spans_below(self, cell: int, ward: int) -> list[tuple[date, date]]:
        """When a cell stood below a ward: from a day until before another."""
        spans: list[tuple[date, date]] = []
        for own in self.periods.get(cell, ()):
            day = own.valid_from
            while day < (own.valid_to or NEVER):
                line = list(self.line_on(cell, day))
                end = min(period.valid_to or NEVER for period in line)
                if ward in {period.committee_id for period in line[1:]}:
                    if spans and spans[-1][1] == day:
                        spans[-1] = (spans[-1][0], end)
                    else:
                        spans.append((day, end))
                day = end
        return spans


def days(first: date, end: date | None) -> str:
    """từ 01/07/2025 đến trước 01/01/2026."""
    until = "" if end in {None, NEVER} else f" đến trước {end:%d/%m/%Y}"
    return f"từ {first:%d/%m/%Y}{until}"
