"""Notices and books on the home pages of both sides."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from members.models import Member
from reports.queries.todos.above import department_todos
from reports.queries.todos.notices import book_todos, notice_todos
from tests.factories.evaluations import make_rating_year
from tests.factories.members import make_exemption, make_member, make_registration
from tests.factories.residence import make_book, make_notice
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 15)
PAST, NEXT = TODAY - timedelta(days=3), TODAY + timedelta(days=3)


@pytest.fixture
def world():
    return make_world()


def lines(user):
    return [
        (todo.text, todo.count, todo.since, todo.due, todo.is_late)
        for todo in notice_todos(user, TODAY)
    ]


def test_ward_sees_drafts_late_ones_and_those_still_in_time(world):
    stay = world.registration
    make_notice(stay, due_on=NEXT)
    make_notice(stay, state="seen", sent_on=date(2026, 6, 3), due_on=PAST)
    make_notice(stay, state="sent", sent_on=date(2026, 6, 5), due_on=NEXT)
    make_notice(stay, state="sent", sent_on=date(2026, 6, 4))
    make_notice(stay, state="answered", answered_on=TODAY, due_on=PAST)

    assert lines(world.ward_user) == [
        (
            "thông báo quá hạn, nơi công tác chưa trả lời",
            1,
            date(2026, 6, 3),
            PAST,
            True,
        ),
        ("thông báo đang soạn, chưa gửi", 1, date(2026, 6, 1), NEXT, False),
        (
            "thông báo đã gửi, chờ nơi công tác trả lời",
            2,
            date(2026, 6, 4),
            NEXT,
            False,
        ),
    ]


def test_workplace_sees_what_is_late_and_what_is_new(world):
    stay = world.registration
    make_notice(stay)
    make_notice(stay, state="seen", sent_on=date(2026, 6, 3), due_on=PAST)
    make_notice(stay, state="sent", sent_on=date(2026, 6, 5), due_on=NEXT)

    assert lines(world.workplace_user) == [
        (
            "thông báo của nơi cư trú quá hạn trả lời",
            1,
            date(2026, 6, 3),
            PAST,
            True,
        ),
        (
            "thông báo của nơi cư trú chờ trả lời, trong đó 1 thông báo chưa mở xem",
            1,
            date(2026, 6, 5),
            NEXT,
            False,
        ),
    ]


def test_workplace_counts_what_it_has_not_opened_where_it_stands(world):
    stay = world.registration
    for state, due in (("sent", PAST), ("seen", PAST), ("sent", NEXT), ("sent", None)):
        make_notice(stay, state=state, sent_on=date(2026, 6, 3), due_on=due)

    todos = list(notice_todos(world.workplace_user, TODAY))

    assert [(todo.count, todo.text, todo.action_label) for todo in todos] == [
        (
            2,
            "thông báo của nơi cư trú quá hạn trả lời, trong đó 1 thông báo chưa mở xem",
            "Xem, trả lời",
        ),
        (
            2,
            "thông báo của nơi cư trú chờ trả lời, trong đó 2 thông báo chưa mở xem",
            "Xem, trả lời",
        ),
    ]


def test_department_sees_what_its_units_have_not_answered_in_time(world):
    stay = world.registration
    make_notice(stay, due_on=PAST)
    make_notice(stay, state="seen", sent_on=date(2026, 6, 3), due_on=PAST)
    make_notice(stay, state="sent", sent_on=date(2026, 6, 4), due_on=PAST)
    make_notice(stay, state="sent", sent_on=date(2026, 6, 5), due_on=NEXT)

    todos = [
        todo
        for todo in department_todos(world.department_user, TODAY)
        if "thông báo" in todo.text
    ]

    address = f"{reverse('residence:notice_list')}?phan=qua-han"
    assert [
        (todo.count, todo.since, todo.due, todo.is_late, todo.url) for todo in todos
    ] == [(2, date(2026, 6, 3), PAST, True, address)]


@pytest.mark.parametrize("who", ["ward_user", "workplace_user"])
def test_number_is_that_of_the_list_behind_it(world, client, who):
    stay = world.registration
    make_notice(stay, state="sent", due_on=PAST)
    make_notice(stay, state="sent", due_on=TODAY)
    make_notice(stay, state="seen", due_on=NEXT)
    make_notice(stay, state="sent")
    client.force_login(getattr(world, who))

    with time_machine.travel(TODAY):
        pages = {
            todo.count: client.get(todo.url).context["page"].rows
            for todo in notice_todos(getattr(world, who), TODAY)
        }

    assert {number: len(rows) for number, rows in pages.items()} == {1: 1, 3: 3}


def test_notice_due_today_is_not_late_yet(world):
    make_notice(world.registration, state="sent", due_on=TODAY)

    assert [late for *_, late in lines(world.ward_user)] == [False]


@pytest.mark.parametrize(
    "who", ["cell_user", "sister_user", "other_workplace_user", "department_user"]
)
def test_others_are_asked_for_nothing(world, who):
    make_notice(world.registration, state="sent", due_on=PAST)

    assert lines(getattr(world, who)) == []


@pytest.mark.parametrize("status", ["dead", "left", "merged"])
def test_notice_on_nobody_still_followed_is_asked_of_nobody(world, status):
    make_notice(world.registration, state="sent", due_on=PAST)
    Member.objects.filter(pk=world.member.pk).update(status=status)

    assert (lines(world.ward_user), lines(world.workplace_user)) == ([], [])


def test_notices_cost_a_statement_a_side(world, django_assert_num_queries):
    for _ in range(3):
        make_notice(world.registration, state="sent")
    _ = world.ward_user.scopes

    with django_assert_num_queries(1):
        lines(world.ward_user)


@pytest.mark.parametrize("who", ["ward_user", "cell_user"])
def test_books_nobody_came_for_are_counted_since_the_first(world, who):
    second = make_registration(
        make_member(world.workplace), world.ward, cell=world.cell
    )
    make_book(world.registration)
    make_book(second, issued_on=date(2026, 1, 5))

    [todo] = book_todos(getattr(world, who), TODAY)

    assert (todo.text, todo.count, todo.since) == (
        "sổ liên hệ năm 2026 đã cấp, chưa nhận",
        2,
        date(2026, 1, 5),
    )


def test_books_of_the_exempt_are_not_waited_for(world):
    make_book(world.registration)
    make_exemption(world.registration)

    assert list(book_todos(world.ward_user, TODAY)) == []


def test_books_switched_off_are_not_spoken_of(world):
    make_book(world.registration)
    make_rating_year(
        world.city,
        code="213",
        by=world.department_user,
        year=2026,
        period=(date(2026, 1, 1), date(2027, 1, 1)),
        uses_contact_book=False,
    )

    assert list(book_todos(world.ward_user, TODAY)) == []
