"""A ward brings in its own list in a real browser, at three widths."""

import os
from pathlib import Path

import pytest

from members.models import Registration
from tests.members.imports import SAMPLE, make_offices

pytestmark = pytest.mark.django_db(transaction=True)


def look(page, name, width):
    """Keep a picture where one was asked for."""
    folder = os.environ.get("PICTURES_DIR")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def test_ward_list_when_brought_in_is_shown_before_it_is_written(
    open_browser, axe, no_sideways_scroll, width
):
    world = make_offices()
    page = open_browser(world.ward_user, width=width)

    def check(name):
        look(page, name, width)
        no_sideways_scroll(page)
        axe(page)

    page.goto("/nhap-danh-sach/")
    check("list-empty")
    page.goto("/nhap-danh-sach/moi/")
    check("start")
    page.set_input_files("input[type=file]", SAMPLE)
    page.get_by_role("button", name="Đọc danh sách").click()
    page.wait_for_url("**/cot/")
    check("columns")
    page.get_by_role("button", name="Tiếp tục: xem trước").click()
    page.wait_for_url("**/xem-truoc/")
    check("preview")
    page.get_by_label("Thêm tất cả các đơn vị chưa có").check()
    page.get_by_role("button", name="Ghi nhận và tính lại").click()
    page.get_by_text("Đã ghi nhận lựa chọn").wait_for()
    page.get_by_role("link", name="Lỗi").click()
    page.get_by_text("không có tháng 13").wait_for()
    check("preview-errors")
    before = Registration.objects.count()
    page.get_by_role("button", name="Xác nhận ghi").click()
    page.wait_for_url("**/ket-qua/")
    check("result")
    assert Registration.objects.count() == before + 222
    page.goto("/nhap-danh-sach/")
    check("list")
