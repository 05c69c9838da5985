"""What waits for a workplace on its home page: how many, since when, and where to do it."""

from datetime import date, datetime, time

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations.models import Evaluation, EvaluationStep
from members.models import Member, Registration, WorkplaceYearStatement
from members.services.letters import draft_letter, introduce, return_letter
from party76.audit.models import AuditEvent
from reports.queries.todos.workplace import workplace_todos
from tests.factories.evaluations import make_rating_year
from tests.factories.members import make_member, make_registration
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

    text = "đồng chí chưa được giới thiệu về nơi cư trú"
    assert found[text] == (1, None, None, reverse("members:letter_batch"))


NOT_INTRODUCED = "đồng chí chưa được giới thiệu về nơi cư trú"


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
    make_rating_year(
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

    text = "nhận xét của nơi cư trú đã trả về, dùng cho đánh giá cuối năm"
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
