"""Books issued, collected, handed back and taken back, one or many at once."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from members.models import EndReason, Member, Registration
from members.services.stays import end_registration
from party76.audit.models import Action, AuditEvent
from residence.models import ContactBook
from residence.queries.books import (
    Stage,
    book_counts,
    books_of,
    former_holders,
    holders,
    in_stage,
    stage_of,
    waiting_books,
)
from residence.services.books import (
    Selection,
    collect_books,
    hand_back_books,
    issue_books,
    undo_last_step,
)
from tests.factories.members import make_exemption, make_member, make_registration
from tests.factories.residence import make_book

pytestmark = pytest.mark.django_db

YEAR = 2026
DAY = date(2026, 1, 10)
LATER = date(2026, 2, 10)
LAST = date(2026, 11, 10)


def chosen(world, *stays):
    books = {b.registration_id: b for b in ContactBook.objects.filter(year=YEAR)}
    versions = {
        stay.pk: books[stay.pk].version if stay.pk in books else 0 for stay in stays
    }
    return Selection(world.ward, YEAR, versions)


def days_of(stay):
    return ContactBook.objects.values_list(
        "issued_on", "collected_on", "handed_back_on"
    ).get(registration=stay, year=YEAR)


# Issue


def test_issue_gives_running_numbers_by_cell_and_name(world, neighbour):
    first = make_registration(
        make_member(world.workplace, full_name="Bùi Văn An"),
        world.ward,
        cell=world.cell,
    )
    selection = chosen(world, neighbour, world.registration, first)

    issue_books(selection, first_number="009/NK", on=DAY, by=world.ward_user)

    numbers = ContactBook.objects.values_list("registration", "number")
    assert dict(numbers) == {
        first.pk: "009/NK",
        world.registration.pk: "010/NK",
        neighbour.pk: "011/NK",
    }


def test_issue_without_a_number_gives_none(world):
    issue_books(chosen(world, world.registration), on=DAY, by=world.ward_user)

    assert ContactBook.objects.get().number == ""


@pytest.mark.parametrize("first", ["không số", "1" + "x" * 25])
def test_issue_with_numbers_that_cannot_be_is_refused(world, first):
    with pytest.raises(ValidationError, match=r"chữ số|dài quá"):
        issue_books(
            chosen(world, world.registration),
            first_number=first,
            on=DAY,
            by=world.ward_user,
        )


def test_issue_of_a_number_that_is_taken_gives_none_and_says_which(world, neighbour):
    make_book(neighbour, number="02")
    other = make_registration(make_member(world.workplace), world.ward)

    with pytest.raises(ValidationError, match="Số sổ đã cấp trong năm 2026: 02"):
        issue_books(
            chosen(world, world.registration, other),
            first_number="01",
            on=DAY,
            by=world.ward_user,
        )

    assert ContactBook.objects.count() == 1


def test_issue_to_the_exempt_the_dead_and_who_has_one_is_refused_for_all(world):
    exempt, dead, held = (
        make_registration(make_member(world.workplace, full_name=name), world.ward)
        for name in ("Người Miễn", "Người Mất", "Người Có")
    )
    make_exemption(exempt)
    Member.objects.filter(pk=dead.member_id).update(status="dead")
    make_book(held)

    with pytest.raises(ValidationError) as refused:
        issue_books(
            chosen(world, world.registration, exempt, dead, held),
            on=DAY,
            by=world.ward_user,
        )

    assert sorted(refused.value.messages) == [
        "Đồng chí Người Có: đã được cấp sổ ngày 10/01/2026.",
        "Đồng chí Người Miễn: được miễn sinh hoạt nơi cư trú, không cấp sổ.",
        "Đồng chí Người Mất: không còn theo dõi ở đây.",
    ]
    assert ContactBook.objects.count() == 1


def test_issue_for_people_of_another_ward_is_refused(world):
    elsewhere = make_registration(make_member(world.workplace), world.sister_ward)

    with pytest.raises(ValidationError, match="không còn được"):
        issue_books(chosen(world, elsewhere), on=DAY, by=world.ward_user)


# Collect, hand back


def test_collect_and_hand_back_note_their_days(world):
    stay = world.registration
    issue_books(chosen(world, stay), on=DAY, by=world.ward_user)
    collect_books(chosen(world, stay), on=LATER, by=world.ward_user)

    hand_back_books(chosen(world, stay), on=LAST, by=world.ward_user)

    assert days_of(stay) == (DAY, LATER, LAST)


@pytest.mark.parametrize(
    ("book", "act", "sentence"),
    [
        (None, collect_books, "chưa được cấp sổ"),
        ({"collected_on": LATER}, collect_books, "đã nhận sổ ngày 10/02/2026"),
        ({"issued_on": LAST}, collect_books, "sau ngày nhận"),
        (None, hand_back_books, "chưa được cấp sổ"),
        ({}, hand_back_books, "chưa nhận sổ"),
        ({"collected_on": LAST}, hand_back_books, "sau ngày nộp lại"),
        (
            {"collected_on": LATER, "handed_back_on": LATER},
            hand_back_books,
            "đã nộp lại ngày 10/02/2026",
        ),
    ],
)
def test_act_that_does_not_come_next_is_refused_with_a_reason(
    world, book, act, sentence
):
    if book is not None:
        make_book(world.registration, **book)

    with pytest.raises(ValidationError, match=sentence):
        act(chosen(world, world.registration), on=LATER, by=world.ward_user)


@pytest.mark.parametrize("act", [issue_books, collect_books, hand_back_books])
def test_act_on_a_day_to_come_is_refused(world, act):
    tomorrow = timezone.localdate().replace(year=2100)

    with pytest.raises(ValidationError, match="không được sau ngày hôm nay"):
        act(chosen(world, world.registration), on=tomorrow, by=world.ward_user)


def test_act_for_nobody_is_refused(world):
    with pytest.raises(ValidationError, match="chưa chọn ai"):
        collect_books(chosen(world), on=LATER, by=world.ward_user)


# Taking back


def test_undo_takes_back_the_last_step_of_each(world, neighbour):
    third = make_registration(make_member(world.workplace), world.ward)
    make_book(world.registration, collected_on=LATER, handed_back_on=LAST)
    make_book(neighbour, collected_on=LATER)
    make_book(third)

    undo_last_step(
        chosen(world, world.registration, neighbour, third), by=world.ward_user
    )

    assert days_of(world.registration) == (date(2026, 1, 10), LATER, None)
    assert days_of(neighbour) == (date(2026, 1, 10), None, None)
    assert not ContactBook.objects.filter(registration=third).exists()


def test_undo_without_a_book_is_refused(world):
    with pytest.raises(ValidationError, match="chưa được cấp sổ"):
        undo_last_step(chosen(world, world.registration), by=world.ward_user)


# Two people at once


@pytest.mark.parametrize(
    ("book", "one", "other"),
    [
        (None, "issue", "issue"),
        ({}, "collect", "collect"),
        ({}, "collect", "undo"),
        ({"collected_on": LATER}, "hand_back", "undo"),
    ],
)
def test_two_at_once_are_one_success_and_one_sentence(world, book, one, other):
    acts = {
        "issue": lambda seen: issue_books(seen, on=DAY, by=world.ward_user),
        "collect": lambda seen: collect_books(seen, on=LATER, by=world.ward_user),
        "hand_back": lambda seen: hand_back_books(seen, on=LAST, by=world.ward_user),
        "undo": lambda seen: undo_last_step(seen, by=world.ward_user),
    }
    if book is not None:
        make_book(world.registration, **book)
    seen_by_both = chosen(world, world.registration)
    acts[one](seen_by_both)
    before = ContactBook.objects.values().get()

    with pytest.raises(ValidationError, match="vừa có người khác ghi sổ"):
        acts[other](seen_by_both)

    assert ContactBook.objects.values().get() == before


def test_each_act_is_written_into_the_record_without_a_name(world):
    stay = world.registration
    issue_books(chosen(world, stay), on=DAY, by=world.ward_user)
    collect_books(chosen(world, stay), on=LATER, by=world.ward_user)
    undo_last_step(chosen(world, stay), by=world.ward_user)
    undo_last_step(chosen(world, stay), by=world.ward_user)

    events = AuditEvent.objects.filter(object_type="contactbook").order_by("pk")
    assert [event.action for event in events] == [
        Action.CREATE,
        Action.UPDATE,
        Action.UPDATE,
        Action.DELETE,
    ]
    assert {event.committee_code for event in events} == {"NK"}
    assert not any(world.member.full_name in str(event.facts) for event in events)


@pytest.mark.parametrize("count", [1, 500])
def test_acts_take_as_many_statements_for_500_people_as_for_one(
    world, django_assert_num_queries, count
):
    members = [
        Member(full_name=f"Người {n}", workplace=world.workplace) for n in range(count)
    ]
    for member in members:
        member.set_keys()
    stays = Registration.objects.bulk_create(
        Registration(
            member=member,
            workplace=world.workplace,
            ward=world.ward,
            state=Registration.State.RECEIVED,
            received_on=date(2020, 1, 1),
        )
        for member in Member.objects.bulk_create(members)
    )
    _ = world.ward_user.posts
    # SQLite takes 999 values in a statement: 124 books, 83 lines of the record.
    in_parts = connection.vendor == "sqlite" and count == 500

    # Transaction twice, ward, stays, books, exempt, taken numbers, books, record.
    with django_assert_num_queries(9 + (4 + 6 if in_parts else 0)):
        issue_books(
            chosen_all(world, stays, 0), first_number="001", on=DAY, by=world.ward_user
        )
    with django_assert_num_queries(6 + (6 if in_parts else 0)):
        collect_books(chosen_all(world, stays, 1), on=LATER, by=world.ward_user)

    assert ContactBook.objects.filter(collected_on=LATER).count() == count


def chosen_all(world, stays, version):
    return Selection(world.ward, YEAR, {stay.pk: version for stay in stays})


# Who should have a book


def test_holders_are_the_received_who_are_neither_exempt_nor_dead_nor_gone(
    world, neighbour
):
    exempt, dead, left, ended, late = (
        make_registration(make_member(world.workplace), world.ward) for _ in range(5)
    )
    make_exemption(exempt)
    Member.objects.filter(pk=dead.member_id).update(status="dead")
    Member.objects.filter(pk=left.member_id).update(status="left")
    end_registration(
        ended,
        on=date(2026, 3, 1),
        reason=EndReason.MOVED_AWAY,
        version=ended.version,
        by=world.ward_user,
    )
    Registration.objects.filter(pk=late.pk).update(received_on=date(2026, 12, 1))

    stays = holders(world.ward, YEAR, user=world.ward_user, on=date(2026, 6, 1))

    assert set(stays) == {world.registration, neighbour}


def test_holders_of_a_year_gone_by_are_those_of_its_last_day(world):
    ended = make_registration(
        make_member(world.workplace), world.ward, ended_on=date(2026, 3, 1)
    )

    stays = holders(world.ward, 2025, user=world.ward_user, on=date(2026, 6, 1))

    assert set(stays) == {world.registration, ended}


def test_former_holders_have_a_book_and_are_gone_but_the_dead_are_not_named(world):
    ended, dead = (
        make_registration(
            make_member(world.workplace), world.ward, ended_on=date(2026, 3, 1)
        )
        for _ in range(2)
    )
    Member.objects.filter(pk=dead.member_id).update(status="dead")
    for stay in (world.registration, ended, dead):
        make_book(stay)

    stays = former_holders(world.ward, YEAR, user=world.ward_user, on=date(2026, 6, 1))

    assert set(stays) == {ended}


def test_stages_part_the_holders_and_their_counts_add_up(world, neighbour):
    third, fourth = (
        make_registration(make_member(world.workplace), world.ward) for _ in range(2)
    )
    make_book(world.registration, year=2025)
    make_book(neighbour)
    make_book(third, collected_on=LATER)
    make_book(fourth, collected_on=LATER, handed_back_on=LAST)
    stays = holders(world.ward, YEAR, user=world.ward_user, on=date(2026, 11, 20))

    by_stage = {
        stage: list(in_stage(stays, stage)) for stage in Stage if stage != Stage.GONE
    }

    assert by_stage == {
        Stage.NOT_ISSUED: [world.registration],
        Stage.WAITING: [neighbour],
        Stage.COLLECTED: [third],
        Stage.HANDED_BACK: [fourth],
    }
    assert {stage_of(stay) for stay in stays} == set(by_stage)
    counts = book_counts(stays)
    assert (
        counts.total,
        counts.not_issued,
        counts.waiting,
        counts.collected,
        counts.handed_back,
    ) == (4, 1, 1, 1, 1)


def test_waiting_books_leave_out_who_need_not_come(world, neighbour):
    exempt = make_registration(make_member(world.workplace), world.ward)
    make_exemption(exempt)
    make_book(world.registration, issued_on=date(2026, 2, 1))
    make_book(neighbour, issued_on=DAY)
    make_book(exempt, issued_on=date(2026, 1, 1))
    Member.objects.filter(pk=neighbour.member_id).update(status="dead")

    found = waiting_books([world.ward.path], year=YEAR, on=date(2026, 6, 1))

    assert found == (1, date(2026, 2, 1))


def test_books_of_a_stay_are_read_by_the_residence_and_those_above(world):
    old, new = make_book(world.registration, year=2025), make_book(world.registration)

    seen = {
        name: list(books_of([world.registration], getattr(world, name)))
        for name in (
            "ward_user",
            "cell_user",
            "sister_user",
            "workplace_user",
            "department_user",
        )
    }

    assert seen == {
        "ward_user": [new, old],
        "cell_user": [new, old],
        "sister_user": [],
        "workplace_user": [],
        "department_user": [new, old],
    }
