"""Who could be named in a notice, and the drafts with facts from the records."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from members.models import Member, Registration, Sector
from party76.audit.models import Action, AuditEvent
from residence.models import Attendance, Meeting, Notice, NoticeItem
from residence.queries.candidates import Criterion, Search, candidates
from residence.queries.notice_facts import period_words, recent_period
from residence.services.notice_drafts import Content, draft_notices
from tests.engines import with_tree_lock
from tests.factories.members import (
    make_committee,
    make_exemption,
    make_member,
    make_registration,
)
from tests.factories.residence import (
    make_attendance,
    make_book,
    make_meeting,
    make_notice,
    make_opinion,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
FIRST, SECOND = date(2026, 5, 20), date(2026, 10, 20)
S, State, Kind = Attendance.Status, Notice.State, Notice.Kind
ABSENCE = Content(kind=Kind.ABSENCE, period=YEAR)


def held(committee, day, **fields):
    half = (date(2026, 1, 1), date(2026, 7, 1))
    if day >= half[1]:
        half = (half[1], date(2027, 1, 1))
    return make_meeting(
        committee,
        held_on=day,
        state=Meeting.State.CLOSED,
        period_from=half[0],
        period_to=half[1],
        **fields,
    )


def marks(stay, *statuses):
    """Marks of the stay at the meetings of May and October, made where need be."""
    for day, status in zip((FIRST, SECOND), statuses, strict=False):
        meeting = Meeting.objects.filter(committee=stay.ward, held_on=day).first()
        meeting = meeting or held(stay.ward, day, title=f"Kỳ họp tháng {day.month}")
        number = meeting.attendances.count() + 1
        make_attendance(meeting, stay, number=number, status=status)


def draft(world, *stays, content=ABSENCE, **more):
    keys = [stay.pk for stay in stays or [world.registration]]
    return draft_notices(
        world.ward, content, keys, on=TODAY, by=world.ward_user, **more
    )


# Drafts and facts


def test_draft_on_absence_says_which_meetings_were_missed_and_n_of_n(world):
    marks(world.registration, S.ABSENT, S.PRESENT)

    [notice] = draft(world)

    assert (notice.state, notice.committee, notice.workplace) == (
        State.DRAFT,
        world.ward,
        world.workplace,
    )
    assert notice.items.get().facts == [
        "Kỳ họp tháng 5, ngày 20/05/2026: vắng không lý do",
        "Dự 1/2 kỳ họp năm 2026",
    ]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (S.ABSENT, "vắng không lý do"),
        (S.EXCUSED, "vắng có lý do"),
        (S.REPRESENTED, "cử người dự thay, không tính có mặt"),
    ],
)
def test_draft_on_absence_tells_the_ways_to_be_absent_apart(world, status, words):
    marks(world.registration, status)

    [notice] = draft(world)

    assert notice.items.get().facts[0] == f"Kỳ họp tháng 5, ngày 20/05/2026: {words}"


def test_draft_tells_nothing_of_meetings_that_do_not_count_or_are_not_over(world):
    stay = world.registration
    make_attendance(held(world.cell, FIRST, counts=False), stay, status=S.ABSENT)
    make_attendance(make_meeting(world.cell, state="open"), stay, status=S.ABSENT)

    [notice] = draft(world)

    assert notice.items.get().facts == []


def test_draft_on_a_book_says_since_when_it_waits(world):
    make_book(world.registration, number="012")

    [notice] = draft(world, content=Content(kind=Kind.BOOK, period=YEAR))

    assert notice.items.get().facts == [
        "Sổ liên hệ năm 2026 số 012, cấp từ ngày 10/01/2026, chưa nhận"
    ]


def test_draft_of_a_commendation_says_how_often_he_came_and_spoke(world):
    marks(world.registration, S.PRESENT, S.PRESENT)
    make_opinion(world.registration)

    [notice] = draft(world, content=Content(kind=Kind.COMMENDATION, period=YEAR))

    assert notice.items.get().facts == [
        "Dự 2/2 kỳ họp năm 2026",
        "Có 1 ý kiến đóng góp năm 2026",
    ]


def test_draft_for_people_of_two_workplaces_makes_a_notice_for_each(world, neighbour):
    colleague = make_registration(
        make_member(world.workplace), world.ward, cell=world.sister_cell
    )

    notices = draft(world, world.registration, neighbour, colleague)

    assert {
        notice.workplace: {item.registration for item in notice.items.all()}
        for notice in notices
    } == {
        world.workplace: {world.registration, colleague},
        world.other_workplace: {neighbour},
    }


def test_draft_for_the_armed_forces_goes_to_the_topmost_unit_alone(world):
    unit = make_committee(
        world.outside_workplace, name="Lữ đoàn 1", sector=Sector.ARMED_FORCES
    )
    stay = make_registration(make_member(unit), world.ward)

    [notice] = draft(world, stay)

    assert notice.workplace == world.outside_workplace


@pytest.mark.parametrize("status", ["dead", "left", "merged"])
def test_draft_on_somebody_no_longer_followed_is_refused(world, neighbour, status):
    Member.objects.filter(pk=neighbour.member_id).update(status=status)

    with pytest.raises(ValidationError) as refused:
        draft(world, world.registration, neighbour)

    assert len(refused.value.messages) == 1
    assert "Trần Văn An" in refused.value.messages[0]
    assert not Notice.objects.exists()


def test_draft_on_somebody_of_another_ward_is_refused(world):
    elsewhere = make_registration(make_member(world.workplace), world.sister_ward)

    with pytest.raises(ValidationError, match="không còn được"):
        draft(world, elsewhere)


def test_draft_when_an_unanswered_one_names_him_is_refused(world):
    draft(world)

    with pytest.raises(ValidationError, match="đã có tên trong thông báo cùng loại"):
        draft(world)


def test_draft_after_the_answer_may_name_him_again(world):
    make_notice(world.registration, state="answered", answered_on=date(2026, 6, 9))

    assert len(draft(world)) == 1


def test_draft_with_a_due_day_gone_by_is_refused(world):
    yesterday = TODAY - timedelta(days=1)
    content = Content(kind=Kind.ABSENCE, period=YEAR, due_on=yesterday)

    with pytest.raises(ValidationError, match="không được trước ngày hôm nay"):
        draft(world, content=content)


def test_draft_for_nobody_is_refused(world):
    with pytest.raises(ValidationError, match="chưa chọn ai"):
        draft_notices(world.ward, ABSENCE, [], on=TODAY, by=world.ward_user)


def test_draft_is_written_into_the_record_once_per_notice(world, neighbour):
    draft(world, world.registration, neighbour)

    events = AuditEvent.objects.filter(action=Action.CREATE, object_type="notice")
    assert sorted(event.facts["members"] for event in events) == sorted(
        [[world.registration.member_id], [neighbour.member_id]]
    )


@pytest.mark.parametrize(
    ("count", "inserts"),
    # SQLite takes 999 values in a statement: of 500 lines 124 at once.
    [(1, 3), (500, 3 if connection.vendor == "postgresql" else 7)],
)
def test_draft_takes_as_many_statements_for_500_people_as_for_one(
    world, django_assert_num_queries, count, inserts
):
    meeting = held(world.ward, FIRST)
    workplaces = [world.workplace, world.other_workplace]
    members = [
        Member(full_name=f"Người {n}", workplace=workplaces[n % 2])
        for n in range(count)
    ]
    for member in members:
        member.set_keys()
    members = Member.objects.bulk_create(members)
    stays = Registration.objects.bulk_create(
        Registration(
            member=member,
            workplace=member.workplace,
            ward=world.ward,
            state=Registration.State.RECEIVED,
            received_on=date(2020, 1, 1),
        )
        for member in members
    )
    Attendance.objects.bulk_create(
        Attendance(
            meeting=meeting,
            registration=stay,
            member=stay.member,
            number=n,
            ward=world.ward,
            workplace=stay.workplace,
            status=S.ABSENT,
        )
        for n, stay in enumerate(stays)
    )
    _ = world.ward_user.posts
    told = []

    # Transaction twice, stays, running notices, facts, armed forces.
    with django_assert_num_queries(with_tree_lock(7 + inserts)):
        draft(world, *stays, tell=lambda text, share: told.append(share))

    assert NoticeItem.objects.count() == count
    assert told == [10, 40, 70, 100]


# Candidates


def found(world, **search):
    search.setdefault("kind", Kind.ABSENCE)
    search.setdefault("unit", world.ward)
    search.setdefault("period", YEAR)
    groups = candidates(Search(**search), on=date(2026, 11, 1))
    return {one.stay for group in groups for one in group.people}


def test_candidates_twice_running_are_those_absent_without_reason_both_times(
    world, neighbour
):
    third = make_registration(make_member(world.workplace), world.ward)
    marks(world.registration, S.ABSENT, S.ABSENT)
    marks(neighbour, S.ABSENT, S.EXCUSED)
    marks(third, S.ABSENT, S.PRESENT)

    assert found(world) == {world.registration}


def test_candidates_at_a_meeting_are_those_absent_without_reason_there(
    world, neighbour
):
    marks(world.registration, S.PRESENT, S.ABSENT)
    marks(neighbour, S.ABSENT, S.EXCUSED)
    october = Meeting.objects.get(held_on=SECOND)

    assert found(world, criterion=Criterion.AT_MEETING, meeting=october) == {
        world.registration
    }


def test_candidates_below_a_number_leave_out_who_came_to_all_he_was_due_at(
    world, neighbour
):
    marks(world.registration, S.PRESENT, S.EXCUSED)
    marks(neighbour, S.PRESENT)

    assert found(world, criterion=Criterion.BELOW, below=2) == {world.registration}


def test_candidates_of_a_cell_are_its_own(world, neighbour):
    marks(world.registration, S.ABSENT, S.ABSENT)
    marks(neighbour, S.ABSENT, S.ABSENT)

    assert found(world, unit=world.sister_cell) == {neighbour}


def test_candidates_for_a_book_have_one_of_the_year_that_waits(world, neighbour):
    exempt = make_registration(make_member(world.workplace), world.ward)
    make_exemption(exempt)
    collected = make_registration(make_member(world.workplace), world.ward)
    make_book(world.registration)
    make_book(neighbour, year=2025)
    make_book(exempt)
    make_book(collected, collected_on=date(2026, 2, 1))

    assert found(world, kind=Kind.BOOK) == {world.registration}


@pytest.mark.parametrize("status", ["dead", "left", "merged"])
def test_candidates_leave_out_who_is_no_longer_followed(world, status):
    marks(world.registration, S.ABSENT, S.ABSENT)
    Member.objects.filter(pk=world.member.pk).update(status=status)

    assert found(world) == set()


def test_candidates_by_workplace_say_who_is_named_already(world, neighbour):
    marks(world.registration, S.ABSENT, S.ABSENT)
    marks(neighbour, S.ABSENT, S.ABSENT)
    running = make_notice(neighbour)

    groups = candidates(
        Search(kind=Kind.ABSENCE, unit=world.ward, period=YEAR), on=TODAY
    )

    assert [
        (group.workplace, group.is_on_paper, [one.running for one in group.people])
        for group in groups
    ] == [
        (world.workplace, False, [None]),
        (world.other_workplace, False, [running]),
    ]


@pytest.mark.parametrize("count", [1, 30])
def test_candidates_take_as_many_statements_for_many_as_for_one(
    world, django_assert_num_queries, count
):
    for _ in range(count):
        stay = make_registration(make_member(world.workplace), world.ward)
        marks(stay, S.ABSENT, S.ABSENT)

    # Stays, their marks, facts, running notices, armed forces, who is on paper.
    with django_assert_num_queries(6):
        people = found(world)

    assert len(people) == count


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 1), "năm 2026"),
        (date(2026, 3, 1), "6 tháng cuối năm 2025 và 6 tháng đầu năm 2026"),
    ],
)
def test_recent_period_is_this_half_year_and_the_one_before(day, words):
    assert period_words(recent_period(day)) == words
