from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from evaluations.models import Evaluation
from members.models import Role
from party76.audit.models import Action, AuditEvent
from party76.shared.paging import SIZE
from reports.models import SignatureBlock
from tests.factories.members import make_committee, make_user
from tests.factories.reports import make_city, make_evaluation, make_rating_year
from tests.reports.reading import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    found = make_city()
    found.stay(tier=1, cell=found.cell)
    found.stay(tier=2, ward=found.sister_ward, outside=True)
    return found


@pytest.fixture
def department(place):
    return make_user(Role.DEPARTMENT, place.city)


def url(name, unit, *more, year=2013):
    return reverse(f"reports:{name}", args=[unit.pk, year, *more])


PAGES = [
    ("summary_unit", []),
    ("summary_export", []),
    ("summary_items", []),
    ("reconciliation", []),
    ("summary_list", ["tiep-nhan"]),
    ("summary_list_export", ["tiep-nhan"]),
]


@pytest.mark.parametrize(("name", "more"), PAGES)
@pytest.mark.parametrize(
    ("role", "own", "expected"),
    [
        (Role.DEPARTMENT, "city", 200),
        (Role.INSPECTOR, "city", 200),
        (Role.RESIDENCE_WARD, "ward", 200),
        (Role.RESIDENCE_WARD, "sister_ward", 404),
        (Role.RESIDENCE_CELL, "cell", 404),
        (Role.WORKPLACE, "ward", 403),
        (Role.WORKPLACE, "workplace", 404),
        (Role.ADMINISTRATOR, "city", 403),
    ],
)
def test_pages_of_a_ward_answer_by_role_and_scope(
    client, place, name, more, role, own, expected
):
    client.force_login(make_user(role, getattr(place, own)))

    response = client.get(url(name, place.ward, *more))

    assert response.status_code == expected


@pytest.mark.parametrize("year", [2012, 2014])
def test_summary_of_a_year_without_rating_is_not_found(client, place, department, year):
    client.force_login(department)

    assert client.get(url("summary_unit", place.city, year=year)).status_code == 404


def test_summary_start_shows_the_own_unit_of_the_latest_year(client, place):
    make_rating_year(place.city, year=2014)
    client.force_login(make_user(Role.RESIDENCE_WARD, place.ward))

    response = client.get(reverse("reports:summary"))

    assert response.context["found"].unit == place.ward
    assert response.context["found"].year.year == 2014


def test_summary_start_is_refused_to_a_workplace(client, place):
    client.force_login(make_user(Role.WORKPLACE, place.workplace))

    assert client.get(reverse("reports:summary")).status_code == 403


def test_summary_start_without_rating_year_says_so(client):
    city = make_committee(name="Thành ủy mới")
    client.force_login(make_user(Role.DEPARTMENT, city))

    response = client.get(reverse("reports:summary"))

    assert "Chưa có năm nhận xét nào" in text_of(response)


def test_choosing_a_unit_and_a_year_leads_to_their_address(client, place, department):
    client.force_login(department)

    response = client.get(
        reverse("reports:summary"), {"don_vi": place.ward.pk, "nam": 2013}
    )

    assert response["Location"] == url("summary_unit", place.ward)


def test_choices_of_a_ward_stay_inside_the_ward(client, place):
    client.force_login(make_user(Role.RESIDENCE_WARD, place.ward))

    response = client.get(url("summary_unit", place.ward))

    choices = response.context["form"].fields["don_vi"].choices
    assert [key for key, _ in choices] == [
        place.ward.pk,
        place.cell.pk,
        place.sister_cell.pk,
    ]


def test_summary_names_base_rounding_and_structure(client, place, department):
    client.force_login(department)

    page = text_of(client.get(url("summary_unit", place.city)))

    assert "Tỷ lệ % tính trên số đảng viên được nhận xét, xếp loại (2)" in page
    assert "cộng vào mức đông nhất; các mức cộng lại 100,00%." in page
    assert "theo cơ cấu tổ chức của ngày 31/12/2013" in page
    assert "50,00%" in page


@pytest.mark.parametrize("wards", [1, 3])
def test_summary_page_asks_six_questions_however_many_units(
    client, place, department, wards, django_assert_num_queries
):
    for number in range(wards):
        ward = make_committee(place.district, name=f"Phường {number}")
        place.stay(tier=1, ward=ward)
    client.force_login(department)

    # Session, account and posts come before the six of the page.
    with django_assert_num_queries(3 + 6):
        client.get(url("summary_unit", place.district))


def numbers_of(response):
    """{figure in the address: number} of the table's total."""
    total = response.context["rows"][0]
    return {cell.url: cell.value for cell in total.cells if cell.url}


def test_each_number_opens_a_list_of_that_length(client, place, department):
    place.stay(tier=3, ended_on=date(2013, 5, 1))
    make_evaluation(place.stay(), place.year, outcome=Evaluation.Outcome.UNDECIDED)
    client.force_login(department)

    numbers = numbers_of(client.get(url("summary_unit", place.city)))

    assert len(numbers) == 8
    for address, number in numbers.items():
        found = client.get(address).context["found"]
        assert (found.number, found.named) == (number, number), address


def test_list_of_members_without_cell_holds_only_them(client, place):
    alone = place.stay()
    client.force_login(make_user(Role.RESIDENCE_WARD, place.ward))

    response = client.get(url("summary_list", place.ward, "tiep-nhan"), {"con_lai": 1})

    names = [entry.name for entry in response.context["found"].page.rows]
    assert names == [alone.member.full_name]


def test_list_pages_by_key_and_back(client, place, department):
    for _ in range(SIZE):
        place.stay()
    client.force_login(department)
    address = url("summary_list", place.city, "tiep-nhan")

    first = client.get(address).context["found"].page
    second = client.get(address, {"after": first.next}).context["found"].page
    back = client.get(address, {"before": second.previous}).context["found"].page

    seen = [entry.pk for page in (first, second) for entry in page.rows]
    assert len(set(seen)) == SIZE + 2
    assert back.rows == first.rows
    assert (first.previous, back.previous) == (None, None)


def test_unknown_figure_is_not_found(client, place, department):
    client.force_login(department)

    for key in ("muc-9", "muc-x", "khac"):
        assert client.get(url("summary_list", place.city, key)).status_code == 404


def test_tier_list_names_drafts_to_their_residence_only(client, place, department):
    Evaluation.objects.filter(ward=place.ward).update(state=Evaluation.State.PROPOSED)
    address = url("summary_list", place.ward, "muc-1")

    client.force_login(department)
    above = client.get(address).context["found"]
    client.force_login(make_user(Role.RESIDENCE_WARD, place.ward))
    own = client.get(address).context["found"]

    assert (above.number, above.named, above.withheld) == (1, 0, 1)
    assert (own.number, own.named) == (1, 1)


def test_list_of_the_rated_shows_a_draft_by_its_state_to_the_department(
    client, place, department
):
    Evaluation.objects.filter(ward=place.ward).update(state=Evaluation.State.PROPOSED)
    client.force_login(department)

    found = client.get(url("summary_list", place.ward, "duoc-nhan-xet"))

    assert [entry.result for entry in found.context["found"].page.rows] == [
        "Chi ủy đã đề xuất"
    ]


def test_past_residence_reads_the_name_as_it_was(client, place):
    stay = place.stay(tier=1, ended_on=date(2013, 5, 1))
    stay.identity_at_end = {"full_name": "Tên Ngày Ấy", "birth_date": "1970-02-01"}
    stay.save()
    client.force_login(make_user(Role.RESIDENCE_WARD, place.ward))

    found = client.get(url("summary_list", place.ward, "ket-thuc-truoc-ngay-chot"))

    assert [entry.name for entry in found.context["found"].page.rows] == ["Tên Ngày Ấy"]


def test_list_and_exports_are_put_on_record(client, place, department):
    client.force_login(department)

    client.get(url("summary_list", place.city, "tiep-nhan"))
    client.get(url("summary_list_export", place.city, "tiep-nhan"))
    client.get(url("summary_export", place.city))

    events = AuditEvent.objects.filter(action__in=[Action.LIST, Action.EXPORT])
    assert [(event.action, event.count) for event in events.order_by("pk")] == [
        (Action.LIST, 2),
        (Action.EXPORT, 2),
        (Action.EXPORT, 1),
    ]


def test_reconciliation_shows_the_sums_and_the_hint(client, place, department):
    place.stay(tier=1, ended_on=date(2013, 5, 1))
    client.force_login(department)

    response = client.get(url("reconciliation", place.city), {"so_in": "1.2"})

    page = text_of(response)
    assert "1 đồng chí được nhận xét nhưng đã kết thúc trước ngày chốt" in page
    assert "có thể nhập đảo chữ số" in page
    assert response.context["state"].label == "Khớp"


def test_every_term_of_the_reconciliation_opens_its_list(client, place, department):
    place.stay()
    place.stay(tier=1, ended_on=date(2013, 5, 1))
    make_evaluation(place.stay(), place.year, outcome=Evaluation.Outcome.EXEMPT)
    client.force_login(department)

    context = client.get(url("reconciliation", place.city)).context

    terms = [term for term in (*context["roll"], *context["assessed"]) if term.url]
    assert len(terms) == 8
    for term in terms:
        assert client.get(term.url).context["found"].number == term.value, term.label


def sheet_of(response):
    return load_workbook(BytesIO(response.content)).active


def test_export_prints_what_the_page_shows(client, place, department):
    client.force_login(department)
    rows = client.get(url("summary_unit", place.city)).context["rows"]

    sheet = sheet_of(client.get(url("summary_export", place.city)))

    lines = list(sheet.iter_rows(min_row=11, max_row=12, values_only=True))
    assert [line[1] for line in lines] == ["Quận ủy Ninh Kiều", "Tổng cộng"]
    for line, row in zip(lines, reversed(rows), strict=True):
        shown = [
            float(cell.value / 100) if cell.is_share else cell.value
            for cell in row.cells
        ]
        assert list(line[2:]) == shown


def test_export_is_an_a4_landscape_with_repeated_headings(client, place, department):
    client.force_login(department)

    sheet = sheet_of(client.get(url("summary_export", place.city)))

    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == (
        "landscape",
        9,
    )
    assert sheet.print_title_rows == "$9:$10"
    assert sheet.print_area.startswith("'Tổng hợp 2013'!$A$1:")
    assert {
        cell.font.name for row in sheet.iter_rows() for cell in row if cell.value
    } == {"Times New Roman"}


def test_export_signs_with_the_block_of_the_unit(client, place, department):
    SignatureBlock.objects.create(
        committee=place.city,
        valid_from=date(2010, 1, 1),
        superior="ĐẢNG BỘ",
        issuer="THÀNH ỦY CẦN THƠ",
        place="Cần Thơ",
        on_behalf="T/M BAN THƯỜNG VỤ",
        title="PHÓ BÍ THƯ",
        signer="Trần Văn Mẫu",
    )
    client.force_login(department)

    sheet = sheet_of(client.get(url("summary_export", place.city)))

    texts = [cell.value for row in sheet.iter_rows() for cell in row if cell.value]
    assert {"T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ", "Trần Văn Mẫu"} < set(texts)


def test_export_keeps_a_unit_named_like_a_formula_as_text(client, place, department):
    place.ward.periods.update(name='=HYPERLINK("http://x")')
    client.force_login(department)

    sheet = sheet_of(client.get(url("summary_export", place.district)))

    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if str(cell.value).startswith("=")] == [
        "s"
    ]


def test_export_prints_the_id_under_which_it_was_recorded(client, place, department):
    client.force_login(department)

    sheet = sheet_of(client.get(url("summary_export", place.city)))

    event = AuditEvent.objects.get(action=Action.EXPORT)
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert any(f"X{event.pk:06}" in text for text in texts)
