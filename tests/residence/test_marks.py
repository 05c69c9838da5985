"""Saving marks: what is written, what is kept, what is refused."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from party76.audit.models import AuditDetail, AuditEvent
from party76.shared.versions import Conflict
from residence.models import Attendance, Meeting
from residence.services import marks as marks_module
from residence.services.marks import Mark, save_marks
from residence.services.meetings import close_meeting, open_meeting
from residence.signals import reasons_changing
from tests.factories.members import make_member, make_registration
from tests.residence.test_closing import AFTER

S = Attendance.Status


@pytest.fixture
def opened(world, meeting):
    """An open meeting with Lê Thị Hòa (2), Bùi Văn An (1), Phan Văn Tâm (3)."""
    for name in ("Bùi Văn An", "Phan Văn Tâm"):
        make_registration(
            make_member(world.workplace, full_name=name), world.ward, cell=world.cell
        )
    return open_meeting(meeting, by=world.cell_user)


def save(meeting, *marks, by):
    return save_marks(meeting, marks=marks, by=by)


def stored(meeting, number):
    return Attendance.objects.get(meeting=meeting, number=number)


def test_marks_when_saved_then_written_with_next_version(world, opened):
    result = save(
        opened,
        Mark(1, 1, S.PRESENT, is_late=True, reason="kẹt xe"),
        Mark(2, 1, S.EXCUSED, reason="ốm"),
        by=world.cell_user,
    )

    first, second = stored(opened, 1), stored(opened, 2)
    assert (result.written, result.conflicts, result.errors) == (2, {}, {})
    assert (first.status, first.is_late, first.reason) == (S.PRESENT, True, "kẹt xe")
    assert (second.status, second.reason, second.version) == (S.EXCUSED, "ốm", 2)
    assert stored(opened, 3).status == S.NOT_MARKED


def test_marks_when_equal_to_stored_then_nothing_written(world, opened):
    save(opened, Mark(1, 1, S.PRESENT), by=world.cell_user)
    events = AuditEvent.objects.count()

    # An old version too: the same mark again is nobody's conflict.
    result = save(opened, Mark(1, 1, S.PRESENT), by=world.ward_user)

    assert (result.written, result.conflicts) == (0, {})
    assert stored(opened, 1).version == 2
    assert AuditEvent.objects.count() == events


def test_marks_when_row_changed_meanwhile_then_conflict_and_the_rest_saved(
    world, opened
):
    save(opened, Mark(1, 1, S.EXCUSED, reason="ốm"), by=world.cell_user)

    result = save(
        opened, Mark(1, 1, S.PRESENT), Mark(2, 1, S.PRESENT), by=world.ward_user
    )

    assert result.written == 1
    assert list(result.conflicts) == [1]
    assert result.conflicts[1].reason == "ốm"
    assert stored(opened, 1).status == S.EXCUSED
    assert stored(opened, 2).status == S.PRESENT


def test_marks_when_status_changes_then_what_went_with_the_old_one_goes(world, opened):
    save(
        opened,
        Mark(1, 1, S.REPRESENTED, representative_name="Lê Văn Út", relation="con"),
        by=world.cell_user,
    )

    save(
        opened,
        Mark(1, 2, S.PRESENT, representative_name="Lê Văn Út", relation="con"),
        by=world.cell_user,
    )

    row = stored(opened, 1)
    assert (row.represented_by_name, row.representative_relation) == ("", "")


def test_marks_when_represented_by_number_then_row_is_linked(world, opened):
    save(opened, Mark(1, 1, S.REPRESENTED, representative_number=2), by=world.cell_user)

    assert stored(opened, 1).represented_by == stored(opened, 2)


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        (Mark(1, 1, S.REPRESENTED, representative_number=99), "Số 99 không có"),
        (Mark(1, 1, S.REPRESENTED, representative_number=1), "phải là người khác"),
        (Mark(99, 1, S.PRESENT), "Số này không có"),
    ],
)
def test_marks_when_wrong_then_that_row_alone_is_refused(world, opened, mark, sentence):
    result = save(opened, mark, Mark(3, 1, S.PRESENT), by=world.cell_user)

    assert sentence in result.errors[mark.number]
    assert result.written == 1
    assert stored(opened, 1).status == S.NOT_MARKED


def test_marks_when_saved_then_old_and_new_are_in_the_erasable_part(world, opened):
    save(opened, Mark(2, 1, S.EXCUSED, reason="ốm"), by=world.cell_user)

    event = AuditEvent.objects.latest("pk")
    row = stored(opened, 2)
    assert event.facts == {"marks": 1, "conflicts": 0}
    assert AuditDetail.objects.get(event=event).payload == {
        "marks": [
            {
                "number": 2,
                "registration": row.registration_id,
                "status": ["not_marked", "excused"],
                "reason": ["", "ốm"],
            }
        ]
    }


@pytest.mark.parametrize("state", [Meeting.State.PLANNED, Meeting.State.LISTED])
def test_marks_when_not_begun_then_refused(world, opened, state):
    Meeting.objects.filter(pk=opened.pk).update(state=state)

    with pytest.raises(ValidationError, match="chưa điểm danh được"):
        save(opened, Mark(1, 1, S.PRESENT), by=world.cell_user)


def test_marks_when_closed_then_only_reasons_of_absence_change(world, opened):
    save(opened, Mark(1, 1, S.PRESENT), Mark(2, 1, S.ABSENT), by=world.cell_user)
    close_meeting(opened, unmarked=S.ABSENT, at=AFTER, by=world.cell_user)

    result = save(
        opened,
        Mark(1, 2, S.EXCUSED, reason="ốm"),
        Mark(2, 2, S.EXCUSED, reason="ốm"),
        Mark(3, 2, S.PRESENT),
        by=world.cell_user,
    )

    assert result.written == 1
    assert set(result.errors) == {1, 3}
    assert stored(opened, 2).reason == "ốm"
    assert stored(opened, 3).status == S.ABSENT


def test_marks_when_closed_and_an_app_above_refuses_then_nothing_changes(world, opened):
    save(opened, Mark(2, 1, S.ABSENT), by=world.cell_user)
    close_meeting(opened, unmarked=S.ABSENT, at=AFTER, by=world.cell_user)

    def refuse(sender, meeting, **kwargs):
        raise ValidationError("Bảng nhận xét đã trình.")

    reasons_changing.connect(refuse)
    try:
        with pytest.raises(ValidationError, match="đã trình"):
            save(opened, Mark(2, 2, S.EXCUSED, reason="ốm"), by=world.cell_user)
    finally:
        reasons_changing.disconnect(refuse)
    assert stored(opened, 2).status == S.ABSENT


def test_write_when_row_is_no_longer_at_its_version_then_nothing_is_written(
    world, opened
):
    rows = [stored(opened, 1), stored(opened, 2)]
    for row in rows:
        row.status = S.PRESENT
    Attendance.objects.filter(pk=rows[0].pk).update(version=5)

    with pytest.raises(Conflict), transaction.atomic():
        marks_module._write(rows)

    assert stored(opened, 2).status == S.NOT_MARKED


@pytest.mark.parametrize(
    "values",
    [
        {"status": S.ABSENT, "is_late": True},
        {"status": S.PRESENT, "represented_by_name": "Lê Văn Út"},
    ],
)
def test_row_when_columns_contradict_then_database_refuses(world, opened, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        opened.attendances.update(**values)


@pytest.mark.parametrize("number", [3, 300])
def test_marks_statements_when_many_rows_then_three_and_two(world, meeting, number):
    for index in range(number - 1):
        make_registration(
            make_member(world.workplace, full_name=f"Lý Văn {index}"),
            world.ward,
            cell=world.cell,
        )
    opened = open_meeting(meeting, by=world.cell_user)
    marks = [Mark(n, 1, S.EXCUSED, reason="ốm") for n in range(1, number + 1)]

    with CaptureQueriesContext(connection) as captured:
        result = save_marks(opened, marks=marks, by=world.cell_user)

    statements = [query["sql"][:60] for query in captured]
    of_audit = sum("audit_" in sql for sql in statements)
    of_transaction = sum("SAVEPOINT" in sql for sql in statements)
    of_data = len(statements) - of_audit - of_transaction
    assert result.written == number
    assert (of_data, of_audit) == (3, 2)
