"""Totals that the apps above build on."""

from datetime import date

import pytest

from members.models import Registration
from residence.models import Attendance, Meeting
from residence.queries import (
    AttendanceTotals,
    attendance_history,
    attendance_totals,
    meetings_held,
    meetings_to_run,
)
from tests.factories.members import make_member, make_registration
from tests.factories.residence import make_attendance, make_meeting, make_opinion

S = Attendance.Status
YEAR = (date(2026, 1, 1), date(2027, 1, 1))


def held(committee, **fields):
    fields.setdefault("state", Meeting.State.CLOSED)
    return make_meeting(committee, **fields)


def test_totals_when_meetings_closed_then_each_status_in_its_column(world):
    statuses = [S.PRESENT, S.PRESENT, S.EXCUSED, S.ABSENT, S.REPRESENTED, S.NOT_MARKED]
    for position, status in enumerate(statuses):
        make_attendance(
            held(world.cell), world.registration, status=status, is_late=position == 1
        )
    make_opinion(world.registration)

    totals = attendance_totals([world.registration], YEAR)

    assert totals == {
        world.registration.pk: AttendanceTotals(
            due=6,
            present=2,
            late=1,
            excused=1,
            absent=1,
            represented=1,
            not_marked=1,
            opinions=1,
        )
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"state": Meeting.State.OPEN},
        {"counts": False},
        {"period_from": date(2027, 1, 1), "period_to": date(2027, 7, 1)},
        {"period_from": date(2025, 7, 1), "period_to": date(2026, 1, 1)},
    ],
)
def test_totals_when_meeting_does_not_count_then_left_out(world, fields):
    make_attendance(held(world.cell, **fields), world.registration, status=S.PRESENT)

    assert attendance_totals([world.registration], YEAR) == {}


def test_totals_when_not_due_then_outside_both_numbers(world):
    make_attendance(
        held(world.cell), world.registration, status=S.PRESENT, is_due=False
    )

    totals = attendance_totals([world.registration], YEAR)

    assert totals == {}


def test_totals_when_only_an_opinion_was_given_then_counted(world):
    make_opinion(world.registration)
    make_opinion(world.registration, given_on=date(2027, 1, 1))

    totals = attendance_totals(Registration.objects.all(), YEAR)

    assert totals == {world.registration.pk: AttendanceTotals(opinions=1)}


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("as_queryset", [True, False])
def test_totals_queries_when_more_rows_then_two(
    world, number, as_queryset, django_assert_num_queries
):
    for _ in range(number):
        stay = make_registration(make_member(world.workplace), world.ward)
        make_attendance(held(world.ward), stay, status=S.PRESENT)
        make_opinion(stay)
    stays = Registration.objects.all()
    stays = stays if as_queryset else list(stays)

    with django_assert_num_queries(2):
        attendance_totals(stays, YEAR)


def test_held_when_some_were_not_then_only_closed_ones_of_the_period(world):
    held(world.cell)
    held(world.cell, period_from=date(2026, 7, 1), period_to=date(2027, 1, 1))
    held(world.cell, state=Meeting.State.NOT_HELD, not_held_reason="Mưa")
    held(world.cell, counts=False)
    held(world.sister_ward)

    assert meetings_held([world.cell, world.ward], YEAR) == {world.cell.pk: 2}


def test_history_when_meetings_began_then_newest_first(world):
    first = make_attendance(held(world.cell), world.registration)
    last = make_attendance(
        held(world.cell, held_on=date(2026, 11, 2)), world.registration
    )
    make_attendance(make_meeting(world.cell, state="listed"), world.registration)

    assert list(attendance_history([world.registration])) == [last, first]


def test_to_run_when_day_reached_or_open_then_waiting_for_the_unit(world):
    today = date(2026, 5, 20)
    due = make_meeting(world.cell, held_on=today)
    running = make_meeting(world.cell, held_on=date(2026, 5, 21), state="open")
    make_meeting(world.cell, held_on=date(2026, 5, 21))
    make_meeting(world.sister_ward, held_on=today)
    held(world.cell)

    assert list(meetings_to_run(world.cell_user, today)) == [due, running]
    assert list(meetings_to_run(world.ward_user, today)) == [due, running]
    assert list(meetings_to_run(world.department_user, today)) == []
