"""Comment sheets in a real browser: two people at once, no script, every screen."""

from datetime import date

import pytest

from evaluations.services.years import Deadlines
from tests.e2e.conftest import WIDTHS
from tests.factories.evaluations import (
    confirm_all,
    make_rating_year,
    propose_all,
    return_all,
)
from tests.factories.members import make_exemption, make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    world = make_world()
    for name in ("Bùi Văn An", "Nguyễn Hoàng Bảo Trân Châu Ngọc Anh", "Tạ Thị Yên"):
        make_registration(
            make_member(world.workplace, full_name=name), world.ward, cell=world.cell
        )
    return world


def open_year(world, code):
    return make_rating_year(
        world.city,
        by=world.department_user,
        code=code,
        deadlines=Deadlines(date(2013, 11, 20), date(2013, 12, 1), date(2013, 12, 15)),
    )


def row(page, name):
    return page.locator(".sheet-row", has_text=name)


def save(page):
    page.get_by_role("button", name="Lưu", exact=True).click()


def test_row_when_two_people_choose_differently_then_the_second_sees_both(
    open_browser, world
):
    year = open_year(world, "76")
    address = f"/nhan-xet/bang/{year.sheets.get().pk}/"
    first, second = open_browser(world.cell_user), open_browser(world.ward_user)
    first.goto(address)
    second.goto(address)

    row(first, "Bùi Văn An").get_by_label("Mức").select_option(label="Tốt")
    save(first)
    first.get_by_text("Đã lưu 1 dòng").wait_for()
    row(second, "Bùi Văn An").get_by_label("Mức").select_option(label="Khá")
    row(second, "Tạ Thị Yên").get_by_label("Mức").select_option(label="Khá")
    save(second)

    conflict = row(second, "Bùi Văn An")
    conflict.get_by_text("Đồng chí khác vừa ghi: Tốt").wait_for()
    assert "Khá" in conflict.inner_text()
    conflict.get_by_label("Giữ nội dung đồng chí khác đã ghi").check()
    save(second)
    second.get_by_text("Đã lưu").wait_for()
    results = {
        one.member.full_name: one.result for one in year.evaluations.exclude(tier=None)
    }
    assert results == {"Bùi Văn An": "Tốt", "Tạ Thị Yên": "Khá"}


def test_sheet_when_there_is_no_script_is_filled_in_and_saved(open_browser, world):
    year = open_year(world, "213")
    page = open_browser(world.cell_user, javascript=False)
    page.goto(f"/nhan-xet/bang/{year.sheets.get().pk}/")

    absent = row(page, "Tạ Thị Yên")
    assert not absent.get_by_label("Lý do không nhận xét").is_visible()
    absent.get_by_label("Kết quả").select_option(label="Không nhận xét")
    absent.get_by_label("Lý do không nhận xét").fill("Đi học nước ngoài")
    page.locator("#fill").select_option(label="1. Nêu gương: Nêu gương")
    page.get_by_role("button", name="Lưu và điền").click()

    shown = page.get_by_text("Đã điền cho 3 đồng chí chưa chọn")
    assert shown.is_visible()
    left_out = year.evaluations.get(member__full_name="Tạ Thị Yên")
    assert (left_out.outcome, left_out.reason) == ("not_rated", "Đi học nước ngoài")


PAGES = [
    ("cell_user", "/nhan-xet/bang/{sheet.pk}/"),
    ("ward_user", "/nhan-xet/bang/{sheet.pk}/de-xuat/"),
    ("ward_user", "/nhan-xet/bang/{sheet.pk}/tra-ve-noi-cong-tac/"),
    ("ward_user", "/nhan-xet/nguoi/{returned.pk}/dinh-chinh/"),
    ("workplace_user", "/nhan-xet/nguoi/{returned.pk}/"),
    ("workplace_user", "/nhan-xet/nguoi/{returned.pk}/phieu/"),
    ("department_user", "/nhan-xet/"),
    ("department_user", "/nhan-xet/dot/"),
    ("department_user", "/nhan-xet/dot/them/"),
    ("department_user", "/nhan-xet/dot/{year.pk}/"),
    ("department_user", "/nhan-xet/dot/{year.pk}/khoa/"),
]


@pytest.fixture
def half_way(world):
    """A year with one row returned, one drafted, one open and one exempt."""
    make_exemption(world.registration)
    year = open_year(world, "76")
    sheet = year.sheets.get()
    returned, drafted = year.evaluations.filter(outcome="undecided").order_by("pk")[:2]
    for one in (returned, drafted):
        one.outcome, one.tier = "rated", year.rule_set.tiers.get(code="kha")
    returned.save()
    propose_all(sheet, by=world.cell_user)
    confirm_all(sheet, by=world.ward_user)
    return_all(sheet, by=world.ward_user)
    drafted.save()
    return {"year": year, "sheet": sheet, "returned": returned}


@pytest.mark.parametrize(("user", "address"), PAGES)
def test_page_when_looked_at_fits_every_screen_and_is_clean(
    open_browser, axe, no_sideways_scroll, world, half_way, user, address
):
    page = open_browser(getattr(world, user))

    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(address.format(**half_way))

        assert answer.status == 200
        no_sideways_scroll(page)
        axe(page)
