"""One side asks to mend what the other owns."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from members.models import CorrectionRequest, Kind, Member, Registration, Role
from members.queries.corrections import askable
from members.services.corrections import (
    accept_correction,
    ask_correction,
    refuse_correction,
)
from members.services.stays import assign_cell, end_registration
from members.services.workplaces import change_workplace
from party76.audit.models import AuditEvent
from party76.shared.versions import Conflict
from tests.factories.members import (
    make_committee,
    make_member,
    make_registration,
    make_user,
)
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}


@pytest.fixture
def world():
    return make_world()


def ask(world, field="full_name", new_value="Lê Thị Hoa", member=None):
    return ask_correction(
        member or world.member,
        field=field,
        new_value=new_value,
        reason="Căn cước công dân",
        asked_by_committee=world.cell,
        by=world.cell_user,
    )


@pytest.mark.parametrize(
    ("who", "fields"),
    [
        (
            "ward_user",
            {
                "full_name",
                "gender",
                "birth_date",
                "card_number",
                "admitted_on",
                "official_on",
                "position",
            },
        ),
        ("workplace_user", {"phone", "address"}),
        ("department_user", set()),
        ("past_user", set()),
    ],
)
def test_fields_when_asked_about_are_those_of_the_other_side(world, who, fields):
    assert set(askable(getattr(world, who), world.member)) == fields


def test_request_when_asked_goes_to_the_owner_of_the_field(world):
    about_name = ask(world)
    about_address = ask(world, "address", "12 Nguyễn Trãi")

    assert about_name.asked_of_committee == world.workplace
    assert (about_name.old_value, about_name.state) == ("Lê Thị Hòa", "open")
    assert about_address.asked_of_committee == world.cell


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("full_name", "LÊ THỊ HOA", "Lê Thị Hoa"),
        ("birth_date", "03/1975", "03/1975"),
        ("gender", "nữ", "female"),
        ("admitted_on", "3/2/1999", "1999-02-03"),
        ("address", "12 Nguyễn Trãi", "12 Nguyễn Trãi"),
    ],
)
def test_request_when_accepted_is_written_and_recorded(world, field, value, shown):
    request = ask(world, field, value)

    accept_correction(
        CorrectionRequest.objects.get(pk=request.pk),
        version=1,
        by=world.workplace_user,
    )

    member = Member.objects.get(pk=world.member.pk)
    stored = member.birth_text if field == "birth_date" else getattr(member, field)
    assert str(stored) == shown
    assert CorrectionRequest.objects.get(pk=request.pk).state == "accepted"
    assert AuditEvent.objects.filter(
        object_type="member", object_key=member.pk, action="update"
    ).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_date", "31/02/1970"),
        ("admitted_on", "1999"),
        ("gender", "khác"),
        ("full_name", "=HYPERLINK(1)"),
        ("card_number", "1" * 21),
        ("phone", "không có"),
        ("full_name", "Lê Thị  Hòa"),
    ],
)
def test_request_when_the_value_cannot_be_taken_is_refused(world, field, value):
    with pytest.raises(ValidationError) as refused:
        ask(world, field, value)

    assert "new_value" in refused.value.message_dict
    assert not CorrectionRequest.objects.exists()


def test_request_when_one_waits_already_is_refused(world):
    ask(world)

    with pytest.raises(ValidationError, match="đang chờ trả lời"):
        ask(world, new_value="Lê Thị Hồng")


def test_request_when_accepted_with_a_card_in_use_by_then_is_refused(world):
    request = ask(world, "card_number", "22.000002")
    make_member(world.other_workplace, card_number="22.000002")

    with pytest.raises(ValidationError):
        accept_correction(
            CorrectionRequest.objects.get(pk=request.pk),
            version=1,
            by=world.workplace_user,
        )

    assert CorrectionRequest.objects.get(pk=request.pk).is_open


def test_request_when_the_owner_changes_waits_at_the_new_one(world):
    about_name, about_address = ask(world), ask(world, "address", "12 Nguyễn Trãi")

    change_workplace(
        Member.objects.get(pk=world.member.pk),
        workplace=world.other_workplace,
        on=date(2026, 6, 1),
        version=1,
        by=world.workplace_user,
    )
    assign_cell(
        Registration.objects.get(pk=world.registration.pk),
        cell=world.sister_cell,
        on=date(2026, 6, 1),
        version=2,
        by=world.ward_user,
    )

    about_name.refresh_from_db()
    about_address.refresh_from_db()
    assert about_name.asked_of_committee == world.other_workplace
    assert about_address.asked_of_committee == world.sister_cell


def test_request_when_nobody_owns_the_dwelling_any_more_is_closed(world):
    about_name, about_address = ask(world), ask(world, "address", "12 Nguyễn Trãi")

    end_registration(
        world.registration,
        on=date(2026, 6, 1),
        reason="moved_away",
        version=1,
        by=world.ward_user,
    )

    about_name.refresh_from_db()
    about_address.refresh_from_db()
    assert (about_name.state, about_address.state) == ("open", "refused")
    assert about_address.answered_by == world.ward_user


def test_request_when_a_school_of_the_ward_must_answer_is_not_the_wards(world):
    school = make_committee(world.ward, kind=Kind.GRASSROOTS)
    member = make_member(school)
    make_registration(member, world.sister_ward)
    request = ask_correction(
        member,
        field="gender",
        new_value="Nữ",
        reason="Căn cước công dân",
        asked_by_committee=world.sister_ward,
        by=world.sister_user,
    )
    teacher = make_user(Role.WORKPLACE, school)

    seen = CorrectionRequest.objects.visible_to
    due = CorrectionRequest.objects.to_answer_by
    assert (list(seen(teacher)), list(due(teacher))) == ([request], [request])
    assert (list(seen(world.ward_user)), list(due(world.ward_user))) == ([], [])


def test_request_when_refused_says_why_and_changes_nothing(world):
    request = ask(world)

    refuse_correction(request, answer="Đúng rồi", version=1, by=world.workplace_user)

    assert (request.state, request.answer) == ("refused", "Đúng rồi")
    assert Member.objects.get(pk=world.member.pk).full_name == "Lê Thị Hòa"


def test_request_when_answered_twice_is_refused(world):
    request = ask(world)
    other = CorrectionRequest.objects.get(pk=request.pk)
    refuse_correction(request, answer="Đúng rồi", version=1, by=world.workplace_user)

    with pytest.raises(Conflict):
        accept_correction(other, version=1, by=world.workplace_user)
    with pytest.raises(ValidationError, match="đã được trả lời"):
        accept_correction(request, version=2, by=world.workplace_user)


# Pages


@pytest.mark.parametrize(
    ("who", "add", "see", "answer"),
    [
        ("ward_user", 200, 200, 403),
        ("cell_user", 200, 200, 403),
        ("workplace_user", 200, 200, 302),
        ("department_user", 403, 200, 403),
        ("inspector_user", 403, 200, 403),
        ("past_user", 403, 404, 404),
        ("sister_cell_user", 404, 404, 404),
        ("sister_user", 404, 404, 404),
        ("other_workplace_user", 404, 404, 404),
        ("admin_user", 404, 404, 404),
    ],
)
def test_pages_when_asked_for_answer_by_side(world, client, who, add, see, answer):
    request = ask(world)
    client.force_login(getattr(world, who))
    page = reverse("members:correction_answer", args=[request.pk])

    statuses = [
        client.get(
            reverse("members:correction_add", args=[world.member.pk])
        ).status_code,
        client.get(page).status_code,
        client.post(page, {**KEY, "version": 1, "decision": "accept"}).status_code,
    ]

    assert statuses == [add, see, answer]


def test_request_when_sent_from_the_page_waits_for_the_workplace(world, client):
    client.force_login(world.cell_user)

    client.post(
        reverse("members:correction_add", args=[world.member.pk]),
        {**KEY, "field": "birth_date", "new_value": "1975", "reason": "Căn cước"},
    )

    request = CorrectionRequest.objects.get()
    assert request.asked_by_committee == world.cell
    assert request.asked_of_committee == world.workplace


def test_refusal_when_it_says_no_reason_is_asked_for_one(world, client):
    request = ask(world)
    client.force_login(world.workplace_user)

    page = client.post(
        reverse("members:correction_answer", args=[request.pk]),
        {**KEY, "version": 1, "decision": "refuse"},
    )

    assert page.status_code == 422
    assert "ghi lý do không sửa" in page.content.decode()


def test_list_when_shown_puts_the_open_ones_apart(world, client):
    answered, waiting = ask(world), ask(world, "gender", "Nữ")
    refuse_correction(answered, answer="Đúng rồi", version=1, by=world.workplace_user)
    client.force_login(world.workplace_user)

    page = client.get(reverse("members:correction_list"))

    assert page.context["to_answer"] == [waiting]
    assert page.context["sent"] == []
    assert page.context["answered"] == [answered]


def test_list_when_shown_to_who_asked_tells_that_the_other_side_is_due(world, client):
    request = ask(world)
    client.force_login(world.ward_user)

    page = client.get(reverse("members:correction_list"))

    assert (page.context["to_answer"], page.context["sent"]) == ([], [request])


@pytest.mark.parametrize("number", [1, 3])
def test_list_when_it_grows_asks_no_more(
    world, client, number, django_assert_num_queries
):
    for _ in range(number):
        member = make_member(world.workplace)
        make_registration(member, world.ward, cell=world.cell)
        ask(world, "gender", "Nữ", member=member)
    client.force_login(world.workplace_user)

    with django_assert_num_queries(7):
        client.get(reverse("members:correction_list"))
