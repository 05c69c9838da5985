"""The pages of letters and stays: who may open them, and what they do."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Member, Registration
from members.services.letters import (
    draft_letter,
    introduce,
    return_letter,
    withdraw_letter,
)
from party76.audit.models import Action, AuditEvent
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

    page = client.get(url("letter_add", newcomer))
    kept = client.post(
        url("letter_add", newcomer),
        {**KEY, "ward_typed": "ninh kieu", "is_draft": "Lưu nháp, chưa gửi"},
        follow=True,
    )
    draft = Registration.objects.get(member=newcomer)
    client.post(url("letter_send", draft), {"version": 1, "on": "01/06/2026"})

    sent = Registration.objects.get(member=newcomer)
    assert (draft.state, sent.state, sent.sent_on) == ("draft", "sent", DAY)
    assert sent.ward == world.ward
    buttons = [button.value for button in page.context["form"].helper.inputs]
    assert buttons == ["Gửi giấy giới thiệu", "Lưu nháp, chưa gửi"]
    done = [str(message) for message in kept.context["messages"]]
    assert done == [f"Đã lưu nháp giấy giới thiệu về {world.ward}."]


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


# Pages opened when it is too late, and the way back


def received(letter, world):
    Registration.objects.filter(pk=letter.pk).update(
        state=State.RECEIVED, received_on=DAY
    )
    return Registration.objects.get(pk=letter.pk)


def test_step_page_when_the_letter_is_received_says_so_and_asks_nothing(
    world, client, letter
):
    received(letter, world)
    client.force_login(world.ward_user)

    pages = [
        client.get(url(name, letter))
        for name in ("registration_receive", "letter_return")
    ]

    for page in pages:
        assert page.status_code == 200
        assert "Giấy này đã được tiếp nhận ngày 01/06/2026." in page.content.decode()
        assert "form" not in page.context


def test_step_when_sent_too_late_tells_the_stored_day(world, client, letter):
    stay = received(letter, world)
    client.force_login(world.ward_user)

    page = client.post(
        url("registration_receive", letter),
        {**KEY, "version": stay.version, "on": "03/06/2026"},
    )

    assert page.status_code == 422
    assert "Giấy này đã được tiếp nhận ngày 01/06/2026." in page.content.decode()


def test_new_letter_when_one_is_on_its_way_is_refused_on_opening(
    world, client, letter, newcomer
):
    client.force_login(world.workplace_user)

    page = client.get(url("letter_add", newcomer))

    assert "đang chờ nơi cư trú tiếp nhận" in page.content.decode()
    assert "form" not in page.context


@pytest.mark.parametrize("name", ["registration_receive", "letter_return"])
def test_letter_when_withdrawn_is_told_of_to_its_ward_alone(
    world, client, letter, name
):
    withdraw_letter(letter, version=letter.version, by=world.workplace_user)

    told = {}
    for who in ("ward_user", "sister_user", "cell_user"):
        client.force_login(getattr(world, who))
        page = client.get(url(name, letter))
        told[who] = (page.status_code, "đã được rút" in page.content.decode())
    client.force_login(world.ward_user)
    page = client.post(url(name, letter), {**KEY, "version": 1})

    assert told == {
        "ward_user": (404, True),
        "sister_user": (404, False),
        "cell_user": (404, False),
    }
    assert reverse("members:letter_inbox") in page.content.decode()
    assert "Trần Văn An" not in page.content.decode()


def test_draft_when_withdrawn_is_told_of_to_nobody(world, client, newcomer):
    draft = draft_letter(newcomer, ward=world.ward, by=world.workplace_user)
    withdraw_letter(draft, version=1, by=world.workplace_user)
    client.force_login(world.ward_user)

    page = client.get(url("registration_receive", draft))

    assert (page.status_code, "đã được rút" in page.content.decode()) == (404, False)


def test_code_on_a_withdrawn_letter_says_that_it_was_withdrawn(world, client, letter):
    withdraw_letter(letter, version=letter.version, by=world.workplace_user)
    client.force_login(world.ward_user)

    page = client.get(reverse("reports:letter_open", args=[letter.pk]))

    assert "đã được rút" in page.content.decode()


def test_letter_when_returned_or_received_from_the_inbox_leads_back_to_it(
    world, client, letter
):
    other = introduce(
        make_member(world.workplace), ward=world.ward, by=world.workplace_user
    )
    client.force_login(world.ward_user)

    page = client.get(url("letter_return", letter) + "?tu=cho-tiep-nhan")
    returned = client.post(
        url("letter_return", letter),
        {**KEY, "version": letter.version, "reason": "Sai địa bàn"},
    )
    taken = client.post(
        url("registration_receive", other) + "?tu=cho-tiep-nhan",
        {"version": other.version, "on": "01/06/2026"},
    )

    inbox = reverse("members:letter_inbox")
    assert f'href="{inbox}">Không lưu' in page.content.decode()
    assert (returned.url, taken.url) == (inbox, inbox)


def test_file_when_only_a_letter_was_returned_says_that(world, client, letter):
    return_letter(
        letter, reason="Sai địa bàn", version=letter.version, by=world.ward_user
    )
    client.force_login(world.ward_user)

    page = client.get(reverse("reports:member_file", args=[letter.member_id]))

    text = page.content.decode()
    assert "Giấy đã trả lại" in text
    assert "theo dõi trước đây" not in text
    assert "Ghi từ trần" not in text


@pytest.mark.parametrize(
    ("is_received", "label", "kind"),
    [
        (False, "Giới thiệu về nơi cư trú", "btn-primary"),
        (True, "Giới thiệu sang nơi cư trú khác", "btn-outline-primary"),
    ],
)
def test_introduction_is_the_first_thing_only_for_whom_nobody_has(
    world, client, newcomer, is_received, label, kind
):
    member = world.registration.member if is_received else newcomer
    client.force_login(world.workplace_user)

    page = client.get(reverse("reports:member_file", args=[member.pk]))

    assert page.context["acts"][0] == (label, url("letter_add", member), kind)


def test_receive_page_shows_what_the_letter_says(world, client, newcomer):
    newcomer.address = "12 Trần Phú"
    newcomer.save()
    letter = introduce(
        newcomer,
        ward=world.ward,
        letter_number="5-GGT/ĐU",
        letter_date=DAY,
        by=world.workplace_user,
    )
    client.force_login(world.ward_user)

    page = client.get(url("registration_receive", letter))

    assert page.context["facts"] == [
        ("Giấy giới thiệu", "5-GGT/ĐU, ngày 01/06/2026"),
        ("Nơi công tác", world.workplace.name),
        ("Ngày sinh", newcomer.birth_text),
        ("Địa chỉ", "12 Trần Phú"),
    ]
    assert "12 Trần Phú" in page.content.decode()


def test_paper_letter_when_two_records_fit_tells_them_apart(world, client):
    twin = {
        "full_name": "Ngô Văn Bình",
        "birth_date": date(1969, 3, 4),
        "workplace": world.workplace,
    }
    here = make_member(**twin, card_number="111222")
    make_registration(here, world.ward)
    make_member(**twin, card_number="333444")
    client.force_login(world.ward_user)

    page = client.post(
        reverse("members:paper_receive"),
        paper(
            world,
            birth="04/03/1969",
            workplace_typed=world.workplace.name,
            workplace=world.workplace.pk,
        ),
    )

    offered = [
        label for _, label in page.context["form"].fields["known"].widget.choices
    ]
    name = world.workplace.name
    start = f"Dùng hồ sơ đã có: Ngô Văn Bình, sinh\u00a004/03/1969, {name}"
    reason = "(cùng họ tên và ngày sinh)"
    assert offered == [
        f"{start}, số thẻ 111222, đã tiếp nhận ở {world.ward.name} {reason}",
        f"{start}, số thẻ tận cùng 444, đang sinh hoạt {reason}",
        "Là người khác, lập hồ sơ mới",
    ]
