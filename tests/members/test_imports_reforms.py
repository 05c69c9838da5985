"""The list of a decision: what is understood, what is asked, what is refused."""

import csv
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from members.imports.reforms.entries import committee_name
from members.models import Committee, Kind, Operation, Part, Registration, Succession
from members.services.import_runs import answer_questions
from members.services.reorganisations.lists import (
    carry_out_due,
    confirm_reorganisation,
    mark_of,
    proposal_of,
)
from tests.factories.members import make_committee, make_member, make_registration
from tests.factories.world import make_world
from tests.members.reforms import (
    DAY,
    TODAY,
    begin,
    confirm,
    make_district,
    propose,
    row,
    unit_named,
)

pytestmark = pytest.mark.django_db

LISTS = Path(__file__).parents[2] / "reports" / "demo" / "data"


@pytest.fixture
def world():
    return make_world()


def outcomes(proposal) -> list[str]:
    return [str(one.outcome) for one in proposal.preview.rows[1:]]


def messages(proposal) -> str:
    return " ".join(
        message for one in proposal.preview.rows for message in one.messages
    )


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("Cái Khế", "Phường", "Đảng ủy phường Cái Khế"),
        ("Phường Cái Khế", "Phường", "Đảng ủy phường Cái Khế"),
        ("Đảng ủy phường Cái Khế", "", "Đảng ủy phường Cái Khế"),
        ("xã Trường Long", "", "Đảng ủy xã Trường Long"),
        ("Phương Bình", "Xã", "Đảng ủy xã Phương Bình"),
        ("Xà Phiên", "Xã", "Đảng ủy xã Xà Phiên"),
        ("phuong Cai Khe", "", "Đảng ủy phuong Cai Khe"),
        ("Sở Tài chính", "", "Sở Tài chính"),
        ("Chi bộ Khu vực 3", "Chi bộ", "Chi bộ Khu vực 3"),
    ],
)
def test_name_of_a_committee_is_made_of_name_and_kind(text, kind, expected):
    assert committee_name(text, kind) == expected


def test_several_units_with_one_successor_make_a_new_unit_even_of_an_old_name(world):
    proposal = propose(
        world,
        row("Phường Ninh Kiều", "Ninh Kiều", kind="Phường", how="Hợp nhất"),
        row("Phường Tân An", "Ninh Kiều", kind="Phường", how="Hợp nhất"),
    )

    (new,) = proposal.plan.new_units
    assert outcomes(proposal) == ["new", "new"]
    assert (new.name, new.kind, new.parent, new.receives_members) == (
        "Đảng ủy phường Ninh Kiều",
        Kind.WARD,
        world.city.pk,
        True,
    )
    assert proposal.plan.heirs == {
        world.ward.pk: new.key,
        world.past_ward.pk: new.key,
    }
    assert proposal.can_be_confirmed


def test_unit_that_lives_on_takes_others_in(world):
    proposal = propose(
        world,
        row("Phường Tân An", "Cái Khế", kind="Phường", how="Sáp nhập"),
        row("Phường Cái Khế", "Cái Khế", kind="Phường", how="Giữ nguyên"),
    )

    assert outcomes(proposal) == ["changed", "unchanged"]
    assert proposal.plan.new_units == []
    assert proposal.plan.heirs == {world.past_ward.pk: world.sister_ward.pk}


def test_unit_absorbed_by_one_that_the_list_does_not_name_again(world):
    proposal = propose(world, row("Phường Tân An", "Phường Cái Khế", how="Sáp nhập"))

    assert proposal.plan.heirs == {world.past_ward.pk: world.sister_ward.pk}


def test_single_row_with_another_name_is_a_renaming(world):
    proposal = propose(world, row("Sở Y tế", "Sở Y tế và Dân số"))

    assert outcomes(proposal) == ["changed"]
    assert proposal.plan.changes == {world.workplace.pk: {"name": "Sở Y tế và Dân số"}}
    assert [step.operation for step in proposal.plan.steps] == [Operation.RENAME]


def test_row_with_a_new_parent_moves_the_unit(world):
    bloc = make_committee(world.city, kind=Kind.DIRECT, name="Đảng bộ Ủy ban")

    proposal = propose(
        world, row("Sở Y tế", how="Chuyển giao", parent="Đảng bộ Ủy ban")
    )

    assert proposal.plan.changes == {world.workplace.pk: {"parent": bloc.pk}}


def test_row_that_reclassifies_changes_sector(world):
    proposal = propose(
        world, row("Sở Y tế", "Sở Y tế", kind="Đơn vị sự nghiệp", how="Đổi loại")
    )

    assert proposal.plan.changes == {world.workplace.pk: {"sector": "service"}}


def test_unit_that_ends_without_people_needs_no_successor(world):
    proposal = propose(world, row("Điện lực Cần Thơ", how="Kết thúc hoạt động"))

    assert proposal.plan.heirs == {world.past_workplace.pk: world.city.pk}
    assert proposal.can_be_confirmed


def test_workplace_that_ends_with_people_needs_a_successor(world):
    proposal = propose(world, row("Sở Y tế", how="Kết thúc hoạt động"))

    assert outcomes(proposal) == ["error"]
    assert "còn đảng viên công tác" in messages(proposal)


def test_workplace_that_ends_with_a_successor_named(world):
    proposal = propose(
        world, row("Sở Y tế", "Trường THPT Châu Văn Liêm", how="Kết thúc hoạt động")
    )

    assert proposal.plan.heirs == {world.workplace.pk: world.other_workplace.pk}


def test_new_unit_stands_where_its_district_goes(world):
    found = make_district(world.city, "Bình Thủy", "Trà An", "Trà Nóc")

    proposal = propose(
        world,
        row("Phường Trà An", "Thới An Đông", kind="Phường", how="Hợp nhất"),
        row("Phường Trà Nóc", "Thới An Đông", kind="Phường", how="Hợp nhất"),
        row("Quận Bình Thủy", how="Kết thúc hoạt động"),
    )

    (new,) = proposal.plan.new_units
    assert new.parent == world.city.pk
    assert proposal.plan.heirs[found["Bình Thủy"].pk] == world.city.pk
    assert proposal.can_be_confirmed


def test_cells_that_meet_under_one_name_are_told_apart(world):
    make_district(world.city, "Bình Thủy", "Trà An", "Trà Nóc")

    proposal = propose(
        world,
        row("Phường Trà An", "Thới An Đông", kind="Phường", how="Hợp nhất"),
        row("Phường Trà Nóc", "Thới An Đông", kind="Phường", how="Hợp nhất"),
    )

    assert sorted(name for _, name in proposal.renamed_cells) == [
        "Chi bộ Khu vực 1 (phường Trà An)",
        "Chi bộ Khu vực 1 (phường Trà Nóc)",
        "Chi bộ Khu vực 2 (phường Trà An)",
        "Chi bộ Khu vực 2 (phường Trà Nóc)",
    ]


def test_two_units_of_one_name_are_asked_about_and_told_apart_by_their_parent(world):
    for name in ("Bình Thủy", "Ô Môn"):
        make_district(world.city, name, "Thới An")

    asked = propose(world, row("Phường Thới An", "Phường Thới An 1"))
    told = propose(
        world, row("Phường Thới An", "Phường Thới An 1", old_parent="Quận Ô Môn")
    )

    assert outcomes(asked) == ["error"]
    assert [len(choice.units) for choice in asked.choices] == [2]
    assert outcomes(told) == ["changed"]


def test_answer_to_the_question_is_taken(world):
    for name in ("Bình Thủy", "Ô Môn"):
        make_district(world.city, name, "Thới An")
    drafted = begin(world, row("Phường Thới An", "Phường Thới An 1"))
    (choice,) = proposal_of(drafted, by=world.department_user).choices

    answer_questions(
        drafted.run,
        answers={choice.key: str(choice.units[1].id)},
        version=drafted.run.version,
        by=world.department_user,
    )

    plan = proposal_of(drafted, by=world.department_user).plan
    assert list(plan.changes) == [choice.units[1].id]


def test_unit_of_another_province_goes_in_by_name(world):
    rows = [
        row(old, "Vị Thanh", old_parent="Thành phố Vị Thanh", province="Hậu Giang",
            kind="Phường", how="Hợp nhất")
        for old in ("Phường I", "Phường III")
    ]  # fmt: skip

    reform = confirm(world, *rows)

    steps = Succession.objects.filter(reorganisation=reform)
    new = unit_named("Đảng ủy phường Vị Thanh")
    assert list(steps.order_by("pk").values_list("old", "old_name", "new")) == [
        (None, "Phường I, Thành phố Vị Thanh, Hậu Giang", new.pk),
        (None, "Phường III, Thành phố Vị Thanh, Hậu Giang", new.pk),
    ]


def test_unknown_unit_is_an_error_until_names_alone_are_chosen(world):
    one = row("Phường Không Có", "Phường Mới", kind="Phường", how="Hợp nhất")

    refused = propose(world, one)
    taken = propose(world, one, choices={"only_names": True})

    assert (refused.unknown, outcomes(refused)) == (1, ["error"])
    assert outcomes(taken) == ["new"]


DIVIDED = [
    row("Phường Ninh Kiều", "Cái Khế", kind="Phường", part="Một phần", how="Sáp nhập"),
    row("Phường Ninh Kiều", "Tân An", kind="Phường", part="Phần còn lại",
        how="Sáp nhập"),
]  # fmt: skip


def answered(world, answer):
    drafted = begin(world, *DIVIDED)
    (question,) = proposal_of(drafted, by=world.department_user).parts
    answer_questions(
        drafted.run,
        answers={question.key: answer},
        version=drafted.run.version,
        by=world.department_user,
    )
    return proposal_of(drafted, by=world.department_user)


def test_divided_unit_asks_who_goes_where(world):
    proposal = propose(world, *DIVIDED)

    (question,) = proposal.parts
    assert [cell.id for cell in question.cells] == [world.cell.pk, world.sister_cell.pk]
    assert not proposal.can_be_confirmed
    assert "những ai về" in " ".join(proposal.stands_in_the_way)


def test_divided_unit_when_cells_are_chosen_sends_them(world):
    proposal = answered(world, {"cells": [world.sister_cell.pk]})

    assert proposal.can_be_confirmed
    assert proposal.plan.changes[world.sister_cell.pk] == {
        "parent": world.sister_ward.pk
    }
    assert proposal.plan.heirs == {world.ward.pk: world.past_ward.pk}


def test_divided_unit_when_people_are_named_by_card_or_name_sends_them(world):
    other = make_registration(
        make_member(world.workplace, full_name="Trần Văn Đạt"), world.ward
    )

    proposal = answered(world, {"people": "11.000001\nTran Van Dat"})

    assert proposal.plan.stays == {
        world.registration.pk: world.sister_ward.pk,
        other.pk: world.sister_ward.pk,
    }


def test_divided_unit_when_a_name_is_unknown_there_says_so(world):
    proposal = answered(world, {"people": "Nguyễn Văn Không Có"})

    assert not proposal.can_be_confirmed
    assert "không có ở Đảng ủy phường Ninh Kiều" in proposal.stands_in_the_way[0]


def test_divided_unit_when_nobody_goes_can_be_confirmed(world):
    proposal = answered(world, {"nobody": True})

    assert proposal.can_be_confirmed


def test_divided_unit_without_a_rest_is_refused(world):
    proposal = propose(world, *[DIVIDED[0], DIVIDED[0][:3] + DIVIDED[1][3:6]
                                + ("Một phần", "Sáp nhập", "")])  # fmt: skip

    assert "phần còn lại" in messages(proposal)
    assert not proposal.can_be_confirmed


def test_ward_merges_its_own_cells(world):
    reform = confirm(
        world,
        row("Chi bộ Khu vực 2", "Chi bộ Khu vực 1", how="Sáp nhập",
            old_parent="Phường Ninh Kiều", parent="Phường Ninh Kiều"),
        committee=world.ward,
        by=world.ward_user,
    )  # fmt: skip

    cell = Committee.objects.get(pk=world.sister_cell.pk)
    assert reform.state == "done"
    assert (cell.heir, cell.valid_to) == (world.cell, DAY)


@pytest.mark.parametrize("name", ["Phường Cái Khế", "Sở Y tế", "Phường Ninh Kiều"])
def test_ward_reorganises_nothing_but_its_cells(world, name):
    proposal = propose(
        world,
        row(name, "Tên khác", how="Đổi tên"),
        committee=world.ward,
        by=world.ward_user,
    )

    assert outcomes(proposal) == ["error"]
    assert "không thuộc phạm vi" in messages(proposal)


def test_department_takes_in_a_body_from_outside_the_city(world):
    proposal = propose(
        world,
        row("Đảng bộ Quân khu 9", "Sở Y tế", how="Sáp nhập"),
        row("Sở Y tế", "Sở Y tế", how="Giữ nguyên"),
    )

    assert proposal.plan.heirs == {world.outside_workplace.pk: world.workplace.pk}


def test_code_that_was_used_is_refused(world):
    proposal = propose(
        world,
        row("Phường Tân An", "Mới", kind="Phường", how="Hợp nhất", code="CK"),
    )

    assert "Mã CK đã dùng" in messages(proposal)


def test_words_that_are_not_understood_are_told_with_what_may_be_written(world):
    proposal = propose(
        world, row("Phường Tân An", "Mới", how="Phù phép", part="nửa nạc nửa mỡ")
    )

    assert "chưa rõ “Phù phép”" in messages(proposal)
    assert "chưa rõ “nửa nạc nửa mỡ”" in messages(proposal)


def test_confirming_when_the_proposal_has_changed_meanwhile_is_refused(world):
    drafted = begin(world, row("Phường Tân An", "Phường Cái Khế", how="Sáp nhập"))
    mark = mark_of(proposal_of(drafted, by=world.department_user))
    confirm(world, row("Phường Cái Khế", "Phường Cái Khế Mới"))

    with pytest.raises(ValidationError):
        confirm_reorganisation(
            drafted, mark=mark, today=TODAY, by=world.department_user
        )


def test_decision_for_a_day_to_come_waits_and_is_carried_out_on_that_day(world):
    on = date(2026, 7, 1)
    drafted = begin(
        world, row("Phường Tân An", "Phường Cái Khế", how="Sáp nhập"), on=on
    )
    mark = mark_of(proposal_of(drafted, by=world.department_user))

    waiting = confirm_reorganisation(
        drafted, mark=mark, today=TODAY, by=world.department_user
    )
    state_before = waiting.state
    is_open_before = Committee.objects.get(pk=world.past_ward.pk).valid_to is None
    done = carry_out_due(waiting, today=on)

    assert (state_before, is_open_before) == ("scheduled", True)
    assert done.state == "done"
    assert Committee.objects.get(pk=world.past_ward.pk).valid_to == on


def test_list_of_any_length_is_understood_with_the_same_queries(
    world, django_assert_num_queries
):
    found = make_district(world.city, "Bình Thủy", "Trà An", "Trà Nóc", "An Thới")
    names = [name for name in found if name != "Bình Thủy"]
    lists = [
        begin(world, *[row(f"Phường {name}", f"Phường {name} Mới") for name in some])
        for some in (names[:1], names)
    ]

    for drafted in lists:
        with django_assert_num_queries(5):
            proposal_of(drafted, by=world.department_user)


# The list of 2025 as it was


def rows_of_2025() -> list[tuple[str, ...]]:
    with (LISTS / "can-tho-reforms.csv").open(encoding="utf-8", newline="") as file:
        rows = [one for one in csv.DictReader(file) if one["date"] == "2025-07-01"]
    parts = {}
    found = []
    for one in rows:
        part = "Toàn bộ"
        if one["part"] == "partial":
            part = "Phần còn lại" if one["old_unit"] in parts else "Một phần"
            parts[one["old_unit"]] = True
        how = {"merge": "Hợp nhất", "unchanged": "Giữ nguyên"}[one["operation"]]
        found.append(
            row(one["old_unit"], one["new_unit"], old_parent=one["old_district"],
                province=one["old_province"], kind=one["new_kind"], part=part, how=how)
        )  # fmt: skip
    return found


def make_city_of_2024():
    world = make_world()
    units = {}
    for one in rows_of_2025():
        old, parent, province = one[:3]
        if province != "Cần Thơ" or (old, parent) in units:
            continue
        district = units.get(parent) or make_committee(
            world.city,
            kind=Kind.DISTRICT,
            name=parent.replace("Quận", "Quận ủy").replace("Huyện", "Huyện ủy"),
            short_name=parent,
        )
        units[parent] = district
        units[old, parent] = make_committee(
            district, name=f"Đảng ủy {old[0].lower()}{old[1:]}", receives_members=True
        )
    for extra in (world.ward, world.sister_ward, world.past_ward):
        Committee.objects.filter(pk=extra.pk).update(name="Khác", search_key="khac")
    return world, units


def test_whole_list_of_2025_is_understood():
    world, units = make_city_of_2024()
    districts = [parent for parent in units if isinstance(parent, str)]
    ends = [row(name, how="Kết thúc hoạt động") for name in districts]

    proposal = propose(world, *rows_of_2025(), *ends)

    new = {unit.name for unit in proposal.plan.new_units}
    assert messages(proposal).count("chỉ ghi tên") == 183
    assert [one for one in proposal.preview.rows if one.is_bad] == []
    # Formed by arrangement, and the unchanged four of the provinces that joined.
    assert len(new) == 95 + 4
    assert "Đảng ủy phường Tân An" in new
    assert {question.new_name for question in proposal.parts} == {
        "Đảng ủy phường Cái Khế",
        "Đảng ủy phường An Bình",
        "Đảng ủy phường Thuận Hưng",
    }
    assert {step.part for step in proposal.plan.steps} == set(Part)
    assert Registration.objects.filter(state="received").count() == 1
