"""The workplace's letters: one at a time."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from members.models import Member, Registration
from members.services.letter_batches import send_letters, write_letters
from members.services.letters import (
    draft_letter,
    introduce,
    return_letter,
    write_in_letter,
)
from members.services.stays import (
    end_registration,
    receive_on_paper,
    receive_registration,
)
from tests.factories.members import make_member
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
def workplace(world, client):
    client.force_login(world.workplace_user)
    return client


def address(name, thing):
    return reverse(f"members:{name}", args=[thing.pk])


def listed(client, tab, **data):
    url = f"{reverse('members:letter_list')}?muc={tab}"
    page = client.post(url, data) if data else client.get(url)
    return page, [row.letter for row in page.context["rows"]]


def test_letter_when_dated_ahead_is_refused_wherever_its_date_is_written(
    world, newcomer
):
    ahead = timezone.localdate() + timedelta(days=1)
    by = world.workplace_user
    sent = introduce(make_member(world.workplace), ward=world.ward, by=by)
    paper = Registration(
        member=newcomer, ward=world.ward, received_on=DAY, letter_date=ahead
    )
    attempts = [
        lambda: introduce(newcomer, ward=world.ward, letter_date=ahead, by=by),
        lambda: draft_letter(newcomer, ward=world.ward, letter_date=ahead, by=by),
        lambda: write_in_letter(sent, number="1", dated=ahead, version=1, by=by),
        lambda: receive_registration(
            sent, on=DAY, letter_date=ahead, version=1, by=world.ward_user
        ),
        lambda: receive_on_paper(paper, by=world.ward_user),
        lambda: write_letters([], is_sent=True, dated=ahead, on=DAY, by=by),
        lambda: send_letters([], dated=ahead, on=DAY, by=by),
    ]

    for attempt in attempts:
        with pytest.raises(ValidationError) as error:
            attempt()
        assert error.value.messages == [
            "Ngày giấy giới thiệu không được sau ngày hôm nay."
        ]


def test_letter_when_exempt_carries_its_ground_and_does_not_count_before_receipt(
    world, workplace, newcomer
):
    workplace.post(
        address("letter_add", newcomer),
        {
            **KEY,
            "ward_typed": "ninh kieu",
            "letter_date": "05/06/2026",
            "ground": "study",
            "document": "Quyết định 12",
            "valid_to": "01/06/2027",
        },
    )

    letter = Registration.objects.get(member=newcomer)
    exemption = letter.exemptions.get()
    assert (letter.state, letter.ward) == ("sent", world.ward)
    assert (exemption.ground, exemption.document) == ("study", "Quyết định 12")
    assert (exemption.valid_from, exemption.valid_to) == (
        date(2026, 6, 5),
        date(2027, 6, 1),
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"ground": "other"}, "Đồng chí ghi rõ căn cứ, văn bản."),
        (
            {"ground": "study", "valid_from": "02/06/2026", "valid_to": "01/06/2026"},
            "Ngày kết thúc phải sau ngày bắt đầu.",
        ),
    ],
)
def test_letter_when_the_exemption_is_wrong_is_not_written(
    workplace, newcomer, fields, sentence
):
    page = workplace.post(
        address("letter_add", newcomer), {**KEY, "ward_typed": "ninh kieu", **fields}
    )

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not Registration.objects.filter(member=newcomer).exists()


def test_letter_when_signed_later_gets_its_number_and_date(world, workplace, newcomer):
    letter = introduce(newcomer, ward=world.ward, by=world.workplace_user)

    workplace.post(
        address("letter_write_in", letter),
        {**KEY, "version": letter.version, "number": "7-GGT/ĐU", "dated": "02/06/2026"},
    )

    letter.refresh_from_db()
    assert (letter.letter_number, letter.letter_date) == (
        "7-GGT/ĐU",
        date(2026, 6, 2),
    )
    assert letter.state == State.SENT


def test_letter_when_returned_is_written_anew_with_the_reason_in_sight(
    world, workplace, newcomer
):
    letter = introduce(newcomer, ward=world.ward, by=world.workplace_user)
    return_letter(letter, reason="Đã chuyển đi", version=2, by=world.ward_user)

    page = workplace.get(address("letter_add", newcomer)).content.decode()
    workplace.post(
        address("letter_add", newcomer), {**KEY, "ward_typed": world.sister_ward.name}
    )

    assert "trả lại giấy: Đã chuyển đi" in page
    states = newcomer.registrations.order_by("pk").values_list("state", "ward")
    assert list(states) == [
        ("returned", world.ward.pk),
        ("sent", world.sister_ward.pk),
    ]


def test_letter_when_the_member_moved_is_offered_to_the_new_ward(world, workplace):
    end_registration(
        world.registration,
        on=DAY,
        reason="moved_away",
        moved_to=world.sister_ward,
        version=1,
        by=world.ward_user,
    )

    page = workplace.get(address("letter_add", world.member)).content.decode()

    assert f'value="{world.sister_ward.name}"' in page
    assert f"Đề xuất {world.sister_ward.name}" in page
    assert "kết thúc theo dõi từ ngày 01/06/2026: Chuyển nơi cư trú" in page


def test_letter_when_the_new_ward_was_merged_is_offered_to_its_heir(world, workplace):
    stay = end_registration(
        world.registration,
        on=DAY,
        reason="moved_away",
        moved_to=world.sister_ward,
        version=1,
        by=world.ward_user,
    )
    ward = stay.moved_to
    ward.valid_to, ward.heir = date(2026, 7, 1), world.past_ward
    ward.save()

    page = workplace.get(address("letter_add", world.member)).content.decode()

    assert f'value="{world.past_ward.name}"' in page


def test_draft_when_its_ward_has_closed_is_not_sent(world, workplace, newcomer):
    draft = draft_letter(newcomer, ward=world.ward, by=world.workplace_user)
    world.ward.valid_to, world.ward.heir = DAY, world.sister_ward
    world.ward.save()

    page = workplace.post(
        address("letter_send", draft), {**KEY, "version": 1, "on": "01/06/2026"}
    )

    assert page.status_code == 422
    assert "đã kết thúc hoạt động. Đồng chí rút giấy này" in page.content.decode()
    assert Registration.objects.get(pk=draft.pk).state == State.DRAFT


def test_letter_when_the_record_was_merged_into_another_is_refused(world, newcomer):
    Member.objects.filter(pk=newcomer.pk).update(status=Member.Status.MERGED)

    with pytest.raises(ValidationError, match="đã ghép vào hồ sơ khác"):
        draft_letter(newcomer, ward=world.ward, by=world.workplace_user)


def test_end_when_noted_by_the_workplace_waits_no_longer(world, workplace):
    end_registration(
        world.registration,
        on=DAY,
        reason="not_dwelling",
        version=1,
        by=world.ward_user,
    )
    _, before = listed(workplace, "da-ket-thuc")

    workplace.post(
        address("letter_note_end", world.registration), {**KEY, "version": 2}
    )

    _, after = listed(workplace, "da-ket-thuc")
    stay = Registration.objects.get(pk=world.registration.pk)
    assert (before, after) == ([stay], [])
    assert stay.end_noted_on == timezone.localdate()


@pytest.mark.parametrize("name", ["letter_write_in", "letter_note_end"])
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("workplace_user", 200),
        ("ward_user", 403),
        ("department_user", 403),
        ("sister_user", 404),
        ("other_workplace_user", 404),
        ("admin_user", 404),
    ],
)
def test_pages_of_one_letter_when_asked_for_are_the_workplaces(
    world, client, name, who, status
):
    client.force_login(getattr(world, who))

    assert client.get(address(name, world.registration)).status_code == status
