"""Marking attendance in a real browser, with and without JavaScript."""

import pytest

from residence.models import Attendance
from residence.services.meetings import list_meeting, open_meeting
from tests.factories.members import make_member, make_registration
from tests.factories.residence import make_meeting, make_opinion
from tests.factories.world import make_world

S = Attendance.Status
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def opened(world):
    """Bùi Văn An (1), Lê Thị Hòa (2), Phan Văn Tâm (3)."""
    for name in ("Bùi Văn An", "Phan Văn Tâm"):
        make_registration(
            make_member(world.workplace, full_name=name), world.ward, cell=world.cell
        )
    return open_meeting(make_meeting(world.cell), by=world.cell_user)


def address(meeting, end="diem-danh/"):
    return f"/ky-hop/{meeting.pk}/{end}"


def statuses(meeting):
    rows = meeting.attendances.order_by("number")
    return list(rows.values_list("status", flat=True))


def choose(page, number, label):
    page.locator(f"#m{number}").get_by_text(label, exact=True).click()


def test_marking_when_done_by_hand_then_counted_and_saved(open_browser, world, opened):
    page = open_browser(world.cell_user, width=360)
    page.goto(address(opened))

    choose(page, 1, "Có mặt")
    choose(page, 2, "Vắng có lý do")
    page.locator("#m2").get_by_label("Lý do", exact=True).fill("ốm đau")
    counted = page.locator("[data-marks-counts]").inner_text()
    unsaved = page.locator("[data-marks-unsaved]").inner_text()
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.get_by_text("Đã lưu 2 thay đổi").wait_for()

    assert "Có mặt 1/3" in counted
    assert unsaved == "Chưa lưu (2)"
    assert statuses(opened) == [S.PRESENT, S.EXCUSED, S.NOT_MARKED]
    assert opened.attendances.get(number=2).reason == "ốm đau"


def test_rest_when_filled_and_undone_then_only_unmarked_rows_moved(
    open_browser, world, opened
):
    page = open_browser(world.cell_user)
    page.goto(address(opened))
    choose(page, 2, "Vắng không lý do")

    page.get_by_text("Những người còn lại", exact=True).click()
    page.get_by_role("button", name="Những người còn lại: có mặt").click()
    filled = page.locator("[data-marks-counts]").inner_text()
    page.get_by_role("button", name="Hoàn tác (2)").click()
    undone = page.locator("[data-marks-counts]").inner_text()
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.get_by_text("Đã lưu 1 thay đổi").wait_for()

    assert "Có mặt 2/3" in filled
    assert "Vắng không lý do 1" in filled
    assert "Có mặt 0/3" in undone
    assert statuses(opened) == [S.NOT_MARKED, S.ABSENT, S.NOT_MARKED]


def test_find_when_typed_without_marks_then_the_row_alone(open_browser, world, opened):
    page = open_browser(world.cell_user)
    page.goto(address(opened))
    rows = page.locator(".mark:visible")

    box = page.locator("[data-marks-find]")
    box.fill("hoa")
    by_name = rows.all_inner_texts()
    box.fill("3")
    by_number = rows.all_inner_texts()
    box.fill("")

    assert [("Lê Thị Hòa" in text) for text in by_name] == [True]
    assert [("Phan Văn Tâm" in text) for text in by_number] == [True]
    assert rows.count() == 3


def test_marking_when_there_is_no_javascript_then_the_form_does_it_all(
    open_browser, world, opened
):
    page = open_browser(world.cell_user, javascript=False)
    page.goto(address(opened))

    choose(page, 1, "Cử người dự thay")
    page.locator("#m1").get_by_label("Ai dự thay").fill("2")
    page.get_by_text("Những người còn lại", exact=True).click()
    page.get_by_role("button", name="Những người còn lại: có mặt").click()
    page.get_by_text("Đã lưu 3 thay đổi").wait_for()

    assert statuses(opened) == [S.REPRESENTED, S.PRESENT, S.PRESENT]
    assert opened.attendances.get(number=1).represented_by.number == 2


def test_row_when_two_people_mark_it_then_the_second_sees_both(
    open_browser, world, opened
):
    first, second = open_browser(world.cell_user), open_browser(world.ward_user)
    for page in (first, second):
        page.goto(address(opened))
    choose(first, 1, "Vắng có lý do")
    first.get_by_role("button", name="Lưu", exact=True).click()
    first.get_by_text("Đã lưu 1 thay đổi").wait_for()

    choose(second, 1, "Có mặt")
    second.get_by_role("button", name="Lưu", exact=True).click()
    second.get_by_text("Người khác vừa ghi").wait_for()
    kept = second.locator('#m1 [value="p"]').is_checked()
    before = statuses(opened)[0]
    second.get_by_role("button", name="Lưu", exact=True).click()
    second.get_by_text("Đã lưu 1 thay đổi").wait_for()

    assert kept
    assert (before, statuses(opened)[0]) == (S.EXCUSED, S.PRESENT)


def test_mark_when_chosen_by_keyboard_alone_then_saved(open_browser, world, opened):
    page = open_browser(world.cell_user)
    page.goto(address(opened))

    page.locator('#m1 [value="n"]').focus()
    page.keyboard.press("ArrowRight")  # round to the first choice: có mặt
    page.keyboard.press("Enter")
    page.get_by_text("Đã lưu 1 thay đổi").wait_for()

    assert statuses(opened)[0] == S.PRESENT


@pytest.mark.parametrize(
    "end",
    ["", "diem-danh/", "ket-thuc/", "sua/", "y-kien/them/", "in/"],
)
def test_pages_when_looked_at_then_no_sideways_scroll_and_axe_clean(
    open_browser, axe, no_sideways_scroll, width, world, opened, end
):
    make_opinion(world.registration, meeting=opened)
    opened.attendances.filter(number=1).update(status=S.REPRESENTED)
    page = open_browser(world.cell_user, width=width)

    page.goto(address(opened, end))

    no_sideways_scroll(page)
    axe(page)


@pytest.mark.parametrize("path", ["/ky-hop/", "/ky-hop/them/", "/y-kien/"])
def test_lists_when_looked_at_then_no_sideways_scroll_and_axe_clean(
    open_browser, axe, no_sideways_scroll, width, world, path
):
    list_meeting(make_meeting(world.cell), by=world.cell_user)
    make_opinion(world.registration)
    page = open_browser(world.ward_user, width=width)

    page.goto(path)

    no_sideways_scroll(page)
    axe(page)
