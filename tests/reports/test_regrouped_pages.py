"""A past year under the units of a later day: page, lists, file, command, rights."""

from datetime import date
from io import BytesIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from members.models import Kind, Operation, Role
from members.services.reorganisations.plan import ReformPlan, Step
from reports.queries.reconciliation import reconcile
from reports.queries.summary import summary
from tests.factories.members import make_committee, make_placement, make_user
from tests.factories.reforms import (
    REFORM_DAY,
    make_city_before_reform,
    make_reform,
    reform,
)
from tests.factories.reports import make_evaluation, make_rating_year
from tests.reports.reading import text_of

pytestmark = pytest.mark.django_db

NOW = date(2026, 1, 1)
PAGES = [
    ("summary_unit", []),
    ("summary_export", []),
    ("summary_items", []),
    ("reconciliation", []),
    ("summary_list", ["tiep-nhan"]),
    ("summary_list_export", ["tiep-nhan"]),
]


def fill(place):
    """4 received: 2 in Tân An, one of them in a cell, 1 in An Hội, 1 in the divided."""
    city = place.city
    city.stay(tier=1, cell=city.cell)
    city.stay(tier=2)
    city.stay(tier=1, ward=city.sister_ward, outside=True)
    city.stay(tier=3, ward=place.divided)


@pytest.fixture
def place():
    found = make_city_before_reform()
    fill(found)
    make_reform(found)
    return found


@pytest.fixture
def department(place):
    return make_user(Role.DEPARTMENT, place.city.city)


def url(name, unit, *more, year=2013):
    return reverse(f"reports:{name}", args=[unit.pk, year, *more])


def today_text():
    return f"{timezone.localdate():%d/%m/%Y}"


def received(found):
    return {line.full_name: line.figures.received for line in found.lines}


def regrouped(unit, place):
    return summary(unit, place.city.year, structure_day=NOW)


FATE = (
    "đã chia: về Đảng ủy phường Bình Thủy, Đảng ủy phường Cái Khế từ "
    f"{REFORM_DAY:%d/%m/%Y}"
)
GAP = "không gồm phần của Đảng ủy phường Bùi Hữu Nghĩa; chuỗi số liệu gián đoạn"


def test_merged_units_are_summed_and_a_divided_one_keeps_its_line(place):
    found = regrouped(place.city.city, place)

    assert received(found) == {
        f"Đảng ủy phường Bình Thủy ({GAP})": 0,
        f"Đảng ủy phường Bùi Hữu Nghĩa ({FATE})": 1,
        f"Đảng ủy phường Cái Khế ({GAP})": 0,
        "Đảng ủy phường Ninh Kiều": 3,
    }


def test_totals_are_those_of_the_structure_of_then(place):
    then = summary(place.city.city, place.city.year)
    now = regrouped(place.city.city, place)

    assert now.total.figures == then.total.figures
    assert now.total.figures.tiers == (2, 1, 1, 0)
    assert received(then) == {"Quận ủy Ninh Kiều": 4}


def test_reform_leaves_the_year_under_its_own_units_as_it_was():
    place = make_city_before_reform()
    fill(place)
    units = [place.city.city, place.city.district, place.city.ward, place.divided]
    before = [summary(unit, place.city.year) for unit in units]

    make_reform(place)

    after = [summary(unit, place.city.year) for unit in units]
    assert [(one.total, one.lines) for one in after] == [
        (one.total, one.lines) for one in before
    ]


def test_units_without_origin_are_counted_in_a_note_instead_of_listed(place):
    found = regrouped(place.city.city, place)

    assert found.total.name == "Địa bàn Cần Thơ ngày 31/12/2013"
    assert found.notes[0] == (
        "1 đơn vị của cơ cấu ngày 01/01/2026 không bắt nguồn từ đơn vị nào của ngày "
        "31/12/2013, nên không có trong bảng."
    )


def test_merged_ward_has_a_line_for_each_of_its_units_of_then(place):
    found = regrouped(place.merged, place)

    assert received(found) == {
        "Đảng ủy phường An Hội": 1,
        "Đảng ủy phường Tân An": 2,
    }
    assert found.total.figures.received == 3
    (note,) = found.notes
    assert note == (
        "Gồm các đơn vị của ngày 31/12/2013 nay thuộc Đảng ủy phường Ninh Kiều: Đảng ủy "
        "phường An Hội, Đảng ủy phường Tân An."
    )


def test_ward_that_took_a_part_leaves_the_part_out_and_says_so(place):
    place.city.stay(ward=place.rest_taker, received_on=date(2013, 1, 1))

    found = regrouped(place.rest_taker, place)

    assert found.total.figures.received == 1
    assert [note.partition(" (")[0] for note in found.notes] == [
        "Không gồm phần của Đảng ủy phường Bùi Hữu Nghĩa"
    ]


def test_ward_without_any_unit_of_then_says_that_it_has_no_figures(place):
    found = regrouped(place.outside, place)

    assert found.total.figures.received == 0
    assert found.lines == ()
    (note,) = found.notes
    assert note == (
        "Không có đơn vị nào của ngày 31/12/2013 thuộc trọn về Đảng ủy phường Vị Thanh, "
        "nên chưa có số liệu của năm này theo cơ cấu ngày 01/01/2026."
    )


def test_divided_ward_is_told_from_the_one_that_bears_its_name_now(place):
    name = place.divided.name
    place.rest_taker.periods.filter(valid_to=None).update(name=name)

    found = regrouped(place.city.city, place)

    assert [line.full_name for line in found.lines][:2] == [
        f"{name} (không gồm phần của {name} cũ; chuỗi số liệu gián đoạn)",
        f"{name} cũ (đã chia: về {name}, Đảng ủy phường Cái Khế từ 01/07/2025)",
    ]


def test_ward_that_lives_on_has_its_present_cells_for_lines(place):
    ward = make_committee(place.city.city, name="Đảng ủy phường Ô Môn", code="OM")
    cells = [
        make_committee(ward, kind="cell", name=f"Chi bộ {n}", receives_members=True)
        for n in (1, 2)
    ]
    for one in (*cells, None):
        place.city.stay(ward=ward, cell=one)
    joined = make_committee(
        ward, kind="cell", name="Chi bộ liên khu vực", receives_members=True
    )
    place.city.stay(ward=ward, cell=joined)
    merge_cells(place, cells, joined)

    found = regrouped(ward, place)

    assert received(found) == {"Chi bộ liên khu vực": 3, "Chưa phân chi bộ": 1}
    of_cell = regrouped(joined, place)
    assert received(of_cell) == {
        "Chi bộ 1": 1,
        "Chi bộ 2": 1,
        "Chi bộ liên khu vực cũ": 1,
    }


def merge_cells(place, olds, new):
    from_steps = [Step(Operation.ABSORB, old.pk, "", new.pk) for old in olds]
    reform(
        place.city.city,
        ReformPlan(
            on=date(2025, 9, 1),
            heirs={old.pk: new.pk for old in olds},
            steps=from_steps,
        ),
    )


def test_day_between_reforms_shows_the_units_of_that_day(place):
    found = summary(place.city.city, place.city.year, structure_day=date(2025, 6, 30))

    assert received(found) == {"Quận ủy Ninh Kiều": 4}


def numbers_of(context):
    """(address, number, name of the line) of every linked number of the table."""
    return [
        (cell.url, cell.value, row.name)
        for row in context["rows"]
        for cell in row.cells
        if cell.url
    ]


def test_each_number_opens_a_list_of_that_length(client, place, department):
    client.force_login(department)
    for unit in (place.city.city, place.merged, place.rest_taker):
        page = client.get(url("summary_unit", unit), {"co_cau": "hom-nay"})

        for address, number, name in numbers_of(page.context):
            found = client.get(address).context["found"]
            assert (found.number, found.named) == (number, number), (address, name)


def test_total_and_lines_of_the_page_are_linked(client, place, department):
    client.force_login(department)

    page = client.get(url("summary_unit", place.city.city), {"co_cau": "hom-nay"})

    named = [name for _, _, name in numbers_of(page.context)]
    assert set(named) == {
        "Địa bàn Cần Thơ ngày 31/12/2013",
        "Đảng ủy phường Bùi Hữu Nghĩa",
        "Đảng ủy phường Ninh Kiều",
    }


def test_trail_of_a_closed_ward_is_that_of_its_own_day(client, place, department):
    client.force_login(department)

    of_old = client.get(url("summary_unit", place.city.ward)).context["trail"]
    of_new = client.get(url("summary_unit", place.merged), {"co_cau": "hom-nay"})

    assert of_old == [
        ("Thành ủy Cần Thơ", url("summary_unit", place.city.city)),
        ("Quận ủy Ninh Kiều", url("summary_unit", place.city.district)),
    ]
    assert of_new.context["trail"] == [
        (
            "Thành ủy Cần Thơ",
            f"{url('summary_unit', place.city.city)}?co_cau=hom-nay",
        )
    ]


def test_choices_of_a_successor_under_the_units_of_then_are_its_old_units(
    client, place
):
    client.force_login(make_user(Role.RESIDENCE_WARD, place.merged))

    form = client.get(url("summary_unit", place.city.ward)).context["form"]

    assert {key for key, _ in form.fields["don_vi"].choices} == {
        place.city.sister_ward.pk,
        place.city.ward.pk,
        place.city.cell.pk,
        place.city.sister_cell.pk,
    }


def test_links_keep_the_structure_and_lead_to_a_divided_unit_as_it_was(
    client, place, department
):
    client.force_login(department)

    rows = client.get(
        url("summary_unit", place.city.city), {"co_cau": "hom-nay"}
    ).context["rows"]

    assert {row.name: row.url for row in rows if row.url} == {
        "Đảng ủy phường Bình Thủy": f"{url('summary_unit', place.rest_taker)}"
        "?co_cau=hom-nay",
        "Đảng ủy phường Bùi Hữu Nghĩa": url("summary_unit", place.divided),
        "Đảng ủy phường Cái Khế": f"{url('summary_unit', place.part_taker)}"
        "?co_cau=hom-nay",
        "Đảng ủy phường Ninh Kiều": f"{url('summary_unit', place.merged)}"
        "?co_cau=hom-nay",
    }


def test_page_names_structure_breaks_and_ground(client, place, department):
    client.force_login(department)

    page = text_of(
        client.get(url("summary_unit", place.city.city), {"co_cau": "hom-nay"})
    )

    assert (
        f"Số liệu năm 2013 theo cơ cấu tổ chức của ngày {today_text()}, địa bàn Cần Thơ "
        "ngày 31/12/2013." in page
    )
    assert f"Chuỗi số liệu gián đoạn: Đảng ủy phường Bùi Hữu Nghĩa ({FATE})." in page
    assert f"({GAP})" in page


def test_chooser_offers_the_units_of_the_chosen_structure(client, place, department):
    client.force_login(department)

    form = client.get(
        url("summary_unit", place.city.city), {"co_cau": "hom-nay"}
    ).context["form"]

    assert {key for key, _ in form.fields["don_vi"].choices} == {
        place.city.city.pk,
        place.merged.pk,
        place.outside.pk,
        place.part_taker.pk,
        place.rest_taker.pk,
    }
    assert [key for key, _ in form.fields["co_cau"].choices] == ["", "hom-nay", "khac"]
    assert form.initial["co_cau"] == "hom-nay"


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ({"co_cau": ""}, ""),
        ({"co_cau": "hom-nay"}, "?co_cau=hom-nay"),
        ({"co_cau": "khac"}, "?co_cau=khac"),
        ({"co_cau": "khac", "ngay": "01/08/2025"}, "?co_cau=01%2F08%2F2025"),
        ({"dia_ban": "2013"}, "?dia_ban=2013"),
    ],
)
def test_choosing_a_structure_leads_to_its_address(
    client, place, department, chosen, kept
):
    client.force_login(department)

    response = client.get(
        reverse("reports:summary"), {"don_vi": place.merged.pk, "nam": 2013} | chosen
    )

    assert response["Location"] == url("summary_unit", place.merged) + kept


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("31/12/2010", "không tách lại được"),
        ("31/12/2999", "chưa đến"),
        ("32/13/2020", "Ngày không đúng"),
        ("khac", "Đồng chí nhập ngày ở ô"),
    ],
)
def test_structure_that_cannot_be_is_refused_in_a_sentence(
    client, place, department, value, sentence
):
    client.force_login(department)

    page = client.get(url("summary_unit", place.city.city), {"co_cau": value})

    assert sentence in text_of(page)
    assert received(page.context["found"]) == {"Quận ủy Ninh Kiều": 4}
    for name, more in PAGES[1:]:
        address = url(name, place.city.city, *more)
        assert client.get(address, {"co_cau": value}).status_code == 404


def test_typed_day_is_shown_again_beside_the_choice(client, place, department):
    client.force_login(department)

    page = client.get(url("summary_unit", place.city.city), {"co_cau": "01/08/2025"})

    form = page.context["form"]
    assert (form.initial["co_cau"], form["ngay"].value()) == ("khac", "01/08/2025")
    assert page.context["found"].structure_day == date(2025, 8, 1)


def test_closed_unit_under_todays_units_shows_its_own_and_names_its_successor(
    client, place, department
):
    client.force_login(department)

    page = client.get(url("summary_unit", place.city.ward), {"co_cau": "hom-nay"})

    assert page.context["found"].total.figures.received == 2
    assert "không có trong cơ cấu tổ chức của ngày" in text_of(page)
    assert page.context["successor_url"] == (
        f"{url('summary_unit', place.merged)}?co_cau=hom-nay"
    )


def test_new_unit_under_the_units_of_then_leads_to_those_of_today(
    client, place, department
):
    client.force_login(department)

    page = client.get(url("summary_unit", place.merged))

    assert page.context["is_outside_tree"]
    assert f'href="{url("summary_unit", place.merged)}?co_cau=hom-nay"' in text_of(page)


@pytest.mark.parametrize(("name", "more"), PAGES)
@pytest.mark.parametrize(
    ("at", "unit", "expected"),
    [
        ("merged", "merged", 200),
        ("merged", "ward", 200),
        ("merged", "sister_ward", 200),
        ("merged", "divided", 404),
        ("merged", "city", 404),
        ("rest_taker", "divided", 200),
        ("part_taker", "divided", 404),
        ("part_taker", "merged", 404),
    ],
)
def test_account_of_a_successor_reads_the_old_units_and_sisters_do_not(
    client, place, name, more, at, unit, expected
):
    def named(one):
        return getattr(place, one, None) if one != "city" else place.city.city

    target = named(unit) or getattr(place.city, unit)
    client.force_login(make_user(Role.RESIDENCE_WARD, named(at)))

    for query in ({}, {"co_cau": "hom-nay"}):
        answer = client.get(url(name, target, *more), query)
        closed = target.valid_to and query and name != "summary_unit"
        assert answer.status_code == (404 if closed else expected)


def test_lists_of_the_successor_name_the_people_of_the_old_units(client, place):
    client.force_login(make_user(Role.RESIDENCE_WARD, place.merged))

    found = client.get(
        url("summary_list", place.merged, "tiep-nhan"), {"co_cau": "hom-nay"}
    ).context["found"]

    assert (found.number, found.named) == (3, 3)


def test_numbers_of_a_part_are_not_linked_for_who_may_not_open_them(client, place):
    client.force_login(make_user(Role.RESIDENCE_WARD, place.part_taker))

    page = client.get(url("summary_unit", place.part_taker), {"co_cau": "hom-nay"})

    assert numbers_of(page.context) == []


@pytest.mark.parametrize("wards", [1, 3])
@pytest.mark.parametrize("name", ["summary_unit", "summary_list"])
def test_regrouped_pages_ask_as_many_questions_however_many_units(
    client, place, department, wards, name, django_assert_num_queries
):
    for number in range(wards):
        ward = make_committee(
            place.city.city, name=f"Phường {number}", code=f"P{number}"
        )
        place.city.stay(tier=1, ward=ward)
    client.force_login(department)
    more = ["tiep-nhan"] if name == "summary_list" else []

    # Session, account and posts first; one more than under the units of then: the
    # decisions beside the periods. A list reads years, counts, page, the heads of the
    # armed forces and its record.
    with django_assert_num_queries(3 + (7 if name == "summary_unit" else 10)):
        client.get(url(name, place.city.city, *more), {"co_cau": "hom-nay"})


def sheet_of(content):
    return load_workbook(BytesIO(content)).active


def texts_of(sheet):
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]


def test_file_prints_what_the_page_shows(client, place, department):
    client.force_login(department)
    chosen = {"co_cau": "hom-nay"}
    page = client.get(url("summary_unit", place.city.city), chosen)

    sheet = sheet_of(client.get(url("summary_export", place.city.city), chosen).content)

    found = page.context["found"]
    lines = list(sheet.iter_rows(min_row=11, max_row=15, values_only=True))
    assert [(line[1], line[2]) for line in lines] == [
        (line.full_name, line.figures.received) for line in (*found.lines, found.total)
    ]
    assert sheet["A6"].value == found.structure_words
    assert set(found.notes) < set(texts_of(sheet))


def test_file_of_a_list_says_under_which_structure(client, place, department):
    client.force_login(department)

    answer = client.get(
        url("summary_list_export", place.merged, "tiep-nhan"), {"co_cau": "hom-nay"}
    )

    texts = texts_of(sheet_of(answer.content))
    assert f"Số liệu năm 2013 theo cơ cấu tổ chức của ngày {today_text()}" in texts
    assert "Tổng số: 3 đồng chí." in texts


def test_reconciliation_closes_for_every_line_under_todays_units(place):
    found = reconcile(place.city.city, place.city.year, structure_day=NOW)

    assert [(one.name, one.at_start, one.closes) for one in found.units] == [
        ("Đảng ủy phường Bình Thủy", 0, True),
        ("Đảng ủy phường Bùi Hữu Nghĩa", 1, True),
        ("Đảng ủy phường Cái Khế", 0, True),
        ("Đảng ủy phường Ninh Kiều", 3, True),
    ]
    assert found.total.closes


def test_every_number_of_the_reconciliation_opens_its_list(client, place, department):
    client.force_login(department)

    context = client.get(
        url("reconciliation", place.city.city), {"co_cau": "hom-nay"}
    ).context

    cells = [cell for unit in context["units"] for cell in unit["cells"] if cell.url]
    terms = [term for term in (*context["roll"], *context["assessed"]) if term.url]
    assert len(cells) == 6
    for one in (*cells, *terms):
        assert client.get(one.url).context["found"].number == one.value, one


def test_printed_total_is_compared_under_the_same_structure(client, place, department):
    client.force_login(department)

    page = client.get(url("reconciliation", place.city.city), {"co_cau": "hom-nay"})

    assert '<input type="hidden" name="co_cau" value="hom-nay">' in text_of(page)


def test_unit_that_ended_without_successor_keeps_a_line(place):
    lone = make_committee(place.city.city, name="Đảng ủy xã Cù Lao", code="CL")
    stay = place.city.stay(tier=1, ward=lone, ended_on=date(2014, 6, 1))
    assert stay.ended_on
    reform(
        place.city.city,
        ReformPlan(
            on=date(2025, 9, 1),
            heirs={lone.pk: None},
            steps=[Step(Operation.END, lone.pk, "", None)],
        ),
    )

    found = regrouped(place.city.city, place)

    name = (
        "Đảng ủy xã Cù Lao (kết thúc hoạt động từ 01/09/2025, không có đơn vị kế tục)"
    )
    assert received(found)[name] == 1
    assert found.total.figures.received == 5


def test_ward_that_went_to_another_city_keeps_a_line_in_the_old_one(place):
    other = make_committee(kind=Kind.CITY, name="Thành ủy Sóc Trăng")
    gone = make_committee(place.city.city, name="Đảng ủy xã Biên", code="BI")
    place.city.stay(tier=1, ward=gone)
    reform(
        place.city.city,
        ReformPlan(on=date(2025, 9, 1), changes={gone.pk: {"parent": other.pk}}),
    )

    found = regrouped(place.city.city, place)

    assert received(found)["Đảng ủy xã Biên (nay thuộc Thành ủy Sóc Trăng)"] == 1
    assert found.total.figures.received == 5


# --- the year of a reform -------------------------------------------------------


@pytest.fixture
def year_of_reform(place):
    return make_rating_year(place.city.city, year=2025)


def test_year_of_a_reform_counts_from_the_start_at_the_unit_that_goes_on(
    place, year_of_reform
):
    merged = reconcile(place.merged, year_of_reform)
    old = reconcile(place.city.ward, year_of_reform)
    city = reconcile(place.city.city, year_of_reform)

    assert (merged.total.at_start, merged.total.moved_in) == (3, 0)
    assert (old.total.at_start, old.total.moved_out) == (0, 0)
    assert (old.total.figures.received, merged.total.figures.received) == (0, 3)
    assert (city.total.moved_in, city.total.moved_out) == (0, 0)
    assert city.total.moved_inside == 0
    for found in (merged, old, city):
        assert [one.name for one in found.every_unit if one.roll_gap] == []


def test_list_of_moves_in_the_year_of_a_reform_names_who_moved_and_nobody_else(
    client, place, year_of_reform, department
):
    stay = place.city.stay(ward=place.part_taker, received_on=date(2020, 1, 1))
    stay.placements.update(valid_to=date(2025, 3, 1))
    make_placement(
        stay, ward=place.city.ward, valid_from=date(2025, 3, 1), valid_to=REFORM_DAY
    )
    make_placement(stay, ward=place.merged, valid_from=REFORM_DAY)
    client.force_login(department)

    for unit, key in ((place.merged, "chuyen-den"), (place.part_taker, "chuyen-di")):
        found = client.get(url("summary_list", unit, key, year=2025)).context["found"]
        assert [entry.registration_id for entry in found.page.rows] == [stay.pk]


def test_row_of_somebody_who_left_a_unit_before_it_was_merged_is_regrouped(
    place, year_of_reform
):
    stay = place.city.stay(
        ward=place.city.sister_ward,
        received_on=date(2020, 1, 1),
        ended_on=date(2025, 3, 1),
    )
    make_evaluation(stay, year_of_reform, tier=1)

    then = summary(place.city.city, year_of_reform)
    now = summary(place.city.city, year_of_reform, structure_day=NOW)

    assert [line.name for line in then.lines if line.figures.ended_assessed] == [
        "Đảng ủy phường Ninh Kiều"
    ]
    assert [line.name for line in now.lines if line.figures.ended_assessed] == [
        "Đảng ủy phường Ninh Kiều"
    ]


# --- the same ground --------------------------------------------------------------


@pytest.fixture
def later_year(place):
    place.city.stay(ward=place.outside, received_on=date(2025, 8, 1))
    place.city.stay(ward=place.merged, received_on=date(2025, 8, 1))
    return make_rating_year(place.city.city, year=2025)


def test_later_year_is_narrowed_to_the_units_of_an_earlier_one(place, later_year):
    whole = summary(place.city.city, later_year)
    narrow = summary(place.city.city, later_year, ground_year=place.city.year)

    assert whole.total.figures.received == 6
    assert received(narrow) == {
        "Đảng ủy phường Bình Thủy": 1,
        "Đảng ủy phường Cái Khế": 0,
        "Đảng ủy phường Ninh Kiều": 4,
    }
    assert narrow.total.figures.received == 5
    assert narrow.total.name == (
        "Địa bàn Cần Thơ cũ (các đơn vị có gốc từ ngày 31/12/2013)"
    )


def test_ground_and_structure_go_together(place):
    later = make_rating_year(place.city.city, year=2014)

    found = summary(
        place.city.city, later, structure_day=NOW, ground_year=place.city.year
    )

    assert found.structure_words == (
        "Số liệu năm 2014 theo cơ cấu tổ chức của ngày 01/01/2026, địa bàn Cần Thơ cũ "
        "(các đơn vị có gốc từ ngày 31/12/2013)"
    )
    assert [figure for _, figure in sorted(received(found).items())] == [0, 1, 0, 3]


def test_ground_is_offered_where_the_year_covers_more(
    client, place, later_year, department
):
    client.force_login(department)

    def fields(unit, year):
        return set(
            client.get(url("summary_unit", unit, year=year)).context["form"].fields
        )

    assert "dia_ban" in fields(place.city.city, 2025)
    assert "dia_ban" not in fields(place.city.city, 2013)
    assert "dia_ban" not in fields(place.merged, 2025)


def test_ground_is_not_offered_where_nothing_came_from_outside(
    client, department, place
):
    make_rating_year(place.city.city, year=2014)
    client.force_login(department)

    form = client.get(url("summary_unit", place.city.city, year=2014)).context["form"]

    assert "dia_ban" not in form.fields


def test_numbers_on_the_same_ground_open_lists_of_that_length(
    client, place, later_year, department
):
    client.force_login(department)

    page = client.get(
        url("summary_unit", place.city.city, year=2025), {"dia_ban": "2013"}
    )

    assert "địa bàn Cần Thơ cũ" in text_of(page)
    numbers = numbers_of(page.context)
    assert len(numbers) == 5
    for address, number, name in numbers:
        assert client.get(address).context["found"].number == number, (address, name)


def test_unknown_ground_is_refused_in_a_sentence(client, place, later_year, department):
    client.force_login(department)

    page = client.get(
        url("summary_unit", place.city.city, year=2025), {"dia_ban": "1999"}
    )

    assert "Không có năm nhận xét 1999 trước năm 2025" in text_of(page)


# --- years and the command --------------------------------------------------------


def test_closed_units_find_the_years_of_the_city(client, place, department):
    client.force_login(department)

    for unit in (place.city.ward, place.city.district, place.divided, place.city.cell):
        assert client.get(url("summary_unit", unit)).status_code == 200


def test_closed_ward_keeps_the_year_of_its_own(client, place, department):
    own = make_rating_year(place.city.ward, year=2012)
    client.force_login(department)

    page = client.get(url("summary_unit", place.city.ward, year=2012))

    assert page.context["found"].year == own
    assert client.get(url("summary_unit", place.merged, year=2012)).status_code == 404


def export(path, **options):
    call_command("export_summary", committee="TU", year=2013, output=path, **options)


def test_command_writes_the_year_under_the_units_of_a_day(place, tmp_path):
    export(tmp_path / "a.xlsx", structure="01/01/2026")

    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert sheet["A6"].value.startswith(
        "Số liệu năm 2013 theo cơ cấu tổ chức của ngày 01/01/2026"
    )
    assert sheet["B14"].value == "Đảng ủy phường Ninh Kiều"
    assert sheet["C15"].value == 4


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"structure": "01/01/2010"}, "không tách lại được"),
        ({"structure": "hôm qua"}, "Ngày không đúng"),
        ({"ground": "2009"}, "Không có năm nhận xét 2009"),
    ],
)
def test_command_refuses_a_structure_that_cannot_be(place, tmp_path, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        export(tmp_path / "a.xlsx", **options)

    assert not (tmp_path / "a.xlsx").exists()
