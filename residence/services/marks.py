"""Saving who came: compare, then write what changed, in one statement."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from members.models import User
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.versions import Conflict
from residence.models import Attendance, Meeting
from residence.services.meetings import lock_meeting
from residence.signals import reasons_changing

S = Attendance.Status
_MARK_FIELDS = [
    "status",
    "is_late",
    "reason",
    "represented_by_id",
    "represented_by_name",
    "representative_relation",
]
# What may still change after closing, and only among these (design 3).
_NOT_THERE = {S.EXCUSED, S.ABSENT}


@dataclass(frozen=True)
class Mark:
    """What somebody chose for one row, and the edition of the row he looked at."""

    number: int
    version: int
    status: str
    is_late: bool = False
    reason: str = ""
    representative_number: int | None = None
    representative_name: str = ""
    relation: str = ""


@dataclass(frozen=True)
class SavedMarks:
    """How many rows were written; by number, what was not, and why."""

    written: int
    # Rows as somebody else left them meanwhile; the caller still has his own.
    conflicts: dict[int, Attendance] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)


@transaction.atomic
def save_marks(meeting: Meeting, *, marks: Sequence[Mark], by: User) -> SavedMarks:
    """Write the marks that differ from what is stored and whose row is unchanged.

    A row changed by somebody else since it was read is left alone and returned.
    Three data statements and two of the audit, whatever the number of marks.
    Raises ValidationError before marking began or when the meeting did not happen.
    """
    meeting = lock_meeting(meeting)
    _require_marking(meeting)
    rows = {row.number: row for row in meeting.attendances.all()}
    result, changed = _sort_out(meeting, rows, marks)
    if changed:
        _write([row for row, _ in changed])
        record(
            Action.UPDATE,
            meeting,
            by=by,
            committee_code=meeting.committee.code,
            count=len(changed),
            facts={"marks": len(changed), "conflicts": len(result.conflicts)},
            personal={"marks": [_difference(row, old) for row, old in changed]},
        )
    return replace(result, written=len(changed))


def _require_marking(meeting: Meeting) -> None:
    if meeting.state == Meeting.State.CLOSED:
        reasons_changing.send(sender=Meeting, meeting=meeting)
    elif meeting.state != Meeting.State.OPEN:
        raise ValidationError(
            f"Kỳ họp đang ở bước “{meeting.get_state_display()}”, chưa điểm danh được."
        )


def _sort_out(meeting, rows: dict[int, Attendance], marks: Iterable[Mark]):
    """Which rows change (with their old values), which conflict, which are wrong."""
    result, changed = SavedMarks(written=0), []
    for mark in marks:
        row = rows.get(mark.number)
        if row is None:
            result.errors[mark.number] = "Số này không có trên danh sách."
            continue
        values, old = _values(mark, rows), _stored_values(row)
        if values == old:
            continue
        if row.version != mark.version:
            result.conflicts[mark.number] = row
        elif problem := _problem(meeting, row, mark, rows):
            result.errors[mark.number] = problem
        else:
            for name, value in values.items():
                setattr(row, name, value)
            changed.append((row, old))
    return result, changed


def _values(mark: Mark, rows: dict[int, Attendance]) -> dict[str, object]:
    """The columns of a mark; what does not go with its status is left empty."""
    stands_in = mark.status == S.REPRESENTED
    other = rows.get(mark.representative_number or 0) if stands_in else None
    named = stands_in and other is None
    is_late = mark.is_late and mark.status == S.PRESENT
    has_reason = is_late or mark.status in _NOT_THERE
    return {
        "status": mark.status,
        "is_late": is_late,
        "reason": mark.reason if has_reason else "",
        "represented_by_id": other.pk if other else None,
        "represented_by_name": mark.representative_name if named else "",
        "representative_relation": mark.relation if named else "",
    }


def _stored_values(row: Attendance) -> dict[str, object]:
    return {name: getattr(row, name) for name in _MARK_FIELDS}


def _problem(meeting, row: Attendance, mark: Mark, rows) -> str:
    """Why this mark cannot be written; empty when it can."""
    if meeting.state == Meeting.State.CLOSED and not (
        {row.status, mark.status} <= _NOT_THERE
    ):
        return "Kỳ họp đã kết thúc, chỉ bổ sung được lý do vắng."
    if mark.status != S.REPRESENTED or mark.representative_number is None:
        return ""
    if mark.representative_number not in rows:
        return f"Số {mark.representative_number} không có trên danh sách."
    if mark.representative_number == mark.number:
        return "Người dự thay phải là người khác."
    return ""


def _difference(row: Attendance, old: dict[str, object]) -> dict[str, object]:
    new = _stored_values(row)
    return {
        "number": row.number,
        "registration": row.registration_id,
        **{name: [old[name], new[name]] for name in old if old[name] != new[name]},
    }


# One statement for any number of rows; the ORM's own ways need one a row, or a
# CASE of several hundred branches. The version in the condition makes it safe even
# without the lock on the meeting.
_WRITE_POSTGRESQL = """
UPDATE residence_attendance AS row SET
    status = mark.status, is_late = mark.is_late, reason = mark.reason,
    represented_by_id = mark.represented_by_id,
    represented_by_name = mark.represented_by_name,
    representative_relation = mark.representative_relation,
    version = row.version + 1
FROM jsonb_to_recordset(%s::jsonb) AS mark(
    id bigint, version integer, status text, is_late boolean, reason text,
    represented_by_id bigint, represented_by_name text,
    representative_relation text)
WHERE row.id = mark.id AND row.version = mark.version
"""
_WRITE_SQLITE = """
UPDATE residence_attendance SET
    status = json_extract(mark.value, '$.status'),
    is_late = json_extract(mark.value, '$.is_late'),
    reason = json_extract(mark.value, '$.reason'),
    represented_by_id = json_extract(mark.value, '$.represented_by_id'),
    represented_by_name = json_extract(mark.value, '$.represented_by_name'),
    representative_relation = json_extract(mark.value, '$.representative_relation'),
    version = residence_attendance.version + 1
FROM json_each(%s) AS mark
WHERE residence_attendance.id = json_extract(mark.value, '$.id')
  AND residence_attendance.version = json_extract(mark.value, '$.version')
"""


def _write(rows: Sequence[Attendance]) -> None:
    """Write the marks of rows still at their version; Conflict if any is not."""
    payload = json.dumps(
        [{"id": row.pk, "version": row.version, **_stored_values(row)} for row in rows]
    )
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_POSTGRESQL if is_postgresql else _WRITE_SQLITE, [payload])
        if cursor.rowcount != len(rows):
            raise Conflict(0, [])
