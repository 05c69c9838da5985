"""The end of a meeting: what is asked before, what is locked after."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from party76.audit.models import AuditEvent
from residence.models import Attendance, Meeting
from residence.services.meetings import (
    close_meeting,
    edit_meeting,
    open_meeting,
    record_not_held,
)
from tests.factories.members import make_member, make_registration

S = Attendance.Status
AFTER = datetime(2026, 5, 20, 14, 0, tzinfo=UTC)
BEFORE = datetime(2026, 5, 19, 12, 0, tzinfo=UTC)


@pytest.fixture
def opened(world, meeting):
    make_registration(
        make_member(world.workplace, full_name="Bùi Văn An"),
        world.ward,
        cell=world.cell,
    )
    return open_meeting(meeting, by=world.cell_user)


def mark(meeting, number, **values):
    Attendance.objects.filter(meeting=meeting, number=number).update(**values)


def close(meeting, world, unmarked="", at=AFTER):
    return close_meeting(meeting, unmarked=unmarked, at=at, by=world.cell_user)


def test_close_when_all_are_marked_then_closed(world, opened):
    opened.attendances.update(status=S.PRESENT)

    closed = close(opened, world)

    assert (closed.state, closed.closed_at) == (Meeting.State.CLOSED, AFTER)


def test_close_when_rows_are_unmarked_and_nothing_chosen_then_refused(world, opened):
    with pytest.raises(ValidationError, match="Còn 2 đồng chí chưa điểm danh"):
        close(opened, world)


def test_close_when_absent_is_chosen_then_only_unmarked_rows_change(world, opened):
    mark(opened, 1, status=S.PRESENT)

    close(opened, world, unmarked=S.ABSENT)

    statuses = opened.attendances.order_by("number").values_list("status", flat=True)
    assert list(statuses) == [S.PRESENT, S.ABSENT]
    assert AuditEvent.objects.latest("pk").facts["numbers"] == [2]


def test_close_when_left_unmarked_is_chosen_then_they_stay_so(world, opened):
    close(opened, world, unmarked=S.NOT_MARKED)

    assert set(opened.attendances.values_list("status", flat=True)) == {S.NOT_MARKED}


def test_close_when_not_due_row_is_unmarked_then_not_asked_for(world, opened):
    mark(opened, 1, is_due=False)
    mark(opened, 2, status=S.PRESENT)

    assert close(opened, world).state == Meeting.State.CLOSED


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"represented_by_name": "Lê Văn Út"},
    ],
)
def test_close_when_who_came_is_not_said_then_refused(world, opened, values):
    mark(opened, 1, status=S.REPRESENTED, **values)
    mark(opened, 2, status=S.PRESENT)

    with pytest.raises(ValidationError, match="chưa ghi rõ người dự thay"):
        close(opened, world)


@pytest.mark.parametrize(
    ("status", "is_refused"), [(S.PRESENT, False), (S.EXCUSED, True)]
)
def test_close_when_represented_by_a_member_then_he_must_be_present(
    world, opened, status, is_refused
):
    other = opened.attendances.get(number=2)
    mark(opened, 1, status=S.REPRESENTED, represented_by=other)
    mark(opened, 2, status=status)

    if is_refused:
        with pytest.raises(ValidationError, match="chưa ghi rõ người dự thay"):
            close(opened, world)
    else:
        assert close(opened, world).state == Meeting.State.CLOSED


def test_close_when_represented_by_a_relative_then_closed(world, opened):
    mark(
        opened,
        1,
        status=S.REPRESENTED,
        represented_by_name="Lê Văn Út",
        representative_relation="con",
    )
    mark(opened, 2, status=S.PRESENT)

    assert close(opened, world).state == Meeting.State.CLOSED


def test_close_when_day_is_not_reached_then_refused(world, opened):
    opened.attendances.update(status=S.PRESENT)

    with pytest.raises(ValidationError, match="Chưa đến ngày họp"):
        close(opened, world, at=BEFORE)


def test_close_when_not_open_then_refused(world, meeting):
    with pytest.raises(ValidationError, match="“Dự kiến”"):
        close(meeting, world)


def test_edit_when_closed_then_refused(world, opened):
    opened.attendances.update(status=S.PRESENT)
    closed = close(opened, world)
    closed.conclusions = "Thêm sau"

    with pytest.raises(ValidationError, match="Kỳ họp đã kết thúc"):
        edit_meeting(closed, version=closed.version, by=world.cell_user)


def test_not_held_when_reason_given_then_recorded(world, meeting):
    done = record_not_held(meeting, reason=" Mưa ngập ", by=world.cell_user)

    assert (done.state, done.not_held_reason) == (Meeting.State.NOT_HELD, "Mưa ngập")


def test_not_held_when_no_reason_then_refused(world, meeting):
    with pytest.raises(ValidationError, match="ghi lý do"):
        record_not_held(meeting, reason="  ", by=world.cell_user)


def test_not_held_when_marking_has_begun_then_refused(world, opened):
    with pytest.raises(ValidationError, match="“Đang họp”"):
        record_not_held(opened, reason="Mưa", by=world.cell_user)


def test_not_held_when_written_without_reason_then_database_refuses(meeting):
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(state=Meeting.State.NOT_HELD)
