"""A past year under today's units, in a browser at every width."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from members.models import Role
from tests.factories.members import make_user
from tests.factories.reforms import make_city_before_reform, make_reform

pytestmark = pytest.mark.django_db(transaction=True)

PICTURES = os.environ.get("GALLERY_DIR")


@pytest.fixture
def place():
    found = make_city_before_reform()
    city = found.city
    city.stay(tier=1, cell=city.cell)
    city.stay(tier=2)
    city.stay(tier=1, ward=city.sister_ward, outside=True)
    city.stay(tier=3, ward=found.divided)
    make_reform(found)
    return found


def keep_picture(page, name, width):
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)


def test_year_is_regrouped_by_a_choice_and_each_line_can_be_followed(
    open_browser, place, axe, no_sideways_scroll, width
):
    page = open_browser(make_user(Role.DEPARTMENT, place.city.city), width=width)
    page.goto(reverse("reports:summary_unit", args=[place.city.city.pk, 2013]))
    keep_picture(page, "summary-then", width)
    if width < 576:
        page.get_by_text("Chọn đơn vị, năm, cơ cấu khác").click()

    page.get_by_label("Theo cơ cấu").select_option("hom-nay")

    page.wait_for_url("**co_cau=hom-nay**")
    assert (
        page.get_by_text("Số liệu năm 2013 theo cơ cấu tổ chức của ngày").count() == 1
    )
    keep_picture(page, "summary-now", width)
    axe(page)
    no_sideways_scroll(page)

    page.get_by_role("link", name="Đảng ủy phường Ninh Kiều", exact=True).click()
    assert page.get_by_text("Gồm các đơn vị của ngày 31/12/2013").count() == 1
    keep_picture(page, "summary-ward", width)
    axe(page)
    no_sideways_scroll(page)

    page.get_by_role("link", name="Đảng ủy phường Tân An", exact=True).click()
    assert page.get_by_role("rowheader", name="Chi bộ Khu vực 1").count() == 1
    assert "co_cau" not in page.url


def test_day_can_be_typed_where_no_choice_fits(open_browser, place, width):
    page = open_browser(make_user(Role.DEPARTMENT, place.city.city), width=width)
    page.goto(reverse("reports:summary_unit", args=[place.city.city.pk, 2013]))
    if width < 576:
        page.get_by_text("Chọn đơn vị, năm, cơ cấu khác").click()
    page.get_by_label("Theo cơ cấu").select_option("khac")
    page.wait_for_url("**co_cau=khac**")
    keep_picture(page, "summary-other", width)

    page.get_by_label("Cơ cấu của ngày").fill("01/08/2025")
    page.get_by_role("button", name="Xem", exact=True).click()

    page.wait_for_url("**co_cau=01**")
    assert page.get_by_text("của ngày 01/08/2025").count() >= 1
    keep_picture(page, "summary-day", width)
