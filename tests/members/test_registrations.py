"""The steps of a stay, who may take them, and what they leave behind."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from members.models import Exemption, Member, Placement, Registration
from members.services.exemptions import add_exemption, end_exemption
from members.services.registrations import (
    assign_cell,
    draft_letter,
    end_registration,
    introduce,
    receive_on_paper,
    receive_registration,
    return_letter,
    send_letter,
    withdraw_letter,
)
from members.services.workplaces import change_workplace
from party76.audit.models import Action, AuditEvent
from party76.shared.versions import Conflict
from tests.factories.members import make_exemption, make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}
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


def url(name, thing):
    return reverse(f"members:{name}", args=[thing.pk])


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

    page = client.get(reverse("members:letter_list"))
    form = client.get(url("letter_add", newcomer)).content.decode()

    assert page.context["own"] == [asked]
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

    with pytest.raises(ValidationError, match="đang được tiếp nhận"):
        add_exemption(exemption(over), by=world.ward_user)


def test_exemption_when_ended_holds_until_before_the_day(world):
    held = make_exemption(world.registration, valid_from=date(2026, 1, 1))

    end_exemption(held, on=DAY, version=1, by=world.ward_user)

    assert not Registration.objects.exempt_on(DAY).exists()
    assert Registration.objects.exempt_on(DAY - timedelta(days=1)).exists()


# The pages


@pytest.mark.parametrize(
    ("who", "receive", "give_back", "send", "withdraw"),
    [
        ("ward_user", 200, 200, 403, 403),
        ("workplace_user", 403, 403, 200, 200),
        ("cell_user", 404, 404, 404, 404),
        ("department_user", 403, 403, 403, 403),
        ("inspector_user", 403, 403, 403, 403),
        ("sister_user", 404, 404, 404, 404),
        ("past_user", 404, 404, 404, 404),
        ("other_workplace_user", 404, 404, 404, 404),
        ("admin_user", 404, 404, 404, 404),
    ],
)
def test_letter_pages_when_asked_for_answer_by_side(
    world, client, letter, who, receive, give_back, send, withdraw
):
    client.force_login(getattr(world, who))

    statuses = [
        client.get(url(name, letter)).status_code
        for name in (
            "registration_receive",
            "letter_return",
            "letter_send",
            "letter_withdraw",
        )
    ]

    assert statuses == [receive, give_back, send, withdraw]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("ward_user", 200),
        ("cell_user", 403),
        ("workplace_user", 403),
        ("department_user", 403),
        ("past_user", 404),
        ("sister_user", 404),
        ("admin_user", 404),
    ],
)
@pytest.mark.parametrize(
    "name", ["registration_assign", "registration_end", "exemption_add"]
)
def test_stay_pages_when_asked_for_answer_by_side(world, client, who, name, status):
    client.force_login(getattr(world, who))

    assert client.get(url(name, world.registration)).status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [("ward_user", 200), ("workplace_user", 403), ("sister_user", 404)],
)
def test_exemption_end_page_when_asked_for_answers_by_side(world, client, who, status):
    held = make_exemption(world.registration)
    client.force_login(getattr(world, who))

    assert client.get(url("exemption_end", held)).status_code == status


def test_ward_when_on_paper_has_its_answer_typed_in_by_the_workplace(
    world, client, letter
):
    world.ward.uses_system = False
    world.ward.save()
    client.force_login(world.workplace_user)

    client.post(
        url("registration_receive", letter),
        {**KEY, "version": letter.version, "on": "01/06/2026"},
    )

    assert Registration.objects.get(pk=letter.pk).state == State.RECEIVED


def test_letter_when_received_on_the_page_is_in_its_cell(world, client, letter):
    client.force_login(world.ward_user)

    answer = client.post(
        url("registration_receive", letter),
        {**KEY, "version": 2, "on": "01/06/2026", "cell": world.cell.pk},
    )

    stay = Registration.objects.get(pk=letter.pk)
    assert answer.url == reverse("reports:member_file", args=[stay.member_id])
    assert (stay.state, stay.cell, stay.received_on) == ("received", world.cell, DAY)


def test_letter_when_received_on_an_old_page_is_not_overwritten(world, client, letter):
    withdraw_letter(letter, version=2, by=world.workplace_user)
    Registration.objects.filter(pk=letter.pk).update(state=State.SENT)
    client.force_login(world.ward_user)

    page = client.post(
        url("registration_receive", letter),
        {**KEY, "version": 2, "on": "01/06/2026"},
    )

    assert page.status_code == 409
    assert Registration.objects.get(pk=letter.pk).state == State.SENT


def test_letter_when_written_on_the_page_is_sent_or_kept(world, client, newcomer):
    client.force_login(world.workplace_user)

    client.post(
        url("letter_add", newcomer),
        {**KEY, "ward_typed": "ninh kieu", "is_draft": "on"},
    )
    draft = Registration.objects.get(member=newcomer)
    client.post(url("letter_send", draft), {"version": 1, "on": "01/06/2026"})

    sent = Registration.objects.get(member=newcomer)
    assert (draft.state, sent.state, sent.sent_on) == ("draft", "sent", DAY)
    assert sent.ward == world.ward


def test_letter_when_several_wards_fit_offers_them_to_choose(world, client, newcomer):
    client.force_login(world.workplace_user)

    asked = client.post(url("letter_add", newcomer), {"ward_typed": "phuong"})
    client.post(
        url("letter_add", newcomer),
        {**KEY, "ward_typed": "phuong", "ward": world.sister_ward.pk},
    )

    assert asked.status_code == 422
    assert "Đảng ủy phường Cái Khế" in asked.content.decode()
    assert Registration.objects.get(member=newcomer).ward == world.sister_ward


def paper(world, **fields):
    return {
        **KEY,
        "full_name": "Ngô Văn Bình",
        "birth": "1969",
        "workplace_typed": "Đảng bộ Quân khu 9",
        "ward": world.ward.pk,
        "cell": world.cell.pk,
        "received_on": "01/06/2026",
        "is_letter_unknown": "on",
        **fields,
    }


def test_paper_letter_when_typed_in_makes_member_stay_and_exemption(world, client):
    client.force_login(world.ward_user)

    client.post(
        reverse("members:paper_receive"),
        paper(world, exemption_ground="barracks", exemption_document="Giấy số 1"),
    )

    stay = Registration.objects.get(member__full_name="Ngô Văn Bình")
    placement = stay.placements.get()
    assert (stay.state, stay.ward, stay.cell) == ("received", world.ward, world.cell)
    assert (stay.workplace, placement.outside_city) == (world.outside_workplace, True)
    assert stay.exemptions.get().valid_from == DAY


def test_paper_letter_when_a_part_is_wrong_stores_nothing(world, client):
    client.force_login(world.ward_user)

    page = client.post(
        reverse("members:paper_receive"), paper(world, exemption_ground="other")
    )

    assert page.status_code == 422
    assert "ghi rõ căn cứ" in page.content.decode()
    assert not Member.objects.filter(full_name="Ngô Văn Bình").exists()


def test_paper_letter_when_the_ward_is_another_is_refused(world, client):
    client.force_login(world.ward_user)

    page = client.post(
        reverse("members:paper_receive"), paper(world, ward=world.sister_ward.pk)
    )

    assert page.status_code == 422


@pytest.mark.parametrize(
    ("who", "paper_page", "letters"),
    [
        ("ward_user", 200, 200),
        ("workplace_user", 403, 200),
        ("cell_user", 403, 403),
        ("department_user", 403, 403),
        ("admin_user", 403, 403),
    ],
)
def test_pages_of_letters_when_asked_for_answer_by_role(
    world, client, who, paper_page, letters
):
    client.force_login(getattr(world, who))

    statuses = [
        client.get(reverse(f"members:{name}")).status_code
        for name in ("paper_receive", "letter_list")
    ]

    assert statuses == [paper_page, letters]


def test_letters_when_listed_wait_at_the_ward_and_come_back_to_the_workplace(
    world, client, letter
):
    client.force_login(world.ward_user)
    at_ward = client.get(reverse("members:letter_list")).context["to_receive"]
    return_letter(letter, reason="Không ở đây", version=2, by=world.ward_user)
    after = client.get(reverse("members:letter_list")).context["to_receive"]
    client.force_login(world.workplace_user)
    page = client.get(reverse("members:letter_list"))

    assert (at_ward, after) == ([letter], [])
    assert page.context["own"] == [letter]
    assert "Không ở đây" in page.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_letters_when_there_are_more_ask_no_more(
    world, client, number, django_assert_num_queries
):
    for _ in range(number):
        member = make_member(world.workplace)
        introduce(member, ward=world.ward, by=world.workplace_user)
    client.force_login(world.ward_user)

    with django_assert_num_queries(5):
        client.get(reverse("members:letter_list"))


def test_death_when_entered_on_the_page_is_recorded(world, client):
    client.force_login(world.ward_user)

    client.post(
        url("registration_end", world.registration),
        {**KEY, "version": 1, "ended_on": "01/06/2026", "end_reason": "died"},
    )

    assert Member.objects.get(pk=world.member.pk).is_dead
    assert AuditEvent.objects.filter(
        action=Action.UPDATE, object_type="member", object_key=world.member.pk
    ).exists()
