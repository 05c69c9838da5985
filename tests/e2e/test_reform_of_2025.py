"""The specialist brings in the list of 2025: looks, confirms, and 2013 reads as in 2013."""

import os
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from members.models import Committee, Kind, Reorganisation
from reports.demo.city import begin_city
from reports.demo.lists import HEADING
from reports.demo.reforms import carry_out_decisions

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 120_000  # milliseconds, for the reform itself on a busy machine


def look(page, name):
    folder = os.environ.get("PICTURES_DIR")
    if folder:
        page.screenshot(path=Path(folder) / f"reform-{name}.png", full_page=True)


@pytest.fixture
def city():
    """The whole city of 2013 with its people, and every decision but the last."""
    begun = begin_city(date(2026, 11, 25), say=lambda label, share: None)
    *earlier, last = begun.builder.lists.decisions
    carry_out_decisions(
        earlier, begun.builder.old.city, by=begun.builder.department, say=str
    )
    return begun.builder, last


@pytest.fixture
def list_of_2025(city, tmp_path):
    """The list of the decision as an Excel file."""
    book = Workbook()
    for row in (HEADING, *city[1].rows):
        book.active.append(row)
    path = tmp_path / "nghi-quyet-1668.xlsx"
    book.save(path)
    return path


def test_specialist_reforms_the_city_and_finds_2013_as_it_was(
    open_browser, axe, no_sideways_scroll, city, list_of_2025
):
    page = open_browser(city[0].department)
    page.set_default_timeout(PATIENCE)

    def check(name):
        look(page, name)
        no_sideways_scroll(page)
        axe(page)

    page.goto("/to-chuc/")
    page.get_by_role("link", name="Sắp xếp tổ chức").click()
    page.get_by_role("link", name="Theo danh sách của quyết định").click()
    page.get_by_label("Số quyết định").fill("1668/NQ-UBTVQH15")
    page.get_by_label("Ngày quyết định").fill("16/06/2025")
    page.get_by_label("Ngày hiệu lực").fill("01/07/2025")
    page.set_input_files("input[type=file]", list_of_2025)
    check("start")
    page.get_by_role("button", name="Đọc danh sách").click()
    page.wait_for_url("**/cot/")
    page.get_by_role("button", name="Tiếp tục: xem trước").click()

    page.get_by_text("Chưa thay đổi gì cho đến khi đồng chí xác nhận").wait_for()
    assert page.get_by_text("Còn vướng").count() == 0
    check("preview")
    assert Committee.objects.filter(kind=Kind.DISTRICT, valid_to=None).count() == 9
    page.get_by_role("link", name="Tiếp tục: xác nhận").click()
    page.get_by_text("đơn vị kết thúc hoạt động").wait_for()
    check("confirm")
    with page.expect_response("**/tien-do/") as progress:
        page.get_by_role("button", name="Xác nhận và thực hiện").click()
    assert progress.value.status == 200
    page.get_by_text("Đã thực hiện việc sắp xếp.").wait_for()
    check("done")
    wards = Committee.objects.filter(kind=Kind.WARD, valid_to=None, outside_city=False)
    assert wards.count() == 103
    assert Reorganisation.objects.filter(state="done").count() == 4

    page.get_by_role("link", name="trước ngày hiệu lực").click()
    page.get_by_text("Cơ cấu tổ chức ngày 30/06/2025").wait_for()
    page.get_by_role("link", name="Quận ủy Ninh Kiều", exact=True).wait_for()

    page.goto(f"/tong-hop/{city[0].old.city.pk}/2013/")
    figures = ["22.365", "3.098", "22.635", "21.929", "96,89", "541", "2,39", "0,30"]
    total = page.locator("tr.total").first.inner_text()
    assert [one for one in figures if one not in total] == []
    page.get_by_role("link", name="Quận ủy Ninh Kiều", exact=True).wait_for()
    check("2013")
    page.goto(f"/tong-hop/{city[0].old.city.pk}/2013/?co_cau=hom-nay")
    regrouped = page.locator("tr.total").first.inner_text()
    assert [one for one in figures if one not in regrouped] == []
    assert "Địa bàn Cần Thơ" in regrouped
    check("2013-today")
