"""A record merged into another: met nowhere, found under what it said."""

import pytest
from django.urls import reverse

from members.imports.runs import ListKind
from members.models import Member, MemberMerge
from members.queries.known_persons import known_persons
from members.queries.persons import possible_duplicates
from members.services.imports import write_incoming
from tests.factories.merges import BORN, make_twins
from tests.factories.world import make_world
from tests.members.imports import TODAY, outcomes, plan_rows

pytestmark = pytest.mark.django_db
State = MemberMerge.State


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def twins(world):
    return make_twins(
        world,
        own={"phone": "", "card_number": "11.000088"},
        written={"phone": "0913456789", "card_number": "11.000077"},
    )


@pytest.fixture
def as_user(client, world):
    """as_user(who) → the client, logged in as that person."""

    def log_in(who: str):
        client.force_login(getattr(world, who))
        return client

    return log_in


def page(name: str, merge) -> str:
    return reverse(f"members:{name}", args=[merge.pk])


def test_file_of_the_merged_record_leads_to_the_one_that_stands(twins, as_user):
    twins.merge()
    old, new = (
        reverse("reports:member_file", args=[member.pk])
        for member in (twins.written, twins.own)
    )

    assert as_user("ward_user").get(old).url == new
    assert as_user("workplace_user").get(old).url == new
    assert as_user("sister_user").get(old).status_code == 404
    assert as_user("ward_user").get(new).status_code == 200


def test_merged_record_is_in_no_list_and_no_search(twins, as_user, world):
    twins.merge()
    url = reverse("members:member_list")

    for who in ("ward_user", "workplace_user", "department_user"):
        for listed in ("current", "gone", "not_introduced"):
            rows = as_user(who).get(url, {"trang_thai": listed}).context["page"].rows
            assert twins.written.pk not in {row.pk for row in rows}, (who, listed)
        found = as_user(who).post(url, {"q": "Trần Thị Hòa"}).context["page"].rows
        assert [row.pk for row in found] == [twins.own.pk], who


def test_merged_record_is_no_duplicate_of_anybody(twins):
    twins.merge()

    found = possible_duplicates(full_name="Trần Thị Hòa", birth_date=BORN)

    assert [member.pk for member in found] == [twins.own.pk]


def test_paper_letter_with_the_card_of_the_merged_record_finds_the_other(twins, world):
    twins.merge()

    found = known_persons(
        card_number="11.000077",
        full_name="Trần Thị Hòa",
        birth_date=None,
        workplace=None,
        by=world.sister_user,
    )

    assert [known.member.pk for known in found] == [twins.own.pk]


HEAD = "Họ và tên\tNgày sinh\tSố thẻ\tĐơn vị công tác\tNgày tiếp nhận"


@pytest.mark.parametrize(
    "row",
    [
        "Trần Thị Hòa\t19/05/1970\t11.000077\tSở Y tế\t01/01/2012",
        "Trần Thị Hòa\t19/05/1970\t11.000088\tSở Y tế\t01/01/2012",
        "Trần Thị Hòa\t19/05/1970\t\tSở Y tế\t01/01/2012",
    ],
)
def test_list_of_the_ward_finds_the_record_that_stands(twins, world, row):
    twins.merge()

    plan = plan_rows(f"{HEAD}\n{row}", world.ward)

    assert outcomes(plan) == {2: "unchanged"}
    assert plan.preview.rows[-1].target == twins.own.pk


def test_list_of_the_workplace_with_the_merged_card_writes_no_second_card(twins, world):
    twins.merge()
    head = "Họ và tên\tNgày sinh\tSố thẻ\tChức vụ"
    row = "Trần Thị Hòa\t19/05/1970\t11.000077\tBác sĩ"

    plan = plan_rows(f"{head}\n{row}", world.workplace, kind=ListKind.WORKERS)
    write_incoming(
        plan.incoming,
        committee=world.workplace,
        today=TODAY,
        source={},
        by=world.workplace_user,
    )

    kept = Member.objects.get(pk=twins.own.pk)
    assert (kept.card_number, kept.position) == ("11.000088", "Bác sĩ")


def test_merged_record_is_not_counted_at_its_workplace(world, as_user):
    twins = make_twins(world, written={"workplace": world.workplace})
    url = reverse("members:committee_detail", args=[world.workplace.pk])
    before = as_user("workplace_user").get(url).content.decode()

    twins.merge()
    after = as_user("workplace_user").get(url).content.decode()

    assert before != after
    assert (
        Member.objects.visible_to(world.workplace_user)
        .filter(workplace=world.workplace)
        .count()
        == 2
    )
