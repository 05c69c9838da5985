"""The page of contact books: who has one, and what is noted for many at once."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations.models import RatingYear
from evaluations.queries import uses_contact_books
from residence.models import ContactBook
from tests.factories.evaluations import make_rating_year
from tests.factories.members import (
    make_exemption,
    make_member,
    make_registration,
)
from tests.factories.residence import make_book
from tests.factories.world import make_world
from tests.reports.reading import text_of

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
YEAR = TODAY.year
LIST = reverse("reports:contact_book_list")
ACT = reverse("reports:contact_book_act")
PRINT = reverse("reports:contact_book_print")


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def neighbour(world):
    member = make_member(world.other_workplace, full_name="Trần Văn An")
    return make_registration(member, world.ward, cell=world.sister_cell)


@pytest.fixture
def ward(client, world):
    client.force_login(world.ward_user)
    return client


def act(client, what, *ticks, **fields):
    body = {what: "1", "on": f"{TODAY:%d/%m/%Y}", "chon": ticks, "nam": YEAR}
    return client.post(ACT, body | fields)


def switch_off(world):
    year = make_rating_year(
        world.city,
        code="213",
        by=world.department_user,
        year=YEAR,
        period=(date(YEAR, 1, 1), date(YEAR + 1, 1, 1)),
        uses_contact_book=False,
    )
    assert RatingYear.objects.get(pk=year.pk).uses_contact_book is False


def test_page_names_everybody_who_should_have_a_book(ward, world, neighbour):
    exempt = make_registration(
        make_member(world.workplace, full_name="Người Miễn"), world.ward
    )
    make_exemption(exempt)

    text = text_of(ward.get(LIST))

    assert [name in text for name in ("Lê Thị Hòa", "Trần Văn An", "Người Miễn")] == [
        True,
        True,
        False,
    ]


def test_page_of_a_cell_is_about_its_own_people(client, world, neighbour):
    client.force_login(world.cell_user)

    text = text_of(client.get(LIST))

    assert ("Lê Thị Hòa" in text, "Trần Văn An" in text) == (True, False)


def test_page_of_a_cell_hides_its_sisters_whatever_is_asked_for(
    client, world, neighbour
):
    client.force_login(world.cell_user)
    asked = {"don_vi": world.ward.pk, "chi_bo": world.sister_cell.pk}

    rows = client.get(LIST, asked).context["page"].rows
    printed = text_of(client.get(PRINT, asked))

    assert list(rows) == [world.registration]
    assert "Trần Văn An" not in printed


def test_page_by_state_and_cell_narrows_the_list(ward, world, neighbour):
    make_book(neighbour, year=YEAR, issued_on=TODAY)

    def stays(**chosen):
        return list(ward.get(LIST, chosen).context["page"].rows)

    assert stays(tinh_trang="chua-cap") == [world.registration]
    assert stays(tinh_trang="chua-nhan") == [neighbour]
    assert stays(chi_bo=world.sister_cell.pk) == [neighbour]


def test_page_by_name_goes_by_post(ward, world, neighbour):
    found = ward.post(LIST, {"q": "tran van an"}).context["page"].rows
    in_url = ward.get(LIST, {"q": "tran van an"}).context["page"].rows

    assert (list(found), len(in_url)) == ([neighbour], 2)


def test_act_for_those_ticked_issues_numbers_and_comes_back(ward, world, neighbour):
    ticks = [f"{stay.pk}:0" for stay in (world.registration, neighbour)]

    response = act(ward, "cap", *ticks, first_number="001")

    assert response.status_code == 302
    numbers = ContactBook.objects.filter(year=YEAR).values_list(
        "registration", "number"
    )
    assert dict(numbers) == {world.registration.pk: "001", neighbour.pk: "002"}


def test_act_for_the_whole_list_does_it_for_whom_it_comes_next(ward, world, neighbour):
    make_book(neighbour, year=YEAR, issued_on=TODAY, collected_on=TODAY)
    make_book(world.registration, year=YEAR, issued_on=TODAY)

    act(ward, "nhan", tat_ca="1")

    assert ContactBook.objects.filter(collected_on=TODAY).count() == 2


def test_taking_back_for_a_whole_list_needs_a_state(ward, world):
    make_book(world.registration, year=YEAR, issued_on=TODAY)

    response = act(ward, "hoan", tat_ca="1")

    assert response.status_code == 422
    assert ContactBook.objects.count() == 1


def test_act_refused_keeps_ticks_number_and_says_who(ward, world, neighbour):
    make_book(neighbour, year=YEAR, issued_on=TODAY)
    ticks = [f"{world.registration.pk}:0", f"{neighbour.pk}:1"]

    response = act(ward, "cap", *ticks, first_number="077")

    rows = response.context["page"].rows
    assert response.status_code == 422
    assert "Đồng chí Trần Văn An: đã được cấp sổ" in text_of(response)
    assert 'value="077"' in response.content.decode()
    assert all(stay.ticked for stay in rows)
    assert ContactBook.objects.count() == 1


def test_act_on_an_old_page_is_one_success_and_one_sentence(ward, world):
    make_book(world.registration, year=YEAR, issued_on=TODAY)
    tick = f"{world.registration.pk}:1"
    act(ward, "nhan", tick)

    second = act(ward, "nhan", tick)

    assert second.status_code == 422
    assert "vừa có người khác ghi sổ" in text_of(second)


def test_switched_off_the_page_says_so_and_writes_nothing(ward, world):
    switch_off(world)

    text = text_of(ward.get(LIST))
    act(ward, "cap", f"{world.registration.pk}:0")

    assert "không dùng sổ liên hệ" in text
    assert "Cấp sổ" not in text
    assert not ContactBook.objects.exists()


def test_books_are_kept_where_the_nearest_rating_year_says_so(world):
    switch_off(world)
    year = RatingYear.objects.get(committee=world.city)
    RatingYear.objects.create(
        committee=world.sister_ward,
        rule_set=year.rule_set,
        year=YEAR,
        period_from=year.period_from,
        period_to=year.period_to,
        reference_day=year.reference_day,
    )
    paths = [world.ward.path, world.sister_ward.path]

    kept = uses_contact_books(paths, YEAR)
    next_year = uses_contact_books(paths, YEAR + 1)

    assert (kept, next_year) == (
        {world.ward.path: False, world.sister_ward.path: True},
        dict.fromkeys(paths, True),
    )


def test_page_leads_to_the_notice_for_those_who_have_not_come(ward, world):
    make_book(world.registration, year=YEAR, issued_on=TODAY)

    page = ward.get(LIST)
    candidates = text_of(ward.get(page.context["notice_url"]))

    assert "Lập thông báo cho người chưa nhận sổ" in text_of(page)
    assert "Lê Thị Hòa" in candidates


def test_print_lists_all_pages_with_the_totals(ward, world, neighbour):
    make_book(neighbour, year=YEAR, issued_on=TODAY, number="07")
    make_registration(make_member(world.workplace, full_name="Ngô Mới"), world.ward)

    text = text_of(ward.get(PRINT))

    assert f"DANH SÁCH SỔ LIÊN HỆ NĂM {YEAR}" in text
    assert "Danh sách có 3 đồng chí." in text
    assert "Ngô Mới" in text
    assert "đã cấp, chưa nhận 1" in text


def test_department_reads_any_ward_and_writes_in_none(client, world, neighbour):
    client.force_login(world.department_user)

    response = client.get(LIST, {"don_vi": world.ward.pk})

    assert response.context["writes"] is False
    assert "Trần Văn An" in text_of(response)
    assert act(client, "cap", f"{neighbour.pk}:0").status_code == 403


@pytest.mark.parametrize("count", [1, 40])
def test_page_takes_as_many_statements_for_many_as_for_one(
    ward, world, count, django_assert_num_queries
):
    for _ in range(count):
        make_book(
            make_registration(make_member(world.workplace), world.ward),
            year=YEAR,
            issued_on=TODAY,
        )

    with django_assert_num_queries(15):
        ward.get(LIST)


def test_long_list_goes_on_page_by_page(ward, world):
    for _ in range(104):
        make_registration(make_member(world.workplace), world.ward)

    first = ward.get(LIST).context["page"]
    second = ward.post(LIST, {"after": first.next}).context["page"]

    assert (len(first.rows), len(second.rows)) == (100, 5)


def test_page_without_a_choice_shows_the_year_it_is_about(ward):
    page = ward.get(LIST)

    assert page.context["form"]["nam"].value() == str(YEAR)
    assert f"Sổ liên hệ năm {YEAR}" in text_of(page)
