"""What waits for a ward, who is new in a cell, who lives here without a letter."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import (
    Committee,
    Exemption,
    Kind,
    Member,
    Registration,
    Sector,
)
from members.queries.inbox import inbox, newcomers
from members.services.letters import ask_for_letter
from members.services.stays import assign_cell
from members.views import inbox as views_of_inbox
from reports.queries.home import todos_of
from tests.factories.members import (
    make_committee,
    make_member,
    make_registration,
)
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}
State = Registration.State


@pytest.fixture
def world():
    return make_world()


def letter_of(member, world, **fields):
    fields.setdefault("sent_on", DAY)
    fields.setdefault("ward", world.ward)
    return Registration.objects.create(
        member=member, workplace=member.workplace, state=State.SENT, **fields
    )


def texts(user):
    return [todo.text for todo in todos_of(user, on=DAY)]


# Letters that wait


def test_letters_wait_the_oldest_first_at_their_ward_alone(world):
    late = letter_of(make_member(world.workplace), world, sent_on=DAY)
    early = letter_of(
        make_member(world.workplace), world, sent_on=DAY - timedelta(days=9)
    )
    letter_of(make_member(world.workplace), world, ward=world.sister_ward)

    assert list(inbox(world.ward_user)) == [early, late]


def test_inbox_shows_ground_and_number_and_finds_by_name_through_a_post(world, client):
    wanted = letter_of(
        make_member(world.workplace, full_name="Trần Thị Bưởi"),
        world,
        letter_number="5-GGT/ĐU",
    )
    Exemption.objects.create(
        registration=wanted, ground="study", document="QĐ 9", valid_from=DAY
    )
    letter_of(make_member(world.workplace, full_name="Ngô Văn Cam"), world)
    client.force_login(world.ward_user)

    whole = client.get(reverse("members:letter_inbox")).content.decode()
    found = client.post(reverse("members:letter_inbox"), {"q": "buoi"})

    assert "5-GGT/ĐU" in whole
    assert "Học tập trung" in whole
    assert "QĐ 9" in whole
    assert found.context["page"].rows == [wanted]


def test_inbox_when_narrowed_shows_letters_of_one_workplace(world, client):
    letter_of(make_member(world.workplace), world)
    other = letter_of(make_member(world.other_workplace), world)
    client.force_login(world.ward_user)

    page = client.get(
        reverse("members:letter_inbox"), {"noi_cong_tac": world.other_workplace.pk}
    )

    assert page.context["page"].rows == [other]


def test_inbox_names_of_the_armed_forces_only_the_topmost_unit(world, client):
    inner = make_committee(
        world.outside_workplace, name="Tiểu đoàn 5", sector=Sector.ARMED_FORCES
    )
    letter_of(make_member(inner), world)
    client.force_login(world.ward_user)

    text = client.get(reverse("members:letter_inbox")).content.decode()

    assert "Quân khu 9" in text
    assert "Tiểu đoàn 5" not in text


@pytest.mark.parametrize("number", [1, 3])
def test_inbox_when_there_are_more_asks_no_more(
    world, client, number, django_assert_num_queries
):
    for _ in range(number):
        letter_of(make_member(world.workplace), world)
    client.force_login(world.ward_user)

    with django_assert_num_queries(13):
        client.get(reverse("members:letter_inbox"))


def test_letter_received_on_the_page_has_numbers_that_came_with_it(world, client):
    letter = letter_of(make_member(world.workplace), world)
    client.force_login(world.ward_user)

    client.post(
        reverse("members:registration_receive", args=[letter.pk]),
        {
            **KEY,
            "version": 1,
            "on": "01/06/2026",
            "cell": world.cell.pk,
            "number": "31",
            "letter_number": "8-GGT/ĐU",
            "letter_date": "20/05/2026",
        },
    )

    stay = Registration.objects.get(pk=letter.pk)
    assert (stay.receipt_number, stay.letter_number, stay.letter_date) == (
        "31",
        "8-GGT/ĐU",
        date(2026, 5, 20),
    )


# Choosing people


def test_pick_list_is_narrowed_by_cell_and_found_by_address(world, client):
    without = make_registration(
        make_member(world.workplace, address="12 hẻm Mậu Thân"), world.ward
    )
    client.force_login(world.ward_user)
    url = reverse("members:stay_pick")

    rows = [
        client.get(url, {"chi_bo": "chua"}).context["page"].rows,
        client.get(url, {"chi_bo": world.cell.pk}).context["page"].rows,
        client.post(url, {"q": "mau than"}).context["page"].rows,
        client.post(url, {"q": "hoa"}).context["page"].rows,
    ]

    assert rows == [[without], [world.registration], [without], [world.registration]]


@pytest.mark.parametrize("number", [1, 3])
def test_pick_list_when_there_are_more_asks_no_more(
    world, client, number, django_assert_num_queries
):
    for _ in range(number):
        make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    client.force_login(world.ward_user)

    with django_assert_num_queries(8):
        client.get(reverse("members:stay_pick"))


@pytest.mark.parametrize("number", [1, 3])
def test_colleagues_when_there_are_more_ask_no_more(
    world, client, number, django_assert_num_queries
):
    for _ in range(number):
        make_member(world.workplace)
    client.force_login(world.workplace_user)

    with django_assert_num_queries(6):
        client.get(reverse("members:member_pick"))


# New in a cell


def test_newcomers_of_a_cell_are_those_of_the_last_thirty_days(world):
    new = make_registration(
        make_member(world.workplace), world.ward, cell=world.cell, received_on=DAY
    )
    make_registration(
        make_member(world.workplace),
        world.ward,
        cell=world.cell,
        received_on=DAY - timedelta(days=30),
    )
    make_registration(
        make_member(world.workplace),
        world.ward,
        cell=world.sister_cell,
        received_on=DAY,
    )

    found = newcomers(world.cell_user, on=DAY)

    assert [place.registration for place in found] == [new]


def test_newcomer_who_was_passed_on_stands_on_the_home_of_the_cell(world):
    assign_cell(
        world.registration,
        cell=world.sister_cell,
        on=DAY,
        version=1,
        by=world.ward_user,
    )

    found = [
        (todo.count, todo.since)
        for todo in todos_of(world.sister_cell_user, on=DAY)
        if "mới về chi bộ" in todo.text
    ]

    assert found == [(1, DAY)]
    assert not any("mới về" in text for text in texts(world.cell_user))


@pytest.mark.parametrize("number", [1, 3])
def test_newcomers_when_there_are_more_ask_no_more(
    world, client, number, django_assert_num_queries
):
    today = timezone.localdate()
    for _ in range(number):
        make_registration(
            make_member(world.workplace), world.ward, cell=world.cell, received_on=today
        )
    client.force_login(world.cell_user)

    with django_assert_num_queries(7):
        page = client.get(reverse("members:newcomer_list"))

    assert page.context["total"] == len(page.context["page"].rows) == number


def test_newcomers_when_they_fill_a_page_go_on_with_the_day_before(
    world, client, monkeypatch
):
    monkeypatch.setattr(views_of_inbox, "NEWCOMERS_SIZE", 2)
    today = timezone.localdate()
    for name, ago in (
        ("Trần Cũ", 3),
        ("Trần An", 1),
        ("Trần Bình", 1),
        ("Trần Chín", 1),
        ("Trần Mới", 0),
    ):
        make_registration(
            make_member(world.workplace, full_name=name),
            world.ward,
            cell=world.cell,
            received_on=today - timedelta(days=ago),
        )
    client.force_login(world.cell_user)
    url = reverse("members:newcomer_list")

    def names(page):
        return [row.registration.member.full_name for row in page.rows]

    first = client.get(url).context["page"]
    second = client.get(url, {"after": first.next}).context["page"]
    third = client.get(url, {"after": second.next}).context["page"]
    back = client.get(url, {"before": third.previous}).context["page"]
    found = client.post(url, {"q": "cu"}).context["page"]

    assert [names(one) for one in (first, second, third, back)] == [
        ["Trần Mới", "Trần An"],
        ["Trần Bình", "Trần Chín"],
        ["Trần Cũ"],
        ["Trần Bình", "Trần Chín"],
    ]
    assert (third.next, names(found)) == (None, ["Trần Cũ"])


# Here without a letter


def person(world, **fields):
    return {
        **KEY,
        "full_name": "Ngô Văn Bình",
        "birth": "07/10/1969",
        "workplace": world.workplace.pk,
        "workplace_typed": "Sở Y tế",
        "ward": world.ward.pk,
        "cell": world.cell.pk,
        "asked_on": "01/06/2026",
        **fields,
    }


@pytest.mark.parametrize("who", ["ward_user", "cell_user"])
def test_new_person_living_here_is_noted_and_the_workplace_is_asked(world, client, who):
    client.force_login(getattr(world, who))

    client.post(reverse("members:letter_ask"), person(world))

    stay = Registration.objects.get(member__full_name="Ngô Văn Bình")
    assert (stay.state, stay.asked_on, stay.cell, stay.workplace) == (
        "letter_asked",
        DAY,
        world.cell,
        world.workplace,
    )
    assert any("đề nghị" in text for text in texts(world.workplace_user))
    assert any("chờ giấy giới thiệu" in text for text in texts(world.cell_user))


def test_cell_when_it_notes_somebody_in_a_sister_cell_is_refused(world, client):
    client.force_login(world.cell_user)

    page = client.post(
        reverse("members:letter_ask"), person(world, cell=world.sister_cell.pk)
    )

    assert page.status_code == 422
    assert not Registration.objects.filter(state=State.LETTER_ASKED).exists()


def test_cell_when_it_notes_somebody_in_no_cell_is_refused(world, client):
    client.force_login(world.cell_user)

    page = client.post(reverse("members:letter_ask"), person(world, cell=""))

    assert page.status_code == 422


def test_known_person_of_the_same_card_is_offered_instead_of_a_second_record(
    world, client
):
    known = make_member(world.other_workplace, card_number="11.000077")
    client.force_login(world.ward_user)
    url = reverse("members:letter_ask")
    data = person(world, card_number="11.000077", cell="")

    offered = client.post(url, data)
    client.post(url, {**data, "known": known.pk})

    assert offered.status_code == 422
    assert "cùng số thẻ đảng viên" in offered.content.decode()
    assert Member.objects.filter(full_name="Ngô Văn Bình").count() == 0
    assert known.registrations.get().state == State.LETTER_ASKED


def test_known_person_of_the_same_name_and_birth_is_received_on_his_record(
    world, client
):
    known = make_member(
        world.workplace, full_name="Ngô Văn Bình", birth_date=date(1969, 10, 7)
    )
    client.force_login(world.ward_user)
    url = reverse("members:paper_receive")
    data = person(
        world,
        received_on="01/06/2026",
        receipt_number="4",
        phone="0100 900 123",
        is_letter_unknown="on",
    )

    offered = client.post(url, data)
    client.post(url, {**data, "known": known.pk})

    stay = known.registrations.get()
    assert offered.status_code == 422
    assert (stay.state, stay.receipt_number) == ("received", "4")
    assert Member.objects.get(pk=known.pk).phone == "0100 900 123"
    assert Member.objects.filter(full_name="Ngô Văn Bình").count() == 1


def test_person_of_the_same_name_alone_is_a_new_one(world, client):
    make_member(world.workplace, full_name="Ngô Văn Bình", birth_date=date(1970, 1, 1))
    client.force_login(world.ward_user)

    client.post(reverse("members:letter_ask"), person(world))

    assert Member.objects.filter(full_name="Ngô Văn Bình").count() == 2


def test_person_said_to_be_another_gets_a_record_of_his_own(world, client):
    make_member(world.workplace, full_name="Ngô Văn Bình", birth_date=date(1969, 10, 7))
    client.force_login(world.ward_user)

    client.post(reverse("members:letter_ask"), person(world, known="other"))

    assert Member.objects.filter(full_name="Ngô Văn Bình").count() == 2


def test_person_of_a_unit_out_of_sight_is_not_told_of_by_name_and_birth(world, client):
    make_member(
        world.other_workplace, full_name="Ngô Văn Bình", birth_date=date(1969, 10, 7)
    )
    client.force_login(world.ward_user)

    page = client.post(reverse("members:letter_ask"), person(world))

    text = page.content.decode()
    assert page.status_code == 422
    assert "ngoài phạm vi" in text
    assert world.other_workplace.name not in text


def test_asked_list_says_since_when_and_who_is_on_paper(world, client):
    Committee.objects.filter(pk=world.workplace.pk).update(uses_system=False)
    stay = ask_for_letter(
        make_member(world.workplace),
        ward=world.ward,
        on=DAY,
        cell=world.cell,
        by=world.cell_user,
    )
    client.force_login(world.cell_user)

    page = client.get(reverse("members:asked_list"))

    assert page.context["page"].rows == [stay]
    assert "01/06/2026" in page.content.decode()
    assert "gửi bản giấy" in page.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_asked_list_when_there_are_more_asks_no_more(
    world, client, number, django_assert_num_queries
):
    for _ in range(number):
        ask_for_letter(
            make_member(world.workplace), ward=world.ward, on=DAY, by=world.ward_user
        )
    client.force_login(world.ward_user)

    with django_assert_num_queries(8):
        client.get(reverse("members:asked_list"))


def test_letter_that_was_asked_for_is_received_when_it_comes_on_paper(world, client):
    stay = ask_for_letter(
        make_member(world.workplace),
        ward=world.ward,
        on=DAY,
        cell=world.cell,
        by=world.ward_user,
    )
    client.force_login(world.ward_user)

    client.post(
        reverse("members:registration_receive", args=[stay.pk]),
        {
            **KEY,
            "version": 1,
            "on": "02/06/2026",
            "cell": world.cell.pk,
            "letter_number": "5-GGT/ĐU",
        },
    )

    stay.refresh_from_db()
    assert (stay.state, stay.letter_number, stay.cell) == (
        "received",
        "5-GGT/ĐU",
        world.cell,
    )


def test_cells_to_choose_when_one_was_made_late_stand_by_name(client, world):
    for name in ("Chi bộ B", "Chi bộ A"):
        make_committee(world.ward, kind=Kind.CELL, name=name, receives_members=True)
    client.force_login(world.ward_user)

    page = client.get(reverse("members:letter_ask"))

    cells = page.context["form"].fields["cell"].queryset
    assert [cell.name for cell in cells][:2] == ["Chi bộ A", "Chi bộ B"]
