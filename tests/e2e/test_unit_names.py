"""Old names on the screen: in the type-ahead, in the tree's search, from an address."""

import re

import pytest
from django.urls import reverse

from members.models import Registration
from tests.factories.members import make_member
from tests.members.old_units import divide, make_old_wards, merge

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old():
    return make_old_wards()


def letter_for(world, address):
    member = make_member(world.workplace, address=address)
    return member, reverse("members:letter_add", args=[member.pk])


def test_old_name_when_typed_offers_the_successor_and_says_why(old, open_browser):
    new = merge(old, [old.wards["An Hội"]], "phường Ninh Kiều")
    member, address = letter_for(old.world, "")
    page = open_browser(old.world.workplace_user)
    page.goto(address)

    page.get_by_label("Đảng ủy nơi cư trú").press_sequentially("an hoi")
    page.get_by_role(
        "option", name=re.compile("trước là Đảng ủy phường An Hội")
    ).click()
    page.get_by_role("button", name="Gửi giấy giới thiệu").click()
    page.wait_for_url(f"**{reverse('reports:member_file', args=[member.pk])}")

    assert Registration.objects.get(member=member).ward == new


@pytest.mark.parametrize("javascript", [True, False])
def test_ward_of_the_address_when_ticked_is_sent(old, open_browser, javascript):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["Tân An"],
    )
    member, address = letter_for(old.world, "12 Nguyễn Trãi, P. An Hội")
    page = open_browser(old.world.workplace_user, javascript=javascript)
    page.goto(address)

    page.get_by_label(re.compile("Đảng ủy phường An Lạc")).check()
    page.get_by_role("button", name="Gửi giấy giới thiệu").click()
    page.wait_for_url(f"**{reverse('reports:member_file', args=[member.pk])}")

    assert Registration.objects.get(member=member).ward == old.wards["An Lạc"]


def test_pages_with_old_names_when_drawn_fit(
    old, open_browser, width, axe, no_sideways_scroll
):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["Tân An"],
    )
    _, address = letter_for(old.world, "12 Nguyễn Trãi, P. An Hội")
    page = open_browser(old.world.workplace_user, width=width)

    tree = reverse("members:committee_tree")
    for url in (f"{tree}?don_vi_typed=an+hoi", address):
        page.goto(url)
        no_sideways_scroll(page)
        axe(page)


def options_asked_for(page):
    """Wait until the answer of the type-ahead has come and could be shown."""
    page.wait_for_timeout(1_000)
    return page.locator(".unit-options:not([hidden])")


def test_list_does_not_open_after_the_box_was_left(old, open_browser):
    _, address = letter_for(old.world, "")
    page = open_browser(old.world.workplace_user)
    page.goto(address)
    box = page.get_by_label("Đảng ủy nơi cư trú")

    box.press_sequentially("an hoi")
    box.press("Tab")

    assert options_asked_for(page).count() == 0


def test_list_does_not_open_again_after_a_quick_choice(old, open_browser):
    _, address = letter_for(old.world, "")
    page = open_browser(old.world.workplace_user)
    page.goto(address)
    box = page.get_by_label("Đảng ủy nơi cư trú")

    box.press_sequentially("an hoi")
    page.get_by_role("option", name=re.compile("Đảng ủy phường An Hội")).wait_for()
    box.press("Backspace")  # asks again in a moment
    box.press("ArrowDown")
    box.press("Enter")

    assert options_asked_for(page).count() == 0
    assert box.input_value() == "Đảng ủy phường An Hội"
    detail = page.locator("[data-unit-detail]")
    assert "thuộc" in detail.inner_text()
