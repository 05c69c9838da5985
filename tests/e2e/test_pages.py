"""The main pages fit three screens and pass axe, under names as long as they come."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import WIDTHS
from tests.factories.crowded import make_crowded_world
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db(transaction=True)

# Up to this width lists are cards (party76.css).
CARDS_UP_TO = 991


@dataclass(frozen=True)
class MainPage:
    """Who of the cast looks at which address; {…} stands for things of the world."""

    user: str
    address: str


PAGES = {
    "home": MainPage("ward_user", "/"),
    "member list": MainPage("ward_user", "/dang-vien/"),
    "member file": MainPage("ward_user", "/dang-vien/{world.member.pk}/"),
    "import preview": MainPage(
        "ward_user", "/nhap-danh-sach/{world.run.pk}/xem-truoc/"
    ),
    "meeting": MainPage("cell_user", "/ky-hop/{world.held.pk}/"),
    "attendance": MainPage("cell_user", "/ky-hop/{world.opened.pk}/diem-danh/"),
    "sheet of comments": MainPage(
        "sister_cell_user", "/nhan-xet/bang/{world.sheet.pk}/"
    ),
    "summary": MainPage("department_user", "/tong-hop/{world.city.pk}/2013/"),
    "reconciliation": MainPage(
        "department_user", "/tong-hop/{world.city.pk}/2013/doi-chieu/"
    ),
    "workplace view": MainPage("workplace_user", "/nhan-xet-noi-cu-tru/"),
    "notices": MainPage("ward_user", "/thong-bao/"),
    "whom a notice is about": MainPage(
        "ward_user", "/thong-bao/lap/?loai=duty&don_vi={world.cell.pk}"
    ),
    "contact books": MainPage("ward_user", "/so-lien-he/?nam=2013"),
    "inbox": MainPage("ward_user", "/gioi-thieu/cho-tiep-nhan/"),
    "people to pass on": MainPage("ward_user", "/gioi-thieu/chon-dong-chi/"),
    "past retiring age": MainPage("ward_user", "/dang-vien/nghi-huu/?nam_gioi=40"),
    "register": MainPage("ward_user", "/so-sach/{world.ward.pk}/noi-cu-tru/?nam=2013"),
    "letters": MainPage("workplace_user", "/gioi-thieu/?muc=tiep-nhan"),
    "tree": MainPage("department_user", "/to-chuc/"),
}


@pytest.mark.parametrize("name", PAGES)
def test_main_page_when_names_are_long_fits_every_screen_and_is_clean(
    open_browser, axe, no_sideways_scroll, name
):
    world, main_page = make_crowded_world(), PAGES[name]
    page = open_browser(getattr(world, main_page.user))

    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(main_page.address.format(world=world))

        assert answer.status == 200
        no_sideways_scroll(page)
        assert width > CARDS_UP_TO or _cut_tables(page) == []
        axe(page)


def _cut_tables(page) -> list[str]:
    """The lists whose last columns are out of sight; figures may scroll."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".table-scroll-cards")]
          .filter((box) => box.scrollWidth > box.clientWidth)
          .filter((box) => !box.querySelector(".table-figures"))
          .map((box) => `${box.ariaLabel}: ${box.scrollWidth}/${box.clientWidth}`)"""
    )


TICKED_PAGES = {
    "inbox": PAGES["inbox"],
    "people to introduce": MainPage("workplace_user", "/gioi-thieu/nhieu/"),
    "contact books": MainPage("ward_user", "/so-lien-he/?nam=2026"),
    "letters to print": MainPage("workplace_user", "/so-sach/giay/"),
}


@pytest.mark.parametrize("name", TICKED_PAGES)
def test_list_to_tick_when_on_a_phone_keeps_all_and_the_act_in_sight(
    open_browser, name
):
    world, ticked_page = make_crowded_world(), TICKED_PAGES[name]
    make_member(world.workplace, full_name="Nguyễn Thị Chưa Giới Thiệu")
    page = open_browser(getattr(world, ticked_page.user), width=360)

    page.goto(ticked_page.address)
    page.get_by_label("Chọn tất cả").check()

    boxes = page.locator("td .tick input")
    assert boxes.count() > 0
    assert page.locator("td .tick input:checked").count() == boxes.count()
    assert page.locator("[name=tat_ca]:checked").count() == 0
    expect(page.locator(".action-bar")).to_be_in_viewport(ratio=0.5)
