"""Two people on one member at the same moment: one success, and one sentence."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction

from members.models import Member, Registration
from members.queries.letters import situations
from members.services.deaths import report_death
from members.services.letter_batches import LetterLine, write_letters
from members.services.letters import draft_letter, introduce, return_letter
from members.services.stay_batches import Line, end_stays, receive_letters
from members.services.stays import (
    end_registration,
    receive_on_paper,
    receive_registration,
)
from party76.shared.versions import Conflict
from tests.factories.members import make_member
from tests.factories.merges import agree, make_twins
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 6, 1)
_PATIENCE = 20  # seconds
State = Registration.State


@pytest.fixture
def world():
    if connection.vendor != "postgresql":
        pytest.skip("On SQLite a transaction that writes is alone anyway.")
    return make_world()


def at_once(first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """Run the second while the first is not committed yet; the sentences it was told."""
    refused: list[str] = []

    def run() -> None:
        try:
            second()
        except (ValidationError, Conflict) as error:
            refused.extend(getattr(error, "messages", [str(error)]))
        finally:
            connections.close_all()

    other = threading.Thread(target=run)
    with transaction.atomic():
        first()
        other.start()
        other.join(1)  # it gets as far as it can, then waits for us
    other.join(_PATIENCE)
    assert not other.is_alive()
    return refused


def sent_letters(world, number: int) -> list[Registration]:
    members = [make_member(world.workplace) for _ in range(number)]
    return [
        introduce(member, ward=world.ward, by=world.workplace_user)
        for member in members
    ]


def lines(stays) -> list[Line]:
    return [Line(stay.pk, stay.version) for stay in stays]


def states(stays) -> set[str]:
    keys = [stay.pk for stay in stays]
    return set(Registration.objects.filter(pk__in=keys).values_list("state", flat=True))


def again(stay: Registration) -> Registration:
    """As another session read it."""
    return Registration.objects.select_related(
        "member__workplace", "ward", "workplace"
    ).get(pk=stay.pk)


def test_letters_when_two_receive_them_at_once_are_received_once(world):
    letters = sent_letters(world, 3)

    refused = at_once(
        lambda: receive_letters(lines(letters), on=DAY, by=world.ward_user),
        lambda: receive_letters(lines(letters), on=DAY, by=world.ward_user),
    )

    assert len(refused) == 3
    assert "có người khác" in refused[0]
    assert states(letters) == {State.RECEIVED}


def test_letter_when_one_returns_it_while_many_are_received_stays_received(world):
    letters = sent_letters(world, 3)
    one = again(letters[1])

    refused = at_once(
        lambda: receive_letters(lines(letters), on=DAY, by=world.ward_user),
        lambda: return_letter(
            one, reason="Sai nơi", version=one.version, by=world.ward_user
        ),
    )

    assert len(refused) == 1
    assert states(letters) == {State.RECEIVED}


def test_many_when_one_of_them_is_received_meanwhile_are_all_left(world):
    letters = sent_letters(world, 3)
    one = again(letters[1])

    refused = at_once(
        lambda: receive_registration(
            one, on=DAY, version=one.version, by=world.ward_user
        ),
        lambda: receive_letters(lines(letters), on=DAY, by=world.ward_user),
    )

    assert len(refused) == 1
    assert states([letters[0], letters[2]]) == {State.SENT}


def test_stays_when_two_end_them_at_once_end_once(world):
    stays = sent_letters(world, 2)
    stays = receive_letters(lines(stays), on=DAY, by=world.ward_user)

    def end():
        end_stays(lines(stays), on=DAY, reason="moved_away", by=world.ward_user)

    refused = at_once(end, end)

    assert len(refused) == 2
    assert states(stays) == {State.ENDED}


def test_member_when_received_while_his_death_is_typed_is_ended_there(world):
    [letter] = sent_letters(world, 1)
    member = Member.objects.get(pk=letter.member_id)

    refused = at_once(
        lambda: receive_registration(
            letter, on=DAY, version=letter.version, by=world.ward_user
        ),
        lambda: report_death(member, on=DAY, version=1, by=world.workplace_user),
    )

    stay = again(letter)
    assert refused == []
    assert (stay.state, stay.ended_on, stay.end_reason) == (State.ENDED, DAY, "died")
    assert stay.placements.get().valid_to == DAY


def test_member_when_received_on_paper_while_his_death_is_typed_is_ended_there(world):
    member = make_member(world.workplace)
    stay = Registration(member=member, ward=world.ward, received_on=DAY)
    own = Member.objects.get(pk=member.pk)

    refused = at_once(
        lambda: receive_on_paper(stay, by=world.ward_user),
        lambda: report_death(own, on=DAY, version=1, by=world.workplace_user),
    )

    assert refused == []
    assert again(stay).state == State.ENDED


def test_member_when_his_death_was_just_typed_is_not_received(world):
    [letter] = sent_letters(world, 1)
    member = Member.objects.select_related("workplace").get(pk=letter.member_id)
    seen = again(letter)

    refused = at_once(
        lambda: report_death(member, on=DAY, version=1, by=world.workplace_user),
        lambda: receive_registration(
            seen, on=DAY, version=seen.version, by=world.ward_user
        ),
    )

    assert len(refused) == 1
    assert again(letter).state == State.RETURNED
    assert not letter.placements.exists()


@pytest.mark.parametrize("is_death_first", [True, False])
def test_stay_when_ended_while_a_death_is_typed_is_over_once(world, is_death_first):
    stay, member = again(world.registration), world.member

    def end():
        end_registration(
            stay, on=DAY, reason="retired", version=stay.version, by=world.ward_user
        )

    def die():
        own = Member.objects.select_related("workplace").get(pk=member.pk)
        report_death(own, on=DAY, version=1, by=world.workplace_user)

    refused = at_once(die, end) if is_death_first else at_once(end, die)

    assert len(refused) == 1
    assert again(stay).state == State.ENDED


@pytest.mark.parametrize("is_second_alone", [True, False])
def test_member_when_two_introduce_him_at_once_has_one_letter(world, is_second_alone):
    member = make_member(world.workplace)
    mark = situations([member])[member.pk].mark

    def many():
        line = LetterLine(member, mark, world.ward)
        write_letters([line], is_sent=True, on=DAY, by=world.workplace_user)

    def alone():
        own = Member.objects.select_related("workplace").get(pk=member.pk)
        draft_letter(own, ward=world.sister_ward, by=world.workplace_user)

    refused = at_once(many, alone) if is_second_alone else at_once(alone, many)

    assert refused
    assert member.registrations.count() == 1


def test_letter_when_its_member_is_just_merged_is_not_written(world):
    twins = make_twins(world)
    merge = twins.propose(kept=twins.written, dropped=twins.own)
    member = Member.objects.select_related("workplace").get(pk=twins.own.pk)

    refused = at_once(
        lambda: agree(merge, by=world.workplace_user),
        lambda: draft_letter(member, ward=world.sister_ward, by=world.workplace_user),
    )

    assert len(refused) == 1
    assert not twins.own.registrations.filter(state=State.DRAFT).exists()


def test_merge_when_a_letter_was_just_written_sees_it(world):
    twins = make_twins(world)
    merge = twins.propose(kept=twins.written, dropped=twins.own)
    member = Member.objects.select_related("workplace").get(pk=twins.own.pk)

    at_once(
        lambda: draft_letter(member, ward=world.sister_ward, by=world.workplace_user),
        lambda: agree(merge, by=world.workplace_user),
    )

    status = Member.objects.get(pk=twins.own.pk).status
    assert (status == "merged") != twins.own.registrations.exists()
