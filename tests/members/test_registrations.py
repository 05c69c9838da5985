"""The steps of a stay: when they may be taken, and what they leave behind."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from members.models import Exemption, Member, Placement, Registration
from members.services.exemptions import add_exemption, end_exemption
from members.services.letters import (
    draft_letter,
    introduce,
    return_letter,
    send_letter,
    withdraw_letter,
)
from members.services.stays import (
    assign_cell,
    end_registration,
    receive_on_paper,
    receive_registration,
)
from members.services.workplaces import change_workplace
from party76.audit.models import AuditEvent
from party76.shared.versions import Conflict
from tests.factories.members import make_exemption, make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
State = Registration.State


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def newcomer(world):
    return make_member(world.workplace, full_name="Trần Văn An")


@pytest.fixture
def letter(world, newcomer):
    return introduce(newcomer, ward=world.ward, by=world.workplace_user)


# The rules of the steps


def test_letter_when_drafted_sent_and_received_opens_a_placement(world, newcomer):
    letter = draft_letter(newcomer, ward=world.ward, by=world.workplace_user)
    send_letter(letter, on=DAY, version=1, by=world.workplace_user)
    receive_registration(letter, on=DAY, cell=world.cell, version=2, by=world.ward_user)

    placement = letter.placements.get()
    assert (letter.state, letter.received_on, letter.version) == ("received", DAY, 3)
    assert (placement.ward, placement.cell) == (world.ward, world.cell)
    assert (placement.workplace, placement.valid_to) == (world.workplace, None)
    assert placement.cause == Placement.Cause.RECEIVED


def test_steps_when_taken_are_recorded_one_by_one(world, letter):
    receive_registration(letter, on=DAY, version=2, by=world.ward_user)

    events = AuditEvent.objects.filter(
        object_type="registration", object_key=letter.pk
    ).order_by("id")
    assert [event.action for event in events] == ["create", "step", "step"]
    assert events[2].facts == {
        "member": letter.member_id,
        "from": "sent",
        "to": "received",
    }


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (State.DRAFT, "receive"),
        (State.RECEIVED, "receive"),
        (State.ENDED, "receive"),
        (State.RETURNED, "send"),
        (State.SENT, "send"),
        (State.RECEIVED, "withdraw"),
        (State.ENDED, "return"),
        (State.DRAFT, "return"),
        (State.SENT, "end"),
        (State.SENT, "assign"),
    ],
)
def test_step_when_the_state_forbids_it_is_refused(world, newcomer, state, step):
    over = state == State.ENDED
    stay = make_registration(
        newcomer, world.ward, state=state, ended_on=DAY if over else None
    )
    steps = {
        "receive": lambda: receive_registration(
            stay, on=DAY, version=1, by=world.ward_user
        ),
        "send": lambda: send_letter(stay, on=DAY, version=1, by=world.ward_user),
        "withdraw": lambda: withdraw_letter(stay, version=1, by=world.ward_user),
        "return": lambda: return_letter(
            stay, reason="x", version=1, by=world.ward_user
        ),
        "end": lambda: end_registration(
            stay, on=DAY, reason="other", version=1, by=world.ward_user
        ),
        "assign": lambda: assign_cell(
            stay, cell=world.cell, on=DAY, version=1, by=world.ward_user
        ),
    }

    with pytest.raises(ValidationError):
        steps[step]()

    assert Registration.objects.get(pk=stay.pk).state == state


def test_letter_when_two_receive_it_gives_one_success_and_one_conflict(world, letter):
    other = Registration.objects.get(pk=letter.pk)
    receive_registration(letter, on=DAY, version=2, by=world.ward_user)

    with pytest.raises(Conflict):
        receive_registration(other, on=DAY, version=2, by=world.ward_user)

    assert letter.placements.count() == 1


def test_member_when_received_elsewhere_is_not_received_twice(world):
    letter = introduce(world.member, ward=world.sister_ward, by=world.workplace_user)

    with pytest.raises(ValidationError, match="phường Ninh Kiều"):
        receive_registration(letter, on=DAY, version=2, by=world.sister_user)


@pytest.fixture
def past_stay(world, newcomer):
    """Somebody who was at the sister ward until the day."""
    return make_registration(newcomer, world.sister_ward, ended_on=DAY)


def test_member_when_received_before_his_last_stay_ended_is_refused(
    world, newcomer, past_stay
):
    letter = introduce(newcomer, ward=world.ward, by=world.workplace_user)
    early = {"on": DAY - timedelta(days=1), "version": 2, "by": world.ward_user}

    with pytest.raises(ValidationError, match="trước ngày 01/06/2026"):
        receive_registration(letter, **early)

    assert Placement.objects.filter(registration__member=newcomer).count() == 1


def test_member_when_received_on_paper_before_his_last_stay_ended_is_refused(
    world, newcomer, past_stay
):
    stay = Registration(
        member=newcomer, ward=world.ward, received_on=DAY - timedelta(days=1)
    )

    with pytest.raises(ValidationError, match="trước ngày 01/06/2026"):
        receive_on_paper(stay, by=world.ward_user)

    assert newcomer.registrations.get() == past_stay


def test_member_when_received_on_the_day_his_last_stay_ended_is_taken(
    world, newcomer, past_stay
):
    stay = Registration(member=newcomer, ward=world.ward, received_on=DAY)

    receive_on_paper(stay, by=world.ward_user)

    places = Placement.objects.filter(registration__member=newcomer)
    assert [place.ward for place in places.on(DAY)] == [world.ward]


def test_member_when_an_earlier_stay_was_of_no_day_is_taken(world, newcomer):
    make_registration(newcomer, world.sister_ward, received_on=DAY, ended_on=DAY)
    stay = Registration(
        member=newcomer, ward=world.ward, received_on=DAY - timedelta(days=9)
    )

    receive_on_paper(stay, by=world.ward_user)

    assert stay.is_received


def test_member_when_a_letter_runs_is_not_introduced_again(world, letter):
    with pytest.raises(ValidationError, match="giấy giới thiệu khác"):
        introduce(letter.member, ward=world.sister_ward, by=world.workplace_user)


def test_letter_when_the_ward_asked_for_it_answers_that_request(world, newcomer):
    asked = Registration.objects.create(
        member=newcomer,
        workplace=world.workplace,
        ward=world.ward,
        state=State.LETTER_ASKED,
    )

    with pytest.raises(ValidationError, match="đề nghị giới thiệu"):
        draft_letter(newcomer, ward=world.ward, by=world.workplace_user)
    sent = introduce(
        newcomer, ward=world.ward, letter_number="5-GGT/ĐU", by=world.workplace_user
    )
    receive_registration(sent, on=DAY, version=sent.version, by=world.ward_user)

    stay = Registration.objects.get(member=newcomer)
    assert (stay.pk, stay.state, stay.letter_number) == (
        asked.pk,
        "received",
        "5-GGT/ĐU",
    )


def test_letters_when_a_ward_asks_are_on_the_workplaces_list(world, client, newcomer):
    asked = Registration.objects.create(
        member=newcomer,
        workplace=world.workplace,
        ward=world.ward,
        state=State.LETTER_ASKED,
    )
    client.force_login(world.workplace_user)

    page = client.get(reverse("members:letter_list"), {"muc": "de-nghi"})
    form = client.get(
        reverse("members:letter_add", args=[newcomer.pk])
    ).content.decode()

    assert [row.letter for row in page.context["rows"]] == [asked]
    assert f'value="{world.ward.name}"' in form


def test_member_when_received_there_is_not_introduced_there(world):
    with pytest.raises(ValidationError, match="đang được"):
        introduce(world.member, ward=world.ward, by=world.workplace_user)


def test_member_when_introduced_to_a_workplace_is_refused(world, newcomer):
    with pytest.raises(ValidationError) as refused:
        introduce(newcomer, ward=world.other_workplace, by=world.workplace_user)

    assert "ward" in refused.value.message_dict


def test_receipt_when_it_lies_ahead_is_refused(world, letter):
    tomorrow = timezone.localdate() + timedelta(days=1)

    with pytest.raises(ValidationError, match="không được sau ngày hôm nay"):
        receive_registration(letter, on=tomorrow, version=2, by=world.ward_user)


def test_receipt_when_the_cell_is_another_wards_is_refused(world, letter):
    with pytest.raises(ValidationError) as refused:
        receive_registration(
            letter, on=DAY, cell=world.workplace, version=2, by=world.ward_user
        )

    assert "cell" in refused.value.message_dict


def test_return_when_made_keeps_reason_and_identity(world, letter):
    return_letter(letter, reason="Không ở đây", version=2, by=world.ward_user)

    assert (letter.state, letter.return_reason) == ("returned", "Không ở đây")
    assert letter.identity_at_end["full_name"] == "Trần Văn An"


def test_cell_when_changed_closes_one_placement_and_opens_the_next(world):
    assign_cell(
        world.registration,
        cell=world.sister_cell,
        on=DAY,
        version=1,
        by=world.ward_user,
    )

    old, new = world.registration.placements.order_by("pk")
    assert (old.cell, old.valid_to) == (world.cell, DAY)
    assert (new.cell, new.valid_from, new.valid_to) == (world.sister_cell, DAY, None)
    assert Registration.objects.get(pk=world.registration.pk).cell == world.sister_cell


def test_cell_when_changed_before_the_present_placement_is_refused(world):
    with pytest.raises(ValidationError, match="01/01/2012"):
        assign_cell(
            world.registration,
            cell=world.sister_cell,
            on=date(2011, 1, 1),
            version=1,
            by=world.ward_user,
        )


def test_end_when_made_closes_the_placement_and_copies_identity(world):
    end_registration(
        world.registration,
        on=DAY,
        reason="moved_away",
        number="12-QĐ/ĐU",
        version=1,
        by=world.ward_user,
    )

    stay = Registration.objects.get(pk=world.registration.pk)
    assert (stay.state, stay.ended_on, stay.end_number) == ("ended", DAY, "12-QĐ/ĐU")
    assert stay.identity_at_end["card_number"] == "11.000001"
    assert stay.placements.get().valid_to == DAY
    assert Member.objects.get(pk=world.member.pk).status == Member.Status.ACTIVE


def test_end_when_before_the_receipt_is_refused(world):
    with pytest.raises(ValidationError):
        end_registration(
            world.registration,
            on=date(2011, 1, 1),
            reason="moved_away",
            version=1,
            by=world.ward_user,
        )


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("died", "dead"),
        ("expelled", "left"),
        ("retired", "left"),
        ("moved_away", "active"),
    ],
)
def test_end_when_the_member_is_gone_ends_all_that_runs(world, reason, status):
    letter = introduce(world.member, ward=world.sister_ward, by=world.workplace_user)

    end_registration(
        world.registration, on=DAY, reason=reason, version=1, by=world.ward_user
    )

    letter.refresh_from_db()
    assert Member.objects.get(pk=world.member.pk).status == status
    assert letter.state == ("sent" if status == "active" else "returned")


def test_dead_when_introduced_is_refused(world):
    end_registration(
        world.registration, on=DAY, reason="died", version=1, by=world.ward_user
    )

    with pytest.raises(ValidationError, match="từ trần"):
        introduce(
            Member.objects.get(pk=world.member.pk),
            ward=world.sister_ward,
            by=world.workplace_user,
        )


def test_member_when_come_back_is_followed_again(world):
    end_registration(
        world.registration, on=DAY, reason="retired", version=1, by=world.ward_user
    )
    member = Member.objects.get(pk=world.member.pk)
    stay = Registration(member=member, ward=world.ward, received_on=DAY)

    receive_on_paper(stay, by=world.ward_user)

    assert Member.objects.get(pk=member.pk).status == Member.Status.ACTIVE


def test_workplace_when_a_letter_is_under_way_is_not_changed(world, letter):
    with pytest.raises(ValidationError, match="rút giấy giới thiệu"):
        change_workplace(
            letter.member,
            workplace=world.other_workplace,
            on=DAY,
            version=1,
            by=world.workplace_user,
        )


# Exemptions


def exemption(stay, **fields):
    fields.setdefault("ground", Exemption.Ground.STUDY)
    fields.setdefault("valid_from", DAY)
    return Exemption(registration=stay, **fields)


def test_exemption_when_added_is_in_force_from_its_day(world):
    add_exemption(exemption(world.registration), by=world.ward_user)

    assert Registration.objects.exempt_on(DAY).get() == world.registration
    assert not Registration.objects.exempt_on(DAY - timedelta(days=1)).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"valid_to": DAY},
        {"ground": Exemption.Ground.OTHER},
        {"valid_from": date(2025, 1, 1)},
        {"valid_from": date(2025, 1, 1), "valid_to": DAY + timedelta(days=1)},
    ],
)
def test_exemption_when_it_makes_no_sense_is_refused(world, fields):
    if "valid_to" not in fields or fields["valid_to"] > DAY:
        make_exemption(world.registration, valid_from=DAY)

    with pytest.raises(ValidationError):
        add_exemption(exemption(world.registration, **fields), by=world.ward_user)


def test_exemption_when_the_stay_is_over_is_refused(world, newcomer):
    over = make_registration(newcomer, world.ward, ended_on=DAY)

    with pytest.raises(ValidationError, match="không còn hiệu lực"):
        add_exemption(exemption(over), by=world.ward_user)


def test_exemption_when_ended_holds_until_before_the_day(world):
    held = make_exemption(world.registration, valid_from=date(2026, 1, 1))

    end_exemption(held, on=DAY, version=1, by=world.ward_user)

    assert not Registration.objects.exempt_on(DAY).exists()
    assert Registration.objects.exempt_on(DAY - timedelta(days=1)).exists()


def test_exemption_when_the_stay_is_over_is_not_ended_backwards(world, newcomer):
    over = make_registration(newcomer, world.ward, ended_on=DAY)
    held = make_exemption(over, valid_from=date(2020, 1, 1))

    with pytest.raises(ValidationError, match="không còn hiệu lực"):
        end_exemption(held, on=date(2021, 1, 1), version=1, by=world.ward_user)

    assert Exemption.objects.get().valid_to is None
