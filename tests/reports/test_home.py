from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations.models import Evaluation, RatingYear
from members.models import (
    Committee,
    CorrectionRequest,
    Registration,
    Role,
    RoleAssignment,
    WorkplaceYearStatement,
)
from party76.audit.models import Action
from party76.audit.services import record
from reports.queries.home import grouped, todos_of
from reports.queries.todos.todo import Subject, Todo
from residence.models import Meeting, Opinion
from tests.factories.members import make_committee, make_member, make_user
from tests.factories.reports import make_city, make_evaluation
from tests.reports.reading import text_of

pytestmark = pytest.mark.django_db

TODAY = date(2013, 11, 20)


@pytest.fixture
def place():
    found = make_city()
    WorkplaceYearStatement.objects.create(
        committee=found.workplace, year=TODAY.year, total_members=9, subject=9
    )
    plan(found.ward)
    plan(found.sister_ward)
    return found


def plan(unit, **fields):
    fields.setdefault("held_on", date(2013, 12, 10))
    return Meeting.objects.create(
        committee=unit,
        title="Kỳ họp cuối năm",
        period_from=date(2013, 7, 1),
        period_to=date(2014, 1, 1),
        **fields,
    )


def staff(place):
    """Accounts that work for every unit of the city."""
    make_user(Role.RESIDENCE_WARD, place.district)
    make_user(Role.WORKPLACE, place.city)


def letter(place, state, **fields):
    return Registration.objects.create(
        member=make_member(place.workplace),
        workplace=place.workplace,
        ward=place.ward,
        state=state,
        **fields,
    )


def lines(role, unit):
    todos = todos_of(make_user(role, unit), on=TODAY)
    return [(todo.text, todo.count) for todo in todos]


def test_nothing_waits_says_so(client, place):
    client.force_login(make_user(Role.RESIDENCE_CELL, place.cell))
    Meeting.objects.all().delete()
    today = timezone.localdate()
    plan(place.ward, held_on=today + timedelta(days=400))
    Meeting.objects.update(period_from=today, period_to=today + timedelta(days=400))

    page = text_of(client.get(reverse("reports:home")))

    assert "Không có việc nào đang chờ" in page


def test_account_without_posts_is_told_whom_to_ask(client):
    client.force_login(make_user())

    page = text_of(client.get(reverse("reports:home")))

    assert "hiện không giữ vai trò nào" in page


def test_ward_sees_letters_that_wait_and_since_when(place):
    letter(place, "sent", sent_on=date(2013, 11, 1))
    letter(place, "draft")

    todo = todos_of(make_user(Role.RESIDENCE_WARD, place.ward), on=TODAY)[0]

    assert (todo.text, todo.count, todo.since) == (
        "giấy giới thiệu chờ tiếp nhận",
        1,
        date(2013, 11, 1),
    )


def test_ward_sees_members_without_a_cell(place):
    place.stay()
    place.stay(cell=place.cell)
    place.stay(ward=place.sister_ward)

    assert lines(Role.RESIDENCE_WARD, place.ward) == [
        ("đồng chí đã tiếp nhận, chưa phân chi bộ", 1)
    ]


def test_link_of_members_without_cell_shows_just_them(client, place):
    alone = place.stay()
    other = place.stay(cell=place.cell)
    user = make_user(Role.RESIDENCE_WARD, place.ward)
    client.force_login(user)

    page = text_of(client.get(todos_of(user, on=TODAY)[0].url))

    assert alone.member.full_name in page
    assert other.member.full_name not in page


@pytest.mark.parametrize(
    ("state", "held_on", "expected"),
    [
        ("planned", TODAY, "lập danh sách"),
        ("listed", TODAY, "điểm danh"),
        ("open", TODAY, "điểm danh, kết thúc"),
        ("closed", TODAY, None),
        ("planned", TODAY + timedelta(days=1), None),
    ],
)
def test_cell_is_led_to_the_next_step_of_its_meeting(place, state, held_on, expected):
    plan(place.cell, state=state, held_on=held_on)

    found = [text for text, _ in lines(Role.RESIDENCE_CELL, place.cell)]

    assert found == (
        [f"Chi bộ Khu vực 1: Kỳ họp cuối năm, họp ngày 20/11/2013 – {expected}"]
        if expected
        else []
    )


def test_marking_attendance_is_one_click_from_home(place):
    meeting = plan(place.cell, state="open", held_on=TODAY)

    todo = todos_of(make_user(Role.RESIDENCE_CELL, place.cell), on=TODAY)[0]

    assert todo.url == reverse("residence:meeting_attendance", args=[meeting.pk])
    assert todo.action_label == "Điểm danh"


def test_meeting_of_today_is_first_before_what_is_late(place):
    plan(place.cell, state="open", held_on=TODAY - timedelta(days=1))
    today = plan(place.cell, state="open", held_on=TODAY)

    todo = todos_of(make_user(Role.RESIDENCE_CELL, place.cell), on=TODAY)[0]

    assert todo.url == reverse("residence:meeting_attendance", args=[today.pk])


def test_meeting_of_a_past_day_is_late_and_first(place):
    plan(place.cell, state="open", held_on=TODAY - timedelta(days=1))
    Opinion.objects.create(
        committee=place.ward,
        registration=place.stay(cell=place.cell),
        cell=place.cell,
        given_on=date(2013, 1, 1),
        subject="Cầu",
        text="Cầu hỏng",
    )

    todos = todos_of(make_user(Role.RESIDENCE_CELL, place.cell), on=TODAY)

    assert [todo.is_late for todo in todos] == [True, False]
    assert todos[1].text == "ý kiến của đảng viên chưa giải quyết xong"


def test_units_without_a_meeting_in_the_half_year_are_counted(place):
    Meeting.objects.filter(committee=place.ward).delete()
    plan(place.cell)

    assert lines(Role.RESIDENCE_WARD, place.ward) == [
        ("Chi bộ Khu vực 2 chưa có kỳ họp nào của 6 tháng cuối năm 2013", None)
    ]


def test_two_units_without_a_meeting_share_a_line(place):
    Meeting.objects.filter(committee=place.ward).update(
        state="not_held", not_held_reason="Bão"
    )

    assert lines(Role.RESIDENCE_WARD, place.ward) == [
        ("chi bộ chưa có kỳ họp nào của 6 tháng cuối năm 2013", 2)
    ]


def test_sheets_wait_for_the_cell_then_for_the_ward(place):
    RatingYear.objects.update(propose_by=date(2013, 11, 1))
    stay = place.stay(cell=place.cell)
    row = make_evaluation(stay, place.year, outcome=Evaluation.Outcome.UNDECIDED)
    cell, ward = (
        make_user(Role.RESIDENCE_CELL, place.cell),
        make_user(Role.RESIDENCE_WARD, place.ward),
    )

    before = todos_of(cell, on=TODAY)
    tier = place.year.rule_set.tiers.get(position=1)
    Evaluation.objects.update(outcome="rated", tier=tier, state="proposed")
    after = (todos_of(cell, on=TODAY), todos_of(ward, on=TODAY))

    assert [(todo.text, todo.is_late) for todo in before] == [
        (
            "đồng chí chưa có nhận xét để đề xuất (1 bảng nhận xét)",
            True,
        )
    ]
    assert before[0].due_text == "hạn 01/11/2013"
    assert before[0].url == reverse("evaluations:sheet_detail", args=[row.sheet_id])
    assert after[0] == []
    assert [todo.action_label for todo in after[1]] == ["Xác nhận"]


def test_workplace_sees_letters_members_and_comments(place):
    letter(place, "returned", return_reason="Sai nơi cư trú")
    letter(place, "draft")
    place.stay(tier=1, letter_number="1-GGT/ĐU")

    assert sorted(lines(Role.WORKPLACE, place.workplace)) == [
        ("giấy giới thiệu bị trả lại, cần giới thiệu lại hoặc ghi nhận", 1),
        ("giấy giới thiệu đang soạn, chưa gửi", 1),
        ("đồng chí có nhận xét năm 2013 đã trả về, dùng cho đánh giá cuối năm", 1),
    ]


def test_workplace_sees_no_draft_comment(place):
    stay = place.stay(letter_number="1-GGT/ĐU")
    make_evaluation(stay, place.year, tier=1, state="confirmed")

    assert lines(Role.WORKPLACE, place.workplace) == []


def test_correction_waits_for_whom_it_was_asked_of(place):
    stay = place.stay(cell=place.cell, letter_number="1-GGT/ĐU")
    CorrectionRequest.objects.create(
        member=stay.member,
        field="full_name",
        new_value="Tên khác",
        reason="Giấy khai sinh",
        asked_by_committee=place.ward,
        asked_of_committee=place.workplace,
        asked_by=make_user(Role.RESIDENCE_WARD, place.ward),
    )

    assert lines(Role.WORKPLACE, place.workplace) == [
        ("đề nghị đính chính chờ trả lời", 1)
    ]
    assert lines(Role.RESIDENCE_WARD, place.ward) == []


def test_department_sees_late_units_and_the_year_to_open(place):
    staff(place)
    RatingYear.objects.update(propose_by=date(2013, 11, 1))
    make_evaluation(
        place.stay(cell=place.cell), place.year, outcome=Evaluation.Outcome.UNDECIDED
    )
    user = make_user(Role.DEPARTMENT, place.city)

    during = [todo.text for todo in todos_of(user, on=TODAY)]
    later = [todo.text for todo in todos_of(user, on=date(2014, 2, 1))]

    late = "đảng ủy xã, phường chậm hạn nhận xét năm 2013"
    assert during == [late]
    assert sorted(later) == [
        "Chưa mở đợt nhận xét năm 2014",
        "Đợt nhận xét năm 2013 đã qua, chưa khóa",
        late,
    ]


def test_department_sees_how_many_wait_while_nobody_is_late(place):
    staff(place)
    make_evaluation(
        place.stay(cell=place.cell), place.year, outcome=Evaluation.Outcome.UNDECIDED
    )

    assert lines(Role.DEPARTMENT, place.city) == [
        ("đồng chí chưa có nhận xét trả về năm 2013", 1)
    ]


def test_department_sees_units_without_a_place(place):
    staff(place)
    make_committee(name="Đơn vị lạ", is_unplaced=True)

    assert lines(Role.DEPARTMENT, place.city) == [
        ("đơn vị gặp trong danh sách nhập, chưa xếp vào cây tổ chức", 1)
    ]


def test_administrator_sees_accounts_without_post_and_units_without_account(place):
    former = make_user(Role.RESIDENCE_WARD, place.ward)
    RoleAssignment.objects.filter(user=former).update(valid_to=date(2013, 1, 1))
    make_user(Role.RESIDENCE_WARD, place.sister_ward)
    Committee.objects.exclude(pk__in=[place.ward.pk, place.sister_ward.pk]).update(
        uses_system=False
    )

    assert sorted(lines(Role.ADMINISTRATOR, place.city)) == [
        ("tài khoản không còn vai trò nào", 1),
        ("đơn vị dùng hệ thống nhưng chưa có tài khoản, đang làm theo giấy", 1),
    ]


def test_inspector_sees_exports_and_refusals_of_the_week(place):
    record(Action.EXPORT, "member", by=None, committee_code="TA")
    record(Action.REFUSED, "x", by=None, committee_code="TA")
    record(Action.VIEW, "member", by=None, committee_code="TA")

    assert lines(Role.INSPECTOR, place.city) == [
        ("lần xuất tệp trong 7 ngày qua", 1),
        ("lần bị từ chối truy cập trong 7 ngày qua", 1),
    ]


@pytest.mark.parametrize("role", list(Role))
def test_each_link_of_home_opens_for_its_reader(client, place, role):
    unit = {
        Role.RESIDENCE_CELL: place.cell,
        Role.RESIDENCE_WARD: place.ward,
        Role.WORKPLACE: place.workplace,
    }.get(role, place.city)
    RatingYear.objects.update(propose_by=date(2013, 11, 1))
    letter(place, "sent", sent_on=TODAY)
    letter(place, "returned", return_reason="Sai")
    place.stay(tier=1, cell=place.cell)
    make_evaluation(place.stay(), place.year, outcome=Evaluation.Outcome.UNDECIDED)
    plan(place.cell, state="open", held_on=TODAY)
    record(Action.EXPORT, "member", by=None, committee_code="TA")
    user = make_user(role, unit)
    client.force_login(user)

    todos = todos_of(user, on=TODAY)

    assert todos
    for todo in todos:
        assert client.get(todo.url).status_code == 200, todo


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"due": TODAY}, "hạn 20/11/2013"),
        ({"due": TODAY, "due_words": "sớm nhất ngày"}, "sớm nhất ngày 20/11/2013"),
        ({"due": TODAY, "due_words": ""}, ""),
        ({"since": TODAY}, ""),
    ],
)
def test_line_when_it_has_a_due_day_tells_it(fields, expected):
    todo = Todo("việc", "/", "Làm", Subject.STAYS, **fields)

    assert todo.due_text == expected


def test_few_lines_stand_without_headings():
    todos = [Todo("việc", "/", "Làm", Subject.STAYS) for _ in range(7)]

    groups = grouped(todos)

    assert [(group.heading, list(group.todos)) for group in groups] == [("", todos)]
    assert grouped([]) == []


def test_many_lines_stand_by_subject_the_most_urgent_first():
    stays = [Todo(f"giấy {n}", "/", "Làm", Subject.STAYS) for n in range(4)]
    notices = [Todo(f"thông báo {n}", "/", "Làm", Subject.NOTICES) for n in range(4)]
    in_order = [notices[0], *stays, *notices[1:]]

    groups = grouped(in_order)

    assert [(group.heading, list(group.todos)) for group in groups] == [
        ("Thông báo", notices),
        ("Giới thiệu, tiếp nhận", stays),
    ]


def test_home_of_many_lines_has_a_heading_for_each_subject(client, place):
    for state in ("sent", "letter_asked"):
        letter(place, state, sent_on=TODAY if state == "sent" else None)
    stay = place.stay()
    place.stay(cell=place.cell)
    for day in range(1, 8):
        plan(place.cell, state="open", held_on=TODAY - timedelta(days=day))
    opinion = {"registration": stay, "cell": place.cell, "subject": "Cầu", "text": "Hư"}
    Opinion.objects.create(committee=place.ward, given_on=TODAY, **opinion)
    client.force_login(make_user(Role.RESIDENCE_WARD, place.ward))

    answer = client.get(reverse("reports:home"))

    headings = [group.heading for group in answer.context["groups"]]
    assert headings == ["Kỳ họp, ý kiến, sổ liên hệ", "Giới thiệu, tiếp nhận"]
    text = answer.content.decode()
    assert [text.count(f">{heading}</h2>") for heading in headings] == [1, 1]


def test_account_without_a_post_is_told_since_the_last_one_ended(place):
    for year in (2011, 2012):
        former = make_user(Role.RESIDENCE_WARD, place.ward)
        RoleAssignment.objects.filter(user=former).update(valid_to=date(year, 1, 1))
    later = RoleAssignment(user=former, committee=place.ward, role=Role.RESIDENCE_CELL)
    later.valid_from, later.valid_to = date(2012, 1, 1), date(2013, 5, 1)
    later.save()

    [todo, *_] = todos_of(make_user(Role.ADMINISTRATOR, place.city), on=TODAY)

    assert (todo.text, todo.count, todo.since) == (
        "tài khoản không còn vai trò nào",
        2,
        date(2011, 1, 1),
    )


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("role", "own", "questions"),
    [
        (Role.RESIDENCE_WARD, "ward", 21),
        (Role.RESIDENCE_CELL, "cell", 15),
        (Role.WORKPLACE, "workplace", 25),
        (Role.DEPARTMENT, "city", 11),
        (Role.ADMINISTRATOR, "city", 3),
        (Role.INSPECTOR, "city", 2),
    ],
)
def test_home_asks_as_often_for_many_rows(
    place, role, own, questions, rows, django_assert_num_queries
):
    for _ in range(rows):
        letter(place, "sent", sent_on=TODAY)
        place.stay(tier=1, cell=place.cell)
        stay = place.stay()
        make_evaluation(stay, place.year, outcome=Evaluation.Outcome.UNDECIDED)
        plan(place.cell, state="open", held_on=TODAY)
    user = make_user(role, getattr(place, own))

    with django_assert_num_queries(questions):
        todos_of(user, on=TODAY)
