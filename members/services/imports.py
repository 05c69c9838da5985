"""Writing what an import was confirmed to write, in batches and one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
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
from members.queries.days import first_day_at, standing_since
from members.services.committee_batches import free_codes, open_committees
from party76.audit.models import Action
from party76.audit.services import record

_BATCH = 1_000
_RECEIVED = Registration.State.RECEIVED
# Units met in an import, until the organisation department gives them their place.
_UNPLACED = "CX"

CHANGED_MEANWHILE = (
    "Hồ sơ của một đồng chí trong danh sách vừa có người khác sửa. Chưa ghi gì; đồng chí "
    "xem lại bản xem trước."
)


@dataclass(slots=True)
class Incoming:
    """What one row of a list asks to be written; None and empty ask for nothing.

    Versions are those that the row was compared with.
    """

    person_id: int | None = None
    person_version: int | None = None
    person: dict[str, Any] = field(default_factory=dict)
    workplace: int | str | None = None  # a key, or the name of a unit to be made
    stay_id: int | None = None
    stay_version: int | None = None
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


@dataclass
class _Made:
    """The units that an import made, by the name the list gives them."""

    workplaces: dict[str, Committee] = field(default_factory=dict)
    cells: dict[str, Committee] = field(default_factory=dict)

    @property
    def all(self) -> list[Committee]:
        return [*self.workplaces.values(), *self.cells.values()]


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

    source says in the audit where they came from (file, hash, run). Raises
    ValidationError when somebody changed one of the people meanwhile.
    """
    made = _make_units(rows, committee, today=today)
    edits = {row.person_id: row.person for row in rows if row.person_id and row.person}
    added = _add_members(rows, made)
    changed = _change_members(rows)
    stays = _add_stays(rows, made)
    moved = _change_stays(rows, made, today=today)
    _add_exemptions(rows)
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
            "units_added": [unit.code for unit in made.all],
        },
        personal={"changed": {str(pk): values for pk, values in edits.items()}},
    )
    return Written(len(added), len(changed), len(stays), len(moved), len(made.all))


def _make_units(
    rows: Sequence[Incoming], committee: Committee, *, today: date
) -> _Made:
    """Units that the list names and nobody knows: workplaces without a place, cells."""
    made = _Made()
    firsts = _first_days((row.workplace, row) for row in rows)
    codes = free_codes(_UNPLACED, len(firsts), width=4) if firsts else []
    for code, (name, day) in zip(codes, firsts.items(), strict=True):
        made.workplaces[name] = Committee(
            code=code,
            name=name[:200],
            kind=Kind.GRASSROOTS,
            sector=Sector.OTHER,
            uses_system=False,
            is_unplaced=True,
            valid_from=day or today,
        )
    firsts = _first_days((row.cell, row) for row in rows)
    codes = free_codes(committee.code, len(firsts)) if firsts else []
    for code, (name, day) in zip(codes, firsts.items(), strict=True):
        first = max(filter(None, [day or today, committee.valid_from]))
        made.cells[name] = Committee(
            code=code,
            name=name[:200],
            kind=Kind.CELL,
            sector=Sector.COMMUNE,
            parent=committee,
            outside_city=committee.outside_city,
            receives_members=True,
            valid_from=first,
        )
    if made.all:
        open_committees(made.all)
    return made


def _first_days(named: Iterable[tuple[Any, Incoming]]) -> dict[str, date | None]:
    """Name of a unit to be made → the first day on which the list needs it."""
    days: dict[str, date | None] = {}
    for name, row in named:
        if isinstance(name, str):
            told = [days.get(name), row.stay.get("received_on")]
            days[name] = min(filter(None, told), default=None)
    return days


def _add_members(rows: Sequence[Incoming], made: _Made) -> list[Member]:
    news = [row for row in rows if row.person_id is None]
    members = []
    for row in news:
        member = Member(workplace_id=_workplace_id(row, made), **row.person)
        member.set_keys()
        members.append(member)
    Member.objects.bulk_create(members, batch_size=_BATCH)
    for row, member in zip(news, members, strict=True):
        row.person_id = member.pk
        row.person = {}
    return members


def _change_members(rows: Sequence[Incoming]) -> list[int]:
    edits = {row.person_id: row for row in rows if row.person_id and row.person}
    if not edits:
        return []
    members = list(Member.objects.select_for_update().filter(pk__in=edits))
    fields: set[str] = set()
    for member in members:
        row = edits[member.pk]
        if member.version != row.person_version:
            raise ValidationError(CHANGED_MEANWHILE)
        for name, value in row.person.items():
            setattr(member, name, value)
        fields |= row.person.keys()
        member.set_keys()
        member.version += 1
    keys = {"sort_key", "search_key", "marked_key", "version"}
    Member.objects.bulk_update(members, sorted(fields | keys), batch_size=_BATCH)
    return sorted(member.pk for member in members)


def _add_stays(rows: Sequence[Incoming], made: _Made) -> list[Registration]:
    news = [row for row in rows if row.ward and row.stay_id is None]
    workplaces = Committee.objects.in_bulk({_workplace_id(row, made) for row in news})
    stays = [
        Registration(
            member_id=row.person_id,
            workplace=workplaces[_workplace_id(row, made)],
            ward_id=row.ward,
            cell_id=_cell_id(row, made),
            state=_RECEIVED,
            is_letter_unknown=not row.stay.get("letter_number"),
            **row.stay,
        )
        for row in news
    ]
    Registration.objects.bulk_create(stays, batch_size=_BATCH)
    for row, stay in zip(news, stays, strict=True):
        row.stay_id = stay.pk
    first_days = _first_days_at(stays)
    Placement.objects.bulk_create(
        [
            _placement(stay, first_days[stay.pk], Placement.Cause.RECEIVED)
            for stay in stays
        ],
        batch_size=_BATCH,
    )
    return stays


def _first_days_at(stays: Sequence[Registration]) -> dict[int, date]:
    """{stay: when its first place begins}: not before its ward and cell were there."""
    wards = Committee.objects.in_bulk({stay.ward_id for stay in stays})
    cells = Committee.objects.in_bulk({stay.cell_id for stay in stays if stay.cell_id})
    since = standing_since(cells)
    return {
        stay.pk: first_day_at(
            wards[stay.ward_id],
            cells.get(stay.cell_id or 0),
            stay.received_on or date.min,
            since,
        )
        for stay in stays
    }


def _placement(stay: Registration, on: date | None, cause: str) -> Placement:
    return Placement(
        registration=stay,
        ward_id=stay.ward_id,
        cell_id=stay.cell_id,
        workplace=stay.workplace,
        sector=stay.workplace.sector,
        outside_city=stay.workplace.outside_city,
        valid_from=on,
        cause=cause,
    )


def _change_stays(rows: Sequence[Incoming], made: _Made, *, today: date) -> list[int]:
    """Receive letters that wait, pass to another cell, fill what was blank."""
    asked = {
        row.stay_id: row
        for row in rows
        if row.stay_id and row.ward is None and (row.stay or row.cell)
    }
    if not asked:
        return []
    stays = list(
        Registration.objects.select_for_update(of=("self",))
        .select_related("workplace")
        .filter(pk__in=asked)
    )
    opened, moved, received = [], [], []
    for stay in stays:
        row = asked[stay.pk]
        if stay.version != row.stay_version:
            raise ValidationError(CHANGED_MEANWHILE)
        is_moved = stay.is_received and bool(row.cell)
        for name, value in row.stay.items():
            setattr(stay, name, value)
        stay.cell_id = _cell_id(row, made) or stay.cell_id
        stay.version += 1
        if "state" in row.stay:
            received.append(stay)
        elif is_moved:
            moved.append(stay)
            opened.append(_placement(stay, today, Placement.Cause.CELL_CHANGED))
    first_days = _first_days_at(received)
    opened += [
        _placement(stay, first_days[stay.pk], Placement.Cause.RECEIVED)
        for stay in received
    ]
    fields = {name for row in asked.values() for name in row.stay} | {"cell", "version"}
    Registration.objects.bulk_update(stays, sorted(fields), batch_size=_BATCH)
    Placement.objects.filter(registration__in=moved, valid_to=None).update(
        valid_to=today
    )
    Placement.objects.bulk_create(opened, batch_size=_BATCH)
    return sorted(stay.pk for stay in stays)


def _add_exemptions(rows: Sequence[Incoming]) -> None:
    exempt = {row.stay_id: row for row in rows if row.ground and row.stay_id}
    days = Registration.objects.filter(pk__in=exempt).values_list("pk", "received_on")
    Exemption.objects.bulk_create(
        [
            Exemption(
                registration_id=pk,
                ground=exempt[pk].ground,
                document=exempt[pk].ground_document,
                valid_from=received_on,
            )
            for pk, received_on in days
        ],
        batch_size=_BATCH,
    )


def _workplace_id(row: Incoming, made: _Made) -> int:
    if isinstance(row.workplace, str):
        return made.workplaces[row.workplace].pk
    assert row.workplace is not None  # noqa: S101 every new row names one
    return row.workplace


def _cell_id(row: Incoming, made: _Made) -> int | None:
    return made.cells[row.cell].pk if isinstance(row.cell, str) else row.cell
