"""A search by name has an address of its own, without the name in it."""

import re

import pytest
from django.urls import reverse

from tests.factories.members import make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def ward(client, world):
    client.force_login(world.ward_user)
    return client


LIST = reverse("members:member_list")


def search(client, text, address=LIST):
    return client.post(address, {"q": text, "tim": "1"})


def test_search_when_sent_leads_to_an_address_that_finds_it_again(ward):
    answer = search(ward, "Hòa", f"{LIST}?trang_thai=")

    page = ward.get(answer.url)
    assert answer.status_code == 302
    assert re.fullmatch(rf"{LIST}\?trang_thai=&tim=[\w-]{{8}}", answer.url)
    assert 'value="Hòa"' in page.content.decode()


def test_search_from_the_page_of_another_takes_its_place_in_the_address(ward):
    first = search(ward, "Hòa").url

    second = search(ward, "Bình", first).url

    assert second.count("tim=") == 1
    assert 'value="Bình"' in ward.get(second).content.decode()
    assert 'value="Hòa"' in ward.get(first).content.decode()


def test_address_of_a_search_when_another_opens_it_shows_the_whole_list(
    client, ward, world
):
    address = search(ward, "Hòa").url
    client.force_login(world.cell_user)

    answer = client.get(address)

    assert answer.status_code == 302
    assert answer.url == LIST


def test_address_of_a_search_on_another_page_finds_nothing_there(ward):
    token = search(ward, "Hòa").url.partition("tim=")[2]
    other = reverse("members:letter_inbox")

    assert ward.get(f"{other}?tim={token}").url == other


def test_address_of_a_search_when_not_logged_in_asks_to_log_in(client):
    answer = client.get(f"{LIST}?tim=abc")

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("login"))


def test_searches_when_many_were_made_keep_the_latest(ward):
    addresses = [search(ward, f"Tên {number}").url for number in range(31)]

    assert ward.get(addresses[0]).status_code == 302
    assert ward.get(addresses[1]).status_code == 200
    assert ward.get(addresses[-1]).status_code == 200


def test_search_for_nothing_leads_back_to_the_whole_list(ward):
    assert search(ward, "", f"{LIST}?tim=abc").url == LIST


def test_page_after_page_of_a_search_has_an_address_too(ward, world, monkeypatch):
    monkeypatch.setattr("members.queries.persons.PAGE_SIZE", 2)
    for _ in range(3):
        make_registration(make_member(world.workplace, full_name="Vũ Ý"), world.ward)
    first = ward.get(search(ward, "Vũ Ý").url)

    sent = {"q": "Vũ Ý", "after": first.context["page"].after, "tim": "1"}
    second = ward.get(ward.post(first.context["here"], sent).url)

    assert len(first.context["page"].rows) == 2
    assert len(second.context["page"].rows) == 1
