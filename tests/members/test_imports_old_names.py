"""Lists that name units as they were called before a reform."""

from datetime import date

import pytest
from django.urls import reverse

from members.imports.runs import ListKind
from members.models import Committee, Kind
from members.services.committee_batches import write_units
from tests.factories.members import make_committee
from tests.members.imports import newest_run, outcomes, plan_rows, said
from tests.members.old_units import (
    IN_2020,
    absorb,
    divide,
    make_old_wards,
    merge,
    rename,
)

pytestmark = pytest.mark.django_db
HEAD = "Họ và tên\tNgày sinh\tSố thẻ\tĐơn vị công tác\tChi bộ\tNgày tiếp nhận"
UNIT_HEAD = "Tên đơn vị\tMã\tTrực thuộc\tHoạt động từ ngày"


@pytest.fixture
def old():
    return make_old_wards()


def office(old, name, **fields):
    return make_committee(old.world.city, kind=Kind.GRASSROOTS, name=name, **fields)


def planned(old, *, workplace="Sở Y tế", cell="Khu vực 1", **choices):
    """The plan of a ward's list of one person."""
    row = f"Ngô Văn Thử\t01/02/1980\t11.223344\t{workplace}\t{cell}\t05/01/2026"
    return plan_rows(f"{HEAD}\n{row}", old.world.ward, **choices)


def answers(plan):
    """(name, what is answered, who is offered) of each question."""
    return [
        (
            question.name,
            question.answer,
            [unit.name for unit in plan.names.similar(question)],
        )
        for question in plan.questions
    ]


# Members


def test_workplace_when_it_was_absorbed_is_its_successor_and_told(old):
    absorb(old, office(old, "Sở Dân tộc"), old.world.workplace)

    plan = planned(old, workplace="SỞ DÂN TỘC")

    assert outcomes(plan) == {2: "new"}
    assert plan.incoming[0].workplace == old.world.workplace.pk
    assert (
        "Tên cũ: Sở Dân tộc, thuộc Thành ủy Cần Thơ, đến 30/06/2025, nay là Sở Y tế."
        in said(plan)[2]
    )


def test_workplace_when_it_was_renamed_is_found_by_its_old_name(old):
    rename(old, old.world.workplace, "Sở Sức khỏe")

    plan = planned(old, workplace="Sở Y tế")

    assert plan.incoming[0].workplace == old.world.workplace.pk
    assert "nay là Đảng ủy Sở Sức khỏe." in said(plan)[2]


def test_workplace_when_found_by_an_old_name_may_be_settled_otherwise(old):
    absorb(old, office(old, "Sở Dân tộc"), old.world.workplace)
    key = "unit:so dan toc"

    plan = planned(old, workplace="Sở Dân tộc")
    other = planned(
        old, workplace="Sở Dân tộc", **{key: str(old.world.other_workplace.pk)}
    )

    name, answer, offered = answers(plan)[0]
    assert (name, answer, offered[0]) == (
        "Sở Dân tộc",
        str(old.world.workplace.pk),
        "Sở Y tế",
    )
    assert other.incoming[0].workplace == old.world.other_workplace.pk
    assert "Tên cũ" not in said(other)[2]


def test_workplace_when_it_was_divided_is_asked_about(old):
    divide(
        old,
        office(old, "Sở Dân tộc"),
        part_to=old.world.workplace,
        rest_to=old.world.other_workplace,
    )

    plan = planned(old, workplace="Sở Dân tộc")

    assert outcomes(plan) == {2: "error"}
    assert (
        "“Sở Dân tộc” là tên cũ, nay thuộc: Trường THPT Châu Văn Liêm; Sở Y tế."
        in said(plan)[2]
    )
    name, answer, offered = answers(plan)[0]
    assert (name, answer, set(offered[:2])) == (
        "Sở Dân tộc",
        "",
        {"Sở Y tế", "Trường THPT Châu Văn Liêm"},
    )


def test_divided_workplace_when_answered_is_told_as_a_part(old):
    divide(
        old,
        office(old, "Sở Dân tộc"),
        part_to=old.world.workplace,
        rest_to=old.world.other_workplace,
    )

    plan = planned(
        old,
        workplace="Sở Dân tộc",
        **{"unit:so dan toc": str(old.world.workplace.pk)},
    )

    assert plan.incoming[0].workplace == old.world.workplace.pk
    assert "nay một phần thuộc Sở Y tế." in said(plan)[2]


def test_divided_workplace_when_all_unknown_are_to_be_made_is_not_made(old):
    divide(
        old,
        office(old, "Sở Dân tộc"),
        part_to=old.world.workplace,
        rest_to=old.world.other_workplace,
    )

    plan = planned(old, workplace="Sở Dân tộc", create_units=True)

    assert outcomes(plan) == {2: "error"}


def test_workplace_when_several_of_the_name_went_two_ways_is_asked_about(old):
    first = make_committee(old.district, kind=Kind.GRASSROOTS, name="Phòng Y tế")
    second = make_committee(
        old.world.other_workplace, kind=Kind.GRASSROOTS, name="Phòng Y tế"
    )
    absorb(old, first, old.world.workplace, on=IN_2020)
    absorb(old, second, old.world.other_workplace)

    assert outcomes(planned(old, workplace="Phòng Y tế")) == {2: "error"}


def test_workplace_when_several_of_the_name_went_one_way_is_found(old):
    first = make_committee(old.district, kind=Kind.GRASSROOTS, name="Phòng Y tế")
    second = make_committee(
        old.world.other_workplace, kind=Kind.GRASSROOTS, name="Phòng Y tế"
    )
    absorb(old, first, old.world.workplace, on=IN_2020)
    absorb(old, second, old.world.workplace)

    plan = planned(old, workplace="Phòng Y tế")

    assert plan.incoming[0].workplace == old.world.workplace.pk


def test_workplace_when_an_open_unit_bears_the_name_is_that(old):
    first, second = office(old, "Sở Dân tộc"), office(old, "Ban Dân tộc")
    absorb(old, first, old.world.workplace, on=IN_2020)
    Committee.objects.filter(pk=second.pk).update(name="Sở Dân tộc")

    plan = planned(old, workplace="Sở Dân tộc")

    assert plan.incoming[0].workplace == second.pk
    assert said(plan) == {2: ""}


def test_workplace_when_a_text_alone_tells_of_it_is_its_successor(old):
    new = merge(
        old, [old.wards["An Hội"]], "phường Mới", told=["Xã Đông, Huyện Xa, Hậu Giang"]
    )

    plan = planned(old, workplace="Xã Đông")

    assert plan.incoming[0].workplace == new.pk
    assert "Tên cũ: Xã Đông, thuộc Huyện Xa, Hậu Giang, đến 30/06/2025" in said(plan)[2]


def test_cell_when_it_was_merged_in_the_ward_is_its_successor(old):
    absorb(old, old.world.sister_cell, old.world.cell)

    plan = planned(old, cell="Khu vực 2")

    assert plan.incoming[0].cell == old.world.cell.pk
    assert "nay là Chi bộ Khu vực 1." in said(plan)[2]


def test_cell_when_the_name_is_old_in_another_ward_is_asked_about(old):
    cells = [
        make_committee(
            old.world.sister_ward, kind=Kind.CELL, name=f"Chi bộ Khu vực {number}"
        )
        for number in (7, 8)
    ]
    absorb(old, cells[0], cells[1])

    plan = planned(old, cell="Khu vực 7")

    assert outcomes(plan) == {2: "error"}


def test_old_unit_of_a_workplaces_own_list_is_the_unit_in_its_scope(old):
    below = [
        make_committee(old.world.workplace, kind=Kind.CELL, name=name)
        for name in ("Chi bộ Phòng Một", "Chi bộ Phòng Hai")
    ]
    absorb(old, below[0], below[1])

    plan = plan_rows(
        "Họ và tên\tNgày sinh\tSố thẻ\tĐơn vị công tác\n"
        "Ngô Văn Thử\t01/02/1980\t11.223344\tPhòng Một",
        old.world.workplace,
        kind=ListKind.WORKERS,
    )

    assert plan.incoming[0].workplace == below[1].pk
    assert "Tên cũ: Chi bộ Phòng Một" in said(plan)[2]


def test_old_unit_in_scope_when_an_open_one_elsewhere_bears_the_name_is_asked(old):
    below = [
        make_committee(old.world.workplace, kind=Kind.CELL, name=name)
        for name in ("Chi bộ Phòng Một", "Chi bộ Phòng Hai")
    ]
    make_committee(old.world.other_workplace, kind=Kind.CELL, name="Chi bộ Phòng Một")
    absorb(old, below[0], below[1])

    plan = plan_rows(
        "Họ và tên\tNgày sinh\tSố thẻ\tĐơn vị công tác\n"
        "Ngô Văn Thử\t01/02/1980\t11.223344\tPhòng Một",
        old.world.workplace,
        kind=ListKind.WORKERS,
    )

    assert outcomes(plan) == {2: "error"}
    assert answers(plan)[0][2][0] == "Chi bộ Phòng Hai"


def test_preview_page_when_an_old_name_is_met_says_so(old, client):
    absorb(old, office(old, "Sở Dân tộc"), old.world.workplace)
    client.force_login(old.world.ward_user)
    row = "Ngô Văn Thử\t01/02/1980\t11.223344\tSở Dân tộc\tKhu vực 1\t05/01/2026"

    client.post(
        reverse("members:import_start"),
        {
            "kind": ListKind.RESIDENTS,
            "committee": old.world.ward.pk,
            "rows": f"{HEAD}\n{row}",
        },
    )
    page = client.get(reverse("members:import_preview", args=[newest_run().pk]))

    assert "Tên cũ: Sở Dân tộc" in page.content.decode()


# Units


def units(old, *rows):
    text = "\n".join([UNIT_HEAD, *("\t".join(row) for row in rows)])
    return plan_rows(text, old.world.city, kind=ListKind.COMMITTEES)


def test_unit_when_its_name_is_an_old_one_is_not_added_again(old):
    merge(old, [old.wards["An Hội"]], "phường Ninh Kiều")

    plan = units(old, ("Đảng ủy phường An Hội", "", "", ""))

    assert (outcomes(plan), plan.incoming) == ({2: "duplicate"}, [])
    assert "nay là Đảng ủy phường Ninh Kiều. Không thêm lại." in said(plan)[2]


def test_unit_when_it_says_that_it_began_before_the_reform_is_not_added(old):
    merge(old, [old.wards["An Hội"]], "phường Ninh Kiều")

    plan = units(old, ("Đảng ủy phường An Hội", "", "", "30/06/2025"))

    assert (outcomes(plan), plan.incoming) == ({2: "duplicate"}, [])


def test_unit_when_it_began_after_the_old_one_is_added_with_a_remark(old):
    merge(old, [old.wards["An Hội"]], "phường Ninh Kiều")

    plan = units(old, ("Đảng ủy phường An Hội", "", "", "01/07/2025"))
    write_units(
        plan.incoming, committee=old.world.city, source={}, by=old.world.department_user
    )

    assert "Tên cũ: Đảng ủy phường An Hội" in said(plan)[2]
    added = Committee.objects.get(name="Đảng ủy phường An Hội", valid_to=None)
    assert added.valid_from == date(2025, 7, 1)


def test_unit_when_it_was_divided_names_both_parts(old):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["Tân An"],
    )

    plan = units(old, ("Đảng ủy phường An Hội", "", old.district.name, ""))

    assert outcomes(plan) == {2: "duplicate"}
    assert "nay một phần thuộc Đảng ủy phường An Lạc." in said(plan)[2]
    assert "nay một phần thuộc Đảng ủy phường Tân An." in said(plan)[2]


def test_unit_when_the_old_one_of_its_name_was_elsewhere_is_added(old):
    absorb(old, old.wards["An Hội"], old.wards["An Lạc"])

    plan = units(old, ("Đảng ủy phường An Hội", "", "", ""))

    assert outcomes(plan) == {2: "new"}


def test_unit_when_an_open_one_bears_the_name_is_that_one(old):
    merge(old, [old.wards["Tân An"]], "phường Ninh Kiều")
    merge(old, [old.wards["An Khánh"]], "phường Tân An")

    plan = units(old, ("Đảng ủy phường Tân An", "", "", ""))

    assert outcomes(plan) == {2: "unchanged"}


def test_cell_when_others_of_its_name_are_open_elsewhere_is_still_not_added(old):
    """Each ward has a Khu vực 2: that of this ward went into its Khu vực 1."""
    make_committee(old.world.sister_ward, kind=Kind.CELL, name="Chi bộ Khu vực 2")
    absorb(old, old.world.sister_cell, old.world.cell)

    plan = units(old, ("Chi bộ Khu vực 2", "", old.world.ward.code, ""))

    assert outcomes(plan) == {2: "duplicate"}


def test_parent_when_its_name_is_an_old_one_is_its_successor_and_told(old):
    ward = merge(old, [old.wards["An Hội"]], "phường Ninh Kiều")

    plan = units(old, ("Chi bộ Khu vực 1", "", "Đảng ủy phường An Hội", ""))

    assert outcomes(plan) == {2: "new"}
    assert plan.incoming[0].parent == ward.pk
    assert said(plan)[2].startswith("Tên cũ: Đảng ủy phường An Hội")


def test_parent_when_it_was_divided_is_asked_about(old):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["Tân An"],
    )

    plan = units(old, ("Chi bộ Khu vực 1", "", "Đảng ủy phường An Hội", ""))

    assert outcomes(plan) == {2: "error"}
    assert "là tên cũ, nay thuộc" in said(plan)[2]
