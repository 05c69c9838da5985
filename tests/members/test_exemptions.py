"""Miễn sinh hoạt nơi cư trú: what it means at meetings and in the year, and its end."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from evaluations.models import Evaluation
from members.models import Exemption, Registration
from members.queries.exemptions import exemptions_of, to_look_at
from members.services.letters import introduce
from members.services.stays import receive_registration
from members.views import exempt
from reports.queries.home import todos_of
from residence.models import Attendance
from residence.queries import attendance_totals, due_at
from residence.services.guests import note_guest
from residence.services.meetings import close_meeting, list_meeting, open_meeting
from tests.factories.evaluations import make_rating_year
from tests.factories.members import make_exemption, make_member, make_registration
from tests.factories.residence import make_meeting
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def other(world):
    return make_registration(make_member(world.workplace), world.ward, cell=world.cell)


def test_exempt_is_not_due_at_a_meeting_of_the_time(world, other):
    make_exemption(world.registration, valid_from=date(2026, 1, 1), valid_to=DAY)

    during = due_at(world.cell, DAY - timedelta(days=1))
    after = due_at(world.cell, DAY)

    assert {place.registration for place in during} == {other}
    assert {place.registration for place in after} == {other, world.registration}


def test_exempt_who_comes_is_noted_outside_the_count(world, other):
    make_exemption(world.registration, valid_from=date(2026, 1, 1))
    meeting = open_meeting(make_meeting(world.cell), by=world.cell_user)
    place = world.registration.placements.get()

    row = note_guest(meeting, place=place, by=world.cell_user)
    meeting.attendances.filter(registration=other).update(status="present")
    close_meeting(meeting, unmarked="", at=timezone.now(), by=world.cell_user)

    totals = attendance_totals(
        [world.registration, other], (date(2026, 1, 1), date(2027, 1, 1))
    )
    assert (row.number, row.status, row.is_due) == (
        2,
        Attendance.Status.PRESENT,
        False,
    )
    assert {key: (one.present, one.due) for key, one in totals.items() if one.due} == {
        other.pk: (1, 1)
    }


def test_guest_who_is_due_is_refused(world, other):
    meeting = open_meeting(make_meeting(world.cell), by=world.cell_user)

    with pytest.raises(ValidationError, match="không thuộc diện miễn"):
        note_guest(meeting, place=other.placements.get(), by=world.cell_user)


def test_guest_before_the_meeting_began_is_refused(world, other):
    make_exemption(world.registration, valid_from=date(2026, 1, 1))
    meeting = list_meeting(make_meeting(world.cell), by=world.cell_user)

    with pytest.raises(ValidationError, match="đang diễn ra"):
        note_guest(
            meeting, place=world.registration.placements.get(), by=world.cell_user
        )


def test_guest_page_offers_the_exempt_and_notes_one(world, other, client):
    make_exemption(world.registration, valid_from=date(2026, 1, 1))
    meeting = open_meeting(make_meeting(world.cell), by=world.cell_user)
    place = world.registration.placements.get()
    url = reverse("residence:meeting_guest_add", args=[meeting.pk])
    client.force_login(world.cell_user)

    offered = list(client.get(url).context["form"].fields["place"].queryset)
    client.post(url, {**KEY, "place": place.pk})

    assert offered == [place]
    assert meeting.attendances.get(registration=world.registration).is_due is False


def test_exempt_is_not_commented_on_in_the_year(world):
    make_exemption(world.registration, valid_from=date(2013, 1, 1))

    make_rating_year(world.city, by=world.department_user)

    assert Evaluation.objects.get(registration=world.registration).outcome == "exempt"


def test_exemption_of_the_letter_counts_only_from_the_receipt(world):
    letter = introduce(
        make_member(world.workplace),
        ward=world.ward,
        exemption=Exemption(ground="study", valid_from=date(2026, 1, 1)),
        by=world.workplace_user,
    )
    before = exemptions_of(world.ward_user).in_force_on(DAY).count()

    receive_registration(
        letter, on=DAY, cell=world.cell, version=letter.version, by=world.ward_user
    )

    assert before == 0
    assert exemptions_of(world.ward_user).in_force_on(DAY).count() == 1
    assert letter not in {place.registration for place in due_at(world.cell, DAY)}
    assert Registration.objects.exempt_on(DAY).get() == letter


@pytest.mark.parametrize(
    ("ends", "is_told"),
    [
        (DAY + timedelta(days=30), True),
        (DAY + timedelta(days=31), False),
        (DAY, True),
        (DAY - timedelta(days=89), True),
        (DAY - timedelta(days=90), False),
        (None, False),
    ],
)
def test_exemption_that_ends_is_to_be_looked_at(world, ends, is_told):
    make_exemption(world.registration, valid_from=date(2025, 1, 1), valid_to=ends)

    found = to_look_at(exemptions_of(world.ward_user), on=DAY)

    assert found.exists() is is_told


def test_exemption_that_is_followed_by_another_is_settled(world):
    make_exemption(world.registration, valid_from=date(2025, 1, 1), valid_to=DAY)
    make_exemption(world.registration, valid_from=DAY)

    assert not to_look_at(exemptions_of(world.ward_user), on=DAY).exists()


@pytest.mark.parametrize("who", ["ward_user", "cell_user", "workplace_user"])
def test_exemption_that_ends_stands_on_the_homes_of_both_sides(world, who):
    make_exemption(world.registration, valid_from=date(2025, 1, 1), valid_to=DAY)

    found = [
        todo
        for todo in todos_of(getattr(world, who), on=DAY)
        if "miễn sinh hoạt nơi cư trú" in todo.text
    ]

    assert [(todo.count, todo.due, todo.due_text, todo.is_late) for todo in found] == [
        (1, DAY, "từ ngày 01/06/2026", True)
    ]


def test_exemptions_that_have_ended_stand_apart_from_those_that_will(
    world, other, client
):
    today = timezone.localdate()
    third = make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    for stay, days in ((world.registration, -5), (other, 18), (third, 25)):
        ends = today + timedelta(days=days)
        make_exemption(stay, valid_from=date(2025, 1, 1), valid_to=ends)
    client.force_login(world.ward_user)

    found = [
        todo
        for todo in todos_of(world.ward_user, on=today)
        if "miễn sinh hoạt nơi cư trú" in todo.text
    ]

    soonest = today + timedelta(days=18)
    assert [(todo.count, todo.is_late, todo.due_text) for todo in found] == [
        (1, True, f"từ ngày {today - timedelta(days=5):%d/%m/%Y}"),
        (2, False, f"sớm nhất ngày {soonest:%d/%m/%Y}"),
    ]
    assert [client.get(todo.url).context["total"] for todo in found] == [1, 2]


@pytest.mark.parametrize(
    ("who", "number"),
    [
        ("ward_user", 1),
        ("cell_user", 1),
        ("workplace_user", 1),
        ("department_user", 1),
        ("sister_cell_user", 0),
        ("other_workplace_user", 0),
        ("sister_user", 0),
    ],
)
def test_exempt_are_listed_for_their_own_units(world, client, who, number):
    make_exemption(world.registration, valid_from=date(2025, 1, 1))
    client.force_login(getattr(world, who))

    page = client.get(reverse("members:exemption_list"))

    assert page.context["total"] == number


def test_exempt_are_listed_by_ground_with_the_next_to_end_first(world, other, client):
    third = make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    today = timezone.localdate()
    for stay, ground, days in (
        (world.registration, "study", 60),
        (other, "study", 20),
        (third, "barracks", None),
    ):
        Exemption.objects.create(
            registration=stay,
            ground=ground,
            valid_from=date(2025, 1, 1),
            valid_to=today + timedelta(days=days) if days else None,
        )
    client.force_login(world.ward_user)

    page = client.get(reverse("members:exemption_list"))
    soon = client.get(reverse("members:exemption_list"), {"thoi_han": "sap-het"})

    assert [
        [row.registration for row in rows] for _, _, rows in page.context["groups"]
    ] == [[third], [other, world.registration]]
    assert soon.context["total"] == 1


def test_exempt_without_a_document_are_marked(world, other, client):
    make_exemption(world.registration, valid_from=date(2025, 1, 1))
    Exemption.objects.update(document="")
    bare = client_page(client, world)
    Exemption.objects.update(document="Quyết định 12")
    written = client_page(client, world)

    assert ("chưa có văn bản" in bare, "chưa có văn bản" in written) == (True, False)


def client_page(client, world):
    client.force_login(world.ward_user)
    return client.get(reverse("members:exemption_list")).content.decode()


def test_exempt_when_they_fill_a_page_go_on_to_the_next(world, client, monkeypatch):
    """By ground, the next to end first, those without an end last, then by name."""
    monkeypatch.setattr(exempt, "EXEMPT_SIZE", 2)
    today = timezone.localdate()
    expected = []
    for name, ground, days in (
        ("Trần An", "barracks", None),
        ("Trần Bình", "study", 20),
        ("Trần Em", "study", 60),
        ("Trần Chín", "study", None),
        ("Trần Dũng", "study", None),
    ):
        stay = make_registration(
            make_member(world.workplace, full_name=name), world.ward, cell=world.cell
        )
        row = make_exemption(stay, valid_from=date(2025, 1, 1))
        row.ground = ground
        row.valid_to = today + timedelta(days=days) if days else None
        row.save()
        expected.append(row)
    client.force_login(world.ward_user)
    url = reverse("members:exemption_list")

    first = client.get(url).context
    second = client.get(url, {"after": first["page"].next}).context
    third = client.get(url, {"after": second["page"].next}).context
    back = client.get(url, {"before": third["page"].previous}).context

    assert [one["page"].rows for one in (first, second, third, back)] == [
        expected[:2],
        expected[2:4],
        expected[4:],
        expected[2:4],
    ]
    assert [number for _, number, _ in first["groups"]] == [1, 4]
    assert third["page"].next is None


def test_exempt_is_found_by_name_through_a_post(world, client):
    for name in ("Trần Thị Bưởi", "Trần Thị Mận"):
        stay = make_registration(
            make_member(world.workplace, full_name=name), world.ward, cell=world.cell
        )
        make_exemption(stay, valid_from=date(2025, 1, 1))
    client.force_login(world.ward_user)
    url = reverse("members:exemption_list")

    found = client.post(url, {"q": "buoi"}).context["page"].rows
    by_address = client.get(url, {"q": "buoi"}).context["total"]

    assert [row.registration.member.full_name for row in found] == ["Trần Thị Bưởi"]
    assert by_address == 2


@pytest.mark.parametrize("number", [1, 3])
def test_exempt_when_there_are_more_ask_no_more(
    world, client, number, django_assert_num_queries
):
    for _ in range(number):
        stay = make_registration(
            make_member(world.workplace), world.ward, cell=world.cell
        )
        make_exemption(stay, valid_from=date(2025, 1, 1))
    client.force_login(world.ward_user)

    with django_assert_num_queries(7):
        client.get(reverse("members:exemption_list"))
