"""Off the workplace's list before any residence had received the member."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from members.models import Member, Registration
from members.services.departures import take_off_list
from members.services.letters import ask_for_letter, draft_letter, introduce
from party76.audit.models import AuditEvent
from party76.shared.versions import Conflict
from tests.factories.members import make_member
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}
State = Registration.State


@pytest.fixture
def world():
    return make_world()


def take_off(world, member, **fields):
    data = {"reason": "expelled", "on": DAY, "version": member.version, **fields}
    return take_off_list(member, by=world.workplace_user, **data)


def test_member_when_taken_off_is_followed_no_more_and_it_is_recorded(world):
    member = make_member(world.workplace)

    take_off(world, member, number="12-QĐ/UBKT")

    assert Member.objects.get(pk=member.pk).status == Member.Status.LEFT
    events = AuditEvent.objects.filter(object_type="member", object_key=str(member.pk))
    facts = {key: value for event in events for key, value in event.facts.items()}
    assert (facts["status"], facts["reason"], facts["on"], facts["number"]) == (
        "left",
        "expelled",
        "2026-06-01",
        "12-QĐ/UBKT",
    )


@pytest.mark.parametrize(
    ("write", "state"),
    [
        (draft_letter, State.WITHDRAWN),
        (introduce, State.RETURNED),
        (ask_for_letter, State.RETURNED),
    ],
)
def test_letters_when_taken_off_are_given_up(world, write, state):
    member = make_member(world.workplace)
    fields = {"on": DAY} if write is ask_for_letter else {}
    letter = write(member, ward=world.ward, by=world.workplace_user, **fields)

    take_off(world, member)

    assert Registration.objects.get(pk=letter.pk).state == state


def test_member_when_received_is_the_wards_to_end(world):
    with pytest.raises(ValidationError, match="Đảng ủy phường Ninh Kiều"):
        take_off(world, world.member)

    assert Member.objects.get(pk=world.member.pk).status == Member.Status.ACTIVE


@pytest.mark.parametrize("reason", ["died", "moved_away", "not_dwelling"])
def test_reason_when_it_takes_nobody_off_the_list_is_refused(world, reason):
    with pytest.raises(ValidationError, match="không đưa"):
        take_off(world, make_member(world.workplace), reason=reason)


def test_member_when_gone_already_is_refused(world):
    member = make_member(world.workplace, status=Member.Status.DEAD)

    with pytest.raises(ValidationError, match="không còn trong danh sách"):
        take_off(world, member)


def test_member_when_changed_meanwhile_is_a_conflict(world):
    member = make_member(world.workplace)

    with pytest.raises(Conflict):
        take_off(world, member, version=7)


def test_page_is_offered_while_nobody_has_received_him(world, client):
    member = make_member(world.workplace)
    client.force_login(world.workplace_user)
    urls = {
        one: reverse("members:member_leave", args=[one.pk])
        for one in (member, world.member)
    }

    offered = [
        url
        in client.get(reverse("reports:member_file", args=[one.pk])).content.decode()
        for one, url in urls.items()
    ]
    page = client.get(urls[member])
    client.post(
        urls[member], {**KEY, "version": 1, "reason": "retired", "on": "01/06/2026"}
    )

    assert offered == [True, False]
    assert "died" not in dict(page.context["form"].fields["reason"].choices)
    assert Member.objects.get(pk=member.pk).status == Member.Status.LEFT
