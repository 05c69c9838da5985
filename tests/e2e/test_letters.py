"""Many members introduced on one page, with a script and without one."""

import pytest
from django.urls import reverse

from members.models import Registration
from tests.factories.members import make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def newcomers(world):
    return [
        make_member(world.workplace, full_name=name)
        for name in ("Trần Văn An", "Lý Thị Bé")
    ]


def sent():
    letters = Registration.objects.filter(state="sent").order_by("letter_number")
    return [(letter.member, letter.ward, letter.letter_number) for letter in letters]


@pytest.mark.parametrize("javascript", [True, False])
def test_letters_when_filled_for_all_are_checked_and_sent(
    world, newcomers, open_browser, javascript
):
    page = open_browser(world.workplace_user, javascript=javascript)
    page.goto(reverse("members:letter_batch"))

    for member in newcomers:
        page.get_by_label(f"Chọn đồng chí {member.full_name}").check()
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_text("Điền giống nhau cho các dòng").click()
    page.locator("#id_chung-ward").fill("ninh kieu")
    page.locator("#id_chung-first_number").fill("15")
    page.get_by_role("button", name="Điền vào các dòng").click()
    page.get_by_role("button", name="Kiểm tra trước khi ghi").last.click()
    page.get_by_role("button", name="Gửi 2 giấy giới thiệu").click()
    page.wait_for_url(f"**{reverse('members:letter_list')}*")

    assert sent() == [
        (newcomers[0], world.ward, "15"),
        (newcomers[1], world.ward, "16"),
    ]


def test_letters_when_one_is_hindered_are_sent_without_it(
    world, newcomers, open_browser
):
    make_registration(newcomers[0], world.ward)
    page = open_browser(world.workplace_user)
    page.goto(reverse("members:letter_batch"))
    page.get_by_label("Danh sách").select_option("tat-ca")
    page.get_by_role("button", name="Tìm, lọc").click()
    for member in newcomers:
        page.get_by_label(f"Chọn đồng chí {member.full_name}").check()
    page.get_by_role("button", name="Tiếp tục").click()
    for member in newcomers:
        label = f"Đảng ủy nơi cư trú của đồng chí {member.full_name}"
        page.get_by_label(label).fill("ninh kieu")

    page.get_by_role("button", name="Kiểm tra trước khi ghi").last.click()
    page.get_by_role("button", name="Bỏ đánh dấu 1 đồng chí").click()
    page.get_by_role("button", name="Gửi 1 giấy giới thiệu").click()
    page.wait_for_url(f"**{reverse('members:letter_list')}*")

    assert sent() == [(newcomers[1], world.ward, "")]


def test_lines_when_drawn_fit_and_are_clean(
    world, newcomers, open_browser, width, axe, no_sideways_scroll
):
    page = open_browser(world.workplace_user, width=width)
    page.goto(reverse("members:letter_batch"))
    for member in newcomers:
        page.get_by_label(f"Chọn đồng chí {member.full_name}").check()

    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name="Kiểm tra trước khi ghi").last.click()
    page.get_by_text("Chưa ghi gì.").wait_for()

    axe(page)
    no_sideways_scroll(page)
