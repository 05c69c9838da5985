"""What waits for a workplace on its home page: how many, since when, and where to do it."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Member, Registration, WorkplaceYearStatement
from members.services.letters import draft_letter, introduce, return_letter
from members.services.workplaces import change_workplace
from reports.queries.todos.arrivals import arrival_todos
from reports.queries.todos.workplace import workplace_todos
from tests.factories.members import make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
State = Registration.State


@pytest.fixture
def world():
    return make_world()


def state(world, year):
    WorkplaceYearStatement.objects.create(
        committee=world.workplace, year=year, total_members=1, subject=1
    )


def todos(world, on=TODAY):
    found = workplace_todos(world.workplace_user, on)
    return {todo.text: (todo.count, todo.since, todo.due, todo.url) for todo in found}


def letters(tab):
    return f"{reverse('members:letter_list')}?muc={tab}"


def test_member_who_came_over_is_told_to_the_new_workplace(world):
    member = make_member(world.outside_workplace)
    make_registration(member, world.ward)
    for version, day in ((1, date(2026, 3, 1)), (2, date(2026, 11, 2))):
        to = world.past_workplace if version == 1 else world.workplace
        change_workplace(
            member, workplace=to, on=day, version=version, by=world.ward_user
        )

    told = {
        user: [
            (todo.count, todo.since, todo.url) for todo in arrival_todos(user, TODAY)
        ]
        for user in (world.workplace_user, world.past_workplace_user, world.ward_user)
    }

    file = reverse("reports:member_file", args=[member.pk])
    assert told == {
        world.workplace_user: [(1, date(2026, 11, 2), file)],
        world.past_workplace_user: [],
        world.ward_user: [],
    }


def test_letters_when_they_wait_are_told_with_their_day_and_page(world):
    state(world, 2026)
    drafted, sent, returned, asked, ended = (
        make_member(world.workplace) for _ in range(5)
    )
    draft_letter(drafted, ward=world.ward, by=world.workplace_user)
    letter = introduce(sent, ward=world.ward, by=world.workplace_user)
    Registration.objects.filter(pk=letter.pk).update(sent_on=date(2026, 9, 1))
    back = introduce(returned, ward=world.ward, by=world.workplace_user)
    return_letter(back, reason="Sai", version=2, by=world.ward_user)
    make_registration(
        asked, world.ward, state=State.LETTER_ASKED, asked_on=date(2026, 10, 1)
    )
    make_registration(ended, world.ward, ended_on=date(2026, 8, 1))

    today = timezone.localdate()
    assert todos(world) == {
        "giấy giới thiệu bị trả lại, cần giới thiệu lại": (
            1,
            today,
            None,
            letters("tra-lai"),
        ),
        "đồng chí được nơi cư trú đề nghị gửi giấy giới thiệu": (
            1,
            date(2026, 10, 1),
            None,
            letters("de-nghi"),
        ),
        "đồng chí đã kết thúc ở nơi cư trú, cần giới thiệu nơi mới hoặc ghi nhận": (
            1,
            date(2026, 8, 1),
            None,
            letters("da-ket-thuc"),
        ),
        "giấy giới thiệu đang soạn, chưa gửi": (1, today, None, letters("dang-soan")),
        "giấy giới thiệu đã gửi, nơi cư trú chưa tiếp nhận": (
            1,
            date(2026, 9, 1),
            None,
            letters("cho-tiep-nhan"),
        ),
    }


def test_members_when_nothing_was_done_for_them_are_told_once(world):
    state(world, 2026)
    make_member(world.workplace)
    make_member(world.workplace, status=Member.Status.DEAD)
    returned = make_member(world.workplace)
    make_registration(returned, world.ward, state=State.RETURNED)

    found = todos(world)

    text = "đồng chí chưa được giới thiệu về nơi cư trú"
    assert found[text] == (1, None, None, reverse("members:letter_batch"))


@pytest.mark.parametrize(
    ("on", "stated", "year", "since", "due"),
    [
        (date(2026, 3, 1), 2026, 2025, date(2026, 1, 1), None),
        (date(2026, 11, 20), 2025, 2026, None, date(2026, 12, 31)),
    ],
)
def test_statement_when_it_is_missing_is_asked_for(world, on, stated, year, since, due):
    state(world, stated)

    url = reverse("members:statement_edit", args=[world.workplace.pk, year])
    assert todos(world, on) == {
        f"Sở Y tế chưa khai thống kê năm {year}": (None, since, due, url)
    }


def test_statement_when_it_is_there_is_not_asked_for(world):
    state(world, 2026)

    assert todos(world) == {}


def test_others_than_workplaces_are_asked_for_nothing(world):
    assert list(workplace_todos(world.ward_user, TODAY)) == []
