"""Which units are reached through the system, and which on paper."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from members.models import Committee, Kind, Registration, Role, Sector
from members.permissions import can_edit_identity, can_run_stay
from members.queries.channels import (
    is_on_paper,
    on_paper,
    on_paper_among,
    without_account,
)
from members.queries.registrations import letters_to_receive
from tests.factories.members import (
    make_committee,
    make_member,
    make_post,
    make_registration,
    make_user,
)
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


@pytest.fixture
def tree():
    """Body → part, and a sister whose path is easily taken for the body's."""
    city = make_committee(kind=Kind.CITY)
    body = make_committee(city, kind=Kind.DIRECT)
    part = make_committee(body, kind=Kind.GRASSROOTS)
    sister = make_committee(city, kind=Kind.DIRECT)
    return body, part, sister


def answers(unit, role=Role.WORKPLACE) -> set[bool]:
    """What the three forms of the question say of one unit."""
    found = Committee.objects.filter(on_paper("", role), pk=unit.pk)
    return {
        is_on_paper(unit, role),
        unit.pk in on_paper_among([unit], role),
        found.exists(),
    }


def test_unit_when_it_has_an_account_of_the_role_is_reached(tree):
    body, _part, _sister = tree

    make_user(Role.WORKPLACE, body)

    assert answers(body) == {False}


def test_unit_when_one_above_has_an_account_is_reached(tree):
    body, part, _sister = tree

    make_user(Role.WORKPLACE, body)

    assert answers(part) == {False}


def test_unit_when_only_one_below_or_beside_has_an_account_is_on_paper(tree):
    body, part, sister = tree

    make_user(Role.WORKPLACE, part)
    make_user(Role.WORKPLACE, sister)

    assert answers(body) == {True}


def test_unit_when_the_account_has_another_role_is_on_paper(tree):
    body, *_rest = tree

    make_user(Role.RESIDENCE_WARD, body)

    assert answers(body) == {True}
    assert answers(body, Role.RESIDENCE_WARD) == {False}


def test_unit_when_it_does_not_use_the_system_is_on_paper(tree):
    body, *_rest = tree

    make_user(Role.WORKPLACE, body)
    body.uses_system = False
    body.save()

    assert answers(body) == {True}


@pytest.mark.parametrize(
    "post",
    [
        {"valid_to": timezone.localdate()},
        {"valid_from": tomorrow()},
    ],
    ids=["ended today", "begins tomorrow"],
)
def test_unit_when_the_post_does_not_hold_today_is_on_paper(tree, post):
    body, *_rest = tree

    make_post(make_user(), Role.WORKPLACE, body, **post)

    assert answers(body) == {True}


def test_unit_when_its_account_is_locked_is_on_paper(tree):
    body, *_rest = tree

    make_user(Role.WORKPLACE, body, is_active=False)

    assert answers(body) == {True}


@pytest.mark.parametrize("number", [1, 3])
def test_units_when_asked_together_cost_one_statement(
    number, tree, django_assert_num_queries
):
    body, *_rest = tree
    make_user(Role.WORKPLACE, body)
    units = [make_committee(body, kind=Kind.CELL) for _ in range(number)]

    with django_assert_num_queries(1):
        found = on_paper_among(units, Role.WORKPLACE)

    assert found == set()


def test_rows_when_narrowed_by_the_channel_are_those_of_units_on_paper(
    tree, django_assert_num_queries
):
    body, part, sister = tree
    make_user(Role.WORKPLACE, body)
    ward = make_committee()
    reached = make_registration(make_member(part), ward)
    paper = make_registration(make_member(sister), ward)

    with django_assert_num_queries(1):
        found = list(Registration.objects.filter(on_paper("workplace", Role.WORKPLACE)))

    assert found == [paper]
    assert list(
        Registration.objects.exclude(on_paper("workplace", Role.WORKPLACE))
    ) == [reached]


@pytest.fixture
def world():
    return make_world()


def test_workplace_when_its_last_post_ends_leaves_identity_to_the_ward(world):
    before = can_edit_identity(world.ward_user, world.member)

    world.workplace_user.assignments.update(valid_to=timezone.localdate())

    assert (before, can_edit_identity(world.ward_user, world.member)) == (False, True)


def test_ward_when_its_last_post_ends_leaves_the_stay_to_the_workplace(world):
    letter = Registration.objects.create(
        member=make_member(world.workplace),
        workplace=world.workplace,
        ward=world.ward,
        state=Registration.State.SENT,
        sent_on=date(2026, 1, 5),
    )
    user = world.workplace_user
    before = can_run_stay(user, letter), list(letters_to_receive(user))

    world.ward_user.assignments.update(valid_to=timezone.localdate())

    after = can_run_stay(user, letter), list(letters_to_receive(user))
    assert (before, after) == ((False, []), (True, [letter]))


def test_units_without_account_are_wards_and_workplaces_of_members(world):
    world.ward_user.assignments.all().delete()
    world.other_workplace_user.assignments.all().delete()
    make_member(world.other_workplace)
    make_committee(world.city, kind=Kind.GRASSROOTS, name="Không có đảng viên")

    found = without_account([world.city.path])

    told = {unit.name: (unit.lacks_residence, unit.lacks_workplace) for unit in found}
    assert told == {
        "Đảng ủy phường Ninh Kiều": (True, False),
        "Trường THPT Châu Văn Liêm": (False, True),
    }


def test_units_without_account_when_asked_by_scope_are_those_inside(world):
    world.ward_user.assignments.all().delete()

    assert list(without_account([world.sister_ward.path])) == []
    assert list(without_account([world.ward.path])) == [world.ward]


def test_units_without_account_leave_out_those_on_paper_and_closed(world):
    for fields in ({"uses_system": False}, {"valid_to": date(2026, 1, 1)}):
        unit = make_committee(
            world.city, kind=Kind.GRASSROOTS, sector=Sector.AGENCY, **fields
        )
        make_member(unit)

    assert list(without_account([world.city.path])) == []
