"""Carrying out a decision on the tree, and taking it back."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import models

from members.models import (
    Committee,
    CommitteePeriod,
    Kind,
    Member,
    Operation,
    Part,
    Placement,
    Registration,
    Reorganisation,
    Role,
    RoleAssignment,
    Sector,
    User,
)
from members.queries.tree_check import check_tree
from members.services.reorganisations.plan import NewUnit, ReformPlan, Step
from members.services.reorganisations.run import (
    carry_out,
    draft_reorganisation,
    take_back,
)
from members.services.stays import assign_cell, receive_on_paper
from tests.factories.members import (
    make_committee,
    make_member,
    make_registration,
    make_user,
)
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db

DAY, LATER, TODAY = date(2025, 7, 1), date(2025, 9, 1), date(2026, 1, 1)
TABLES = [Committee, CommitteePeriod, Placement, Registration, Member, RoleAssignment]


@pytest.fixture
def world():
    return make_world()


def rows(*tables: type[models.Model]) -> dict:
    return {
        table.__name__: list(table.objects.order_by("pk").values_list())
        for table in tables or TABLES
    }


def run(plan: ReformPlan, world) -> Reorganisation:
    drafted = draft_reorganisation(
        Reorganisation(committee=world.city, effective_on=plan.on),
        by=world.department_user,
    )
    return carry_out(drafted, plan, today=TODAY, by=world.department_user)


def undo(reform: Reorganisation, world) -> Reorganisation:
    return take_back(
        reform, reason="Nhầm", version=reform.version, by=world.department_user
    )


def new_ward(world, **fields) -> NewUnit:
    fields = {"name": "Đảng ủy phường Ninh Kiều", "parent": world.city.pk} | fields
    return NewUnit(
        key=-1, kind=Kind.WARD, sector=Sector.COMMUNE, receives_members=True, **fields
    )


def merge(world, *, on=DAY) -> ReformPlan:
    """Wards Ninh Kiều and Tân An become a new one, which bears an old name."""
    olds = [world.ward.pk, world.past_ward.pk]
    return ReformPlan(
        on=on,
        new_units=[new_ward(world)],
        heirs=dict.fromkeys(olds, -1),
        steps=[Step(Operation.MERGE, old, "", -1) for old in olds],
    )


def test_merge_places_people_in_the_successor_without_ending_anybody(world):
    run(merge(world), world)

    stay = Registration.objects.get(pk=world.registration.pk)
    new = Committee.objects.get(name="Đảng ủy phường Ninh Kiều", valid_to=None)
    placements = stay.placements.order_by("valid_from").values_list(
        "ward", "cell", "valid_from", "valid_to", "cause"
    )
    assert (stay.state, stay.ended_on, stay.ward, stay.cell) == (
        "received",
        None,
        new,
        world.cell,
    )
    assert list(placements) == [
        (world.ward.pk, world.cell.pk, date(2012, 1, 1), DAY, "received"),
        (new.pk, world.cell.pk, DAY, None, "reorganisation"),
    ]


def test_merge_leaves_the_past_of_the_units_as_it_was(world):
    run(merge(world), world)

    past = CommitteePeriod.objects.get(committee=world.past_ward)
    assert (past.name, past.parent, past.valid_to) == (
        "Đảng ủy phường Tân An",
        world.city,
        DAY,
    )
    ended = Registration.objects.get(state="ended")
    assert ended.ward == world.past_ward


def test_merge_lets_cells_live_on_below_the_successor(world):
    run(merge(world), world)

    new = Committee.objects.get(name="Đảng ủy phường Ninh Kiều", valid_to=None)
    periods = world.cell.periods.order_by("valid_from").values_list(
        "parent", "valid_from", "valid_to"
    )
    assert list(periods) == [
        (world.ward.pk, date(2000, 1, 1), DAY),
        (new.pk, DAY, None),
    ]


def test_closed_unit_stands_below_its_heir_in_todays_scopes(world):
    run(merge(world), world)

    new = Committee.objects.get(name="Đảng ủy phường Ninh Kiều", valid_to=None)
    closed = Committee.objects.get(pk=world.past_ward.pk)
    assert closed.heir == new
    assert closed.path.startswith(new.path)


def test_heir_is_the_last_of_a_chain(world):
    run(merge(world), world)
    new = Committee.objects.get(name="Đảng ủy phường Ninh Kiều", valid_to=None)

    run(
        ReformPlan(
            on=date(2025, 9, 1),
            heirs={new.pk: world.sister_ward.pk},
            steps=[Step(Operation.ABSORB, new.pk, "", world.sister_ward.pk)],
        ),
        world,
    )

    heirs = Committee.objects.exclude(heir=None).values_list("heir", flat=True)
    assert set(heirs) == {world.sister_ward.pk}
    assert Registration.objects.get(state="received").ward == world.sister_ward


def test_post_at_a_closed_unit_goes_on_at_its_heir(world):
    run(merge(world), world)

    new = Committee.objects.get(name="Đảng ủy phường Ninh Kiều", valid_to=None)
    posts = world.past_user.assignments.order_by("valid_from").values_list(
        "committee", "role", "valid_from", "valid_to"
    )
    assert list(posts) == [
        (world.past_ward.pk, Role.RESIDENCE_WARD, date(2000, 1, 1), DAY),
        (new.pk, Role.RESIDENCE_WARD, DAY, None),
    ]


def test_post_at_a_closed_unit_ends_where_the_decision_says_so(world):
    plan = merge(world)
    plan.posts_to_end = {world.past_user.assignments.get().pk}

    run(plan, world)

    assert [post.valid_to for post in world.past_user.assignments.all()] == [DAY]


def test_post_never_passes_to_a_higher_level_by_itself(world):
    district = make_committee(world.city, kind=Kind.DISTRICT)
    official = make_user(Role.DEPARTMENT, district)

    run(ReformPlan(on=DAY, heirs={district.pk: world.city.pk}), world)

    posts = RoleAssignment.objects.filter(user=official)
    assert [(post.committee, post.valid_to) for post in posts] == [(district, DAY)]


def test_successors_account_reads_the_stays_of_the_old_unit(world):
    run(merge(world), world)

    account = User.objects.get(pk=world.ward_user.pk)
    seen = Registration.objects.visible_to(account).values_list("ward__name", "state")
    assert set(seen) == {
        ("Đảng ủy phường Ninh Kiều", "received"),
        ("Đảng ủy phường Tân An", "ended"),
    }


def test_sister_unit_reads_nothing_of_it(world):
    run(merge(world), world)

    account = User.objects.get(pk=world.sister_user.pk)
    assert list(Registration.objects.visible_to(account)) == []


def test_workplace_that_ends_hands_its_members_on(world):
    run(ReformPlan(on=DAY, heirs={world.workplace.pk: world.other_workplace.pk}), world)

    stay = Registration.objects.get(state="received")
    assert stay.workplace == world.other_workplace
    assert Member.objects.get().workplace == world.other_workplace
    assert stay.placements.get(valid_to=None).sector == Sector.SERVICE


def test_divided_ward_sends_whom_the_decision_names(world):
    other = make_registration(
        make_member(world.workplace), world.ward, cell=world.sister_cell
    )
    rest = make_registration(make_member(world.workplace), world.ward)
    plan = ReformPlan(
        on=DAY,
        changes={world.sister_cell.pk: {"parent": world.sister_ward.pk}},
        heirs={world.ward.pk: world.past_ward.pk},
        stays={rest.pk: world.sister_ward.pk},
        steps=[
            Step(Operation.SPLIT, world.ward.pk, "", world.sister_ward.pk, Part.PART),
            Step(Operation.SPLIT, world.ward.pk, "", world.past_ward.pk, Part.REST),
        ],
    )

    run(plan, world)

    placed = Registration.objects.filter(state="received").values_list(
        "pk", "ward", "cell"
    )
    assert set(placed) == {
        (world.registration.pk, world.past_ward.pk, world.cell.pk),
        (other.pk, world.sister_ward.pk, world.sister_cell.pk),
        (rest.pk, world.sister_ward.pk, None),
    }


def test_past_day_of_effect_reaches_who_came_and_left_since(world):
    came = make_registration(
        make_member(world.workplace), world.ward, received_on=date(2025, 8, 1)
    )
    left = make_registration(
        make_member(world.workplace),
        world.ward,
        received_on=date(2024, 1, 1),
        ended_on=date(2025, 10, 1),
    )

    run(merge(world), world)

    new = Committee.objects.get(name="Đảng ủy phường Ninh Kiều", valid_to=None)
    fields = ("ward", "valid_from", "valid_to", "cause")
    assert list(came.placements.values_list(*fields)) == [
        (new.pk, date(2025, 8, 1), None, "received")
    ]
    assert list(left.placements.order_by("valid_from").values_list(*fields)) == [
        (world.ward.pk, date(2024, 1, 1), DAY, "received"),
        (new.pk, DAY, date(2025, 10, 1), "reorganisation"),
    ]


def test_letter_under_way_waits_at_the_heir(world):
    letter = Registration.objects.create(
        member=make_member(world.workplace),
        workplace=world.workplace,
        ward=world.past_ward,
        state=Registration.State.SENT,
    )

    run(merge(world), world)

    letter.refresh_from_db()
    assert letter.ward.name == "Đảng ủy phường Ninh Kiều"
    assert letter.ward.valid_to is None


def test_renaming_keeps_the_unit_and_its_old_name_in_time(world):
    run(
        ReformPlan(
            on=DAY,
            changes={world.past_ward.pk: {"name": "Đảng ủy phường An Hội"}},
            steps=[Step(Operation.RENAME, world.past_ward.pk, "", world.past_ward.pk)],
        ),
        world,
    )

    unit = Committee.objects.get(pk=world.past_ward.pk)
    assert (unit.name, unit.valid_to, unit.search_key) == (
        "Đảng ủy phường An Hội",
        None,
        "dang uy phuong an hoi",
    )
    assert [period.name for period in unit.periods.order_by("valid_from")] == [
        "Đảng ủy phường Tân An",
        "Đảng ủy phường An Hội",
    ]


@pytest.mark.parametrize("make", [merge])
def test_take_back_restores_every_row(make, world):
    before = rows()
    reform = run(make(world), world)

    undo(reform, world)

    assert rows() == before
    reform.refresh_from_db()
    assert reform.state == "taken_back"
    assert not reform.successions.exists()


def test_take_back_when_somebody_was_moved_since_then_refused(world):
    reform = run(merge(world), world)
    stay = Registration.objects.get(pk=world.registration.pk)
    assign_cell(
        stay,
        cell=Committee.objects.get(pk=world.sister_cell.pk),
        on=date(2025, 8, 1),
        version=stay.version,
        by=world.ward_user,
    )
    after = rows()

    with pytest.raises(ValidationError, match="đã có thay đổi"):
        undo(reform, world)

    assert rows() == after


def test_take_back_when_somebody_came_to_the_new_unit_then_refused(world):
    reform = run(merge(world), world)
    new = Committee.objects.get(name="Đảng ủy phường Ninh Kiều", valid_to=None)
    make_registration(make_member(world.workplace), new, received_on=date(2025, 8, 1))

    with pytest.raises(ValidationError, match="đã có thay đổi"):
        undo(reform, world)


def test_take_back_gives_a_path_back_that_was_taken_since(world):
    last = make_committee(world.city, name="Đảng ủy phường Cuối")
    reform = run(
        ReformPlan(on=DAY, changes={last.pk: {"parent": world.sister_ward.pk}}), world
    )
    newer = make_committee(world.city, name="Đảng ủy phường Sau")
    assert newer.path == last.path

    undo(reform, world)

    newer.refresh_from_db()
    assert Committee.objects.get(pk=last.pk).path == last.path
    assert newer.path > last.path


REFUSED = {
    "ended already": lambda world: ReformPlan(
        on=DAY, heirs={world.ward.pk: world.past_ward.pk, world.past_ward.pk: None}
    ),
    "below itself": lambda world: ReformPlan(
        on=DAY, changes={world.ward.pk: {"parent": world.cell.pk}}
    ),
    "nobody follows": lambda world: ReformPlan(on=DAY, heirs={world.ward.pk: None}),
    "people without a successor": lambda world: ReformPlan(
        on=DAY, heirs={world.cell.pk: None}
    ),
    "before it was founded": lambda world: ReformPlan(
        on=date(1999, 1, 1), heirs={world.past_ward.pk: world.ward.pk}
    ),
    "in a ring": lambda world: ReformPlan(
        on=DAY,
        heirs={world.ward.pk: world.past_ward.pk, world.past_ward.pk: world.ward.pk},
    ),
    "day to come": lambda world: merge(world, on=date(2026, 7, 1)),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_decision_that_cannot_hold_is_refused_and_nothing_written(make, world):
    before = rows()

    with pytest.raises(ValidationError):
        run(make(world), world)

    assert rows() == before


# What the state machine (tests/reports/test_tree_machine.py) found


def absorb(old, new, *, on=DAY) -> ReformPlan:
    return ReformPlan(on=on, heirs={old.pk: new.pk})


def test_unit_founded_after_a_merger_gets_a_path_of_its_own(world):
    run(absorb(world.past_ward, world.sister_ward), world)

    founded = [
        make_committee(world.city),
        make_committee(Committee.objects.get(pk=world.sister_ward.pk)),
    ]

    paths = Committee.objects.values_list("path", flat=True)
    assert all(list(paths).count(unit.path) == 1 for unit in founded)
    assert check_tree() == []


def test_heir_that_ends_without_a_successor_leaves_no_heir(world):
    run(absorb(world.past_ward, world.sister_ward), world)

    run(ReformPlan(on=LATER, heirs={world.sister_ward.pk: None}), world)

    assert not Committee.objects.exclude(heir=None).exists()
    assert check_tree() == []


def test_past_merger_leaves_a_cell_where_a_later_decision_has_put_it(world):
    moved = {world.sister_cell.pk: {"parent": world.sister_ward.pk}}
    run(ReformPlan(on=LATER, changes=moved), world)

    run(absorb(world.ward, world.past_ward), world)

    periods = world.sister_cell.periods.order_by("valid_from")
    assert list(periods.values_list("parent", "valid_from")) == [
        (world.ward.pk, date(2000, 1, 1)),
        (world.past_ward.pk, DAY),
        (world.sister_ward.pk, LATER),
    ]
    assert check_tree() == []


def test_past_merger_counts_a_workplace_as_it_was_then(world):
    changes = {world.workplace.pk: {"sector": Sector.SERVICE}}
    run(ReformPlan(on=LATER, changes=changes), world)

    run(absorb(world.ward, world.past_ward), world)

    places = world.registration.placements.order_by("valid_from")
    assert list(places.values_list("ward", "sector", "valid_from")) == [
        (world.ward.pk, Sector.AGENCY, date(2012, 1, 1)),
        (world.past_ward.pk, Sector.AGENCY, DAY),
        (world.past_ward.pk, Sector.SERVICE, LATER),
    ]


def test_past_transfers_that_would_have_made_a_ring_for_a_while_are_refused(world):
    one, other = world.sister_ward.pk, world.past_ward.pk
    run(ReformPlan(on=DAY, changes={one: {"parent": other}}), world)
    run(ReformPlan(on=LATER, changes={one: {"parent": world.city.pk}}), world)
    before = rows()

    with pytest.raises(ValidationError, match="chính nó"):
        run(ReformPlan(on=date(2025, 8, 1), changes={other: {"parent": one}}), world)

    assert rows() == before


UNFIT = {
    "cell with people goes to no ward": lambda world: ReformPlan(
        on=DAY, changes={world.cell.pk: {"parent": world.workplace.pk}}
    ),
    "workplace of somebody ends for nobody": lambda world: ReformPlan(
        on=DAY, heirs={make_member(world.other_workplace).workplace_id: None}
    ),
    "letter to a ward that ends for nobody": lambda world: ReformPlan(
        on=DAY, heirs={letter_to(world.past_ward, world).ward_id: None}
    ),
    "people go to a unit founded later": lambda world: ReformPlan(
        on=DAY,
        stays={world.registration.pk: founded(world.sister_ward, LATER).pk},
        steps=[Step(Operation.SPLIT, world.cell.pk, "", None, Part.PART)],
    ),
    "people go to a cell that has moved on": lambda world: ReformPlan(
        on=DAY,
        stays={world.registration.pk: moved_on(world).pk},
        steps=[Step(Operation.SPLIT, world.cell.pk, "", None, Part.PART)],
    ),
}


def letter_to(ward, world) -> Registration:
    return Registration.objects.create(
        member=make_member(world.workplace),
        workplace=world.workplace,
        ward=ward,
        state=Registration.State.SENT,
    )


def founded(ward, day) -> Committee:
    return make_committee(ward, kind=Kind.CELL, valid_from=day)


def moved_on(world) -> Committee:
    changes = {world.sister_cell.pk: {"parent": world.sister_ward.pk}}
    run(ReformPlan(on=LATER, changes=changes), world)
    return world.sister_cell


@pytest.mark.parametrize("make", UNFIT.values(), ids=UNFIT)
def test_decision_that_leaves_somebody_outside_an_open_unit_is_refused(make, world):
    plan = make(world)
    before = rows()

    with pytest.raises(ValidationError):
        run(plan, world)

    assert rows() == before


def test_take_back_when_the_old_workplace_has_ended_since_then_refused(world):
    plan = ReformPlan(
        on=DAY,
        members={world.member.pk: world.other_workplace.pk},
        steps=[Step(Operation.SPLIT, world.workplace.pk, "", None, Part.PART)],
    )
    reform = run(plan, world)
    run(ReformPlan(on=LATER, heirs={world.workplace.pk: None}), world)
    after = rows()

    with pytest.raises(ValidationError, match="quyết định sau"):
        undo(reform, world)

    assert rows() == after


def test_take_back_when_an_old_unit_was_put_below_the_new_one_then_refused(world):
    reform = run(merge(world), world)
    new = Committee.objects.get(heir=None, name="Đảng ủy phường Ninh Kiều")
    changes = {world.other_workplace.pk: {"parent": new.pk}}
    run(ReformPlan(on=LATER, changes=changes), world)

    with pytest.raises(ValidationError, match="đã có thay đổi"):
        undo(reform, world)


def test_take_back_puts_a_cell_below_its_ward_where_that_is_now(world):
    one, other = (make_committee(world.city, kind=Kind.DISTRICT) for _ in range(2))
    ward = make_committee(one)
    cell = make_committee(ward, kind=Kind.CELL)
    changes = {cell.pk: {"parent": world.sister_ward.pk}}
    reform = run(ReformPlan(on=DAY, changes=changes), world)
    run(ReformPlan(on=LATER, changes={one.pk: {"parent": other.pk}}), world)

    undo(reform, world)

    ward.refresh_from_db()
    assert Committee.objects.get(pk=cell.pk).path.startswith(ward.path)
    assert check_tree() == []


def test_take_back_that_would_make_a_ring_is_refused(world):
    top, one = (make_committee(world.city, kind=Kind.DISTRICT) for _ in range(2))
    home = make_committee(top, kind=Kind.DISTRICT)
    moved = make_committee(home, kind=Kind.DISTRICT)
    reform = run(ReformPlan(on=DAY, changes={moved.pk: {"parent": one.pk}}), world)
    run(ReformPlan(on=LATER, changes={top.pk: {"parent": moved.pk}}), world)
    before = rows()

    with pytest.raises(ValidationError, match="chính nó"):
        undo(reform, world)

    assert rows() == before


# Who was received before his ward or cell was there


def received_here(world, ward, *, cell=None, on) -> Registration:
    return receive_on_paper(
        Registration(
            member=make_member(world.workplace), ward=ward, cell=cell, received_on=on
        ),
        by=world.ward_user,
    )


def test_receipt_by_a_forerunner_is_kept_and_the_place_begins_with_the_ward(world):
    run(merge(world), world)
    new = Committee.objects.get(name="Đảng ủy phường Ninh Kiều", valid_to=None)

    stay = received_here(world, new, on=date(2019, 5, 1))

    placement = stay.placements.get()
    assert (stay.received_on, placement.valid_from) == (date(2019, 5, 1), DAY)
    assert call_command("check_tree") is None


def test_receipt_in_a_cell_that_moved_begins_when_it_came_to_the_ward(world):
    run(
        ReformPlan(
            on=DAY, changes={world.sister_cell.pk: {"parent": world.sister_ward.pk}}
        ),
        world,
    )
    cell = Committee.objects.get(pk=world.sister_cell.pk)

    stay = received_here(world, world.sister_ward, cell=cell, on=date(2019, 5, 1))

    assert stay.placements.get().valid_from == DAY


def test_moving_to_a_cell_before_it_was_there_is_refused(world):
    run(merge(world), world)
    stay = Registration.objects.get(pk=world.registration.pk)

    with pytest.raises(ValidationError, match="ngày chuyển không được trước"):
        assign_cell(
            stay,
            cell=Committee.objects.get(pk=world.sister_cell.pk),
            on=date(2024, 1, 1),
            version=stay.version,
            by=world.ward_user,
        )
