"""Writing what an import was confirmed to write, in batches and one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from members.models import (
    Committee,
    Exemption,
    Kind,
    Member,
    Placement,
    Registration,
    Sector,
    User,
)
from members.services.committees import create_committee
from members.services.placements import move_placement
from party76.audit.models import Action
from party76.audit.services import record

_BATCH = 1_000
_RECEIVED = Registration.State.RECEIVED


@dataclass(slots=True)
class Incoming:
    """What one row of a list asks to be written; None and empty ask for nothing."""

    person_id: int | None = None
    person: dict[str, Any] = field(default_factory=dict)
    workplace: int | str | None = None  # a key, or the name of a unit to be made
    stay_id: int | None = None
    stay: dict[str, Any] = field(default_factory=dict)
    cell: int | str | None = None
    ward: int | None = None
    ground: str = ""
    ground_document: str = ""


@dataclass(frozen=True)
class Written:
    """How many rows of each table an import wrote."""

    members_added: int
    members_changed: int
    stays_added: int
    stays_changed: int
    units_added: int


@transaction.atomic
def write_incoming(
    rows: Sequence[Incoming],
    *,
    committee: Committee,
    today: date,
    source: dict[str, Any],
    by: User,
) -> Written:
    """Write the confirmed rows of a list of one committee; one audit event.

    source says in the audit where they came from (file, hash, run).
    """
    units = _make_units(rows, committee, today=today, by=by)
    added = _add_members(rows, units)
    changed = _change_members(rows)
    stays = _add_stays(rows, units)
    moved = _change_stays(rows, units, today=today)
    _add_exemptions(rows)
    written = Written(len(added), len(changed), len(stays), len(moved), len(units))
    record(
        Action.IMPORT,
        "member",
        by=by,
        committee_code=committee.code,
        count=len(rows),
        facts={
            **source,
            "members_added": [member.pk for member in added],
            "members_changed": changed,
            "stays_added": [stay.pk for stay in stays],
            "stays_changed": moved,
        },
        personal={"changed": {str(row.person_id): row.person for row in _edits(rows)}},
    )
    return written


def _make_units(rows, committee: Committee, *, today: date, by: User) -> dict:
    """Units that the list names and nobody knows: workplaces without a place yet."""
    made: dict[str, Committee] = {}
    for name in dict.fromkeys(
        row.workplace for row in rows if isinstance(row.workplace, str)
    ):
        unit = Committee(
            code=f"CX-{today:%y%m%d}-{Committee.objects.count() + 1}",
            name=name,
            kind=Kind.GRASSROOTS,
            sector=Sector.OTHER,
            uses_system=False,
            is_unplaced=True,
        )
        made[name] = create_committee(unit, valid_from=today, by=by)
    for name in dict.fromkeys(row.cell for row in rows if isinstance(row.cell, str)):
        unit = Committee(
            code=f"{committee.code}-{Committee.objects.count() + 1}",
            name=name,
            kind=Kind.CELL,
            sector=Sector.COMMUNE,
            parent=committee,
            receives_members=True,
        )
        made[f"cell {name}"] = create_committee(unit, valid_from=today, by=by)
    return made


def _add_members(rows, units: dict) -> list[Member]:
    news = [row for row in rows if row.person_id is None]
    members = []
    for row in news:
        member = Member(workplace_id=_workplace_id(row, units), **row.person)
        member.set_keys()
        members.append(member)
    Member.objects.bulk_create(members, batch_size=_BATCH)
    for row, member in zip(news, members, strict=True):
        row.person_id = member.pk
        row.person = {}
    return members


def _change_members(rows) -> list[int]:
    edits = {row.person_id: row.person for row in _edits(rows)}
    if not edits:
        return []
    members = list(Member.objects.select_for_update().filter(pk__in=edits))
    fields = {name for values in edits.values() for name in values}
    for member in members:
        for name, value in edits[member.pk].items():
            setattr(member, name, value)
        member.set_keys()
        member.version += 1
    keys = {"sort_key", "search_key", "marked_key", "version"}
    Member.objects.bulk_update(members, sorted(fields | keys), batch_size=_BATCH)
    return sorted(edits)


def _add_stays(rows, units: dict) -> list[Registration]:
    news = [row for row in rows if row.ward and row.stay_id is None]
    workplaces = _workplaces(news, units)
    stays, places = [], []
    for row in news:
        stay = Registration(
            member_id=row.person_id,
            workplace=workplaces[_workplace_id(row, units)],
            ward_id=row.ward,
            cell_id=_cell_id(row, units),
            state=_RECEIVED,
            is_letter_unknown=not row.stay.get("letter_number"),
            **row.stay,
        )
        stays.append(stay)
        places.append(_placement(stay))
    Registration.objects.bulk_create(stays, batch_size=_BATCH)
    for row, stay in zip(news, stays, strict=True):
        row.stay_id = stay.pk
    Placement.objects.bulk_create(places, batch_size=_BATCH)
    return stays


def _placement(stay: Registration) -> Placement:
    return Placement(
        registration=stay,
        ward_id=stay.ward_id,
        cell_id=stay.cell_id,
        workplace=stay.workplace,
        sector=stay.workplace.sector,
        outside_city=stay.workplace.outside_city,
        valid_from=stay.received_on,
        cause=Placement.Cause.RECEIVED,
    )


def _change_stays(rows, units: dict, *, today: date) -> list[int]:
    """Receive letters that wait, pass to another cell, fill what was blank."""
    asked = {
        row.stay_id: row
        for row in rows
        if row.stay_id and row.person_id and (row.stay.get("state") or _has_edit(row))
    }
    asked = {pk: row for pk, row in asked.items() if _has_edit(row)}
    stays = Registration.objects.select_for_update().filter(pk__in=asked)
    for stay in stays:
        _change_stay(stay, asked[stay.pk], units, today=today)
    return sorted(asked)


def _has_edit(row: Incoming) -> bool:
    return row.ward is None and bool(row.stay or row.cell)


def _change_stay(stay: Registration, row: Incoming, units: dict, *, today) -> None:
    is_receipt = row.stay.get("state") == _RECEIVED
    for name, value in row.stay.items():
        setattr(stay, name, value)
    if row.cell:
        stay.cell_id = _cell_id(row, units)
    stay.version += 1
    stay.save()
    if is_receipt:
        _placement(stay).save()
    elif row.cell:
        cause = Placement.Cause.CELL_CHANGED
        move_placement(stay, on=today, cause=cause, version=stay.version)


def _add_exemptions(rows) -> None:
    exempt = [row for row in rows if row.ground and row.stay_id]
    days = dict(
        Registration.objects.filter(pk__in=[row.stay_id for row in exempt]).values_list(
            "pk", "received_on"
        )
    )
    Exemption.objects.bulk_create(
        [
            Exemption(
                registration_id=row.stay_id,
                ground=row.ground,
                document=row.ground_document,
                valid_from=days[row.stay_id],
            )
            for row in exempt
        ],
        batch_size=_BATCH,
    )


def _edits(rows) -> list[Incoming]:
    return [row for row in rows if row.person_id and row.person]


def _workplace_id(row: Incoming, units: dict) -> int:
    if isinstance(row.workplace, str):
        return units[row.workplace].pk
    assert row.workplace is not None  # noqa: S101 every new row names one
    return row.workplace


def _cell_id(row: Incoming, units: dict) -> int | None:
    if isinstance(row.cell, str):
        return units[f"cell {row.cell}"].pk
    return row.cell


def _workplaces(rows, units: dict) -> dict[int, Committee]:
    keys = {_workplace_id(row, units) for row in rows}
    return Committee.objects.in_bulk(keys)
