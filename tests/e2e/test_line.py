"""The line in a real browser: a list goes in, a meeting is marked, a year is summed up."""

from datetime import date

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from members.models import Member, Registration
from residence.models import Attendance, Meeting
from residence.services.meetings import open_meeting
from tests.factories.evaluations import make_rating_year
from tests.factories.members import make_member, make_registration
from tests.factories.residence import make_meeting
from tests.factories.world import make_world
from tests.members.imports import SAMPLE, make_offices

S = Attendance.Status
pytestmark = pytest.mark.django_db(transaction=True)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    page.get_by_role("link", name=name, exact=True).first.click()


def told(page, text):
    page.get_by_text(text).first.wait_for()


def mark(page, number, label):
    page.locator(f"#m{number}").get_by_text(label, exact=True).click()


def due_members(world, *names):
    """Lê Thị Hòa of the world and others beside her in the cell."""
    for name in names:
        make_registration(
            make_member(world.workplace, full_name=name), world.ward, cell=world.cell
        )


def test_list_of_an_office_when_imported_is_found_without_marks(open_browser):
    world = make_offices()
    page = open_browser(world.ward_user)

    page.goto("/")
    follow(page, "Đảng viên")
    follow(page, "Nhập danh sách")
    follow(page, "Nhập danh sách mới")
    page.set_input_files("input[type=file]", SAMPLE)
    page.locator("form[method=post] [type=submit]").last.click()
    told(page, "Các cột của danh sách")
    press(page, "Tiếp tục: xem trước")
    told(page, "Chưa ghi gì cho đến khi đồng chí xác nhận")
    before = Member.objects.count()
    page.get_by_role("button", name="Xác nhận ghi").click()
    told(page, "Kết quả nhập danh sách")
    follow(page, "Mở danh sách đảng viên")
    page.get_by_label("Tìm theo họ tên").fill("truong thanh khue")
    press(page, "Tìm")
    told(page, "1 đồng chí")
    follow(page, "Trương Thanh Khuê")

    assert page.get_by_role("heading", level=1).inner_text() == "Trương Thanh Khuê"
    found = Registration.objects.get(member__full_name="Trương Thanh Khuê")
    assert (found.ward, found.cell) == (world.ward, world.cell)
    assert found.received_on == date(2025, 10, 12)
    assert before == 1
    assert Member.objects.count() > 150


def test_meeting_when_planned_marked_and_closed_stands_as_it_was_held(open_browser):
    world = make_world()
    due_members(world, "Bùi Văn An", "Phan Văn Tâm", "Tạ Thị Yên")
    today = timezone.localdate()
    page = open_browser(world.cell_user, width=360)

    page.goto("/ky-hop/")
    follow(page, "Lên kế hoạch kỳ họp")
    page.get_by_label("Ngày họp").fill(f"{today:%d/%m/%Y}")
    page.get_by_label("Chủ trì").fill("Trần Văn Bảy")
    press(page, "Lưu kỳ họp")
    press(page, "Lập danh sách")
    told(page, "Đã lập danh sách")
    press(page, "Bắt đầu điểm danh")
    mark(page, 1, "Có mặt")
    page.locator("#m1").get_by_text("đến muộn").click()
    mark(page, 2, "Vắng không lý do")
    mark(page, 3, "Cử người dự thay")
    page.locator("#m3").get_by_label("Ai dự thay").fill("Lý Thị Vân")
    page.locator("#m3").get_by_label("Quan hệ").fill("vợ")
    mark(page, 4, "Có mặt")
    press(page, "Lưu")
    told(page, "Đã lưu 4 thay đổi")
    follow(page, "Ghi ý kiến")
    page.get_by_label("Đồng chí nêu ý kiến").fill("4")
    page.get_by_label("Về việc").fill("Ngập khi triều cường")
    page.get_by_label("Nội dung").fill("Đề nghị nạo vét cống hẻm 12.")
    press(page, "Lưu ý kiến")
    told(page, "Đã lưu ý kiến")
    follow(page, "Kết thúc kỳ họp")
    press(page, "Kết thúc kỳ họp")
    told(page, "Kỳ họp đã kết thúc")

    meeting = Meeting.objects.get()
    rows = meeting.attendances.order_by("number")
    assert meeting.state == Meeting.State.CLOSED
    assert list(rows.values_list("status", "is_late", "represented_by_name")) == [
        (S.PRESENT, True, ""),
        (S.ABSENT, False, ""),
        (S.REPRESENTED, False, "Lý Thị Vân"),
        (S.PRESENT, False, ""),
    ]
    assert meeting.opinions.get().registration.member.full_name == "Tạ Thị Yên"
    assert page.get_by_text("Số người dự: 2/4").is_visible()


def test_attendance_when_there_is_no_script_is_saved_by_the_form_alone(open_browser):
    world = make_world()
    due_members(world, "Bùi Văn An")
    meeting = open_meeting(make_meeting(world.cell), by=world.cell_user)
    page = open_browser(world.cell_user, javascript=False)

    page.goto(f"/ky-hop/{meeting.pk}/diem-danh/")
    mark(page, 1, "Vắng có lý do")
    page.locator("#m1").get_by_label("Lý do", exact=True).fill("đi công tác")
    mark(page, 2, "Có mặt")
    press(page, "Lưu")
    told(page, "Đã lưu 2 thay đổi")

    rows = meeting.attendances.order_by("number")
    assert list(rows.values_list("status", "reason")) == [
        (S.EXCUSED, "đi công tác"),
        (S.PRESENT, ""),
    ]


def test_year_when_rated_confirmed_and_returned_is_read_and_summed_up(
    open_browser, tmp_path
):
    world = make_world()
    due_members(world, "Bùi Văn An", "Phan Văn Tâm", "Tạ Thị Yên")
    make_rating_year(world.city, by=world.department_user)

    _rate(open_browser(world.cell_user))
    _confirm_and_return(open_browser(world.ward_user))

    reader = open_browser(world.workplace_user)
    reader.goto("/")
    follow(reader, "Nhận xét nơi cư trú")
    read = reader.locator("tr", has_text="Bùi Văn An").inner_text()
    summary = open_browser(world.department_user)
    shown = _figures_on_screen(summary)
    in_file = _figures_in_file(summary, tmp_path / "tong-hop.xlsx")
    follow(summary, "Đối chiếu số liệu")
    told(summary, "Cộng lại đúng bằng số đếm được")

    assert "Khá" in read
    assert shown[:3] == ["4", "0", "4"]
    assert shown[3:7] == ["3", "75,00%", "1", "25,00%"]
    assert in_file == [_number(text) for text in shown]


def _rate(page) -> None:
    """The cell fills in Tốt for all, sets the exception, writes a word, proposes."""
    page.goto("/")
    follow(page, "Nhận xét")
    follow(page, "Chi bộ Khu vực 1")
    page.locator("#fill").select_option(label="Tốt")
    press(page, "Lưu và điền")
    told(page, "Đã điền cho 4 đồng chí")
    row = page.locator(".sheet-row", has_text="Bùi Văn An")
    row.get_by_label("Mức").select_option(label="Khá")
    row.get_by_label("Nhận xét khác").fill("Cần dành thời gian dự họp đều hơn.")
    press(page, "Lưu")
    told(page, "Đã lưu 1 dòng")
    follow(page, "Đề xuất (4)")
    _decide(page, "Trần Văn Bí", "02/12/2013", "Đề xuất những người được chọn")
    told(page, "Đã đề xuất")


def _confirm_and_return(page) -> None:
    """The ward confirms by another person, then sends all of it to the workplaces."""
    page.goto("/")
    follow(page, "Xác nhận")
    _open_step(page, "Xác nhận (4)")
    _decide(page, "Phạm Thị Xác", "04/12/2013", "Xác nhận những người được chọn")
    told(page, "Đã xác nhận")
    follow(page, "Trả về nơi công tác (4)")
    button = "Trả về nơi công tác những người được chọn"
    _decide(page, "Phạm Thị Xác", "05/12/2013", button)
    told(page, "Đã trả về nơi công tác")


def _open_step(page, name) -> None:
    """From the list of sheets, or already from the sheet when it is the only one."""
    link = page.get_by_role("link", name=name)
    if not link.count():
        follow(page, "Chi bộ Khu vực 1")
    link.click()


def _decide(page, name, day, button) -> None:
    page.get_by_label("Người quyết định (họ và tên)").fill(name)
    page.get_by_label("Ngày quyết định").fill(day)
    press(page, button)


def _figures_on_screen(page) -> list[str]:
    """The total row of the summary as it is printed on the page."""
    page.goto("/")
    follow(page, "Tổng hợp")
    return page.locator("tr.total td").all_inner_texts()


def _figures_in_file(page, path) -> list[float]:
    """The total row of the downloaded Excel, as its reader would add it up."""
    with page.expect_download() as download:
        follow(page, "Tải tệp Excel")
    download.value.save_as(path)
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    total = next(row for row in sheet.to_python() if "Tổng cộng" in row)
    return total[total.index("Tổng cộng") + 1 :]


def _number(text: str) -> float:
    """75,00% → 0.75; 1.234 → 1234."""
    plain = text.replace(".", "").replace(",", ".")
    return round(float(plain.rstrip("%")) / 100, 4) if "%" in plain else float(plain)
