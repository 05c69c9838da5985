"""Sổ theo dõi of both sides: who stands in it, what it tells, and that its sums close."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from evaluations.models import Comment, Evaluation
from members.models import Kind, Placement, Registration, Role, Sector
from members.services.letters import write_in_letter
from party76.audit.models import Action, AuditEvent
from reports.documents.register_book import COLUMNS, TITLES
from reports.queries.reconciliation import reconcile
from reports.queries.register_spans import Period, Side, Spell, clipped
from reports.queries.registers import (
    LetterTotals,
    Totals,
    _totals,
    register_of,
    rows_of,
)
from reports.views import registers
from tests.factories.members import (
    make_committee,
    make_exemption,
    make_member,
    make_placement,
    make_post,
    make_registration,
    make_user,
)
from tests.factories.reports import make_city, make_evaluation
from tests.factories.world import make_world
from tests.reports.reading import text_of

IN_2013 = Period(date(2013, 1, 1), date(2014, 1, 1))
CAUSE = Placement.Cause


@pytest.fixture
def place(db):
    return make_city()


@pytest.fixture
def world(db):
    return make_world()


def stay_of(place, name, *, received_on=date(2012, 1, 1), **fields):
    member = make_member(place.workplace, full_name=name)
    return make_registration(
        member,
        fields.pop("ward", place.ward),
        cell=fields.pop("cell", place.cell),
        received_on=received_on,
        **fields,
    )


def move(stay, on, *, cause=CAUSE.CELL_CHANGED, **where):
    """Close the open placement and open another, as the services do."""
    open_one = stay.placements.get(valid_to=None)
    open_one.valid_to = on
    open_one.save()
    for name, unit in where.items():
        setattr(stay, name, unit)
    stay.save()
    make_placement(stay, valid_from=on, cause=cause)


def reader(place, role="department"):
    """Somebody who stands above, or at the ward, cell or workplace of the place."""
    units = {
        "department": place.city,
        "residence_ward": place.ward,
        "residence_cell": place.cell,
        "workplace": place.workplace,
    }
    return make_user(role, units[role])


def names(unit, side, period, user):
    return [row.name for row in rows_of(register_of(unit, side, period), user)]


def only(unit, side, period, user):
    [row] = rows_of(register_of(unit, side, period), user)
    return row


# Who stands in it


@pytest.mark.django_db
def test_register_has_every_stay_that_touched_the_period_by_name(place):
    stay_of(place, "Trần Văn Bình")
    stay_of(place, "Lê Văn An", received_on=date(2013, 12, 31))
    stay_of(place, "Vũ Văn Chín", ended_on=date(2013, 1, 1))
    stay_of(place, "Người Đi Trước", ended_on=date(2012, 12, 31))
    stay_of(place, "Người Đến Sau", received_on=date(2014, 1, 1))

    found = names(place.ward, Side.RESIDENCE, IN_2013, reader(place))

    assert found == ["Lê Văn An", "Trần Văn Bình", "Vũ Văn Chín"]


@pytest.mark.django_db
def test_register_of_a_cell_follows_the_placement_of_the_time(place):
    stay = stay_of(place, "Trần Văn Bình")
    move(stay, date(2013, 6, 1), cell=place.sister_cell)
    user = reader(place)

    before = only(place.cell, Side.RESIDENCE, IN_2013, user)
    after = only(place.sister_cell, Side.RESIDENCE, IN_2013, user)
    later = register_of(
        place.cell, Side.RESIDENCE, Period(date(2014, 1, 1), date(2015, 1, 1))
    )
    whole = only(place.ward, Side.RESIDENCE, IN_2013, user)

    assert (before.cell, before.left_on, before.left_why) == (
        "Chi bộ Khu vực 1",
        date(2013, 6, 1),
        "Chuyển chi bộ",
    )
    assert (after.cell, after.left_on) == ("Chi bộ Khu vực 2", None)
    assert later.stays == []
    assert (whole.cell, whole.left_on) == ("Chi bộ Khu vực 2", None)


@pytest.mark.django_db
def test_register_of_a_workplace_follows_the_tree_of_the_time(place):
    """A unit that stood below until the middle of the year."""
    unit = make_committee(place.workplace, kind=Kind.CELL, name="Chi bộ Văn phòng")
    period = unit.periods.get()
    period.valid_to = date(2013, 7, 1)
    period.save()
    other = make_committee(place.city, kind=Kind.GRASSROOTS, name="Sở khác")
    period.pk, period.parent = None, other
    period.valid_from, period.valid_to = date(2013, 7, 1), None
    period.save()
    make_registration(make_member(unit, full_name="Lê Văn An"), place.ward)
    user = reader(place)

    left = only(place.workplace, Side.WORKPLACE, IN_2013, user)
    came = only(other, Side.WORKPLACE, IN_2013, user)

    assert (left.left_on, left.left_why) == (date(2013, 7, 1), "Sắp xếp tổ chức")
    assert came.left_on is None
    assert register_of(place.workplace, Side.WORKPLACE, IN_2013).totals == Totals(
        at_start=1, moved_out=1
    )
    assert register_of(other, Side.WORKPLACE, IN_2013).totals == Totals(
        moved_in=1, at_end=1
    )


@pytest.mark.django_db
def test_register_of_a_workplace_has_letters_that_were_not_received(place):
    for name, state, day, fields in (
        ("A Đang Chờ", "sent", date(2013, 12, 1), {}),
        ("B Bị Trả", "returned", date(2013, 3, 1), {"return_reason": "Sai địa bàn"}),
        ("C Đang Soạn", "draft", None, {}),
        ("D Đã Rút", "withdrawn", date(2013, 3, 1), {}),
        ("Đ Năm Sau", "sent", date(2014, 3, 1), {}),
    ):
        Registration.objects.create(
            member=make_member(place.workplace, full_name=name),
            workplace=place.workplace,
            ward=place.ward,
            state=state,
            sent_on=day,
            **fields,
        )
    stay_of(
        place,
        "E Nhận Năm Sau",
        received_on=date(2014, 1, 5),
        sent_on=date(2013, 12, 20),
    )
    user = reader(place, "workplace")

    register = register_of(place.workplace, Side.WORKPLACE, IN_2013)
    rows = {row.name: row for row in rows_of(register, user)}

    assert {name: row.note for name, row in rows.items()} == {
        "A Đang Chờ": "Chờ tiếp nhận",
        "B Bị Trả": "Trả lại ngày 01/03/2013: Sai địa bàn",
        "E Nhận Năm Sau": "Chờ tiếp nhận",
    }
    assert rows["E Nhận Năm Sau"].received_on is None
    assert register.letters == LetterTotals(introduced=3, returned=1, waiting_at_end=2)


# What it tells


@pytest.mark.django_db
def test_row_has_letter_receipt_end_exemption_comment_and_notes(place):
    stay = stay_of(
        place,
        "Trần Văn Bình",
        letter_number="05-GGT/ĐU",
        letter_date=date(2011, 12, 20),
        receipt_number="17",
        ended_on=date(2013, 9, 1),
        end_number="12-TB/ĐU",
        closing_comment="Gương mẫu.",
        note="Ghi chú của hồ sơ",
    )
    make_exemption(stay, valid_from=date(2013, 2, 1), valid_to=date(2013, 5, 1))
    row = make_evaluation(stay, place.year, tier=1)
    Comment.objects.create(evaluation=row, text="Tích cực góp ý.")

    found = only(place.ward, Side.RESIDENCE, IN_2013, reader(place, "residence_ward"))

    assert found.letter == "05-GGT/ĐU, 20/12/2011"
    assert found.received_on == date(2012, 1, 1)
    assert (found.left_on, found.left_why) == (
        date(2013, 9, 1),
        "Chuyển nơi cư trú, số 12-TB/ĐU",
    )
    assert found.category == (
        "Miễn sinh hoạt nơi cư trú từ 01/02/2013 đến trước 01/05/2013: Học tập trung "
        "12 tháng trong năm, học sinh, sinh viên xa nhà"
    )
    assert found.comments == "2013: Tốt. Tích cực góp ý."
    assert found.note == "Số tiếp nhận 17\nGương mẫu.\nGhi chú của hồ sơ"


@pytest.mark.django_db
def test_row_tells_nothing_of_what_came_after_the_period(place):
    stay = stay_of(place, "Trần Văn Bình", ended_on=date(2014, 6, 1))
    make_exemption(stay, valid_from=date(2014, 2, 1))

    found = only(place.ward, Side.RESIDENCE, IN_2013, reader(place))

    assert (found.left_on, found.left_why, found.category) == (None, "", "Thuộc diện")


@pytest.mark.django_db
def test_row_has_no_comment_before_it_was_returned(place):
    stay = stay_of(place, "Trần Văn Bình")
    make_evaluation(stay, place.year, tier=1, state=Evaluation.State.CONFIRMED)

    found = only(place.ward, Side.RESIDENCE, IN_2013, reader(place, "residence_ward"))

    assert found.comments == ""


@pytest.mark.django_db
def test_row_of_a_stay_that_ended_reads_as_the_person_was_then(place):
    stay = stay_of(place, "Tên Mới", ended_on=date(2013, 9, 1))
    stay.identity_at_end = {
        "full_name": "Tên Cũ",
        "birth_date": "1980-10-07",
        "birth_precision": "day",
        "admitted_on": "2005-02-03",
    }
    stay.save()

    seen = only(place.ward, Side.RESIDENCE, IN_2013, reader(place, "residence_ward"))
    above = only(place.ward, Side.RESIDENCE, IN_2013, reader(place))

    assert (seen.name, seen.born, seen.admitted_on) == (
        "Tên Cũ",
        date(1980, 10, 7),
        date(2005, 2, 3),
    )
    assert above.name == "Tên Mới"


@pytest.mark.django_db
def test_row_of_one_who_went_on_to_another_cell_keeps_to_what_the_cell_knew(place):
    stay = stay_of(place, "Trần Văn Bình", note="Ghi chú sau này")
    stay.member.admitted_on = date(2005, 2, 3)
    stay.member.save()
    move(stay, date(2013, 6, 1), cell=place.sister_cell)
    make_evaluation(stay, place.year, tier=1)

    found = only(place.cell, Side.RESIDENCE, IN_2013, reader(place, "residence_cell"))

    assert (found.name, found.admitted_on, found.comments, found.note) == (
        "Trần Văn Bình",
        None,
        "",
        "",
    )


@pytest.mark.django_db
def test_row_of_one_who_went_over_to_another_workplace_tells_nothing_of_later(place):
    stay = stay_of(place, "Trần Văn Bình")
    known = make_exemption(stay, valid_from=date(2013, 2, 1), valid_to=date(2013, 9, 1))
    make_exemption(stay, valid_from=date(2013, 8, 1))
    move(
        stay,
        date(2013, 6, 1),
        cause=CAUSE.WORKPLACE_CHANGED,
        workplace=make_committee(place.city, kind=Kind.GRASSROOTS),
    )
    user = reader(place, "workplace")
    # A post over units elsewhere opens nothing here.
    make_post(user, Role.DEPARTMENT, place.outside)
    write_in_letter(
        stay, number="99", dated=date(2013, 5, 1), version=stay.version, by=user
    )

    past = only(place.workplace, Side.WORKPLACE, IN_2013, user)
    above = only(place.workplace, Side.WORKPLACE, IN_2013, reader(place))

    said = f"Miễn sinh hoạt nơi cư trú từ 01/02/2013: {known.get_ground_display()}"
    assert (past.category, past.letter) == (said, "")
    assert above.category.count("Miễn sinh hoạt") == 2
    assert above.letter == "99, 01/05/2013"


@pytest.mark.django_db
def test_row_of_the_armed_forces_names_the_whole_to_the_residence(place):
    squad = make_committee(
        place.outside, kind=Kind.CELL, name="Tiểu đoàn 2", sector=Sector.ARMED_FORCES
    )
    make_registration(make_member(squad), place.ward)

    seen = only(place.ward, Side.RESIDENCE, IN_2013, reader(place, "residence_ward"))

    assert seen.workplace == "Đảng bộ Quân khu 9"


@pytest.mark.django_db
def test_row_names_units_as_they_were_called_in_the_period(place):
    stay_of(place, "Trần Văn Bình")
    period = place.cell.periods.get()
    period.name, period.valid_to = "Chi bộ Ấp 1", date(2014, 1, 1)
    period.save()

    found = only(place.ward, Side.RESIDENCE, IN_2013, reader(place))

    assert found.cell == "Chi bộ Ấp 1"


# Its sums


@pytest.mark.django_db
def test_sums_count_who_came_went_and_moved(place):
    stay_of(place, "Có từ đầu")
    stay_of(place, "Mới nhận", received_on=date(2013, 3, 1))
    stay_of(place, "Đã kết thúc", ended_on=date(2013, 3, 1))
    stay_of(
        place,
        "Đến rồi đi trong ngày",
        received_on=date(2013, 4, 1),
        ended_on=date(2013, 4, 1),
    )
    goes = stay_of(place, "Chuyển đi")
    move(goes, date(2013, 5, 1), cell=place.sister_cell)
    comes = stay_of(place, "Chuyển đến", cell=place.sister_cell)
    move(comes, date(2013, 5, 1), cell=place.cell)
    back = stay_of(place, "Đi rồi về")
    move(back, date(2013, 5, 1), cell=place.sister_cell)
    move(back, date(2013, 8, 1), cell=place.cell)

    totals = register_of(place.cell, Side.RESIDENCE, IN_2013).totals

    assert totals == Totals(
        at_start=4, received=2, moved_in=2, ended=2, moved_out=2, at_end=4
    )
    assert totals.closes


@pytest.mark.django_db
def test_sums_are_those_of_the_reconciliation(place):
    stay_of(place, "Có từ đầu")
    stay_of(place, "Mới nhận", received_on=date(2013, 3, 1))
    stay_of(place, "Đã kết thúc", ended_on=date(2013, 3, 1))
    goes = stay_of(place, "Chuyển đi")
    move(
        goes,
        date(2013, 5, 1),
        cause=CAUSE.REORGANISATION,
        ward=place.sister_ward,
        cell=None,
    )
    comes = stay_of(place, "Chuyển đến", ward=place.sister_ward, cell=None)
    move(
        comes,
        date(2013, 5, 1),
        cause=CAUSE.REORGANISATION,
        ward=place.ward,
        cell=place.cell,
    )

    totals = register_of(place.ward, Side.RESIDENCE, IN_2013).totals
    balance = reconcile(place.ward, place.year).total

    assert totals == Totals(
        at_start=balance.at_start,
        received=balance.received_in_period,
        moved_in=balance.moved_in,
        ended=balance.ended_in_period,
        moved_out=balance.moved_out,
        at_end=balance.figures.received,
    )


@pytest.mark.django_db
def test_sums_above_the_wards_have_those_without_a_cell(place):
    stay_of(place, "Vũ An")
    stay_of(place, "Vũ Bình", received_on=date(2013, 3, 1), cell=None)
    passed_on = stay_of(place, "Vũ Chín", cell=None)
    move(passed_on, date(2013, 6, 1), cell=place.cell)
    stay_of(place, "Vũ Dũng", ward=place.sister_ward, cell=None)

    above, ward, sister = (
        register_of(unit, Side.RESIDENCE, IN_2013).totals
        for unit in (place.city, place.ward, place.sister_ward)
    )

    assert ward == Totals(at_start=2, received=1, at_end=3)
    assert sister == Totals(at_start=1, at_end=1)
    assert above == Totals(at_start=3, received=1, at_end=4)
    assert names(place.city, Side.RESIDENCE, IN_2013, reader(place)) == [
        "Vũ An",
        "Vũ Bình",
        "Vũ Chín",
        "Vũ Dũng",
    ]


_DAYS = st.dates(date(2012, 1, 1), date(2015, 12, 31))


@given(
    st.lists(
        st.tuples(_DAYS, st.none() | _DAYS, st.booleans(), st.booleans()), max_size=20
    ),
    _DAYS,
    st.integers(1, 500),
)
def test_sums_close_whatever_happened(times, first, days):
    period = Period(first, first + timedelta(days=days))
    spells = {}
    for number, (start, stop, is_receipt, is_over) in enumerate(times):
        end = None if stop is None else max(start, stop)
        if period.touches((start, end)):
            placed = Placed(start, end, is_over=is_over)
            spells[number] = [Spell(start, end, placed, is_receipt, "")]

    assert _totals(spells, period).closes


class Placed:
    """As much of a placement as the sums read."""

    def __init__(self, start, end, *, is_over):
        self.ended_on = end if is_over else None


@given(st.tuples(_DAYS, st.none() | _DAYS), st.tuples(_DAYS, st.none() | _DAYS))
def test_clipped_time_lies_in_both(span, other):
    for first, end in clipped(span, [other]):
        assert first >= span[0]
        assert first >= other[0]
        assert all(end is not None and end <= one for one in (span[1], other[1]) if one)


# Pages, paper and file


def address(name, unit, side="noi-cu-tru"):
    return reverse(f"reports:{name}", args=[unit.pk, side])


@pytest.mark.django_db
def test_page_shows_period_sums_and_lines(client, place):
    stay_of(place, "Trần Văn Bình")
    client.force_login(reader(place, "residence_ward"))

    text = text_of(client.get(address("register_detail", place.ward), {"nam": 2013}))

    assert TITLES[Side.RESIDENCE] in text
    assert "Đảng ủy phường Tân An, năm 2013" in text
    assert "Trần Văn Bình" in text
    assert "Đầu kỳ" in text


@pytest.mark.django_db
def test_page_goes_by_two_days_where_they_are_given(client, place):
    stay_of(place, "Trần Văn Bình", ended_on=date(2013, 3, 1))
    client.force_login(reader(place, "residence_ward"))

    def book(**chosen):
        page = client.get(address("register_detail", place.ward), chosen)
        return page.context["book"]

    days = {"nam": "2014", "tu_ngay": "01/03/2013", "den_ngay": "30/06/2013"}
    found = book(**days)
    later = book(tu_ngay="02/03/2013", den_ngay="30/06/2013")

    assert found.period == "Từ ngày 01/03/2013 đến hết ngày 30/06/2013"
    assert (len(found.register.stays), len(later.register.stays)) == (1, 0)
    assert book().period == f"Năm {timezone.localdate().year}"


@pytest.mark.django_db
def test_page_of_days_in_the_wrong_order_says_so(client, place):
    client.force_login(reader(place, "residence_ward"))
    days = {"tu_ngay": "01/03/2013", "den_ngay": "01/02/2013"}

    text = text_of(client.get(address("register_detail", place.ward), days))

    assert "Ngày cuối không được trước ngày đầu." in text


@pytest.mark.django_db
def test_page_of_one_cell_is_chosen_within_the_ward(client, place):
    stay_of(place, "Trần Văn Bình")
    stay_of(place, "Lê Văn Khác", cell=place.sister_cell)
    client.force_login(reader(place, "residence_ward"))
    chosen = {"nam": 2013, "bo_phan": place.sister_cell.pk}

    page = client.get(address("register_detail", place.ward), chosen)
    printed = text_of(client.get(address("register_print", place.ward), chosen))

    assert [row.name for row, _ in page.context["lines"]] == ["Lê Văn Khác"]
    assert ("Lê Văn Khác" in printed, "Trần Văn Bình" in printed) == (True, False)


@pytest.mark.django_db
def test_pages_go_on_numbering_and_paper_has_everybody(client, place, monkeypatch):
    monkeypatch.setattr(registers, "SIZE", 2)
    for name in ("Vũ An", "Vũ Bình", "Vũ Chín", "Vũ Dũng", "Vũ Em"):
        stay_of(place, name)
    client.force_login(reader(place, "residence_ward"))
    url = address("register_detail", place.ward)

    def lines(page):
        return [(row.number, row.name) for row, _ in page.context["lines"]]

    first = client.get(url, {"nam": 2013})
    second = client.get(url, {"nam": 2013, "after": first.context["page"].next})
    third = client.get(url, {"nam": 2013, "after": second.context["page"].next})
    back = client.get(url, {"nam": 2013, "before": third.context["page"].previous})
    paper = client.get(address("register_print", place.ward), {"nam": 2013})

    assert lines(first) == [(1, "Vũ An"), (2, "Vũ Bình")]
    assert lines(second) == [(3, "Vũ Chín"), (4, "Vũ Dũng")]
    assert lines(third) == [(5, "Vũ Em")]
    assert third.context["page"].next is None
    assert lines(back) == lines(second)
    assert len(lines(paper)) == 5


@pytest.mark.django_db
def test_paper_has_title_page_lines_sums_and_signatures(client, place):
    stay_of(place, "Trần Văn Bình")
    client.force_login(reader(place, "workplace"))

    page = client.get(
        address("register_print", place.workplace, "noi-cong-tac"), {"nam": 2013}
    )

    text = text_of(page)
    assert page.content.decode().count("<article") == 2
    assert f"<h1>{TITLES[Side.WORKPLACE].upper()}</h1>" in text
    assert "Quyển số:" in text
    assert "Sổ có 1 dòng." in text
    assert "Chờ tiếp nhận cuối kỳ" in text
    assert "NGƯỜI LẬP SỔ" in text
    assert "T/M SỞ Y TẾ" in text


@pytest.mark.django_db
def test_paper_leaves_names_as_they_are(client, place):
    stay_of(place, '<b>Bình</b> & "Sách"')
    client.force_login(reader(place, "residence_ward"))

    page = client.get(address("register_print", place.ward), {"nam": 2013})

    assert "&lt;b&gt;Bình&lt;/b&gt; &amp; &quot;Sách&quot;" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "unit", "side"),
    [
        ("residence_ward", "ward", Side.RESIDENCE),
        ("workplace", "workplace", Side.WORKPLACE),
    ],
)
def test_file_is_a_book_to_be_bound(client, place, role, unit, side):
    stay = stay_of(place, "=Trần <b> & Bình", letter_number="+5")
    stay.member.birth_date = date(1980, 10, 7)
    stay.member.save()
    client.force_login(reader(place, role))

    response = client.get(
        address("register_export", getattr(place, unit), side), {"nam": 2013}
    )

    workbook = CalamineWorkbook.from_filelike(BytesIO(response.content))
    cover, lines = (
        workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names
    )
    heading = next(number for number, row in enumerate(lines) if row[0] == "TT")
    said = [row[0] for row in lines]
    assert workbook.sheet_names == ["Bìa", "Sổ theo dõi"]
    assert [TITLES[side].upper()] in [row[:1] for row in cover]
    assert ["Năm 2013"] in cover
    assert lines[heading] == [column.label for column in COLUMNS[side]]
    assert lines[heading + 1][:3] == [1.0, "=Trần <b> & Bình", date(1980, 10, 7)]
    assert "Sổ có 1 dòng." in said
    assert (
        "Đầu kỳ: 1 + Tiếp nhận trong kỳ: 0 + Từ đơn vị khác chuyển đến: 0 − Kết thúc "
        "trong kỳ: 0 − Chuyển sang đơn vị khác: 0 = Cuối kỳ: 1" in said
    )


@pytest.mark.django_db
def test_reading_and_taking_a_register_is_put_on_record(client, place):
    stay_of(place, "Trần Văn Bình")
    client.force_login(reader(place, "residence_ward"))

    for name in ("register_detail", "register_print", "register_export"):
        client.get(address(name, place.ward), {"nam": 2013})

    events = AuditEvent.objects.filter(object_type="register").order_by("pk")
    assert [(one.action, one.count) for one in events] == [
        (Action.LIST, 1),
        (Action.EXPORT, 1),
        (Action.EXPORT, 1),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["register_detail", "register_print", "register_export"]
)
@pytest.mark.parametrize(
    ("unit", "side"),
    [
        ("ward", "noi-cu-tru"),
        ("city", "noi-cu-tru"),
        ("workplace", "noi-cong-tac"),
    ],
)
def test_number_of_queries_does_not_grow_with_the_people(
    client, place, name, unit, side
):
    client.force_login(reader(place))

    def add(number):
        cell = make_committee(place.ward, kind=Kind.CELL, receives_members=True)
        workplace = make_committee(place.workplace, kind=Kind.CELL)
        stay = make_registration(
            make_member(workplace, full_name=f"Vũ {number}"), place.ward, cell=cell
        )
        make_exemption(stay, valid_from=date(2013, 2, 1))
        make_evaluation(stay, place.year, tier=1)

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(address(name, getattr(place, unit), side), {"nam": 2013})
        return len(queries)

    add(1)
    one = count()
    for number in (2, 3, 4):
        add(number)

    assert count() == one


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("user", "shelves"),
    [
        ("ward_user", [("Đảng ủy phường Ninh Kiều", Side.RESIDENCE)]),
        ("cell_user", [("Chi bộ Khu vực 1", Side.RESIDENCE)]),
        ("workplace_user", [("Sở Y tế", Side.WORKPLACE)]),
        ("department_user", []),
    ],
)
def test_start_lays_out_the_registers_of_ones_own_units(client, world, user, shelves):
    client.force_login(getattr(world, user))

    page = client.get(reverse("reports:register_start"))

    found = [(one.unit.name, one.title) for one in page.context["shelves"]]
    assert found == [(name, TITLES[side]) for name, side in shelves]


@pytest.mark.django_db
def test_start_opens_the_register_of_a_unit_below(client, world):
    client.force_login(world.department_user)
    asked = {"so": "noi-cu-tru", "don_vi": "", "don_vi_typed": "phường Ninh Kiều"}

    response = client.get(reverse("reports:register_start"), asked)

    assert response["Location"] == address("register_detail", world.ward)


@pytest.mark.django_db
def test_navigation_leads_to_the_registers(client, world):
    client.force_login(world.ward_user)

    page = client.get(reverse("reports:home"))

    [item] = [one for one in page.context["nav_items"] if one.label == "Sổ sách"]
    assert item.url == reverse("reports:register_start")


@pytest.mark.django_db
def test_side_that_is_none_is_not_there(client, world):
    client.force_login(world.ward_user)

    assert client.get(address("register_detail", world.ward, "khac")).status_code == 404


def choices_of(response, name):
    return [label for _, label in response.context["form"].fields[name].choices][1:]


@pytest.mark.django_db
def test_parts_to_choose_when_some_ended_stand_behind_and_say_until_when(client, place):
    for name, valid_to in (("Chi bộ A", date(2025, 7, 1)), ("Chi bộ Z", None)):
        make_committee(
            place.ward,
            kind=Kind.CELL,
            name=name,
            receives_members=True,
            valid_to=valid_to,
        )
    client.force_login(reader(place, "residence_ward"))

    page = client.get(address("register_detail", place.ward))

    labels = choices_of(page, "bo_phan")
    assert labels[-1] == "Chi bộ A (đến 30/06/2025)"
    assert "Chi bộ Z" in labels[:-1]


@pytest.mark.django_db
def test_start_leads_residences_to_their_contact_books(client, place):
    start, books = (
        reverse("reports:register_start"),
        reverse("reports:contact_book_list"),
    )

    client.force_login(reader(place, "residence_ward"))
    of_ward = client.get(start).content.decode()
    client.force_login(reader(place, "workplace"))
    of_workplace = client.get(start).content.decode()

    assert (f'href="{books}"' in of_ward, f'href="{books}"' in of_workplace) == (
        True,
        False,
    )
