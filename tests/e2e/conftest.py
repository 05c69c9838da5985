"""A real Chromium on the live server; a page that complains fails its test."""

import os
import shutil
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import sync_playwright

# Playwright keeps an event loop running; the tests themselves are plain functions.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

WIDTHS = {360: 740, 768: 1024, 1366: 768}
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Chromium writes these itself for every answer that is not a 2xx.
_STATUS_LINE = "Failed to load resource: the server responded with a status of"


def chromium_path() -> str | None:
    names = ["chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser():
    path = chromium_path()
    if path is None:
        reason = "Chromium is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, and CI must walk the pages")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(params=WIDTHS, ids=lambda width: f"{width}px")
def width(request) -> int:
    """The three widths every main page is looked at."""
    return request.param


@pytest.fixture
def open_browser(browser, live_server):
    """open_browser(user, width=1366) → a page of that person, logged in.

    Console errors, refusals by the security policy, unexpected answers and
    requests to other hosts fail the test when it ends.
    """
    contexts, complaints = [], []

    def open_for(user=None, *, width: int = 1366, javascript: bool = True):
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": WIDTHS.get(width, 768)},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            java_script_enabled=javascript,
        )
        contexts.append(context)
        if user is not None:
            _log_in(context, live_server.url, user)
        page = context.new_page()
        page.set_default_timeout(10_000)
        _listen(page, live_server.url, complaints)
        return page

    yield open_for
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def axe():
    """axe(page) fails with what a screen reader or old eyes would stumble over."""

    def check(page) -> None:
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()

    return check


@pytest.fixture
def no_sideways_scroll():
    """no_sideways_scroll(page) fails when the page is wider than the window."""

    def check(page) -> None:
        wide = page.evaluate(
            "() => document.documentElement.scrollWidth - window.innerWidth"
        )
        assert wide <= 0, f"{page.url} is {wide} px too wide"

    return check


def _log_in(context, url: str, user) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session.value, "url": url}]
    )


def _listen(page, url: str, complaints: list[str]) -> None:
    host = urlsplit(url).netloc

    def on_console(message):
        if message.type in {"error", "warning"} and _STATUS_LINE not in message.text:
            complaints.append(f"console {message.type}: {message.text}")

    def on_request(request):
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc != host:
            complaints.append(f"request to another host: {request.url}")

    def on_response(response):
        if response.status >= 500:
            complaints.append(f"{response.status} from {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("request", on_request)
    page.on("response", on_response)
