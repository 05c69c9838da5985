"""Who is past the age of retirement: a list to look at that changes nothing."""

from datetime import date, timedelta
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from members.models import Member
from members.queries.retirement import (
    Ages,
    age_in,
    past_age,
    past_since,
    retirement_day,
)
from tests.factories.members import make_member, make_registration
from tests.factories.world import make_world

MALE, FEMALE = Member.Gender.MALE, Member.Gender.FEMALE
ON = date(2026, 6, 1)


# The schedule of Nghị định 135/2020, as its annex prints it: birth, sex, month reached


@pytest.mark.parametrize(
    ("born", "gender", "reached"),
    [
        (date(1961, 1, 1), MALE, date(2021, 4, 1)),
        (date(1961, 9, 30), MALE, date(2021, 12, 30)),
        (date(1961, 10, 1), MALE, date(2022, 4, 1)),
        (date(1963, 4, 1), MALE, date(2024, 4, 1)),
        (date(1966, 4, 1), MALE, date(2028, 4, 1)),
        (date(1980, 5, 9), MALE, date(2042, 5, 9)),
        (date(1966, 1, 1), FEMALE, date(2021, 5, 1)),
        (date(1966, 9, 1), FEMALE, date(2022, 5, 1)),
        (date(1975, 5, 1), FEMALE, date(2035, 5, 1)),
        (date(1990, 2, 3), FEMALE, date(2050, 2, 3)),
        (date(1961, 10, 1), "", date(2022, 4, 1)),
        # until 2020: 60 and 55 years
        (date(1962, 5, 15), FEMALE, date(2017, 5, 15)),
        (date(1965, 12, 31), FEMALE, date(2020, 12, 31)),
        (date(1955, 3, 2), MALE, date(2015, 3, 2)),
        (date(1960, 12, 31), MALE, date(2020, 12, 31)),
        (date(1961, 1, 1), FEMALE, date(2016, 1, 1)),
    ],
)
def test_age_is_reached_as_the_decree_says(born, gender, reached):
    assert retirement_day(born, gender, Ages()) == reached


def test_ages_of_a_year_are_those_of_the_schedule():
    assert [age_in(year, MALE) for year in (2021, 2026, 2028, 2040)] == [
        723,
        738,
        744,
        744,
    ]
    assert [age_in(year, FEMALE) for year in (2021, 2026, 2035, 2040)] == [
        664,
        684,
        720,
        720,
    ]


@pytest.mark.parametrize("gender", [MALE, FEMALE])
@pytest.mark.parametrize("ages", [Ages(), Ages(men=720, women=690)])
@pytest.mark.parametrize(
    "on", [date(2026, 1, 1), date(2026, 6, 1), date(2027, 2, 28), date(2036, 2, 29)]
)
@pytest.mark.django_db
def test_list_holds_exactly_those_whose_day_has_come(gender, ages, on):
    world = make_world()
    months = ages.of(gender) or age_in(on.year, gender)
    middle = on - timedelta(days=months * 30.44)
    for days in range(-130, 131, 5):
        make_member(
            world.workplace, gender=gender, birth_date=middle + timedelta(days=days)
        )

    found = set(past_age(world.workplace_user, ages, on=on))

    expected = {
        member
        for member in Member.objects.filter(gender=gender)
        if retirement_day(member.birth_date, gender, ages) <= on
    }
    assert found == expected
    assert 0 < len(found) < 53


@pytest.fixture
def world(db):
    return make_world()


def old_member(workplace, **fields):
    fields.setdefault("gender", MALE)
    return make_member(workplace, birth_date=date(1950, 1, 1), **fields)


def test_list_is_of_ones_own_members_and_those_who_live_here(world):
    own = old_member(world.workplace)
    here = old_member(world.other_workplace)
    make_registration(here, world.ward, cell=world.cell)
    old_member(world.workplace, status=Member.Status.LEFT)
    make_member(world.workplace, gender=MALE, birth_date=date(1990, 1, 1))
    make_member(world.workplace, gender=MALE)

    lists = [
        list(past_age(user, Ages(), on=ON))
        for user in (world.workplace_user, world.ward_user, world.sister_user)
    ]

    assert lists == [[own], [here], []]


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ([(date(1950, 1, 1), MALE), (date(1967, 1, 1), FEMALE)], (2, date(2010, 1, 1))),
        ([(date(1964, 1, 1), MALE), (date(1966, 1, 1), FEMALE)], (2, date(2021, 5, 1))),
        ([(date(1964, 1, 1), "")], (1, date(2025, 4, 1))),
        ([(date(1990, 1, 1), MALE)], (0, None)),
    ],
)
def test_past_are_told_since_the_first_reached_the_age(world, born, expected):
    for day, gender in born:
        make_member(world.workplace, birth_date=day, gender=gender)

    found = past_since(past_age(world.workplace_user, Ages(), on=ON), Ages(), on=ON)

    assert found == expected


@time_machine.travel("2026-06-01T05:00:00Z", tick=False)
def test_page_takes_other_ages_and_changes_nothing(world, client):
    make_member(world.workplace, gender=MALE, birth_date=date(1968, 1, 1))
    client.force_login(world.workplace_user)
    url = reverse("members:retirement_list")

    default = client.get(url)
    lower = client.get(url, {"nam_tuoi": 58})
    nonsense = client.get(url, {"nam_tuoi": "năm"})

    assert [page.context["total"] for page in (default, lower, nonsense)] == [0, 1, 0]
    assert "61" in default.content.decode()
    assert Member.objects.exclude(status=Member.Status.ACTIVE).count() == 0


def test_page_links_to_the_end_for_the_ward_and_to_work_for_the_workplace(
    world, client
):
    member = old_member(world.workplace)
    stay = make_registration(member, world.ward, cell=world.cell)
    end = reverse("members:registration_end", args=[stay.pk])
    transfer = reverse("members:workplace_change", args=[member.pk])
    url = reverse("members:retirement_list")

    client.force_login(world.ward_user)
    ward = client.get(url).content.decode()
    client.force_login(world.workplace_user)
    workplace = client.get(url).content.decode()

    assert [end in text for text in (ward, workplace)] == [True, False]
    assert [transfer in text for text in (ward, workplace)] == [False, True]


def test_excel_holds_what_the_page_shows(world, client):
    member = old_member(world.workplace, full_name="Ngô Văn Già")
    client.force_login(world.workplace_user)

    answer = client.get(reverse("members:retirement_export"))

    sheet = load_workbook(BytesIO(answer.content)).active
    names = [row[1] for row in sheet.iter_rows(values_only=True)]
    assert member.full_name in names


@pytest.mark.parametrize("number", [1, 3])
def test_list_when_there_are_more_asks_no_more(
    world, client, number, django_assert_num_queries
):
    for _ in range(number):
        old_member(world.workplace)
    client.force_login(world.workplace_user)

    with django_assert_num_queries(8):
        client.get(reverse("members:retirement_list"))
