"""Opening and mending many units of the tree at once; the caller records the event."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from members.models import Committee, CommitteePeriod, User
from members.scopes import LAST_CHILD, STEP
from members.services.committees import PERIOD_FIELDS, last_steps
from party76.audit.models import Action
from party76.audit.services import record

_BATCH = 1_000


@dataclass(slots=True)
class IncomingUnit:
    """What one row of a list of units asks to be written."""

    number: int  # the row, by which the rows below it name their parent
    unit_id: int | None = None
    version: int | None = None  # as it was compared
    values: dict[str, Any] = field(default_factory=dict)
    statistics_code: str = ""
    parent: int | None = None
    parent_row: int | None = None


@dataclass(frozen=True)
class WrittenUnits:
    units_added: int
    units_changed: int


@transaction.atomic
def write_units(
    rows: Sequence[IncomingUnit],
    *,
    committee: Committee,
    source: dict[str, Any],
    by: User,
) -> WrittenUnits:
    """Write the confirmed rows of a list of units; one audit event.

    Rows of new units stand after the row of their parent. source says in the audit
    where they came from. Raises ValidationError when a unit has changed meanwhile.
    """
    added = _add(rows)
    changed = _change(rows)
    record(
        Action.IMPORT,
        "committee",
        by=by,
        committee_code=committee.code,
        count=len(rows),
        facts={
            **source,
            "added": [unit.code for unit in added],
            "changed": [unit.code for unit in changed],
        },
    )
    return WrittenUnits(len(added), len(changed))


def open_committees(
    units: Sequence[Committee], *, statistics_codes: Mapping[str, str] | None = None
) -> None:
    """Place unsaved units under their saved parents, each with its first period.

    Three statements. statistics_codes are by the units' own codes. Raises
    ValidationError when a parent holds no more units.
    """
    _give_paths(units)
    for unit in units:
        unit.set_keys()
    Committee.objects.bulk_create(units, batch_size=_BATCH)
    CommitteePeriod.objects.bulk_create(
        [
            CommitteePeriod(
                committee=unit,
                valid_from=unit.valid_from,
                statistics_code=(statistics_codes or {}).get(unit.code, ""),
                **{name: getattr(unit, name) for name in PERIOD_FIELDS},
            )
            for unit in units
        ],
        batch_size=_BATCH,
    )


def free_codes(
    stem: str, count: int, *, width: int = 2, spoken_for: Collection[str] = ()
) -> list[str]:
    """So many codes of our own, beginning with the stem, that no unit has had yet."""
    start = f"{stem}."
    kept = Committee.objects.filter(code__startswith=start)
    taken = {*kept.values_list("code", flat=True), *spoken_for}
    codes: list[str] = []
    number = 0
    while len(codes) < count:
        number += 1
        if (code := f"{start}{number:0{width}}") not in taken:
            codes.append(code)
    return codes


def _give_paths(units: Sequence[Committee]) -> None:
    bases = [unit.parent.path if unit.parent else "" for unit in units]
    last = last_steps(set(bases))
    for unit, base in zip(units, bases, strict=True):
        last[base] += 1
        if last[base] > LAST_CHILD:
            raise ValidationError("Đơn vị này đã có quá nhiều đơn vị trực thuộc.")
        unit.path = f"{base}{last[base]:0{STEP}}"


def _add(rows: Sequence[IncomingUnit]) -> list[Committee]:
    """Level by level, because a unit's path begins with that of its parent."""
    waiting = [row for row in rows if row.unit_id is None]
    above = Committee.objects.in_bulk({row.parent for row in waiting if row.parent})
    made: dict[int, Committee] = {}
    spoken_for = {row.values["code"] for row in waiting}
    while waiting:
        ready = [row for row in waiting if row.parent or row.parent_row in made]
        if not ready:
            raise ValidationError("Có đơn vị trực thuộc lẫn nhau trong danh sách.")
        level = {}
        for row in ready:
            parent = above[row.parent] if row.parent else made[row.parent_row or 0]
            level[row.number] = Committee(parent=parent, **row.values)
        _give_codes(level.values(), spoken_for)
        open_committees(
            list(level.values()),
            statistics_codes={
                level[row.number].code: row.statistics_code for row in ready
            },
        )
        made |= level
        waiting = [row for row in waiting if row.number not in made]
    return list(made.values())


def _give_codes(units: Iterable[Committee], spoken_for: Collection[str]) -> None:
    without: dict[str, list[Committee]] = {}
    for unit in units:
        if not unit.code and unit.parent:
            without.setdefault(unit.parent.code, []).append(unit)
    for stem, named in without.items():
        codes = free_codes(stem, len(named), spoken_for=spoken_for)
        for unit, code in zip(named, codes, strict=True):
            unit.code = code


def _change(rows: Sequence[IncomingUnit]) -> list[Committee]:
    asked = {row.unit_id: row for row in rows if row.unit_id}
    units = list(Committee.objects.select_for_update().filter(pk__in=asked))
    fields: set[str] = set()
    for unit in units:
        row = asked[unit.pk]
        if row.version != unit.version:
            raise ValidationError(
                f"{unit} vừa có người khác sửa. Đồng chí xem lại bản xem trước."
            )
        for name, value in row.values.items():
            setattr(unit, name, value)
        fields |= row.values.keys()
        unit.set_keys()
        unit.version += 1
    if units:
        Committee.objects.bulk_update(
            units, sorted(fields | {"search_key", "sort_key", "version"}), _BATCH
        )
        _change_periods(units, asked)
    return units


def _change_periods(units: Sequence[Committee], asked: Mapping) -> None:
    """The open period copies the unit, as after a correction by hand."""
    by_id = {unit.pk: unit for unit in units}
    periods = list(CommitteePeriod.objects.filter(committee__in=by_id, valid_to=None))
    for period in periods:
        unit = by_id[period.committee_id]
        for name in PERIOD_FIELDS:
            setattr(period, name, getattr(unit, name))
        code = asked[unit.pk].statistics_code
        period.statistics_code = code or period.statistics_code
    fields = [*PERIOD_FIELDS, "statistics_code"]
    CommitteePeriod.objects.bulk_update(periods, fields, _BATCH)
