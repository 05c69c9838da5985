import uuid
from datetime import date

import pytest
from django.urls import reverse

from evaluations.models import RatingYear, RuleSet
from evaluations.services.years import Deadlines
from tests.factories.evaluations import make_rating_year, make_rule_set
from tests.factories.members import make_committee, make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def url_of(name, *args):
    return reverse(f"evaluations:{name}", args=args)


def year_fields(world, **fields):
    rule_set = RuleSet.objects.get(code="213")
    return {
        "submission_key": str(uuid.uuid4()),
        "committee": world.city.pk,
        "rule_set": rule_set.pk,
        "year": "2024",
        "period_from": "01/01/2024",
        "last_day": "31/12/2024",
        "reference_day": "15/11/2024",
        "propose_by": "20/11/2024",
        "uses_contact_book": "on",
        **fields,
    }


def test_first_year_offers_the_two_rule_sets_before_the_form(world, client):
    client.force_login(world.department_user)

    before = client.get(url_of("year_add")).content.decode()
    client.post(url_of("rule_set_add"), {"committee": world.city.pk})
    after = client.get(url_of("year_add"))

    assert "Ghi hai quy định này" in before
    assert [
        rules.code for rules in after.context["form"].fields["rule_set"].queryset
    ] == [
        "213",
        "76",
    ]


def test_rule_sets_are_not_written_for_a_unit_of_somebody_else(world, client):
    other = make_committee(name="Tỉnh ủy Vĩnh Long")
    client.force_login(world.department_user)

    response = client.post(url_of("rule_set_add"), {"committee": other.pk})

    assert response.status_code == 404
    assert not RuleSet.objects.exists()


def test_rule_sets_are_refused_to_a_ward(world, client):
    client.force_login(world.ward_user)

    response = client.post(url_of("rule_set_add"), {"committee": world.ward.pk})

    assert response.status_code == 403


def test_year_form_opens_the_year_with_its_last_day_included(world, client):
    make_rule_set(world.city, by=world.department_user)
    client.force_login(world.department_user)

    response = client.post(url_of("year_add"), year_fields(world))

    year = RatingYear.objects.get()
    assert response["Location"] == url_of("year_detail", year.pk)
    assert (year.period_from, year.period_to) == (date(2024, 1, 1), date(2025, 1, 1))
    assert (year.propose_by, year.confirm_by) == (date(2024, 11, 20), None)
    assert year.evaluations.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"last_day": "31/12/2023"}, "sau ngày đầu kỳ"),
        ({"reference_day": "15/11/2025"}, "nằm trong kỳ"),
        ({"reference_day": ""}, "nhập ngày"),
        ({"period_from": "31/02/2024"}, "Ngày không đúng"),
    ],
)
def test_year_form_tells_what_does_not_fit(world, client, fields, sentence):
    make_rule_set(world.city, by=world.department_user)
    client.force_login(world.department_user)

    page = client.post(url_of("year_add"), year_fields(world, **fields))

    assert page.status_code == 422
    told = [text for texts in page.context["form"].errors.values() for text in texts]
    assert len(told) == 1
    assert sentence in told[0]
    assert not RatingYear.objects.exists()


def test_year_form_does_not_open_a_year_for_a_unit_of_somebody_else(world, client):
    make_rule_set(world.city, by=world.department_user)
    other = make_committee(name="Tỉnh ủy Vĩnh Long")
    client.force_login(world.department_user)

    page = client.post(url_of("year_add"), year_fields(world, committee=other.pk))

    assert page.status_code == 422
    assert not RatingYear.objects.exists()


@pytest.mark.parametrize("wards", [1, 3])
def test_year_detail_takes_the_same_queries_for_any_number_of_units(
    world, client, wards, django_assert_num_queries
):
    for number in range(wards - 1):
        ward = make_committee(world.city, name=f"Đảng ủy phường {number}")
        make_registration(make_member(world.workplace), ward)
    year = make_rating_year(world.city, by=world.department_user)
    client.force_login(world.department_user)

    with django_assert_num_queries(7):
        page = client.get(url_of("year_detail", year.pk))

    assert len(page.context["units"]) == wards


def test_year_detail_puts_late_units_first_and_counts_no_draft_by_result(world, client):
    done = make_registration(make_member(world.workplace), world.sister_ward)
    year = make_rating_year(
        world.city,
        by=world.department_user,
        deadlines=Deadlines(date(2013, 11, 20), None, date(2013, 12, 15)),
    )
    year.evaluations.filter(registration=done).update(
        outcome="not_rated", reason="Đi xa", state="returned"
    )
    client.force_login(world.department_user)

    page = client.get(url_of("year_detail", year.pk))

    units = page.context["units"]
    assert [(unit.unit, unit.late) for unit in units] == [
        (world.ward, ["đề xuất", "trả về nơi công tác"]),
        (world.sister_ward, []),
    ]
    assert (page.context["total"].due, page.context["total"].open) == (2, 1)


def test_year_detail_shows_a_ward_its_own_progress_alone(world, client):
    make_registration(make_member(world.workplace), world.sister_ward)
    year = make_rating_year(world.city, by=world.department_user)
    client.force_login(world.ward_user)

    page = client.get(url_of("year_detail", year.pk))

    assert [unit.unit for unit in page.context["units"]] == [world.ward]


def test_refresh_by_a_ward_adds_its_own_rows_alone(world, client):
    year = make_rating_year(world.city, by=world.department_user)
    mine = make_registration(make_member(world.workplace), world.ward)
    make_registration(make_member(world.workplace), world.sister_ward)
    client.force_login(world.ward_user)

    page = client.post(url_of("year_refresh", year.pk), follow=True)

    assert "thêm 1" in page.content.decode()
    assert {row.registration for row in year.evaluations.all()} == {
        world.registration,
        mine,
    }


def test_close_and_reopen_year_by_the_department(world, client):
    year = make_rating_year(world.city, by=world.department_user)
    client.force_login(world.department_user)
    shown = client.get(url_of("year_close", year.pk)).content.decode()
    assert "1 dòng chưa xong" in shown

    client.post(
        url_of("year_close", year.pk),
        {
            "submission_key": str(uuid.uuid4()),
            "version": year.version,
            "name": "Vũ Thị Ban",
            "on": "05/01/2014",
        },
    )
    year.refresh_from_db()
    assert not year.is_open

    client.post(
        url_of("year_reopen", year.pk),
        {
            "submission_key": str(uuid.uuid4()),
            "version": year.version,
            "reason": "Phường nộp chậm",
        },
    )
    year.refresh_from_db()
    assert year.is_open


def test_close_year_that_somebody_changed_meanwhile_is_a_conflict(world, client):
    year = make_rating_year(world.city, by=world.department_user)
    RatingYear.objects.update(version=2)
    client.force_login(world.department_user)

    response = client.post(
        url_of("year_close", year.pk),
        {
            "submission_key": str(uuid.uuid4()),
            "version": year.version,
            "name": "Vũ Thị Ban",
            "on": "05/01/2014",
        },
    )

    assert response.status_code == 409
    assert RatingYear.objects.get().is_open
