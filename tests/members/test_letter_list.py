"""The list of the workplace's letters, by what they wait for; many sent at once."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Exemption, Member, Registration
from members.services.letters import (
    ask_for_letter,
    draft_letter,
    introduce,
    return_letter,
    withdraw_letter,
)
from members.services.stays import (
    end_registration,
    note_end,
    receive_registration,
)
from party76.audit.models import AuditEvent
from tests.factories.members import make_member, make_registration
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


def listed(client, tab, **data):
    url = f"{reverse('members:letter_list')}?muc={tab}"
    page = client.post(url, data) if data else client.get(url)
    return page, [row.letter for row in page.context["rows"]]


def acts(page):
    return [[act.label for act in row.acts] for row in page.context["rows"]]


def put_on_paper(ward):
    ward.uses_system = False
    ward.save()


# The list


def test_letters_when_listed_stand_under_what_they_wait_for(world, workplace, newcomer):
    others = [make_member(world.workplace) for _ in range(4)]
    draft = draft_letter(newcomer, ward=world.ward, by=world.workplace_user)
    sent = introduce(others[0], ward=world.ward, by=world.workplace_user)
    returned = introduce(others[1], ward=world.ward, by=world.workplace_user)
    return_letter(returned, reason="Sai địa chỉ", version=2, by=world.ward_user)
    asked = make_registration(
        others[2], world.ward, state=State.LETTER_ASKED, asked_on=DAY, received_on=DAY
    )
    ended = make_registration(others[3], world.ward, ended_on=DAY)
    other = make_member(world.other_workplace)
    introduce(other, ward=world.ward, by=world.other_workplace_user)

    found = {
        tab: listed(workplace, tab)[1]
        for tab in (
            "dang-soan",
            "cho-tiep-nhan",
            "tra-lai",
            "rut-de-nghi",
            "de-nghi",
            "da-ket-thuc",
            "da-tiep-nhan",
            "chua-ghi-so",
        )
    }

    assert found == {
        "dang-soan": [draft],
        "cho-tiep-nhan": [sent],
        "tra-lai": [returned],
        "rut-de-nghi": [],
        "de-nghi": [asked],
        "da-ket-thuc": [ended],
        "da-tiep-nhan": [world.registration],
        "chua-ghi-so": [world.registration, sent],
    }


def test_letters_when_listed_say_since_when_the_oldest_first(world, workplace):
    days = [date(2026, 3, 5), date(2026, 1, 5), date(2026, 2, 5)]
    for day in days:
        letter = introduce(
            make_member(world.workplace), ward=world.ward, by=world.workplace_user
        )
        Registration.objects.filter(pk=letter.pk).update(sent_on=day)

    page, _ = listed(workplace, "cho-tiep-nhan")

    assert [row.since for row in page.context["rows"]] == sorted(days)


def test_letters_when_returned_or_drafted_say_since_when_by_the_record(
    world, workplace, newcomer
):
    letter = introduce(newcomer, ward=world.ward, by=world.workplace_user)
    return_letter(letter, reason="Sai", version=2, by=world.ward_user)
    other = make_member(world.workplace)
    draft_letter(other, ward=world.ward, by=world.workplace_user)

    returned, _ = listed(workplace, "tra-lai")
    drafted, _ = listed(workplace, "dang-soan")

    today = timezone.localdate()
    assert [row.since for row in returned.context["rows"]] == [today]
    assert [row.since for row in drafted.context["rows"]] == [today]
    assert "Lý do: Sai" in returned.content.decode()


def test_end_when_the_member_was_introduced_anew_waits_no_longer(world, workplace):
    end_registration(
        world.registration, on=DAY, reason="moved_away", version=1, by=world.ward_user
    )
    introduce(world.member, ward=world.sister_ward, by=world.workplace_user)

    assert listed(workplace, "da-ket-thuc")[1] == []


@pytest.mark.parametrize(("days", "shown"), [(10, 1), (400, 0)])
def test_end_when_somebody_left_for_good_is_told_for_a_year(
    world, workplace, days, shown
):
    member = make_member(world.workplace, status=Member.Status.LEFT)
    ended_on = timezone.localdate() - timedelta(days=days)
    make_registration(member, world.ward, ended_on=ended_on, end_reason="retired")

    page, found = listed(workplace, "da-ket-thuc")

    assert len(found) == shown
    assert acts(page) == [["Đã ghi nhận"]] * shown


def test_end_when_the_member_works_elsewhere_by_now_is_not_ours(world, workplace):
    member = make_member(world.other_workplace)
    make_registration(member, world.ward, workplace=world.workplace, ended_on=DAY)

    assert listed(workplace, "da-ket-thuc")[1] == []


def test_letters_when_searched_by_name_are_found_without_marks(
    world, workplace, newcomer
):
    letter = introduce(newcomer, ward=world.ward, by=world.workplace_user)
    other = make_member(world.workplace, full_name="Lý Thị Bé")
    introduce(other, ward=world.ward, by=world.workplace_user)

    _, found = listed(workplace, "cho-tiep-nhan", q="tran van an")

    assert found == [letter]


def test_returned_letter_is_settled_by_a_new_one_or_by_taking_note(
    world, workplace, newcomer
):
    letter = introduce(newcomer, ward=world.ward, by=world.workplace_user)
    return_letter(letter, reason="Sai", version=2, by=world.ward_user)
    page, found = listed(workplace, "tra-lai")
    note = page.context["rows"][0].acts[1].url

    title = workplace.get(note).context["title"]
    workplace.post(note, {**KEY, "version": found[0].version})

    assert acts(page) == [["Giới thiệu lại", "Đã ghi nhận"]]
    assert title == "Nhận biết việc trả lại giấy giới thiệu"
    assert listed(workplace, "tra-lai")[1] == []


def test_returned_letters_when_noted_together_are_settled(world, workplace):
    returned = [
        introduce(
            make_member(world.workplace), ward=world.ward, by=world.workplace_user
        )
        for _ in range(2)
    ]
    for letter in returned:
        return_letter(letter, reason="Sai", version=2, by=world.ward_user)

    workplace.post(
        reverse("members:letters_note_end"),
        {**KEY, "lam": "1", "dong": tick(*returned)},
    )

    noted = Registration.objects.filter(end_noted_on=timezone.localdate())
    assert list(noted.order_by("pk")) == returned


def test_request_that_the_ward_took_back_is_no_returned_letter(
    world, workplace, newcomer
):
    request = ask_for_letter(newcomer, ward=world.ward, on=DAY, by=world.ward_user)
    return_letter(request, reason="Nhầm người", version=1, by=world.ward_user)

    _, returned = listed(workplace, "tra-lai")
    page, taken_back = listed(workplace, "rut-de-nghi")

    assert (returned, taken_back) == ([], [request])
    assert acts(page) == [["Giới thiệu", "Đã ghi nhận"]]
    assert "Đề nghị giới thiệu đã rút" in page.content.decode()


def test_list_when_no_heading_is_asked_for_opens_where_something_waits(
    world, workplace, newcomer
):
    letter = introduce(newcomer, ward=world.ward, by=world.workplace_user)
    return_letter(letter, reason="Sai", version=2, by=world.ward_user)

    page = workplace.get(reverse("members:letter_list"))

    assert page.context["tab"] == "tra-lai"


def test_letter_to_a_ward_on_paper_is_received_and_ended_from_the_list(
    world, workplace, newcomer
):
    put_on_paper(world.ward)
    letter = introduce(newcomer, ward=world.ward, by=world.workplace_user)
    page, _ = listed(workplace, "cho-tiep-nhan")
    offered = acts(page)
    for act in page.context["rows"][0].acts[:2]:
        assert workplace.get(act.url).status_code == 200

    receive_registration(letter, on=DAY, version=2, by=world.workplace_user)
    received, found = listed(workplace, "da-tiep-nhan")

    assert offered == [["Ghi tiếp nhận", "Ghi trả lại", "Ghi số, ngày", "Rút"]]
    assert found == [world.registration, letter]
    assert acts(received) == [["Ghi số, ngày", "Ghi kết thúc"]] * 2
    assert workplace.get(received.context["rows"][1].acts[1].url).status_code == 200


def test_letter_to_a_ward_in_the_system_is_the_wards_to_receive(
    world, workplace, newcomer
):
    introduce(newcomer, ward=world.ward, by=world.workplace_user)

    page, _ = listed(workplace, "cho-tiep-nhan")

    assert acts(page) == [["Ghi số, ngày", "Rút"]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [("Ghi số, ngày", True), ("Rút", False)]),
        ({"letter_number": "5-GGT/ĐU"}, [("Rút", False), ("Sửa số, ngày", False)]),
        (
            {"state": State.DRAFT},
            [("Gửi", True), ("Rút", False), ("Ghi số, ngày", False)],
        ),
        ({"state": State.RECEIVED, "received_on": DAY}, [("Ghi số, ngày", True)]),
    ],
)
def test_letter_when_its_number_is_missing_is_to_be_numbered_first(
    world, workplace, newcomer, fields, expected
):
    letter = introduce(newcomer, ward=world.ward, by=world.workplace_user)
    Registration.objects.filter(pk=letter.pk).update(**fields)
    tabs = {State.DRAFT: "dang-soan", State.RECEIVED: "da-tiep-nhan"}

    page, _ = listed(workplace, tabs.get(fields.get("state"), "cho-tiep-nhan"))

    (row,) = [row for row in page.context["rows"] if row.letter == letter]
    assert [(act.label, act.is_main) for act in row.acts] == expected


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("tab", ["cho-tiep-nhan", "dang-soan"])
def test_list_when_there_are_more_letters_asks_no_more(
    world, client, tab, number, django_assert_num_queries
):
    write = introduce if tab == "cho-tiep-nhan" else draft_letter
    for _ in range(number):
        member = make_member(world.workplace)
        letter = write(member, ward=world.ward, by=world.workplace_user)
        Exemption.objects.create(registration=letter, ground="study", valid_from=DAY)
    client.force_login(world.workplace_user)

    with django_assert_num_queries(8):
        client.get(f"{reverse('members:letter_list')}?muc={tab}")


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    ("tab", "fields"),
    [
        ("tra-lai", {"state": "returned", "return_reason": "Sai"}),
        ("de-nghi", {"state": "letter_asked"}),
        ("da-ket-thuc", {"ended_on": DAY}),
        ("da-tiep-nhan", {}),
        ("chua-ghi-so", {"letter_number": ""}),
    ],
)
def test_list_of_every_heading_asks_no_more_for_many(
    world, client, tab, fields, number, django_assert_num_queries
):
    Registration.objects.update(workplace=world.other_workplace)
    for _ in range(number):
        stay = make_registration(make_member(world.workplace), world.ward, **fields)
        Exemption.objects.create(registration=stay, ground="study", valid_from=DAY)
    client.force_login(world.workplace_user)

    with django_assert_num_queries(8):
        page = client.get(f"{reverse('members:letter_list')}?muc={tab}")

    assert len(page.context["page"].rows) == number


# Many at once, from the list


def tick(*letters):
    return [f"{letter.pk}.{letter.version}" for letter in letters]


def drafts(world, number):
    return [
        draft_letter(
            make_member(world.workplace), ward=world.ward, by=world.workplace_user
        )
        for _ in range(number)
    ]


def test_drafts_when_sent_together_get_running_numbers_where_they_have_none(
    world, workplace
):
    first, second, third = drafts(world, 3)
    Registration.objects.filter(pk=second.pk).update(letter_number="99")
    page = workplace.post(
        reverse("members:letters_send"), {"dong": tick(first, second, third)}
    )

    workplace.post(
        reverse("members:letters_send"),
        {
            **KEY,
            "lam": "1",
            "dong": tick(first, second, third),
            "on": "01/06/2026",
            "dated": "31/05/2026",
            "first_number": "15-GGT",
        },
    )

    letters = Registration.objects.filter(pk__in=[first.pk, second.pk, third.pk])
    assert "Gửi các giấy đang soạn" in page.content.decode()
    assert list(letters.order_by("pk").values_list("state", "letter_number")) == [
        ("sent", "15-GGT"),
        ("sent", "99"),
        ("sent", "16-GGT"),
    ]
    assert set(letters.values_list("sent_on", "letter_date")) == {
        (DAY, date(2026, 5, 31))
    }


def test_drafts_when_one_was_changed_meanwhile_stay_all_unsent(world, workplace):
    first, second = drafts(world, 2)
    Registration.objects.filter(pk=second.pk).update(version=5)

    page = workplace.post(
        reverse("members:letters_send"),
        {**KEY, "lam": "1", "dong": tick(first, second), "on": "01/06/2026"},
    )

    assert page.status_code == 422
    told = page.content.decode()
    assert f"Đồng chí {second.member.full_name}: vừa có người khác xử lý" in told
    assert f"Đồng chí {first.member.full_name}:" not in told
    assert not Registration.objects.filter(state="sent").exists()


def test_drafts_when_one_was_withdrawn_meanwhile_stay_all_unsent(world, workplace):
    first, second = drafts(world, 2)
    ticked = tick(first, second)
    withdraw_letter(second, version=second.version, by=world.workplace_user)

    page = workplace.post(
        reverse("members:letters_send"),
        {**KEY, "lam": "1", "dong": ticked, "on": "01/06/2026"},
    )

    assert page.status_code == 422
    assert f"Đồng chí {second.member.full_name}: vừa có người khác xử lý, nay ở " in (
        page.content.decode()
    )
    assert Registration.objects.get(pk=first.pk).state == State.DRAFT


def test_ends_when_one_was_noted_meanwhile_are_none_noted(world, workplace):
    first, second = (
        make_registration(make_member(world.workplace), world.ward, ended_on=DAY)
        for _ in range(2)
    )
    ticked = tick(first, second)
    note_end(second, on=DAY, version=second.version, by=world.workplace_user)

    page = workplace.post(
        reverse("members:letters_note_end"), {**KEY, "lam": "1", "dong": ticked}
    )

    assert page.status_code == 422
    assert f"Đồng chí {second.member.full_name}:" in page.content.decode()
    assert Registration.objects.get(pk=first.pk).end_noted_on is None


def test_drafts_of_another_workplace_are_not_there_to_send(world, client):
    (draft,) = drafts(world, 1)
    client.force_login(world.other_workplace_user)

    client.post(
        reverse("members:letters_send"),
        {**KEY, "lam": "1", "dong": tick(draft), "on": "01/06/2026"},
    )

    assert Registration.objects.get(pk=draft.pk).state == State.DRAFT


def test_ends_when_noted_together_are_recorded_each(world, workplace):
    stays = [
        make_registration(make_member(world.workplace), world.ward, ended_on=DAY)
        for _ in range(2)
    ]

    workplace.post(
        reverse("members:letters_note_end"),
        {**KEY, "lam": "1", "dong": tick(*stays)},
    )

    noted = Registration.objects.filter(end_noted_on=timezone.localdate())
    assert list(noted.order_by("pk")) == stays
    events = AuditEvent.objects.filter(
        object_type="registration", facts__has_key="noted"
    )
    assert sorted(events.values_list("object_key", flat=True)) == sorted(
        str(stay.pk) for stay in stays
    )


def test_drafts_when_sent_are_printed_from_the_page_that_follows(world, workplace):
    first, second, _ = drafts(world, 3)

    answer = workplace.post(
        reverse("members:letters_send"),
        {**KEY, "lam": "1", "dong": tick(first, second), "on": "01/06/2026"},
    )
    shown = workplace.get(answer.url)
    received, _ = listed(workplace, "da-tiep-nhan")
    printed = workplace.post(
        reverse("reports:letters_print"), {"chon": shown.context["just_sent"]}
    )

    assert answer.url == f"{reverse('members:letter_list')}?muc=cho-tiep-nhan"
    assert set(shown.context["just_sent"]) == {first.pk, second.pk}
    assert "In 2 giấy vừa gửi" in shown.content.decode()
    assert received.context["just_sent"] == []
    assert len(printed.context["papers"]) == 2


@pytest.mark.parametrize(
    ("who", "name"),
    [("workplace_user", "letter_list"), ("ward_user", "letter_inbox")],
)
def test_list_of_members_leads_to_coming_and_going_once(client, world, who, name):
    client.force_login(getattr(world, who))

    page = client.get(reverse("members:member_list")).content.decode()

    assert page.count(f'href="{reverse(f"members:{name}")}"') == 1
