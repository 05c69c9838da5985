"""Every shared component is looked at, also by axe, at the three widths."""

import mimetypes
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from csp.constants import NONE, SELF
from django.contrib.staticfiles import finders

from tests.e2e.conftest import WIDTHS
from tests.gallery import draw

pytestmark = pytest.mark.urls("tests.gallery.urls")

PAGES = [
    "gallery.html",
    "paper_sample.html",
    "shared/conflict.html",
    "registration/login.html",
    "registration/password_change_form.html",
    "registration/password_change_done.html",
    "400.html",
    "403.html",
    "404.html",
    "413.html",
    "500.html",
    "503.html",
]
one_width = pytest.mark.parametrize("width", [1366], indirect=True)
POLICY = f"default-src {SELF}; img-src {SELF} data:; object-src {NONE}"


@pytest.fixture
def open_drawn(browser, width):
    """open_drawn(template) → that template in Chromium under the strict policy."""
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]}, locale="vi-VN"
    )
    complaints = []

    def open_page(template: str):
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.route("**/*", lambda route: _answer(route, template))
        page.goto("http://gallery.test/")
        return page

    yield open_page
    context.close()
    assert complaints == []


def _answer(route, template: str) -> None:
    path = urlsplit(route.request.url).path
    if path == "/tien-do/":
        state = {"value": 20000, "max": 22365, "text": "Đang so trùng"}
        route.fulfill(json=state)
        return
    if path == "/":
        headers = {
            "Content-Security-Policy": POLICY,
            "Content-Type": "text/html; charset=utf-8",
        }
        route.fulfill(body=draw(template), headers=headers)
        return
    found = finders.find(path.removeprefix("/static/"))
    if found is None:
        route.fulfill(status=404)
    else:
        kind = mimetypes.guess_type(found)[0] or "application/octet-stream"
        route.fulfill(body=Path(found).read_bytes(), content_type=kind)


@pytest.mark.parametrize("template", PAGES)
def test_shared_page_when_drawn_fits_and_is_clean(
    open_drawn, axe, no_sideways_scroll, width, template
):
    page = open_drawn(template)

    if folder := os.environ.get("GALLERY_DIR"):
        name = template.removesuffix(".html").replace("/", "-")
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    no_sideways_scroll(page)
    axe(page)


def test_buttons_and_links_when_drawn_are_large_enough_for_a_thumb(open_drawn):
    page = open_drawn("gallery.html")

    small = page.evaluate(
        """() => Array.from(document.querySelectorAll(
              ".btn, .form-control, .form-select, .choice, .menu-link, summary, .nav-links a"))
            .filter((item) => item.offsetParent !== null && !item.closest("[hidden]"))
            .map((item) => [item.textContent.trim(), item.getBoundingClientRect().height])
            .filter(([, height]) => height < 44)"""
    )

    assert small == []


@one_width
def test_form_when_sent_rests_its_buttons_until_the_answer(open_drawn):
    page = open_drawn("gallery.html")
    page.evaluate(
        """() => document.querySelector(".confirm").addEventListener(
              "submit", (event) => setTimeout(() => window.stop(), 0))"""
    )
    button = page.get_by_role("button", name="Tiếp nhận 62 đồng chí")

    button.click(no_wait_after=True)

    page.wait_for_function("document.querySelector('.confirm button').disabled")
    assert page.locator(".confirm button").first.inner_text() == "Đang gửi…"


@one_width
def test_form_when_changed_asks_before_it_is_left(open_drawn):
    page = open_drawn("gallery.html")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.get_by_label("Họ và tên").first.fill("Trần Văn Thuận")
    page.goto("http://gallery.test/?again")

    assert asked == ["beforeunload"]


@one_width
def test_menu_when_escape_is_pressed_closes(open_drawn):
    page = open_drawn("gallery.html")
    menu = page.locator("details.site-menu", has_text="Đăng xuất")
    menu.locator("summary").click()
    assert menu.get_by_role("button", name="Đăng xuất").is_visible()

    page.keyboard.press("Escape")

    assert not menu.get_by_role("button", name="Đăng xuất").is_visible()


@one_width
def test_filter_when_chosen_takes_effect_at_once(open_drawn):
    page = open_drawn("gallery.html")

    page.get_by_label("Chi bộ", exact=True).select_option("1")

    page.wait_for_url("**/?cell=1&state=")


@one_width
def test_progress_when_work_goes_on_is_followed(open_drawn):
    page = open_drawn("gallery.html")

    page.wait_for_function(
        "document.querySelector('[data-progress-text]').textContent === 'Đang so trùng'"
    )

    assert page.locator("[data-progress-count]").inner_text() == "20.000/22.365"
    assert page.locator("progress").evaluate("bar => bar.value") == 20000


@pytest.mark.parametrize("width", [360], indirect=True)
def test_navigation_when_there_is_no_script_opens_on_a_phone(browser, width):
    context = browser.new_context(
        viewport={"width": width, "height": 740}, java_script_enabled=False
    )
    page = context.new_page()
    page.route("**/*", lambda route: _answer(route, "gallery.html"))
    page.goto("http://gallery.test/")
    link = page.get_by_role("link", name="Tổng hợp")

    page.get_by_text("Danh mục", exact=True).click()

    assert link.is_visible()
    context.close()
