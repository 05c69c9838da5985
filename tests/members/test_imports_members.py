"""What each row of a list of members becomes, and why, before anything is written."""

import re
import unicodedata
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.imports.runs import ListKind
from members.models import Exemption, Kind, Member, Placement, Registration
from members.services.imports import write_incoming
from tests.factories.members import (
    make_committee,
    make_exemption,
    make_member,
    make_registration,
)
from tests.members.imports import (
    SAMPLE,
    TODAY,
    make_offices,
    outcomes,
    plan_file,
    plan_rows,
    said,
)

pytestmark = pytest.mark.django_db
HEAD = (
    "Họ và tên\tNgày sinh\tSố thẻ\tĐơn vị công tác\tChi bộ nơi cư trú\tNgày tiếp nhận"
)
DAY = "05/01/2026"


@pytest.fixture
def world():
    return make_offices()


def listed(*rows, head=HEAD):
    return "\n".join([head, *("\t".join(row) for row in rows)])


def person(
    name="Ngô Văn Thử",
    born="01/02/1980",
    card="11.223344",
    office="Sở Y tế",
    cell="Khu vực 1",
    received=DAY,
):
    return (name, born, card, office, cell, received)


def write(plan, world, committee=None):
    """Write what a plan asks, as confirming does."""
    return write_incoming(
        plan.incoming,
        committee=committee or world.ward,
        today=TODAY,
        source={},
        by=world.ward_user,
    )


def known(world, **fields):
    """Somebody of the health office whom the rows above speak of."""
    fields.setdefault("full_name", "Ngô Văn Thử")
    fields.setdefault("birth_date", date(1980, 2, 1))
    fields.setdefault("card_number", "11.223344")
    return make_member(fields.pop("workplace", world.workplace), **fields)


# The sample


def test_sample_when_planned_accounts_for_every_row(world):
    plan = plan_file(SAMPLE, world.ward, create_units=True)

    assert plan.preview.counts == {
        "new": 222,
        "changed": 0,
        "unchanged": 0,
        "duplicate": 0,
        "error": 6,
        "ignored": 18,
    }
    assert [row.number for row in plan.preview.rows] == list(range(1, 247))


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (234, "Số thẻ 90.743782 đã có ở dòng 10"),
        (236, "tháng 2 năm 1980 chỉ có 29 ngày"),
        (237, "không có tháng 13"),
        (238, "Đồng chí chọn đơn vị tương tự, hoặc thêm thành đơn vị chưa xếp"),
        (239, "Ngày chính thức (01/01/2009) trước ngày vào Đảng (01/01/2010)"),
        (240, "ô chứa công thức"),
        (241, "Họ và tên: còn để trống"),
    ],
)
def test_sample_when_a_row_is_wrong_says_what_and_only_that(world, number, sentence):
    plan = plan_file(SAMPLE, world.ward)

    row = next(row for row in plan.preview.rows if row.number == number)
    assert (row.outcome, len(row.messages)) == ("error", 1)
    assert sentence in row.messages[0]


def test_sample_when_same_name_has_another_birth_date_is_another_person(world):
    plan = plan_file(SAMPLE, world.ward)

    assert outcomes(plan)[235] == "new"
    assert "Cùng họ tên với dòng 11" in said(plan)[235]


def test_sample_when_written_changes_nothing_the_second_time(world):
    write(plan_file(SAMPLE, world.ward, create_units=True), world)

    again = plan_file(SAMPLE, world.ward, create_units=True)

    assert again.incoming == []
    assert again.preview.counts["unchanged"] == 222


def test_list_when_planned_asks_three_statements_and_two_more_where_a_name_is_unknown(
    world,
):
    lists = [
        listed(person()),
        listed(*[person()] * 300),
        listed(person(office="Đơn vị lạ")),
    ]
    asked = []
    for rows in lists:
        with CaptureQueriesContext(connection) as queries:
            plan_rows(rows, world.ward)
        asked.append(len(queries))
    with CaptureQueriesContext(connection) as of_sample:
        plan_file(SAMPLE, world.ward)

    assert (asked, len(of_sample)) == ([3, 3, 5], 5)


def test_sample_when_written_gives_everybody_stay_placement_and_exemption(world):
    before = Placement.objects.count()

    written = write(plan_file(SAMPLE, world.ward, create_units=True), world)

    assert written.members_added == written.stays_added == 222
    assert Placement.objects.count() == before + 222
    told = Exemption.objects.select_related("registration")
    assert told.exists()
    assert all(re.search("miễn", one.document, re.IGNORECASE) for one in told)
    assert all(one.valid_from == one.registration.received_on for one in told)


# Lists of other offices

LAYOUTS = {
    "one row of headings, gender in a column": (
        "TT\tHọ tên đảng viên\tGiới tính\tNăm sinh\tNơi công tác\tSố thẻ đảng viên\t"
        "Khu vực\tNgày nhận\n"
        "1\tNGÔ VĂN THỬ\tNam\t1980\tSở Y Tế\t11.223344\t1\t05/01/2026"
    ),
    "capitals, no marks in the headings": (
        "STT\tHO VA TEN\tNGAY SINH\tSO THE DANG\tDON VI CONG TAC\tCHI BO\tNGAY TIEP NHAN\n"
        "1\tngô văn thử\t01-02-1980\t11.223344\tSỞ Y TẾ\tKV 1\t5/1/2026"
    ),
    "title above, total and signature below": (
        "ĐẢNG BỘ PHƯỜNG NINH KIỀU\t\t\t\t\t\n\nDANH SÁCH ĐẢNG VIÊN\t\t\t\t\t\n"
        "Ngày tiếp nhận\tĐơn vị công tác\tSố thẻ ĐV\tSinh ngày\tHọ và tên\tChi bộ khu vực\n"
        "05.01.2026\tSở Y tế\t11.223344\t01.02.1980\tNgô  Văn   Thử\tChi bộ Khu vực 1\n"
        "Tổng cộng: 1 đồng chí\t\t\t\t\t\n\t\t\t\tT/M ĐẢNG ỦY\t"
    ),
    "letters set together from marks": unicodedata.normalize(
        "NFD",
        "Họ và tên\tNgày tháng năm sinh\tThẻ đảng\tCơ quan công tác\tChi bộ nơi cư trú\t"
        "Ngày tiếp nhận\nNgô Văn Thử\t1/2/1980\t11.223344\tSở Y tế\tKhu vực 1\t05/01/2026",
    ),
    "the cell as a sub-heading, a woman marked": (
        "STT\tHọ và tên\tNữ\tNgày sinh\tSố thẻ\tNơi công tác\tNgày tiếp nhận\n"
        "I\tChi bộ Khu vực 1\t\t\t\t\t\n"
        "1\tNgô Văn Thử\tx\t01/02/1980\t11.223344\tSở Y tế\t05/01/2026"
    ),
    "semicolons from a text file": (
        "Họ và tên;Ngày sinh;Số thẻ;Đơn vị công tác;Chi bộ nơi cư trú;Ngày tiếp nhận\n"
        "Ngô Văn Thử;01/02/1980;11.223344;Sở Y tế;Chi bộ khu vực 01;05/01/2026"
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_list_when_another_office_keeps_it_otherwise_is_understood(world, layout):
    plan = plan_rows(LAYOUTS[layout], world.ward)

    assert list(outcomes(plan).values()) == ["new"], said(plan)
    (asked,) = plan.incoming
    assert asked.person["full_name"] == "Ngô Văn Thử"
    assert asked.person["birth_date"].year == 1980
    assert asked.person["card_number"] == "11.223344"
    assert (asked.workplace, asked.cell) == (world.workplace.pk, world.cell.pk)
    assert asked.stay["received_on"] == date(2026, 1, 5)


def test_list_when_a_woman_is_marked_tells_the_gender(world):
    plan = plan_rows(LAYOUTS["the cell as a sub-heading, a woman marked"], world.ward)

    assert plan.incoming[0].person["gender"] == "female"


@pytest.mark.parametrize("ditto", ["nt", "-nt-", '"', "như trên"])
def test_list_when_it_says_the_same_as_above_means_it(world, ditto):
    rows = listed(person(), person("Lê Thị Hai", card="11.223355", office=ditto))

    plan = plan_rows(rows, world.ward)

    assert {asked.workplace for asked in plan.incoming} == {world.workplace.pk}
    assert len(plan.incoming) == 2


@pytest.mark.parametrize("written", ["Lê Thị Hoà", "LÊ THỊ HÒA", "Lê  Thị Hoà "])
def test_name_when_spelled_otherwise_is_the_same_name(world, written):
    row = person(written, born="", card="11.000001")

    plan = plan_rows(listed(row, head=HEAD), world.ward)

    assert outcomes(plan) == {2: "unchanged"}


def test_note_when_it_names_a_region_is_no_exemption(world):
    head = f"{HEAD}\tGhi chú"

    plan = plan_rows(listed((*person(), "Quê miền Nam"), head=head), world.ward)

    assert plan.incoming[0].ground == ""


# Mistakes


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (person(born="31/02/1980"), "không có ngày này"),
        (person(born="12/13/1981"), "không có tháng 13"),
        (person(born="01/02/2030"), "sau ngày hôm nay"),
        (person(name=""), "Họ và tên: còn để trống"),
        (person(name="=1+1"), "công thức"),
        (person(name="Ngô Văn 2"), "chữ số"),
        (person(name="Ngô " + "Văn " * 30), "dài quá 80 ký tự"),
        (person(office=""), "Đơn vị công tác: còn để trống"),
        (person(office="Sở Không Có"), "chưa có trong danh mục"),
        (person(cell="Khu vực 99"), "Chi bộ nơi cư trú: “Khu vực 99” không rõ"),
        (person(received=""), "Ngày tiếp nhận: còn để trống"),
        (person(received="01/2026"), "chưa đủ ngày, tháng, năm"),
        (person(received="01/01/2027"), "Ngày tiếp nhận sau ngày hôm nay"),
        (person(born="", card=""), "Thiếu cả số thẻ và ngày sinh"),
    ],
)
def test_row_when_something_is_wrong_says_it_once(world, row, sentence):
    plan = plan_rows(listed(row), world.ward)

    assert outcomes(plan) == {2: "error"}
    assert said(plan)[2].count(sentence) == 1
    assert len(next(r for r in plan.preview.rows if r.number == 2).messages) == 1
    assert plan.incoming == []


def test_day_when_given_for_all_rows_is_taken_where_none_is_told(world):
    rows = listed(person(received=""), person("Lê Thị Hai", card="11.223355"))

    plan = plan_rows(rows, world.ward, received_on="2026-02-03")

    days = [asked.stay["received_on"] for asked in plan.incoming]
    assert days == [date(2026, 2, 3), date(2026, 1, 5)]
    assert plan.rows_without_day == 1


# Who it is


def test_card_when_twice_in_the_list_is_refused_the_second_time(world):
    plan = plan_rows(listed(person(), person("Lê Thị Hai")), world.ward)

    assert outcomes(plan) == {2: "new", 3: "error"}
    assert "đã có ở dòng 2" in said(plan)[3]


def test_person_when_twice_without_a_card_is_doubted(world):
    plan = plan_rows(listed(person(), person(card="")), world.ward)

    assert outcomes(plan) == {2: "new", 3: "duplicate"}


def test_doubt_when_answered_as_somebody_else_adds_him(world):
    rows = listed(person(), person(card=""))
    key = plan_rows(rows, world.ward).doubts[3].key

    plan = plan_rows(rows, world.ward, **{key: "new"})
    write(plan, world)

    assert outcomes(plan) == {2: "new", 3: "new"}
    assert Member.objects.filter(full_name="Ngô Văn Thử").count() == 2


def test_card_when_it_bears_another_name_is_doubted_without_telling_it(world):
    known(world, full_name="Trần Thị Kín")

    plan = plan_rows(listed(person()), world.ward)

    assert outcomes(plan) == {2: "duplicate"}
    assert "Trần Thị Kín" not in said(plan)[2]
    assert plan.doubts == {}


@pytest.mark.parametrize("is_here", [True, False])
def test_birth_date_when_other_than_stored_is_told_only_in_scope(world, is_here):
    member = known(world, birth_date=date(1975, 6, 7))
    if is_here:
        make_registration(member, world.ward, cell=world.cell)

    plan = plan_rows(listed(person()), world.ward)

    assert outcomes(plan) == {2: "duplicate"}
    assert ("07/06/1975" in said(plan)[2]) is is_here


def test_birth_date_when_both_unknown_matches_nobody(world):
    known(world, birth_date=None, card_number=None)

    plan = plan_rows(listed(person(born="")), world.ward)

    assert outcomes(plan) == {2: "new"}


def test_person_when_known_by_name_and_birth_elsewhere_is_doubted(world):
    known(world, card_number=None)

    plan = plan_rows(listed(person(card="")), world.ward)

    assert outcomes(plan) == {2: "duplicate"}
    assert not plan.doubts[2].may_be_same


def test_person_when_here_already_is_known_without_a_card(world):
    member = known(world)
    make_registration(member, world.ward, cell=world.cell, received_on=date(2026, 1, 5))

    plan = plan_rows(listed(person(card="")), world.ward)

    assert outcomes(plan) == {2: "unchanged"}


def test_person_when_the_card_differs_in_a_digit_is_doubted(world):
    known(world, card_number="11.223345")

    plan = plan_rows(listed(person()), world.ward)

    assert outcomes(plan) == {2: "duplicate"}
    assert "khác số thẻ" in said(plan)[2]


def test_name_when_typed_without_marks_may_be_somebody_known(world):
    known(world, card_number=None)

    plan = plan_rows(listed(person("Ngo Van Thu", card="")), world.ward)

    assert outcomes(plan) == {2: "duplicate"}


# Where somebody stands


def test_person_when_known_from_the_workplace_is_received(world):
    member = known(world)

    write(plan_rows(listed(person()), world.ward), world)

    stay = member.registrations.get()
    assert (stay.state, stay.cell, stay.workplace) == (
        "received",
        world.cell,
        world.workplace,
    )
    assert stay.placements.get().valid_from == date(2026, 1, 5)
    assert Member.objects.filter(card_number="11.223344").count() == 1


def test_letter_when_it_waits_is_received_and_not_written_twice(world):
    member = known(world)
    letter = Registration.objects.create(
        member=member,
        workplace=world.workplace,
        ward=world.ward,
        state="sent",
        letter_number="12-GGT/ĐU",
    )

    plan = plan_rows(listed(person()), world.ward)
    write(plan, world)

    letter.refresh_from_db()
    assert outcomes(plan) == {2: "changed"}
    assert (letter.state, letter.cell) == ("received", world.cell)
    assert letter.received_on == date(2026, 1, 5)
    assert letter.letter_number == "12-GGT/ĐU"
    assert letter.placements.count() == 1
    assert member.registrations.count() == 1


@pytest.mark.parametrize("state", ["draft", "sent"])
def test_letter_when_another_is_under_way_stops_the_receipt(world, state):
    Registration.objects.create(
        member=known(world),
        workplace=world.workplace,
        ward=world.sister_ward,
        state=state,
    )

    plan = plan_rows(listed(person()), world.ward)

    assert outcomes(plan) == {2: "error"}
    assert "giấy giới thiệu khác" in said(plan)[2]
    assert world.sister_ward.name not in said(plan)[2]


def test_person_when_received_elsewhere_is_refused_without_saying_where(world):
    make_registration(known(world), world.sister_ward)

    plan = plan_rows(listed(person()), world.ward)

    assert outcomes(plan) == {2: "error"}
    assert "một nơi cư trú khác tiếp nhận" in said(plan)[2]
    assert world.sister_ward.name not in said(plan)[2]


def test_person_when_dead_is_refused(world):
    known(world, status="dead")

    plan = plan_rows(listed(person()), world.ward)

    assert outcomes(plan) == {2: "error"}
    assert "từ trần" in said(plan)[2]


def test_person_when_he_left_after_the_day_of_the_list_is_not_received_again(world):
    make_registration(
        known(world),
        world.ward,
        received_on=date(2025, 1, 1),
        ended_on=date(2026, 3, 1),
    )

    plan = plan_rows(listed(person()), world.ward)

    assert outcomes(plan) == {2: "error"}
    assert "kết thúc theo dõi tại đây từ ngày 01/03/2026" in said(plan)[2]


def test_person_when_he_comes_back_later_is_received_again(world):
    member = known(world, status="left")
    make_registration(
        member, world.ward, received_on=date(2020, 1, 1), ended_on=date(2025, 3, 1)
    )

    write(plan_rows(listed(person()), world.ward), world)

    member.refresh_from_db()
    assert (member.status, member.registrations.count()) == ("active", 2)


def test_cell_when_another_is_told_moves_the_placement_from_today(world):
    stay = make_registration(
        known(world), world.ward, cell=world.sister_cell, received_on=date(2026, 1, 5)
    )

    plan = plan_rows(listed(person()), world.ward)
    write(plan, world)

    (change,) = next(row for row in plan.preview.rows if row.number == 2).changes
    assert (change.old, change.new) == (world.sister_cell.name, world.cell.name)
    old, new = stay.placements.order_by("pk")
    assert (old.valid_to, new.valid_from, new.cell) == (TODAY, TODAY, world.cell)
    stay.refresh_from_db()
    assert (stay.cell, stay.version) == (world.cell, 2)


def test_exemption_when_there_is_one_is_not_added_again(world):
    stay = make_registration(
        known(world), world.ward, cell=world.cell, received_on=date(2026, 1, 5)
    )
    make_exemption(stay)
    head = f"{HEAD}\tGhi chú"
    row = (*person(), "Miễn sinh hoạt (công tác xa)")

    write(plan_rows(listed(row, head=head), world.ward), world)

    assert stay.exemptions.count() == 1


# What may be changed


def test_blank_when_the_record_has_a_value_never_overwrites_it(world):
    member = known(world, position="Bác sĩ", phone="0900000000", address="1 Hòa Bình")
    make_registration(
        member, world.ward, cell=world.cell, received_on=date(2026, 1, 5), note="cũ"
    )
    head = f"{HEAD}\tChức vụ\tĐiện thoại\tĐịa chỉ\tGhi chú"

    plan = plan_rows(listed((*person(), "", "", "", ""), head=head), world.ward)

    assert outcomes(plan) == {2: "unchanged"}


def test_identity_when_the_workplace_keeps_it_is_never_changed_silently(world):
    member = known(world, position="Bác sĩ")
    make_registration(member, world.ward, cell=world.cell, received_on=date(2026, 1, 5))
    head = f"{HEAD}\tChức vụ"

    plan = plan_rows(listed((*person(), "Giám đốc"), head=head), world.ward)

    assert outcomes(plan) == {2: "unchanged"}
    assert "nơi công tác đang ghi “Bác sĩ”" in said(plan)[2]
    assert plan.incoming == []


def test_identity_when_the_workplace_is_on_paper_is_changed_and_shown(world):
    office = make_committee(name="Viện Lúa", kind=Kind.DIRECT, uses_system=False)
    member = known(world, workplace=office, position="Bác sĩ")
    make_registration(member, world.ward, cell=world.cell, received_on=date(2026, 1, 5))
    head = f"{HEAD}\tChức vụ"
    row = (*person(office="Viện Lúa"), "Giám đốc")

    plan = plan_rows(listed(row, head=head), world.ward)
    write(plan, world)

    (change,) = next(row for row in plan.preview.rows if row.number == 2).changes
    assert (change.label, change.old, change.new) == ("Chức vụ", "Bác sĩ", "Giám đốc")
    member.refresh_from_db()
    assert (member.position, member.version) == ("Giám đốc", 2)


def test_old_values_when_the_person_was_never_here_are_not_shown(world):
    known(world, phone="0911222333", position="Bác sĩ")
    head = f"{HEAD}\tĐiện thoại\tChức vụ"
    row = (*person(), "0900000000", "Giám đốc")

    plan = plan_rows(listed(row, head=head), world.ward)

    (shown,) = (row for row in plan.preview.rows if row.number == 2)
    text = f"{shown.messages} {shown.changes}"
    assert "0911222333" not in text
    assert "Bác sĩ" not in text


def test_birth_date_when_the_list_knows_more_is_filled_in(world):
    member = known(
        world,
        workplace=world.outside_workplace,
        birth_date=date(1980, 1, 1),
        birth_precision="year",
    )
    make_registration(member, world.ward, cell=world.cell, received_on=date(2026, 1, 5))

    write(plan_rows(listed(person(office="Quân khu 9")), world.ward), world)

    member.refresh_from_db()
    assert member.birth_text == "01/02/1980"


def test_birth_date_when_the_list_knows_less_stays(world):
    member = known(world, workplace=world.outside_workplace)
    make_registration(member, world.ward, cell=world.cell, received_on=date(2026, 1, 5))

    plan = plan_rows(listed(person(born="1980", office="Quân khu 9")), world.ward)

    assert outcomes(plan) == {2: "unchanged"}


def test_workplace_when_told_otherwise_is_not_changed(world):
    member = known(world)
    make_registration(member, world.ward, cell=world.cell, received_on=date(2026, 1, 5))

    plan = plan_rows(listed(person(office="Cục Thuế thành phố")), world.ward)

    assert outcomes(plan) == {2: "unchanged"}
    assert "khác đơn vị đang quản lý" in said(plan)[2]


# Units


def test_office_when_written_in_short_forms_is_found(world):
    rows = listed(
        person(office="UBND P. Ninh Kiều"),
        person("Lê Thị Hai", card="11.223355", office="BV đa khoa trung ương"),
    )

    plan = plan_rows(rows, world.ward)

    assert set(outcomes(plan).values()) == {"new"}


def test_office_when_two_bear_the_name_is_asked_about(world):
    for code in ("TH1", "TH2"):
        make_committee(world.city, kind="grassroots", name="Trường Hoa Sen", code=code)

    plan = plan_rows(listed(person(office="Trường Hoa Sen")), world.ward)

    assert "là tên của 2 đơn vị" in said(plan)[2]
    (question,) = plan.questions
    offered = [unit.code for unit in plan.names.similar(question)]
    assert set(offered[:2]) == {"TH1", "TH2"}


def test_office_when_all_are_to_be_made_is_not_made_beside_two_of_its_name(world):
    for code in ("TH1", "TH2"):
        make_committee(world.city, kind="grassroots", name="Trường Hoa Sen", code=code)

    plan = plan_rows(
        listed(person(office="Trường Hoa Sen")), world.ward, create_units=True
    )

    assert outcomes(plan) == {2: "error"}


def test_office_when_unknown_in_two_spellings_is_made_once(world):
    rows = listed(
        person(office="Cty TNHH Hoa Sen"),
        person("Lê Thị Hai", card="11.223355", office="Công ty TNHH Hoa Sen"),
    )

    written = write(plan_rows(rows, world.ward, create_units=True), world)

    assert (written.units_added, written.members_added) == (1, 2)


def test_cell_when_left_out_receives_at_the_ward(world):
    rows = listed(person(cell="Khu vực 99"))
    (question,) = plan_rows(rows, world.ward).questions

    plan = plan_rows(rows, world.ward, **{question.key: "none"})

    assert outcomes(plan) == {2: "new"}
    assert plan.incoming[0].cell is None


def test_cell_when_made_stands_below_the_ward_from_its_first_member(world):
    rows = listed(person(cell="Khu vực 99"))

    write(plan_rows(rows, world.ward, create_units=True), world)

    cell = world.ward.children.get(name="Khu vực 99")
    assert cell.path.startswith(world.ward.path)
    assert cell.valid_from == date(2026, 1, 5)
    assert cell.periods.get().valid_from == date(2026, 1, 5)


def test_cell_when_answered_with_one_of_another_ward_is_asked_again(world):
    other = make_committee(world.sister_ward, kind="cell", name="Chi bộ Khu vực 99")
    rows = listed(person(cell="Khu vực 99"))
    (question,) = plan_rows(rows, world.ward).questions

    plan = plan_rows(rows, world.ward, **{question.key: str(other.pk)})

    assert outcomes(plan) == {2: "error"}


# A workplace's own list


def test_workers_when_new_belong_to_the_unit_and_have_no_stay(world):
    rows = listed(person(office="", cell="", received=""))

    plan = plan_rows(rows, world.workplace, kind=ListKind.WORKERS)

    assert outcomes(plan) == {2: "new"}
    assert (plan.incoming[0].workplace, plan.incoming[0].ward) == (
        world.workplace.pk,
        None,
    )


def test_workers_when_they_belong_elsewhere_are_refused_without_details(world):
    known(world, workplace=world.other_workplace, position="Kế toán trưởng")
    rows = listed(person(office="", cell=""))

    plan = plan_rows(rows, world.workplace, kind=ListKind.WORKERS)

    assert outcomes(plan) == {2: "error"}
    assert "đơn vị khác quản lý" in said(plan)[2]
    assert world.other_workplace.name not in said(plan)[2]


def test_workers_when_a_unit_outside_is_named_cannot_be_placed_there(world):
    rows = listed(person(office="Cục Thuế thành phố"))

    plan = plan_rows(rows, world.workplace, kind=ListKind.WORKERS, create_units=True)

    assert outcomes(plan) == {2: "error"}


def test_workers_when_a_cell_is_named_stand_in_it(world):
    cell = make_committee(world.workplace, kind="cell", name="Chi bộ Văn phòng")
    rows = listed(person(office="", cell="Văn phòng"))

    plan = plan_rows(rows, world.workplace, kind=ListKind.WORKERS)

    assert plan.incoming[0].workplace == cell.pk
