"""The request to a workplace for letters: one paper for each ward, in its own name."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations.models import RuleSet
from members.models import Committee, Role
from members.services.letters import ask_for_letter
from reports.models import SignatureBlock
from tests.factories.members import make_member, make_post
from tests.factories.world import make_world
from tests.reports.reading import text_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


@pytest.fixture
def world():
    return make_world()


def ask(world, *, workplace=None, ward=None, by=None):
    return ask_for_letter(
        make_member(workplace or world.workplace),
        ward=ward or world.ward,
        on=DAY,
        by=by or world.ward_user,
    )


def paper(client, world, user=None):
    client.force_login(user or world.ward_user)
    return client.get(reverse("reports:asked_print", args=[world.workplace.pk]))


def test_paper_lists_those_of_one_workplace_and_a_text_without_names(world, client):
    own = [ask(world), ask(world)]
    ask(world, workplace=world.other_workplace)

    page = paper(client, world)

    [one] = page.context["papers"]
    assert set(one.stays) == set(own)
    reminder = page.content.decode().split("không có tên người")[1]
    assert "2 đồng chí" in " ".join(reminder.split())
    assert own[0].member.full_name not in reminder


def test_paper_of_two_wards_is_one_for_each(world, client):
    make_post(world.ward_user, Role.RESIDENCE_WARD, world.sister_ward)
    here = ask(world)
    there = ask(world, ward=world.sister_ward)

    page = paper(client, world)

    assert {one.ward: one.stays for one in page.context["papers"]} == {
        world.ward: [here],
        world.sister_ward: [there],
    }
    assert page.content.decode().count("<article") == 2


def test_paper_has_heading_signature_and_rules_of_the_ward(world, client):
    RuleSet.objects.create(
        committee=world.city, name="Quy định số 999-QĐ/TU", valid_from=date(2020, 1, 1)
    )
    SignatureBlock.objects.create(
        committee=world.ward,
        valid_from=date(2020, 1, 1),
        issuer="ĐẢNG ỦY PHƯỜNG NINH KIỀU",
        place="Ninh Kiều",
        on_behalf="T/M BAN THƯỜNG VỤ",
        title="PHÓ BÍ THƯ",
        signer="Võ Văn Ký",
    )
    ask(world)

    text = text_of(paper(client, world))

    for words in ("T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ", "Võ Văn Ký", "Ninh Kiều, ngày"):
        assert words in text
    assert "Thực hiện Quy định số 999-QĐ/TU, qua rà soát" in text
    assert "213-QĐ/TW" not in text


def test_paper_sends_nobody_on_paper_to_the_system(world, client):
    told = []
    for uses_system in (True, False):
        Committee.objects.filter(pk=world.workplace.pk).update(uses_system=uses_system)
        ask(world)
        told.append("xem trong hệ thống" in text_of(paper(client, world)))

    assert told == [True, False]


def test_paper_of_a_workplace_nobody_waits_for_is_not_there(world, client):
    assert paper(client, world).status_code == 404


def test_number_of_queries_does_not_grow_with_the_people(world, client):
    ask(world)
    paper(client, world)
    with CaptureQueriesContext(
        connection,
    ) as few:
        paper(client, world)
    for _ in range(3):
        ask(world)

    with CaptureQueriesContext(connection) as many:
        paper(client, world)

    assert len(many) == len(few)
