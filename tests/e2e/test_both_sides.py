"""Two users and one record: a member goes from workplace to ward to cell, and back."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Member, Registration
from residence.models import Meeting, Notice
from tests.factories.members import make_member
from tests.factories.residence import make_attendance, make_meeting
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    return make_world()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    page.get_by_role("link", name=name, exact=True).first.click()


def go_to(page, name):
    """A link that also tells how many wait behind it."""
    page.get_by_role("link", name=name).first.click()


def told(page, text):
    page.get_by_text(text).first.wait_for()


def day(date):
    return f"{date:%d/%m/%Y}"


def find_member(page, name):
    """From the first page to somebody's file, as anybody looks for him."""
    page.goto("/")
    follow(page, "Đảng viên")
    page.get_by_label("Tìm theo họ tên").fill(name)
    press(page, "Tìm")
    follow(page, name)
    page.get_by_role("heading", level=1, name=name).wait_for()


def choose_unit(page, label, typed, name):
    """By the keyboard alone: some letters, the arrow, Enter."""
    box = page.get_by_role("combobox", name=label)
    box.press_sequentially(typed)
    page.get_by_role("option").filter(has_text=name).first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value(name)


def introduce(page, name, *, typed="ninh kieu", ward="Đảng ủy phường Ninh Kiều"):
    find_member(page, name)
    follow(page, "Giới thiệu về nơi cư trú")
    choose_unit(page, "Đảng ủy nơi cư trú", typed, ward)
    press(page, "Gửi giấy giới thiệu")
    told(page, "Đã gửi giấy giới thiệu")


def open_inbox(page):
    page.goto("/")
    follow(page, "Đảng viên")
    go_to(page, "Giấy chờ tiếp nhận")


def stay_of(name) -> Registration:
    return Registration.objects.get(member__full_name=name)


def test_member_when_introduced_is_received_by_the_ward_and_seen_by_the_cell(
    world, open_browser
):
    make_member(world.workplace, full_name="Trần Văn An")
    at_work = open_browser(world.workplace_user)
    at_ward = open_browser(world.ward_user)
    at_cell = open_browser(world.cell_user)

    introduce(at_work, "Trần Văn An")
    open_inbox(at_ward)
    follow(at_ward, "Tiếp nhận đồng chí Trần Văn An")
    press(at_ward, "Tiếp nhận")
    told(at_ward, "Đã tiếp nhận")
    find_member(at_ward, "Trần Văn An")
    follow(at_ward, "Giới thiệu về chi bộ")
    at_ward.get_by_label("Chi bộ nơi cư trú").select_option(label="Chi bộ Khu vực 1")
    press(at_ward, "Giới thiệu về chi bộ")
    at_ward.get_by_role("link", name="Chuyển chi bộ").wait_for()
    at_cell.goto("/")
    follow(at_cell, "Đảng viên")
    follow(at_cell, "Tiếp nhận, thay đổi")
    go_to(at_cell, "Mới về chi bộ")

    newcomer = at_cell.get_by_role("row", name="Trần Văn An")
    expect(newcomer).to_contain_text("Sở Y tế")
    stay = stay_of("Trần Văn An")
    assert (stay.state, stay.ward, stay.cell) == ("received", world.ward, world.cell)


def test_letter_when_returned_tells_the_workplace_why(world, open_browser):
    make_member(world.workplace, full_name="Lý Thị Bé")
    at_work = open_browser(world.workplace_user)
    at_ward = open_browser(world.ward_user)

    introduce(at_work, "Lý Thị Bé")
    open_inbox(at_ward)
    follow(at_ward, "Trả lại giấy của đồng chí Lý Thị Bé")
    at_ward.get_by_label("Lý do trả lại").fill("Nhà ở phường Cái Khế.")
    press(at_ward, "Trả lại giấy giới thiệu")
    told(at_ward, "Đã trả lại")
    at_work.goto("/")

    told(at_work, "trả lại")
    follow(at_work, "Đảng viên")
    go_to(at_work, "Giấy giới thiệu")
    row = at_work.get_by_role("row", name="Lý Thị Bé")
    expect(row).to_contain_text("Lý do: Nhà ở phường Cái Khế.")


def test_member_when_moving_is_offered_to_the_workplace_for_the_new_ward(
    world, open_browser
):
    at_ward = open_browser(world.ward_user)
    at_work = open_browser(world.workplace_user)
    at_new_ward = open_browser(world.sister_user)

    find_member(at_ward, "Lê Thị Hòa")
    follow(at_ward, "Kết thúc theo dõi")
    at_ward.get_by_label("Lý do kết thúc").select_option(label="Chuyển nơi cư trú")
    at_ward.get_by_label("Từ ngày").fill(day(timezone.localdate()))
    choose_unit(at_ward, "Nơi cư trú mới", "cai khe", "Đảng ủy phường Cái Khế")
    at_ward.get_by_label("Nhận xét ngắn của chi bộ").fill("Dự họp đều, gương mẫu.")
    press(at_ward, "Kết thúc theo dõi")
    told(at_ward, "Đã kết thúc theo dõi")
    find_member(at_work, "Lê Thị Hòa")
    told(at_work, "Dự họp đều, gương mẫu.")
    follow(at_work, "Giới thiệu về nơi cư trú")
    told(at_work, "Đề xuất Đảng ủy phường Cái Khế")
    press(at_work, "Gửi giấy giới thiệu")
    told(at_work, "Đã gửi giấy giới thiệu")
    open_inbox(at_new_ward)

    expect(at_new_ward.get_by_role("row", name="Lê Thị Hòa")).to_be_visible()
    *_, before, now = world.member.registrations.order_by("pk")
    assert (before.state, before.moved_to) == ("ended", world.sister_ward)
    assert (now.state, now.ward) == ("sent", world.sister_ward)


def test_letter_on_paper_when_typed_in_is_seen_by_the_workplace(world, open_browser):
    at_ward = open_browser(world.ward_user)
    at_work = open_browser(world.workplace_user)

    open_inbox(at_ward)
    follow(at_ward, "Ghi tiếp nhận theo giấy")
    at_ward.get_by_label("Họ và tên").fill("Phan Văn Tâm")
    at_ward.get_by_label("Ngày sinh").fill("1975")
    choose_unit(at_ward, "Nơi công tác", "so y te", "Sở Y tế")
    at_ward.get_by_label("Chi bộ nơi cư trú").select_option(label="Chi bộ Khu vực 2")
    at_ward.get_by_label("Số giấy giới thiệu").fill("21-GGT/ĐU")
    press(at_ward, "Ghi tiếp nhận")
    at_ward.get_by_role("heading", level=1, name="Phan Văn Tâm").wait_for()
    at_work.goto("/")
    follow(at_work, "Đảng viên")
    go_to(at_work, "Giấy giới thiệu")
    go_to(at_work, "Đã tiếp nhận")

    row = at_work.get_by_role("row", name="Phan Văn Tâm")
    expect(row).to_contain_text("21-GGT/ĐU")
    member = Member.objects.get(full_name="Phan Văn Tâm")
    assert (member.workplace, stay_of("Phan Văn Tâm").cell) == (
        world.workplace,
        world.sister_cell,
    )


def test_notice_when_sent_is_opened_and_answered_and_the_ward_reads_the_measure(
    world, open_browser
):
    absent_twice(world)
    at_ward = open_browser(world.ward_user)
    at_work = open_browser(world.workplace_user)

    at_ward.goto("/")
    follow(at_ward, "Thông báo")
    follow(at_ward, "Lập thông báo")
    at_ward.get_by_label("Lê Thị Hòa").check()
    press(at_ward, "Lập thông báo")
    told(at_ward, "Đang soạn")
    press(at_ward, "Gửi…")
    press(at_ward, "Gửi thông báo")
    told(at_ward, "Đã gửi 1 thông báo")
    at_work.goto("/")
    follow(at_work, "Thông báo")
    at_work.get_by_role("row", name="Vắng sinh hoạt nơi cư trú").get_by_role(
        "link"
    ).first.click()
    press(at_work, "Mở thông báo")
    told(at_work, "Lê Thị Hòa")
    seen = Notice.objects.get().state
    follow(at_work, "Trả lời")
    at_work.get_by_label("Hình thức xử lý đồng chí Lê Thị Hòa").select_option(
        label="Đã nhắc nhở"
    )
    at_work.get_by_label("Trả lời chung").fill("Chi ủy đã nhắc trong kỳ họp tháng 5.")
    press(at_work, "Gửi trả lời")
    told(at_work, "Đã ghi trả lời thông báo")
    at_ward.goto("/")
    follow(at_ward, "Thông báo")
    at_ward.get_by_label("Tình trạng").select_option(label="Đã trả lời")
    press(at_ward, "Lọc")
    at_ward.get_by_role("row", name="Sở Y tế").get_by_role("link").first.click()

    expect(at_ward.get_by_role("row", name="Lê Thị Hòa")).to_contain_text("Đã nhắc nhở")
    assert at_ward.get_by_text("Chi ủy đã nhắc trong kỳ họp tháng 5.").is_visible()
    assert (seen, Notice.objects.get().state) == ("seen", "answered")


def absent_twice(world) -> None:
    """Two closed meetings of the cell within the half-year, and she came to neither."""
    today = timezone.localdate()
    for ago in (20, 10):
        meeting = make_meeting(
            world.cell,
            held_on=today - timedelta(days=ago),
            period_from=today - timedelta(days=60),
            period_to=today + timedelta(days=60),
            state=Meeting.State.CLOSED,
        )
        make_attendance(meeting, world.registration, status="absent")
