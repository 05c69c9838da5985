"""Since when people and units stand in the record: by hand, by a list, or not told."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, time

import pytest

from members.imports.runs import ListKind
from members.models import Member
from members.queries.committees import unplaced_units
from members.queries.entered import entered_since, made_since
from members.services.imports import write_incoming
from members.services.persons import add_member
from party76.audit.models import AuditEvent
from tests.factories.members import make_committee, make_member
from tests.members.imports import TODAY, make_offices, plan_rows

pytestmark = pytest.mark.django_db
MARCH, APRIL = date(2026, 3, 5), date(2026, 4, 7)


@pytest.fixture
def world():
    return make_offices()


@contextmanager
def at_noon(day):
    """What is put on record inside is put there of that day too: no event is changed."""
    before = AuditEvent.objects.count()
    yield
    for event in AuditEvent.objects.order_by("pk")[before:]:
        event.pk, event.at = None, datetime.combine(day, time(5), tzinfo=UTC)
        event.save(force_insert=True)


def write(world, text, *, committee, kind, by):
    plan = plan_rows(text, committee, kind=kind, create_units=True)
    return write_incoming(
        plan.incoming, committee=committee, today=TODAY, source={}, by=by
    )


def list_of_workers(world, name, card):
    return write(
        world,
        f"Họ và tên\tSố thẻ\n{name}\t{card}",
        committee=world.other_workplace,
        kind=ListKind.WORKERS,
        by=world.other_workplace_user,
    )


def list_of_residents(world, office, card):
    return write(
        world,
        "Họ và tên\tNgày sinh\tSố thẻ\tĐơn vị công tác\tNgày tiếp nhận\n"
        f"Ngô Văn {office.split()[-1]}\t01/02/1980\t{card}\t{office}\t05/01/2020",
        committee=world.ward,
        kind=ListKind.RESIDENTS,
        by=world.ward_user,
    )


def added_by_hand(world, name):
    member = Member(full_name=name, workplace=world.other_workplace)
    return add_member(member, by=world.other_workplace_user)


def people(world):
    members = Member.objects.filter(workplace=world.other_workplace)
    members.filter(full_name__startswith="Nguyễn Văn Mẫu").delete()
    return entered_since(members, [world.other_workplace.path])


def test_people_when_entered_by_hand_and_by_lists_tell_the_first_day(world):
    for day, name, card in (
        (APRIL, "Lê Văn Một", "11.5"),
        (MARCH, "Lê Văn Hai", "11.6"),
    ):
        with at_noon(day):
            list_of_workers(world, name, card)
    with at_noon(APRIL):
        added_by_hand(world, "Lê Văn Ba")

    assert people(world) == (3, MARCH)


def test_people_when_the_record_knows_one_of_them_not_tell_no_day(world):
    with at_noon(MARCH):
        added_by_hand(world, "Lê Văn Ba")
    make_member(world.other_workplace, full_name="Lê Văn Không Rõ")

    assert people(world) == (2, None)


def test_nobody_tells_nothing(world):
    assert people(world) == (0, None)


def test_units_when_met_in_lists_tell_the_day_of_the_first_list(world):
    with at_noon(APRIL):
        list_of_residents(world, "Công ty Lạ Một", "11.7")
    with at_noon(MARCH):
        list_of_residents(world, "Công ty Lạ Hai", "11.8")

    assert made_since(unplaced_units()) == (2, MARCH)


def test_unit_when_no_list_brought_it_tells_no_day(world):
    with at_noon(MARCH):
        list_of_residents(world, "Công ty Lạ Một", "11.7")
    make_committee(name="Đơn vị lạ", is_unplaced=True)

    assert made_since(unplaced_units()) == (2, None)


@pytest.mark.parametrize("number", [1, 3])
def test_days_are_asked_for_in_two_statements(world, number, django_assert_num_queries):
    with at_noon(MARCH):
        for index in range(number):
            list_of_workers(world, f"Lê Văn {index}", f"11.5{index}")
            list_of_residents(world, f"Công ty Lạ {'ABC'[index]}", f"11.7{index}")

    with django_assert_num_queries(2):
        entered_since(Member.objects.all(), [world.other_workplace.path])
    with django_assert_num_queries(2):
        made_since(unplaced_units())
