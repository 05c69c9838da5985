"""Không còn cư trú: the cell says, the ward verifies; one open report per stay."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from members.models import DwellingCheck, Registration
from members.services.dwelling import (
    confirm_not_dwelling,
    dismiss_not_dwelling,
    report_not_dwelling,
)
from members.services.stays import end_registration
from members.views import dwelling
from party76.audit.models import AuditEvent
from party76.shared.versions import Conflict
from reports.queries.home import todos_of
from tests.factories.members import make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}
State = DwellingCheck.State


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def check(world):
    return report_not_dwelling(
        world.registration, reason="Đã bán nhà", on=DAY, by=world.cell_user
    )


def stored(thing):
    return type(thing).objects.get(pk=thing.pk)


def texts(user):
    return [todo.text for todo in todos_of(user, on=DAY)]


def test_report_when_made_waits_for_the_ward_and_changes_nothing(world, check):
    assert (check.state, check.reported_by, check.reported_on) == (
        State.REPORTED,
        world.cell_user,
        DAY,
    )
    assert stored(world.registration).state == "received"
    event = AuditEvent.objects.get(object_type="dwellingcheck")
    assert (event.action, event.committee_code) == ("create", world.cell.code)


def test_report_when_one_waits_is_refused(world, check):
    with pytest.raises(ValidationError, match="chờ đảng ủy xác minh"):
        report_not_dwelling(
            world.registration, reason="Gọi không được", on=DAY, by=world.cell_user
        )


def test_report_on_a_stay_that_is_over_is_refused(world):
    over = make_registration(
        make_member(world.workplace), world.ward, cell=world.cell, ended_on=DAY
    )

    with pytest.raises(ValidationError, match="không còn được theo dõi"):
        report_not_dwelling(over, reason="x", on=DAY, by=world.cell_user)


def test_report_when_confirmed_ends_the_stay(world, check):
    confirm_not_dwelling(
        check, on=DAY, answer="Đúng", number="3-TB", version=1, by=world.ward_user
    )

    stay = stored(world.registration)
    assert (stay.state, stay.end_reason, stay.ended_on, stay.end_number) == (
        "ended",
        "not_dwelling",
        DAY,
        "3-TB",
    )
    assert (stored(check).state, stored(check).answer) == (State.CONFIRMED, "Đúng")
    assert stay.member.status == "active"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("not_dwelling", "Đã xác minh: không còn cư trú"),
        ("moved_away", "Không cần xác minh nữa"),
        ("died", "Không cần xác minh nữa"),
    ],
)
def test_report_when_the_stay_ends_is_called_verified_only_for_that_reason(
    world, client, check, reason, text
):
    end_registration(
        world.registration, on=DAY, reason=reason, version=1, by=world.ward_user
    )
    client.force_login(world.ward_user)

    pages = [
        client.get(reverse("members:dwelling_list")).content.decode(),
        client.get(
            reverse("reports:member_file", args=[world.member.pk])
        ).content.decode(),
    ]

    told = [
        [text in page, page.count("Đã xác minh: không còn cư trú") > 0]
        for page in pages
    ]
    assert told == [[True, reason == "not_dwelling"]] * 2


def test_report_when_the_day_of_the_end_is_wrong_stays_open(world, check):
    with pytest.raises(ValidationError):
        confirm_not_dwelling(check, on=date(2011, 1, 1), version=1, by=world.ward_user)

    assert stored(check).state == State.REPORTED


def test_report_when_dismissed_is_answered_to_the_cell(world, check):
    dismiss_not_dwelling(
        check, answer="Đã gặp, vẫn ở đây", version=1, by=world.ward_user
    )

    assert (stored(check).state, stored(check).answered_by) == (
        State.DISMISSED,
        world.ward_user,
    )
    assert stored(world.registration).state == "received"


def test_report_when_dismissed_without_an_answer_is_refused(world, check):
    with pytest.raises(ValidationError, match="kết quả xác minh"):
        dismiss_not_dwelling(check, answer=" ", version=1, by=world.ward_user)


def test_report_when_two_answer_gives_one_success_and_one_conflict(world, check):
    other = stored(check)
    dismiss_not_dwelling(check, answer="Vẫn ở đây", version=1, by=world.ward_user)

    with pytest.raises(Conflict):
        confirm_not_dwelling(other, on=DAY, version=1, by=world.ward_user)

    assert stored(world.registration).state == "received"


def test_report_when_the_stay_ends_otherwise_closes_itself(world, check):
    end_registration(
        world.registration, on=DAY, reason="moved_away", version=1, by=world.ward_user
    )

    assert (stored(check).state, stored(check).answer) == (
        State.CONFIRMED,
        "Đã kết thúc theo dõi: Chuyển nơi cư trú",
    )


def test_open_report_stands_on_both_homes_with_since_when(world, check):
    ward = [one for one in todos_of(world.ward_user, on=DAY) if "phản ánh" in one.text]
    cell = [one for one in todos_of(world.cell_user, on=DAY) if "phản ánh" in one.text]

    assert [(one.count, one.since, one.action_label) for one in (*ward, *cell)] == [
        (1, DAY, "Xác minh"),
        (1, DAY, "Xem"),
    ]


def test_dismissed_report_is_read_on_the_home_of_the_cell(world, check):
    dismiss_not_dwelling(check, answer="Vẫn ở đây", version=1, by=world.ward_user)
    DwellingCheck.objects.update(answered_on=DAY)

    assert any("vẫn cư trú" in text for text in texts(world.cell_user))
    assert not any("phản ánh" in text for text in texts(world.ward_user))


def test_reports_of_another_ward_are_not_seen(world, check, client):
    client.force_login(world.sister_user)

    page = client.get(reverse("members:dwelling_list"))

    assert page.context["waiting"].rows == []
    assert not any("phản ánh" in text for text in texts(world.sister_user))


def test_pages_of_a_report_take_it_from_the_cell_to_the_answer(world, client):
    client.force_login(world.cell_user)
    client.post(
        reverse("members:dwelling_report", args=[world.registration.pk]),
        {**KEY, "reason": "Gọi nhiều lần không được", "on": "01/06/2026"},
    )
    check = DwellingCheck.objects.get()
    client.force_login(world.ward_user)
    client.post(
        reverse("members:dwelling_answer", args=[check.pk]),
        {"version": 1, "found": "here", "answer": "Đã gặp tại nhà"},
    )
    client.force_login(world.cell_user)
    page = client.get(reverse("members:dwelling_list"))

    assert "Đã gặp tại nhà" in page.content.decode()


def test_page_of_an_answer_when_gone_asks_for_the_day(world, check, client):
    client.force_login(world.ward_user)
    url = reverse("members:dwelling_answer", args=[check.pk])

    asked = client.post(url, {"version": 1, "found": "gone"})
    client.post(url, {"version": 1, "found": "gone", "ended_on": "01/06/2026"})

    assert asked.status_code == 422
    assert stored(world.registration).end_reason == "not_dwelling"


def test_page_of_an_answer_with_a_wrong_day_keeps_the_form_and_says_why(
    world, check, client
):
    client.force_login(world.ward_user)
    sent = {"version": 1, "found": "gone", "answer": "Đã dời", "ended_on": "01/01/2000"}

    page = client.post(reverse("members:dwelling_answer", args=[check.pk]), sent)

    text = page.content.decode()
    assert page.status_code == 422
    assert page.context["check"].is_open
    assert ("không được trước ngày tiếp nhận" in text, "Đã dời" in text) == (True, True)
    assert stored(check).state == State.REPORTED


def reported(world, name):
    member = make_member(world.workplace, full_name=name)
    stay = make_registration(member, world.ward, cell=world.cell)
    return report_not_dwelling(stay, reason="x", on=DAY, by=world.cell_user)


def names_in(page):
    return [check.registration.member.full_name for check in page.rows]


def test_reports_turn_their_pages_apart_from_the_answered(world, client, monkeypatch):
    monkeypatch.setattr(dwelling, "SIZE", 2)
    for name in ("Trần An", "Trần Bình", "Trần Chín"):
        reported(world, name)
    for name in ("Lê Một", "Lê Hai", "Lê Ba"):
        dismiss_not_dwelling(
            reported(world, name), answer="x", version=1, by=world.ward_user
        )
    client.force_login(world.ward_user)
    url = reverse("members:dwelling_list")

    def lists(**sent):
        context = client.get(url, sent).context
        return context["waiting"], context["answered"]

    waiting, answered = lists()
    turned, above = lists(after=waiting.next)
    kept, below = lists(after=answered.next, ds="da-xac-minh")

    assert (names_in(waiting), names_in(answered)) == (
        ["Trần An", "Trần Bình"],
        ["Lê Ba", "Lê Hai"],
    )
    assert (names_in(turned), names_in(above)) == (["Trần Chín"], ["Lê Ba", "Lê Hai"])
    assert (names_in(kept), names_in(below)) == (["Trần An", "Trần Bình"], ["Lê Một"])


def test_reports_are_found_by_name_through_a_post(world, client):
    for name in ("Trần Thị Bưởi", "Trần Thị Mận"):
        reported(world, name)
    client.force_login(world.ward_user)

    page = client.post(reverse("members:dwelling_list"), {"q": "buoi"})

    assert names_in(page.context["waiting"]) == ["Trần Thị Bưởi"]


@pytest.mark.parametrize("number", [1, 3])
def test_reports_when_there_are_more_ask_no_more(
    world, client, number, django_assert_num_queries
):
    for _ in range(number):
        stay = make_registration(
            make_member(world.workplace), world.ward, cell=world.cell
        )
        report_not_dwelling(stay, reason="x", on=DAY, by=world.cell_user)
    done = make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    answered = report_not_dwelling(done, reason="x", on=DAY, by=world.cell_user)
    dismiss_not_dwelling(answered, answer="x", version=1, by=world.ward_user)
    client.force_login(world.ward_user)

    with django_assert_num_queries(7):
        client.get(reverse("members:dwelling_list"))


def test_workplace_when_the_stay_ended_so_may_take_note(world, check):
    confirm_not_dwelling(check, on=DAY, version=1, by=world.ward_user)

    seen = Registration.objects.visible_to(world.workplace_user).get(
        pk=world.registration.pk
    )
    assert (seen.end_reason, seen.end_noted_on) == ("not_dwelling", None)
