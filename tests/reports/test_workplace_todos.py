"""What waits for a workplace on its home page: how many, since when, and where to do it."""

from datetime import date, datetime, time

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations.models import Evaluation, EvaluationStep
from members.models import Member, Registration, Role, WorkplaceYearStatement
from members.services.letters import (
    ask_for_letter,
    draft_letter,
    introduce,
    return_letter,
)
from members.services.stays import note_end
from members.services.workplaces import change_workplace
from party76.audit.models import AuditEvent
from reports.queries.todos.arrivals import arrival_todos
from reports.queries.todos.workplace import workplace_todos
from tests.factories.evaluations import make_rating_year as make_year_of_sheets
from tests.factories.members import make_member, make_registration, make_user
from tests.factories.reports import make_city, make_evaluation, make_rating_year
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
State = Registration.State


@pytest.fixture
def world():
    world = make_world()
    Registration.objects.update(letter_number="1-GGT/ĐU")
    return world


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
        "giấy giới thiệu bị trả lại, cần giới thiệu lại hoặc ghi nhận": (
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
        "giấy giới thiệu chưa ghi số": (
            1,
            date(2026, 9, 1),
            None,
            letters("chua-ghi-so"),
        ),
    }


def test_letters_without_a_number_are_told_since_the_first_until_it_is_written(world):
    state(world, 2026)
    first, second, unknown, draft = (make_member(world.workplace) for _ in range(4))
    make_registration(first, world.ward, received_on=date(2026, 2, 1))
    letter = make_registration(second, world.ward, received_on=date(2026, 1, 5))
    make_registration(unknown, world.ward, is_letter_unknown=True)
    draft_letter(draft, ward=world.ward, by=world.workplace_user)

    before = todos(world).get("giấy giới thiệu chưa ghi số")
    Registration.objects.filter(pk=letter.pk).update(letter_number="2-GGT/ĐU")
    after = todos(world).get("giấy giới thiệu chưa ghi số")

    assert before == (2, date(2026, 1, 5), None, letters("chua-ghi-so"))
    assert after == (1, date(2026, 2, 1), None, letters("chua-ghi-so"))


def test_members_when_nothing_was_done_for_them_are_told_once(world):
    state(world, 2026)
    make_member(world.workplace)
    make_member(world.workplace, status=Member.Status.DEAD)
    returned = make_member(world.workplace)
    make_registration(returned, world.ward, state=State.RETURNED)

    found = todos(world)

    text = "đồng chí chưa từng được giới thiệu về nơi cư trú"
    url = f"{reverse('members:letter_batch')}?ds=chua-tung"
    assert found[text] == (1, None, None, url)


def test_members_never_introduced_are_as_many_as_the_list_that_opens(client, world):
    state(world, 2026)
    new = make_member(world.workplace)
    withdrawn, returned, asked, ended = (make_member(world.workplace) for _ in range(4))
    make_registration(withdrawn, world.ward, state=State.WITHDRAWN)
    make_registration(returned, world.ward, state=State.RETURNED)
    make_registration(asked, world.ward, state=State.LETTER_ASKED)
    make_registration(ended, world.ward, ended_on=date(2026, 8, 1))
    client.force_login(world.workplace_user)

    [(count, url)] = [
        (count, url)
        for text, (count, _, _, url) in todos(world).items()
        if "chưa từng" in text
    ]
    context = client.get(url).context
    more = client.post(url, {"ds": "chua-tung", "q": "Không Có Ai"}).context

    assert count == context["total"] == 2
    assert {member for member, _, _ in context["rows"]} == {new, withdrawn}
    assert more["total"] == 0


def test_comments_that_came_back_are_as_many_as_the_list_that_opens(client):
    """Of two open years each has its line; who left or is exempt is in neither."""
    place = make_city()
    for number in (1, 2):
        place.stay(tier=number)
    make_evaluation(place.stay(), place.year, outcome=Evaluation.Outcome.EXEMPT)
    gone = place.stay(tier=1).member
    gone.status = Member.Status.LEFT
    gone.save()
    make_evaluation(place.stay(), make_rating_year(place.city, year=2012), tier=3)
    user = make_user(Role.WORKPLACE, place.workplace)
    client.force_login(user)

    lines = {
        todo.text: (todo.count, client.get(todo.url).context["total"])
        for todo in workplace_todos(user, date(2013, 11, 20))
        if "đã trả về" in todo.text
    }

    assert lines == {
        "đồng chí có nhận xét năm 2013 đã trả về, dùng cho đánh giá cuối năm": (2, 2),
        "đồng chí có nhận xét năm 2012 đã trả về, dùng cho đánh giá cuối năm": (1, 1),
    }


def test_request_when_taken_back_is_told_until_noted_then_he_is_to_be_introduced(world):
    state(world, 2026)
    member = make_member(world.workplace)
    request = ask_for_letter(member, ward=world.ward, on=TODAY, by=world.ward_user)
    return_letter(request, reason="Nhầm người", version=1, by=world.ward_user)

    told = todos(world)
    note_end(request, on=TODAY, version=2, by=world.workplace_user)
    after = todos(world)

    assert told == {
        "đề nghị giới thiệu mà nơi cư trú đã rút": (
            1,
            timezone.localdate(),
            None,
            letters("rut-de-nghi"),
        )
    }
    assert after == {
        "đồng chí chưa từng được giới thiệu về nơi cư trú": (
            1,
            None,
            None,
            f"{reverse('members:letter_batch')}?ds=chua-tung",
        )
    }


NOT_INTRODUCED = "đồng chí chưa từng được giới thiệu về nơi cư trú"


def entered(member, day):
    recorded(day, action="create", object_key=member.pk)


def listed(members, unit, day):
    facts = {"members_added": [member.pk for member in members]}
    recorded(day, action="import", committee_code=unit.code, facts=facts)


def recorded(day, **fields):
    moment = timezone.make_aware(datetime.combine(day, time(12)))
    AuditEvent.objects.create(at=moment, object_type="member", **fields)


def test_members_not_introduced_are_told_since_the_first_was_entered(world):
    state(world, 2026)
    by_hand, in_a_list, in_it_too = (make_member(world.workplace) for _ in range(3))
    entered(by_hand, date(2026, 3, 1))
    listed([in_a_list, in_it_too], world.workplace, date(2026, 2, 1))

    number, since, *_ = todos(world)[NOT_INTRODUCED]

    assert (number, since) == (3, date(2026, 2, 1))


def test_members_entered_when_nobody_knows_are_told_without_a_day(world):
    state(world, 2026)
    known, other = make_member(world.workplace), make_member(world.workplace)
    entered(known, date(2026, 3, 1))
    listed([other], world.other_workplace, date(2026, 2, 1))

    number, since, *_ = todos(world)[NOT_INTRODUCED]

    assert (number, since) == (2, None)


def test_returned_comments_are_told_since_the_first_came_back(world):
    state(world, 2026)
    second = make_registration(
        make_member(world.workplace), world.ward, letter_number="2-GGT/ĐU"
    )
    make_year_of_sheets(
        world.city,
        code="213",
        by=world.department_user,
        period=(date(2026, 1, 1), date(2027, 1, 1)),
    )
    Evaluation.objects.update(state="returned", outcome="commented")
    for stay, days in ((world.registration, [5, 9]), (second, [7])):
        row = Evaluation.objects.get(registration=stay)
        step(row, to="confirmed", on=date(2026, 12, 1), by=world.ward_user)
        for day in days:
            step(row, to="returned", on=date(2026, 12, day), by=world.ward_user)

    found = todos(world, on=date(2026, 12, 20))

    text = "đồng chí có nhận xét năm 2026 đã trả về, dùng cho đánh giá cuối năm"
    assert found[text][:2] == (2, date(2026, 12, 5))


def step(row, *, to, on, by):
    return EvaluationStep.objects.create(
        evaluation=row,
        from_state="draft",
        to_state=to,
        outcome=row.outcome,
        decided_by_name="Trần Văn Bí thư",
        decided_on=on,
        entered_by=by,
    )


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
