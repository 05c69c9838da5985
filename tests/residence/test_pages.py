"""The pages of meetings: what they show, to whom, and how many queries they need."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Role
from party76.audit.models import Action, AuditEvent
from residence.models import Attendance, Meeting
from residence.services.meetings import list_meeting, open_meeting
from tests.factories.members import make_user
from tests.factories.residence import make_attendance, make_meeting, make_opinion

S = Attendance.Status


def url(name, *args):
    return reverse(f"residence:{name}", args=args)


def plan_data(committee, **fields):
    return {
        "committee": committee.pk,
        "title": "Sinh hoạt 6 tháng đầu năm",
        "kind": "periodic",
        "held_on": "05/11/2026",
        "starts_at": "19h30",
        "place": "Nhà văn hóa khu vực 1",
        "half": "",
        "counts": "on",
        "chair": "Nguyễn Văn Chủ",
        "agenda": "Thông báo tình hình",
        **fields,
    }


# Who sees what

PAGES = [
    "meeting_detail",
    "meeting_attendance",
    "meeting_print",
]
ACTS = [
    "meeting_edit",
    "meeting_close",
    "meeting_not_held",
    "meeting_opinion_add",
]
STEPS = ["meeting_fix_list", "meeting_open"]
READERS = {
    "ward_user": 200,
    "cell_user": 200,
    "department_user": 200,
    "inspector_user": 200,
    "sister_user": 404,
    "sister_cell_user": 404,
    "workplace_user": 404,
    "admin_user": 404,
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("role", "status"), READERS.items())
def test_page_when_asked_by_role_then_scope_decides(
    client, request, world, sister_cell_user, meeting, page, role, status
):
    list_meeting(meeting, by=world.ward_user)
    users = {**vars(world), "sister_cell_user": sister_cell_user}
    client.force_login(users[role])

    assert client.get(url(page, meeting.pk)).status_code == status


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("role", "status"), READERS.items())
def test_act_when_asked_by_role_then_readers_are_refused(
    client, world, sister_cell_user, meeting, act, role, status
):
    open_meeting(meeting, by=world.ward_user)
    users = {**vars(world), "sister_cell_user": sister_cell_user}
    client.force_login(users[role])
    expected = 403 if role in {"department_user", "inspector_user"} else status

    assert client.get(url(act, meeting.pk)).status_code == expected


@pytest.mark.parametrize("step", [*STEPS, "meeting_attendance"])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("ward_user", 302),
        ("cell_user", 302),
        ("department_user", 403),
        ("sister_user", 404),
        ("workplace_user", 404),
    ],
)
def test_post_when_sent_by_role_then_only_the_unit_writes(
    client, world, meeting, step, role, status
):
    client.force_login(getattr(world, role))

    assert client.post(url(step, meeting.pk)).status_code == status


def test_ward_meeting_when_seen_by_cell_then_own_people_and_nothing_to_press(
    client, world, ward_meeting, neighbour
):
    open_meeting(ward_meeting, by=world.ward_user)
    client.force_login(world.cell_user)

    page = client.get(url("meeting_attendance", ward_meeting.pk)).content.decode()
    answer = client.post(url("meeting_attendance", ward_meeting.pk), {"s1": "p"})

    assert "Lê Thị Hòa" in page
    assert "Trần Văn An" not in page
    assert 'name="s1"' not in page
    assert answer.status_code == 403
    assert not Attendance.objects.filter(status=S.PRESENT).exists()


def test_ward_meeting_when_printed_by_cell_then_own_people_only(
    client, world, ward_meeting, neighbour
):
    list_meeting(ward_meeting, by=world.ward_user)
    client.force_login(world.cell_user)

    page = client.get(url("meeting_print", ward_meeting.pk)).content.decode()

    assert "Lê Thị Hòa" in page
    assert "Trần Văn An" not in page


@pytest.mark.parametrize(
    ("role", "listed", "added"),
    [
        ("ward_user", 200, 200),
        ("cell_user", 200, 200),
        ("department_user", 200, 403),
        ("inspector_user", 200, 403),
        ("workplace_user", 403, 403),
        ("admin_user", 403, 403),
    ],
)
def test_lists_when_asked_by_role_then_residence_and_above(
    client, world, role, listed, added
):
    client.force_login(getattr(world, role))

    assert client.get(url("meeting_list")).status_code == listed
    assert client.get(url("opinion_list")).status_code == listed
    assert client.get(url("meeting_add")).status_code == added
    assert client.get(url("opinion_find")).status_code == added


# The list


def test_list_when_cell_looks_then_own_meetings_and_those_of_its_ward(
    client, world, meeting, ward_meeting
):
    list_meeting(ward_meeting, by=world.ward_user)
    make_meeting(world.sister_cell, title="Kỳ họp của chi bộ bạn")
    make_meeting(world.sister_ward, title="Kỳ họp của phường bạn")
    client.force_login(world.cell_user)

    answer = client.get(url("meeting_list"))

    assert answer.context["page"].rows == [ward_meeting, meeting]


def test_list_when_filtered_then_year_unit_and_state_narrow(client, world, meeting):
    make_meeting(world.cell, held_on=date(2025, 5, 1))
    make_meeting(world.ward)
    make_meeting(world.cell, state="open")
    client.force_login(world.ward_user)

    answer = client.get(
        url("meeting_list"),
        {"nam": 2026, "don_vi": world.cell.pk, "tinh_trang": "chua-hop"},
    )

    assert answer.context["page"].rows == [meeting]
    event = AuditEvent.objects.get(action=Action.LIST)
    assert (event.count, event.facts) == (
        1,
        {"filters": ["nam", "tinh_trang", "don_vi"]},
    )


def test_list_when_longer_than_a_page_then_every_meeting_once(client, world):
    made = {make_meeting(world.cell).pk for _ in range(120)}
    client.force_login(world.cell_user)

    seen, data = [], {}
    for _ in range(3):
        page = client.get(url("meeting_list"), data).context["page"]
        seen += [meeting.pk for meeting in page.rows]
        data = {"after": page.next}
    back = client.get(url("meeting_list"), {"before": seen[50]}).context["page"]

    assert len(seen) == 120
    assert set(seen) == made
    assert page.next is None
    assert [meeting.pk for meeting in back.rows] == seen[:50]
    assert back.previous is None


@pytest.mark.parametrize("number", [1, 3])
def test_list_queries_when_more_meetings_then_constant(
    client, world, number, django_assert_num_queries
):
    for _ in range(number):
        make_attendance(make_meeting(world.cell), world.registration)
    client.force_login(world.ward_user)

    # session, user, posts; years, units of the filter, page, counts, audit
    with django_assert_num_queries(8):
        client.get(url("meeting_list"))


# Planning and minutes


def test_add_when_filled_then_planned_with_the_half_year_of_its_day(client, world):
    client.force_login(world.cell_user)

    answer = client.post(url("meeting_add"), plan_data(world.cell))

    made = Meeting.objects.get()
    assert answer.url == url("meeting_detail", made.pk)
    assert (made.state, made.held_on) == ("planned", date(2026, 11, 5))
    assert (made.period_from, made.period_to) == (date(2026, 7, 1), date(2027, 1, 1))
    assert f"{made.starts_at:%H:%M}" == "19:30"


def test_add_when_another_half_is_chosen_then_counted_there(client, world):
    client.force_login(world.cell_user)

    client.post(url("meeting_add"), plan_data(world.cell, half="2026-01-01/2026-07-01"))

    assert Meeting.objects.get().period_from == date(2026, 1, 1)


def test_add_when_unit_is_not_ones_own_then_refused(client, world):
    client.force_login(world.cell_user)

    answer = client.post(url("meeting_add"), plan_data(world.sister_cell))

    assert answer.status_code == 422
    assert not Meeting.objects.exists()


def test_add_when_day_is_impossible_then_told_how(client, world):
    client.force_login(world.cell_user)

    answer = client.post(
        url("meeting_add"), plan_data(world.cell, held_on="31/02/2026")
    )

    assert answer.status_code == 422
    assert "Ngày không đúng" in answer.content.decode()


def test_edit_when_saved_then_minutes_kept(client, world, meeting):
    client.force_login(world.cell_user)
    data = plan_data(
        world.cell,
        conclusions="Thống nhất dọn hẻm.",
        half="2026-01-01/2026-07-01",
        version=1,
    )

    answer = client.post(url("meeting_edit", meeting.pk), data)

    meeting.refresh_from_db()
    assert answer.status_code == 302
    assert (meeting.conclusions, meeting.version) == ("Thống nhất dọn hẻm.", 2)
    assert meeting.period_from == date(2026, 1, 1)


def test_edit_when_somebody_was_quicker_then_both_values_are_shown(
    client, world, meeting
):
    Meeting.objects.filter(pk=meeting.pk).update(version=2, chair="Người khác")
    client.force_login(world.cell_user)
    key = "00000000-0000-4000-8000-000000000001"
    data = plan_data(world.cell, version=1, submission_key=key)

    answer = client.post(url("meeting_edit", meeting.pk), data)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Người khác" in page
    assert "Nguyễn Văn Chủ" in page


def test_edit_when_the_meeting_is_over_then_a_sentence(client, world, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(state="closed")
    client.force_login(world.cell_user)

    answer = client.post(
        url("meeting_edit", meeting.pk), plan_data(world.cell, version=1)
    )

    assert answer.status_code == 422
    assert "Kỳ họp đã kết thúc" in answer.content.decode()


def test_detail_when_open_then_numbers_opinions_and_what_is_missing(
    client, world, meeting
):
    opened = open_meeting(meeting, by=world.cell_user)
    make_opinion(world.registration, meeting=opened)
    client.force_login(world.cell_user)

    answer = client.get(url("meeting_detail", meeting.pk))

    page = answer.content.decode()
    assert "Số người dự: 0/1" in page
    assert "Thoát nước hẻm 12" in page
    assert "Chưa có kết luận." in page
    assert "Còn 1 đồng chí chưa điểm danh." in page
    assert "Chưa ghi ý kiến nào" not in page


def test_detail_when_only_planned_then_results_are_not_missed_yet(
    client, world, meeting
):
    client.force_login(world.cell_user)

    answer = client.get(url("meeting_detail", meeting.pk))

    assert answer.context["gaps"] == [
        "Chưa ghi người chủ trì.",
        "Chưa có nội dung, chương trình.",
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_detail_queries_when_more_opinions_then_constant(
    client, world, meeting, number, django_assert_num_queries
):
    opened = open_meeting(meeting, by=world.cell_user)
    for _ in range(number):
        make_opinion(world.registration, meeting=opened)
    client.force_login(world.cell_user)

    # session, user, posts; meeting, counts, opinions, audit
    with django_assert_num_queries(7):
        client.get(url("meeting_detail", meeting.pk))


# Steps


def test_steps_when_pressed_in_turn_then_meeting_goes_its_way(client, world, meeting):
    client.force_login(world.cell_user)
    states = []

    for name in ("meeting_fix_list", "meeting_open"):
        client.post(url(name, meeting.pk))
        meeting.refresh_from_db()
        states.append(meeting.state)
    client.post(url("meeting_close", meeting.pk), {"unmarked": "absent"})
    meeting.refresh_from_db()

    assert [*states, meeting.state] == ["listed", "open", "closed"]


def test_fix_list_when_listed_then_told_what_changed(client, world, meeting):
    list_meeting(meeting, by=world.cell_user)
    client.force_login(world.cell_user)

    answer = client.post(url("meeting_fix_list", meeting.pk), follow=True)

    assert "Danh sách đã đủ, không có thay đổi." in answer.content.decode()


def test_open_when_over_then_a_sentence(client, world, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(state="closed")
    client.force_login(world.cell_user)

    answer = client.post(url("meeting_open", meeting.pk), follow=True)

    assert "không chuyển sang “Đang họp” được" in answer.content.decode()


def test_close_when_rows_are_unmarked_then_names_and_a_question(client, world, meeting):
    open_meeting(meeting, by=world.cell_user)
    client.force_login(world.cell_user)

    page = client.get(url("meeting_close", meeting.pk)).content.decode()
    answer = client.post(url("meeting_close", meeting.pk), {"unmarked": ""})

    assert "Số 1. Lê Thị Hòa" in page
    assert answer.status_code == 422
    assert "Đồng chí chọn một cách ghi." in answer.content.decode()


def test_close_when_who_came_is_unclear_then_not_closed(client, world, meeting):
    opened = open_meeting(meeting, by=world.cell_user)
    opened.attendances.update(status=S.REPRESENTED)
    client.force_login(world.cell_user)

    answer = client.post(url("meeting_close", meeting.pk), {"version": 2})

    opened.refresh_from_db()
    assert answer.status_code == 422
    assert "chưa ghi ai dự thay" in answer.content.decode()
    assert opened.state == "open"


def test_not_held_when_reason_given_then_shown(client, world, meeting):
    client.force_login(world.cell_user)

    client.post(url("meeting_not_held", meeting.pk), {"reason": "Triều cường ngập"})

    page = client.get(url("meeting_detail", meeting.pk)).content.decode()
    assert "Triều cường ngập" in page


def test_not_held_when_no_reason_then_refused(client, world, meeting):
    client.force_login(world.cell_user)

    answer = client.post(url("meeting_not_held", meeting.pk), {"reason": " "})

    assert answer.status_code == 422
    assert "ghi lý do không tổ chức được" in answer.content.decode()


# The printed sheet


def test_print_when_listed_then_numbered_with_ten_lines_to_spare(
    client, world, meeting
):
    list_meeting(meeting, by=world.cell_user)
    client.force_login(world.cell_user)

    page = client.get(url("meeting_print", meeting.pk)).content.decode()
    words = " ".join(page.split())

    assert page.count("sign-in-blank") == 10
    assert "ĐẢNG ỦY PHƯỜNG NINH KIỀU" in page
    assert "Ngày 20 tháng 05 năm 2026" in words
    assert AuditEvent.objects.get(action=Action.EXPORT).count == 1


def test_posts_when_several_then_the_widest_counts(client, world, meeting):
    """A department's reader who also runs the cell may write there."""
    user = make_user(Role.DEPARTMENT, world.city)
    client.force_login(user)
    refused = client.get(url("meeting_edit", meeting.pk)).status_code
    user.assignments.create(
        committee=world.cell, role=Role.RESIDENCE_CELL, valid_from=date(2020, 1, 1)
    )

    assert refused == 403
    assert client.get(url("meeting_edit", meeting.pk)).status_code == 200
