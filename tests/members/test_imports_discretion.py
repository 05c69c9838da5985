"""A ward's list of people of the armed forces neither shows nor asks for their inside."""

import pytest

from members.imports.runs import ListKind
from members.models import Kind, Member, Role, Sector
from tests.factories.members import (
    make_committee,
    make_member,
    make_registration,
    make_user,
)
from tests.members.imports import make_offices, outcomes, plan_rows, said

pytestmark = pytest.mark.django_db
HEAD = "Họ và tên\tSố thẻ\tChức vụ\tĐơn vị công tác\tChi bộ nơi cư trú\tNgày tiếp nhận"
ROW = "Ngô Văn Thử\t11.223344\t{position}\t{office}\tKhu vực 1\t01/01/2012"


@pytest.fixture
def world():
    """Somebody of a battalion lives in the ward; his workplace is on paper."""
    world = make_offices()
    world.whole = make_committee(
        world.city, kind=Kind.DIRECT, name="Bộ Chỉ huy", sector=Sector.ARMED_FORCES
    )
    world.part = make_committee(
        world.whole, kind=Kind.CELL, name="Tiểu đoàn Kín", sector=Sector.ARMED_FORCES
    )
    person = make_member(
        world.part,
        full_name="Ngô Văn Thử",
        card_number="11.223344",
        position="Trợ lý mật",
    )
    make_registration(person, world.ward, cell=world.cell)
    return world


def planned(world, *, position="", office="Bộ Chỉ huy", **how):
    rows = ROW.format(position=position, office=office)
    return plan_rows(f"{HEAD}\n{rows}", how.pop("committee", world.ward), **how)


@pytest.mark.parametrize("position", ["", "Lái xe"])
@pytest.mark.parametrize("on_paper", [True, False])
def test_list_of_a_ward_when_it_names_the_whole_unit_changes_and_tells_nothing(
    world, position, on_paper
):
    if not on_paper:
        make_user(Role.WORKPLACE, world.whole)

    plan = planned(world, position=position)

    assert outcomes(plan) == {2: "unchanged"}
    assert said(plan) == {2: ""}
    assert plan.preview.rows[-1].changes == []


def test_list_of_a_ward_when_it_names_another_office_does_not_tell_which_is_kept(world):
    plan = planned(world, office="Sở Y tế")

    assert outcomes(plan) == {2: "unchanged"}
    assert "khác đơn vị đang quản lý" in said(plan)[2]
    assert "Kín" not in said(plan)[2]


def test_list_of_the_workplace_itself_mends_the_position(world):
    plan = planned(
        world, position="Lái xe", kind=ListKind.WORKERS, committee=world.whole
    )

    (change,) = plan.preview.rows[-1].changes
    assert (change.label, change.old, change.new) == (
        "Chức vụ",
        "Trợ lý mật",
        "Lái xe",
    )


def test_identity_of_a_civil_workplace_is_the_wards_while_nobody_works_there(world):
    Member.objects.filter(card_number="11.223344").update(workplace=world.workplace)
    with_account = planned(world, position="Lái xe", office="Sở Y tế")
    world.workplace_user.assignments.all().delete()

    without = planned(world, position="Lái xe", office="Sở Y tế")

    assert (outcomes(with_account), outcomes(without)) == (
        {2: "unchanged"},
        {2: "changed"},
    )
