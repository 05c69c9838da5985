"""Who stands on the list of a meeting, in which order, with which number."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from party76.audit.models import AuditEvent
from residence.models import Attendance, Meeting
from residence.services.meetings import (
    append_to_list,
    edit_meeting,
    list_meeting,
    open_meeting,
)
from tests.engines import with_tree_lock
from tests.factories.members import (
    make_exemption,
    make_member,
    make_placement,
    make_registration,
)
from tests.factories.residence import make_meeting

DAY = date(2026, 5, 20)


def names_of(meeting):
    rows = meeting.attendances.select_related("member").order_by("number")
    return [(row.number, row.member.full_name) for row in rows]


def living(world, name, **fields):
    fields.setdefault("cell", world.cell)
    member = make_member(world.workplace, full_name=name)
    return make_registration(member, world.ward, **fields)


def test_list_when_ward_meets_then_numbered_by_cell_and_vietnamese_name(
    world, ward_meeting, neighbour
):
    living(world, "Nguyễn Văn Ân")
    living(world, "Đỗ Thị Ánh")
    living(world, "Phạm Văn Bé", cell=None)

    list_meeting(ward_meeting, by=world.ward_user)

    assert names_of(ward_meeting) == [
        (1, "Đỗ Thị Ánh"),
        (2, "Nguyễn Văn Ân"),
        (3, "Lê Thị Hòa"),
        (4, "Trần Văn An"),
        (5, "Phạm Văn Bé"),
    ]


def test_list_when_cell_meets_then_only_its_own_people(world, meeting, neighbour):
    list_meeting(meeting, by=world.cell_user)

    assert names_of(meeting) == [(1, "Lê Thị Hòa")]


@pytest.mark.parametrize(
    ("received_on", "ended_on", "is_listed"),
    [
        (DAY, None, True),
        (DAY + timedelta(days=1), None, False),
        (date(2026, 1, 1), DAY, False),
        (date(2026, 1, 1), DAY + timedelta(days=1), True),
    ],
)
def test_list_when_stay_begins_or_ends_near_the_day_then_half_open(
    world, meeting, received_on, ended_on, is_listed
):
    living(world, "Võ Văn Biên", received_on=received_on, ended_on=ended_on)

    list_meeting(meeting, by=world.cell_user)

    assert ((2, "Lê Thị Hòa") in names_of(meeting)) is is_listed


def test_list_when_exempt_that_day_then_left_out(world, meeting):
    living(world, "Võ Văn Ba")
    make_exemption(
        world.registration, valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 1)
    )

    list_meeting(meeting, by=world.cell_user)

    assert names_of(meeting) == [(1, "Võ Văn Ba")]


def test_list_when_dead_but_stay_not_ended_then_left_out(world, meeting):
    dead = living(world, "Võ Văn Ba")
    dead.member.status = "dead"
    dead.member.save()

    list_meeting(meeting, by=world.cell_user)

    assert names_of(meeting) == [(1, "Lê Thị Hòa")]


def test_list_when_died_after_the_day_then_was_due(world, meeting):
    later = living(world, "Võ Văn Ba", ended_on=DAY + timedelta(days=3))
    later.member.status = "dead"
    later.member.save()

    list_meeting(meeting, by=world.cell_user)

    assert names_of(meeting) == [(1, "Võ Văn Ba"), (2, "Lê Thị Hòa")]


def test_list_when_moved_to_another_cell_since_then_as_of_the_day(world, meeting):
    moved = living(world, "Võ Văn Ba", cell=world.sister_cell)
    moved.placements.update(valid_from=DAY + timedelta(days=5))
    make_placement(
        moved,
        cell=world.cell,
        valid_from=date(2026, 1, 1),
        valid_to=DAY + timedelta(days=5),
    )

    list_meeting(meeting, by=world.cell_user)

    row = meeting.attendances.get(registration=moved)
    assert (row.number, row.cell) == (1, world.cell)


def test_list_when_made_then_one_audit_event_with_the_count(world, meeting):
    list_meeting(meeting, by=world.cell_user)

    event = AuditEvent.objects.get(object_type="meeting")
    assert (event.action, event.count, event.committee_code) == ("step", 1, "NK1")


def test_list_when_nobody_is_due_then_refused(world):
    empty = make_meeting(world.sister_cell)

    with pytest.raises(ValidationError, match="chưa có đồng chí nào"):
        list_meeting(empty, by=world.ward_user)


def test_list_when_listed_already_then_refused(world, meeting):
    list_meeting(meeting, by=world.cell_user)

    with pytest.raises(ValidationError, match="Đã lập danh sách"):
        list_meeting(meeting, by=world.cell_user)


def test_append_when_received_later_then_next_number_and_old_ones_stay(world, meeting):
    list_meeting(meeting, by=world.cell_user)
    living(world, "Bùi Văn Anh")

    changes = append_to_list(meeting, by=world.cell_user)

    assert (changes.added, changes.not_due) == (1, 0)
    assert names_of(meeting) == [(1, "Lê Thị Hòa"), (2, "Bùi Văn Anh")]


def test_append_when_somebody_left_before_the_day_then_no_longer_due(world, meeting):
    list_meeting(meeting, by=world.cell_user)
    make_exemption(world.registration, valid_from=date(2026, 5, 1))
    living(world, "Bùi Văn Anh")

    changes = append_to_list(meeting, by=world.cell_user)

    rows = meeting.attendances.order_by("number").values_list("is_due", flat=True)
    assert (changes.added, changes.not_due) == (1, 1)
    assert list(rows) == [False, True]


def test_append_when_due_again_then_counted_again(world, meeting):
    list_meeting(meeting, by=world.cell_user)
    exemption = make_exemption(world.registration, valid_from=date(2026, 5, 1))
    append_to_list(meeting, by=world.cell_user)
    exemption.delete()

    append_to_list(meeting, by=world.cell_user)

    assert meeting.attendances.get().is_due is True


def test_append_when_marked_already_then_mark_and_base_stay(world, meeting):
    list_meeting(meeting, by=world.cell_user)
    meeting.attendances.update(status=Attendance.Status.PRESENT)
    make_exemption(world.registration, valid_from=date(2026, 5, 1))

    append_to_list(meeting, by=world.cell_user)

    assert meeting.attendances.get().is_due is True


def test_append_when_not_listed_then_refused(world, meeting):
    with pytest.raises(ValidationError, match="Chỉ cập nhật được danh sách"):
        append_to_list(meeting, by=world.cell_user)


def test_append_when_nothing_changed_then_no_event(world, meeting):
    list_meeting(meeting, by=world.cell_user)
    before = AuditEvent.objects.count()

    append_to_list(meeting, by=world.cell_user)

    assert AuditEvent.objects.count() == before


def test_open_when_only_planned_then_listed_too(world, meeting):
    opened = open_meeting(meeting, by=world.cell_user)

    assert opened.state == Meeting.State.OPEN
    assert names_of(meeting) == [(1, "Lê Thị Hòa")]


def test_open_when_listed_before_then_latecomers_appended(world, meeting):
    list_meeting(meeting, by=world.cell_user)
    living(world, "Bùi Văn Anh")

    open_meeting(meeting, by=world.cell_user)

    assert names_of(meeting)[1] == (2, "Bùi Văn Anh")


def test_edit_when_listed_then_day_stays(world, meeting):
    listed = list_meeting(meeting, by=world.cell_user)
    listed.held_on = DAY + timedelta(days=7)

    with pytest.raises(ValidationError, match="không đổi được ngày họp"):
        edit_meeting(listed, version=listed.version, by=world.cell_user)


@pytest.mark.parametrize("members", [1, 30])
def test_list_queries_when_more_people_then_constant(
    world, meeting, members, django_assert_num_queries
):
    for number in range(members):
        living(world, f"Lý Văn {number}")

    # savepoint, meeting, who is due, rows, step, posts of the user, event, release
    with django_assert_num_queries(with_tree_lock(9)):
        list_meeting(meeting, by=world.cell_user)
