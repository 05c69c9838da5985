"""Unanswered notices pass to the heirs of ward and workplace, and back byte for byte."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from members.models import Committee, Kind, Operation, Part, Reorganisation, Sector
from members.services.reorganisations.plan import NewUnit, ReformPlan, Step
from members.services.reorganisations.run import (
    carry_out,
    draft_reorganisation,
    take_back,
)
from residence.models import Notice, NoticeItem
from residence.services.notices import see_notice
from tests.factories.members import make_committee, make_member, make_registration
from tests.factories.residence import make_notice

pytestmark = pytest.mark.django_db

DAY, TODAY = date(2025, 7, 1), date(2026, 1, 1)
RUNNING = ["draft", "sent", "seen"]


def rows():
    return {
        table.__name__: list(table.objects.order_by("pk").values_list())
        for table in (Notice, NoticeItem)
    }


def run(plan, world):
    drafted = draft_reorganisation(
        Reorganisation(committee=world.city, effective_on=plan.on),
        by=world.department_user,
    )
    return carry_out(drafted, plan, today=TODAY, by=world.department_user)


def merge(*olds, name, kind, parent, **fields):
    """Units become a new one."""
    new = NewUnit(key=-1, name=name, kind=kind, parent=parent.pk, **fields)
    return ReformPlan(
        on=DAY,
        new_units=[new],
        heirs=dict.fromkeys([old.pk for old in olds], -1),
        steps=[Step(Operation.MERGE, old.pk, "", -1) for old in olds],
    )


def merge_wards(world):
    return merge(
        world.ward,
        world.past_ward,
        name="Đảng ủy phường Mới",
        kind=Kind.WARD,
        parent=world.city,
        sector=Sector.COMMUNE,
        receives_members=True,
    )


def merge_workplaces(world):
    return merge(
        world.workplace,
        world.other_workplace,
        name="Sở Y tế và Giáo dục",
        kind=Kind.GRASSROOTS,
        parent=world.city,
        sector=Sector.AGENCY,
    )


@pytest.mark.parametrize("state", RUNNING)
def test_notice_not_answered_goes_on_at_the_heir_of_the_ward(world, state):
    notice = make_notice(world.registration, state=state)

    reform = run(merge_wards(world), world)

    notice.refresh_from_db()
    assert notice.committee == Committee.objects.get(name="Đảng ủy phường Mới")
    assert (notice.workplace, notice.version) == (world.workplace, 2)
    assert reform.counts["notices"] == 1


@pytest.mark.parametrize("state", RUNNING)
def test_notice_not_answered_is_answered_by_the_heir_of_the_workplace(world, state):
    notice = make_notice(world.registration, state=state)

    run(merge_workplaces(world), world)

    notice.refresh_from_db()
    assert notice.workplace == Committee.objects.get(name="Sở Y tế và Giáo dục")
    assert notice.committee == world.ward


@pytest.mark.parametrize("state", ["answered", "withdrawn"])
def test_notice_that_is_over_stays_as_it_was(world, state):
    make_notice(world.registration, state=state, answered_on=date(2025, 6, 9))
    before = rows()

    run(merge_wards(world), world)

    assert rows() == before


def test_lines_of_a_merged_cell_name_its_heir(world, neighbour):
    notice = make_notice(world.registration, neighbour, state="sent")
    plan = ReformPlan(
        on=DAY,
        heirs={world.cell.pk: world.sister_cell.pk},
        steps=[Step(Operation.ABSORB, world.cell.pk, "", world.sister_cell.pk)],
    )

    run(plan, world)

    assert set(notice.items.values_list("cell", flat=True)) == {world.sister_cell.pk}


@pytest.mark.parametrize("plan", [merge_wards, merge_workplaces])
def test_taking_the_decision_back_puts_notices_back_byte_for_byte(world, plan):
    for state in (*RUNNING, "answered"):
        make_notice(world.registration, state=state, answered_on=date(2025, 6, 9))
    before = rows()
    reform = run(plan(world), world)
    assert rows() != before

    take_back(reform, reason="Nhầm", version=reform.version, by=world.department_user)

    assert rows() == before


def test_taking_back_after_the_heir_opened_the_notice_is_refused(world):
    notice = make_notice(world.registration, state="sent")
    reform = run(merge_workplaces(world), world)
    see_notice(Notice.objects.get(pk=notice.pk), by=world.workplace_user)

    with pytest.raises(ValidationError):
        take_back(
            reform, reason="Nhầm", version=reform.version, by=world.department_user
        )


def test_divided_workplace_leaves_the_notice_where_most_of_its_people_went(world):
    old = make_committee(world.city, kind=Kind.GRASSROOTS, name="Sở Cũ")
    one, two = (
        make_committee(world.city, kind=Kind.GRASSROOTS, name=name)
        for name in ("Sở Một", "Sở Hai")
    )
    stays = [make_registration(make_member(old), world.ward) for _ in range(3)]
    notice = make_notice(*stays, state="sent")
    targets = [one, two, two]
    plan = ReformPlan(
        on=DAY,
        heirs={old.pk: None},
        steps=[
            Step(Operation.SPLIT, old.pk, "", unit.pk, part=Part.PART)
            for unit in (one, two)
        ],
        members={
            stay.member_id: unit.pk for stay, unit in zip(stays, targets, strict=True)
        },
    )

    run(plan, world)

    notice.refresh_from_db()
    assert notice.workplace == two


def test_ward_that_ends_without_an_heir_may_leave_no_notice_behind(world):
    empty = make_committee(world.city, name="Đảng ủy phường Cũ", receives_members=True)
    stay = make_registration(
        make_member(world.workplace), empty, ended_on=date(2025, 1, 1)
    )
    make_notice(stay, state="sent")
    plan = ReformPlan(on=DAY, heirs={empty.pk: None}, steps=[])

    with pytest.raises(ValidationError, match="còn thông báo chưa được trả lời"):
        run(plan, world)
