"""What a decision may not do, however its list words it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from members.models import Committee, Kind, Registration, Role, RoleAssignment
from members.permissions import can_take_back_reorganisation
from members.services.corrections import ask_correction
from members.services.reorganisations.lists import (
    carry_out_due,
    confirm_reorganisation,
    mark_of,
    proposal_of,
)
from members.services.reorganisations.run import carry_out, edit_decision, take_back
from members.services.stays import receive_on_paper
from party76.shared.text import fold
from tests.factories.members import (
    make_committee,
    make_member,
    make_post,
    make_registration,
    make_user,
)
from tests.factories.reports import make_evaluation, make_rating_year
from tests.factories.residence import make_attendance, make_meeting
from tests.factories.world import make_world
from tests.members.reforms import DAY, TODAY, begin, confirm, propose, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def messages(proposal) -> str:
    """Everything that stands in the way, in one text."""
    told = [sentence for one in proposal.preview.rows for sentence in one.messages]
    return " ".join([*told, *proposal.stands_in_the_way])


def by_ward(world, *rows):
    return propose(world, *rows, by=world.ward_user, committee=world.ward)


@pytest.mark.parametrize(
    "rows",
    [
        [row("NK1", "CK", how="Kết thúc")],
        [row("NK1", "CK", how="Sáp nhập")],
        [row("NK1", "NK1", parent="CK", how="Chuyển giao")],
        [row("NK1", "CK", part="Một phần"), row("NK1", "NK1", part="Phần còn lại")],
        [row("NK1", "Chi bộ Mới", parent="CK", how="Hợp nhất")],
        [row("NK1", "SYT", how="Kết thúc")],
        [row("NK1", "TU", how="Kết thúc")],
    ],
)
def test_cell_of_a_ward_when_it_would_go_to_a_foreign_unit_is_refused(world, rows):
    proposal = by_ward(world, *rows)

    assert not proposal.can_be_confirmed
    assert "phạm vi" in messages(proposal)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row("NK2", "NK2", kind="Thành ủy", how="Đổi loại")], "chỉ Ban Tổ chức"),
        ([row("NK2", "NK2", kind="Cơ quan", how="Đổi loại")], "chỉ Ban Tổ chức"),
        ([row("", "Đảng ủy phường Giả", how="Thành lập mới")], "chỉ Ban Tổ chức"),
        ([row("", "Thành ủy Giả", how="Thành lập mới")], "chỉ Ban Tổ chức"),
    ],
)
def test_ward_when_it_does_what_is_the_departments_is_refused(world, rows, said):
    proposal = by_ward(world, *rows)

    assert not proposal.can_be_confirmed
    assert said in messages(proposal)


def test_ward_when_it_forms_a_cell_of_its_own_may(world):
    proposal = by_ward(world, row("", "Chi bộ Khu vực 9", how="Thành lập mới"))

    assert proposal.can_be_confirmed
    assert [new.parent for new in proposal.plan.new_units] == [world.ward.pk]


def test_account_of_a_cell_when_it_ends_into_its_ward_gains_nothing(world):
    before = set(Registration.objects.visible_to(world.cell_user))

    confirm(
        world,
        row("NK1", "", how="Kết thúc"),
        by=world.ward_user,
        committee=world.ward,
    )

    cell_user = type(world.cell_user).objects.get(pk=world.cell_user.pk)
    held = RoleAssignment.objects.held_on(TODAY).filter(user=cell_user)
    assert before
    assert list(held) == []
    assert set(Registration.objects.visible_to(cell_user)) == set()


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (row("NK", "", how="Hợp nhất"), "thì ghi rõ đơn vị mới"),
        (row("NK", "", how="Sáp nhập"), "thì ghi rõ đơn vị mới"),
        (row("NK", "", how="Đổi tên"), "thì ghi rõ đơn vị mới"),
        (row("NK", "NK", how="Chuyển giao"), "“Trực thuộc mới”"),
        (row("NK", "NK", how="Đổi loại"), "“Loại đơn vị mới”"),
        (row("", "Phường Mới", how="Hợp nhất"), "thì ghi rõ đơn vị cũ"),
        (row("NK", ""), "chưa ghi đơn vị mới"),
    ],
)
def test_row_when_its_words_lack_what_they_need_says_what(world, one, said):
    proposal = propose(world, one)

    assert not proposal.can_be_confirmed
    assert said in messages(proposal)


def test_list_without_anything_to_do_is_not_carried_out(world):
    drafted = begin(world, row("Số liệu", ""))
    mark = mark_of(proposal_of(drafted, by=world.department_user))

    with pytest.raises(ValidationError):
        confirm_reorganisation(
            drafted, mark=mark, today=TODAY, by=world.department_user
        )


@pytest.mark.parametrize("province", ["Thành phố Cần Thơ", "TP. Cần Thơ", "Cần Thơ"])
def test_misspelt_unit_of_our_own_city_is_an_error(world, province):
    proposal = propose(
        world,
        row("Phường Ninh Kieeu", "Phường Mới", how="Hợp nhất", province=province),
        row("TA", "Phường Mới", how="Hợp nhất"),
    )

    assert not proposal.can_be_confirmed
    assert "Không có đơn vị" in messages(proposal)


def test_unit_of_another_province_goes_in_by_name(world):
    proposal = propose(
        world,
        row("Xã Đông Phước", "Phường Mới", how="Hợp nhất", province="tỉnh Hậu Giang"),
        row("TA", "Phường Mới", how="Hợp nhất"),
    )

    assert proposal.can_be_confirmed


def test_unit_that_ended_before_is_told_with_what_it_is_now(world):
    confirm(world, row("TA", "CK", how="Sáp nhập"))

    proposal = propose(
        world, row("Phường Tân An", "Phường Mới", how="Hợp nhất"), on=TODAY
    )

    assert "Đã kết thúc hoạt động" in messages(proposal)
    assert world.sister_ward.name in messages(proposal)


@pytest.mark.parametrize(
    "one",
    [
        row("NK", "", how="Kết thúc"),
        row("NK", "SYT", how="Sáp nhập"),
        row("NK", "TU", how="Kết thúc"),
        row("NK1", "NK1", parent="SYT", how="Chuyển giao"),
        row("NK", "NK", kind="Đảng ủy cơ sở", how="Đổi loại"),
    ],
)
def test_people_when_they_would_be_left_without_a_ward_stand_in_the_preview(world, one):
    proposal = propose(world, one)

    assert not proposal.can_be_confirmed
    assert "giữ mối liên hệ" in messages(proposal)


def test_kind_of_a_unit_that_takes_others_in_stays_what_it_is(world):
    proposal = propose(
        world, row("TA", "Phường Cái Khế", kind="Đảng ủy", how="Sáp nhập")
    )

    assert proposal.can_be_confirmed
    assert world.sister_ward.pk not in proposal.plan.changes


def test_kind_that_differs_without_a_word_of_it_is_asked_about(world):
    proposal = propose(world, row("NK1", "NK1", kind="Đảng ủy bộ phận"))

    assert "đổi loại" in messages(proposal)


def test_merged_ward_under_the_bare_word_is_a_ward(world):
    proposal = propose(world, row("TA", "Phường Mới", kind="Đảng ủy", how="Hợp nhất"))

    assert [new.kind for new in proposal.plan.new_units] == [Kind.WARD]


@pytest.mark.parametrize(
    "rows",
    [
        [row("Phường Tân An", "Phường Cái Khế")],
        [row("Phường Tân An", "Phường Cái Khế", how="Đổi tên")],
        [row("Phường Tân An", "Phường Cái Khế", how="Hợp nhất")],
        [row("NK2", "Chi bộ Khu vực 1", how="Đổi tên")],
    ],
)
def test_two_units_of_one_name_in_one_place_are_refused(world, rows):
    proposal = propose(world, *rows)

    assert not proposal.can_be_confirmed
    assert "hai đơn vị cùng tên" in messages(proposal)


def test_names_that_differ_in_marks_alone_are_two_units(world):
    proposal = propose(
        world,
        row("NK", "Phường Tân Phú", how="Hợp nhất"),
        row("TA", "Phường Tân Phù", how="Hợp nhất"),
    )

    assert sorted(new.name for new in proposal.plan.new_units) == [
        "Đảng ủy phường Tân Phù",
        "Đảng ủy phường Tân Phú",
    ]


def test_parent_told_once_is_meant_for_all_rows_of_a_name(world):
    proposal = propose(
        world,
        row("NK", "Phường Mới", how="Hợp nhất", parent="Thành ủy Cần Thơ"),
        row("TA", "Phường Mới", how="Hợp nhất"),
    )

    assert [new.name for new in proposal.plan.new_units] == ["Đảng ủy phường Mới"]


def test_rename_in_the_marks_alone_is_a_rename(world):
    confirm(world, row("TA", "Phường Tân Ấn", how="Đổi tên"))

    world.past_ward.refresh_from_db()
    assert world.past_ward.name == "Đảng ủy phường Tân Ấn"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("P. Một", "Đảng ủy phường Một"),
        ("TT. Một", "Đảng ủy thị trấn Một"),
        ("Đảng uỷ P. Một", "Đảng ủy phường Một"),
        ("Đảng bộ phường Một", "Đảng ủy phường Một"),
        ("PHƯỜNG TÂN AN MỚI", "Đảng ủy phường Tân An Mới"),
        ("Long Tuyền", "Đảng ủy phường Long Tuyền"),
        ("long tuyền", "Đảng ủy phường Long Tuyền"),
    ],
)
def test_new_name_of_a_ward_is_kept_as_wards_are_called(world, typed, kept):
    proposal = propose(world, row("TA", typed, how="Hợp nhất"))

    assert [new.name for new in proposal.plan.new_units] == [kept]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Khu vực 9", "Chi bộ Khu vực 9"),
        ("CHI BỘ KHU VỰC 9", "Chi bộ Khu vực 9"),
        ("Tân Bình", "Chi bộ Tân Bình"),
    ],
)
def test_new_name_of_a_cell_is_kept_as_cells_are_called(world, typed, kept):
    proposal = propose(world, row("NK1", typed, how="Đổi tên"))

    assert proposal.plan.changes[world.cell.pk]["name"] == kept


def test_codes_of_one_list_that_are_the_same_but_for_capitals_are_refused(world):
    proposal = propose(
        world,
        row("NK", "Phường Một", how="Hợp nhất", code="P1"),
        row("TA", "Phường Hai", how="Hợp nhất", code="p1"),
    )

    assert "Mã p1 đã dùng" in messages(proposal)


def test_units_below_a_new_unit_get_codes_of_its_own(world):
    confirm(
        world,
        row("NK", "Phường Mới", how="Hợp nhất"),
        row("", "Chi bộ Khu vực 7", parent="Phường Mới", how="Thành lập mới"),
    )

    ward = Committee.objects.get(name="Đảng ủy phường Mới")
    cell = Committee.objects.get(name="Chi bộ Khu vực 7")
    assert cell.code.startswith(f"{ward.code}.")


def test_decision_confirmed_ahead_is_carried_out_by_whoever_confirmed_it(world):
    on = date(2026, 7, 1)
    other = make_user(Role.DEPARTMENT, world.city)
    drafted = begin(world, row("TA", "CK", how="Sáp nhập"), on=on)
    mark = mark_of(proposal_of(drafted, by=other))
    confirm_reorganisation(drafted, mark=mark, today=TODAY, by=other)
    RoleAssignment.objects.filter(user__in=[other, world.department_user]).update(
        valid_to=TODAY
    )

    done = carry_out_due(drafted, today=on)

    assert done.done_by == other


def test_decision_confirmed_ahead_when_it_would_do_something_else_waits(world):
    on = date(2026, 7, 1)
    drafted = begin(world, row("TA", "Phường Cái Khế", how="Sáp nhập"), on=on)
    mark = mark_of(proposal_of(drafted, by=world.department_user))
    confirm_reorganisation(drafted, mark=mark, today=TODAY, by=world.department_user)
    confirm(world, row("CK", "Phường Cái Răng", how="Đổi tên"), on=date(2026, 1, 1))

    with pytest.raises(ValidationError, match="Từ khi xác nhận"):
        carry_out_due(drafted, today=on)

    assert Committee.objects.get(pk=world.past_ward.pk).valid_to is None


def test_day_that_was_changed_meanwhile_is_not_carried_out(world):
    drafted = begin(world, row("TA", "Phường Mới", how="Hợp nhất"))
    plan = proposal_of(drafted, by=world.department_user).plan
    drafted.effective_on = date(2025, 3, 1)
    edit_decision(drafted, version=drafted.version, by=world.department_user)

    with pytest.raises(ValidationError, match="Ngày hiệu lực vừa được sửa"):
        carry_out(drafted, plan, today=TODAY, by=world.department_user)


def test_take_back_when_a_person_moved_by_it_has_new_rows_is_refused(world):
    member = make_member(world.workplace)
    done = confirm(world, row("SYT", "CVL", how="Sáp nhập"))
    receive_on_paper(
        Registration(
            member=type(member).objects.get(pk=member.pk),
            ward=world.ward,
            received_on=TODAY,
        ),
        by=world.ward_user,
    )

    with pytest.raises(ValidationError, match="hồ sơ nơi cư trú mới ghi"):
        take_back(done, reason="Nhầm", version=done.version, by=world.department_user)


def test_take_back_when_rows_stand_at_a_unit_that_took_others_in_is_refused(world):
    stay = make_registration(
        make_member(world.workplace),
        world.ward,
        cell=world.sister_cell,
        received_on=date(2024, 1, 1),
    )
    done = confirm(world, row("NK2", "NK1", how="Sáp nhập"))
    stay = Registration.objects.get(pk=stay.pk)
    make_attendance(make_meeting(world.cell, held_on=TODAY), stay)
    make_evaluation(stay, make_rating_year(world.city, year=2025))

    with pytest.raises(ValidationError, match="dòng điểm danh mới ghi"):
        take_back(done, reason="Nhầm", version=done.version, by=world.department_user)


def test_posts_of_one_person_that_meet_go_on_as_long_as_the_longest(world):
    user = make_user(Role.RESIDENCE_WARD, world.ward)
    RoleAssignment.objects.filter(user=user).update(valid_to=date(2026, 2, 1))
    make_post(user, Role.RESIDENCE_WARD, world.past_ward)

    confirm(
        world,
        row("NK", "Phường Mới", how="Hợp nhất"),
        row("TA", "Phường Mới", how="Hợp nhất"),
    )

    new = Committee.objects.get(name="Đảng ủy phường Mới")
    held = RoleAssignment.objects.filter(user=user, committee=new)
    assert [(post.valid_from, post.valid_to) for post in held] == [(DAY, None)]


def test_whoever_was_placed_before_a_reform_that_just_happened_is_told(world):
    stale = Committee.objects.get(pk=world.past_ward.pk)
    confirm(world, row("TA", "CK", how="Sáp nhập"))
    member = make_member(make_committee(world.city, name="Sở Mới"))

    with pytest.raises(ValidationError, match="vừa thay đổi"):
        receive_on_paper(
            Registration(member=member, ward=stale, received_on=TODAY),
            by=world.past_user,
        )


def test_open_request_follows_a_person_whom_a_split_sends_elsewhere(world):
    request = ask_correction(
        world.member,
        field="phone",
        new_value="0901234567",
        reason="Số mới",
        asked_by_committee=world.workplace,
        by=world.workplace_user,
    )
    part = row("NK", "CK", part="Một phần")
    rest = row("NK", "NK", part="Phần còn lại")
    key = f"part:{world.ward.pk}:{fold(world.sister_ward.name)}"
    answers = {key: {"people": world.member.full_name}}

    confirm(world, part, rest, choices=answers)

    request.refresh_from_db()
    assert request.asked_of_committee == world.sister_ward
    assert request.asked_by_committee == world.workplace


@pytest.mark.parametrize(
    ("doer", "may"), [("department_user", False), ("ward_user", True)]
)
def test_ward_takes_back_only_what_a_ward_did(world, doer, may):
    done = confirm(
        world,
        row("NK2", "NK1", how="Sáp nhập"),
        by=getattr(world, doer),
        committee=world.ward,
    )

    assert can_take_back_reorganisation(world.ward_user, done) is may
