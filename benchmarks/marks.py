"""Saving three hundred marks: statements, and time against a model formset."""

from collections.abc import Callable
from datetime import date
from time import perf_counter

from django.db import connection, transaction
from django.forms import modelformset_factory
from django.test.utils import CaptureQueriesContext

from benchmarks.results import Result
from members.models import (
    Committee,
    Kind,
    Member,
    Placement,
    Registration,
    Role,
    RoleAssignment,
    Sector,
    User,
)
from members.services.committees import open_period
from residence.models import Attendance, Meeting
from residence.services.marks import Mark, save_marks
from residence.services.meetings import open_meeting

ROWS, ROUNDS = 300, 5
DATA_STATEMENTS, AUDIT_STATEMENTS, TIMES_FASTER = 4, 2, 10
RECEIVED, DAY = date(2020, 1, 1), date(2026, 5, 20)
S = Attendance.Status


def run() -> list[Result]:
    """Measure on a meeting of its own, which is gone again afterwards."""
    with transaction.atomic():
        user, meeting = _meeting_of(ROWS)
        results = [_statements(user, meeting), _times(user, meeting)]
        transaction.set_rollback(True)
    return results


def _statements(user: User, meeting: Meeting) -> Result:
    marks = _marks(meeting, S.EXCUSED)
    with CaptureQueriesContext(connection) as captured:
        save_marks(meeting, marks=marks, by=user)
    statements = [query["sql"][:60] for query in captured]
    of_audit = sum("audit_" in sql for sql in statements)
    of_transaction = sum("SAVEPOINT" in sql for sql in statements)
    of_data = len(statements) - of_audit - of_transaction
    return Result(
        name=f"saving {ROWS} marks: statements (data + audit)",
        measured=f"{of_data} + {of_audit}",
        target=f"≤ {DATA_STATEMENTS} + {AUDIT_STATEMENTS}",
        passed=of_data <= DATA_STATEMENTS and of_audit <= AUDIT_STATEMENTS,
        note=connection.vendor,
    )


def _times(user: User, meeting: Meeting) -> Result:
    """Best of interleaved rounds; ours writes the audit too, the formset does not."""
    ours, formset = [], []
    for number in range(ROUNDS):
        status = (S.PRESENT, S.ABSENT)[number % 2]
        marks = _marks(meeting, status)
        ours.append(_seconds(save_marks, meeting, marks=marks, by=user))
        data = _formset_data(meeting, (S.EXCUSED, S.NOT_MARKED)[number % 2])
        formset.append(_seconds(_save_formset, meeting, data))
    ratio = min(formset) / min(ours)
    return Result(
        name=f"saving {ROWS} marks: times faster than a model formset",
        measured=f"{ratio:.1f}×",
        target=f"≥ {TIMES_FASTER}×",
        passed=ratio >= TIMES_FASTER,
        note=f"{min(ours) * 1000:.1f} ms against {min(formset) * 1000:.1f} ms",
    )


def _save_formset(meeting: Meeting, data: dict[str, str]) -> None:
    rows = meeting.attendances.order_by("number")
    formset = _FORMSET(data, queryset=rows, prefix="f")
    with transaction.atomic():
        assert formset.is_valid(), formset.errors
        formset.save()


_FORMSET = modelformset_factory(Attendance, fields=["status", "reason"], extra=0)


def _formset_data(meeting: Meeting, status: str) -> dict[str, str]:
    keys = list(meeting.attendances.order_by("number").values_list("pk", flat=True))
    data = {"f-TOTAL_FORMS": str(len(keys)), "f-INITIAL_FORMS": str(len(keys))}
    for index, key in enumerate(keys):
        data |= {
            f"f-{index}-id": str(key),
            f"f-{index}-status": status,
            f"f-{index}-reason": "ốm",
        }
    return data


def _marks(meeting: Meeting, status: str) -> list[Mark]:
    rows = meeting.attendances.order_by("number").values_list("number", "version")
    return [Mark(number, version, status, reason="bận") for number, version in rows]


def _seconds(act: Callable[..., object], *args, **options) -> float:
    begun = perf_counter()
    act(*args, **options)
    return perf_counter() - begun


def _meeting_of(rows: int) -> tuple[User, Meeting]:
    """An open meeting of a ward of its own with that many people."""
    ward = Committee.objects.create(
        code="benchmark",
        path="9998",
        name="Đảng ủy phường Thử",
        kind=Kind.WARD,
        sector=Sector.COMMUNE,
        receives_members=True,
        valid_from=date(2000, 1, 1),
    )
    open_period(ward, valid_from=date(2000, 1, 1))
    user = User.objects.create_user("benchmark", full_name="Người thử")
    RoleAssignment.objects.create(
        user=user, committee=ward, role=Role.RESIDENCE_WARD, valid_from=DAY
    )
    _people(ward, rows)
    meeting = Meeting.objects.create(
        committee=ward,
        title="Sinh hoạt định kỳ",
        held_on=DAY,
        period_from=date(2026, 1, 1),
        period_to=date(2026, 7, 1),
    )
    return user, open_meeting(meeting, by=user)


def _people(ward: Committee, number: int) -> None:
    members = [
        Member(full_name=f"Nguyễn Văn {index}", workplace=ward)
        for index in range(number)
    ]
    for member in members:
        member.set_keys()
    stays = [
        Registration(
            member=member,
            workplace=ward,
            ward=ward,
            state=Registration.State.RECEIVED,
            received_on=RECEIVED,
        )
        for member in Member.objects.bulk_create(members)
    ]
    Placement.objects.bulk_create(
        Placement(
            registration=stay,
            ward=ward,
            workplace=ward,
            sector=ward.sector,
            valid_from=RECEIVED,
            cause=Placement.Cause.RECEIVED,
        )
        for stay in Registration.objects.bulk_create(stays)
    )
