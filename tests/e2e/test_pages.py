"""The main pages fit three screens and pass axe, under names as long as they come."""

from dataclasses import dataclass

import pytest

from tests.e2e.conftest import WIDTHS
from tests.factories.crowded import make_crowded_world

pytestmark = pytest.mark.django_db(transaction=True)


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
        axe(page)
