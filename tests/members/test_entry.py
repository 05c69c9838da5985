"""Entering and mending what is kept on a member, each side its own."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Member, Registration
from party76.audit.models import Action, AuditEvent
from tests.factories.members import (
    make_committee,
    make_member,
    make_registration,
)
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}


@pytest.fixture
def world():
    return make_world()


def entry(world, **fields):
    return {
        **KEY,
        "full_name": "Trần Văn An",
        "gender": "male",
        "birth": "03/1970",
        "card_number": "12.000001",
        "admitted_on": "01/05/1995",
        "official_on": "01/05/1996",
        "position": "Bác sĩ",
        "workplace": world.workplace.pk,
        **fields,
    }


def test_member_when_added_by_the_workplace_is_stored_as_typed(world, client):
    client.force_login(world.workplace_user)

    answer = client.post(reverse("members:member_add"), entry(world))

    member = Member.objects.get(card_number="12.000001")
    assert answer.url == reverse("reports:member_file", args=[member.pk])
    assert (member.birth_date, member.birth_precision) == (date(1970, 3, 1), "month")
    assert (member.official_on, member.workplace) == (date(1996, 5, 1), world.workplace)
    assert AuditEvent.objects.filter(
        action=Action.CREATE, object_type="member", object_key=member.pk
    ).exists()


def test_member_when_sent_twice_is_stored_once(world, client):
    client.force_login(world.workplace_user)

    client.post(reverse("members:member_add"), entry(world))
    client.post(reverse("members:member_add"), entry(world))

    assert Member.objects.filter(full_name="Trần Văn An").count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("birth", "31/02/1970", "không có ngày này"),
        ("birth", "13/1970", "không có tháng 13"),
        ("full_name", "=HYPERLINK(1)", "công thức"),
        ("official_on", "01/01/1990", "không được trước ngày vào Đảng"),
        ("card_number", "11.000001", "đã ghi cho một đồng chí khác"),
        ("workplace", "", "Đồng chí chọn đơn vị"),
    ],
)
def test_member_when_typed_wrongly_is_refused_with_a_sentence(
    world, client, field, value, sentence
):
    client.force_login(world.workplace_user)

    page = client.post(reverse("members:member_add"), entry(world, **{field: value}))

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert Member.objects.count() == 1


def test_member_when_placed_in_a_strange_workplace_is_refused(world, client):
    client.force_login(world.workplace_user)

    page = client.post(
        reverse("members:member_add"),
        entry(world, workplace=world.other_workplace.pk),
    )

    assert page.status_code == 422
    assert Member.objects.count() == 1


def test_member_when_name_and_birth_are_known_is_asked_about_first(world, client):
    make_member(
        world.workplace,
        full_name="Trần Văn An",
        birth_date=date(1970, 3, 1),
        birth_precision="month",
    )
    make_member(world.other_workplace, full_name="Trần Văn An")
    client.force_login(world.workplace_user)

    asked = client.post(reverse("members:member_add"), entry(world))
    sure = client.post(
        reverse("members:member_add"), entry(world, is_other_person="on")
    )

    assert asked.status_code == 422
    assert len(asked.context["duplicates"]) == 1
    assert asked.context["hidden_duplicates"] == 1
    assert "Trường THPT" not in asked.content.decode()
    assert sure.status_code == 302
    assert Member.objects.filter(full_name="Trần Văn An").count() == 3


@pytest.mark.parametrize(
    ("who", "identity", "dwelling", "workplace"),
    [
        ("workplace_user", 200, 403, 200),
        ("ward_user", 403, 200, 403),
        ("cell_user", 403, 200, 403),
        ("department_user", 403, 403, 403),
        ("inspector_user", 403, 403, 403),
        ("past_user", 403, 403, 403),
        ("past_workplace_user", 403, 403, 403),
        ("sister_user", 404, 404, 404),
        ("sister_cell_user", 404, 404, 404),
        ("other_workplace_user", 404, 404, 404),
        ("admin_user", 404, 404, 404),
    ],
)
def test_entry_pages_when_asked_for_answer_by_side(
    world, client, who, identity, dwelling, workplace
):
    client.force_login(getattr(world, who))
    statuses = [
        client.get(reverse(f"members:{name}", args=[world.member.pk])).status_code
        for name in ("identity_edit", "dwelling_edit", "workplace_change")
    ]

    assert statuses == [identity, dwelling, workplace]


def test_identity_when_the_workplace_is_on_paper_is_the_wards_to_edit(world, client):
    member = make_member(world.outside_workplace)
    make_registration(member, world.ward)
    client.force_login(world.ward_user)

    page = client.get(reverse("members:identity_edit", args=[member.pk]))

    assert page.status_code == 200


def test_identity_when_edited_is_stored_and_recorded_without_values(world, client):
    client.force_login(world.workplace_user)

    client.post(
        reverse("members:identity_edit", args=[world.member.pk]),
        {
            **KEY,
            "version": 1,
            "full_name": "Lê Thị Hòa",
            "birth": "1975",
            "card_number": "11.000001",
            "position": "Dược sĩ",
        },
    )

    world.member.refresh_from_db()
    event = AuditEvent.objects.get(action=Action.UPDATE)
    assert (world.member.position, world.member.birth_text) == ("Dược sĩ", "1975")
    assert "Dược sĩ" not in str(event.facts)
    assert event.facts["fields"] == ["birth_date", "birth_precision", "position"]
    assert event.detail.payload["changes"]["position"] == ["", "Dược sĩ"]


@pytest.mark.parametrize(
    ("page", "who", "fields"),
    [
        (
            "identity_edit",
            "workplace_user",
            {"full_name": "Lê Thị Hương", "card_number": "11.000001"},
        ),
        ("dwelling_edit", "ward_user", {"address": "12 Nguyễn Trãi"}),
    ],
)
def test_edit_when_somebody_was_quicker_shows_both_values(
    world, client, page, who, fields
):
    Member.objects.filter(pk=world.member.pk).update(
        version=2, full_name="Lê Thị Hà", address="1 Hòa Bình"
    )
    client.force_login(getattr(world, who))

    answer = client.post(
        reverse(f"members:{page}", args=[world.member.pk]),
        {**KEY, "version": 1, **fields},
    )

    text = answer.content.decode()
    assert answer.status_code == 409
    assert '<p class="page-subtitle">Lê Thị Hà</p>' in text
    assert text.count("Lê Thị Hà") + text.count("1 Hòa Bình") == 2
    assert Member.objects.get(pk=world.member.pk).version == 2


def test_workplace_when_changed_keeps_the_stay_and_opens_a_placement(world, client):
    client.force_login(world.workplace_user)

    client.post(
        reverse("members:workplace_change", args=[world.member.pk]),
        {
            **KEY,
            "version": 1,
            "workplace_typed": "Trường THPT Châu Văn Liêm",
            "on": "01/06/2026",
        },
    )

    stay = Registration.objects.get(pk=world.registration.pk)
    old, new = stay.placements.order_by("pk")
    assert (stay.state, stay.workplace) == ("received", world.other_workplace)
    assert (old.workplace, old.valid_to) == (world.workplace, date(2026, 6, 1))
    assert (new.workplace, new.sector) == (world.other_workplace, "service")
    assert (new.valid_from, new.cause) == (date(2026, 6, 1), "workplace_changed")


def on_paper_with_stay(world, **fields):
    member = make_member(world.outside_workplace, **fields)
    make_registration(member, world.ward, cell=world.cell)
    return member


def go_over(client, member, to):
    return client.post(
        reverse("members:workplace_change", args=[member.pk]),
        {**KEY, "version": 1, "workplace_typed": to, "on": "01/06/2026"},
    )


@pytest.mark.parametrize(
    ("who", "status"), [("ward_user", 200), ("cell_user", 403), ("sister_user", 404)]
)
def test_workplace_on_paper_when_left_is_the_ward_committees_to_write(
    world, client, who, status
):
    member = on_paper_with_stay(world)
    client.force_login(getattr(world, who))
    link = reverse("members:workplace_change", args=[member.pk])

    page = client.get(link)
    file = client.get(reverse("reports:member_file", args=[member.pk]))

    assert page.status_code == status
    assert (link in file.content.decode()) == (status == 200)


@pytest.mark.parametrize("uses_system", [True, False])
def test_workplace_on_paper_when_left_is_changed_by_the_ward(
    world, client, uses_system
):
    member = on_paper_with_stay(world)
    other = make_committee(
        kind="direct", name="Tỉnh ủy Vĩnh Long", uses_system=uses_system
    )
    client.force_login(world.ward_user)

    go_over(client, member, "Tỉnh ủy Vĩnh Long")

    assert Member.objects.get(pk=member.pk).workplace == other


@pytest.mark.parametrize("status", ["dead", "left"])
def test_workplace_of_who_is_followed_no_more_is_not_changed(world, client, status):
    Member.objects.filter(pk=world.member.pk).update(status=status)
    client.force_login(world.workplace_user)
    file = client.get(reverse("reports:member_file", args=[world.member.pk]))

    page = go_over(client, world.member, "Trường THPT Châu Văn Liêm")

    assert page.status_code == 422
    assert Member.objects.get(pk=world.member.pk).workplace == world.workplace
    link = reverse("members:workplace_change", args=[world.member.pk])
    assert link not in file.content.decode()
