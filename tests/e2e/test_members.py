"""The tree, the type-ahead and the pages of members in a real browser."""

import re

import pytest
from django.urls import reverse

from members.models import Registration
from members.services.corrections import ask_correction
from members.services.letters import introduce
from tests.factories.members import make_member
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    return make_world()


def test_tree_when_a_unit_is_opened_loads_what_lies_below(world, open_browser):
    page = open_browser(world.workplace_user)
    page.goto(reverse("members:committee_tree"))
    ward = page.locator("details", has_text="Đảng ủy phường Ninh Kiều").last

    ward.locator("summary").first.click(position={"x": 5, "y": 10})

    page.get_by_role("link", name="Chi bộ Khu vực 2").wait_for()


def test_tree_when_there_is_no_script_opens_by_a_link(world, open_browser):
    page = open_browser(world.workplace_user, javascript=False)
    page.goto(reverse("members:committee_tree"))
    ward = page.locator("details", has_text="Đảng ủy phường Ninh Kiều").last
    ward.locator("summary").first.click(position={"x": 5, "y": 10})

    ward.get_by_role("link", name="Xem các đơn vị trực thuộc").click()

    assert page.get_by_role("link", name="Chi bộ Khu vực 2").is_visible()


def test_unit_when_typed_and_chosen_by_keys_is_sent(world, open_browser):
    newcomer = make_member(world.workplace)
    page = open_browser(world.workplace_user)
    page.goto(reverse("members:letter_add", args=[newcomer.pk]))
    box = page.get_by_label("Đảng ủy nơi cư trú")

    box.press_sequentially("phuong")
    page.get_by_role("option", name=re.compile("Cái Khế")).wait_for()
    box.press("ArrowDown")
    box.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]").get_attribute(
        "data-name"
    )
    box.press("Enter")
    page.get_by_role("button", name="Gửi giấy giới thiệu").click()
    page.wait_for_url(f"**{reverse('reports:member_file', args=[newcomer.pk])}")

    assert Registration.objects.get(member=newcomer).ward.name == chosen


def test_unit_when_there_is_no_script_is_chosen_from_those_that_fit(
    world, open_browser
):
    newcomer = make_member(world.workplace)
    page = open_browser(world.workplace_user, javascript=False)
    page.goto(reverse("members:letter_add", args=[newcomer.pk]))

    page.get_by_label("Đảng ủy nơi cư trú").fill("phuong")
    page.get_by_role("button", name="Gửi giấy giới thiệu").click()
    page.get_by_label(re.compile("Đảng ủy phường Cái Khế")).check()
    page.get_by_role("button", name="Gửi giấy giới thiệu").click()

    assert Registration.objects.get(member=newcomer).ward == world.sister_ward


@pytest.mark.parametrize("number", range(13))
def test_page_when_drawn_fits_and_is_clean(
    world, open_browser, width, axe, no_sideways_scroll, number
):
    letter = introduce(
        make_member(world.workplace), ward=world.ward, by=world.workplace_user
    )
    asked = ask_correction(
        world.member,
        field="full_name",
        new_value="Lê Thị Hoa",
        reason="Căn cước công dân",
        asked_by_committee=world.ward,
        by=world.ward_user,
    )
    who, name, *keys = [
        ("ward_user", "members:committee_tree"),
        ("department_user", "members:committee_detail", world.ward.pk),
        ("department_user", "members:committee_add", world.city.pk),
        ("ward_user", "members:member_list"),
        ("workplace_user", "members:member_add"),
        ("ward_user", "members:paper_receive"),
        ("workplace_user", "members:letter_list"),
        ("workplace_user", "members:letter_batch"),
        ("workplace_user", "members:statement_unit", world.workplace.pk),
        ("department_user", "members:statement_list"),
        ("ward_user", "members:registration_receive", letter.pk),
        ("workplace_user", "members:correction_answer", asked.pk),
        ("inspector_user", "reports:member_file", world.member.pk),
    ][number]
    page = open_browser(getattr(world, who), width=width)

    page.goto(reverse(name, args=keys))

    axe(page)
    no_sideways_scroll(page)


def test_unit_when_no_name_fits_is_said_in_sight(world, open_browser):
    newcomer = make_member(world.workplace)
    page = open_browser(world.workplace_user)
    page.goto(reverse("members:letter_add", args=[newcomer.pk]))

    page.get_by_label("Đảng ủy nơi cư trú").press_sequentially("khong co dau")

    page.get_by_text("Không có đơn vị nào có tên này.").wait_for()


def test_search_when_a_file_was_opened_is_there_again_by_going_back(
    world, open_browser
):
    page = open_browser(world.ward_user)
    page.goto(reverse("members:member_list"))
    page.get_by_label("Tìm theo họ tên").fill("hòa")
    page.get_by_role("button", name="Tìm", exact=True).click()
    page.get_by_role("link", name="Lê Thị Hòa").click()
    page.wait_for_url(f"**{reverse('reports:member_file', args=[world.member.pk])}")

    page.go_back()

    assert page.get_by_label("Tìm theo họ tên").input_value() == "hòa"
    assert page.get_by_role("link", name="Lê Thị Hòa").is_visible()
