"""The yearly statement of a workplace: typed, checked against itself, read from above."""

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from members.models import Kind, Member, Registration, Role, WorkplaceYearStatement
from members.queries.year_statements import Counted, stating_unit, units_in_year
from members.services.year_statements import state_year
from party76.audit.models import AuditEvent
from party76.shared.versions import Conflict
from tests.factories.members import (
    make_committee,
    make_exemption,
    make_member,
    make_post,
    make_registration,
    make_user,
)
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}
YEAR = 2025


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def workplace(world, client):
    client.force_login(world.workplace_user)
    return client


def statement(world, **fields):
    numbers = {"total_members": 60, "subject": 50} | fields
    return WorkplaceYearStatement(committee=world.workplace, year=YEAR, **numbers)


def edit(unit, year=YEAR):
    return reverse("members:statement_edit", args=[unit.pk, year])


def typed(**fields):
    numbers = {
        "total_members": "60",
        "subject": "50",
        "exempt_from_introduction": "8",
        "not_introduced": "2",
        "not_introduced_reason": "Mới kết nạp",
    }
    return KEY | numbers | fields


# The service


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        (
            {"subject": 61},
            "subject",
            "Thuộc đối tượng giới thiệu (61) nhiều hơn tổng số đảng viên (60).",
        ),
        (
            {"exempt_from_introduction": 11},
            "exempt_from_introduction",
            (
                "Thuộc đối tượng giới thiệu (50) và miễn giới thiệu (11) cộng lại là 61, "
                "nhiều hơn tổng số 60 đảng viên."
            ),
        ),
        (
            {"not_introduced": 51, "not_introduced_reason": "x"},
            "not_introduced",
            "Chưa giới thiệu (51) nhiều hơn thuộc đối tượng giới thiệu (50).",
        ),
        (
            {"not_introduced": 3},
            "not_introduced_reason",
            "Còn 3 đồng chí chưa giới thiệu; đồng chí ghi rõ lý do.",
        ),
    ],
)
def test_statement_when_it_contradicts_itself_is_refused(
    world, fields, field, sentence
):
    with pytest.raises(ValidationError) as error:
        state_year(statement(world, **fields), version=0, by=world.workplace_user)

    assert error.value.message_dict == {field: [sentence]}
    assert not WorkplaceYearStatement.objects.exists()


def test_statement_when_the_numbers_just_fit_is_stored_and_recorded(world):
    stated = state_year(
        statement(world, exempt_from_introduction=10),
        version=0,
        by=world.workplace_user,
    )

    event = AuditEvent.objects.get(object_type="workplaceyearstatement")
    assert (event.action, event.object_key) == ("create", str(stated.pk))
    assert (event.committee_code, event.facts["year"]) == (world.workplace.code, YEAR)


def test_statement_when_two_type_it_at_once_is_stored_once(world):
    state_year(statement(world), version=0, by=world.workplace_user)

    with pytest.raises(ValidationError, match="Vừa có người khác khai thống kê"):
        state_year(statement(world, subject=9), version=0, by=world.workplace_user)

    assert WorkplaceYearStatement.objects.get().subject == 50


def test_statement_when_changed_on_an_old_page_is_a_conflict(world):
    stated = state_year(statement(world), version=0, by=world.workplace_user)
    stated.subject = 40
    state_year(stated, version=1, by=world.workplace_user)

    with pytest.raises(Conflict):
        state_year(stated, version=1, by=world.workplace_user)


@pytest.mark.parametrize("year", [1999, 2999])
def test_statement_when_the_year_makes_no_sense_is_refused(world, year):
    one = statement(world)
    one.year = year

    with pytest.raises(ValidationError, match=f"cho năm {year}"):
        state_year(one, version=0, by=world.workplace_user)


# What is counted here


def test_counts_when_asked_tell_who_is_introduced_exempt_or_without(world):
    exempt, sent, drafted, *_ = (make_member(world.workplace) for _ in range(5))
    make_exemption(make_registration(exempt, world.ward))
    make_registration(sent, world.ward, state=Registration.State.SENT)
    make_registration(drafted, world.ward, state=Registration.State.DRAFT)
    make_member(world.workplace, status=Member.Status.DEAD)

    found = stating_unit(world.workplace_user, world.workplace.pk)

    assert found.counted == Counted(total=6, introduced=3, exempt=1, without=2)
    assert found.counted.under_way == 1


def test_cell_when_it_has_members_is_stated_by_the_unit_above(world):
    division = make_committee(world.workplace, kind=Kind.DIVISION)
    cell = make_committee(division, kind=Kind.CELL)
    make_member(cell)
    units = {
        one.unit: one.counted.total
        for one in units_in_year(world.department_user, YEAR)
    }

    assert units == {world.workplace: 2}


def test_grassroots_when_below_a_direct_committee_states_for_itself(world):
    direct = make_committee(world.city, kind=Kind.DIRECT)
    school = make_committee(direct, kind=Kind.GRASSROOTS)
    make_member(direct)
    make_member(school)
    user = make_user(Role.WORKPLACE, direct)

    units = {one.unit: one.counted.total for one in units_in_year(user, YEAR)}

    assert units == {direct: 1, school: 1}


def test_cell_when_only_it_is_in_the_scope_states_nothing(world):
    cell = make_committee(world.workplace, kind=Kind.CELL)
    make_member(cell)

    assert units_in_year(make_user(Role.WORKPLACE, cell), YEAR) == []


# The pages


def test_statement_when_typed_is_stored_and_shown(world, workplace):
    answer = workplace.post(edit(world.workplace), typed(is_approximate="on"))
    page = workplace.get(answer.url).content.decode()

    stated = WorkplaceYearStatement.objects.get()
    assert (stated.committee, stated.year) == (world.workplace, YEAR)
    assert (stated.total_members, stated.subject) == (60, 50)
    assert (stated.exempt_from_introduction, stated.not_introduced) == (8, 2)
    assert stated.is_approximate
    assert "Mới kết nạp" in page
    assert "số gần đúng" in page


def test_statement_when_wrong_keeps_what_was_typed(world, workplace):
    page = workplace.post(edit(world.workplace), typed(subject="55"))

    told = page.content.decode()
    assert page.status_code == 422
    assert "cộng lại là 63, nhiều hơn tổng số 60 đảng viên." in told
    assert 'value="55"' in told


def test_statement_page_shows_what_is_counted_and_the_list_behind_it(world, workplace):
    make_member(world.workplace)

    page = workplace.get(edit(world.workplace)).content.decode()

    url = (
        f"{reverse('members:member_list')}?trang_thai=not_introduced&amp;noi_cong_tac="
    )
    assert f'href="{url}{world.workplace.pk}"' in page
    found = workplace.get(
        reverse("members:member_list"),
        {"trang_thai": "not_introduced", "noi_cong_tac": world.workplace.pk},
    )
    counted = stating_unit(world.workplace_user, world.workplace.pk).counted
    assert found.context["page"].total == counted.without == 1


@pytest.mark.parametrize(
    ("who", "read", "write"),
    [
        ("workplace_user", 200, 200),
        ("department_user", 200, 403),
        ("inspector_user", 200, 403),
        ("ward_user", 404, 404),
        ("other_workplace_user", 404, 404),
        ("admin_user", 404, 404),
    ],
)
def test_statement_pages_when_asked_for_answer_by_side(world, client, who, read, write):
    client.force_login(getattr(world, who))

    unit = reverse("members:statement_unit", args=[world.workplace.pk])
    assert client.get(unit).status_code == read
    assert client.get(edit(world.workplace)).status_code == write


def test_statement_of_a_unit_on_paper_is_typed_in_by_the_department(world, client):
    world.workplace.uses_system = False
    world.workplace.save()
    client.force_login(world.department_user)

    client.post(edit(world.workplace), typed())

    assert WorkplaceYearStatement.objects.get().committee == world.workplace


@pytest.mark.parametrize("year", [1999, 2999])
def test_statement_page_of_a_year_without_sense_does_not_exist(world, workplace, year):
    assert workplace.get(edit(world.workplace, year)).status_code == 404


def test_years_when_a_workplace_has_one_unit_are_shown_at_once(world, workplace):
    answer = workplace.get(reverse("members:statement_list"))
    page = workplace.get(answer.url)

    this_year = timezone.localdate().year
    years = [(one.year, one.statement) for one in page.context["years"]]
    assert years == [(this_year, None), (this_year - 1, None)]


def test_department_reads_who_has_stated_and_who_has_not(world, client):
    make_member(world.other_workplace)
    state_year(statement(world), version=0, by=world.workplace_user)
    client.force_login(world.department_user)
    url = reverse("members:statement_list")

    page = client.get(url, {"nam": YEAR})
    missing = client.get(url, {"nam": YEAR, "ds": "chua"})

    numbers = [page.context[name] for name in ("units", "stated", "missing", "sums")]
    assert numbers == [2, 1, 1, [60, 50, 0, 0]]
    assert [row.unit for row in missing.context["page"].rows] == [world.other_workplace]


def test_statements_when_exported_hold_the_same_numbers(world, client):
    make_member(world.other_workplace)
    state_year(
        statement(world, not_introduced=2, not_introduced_reason="Mới kết nạp"),
        version=0,
        by=world.workplace_user,
    )
    client.force_login(world.department_user)

    answer = client.get(reverse("members:statement_export"), {"nam": YEAR})

    sheet = load_workbook(BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(i for i, row in enumerate(rows) if row[0] == "TT")
    assert rows[head + 1 : head + 3] == [
        [1, "Sở Y tế", 60, 50, 0, 2, "Mới kết nạp", None, 1, 1, 0],
        [
            2,
            world.other_workplace.name,
            None,
            None,
            None,
            None,
            None,
            "chưa khai",
            1,
            0,
            1,
        ],
    ]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("workplace_user", 302),
        ("department_user", 200),
        ("inspector_user", 200),
        ("ward_user", 403),
        ("cell_user", 403),
        ("admin_user", 403),
    ],
)
def test_list_of_statements_when_asked_for_answers_by_role(world, client, who, status):
    client.force_login(getattr(world, who))

    assert client.get(reverse("members:statement_list")).status_code == status


@pytest.mark.parametrize("number", [1, 5])
def test_list_of_statements_when_there_are_more_units_asks_no_more(
    world, client, number, django_assert_num_queries
):
    for _ in range(number):
        unit = make_committee(world.city, kind=Kind.GRASSROOTS)
        make_member(unit)
        WorkplaceYearStatement.objects.create(
            committee=unit, year=YEAR, total_members=1, subject=1
        )
    client.force_login(world.department_user)

    with django_assert_num_queries(7):
        client.get(reverse("members:statement_list"), {"nam": YEAR})


def test_workplace_with_two_units_reads_both_in_one_list(world, client):
    make_member(world.other_workplace)
    make_post(world.workplace_user, Role.WORKPLACE, world.other_workplace)
    client.force_login(world.workplace_user)

    page = client.get(reverse("members:statement_list"))

    assert [row.unit for row in page.context["page"].rows] == [
        world.workplace,
        world.other_workplace,
    ]
