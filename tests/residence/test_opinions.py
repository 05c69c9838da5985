"""Opinions: at a meeting, between meetings, and until they are settled."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from residence.models import Meeting, Opinion
from residence.services.meetings import open_meeting
from residence.services.opinions import add_opinion
from tests.factories.members import make_member, make_registration
from tests.factories.residence import make_opinion

SAID = {
    "given_on": "20/05/2026",
    "subject": "Đèn đường",
    "text": "Đề nghị thêm đèn ở hẻm 3.",
    "answer": "",
    "state": "open",
}


def url(name, *args):
    return reverse(f"residence:{name}", args=args)


@pytest.fixture
def opened(world, meeting):
    return open_meeting(meeting, by=world.cell_user)


@pytest.mark.parametrize("person", ["1", "1 – Lê Thị Hòa", "le thi hoa", "Lê Thị Hoà"])
def test_add_at_meeting_when_told_by_number_or_name_then_noted(
    client, world, opened, person
):
    client.force_login(world.cell_user)

    client.post(url("meeting_opinion_add", opened.pk), SAID | {"person": person})

    opinion = Opinion.objects.get()
    assert opinion.registration == world.registration
    assert (opinion.meeting, opinion.committee, opinion.cell) == (
        opened,
        world.cell,
        world.cell,
    )


def test_add_at_meeting_when_two_have_the_name_then_asked_for_the_number(
    client, world, meeting
):
    namesake = make_member(world.workplace, full_name="Lê Thị Hòa")
    make_registration(namesake, world.ward, cell=world.cell)
    open_meeting(meeting, by=world.cell_user)
    client.force_login(world.cell_user)

    answer = client.post(
        url("meeting_opinion_add", meeting.pk), SAID | {"person": "Lê Thị Hòa"}
    )

    assert answer.status_code == 422
    assert "Có 2 đồng chí cùng họ tên (số 1, 2)" in answer.content.decode()


def test_add_at_meeting_when_nobody_has_the_number_then_refused(client, world, opened):
    client.force_login(world.cell_user)

    answer = client.post(url("meeting_opinion_add", opened.pk), SAID | {"person": "77"})

    assert answer.status_code == 422
    assert not Opinion.objects.exists()


def test_add_at_meeting_when_it_is_closed_then_refused(world, opened):
    Meeting.objects.filter(pk=opened.pk).update(state="closed")
    opened.refresh_from_db()
    opinion = Opinion(
        committee=world.cell,
        meeting=opened,
        registration=world.registration,
        given_on=date(2026, 5, 20),
        subject="Đèn đường",
        text="Thêm đèn.",
    )

    with pytest.raises(ValidationError, match="giữa hai kỳ họp"):
        add_opinion(opinion, by=world.cell_user)


def test_find_when_name_is_typed_without_marks_then_only_own_people(
    client, world, neighbour
):
    client.force_login(world.cell_user)

    answer = client.post(url("opinion_find"), {"q": "an"})
    own = client.post(url("opinion_find"), {"q": "hoa"})

    assert answer.context["found"] == []
    assert own.context["found"] == [world.registration]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("ward_user", 200),
        ("cell_user", 200),
        ("department_user", 403),
        ("workplace_user", 403),
        ("sister_user", 404),
        ("other_workplace_user", 404),
    ],
)
def test_add_between_meetings_when_asked_by_role_then_residence_only(
    client, world, role, status
):
    client.force_login(getattr(world, role))

    answer = client.get(url("opinion_add", world.registration.pk))

    assert answer.status_code == status


def test_add_between_meetings_when_filled_then_noted_at_the_cell(client, world):
    client.force_login(world.ward_user)

    client.post(url("opinion_add", world.registration.pk), SAID)

    opinion = Opinion.objects.get()
    assert (opinion.committee, opinion.cell, opinion.meeting) == (
        world.cell,
        world.cell,
        None,
    )


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("ward_user", 200),
        ("cell_user", 200),
        ("department_user", 403),
        ("sister_cell_user", 404),
        ("workplace_user", 404),
    ],
)
def test_edit_when_asked_by_role_then_scope_and_right(
    client, world, sister_cell_user, role, status
):
    opinion = make_opinion(world.registration)
    users = {**vars(world), "sister_cell_user": sister_cell_user}
    client.force_login(users[role])

    assert client.get(url("opinion_edit", opinion.pk)).status_code == status


def test_edit_when_wards_own_opinion_then_cell_reads_only(client, world):
    opinion = make_opinion(world.registration, committee=world.ward)
    client.force_login(world.cell_user)

    listed = client.get(url("opinion_list")).context["page"].rows

    assert listed == [opinion]
    assert client.get(url("opinion_edit", opinion.pk)).status_code == 403


def test_edit_when_settled_without_answer_then_told(client, world):
    opinion = make_opinion(world.registration)
    client.force_login(world.cell_user)

    answer = client.post(
        url("opinion_edit", opinion.pk), SAID | {"state": "settled", "version": 1}
    )

    assert answer.status_code == 422
    assert "phải ghi nội dung trả lời" in answer.content.decode()


def test_settled_when_written_without_answer_then_database_refuses(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_opinion(world.registration, state="settled")


def test_edit_when_meeting_is_closed_then_only_the_answer_moves(client, world, opened):
    opinion = make_opinion(world.registration, meeting=opened)
    Meeting.objects.filter(pk=opened.pk).update(state="closed")
    client.force_login(world.cell_user)
    changed = {"state": "settled", "answer": "Đã nạo vét.", "version": 1}

    client.post(url("opinion_edit", opinion.pk), SAID | changed)

    opinion.refresh_from_db()
    assert (opinion.state, opinion.answer) == ("settled", "Đã nạo vét.")
    assert opinion.subject == "Thoát nước hẻm 12"


def test_edit_when_somebody_was_quicker_then_conflict_page(client, world):
    opinion = make_opinion(world.registration, version=2)
    client.force_login(world.cell_user)
    key = "00000000-0000-4000-8000-000000000001"

    answer = client.post(
        url("opinion_edit", opinion.pk), SAID | {"version": 1, "submission_key": key}
    )

    assert answer.status_code == 409
    assert "Thoát nước hẻm 12" in answer.content.decode()


def test_list_when_filtered_then_narrowed(client, world):
    wanted = make_opinion(world.registration, state="in_progress")
    make_opinion(world.registration)
    make_opinion(world.registration, state="in_progress", given_on=date(2025, 5, 1))
    client.force_login(world.cell_user)

    answer = client.get(
        url("opinion_list"),
        {"nam": 2026, "tinh_trang": "in_progress", "don_vi": world.cell.pk},
    )

    assert answer.context["page"].rows == [wanted]


@pytest.mark.parametrize("number", [1, 3])
def test_list_queries_when_more_opinions_then_constant(
    client, world, number, django_assert_num_queries
):
    for _ in range(number):
        make_opinion(world.registration)
    client.force_login(world.ward_user)

    # session, user, posts; years, units of the filter, page, audit
    with django_assert_num_queries(7):
        client.get(url("opinion_list"))
