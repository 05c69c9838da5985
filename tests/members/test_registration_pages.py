"""The pages of letters and stays: who may open them, and what they do."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Member, Registration
from members.services.letters import introduce, withdraw_letter
from party76.audit.models import Action, AuditEvent
from tests.factories.members import make_exemption, make_member
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
        paper(
            world,
            exemption_ground="barracks",
            exemption_document="Giấy số 1",
            exemption_to="01/06/2027",
        ),
    )

    stay = Registration.objects.get(member__full_name="Ngô Văn Bình")
    placement = stay.placements.get()
    assert (stay.state, stay.ward, stay.cell) == ("received", world.ward, world.cell)
    assert (stay.workplace, placement.outside_city) == (world.outside_workplace, True)
    exemption = stay.exemptions.get()
    assert (exemption.valid_from, exemption.valid_to) == (DAY, date(2027, 6, 1))


def test_paper_letter_when_the_exemption_ends_before_it_begins_is_refused(
    world, client
):
    client.force_login(world.ward_user)

    page = client.post(
        reverse("members:paper_receive"),
        paper(world, exemption_ground="study", exemption_to="01/05/2026"),
    )

    assert page.status_code == 422
    assert not Member.objects.filter(full_name="Ngô Văn Bình").exists()


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
        ("ward_user", 200, 403),
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


def test_death_has_a_page_of_its_own(world, client):
    client.force_login(world.ward_user)
    typed = {**KEY, "version": 1, "ended_on": "01/06/2026", "end_reason": "died"}

    page = client.post(url("registration_end", world.registration), typed)
    client.post(
        reverse("members:death_add", args=[world.member.pk]),
        {**KEY, "version": 1, "on": "01/06/2026"},
    )

    assert list(page.context["form"].errors) == ["end_reason"]
    assert Member.objects.get(pk=world.member.pk).is_dead
    assert AuditEvent.objects.filter(
        action=Action.UPDATE, object_type="member", object_key=world.member.pk
    ).exists()
