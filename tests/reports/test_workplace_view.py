import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from evaluations.models import Comment, Evaluation
from members.models import Exemption, Registration, Role
from party76.audit.models import Action, AuditEvent
from residence.models import Attendance, Meeting, Notice, NoticeItem, Opinion
from tests.factories.members import make_exemption, make_member, make_user
from tests.factories.reports import make_city, make_evaluation, make_rating_year

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_city()


@pytest.fixture
def workplace_user(client, place):
    user = make_user(Role.WORKPLACE, place.workplace)
    client.force_login(user)
    return user


def page(client, **filters):
    return client.get(reverse("reports:workplace_view"), filters)


def rows(client, **filters):
    return page(client, **filters).context["page"].rows


def came(stay, status):
    meeting = Meeting.objects.create(
        committee=stay.ward,
        title="Kỳ họp",
        held_on=date(2013, 5, 1),
        period_from=date(2013, 1, 1),
        period_to=date(2013, 7, 1),
        state=Meeting.State.CLOSED,
    )
    Attendance.objects.create(
        meeting=meeting,
        registration=stay,
        member=stay.member,
        number=1,
        ward=stay.ward,
        workplace=stay.workplace,
        status=status,
    )


def sent_notice(stay, *, state=Notice.State.SENT, sent_on=date(2013, 6, 1)):
    notice = Notice.objects.create(
        committee=stay.ward,
        workplace=stay.workplace,
        kind=Notice.Kind.ABSENCE,
        state=state,
        created_on=sent_on,
        sent_on=sent_on,
        answered_on=sent_on if state == Notice.State.ANSWERED else None,
    )
    NoticeItem.objects.create(notice=notice, registration=stay, member=stay.member)
    return notice


def letter(place, state, **fields):
    return Registration.objects.create(
        member=make_member(place.workplace),
        workplace=place.workplace,
        ward=place.ward,
        state=state,
        **fields,
    )


@pytest.mark.parametrize(
    "name", ["workplace_view", "workplace_print", "workplace_export"]
)
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.WORKPLACE, 200),
        (Role.RESIDENCE_WARD, 403),
        (Role.DEPARTMENT, 403),
        (Role.ADMINISTRATOR, 403),
    ],
)
def test_view_is_for_workplaces(client, place, name, role, expected):
    client.force_login(make_user(role, place.workplace))

    assert client.get(reverse(f"reports:{name}")).status_code == expected


def test_own_members_stand_by_residence_with_their_letter(
    client, place, workplace_user
):
    here = place.stay()
    sister = place.stay(ward=place.sister_ward)
    place.stay(outside=True)
    new = make_member(place.workplace)

    assert [(row.member, row.ward, row.stage_label) for row in rows(client)] == [
        (sister.member, "Đảng ủy phường An Hội", "Đã tiếp nhận"),
        (here.member, "Đảng ủy phường Tân An", "Đã tiếp nhận"),
        (new, "", "Chưa giới thiệu hoặc đã kết thúc"),
    ]


def test_attendance_and_opinions_are_totals_of_the_year(client, place, workplace_user):
    stay = place.stay()
    came(stay, Attendance.Status.PRESENT)
    came(stay, Attendance.Status.ABSENT)
    Opinion.objects.create(
        committee=place.ward,
        registration=stay,
        given_on=date(2013, 5, 1),
        subject="Cầu",
        text="Cầu hỏng",
    )

    (row,) = rows(client)

    marks = row.attendance
    assert (marks.due, marks.present, marks.absent, marks.opinions) == (2, 1, 1, 1)


def test_only_returned_results_are_shown(client, place, workplace_user):
    returned = make_evaluation(place.stay(), place.year, tier=2)
    Comment.objects.create(evaluation=returned, text="Gương mẫu")
    make_evaluation(place.stay(), place.year, tier=4, state="confirmed")

    response = page(client)

    results = {(row.result, row.comment) for row in response.context["page"].rows}
    assert results == {("Khá", "Gương mẫu"), ("", "")}
    assert "Chưa tốt" not in response.content.decode()


def test_drafts_stay_hidden_from_one_who_is_also_the_ward(client, place):
    make_evaluation(place.stay(), place.year, tier=4, state="proposed")
    user = make_user(Role.WORKPLACE, place.workplace)
    user.assignments.create(
        committee=place.ward, role=Role.RESIDENCE_WARD, valid_from=date(2000, 1, 1)
    )
    client.force_login(user)

    assert [row.result for row in rows(client)] == [""]


def test_a_year_is_chosen(client, place, workplace_user):
    stay = place.stay(tier=1)
    earlier = make_rating_year(place.city, year=2012)
    make_evaluation(stay, earlier, tier=3)

    assert [row.result for row in rows(client)] == ["Tốt"]
    assert [row.result for row in rows(client, nam=2012)] == ["Trung bình"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"tinh_trang": "da-tiep-nhan"}, ["here", "exempt", "sister"]),
        ({"tinh_trang": "chua-gioi-thieu"}, ["new"]),
        ({"ket_qua": "da-tra"}, ["here"]),
        ({"ket_qua": "mien"}, ["exempt"]),
        ({"ket_qua": "chua-tra"}, ["sister", "new"]),
        ({"ket_qua": "sai"}, ["here", "exempt", "sister", "new"]),
    ],
)
def test_list_is_narrowed_by_each_filter(
    client, place, workplace_user, filters, expected
):
    exempt = place.stay()
    make_evaluation(exempt, place.year, outcome=Evaluation.Outcome.EXEMPT)
    people = {
        "here": place.stay(tier=1).member,
        "exempt": exempt.member,
        "sister": place.stay(ward=place.sister_ward).member,
        "new": make_member(place.workplace),
    }

    found = {row.member for row in rows(client, **filters)}

    assert found == {people[name] for name in expected}


def test_list_is_narrowed_by_residence(client, place, workplace_user):
    place.stay()
    there = place.stay(ward=place.sister_ward)

    found = rows(client, noi_cu_tru=place.sister_ward.pk)

    assert [row.member for row in found] == [there.member]


def test_file_holds_the_rows_of_the_page(client, place, workplace_user):
    stay = place.stay(tier=1)
    stay.member.full_name = "=1+1"
    stay.member.save()

    response = client.get(reverse("reports:workplace_export"), {"ket_qua": "da-tra"})

    sheet = load_workbook(BytesIO(response.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]
    assert AuditEvent.objects.get(action=Action.EXPORT).count == 1


@pytest.mark.parametrize("people", [1, 3])
def test_view_asks_as_often_for_many_people(
    client, place, workplace_user, people, django_assert_num_queries
):
    for _ in range(people):
        place.stay(tier=1)

    # Session, account, posts; years, page, count, stays, attendance, opinions, who came
    # though exempt, notices, results, the record, the counts on top; workplaces and
    # residences to choose from.
    with django_assert_num_queries(16):
        page(client)


def test_ended_stays_keep_their_meetings_and_result(client, place, workplace_user):
    old = place.stay(tier=1, ended_on=date(2013, 6, 1))
    came(old, Attendance.Status.PRESENT)
    Evaluation.objects.update(state=Evaluation.State.LOCKED)

    (row,) = rows(client)

    assert (row.stage_label, row.attendance.present, row.result) == (
        "Chưa giới thiệu hoặc đã kết thúc",
        1,
        "Tốt",
    )


def printed(client) -> dict:
    """The only line on paper: {label: (what stands there, its class)}."""
    context = client.get(reverse("reports:workplace_print")).context
    ((_, (line,)),) = context["groups"]
    return dict(zip((one.label for one in context["columns"]), line, strict=True))


def test_stay_that_ended_leaves_nothing_in_the_row(client, place, workplace_user):
    place.stay(cell=place.cell, letter_number="12-GGT/ĐU", ended_on=date(2013, 6, 1))

    (row,) = rows(client)
    text = page(client).content.decode()
    told = printed(client)

    assert (row.ward, row.cell, row.letter_number, row.received_on) == (
        "",
        "",
        "",
        None,
    )
    assert [
        told[label][0]
        for label in (
            "Giới thiệu",
            "Chi bộ nơi cư trú",
            "Số giấy giới thiệu",
            "Ngày tiếp nhận",
        )
    ] == ["Chưa giới thiệu hoặc đã kết thúc", "", "", None]
    assert ("12-GGT/ĐU" in text, place.cell.name in text) == (False, False)


def test_exemption_is_told_with_its_ground_on_screen_paper_and_file(
    client, place, workplace_user
):
    exempt = place.stay()
    exemption = make_exemption(exempt)
    exemption.document = "Giấy xác nhận số 7"
    exemption.save()
    came(exempt, Attendance.Status.PRESENT)
    Attendance.objects.update(is_due=False)

    told = printed(client)
    text = page(client).content.decode()

    ground = f"{Exemption.Ground.STUDY.label} (Giấy xác nhận số 7)"
    assert told["Căn cứ miễn"][0] == ground
    assert told["Dự dù được miễn"][0] == 1
    assert ground in text


def test_exempt_members_stand_apart_behind_the_others(client, place, workplace_user):
    exempt = place.stay()
    make_exemption(exempt)
    came(exempt, Attendance.Status.PRESENT)
    Attendance.objects.update(is_due=False)
    ordinary = place.stay(ward=place.ward)

    found = [(row.member, row.group, row.came_though_exempt) for row in rows(client)]

    assert found == [
        (ordinary.member, "Đảng ủy phường Tân An", 0),
        (exempt.member, "Miễn sinh hoạt nơi cư trú", 1),
    ]
    assert [row.member for row in rows(client, dien="mien")] == [exempt.member]
    assert [row.member for row in rows(client, dien="thuoc-dien")] == [ordinary.member]


def test_exemption_of_a_letter_counts_once_it_is_received(
    client, place, workplace_user
):
    make_exemption(letter(place, "sent", sent_on=date(2013, 2, 1)))

    (row,) = rows(client)

    assert (row.is_exempt, row.stage_day) == (False, date(2013, 2, 1))


def test_letter_that_was_returned_says_why_until_a_new_one_goes(
    client, place, workplace_user
):
    returned = letter(place, "returned", return_reason="Không cư trú tại phường")

    (row,) = rows(client, tinh_trang="bi-tra-lai")
    text = page(client).content.decode()
    Registration.objects.create(
        member=returned.member,
        workplace=place.workplace,
        ward=place.sister_ward,
        state=Registration.State.SENT,
    )

    assert row.member == returned.member
    assert "Không cư trú tại phường" in text
    assert [row.stage_label for row in rows(client)] == ["Đã gửi, chờ tiếp nhận"]
    assert rows(client, tinh_trang="bi-tra-lai") == []


def test_notices_are_counted_by_year_with_those_that_still_wait(
    client, place, workplace_user
):
    stay = place.stay()
    sent_notice(stay)
    sent_notice(stay, state=Notice.State.ANSWERED)
    sent_notice(stay, state=Notice.State.ANSWERED, sent_on=date(2012, 6, 1))
    sent_notice(stay, sent_on=date(2012, 6, 1))
    draft = sent_notice(stay)
    Notice.objects.filter(pk=draft.pk).update(state=Notice.State.DRAFT, sent_on=None)
    answered = place.stay(ward=place.sister_ward)
    sent_notice(answered, state=Notice.State.ANSWERED)
    place.stay()

    found = {row.member: row.notices for row in rows(client)}

    assert (found[stay.member].number, found[stay.member].unanswered) == (3, 2)
    assert {row.member for row in rows(client, thong_bao="co-thong-bao")} == {
        stay.member,
        answered.member,
    }
    assert [row.member for row in rows(client, thong_bao="chua-tra-loi")] == [
        stay.member
    ]


def test_counts_on_top_add_up_and_each_opens_its_list(client, place, workplace_user):
    place.stay(tier=1)
    make_exemption(place.stay())
    place.stay(ended_on=date(2013, 6, 1))
    for state in ("sent", "letter_asked", "draft", "returned"):
        letter(place, state)
    make_member(place.workplace)
    sent_notice(place.stay())

    counts = page(client).context["counts"]

    tiles = {
        name: [
            (tile.number, client.get(url).context["total"])
            for tile, url in counts[name]
        ]
        for name in ("groups", "results", "notices")
    }
    assert counts["total"] == 9
    assert tiles == {
        "groups": [(2, 2), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (2, 2)],
        "results": [(1, 1), (0, 0), (8, 8)],
        "notices": [(1, 1), (1, 1)],
    }


def test_counts_are_of_the_workplace_that_was_chosen(client, place, workplace_user):
    place.stay()

    counts = page(client, don_vi=place.workplace.pk).context["counts"]

    assert all(f"don_vi={place.workplace.pk}" in url for _, url in counts["groups"])


@pytest.mark.parametrize("sent", [{}, {"q": "Nguyễn"}])
def test_number_of_people_is_told_in_whole_sentences(
    client, place, workplace_user, sent
):
    place.stay(tier=1)
    address = reverse("reports:workplace_view")

    answer = client.post(address, sent) if sent else client.get(address)

    words = " ".join(re.sub(r"<[^>]*>", "", answer.content.decode()).split())
    sought = " có tên gần với “Nguyễn”" if sent else ""
    assert (
        f"1 đồng chí{sought}. Dự họp, ý kiến, thông báo và nhận xét của năm 2013."
    ) in words


def test_name_is_searched_for_by_post_alone(client, place, workplace_user):
    wanted = place.stay().member
    wanted.full_name = "Trần Thị Ánh"
    wanted.save()
    place.stay()

    answer = client.post(reverse("reports:workplace_view"), {"q": "anh"})

    text = answer.content.decode()
    assert [row.member for row in answer.context["page"].rows] == [wanted]
    assert "q=" not in text.replace("search-q=", "")
    assert "Trần" not in str(answer.context["export_url"])


def test_paper_has_what_the_file_has_but_for_what_its_headings_say(
    client, place, workplace_user
):
    stay = place.stay(tier=1, cell=place.cell, letter_number="12-GGT/ĐU")
    came(stay, Attendance.Status.PRESENT)
    sent_notice(stay)
    make_exemption(place.stay(cell=place.cell))
    make_member(place.workplace)

    paper = client.get(reverse("reports:workplace_print")).context
    file = client.get(reverse("reports:workplace_export"))

    sheet = load_workbook(BytesIO(file.content)).active
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    top = next(row for row, line in enumerate(table) if "Họ và tên" in line)
    heads = table[top]
    labels = [column.label for column in paper["columns"]]
    said_above = {"Nơi công tác", "Đảng ủy nơi cư trú"}
    assert labels == [label for label in heads if label not in said_above]
    kept = [at for at, label in enumerate(heads) if label in labels]
    printed = [
        [cell or None for cell, _ in line]
        for _, lines in paper["groups"]
        for line in lines
    ]
    filed = [
        [
            getattr(row[at], "date", lambda row=row, at=at: row[at])() or None
            for at in kept
        ]
        for row in table[top + 1 : top + 4]
    ]
    cell_at = labels.index("Chi bộ nơi cư trú")
    assert printed[2][cell_at] == f"{place.ward.name}, {filed[2][cell_at]}"
    printed[2][cell_at] = filed[2][cell_at]
    assert printed == filed
    assert [heading for heading, _ in paper["groups"]] == [
        "Đảng ủy phường Tân An",
        "Chưa có nơi cư trú",
        "Miễn sinh hoạt nơi cư trú",
    ]


def test_paper_when_a_name_was_searched_for_holds_those_found(
    client, place, workplace_user
):
    wanted = place.stay().member
    wanted.full_name = "Trần Thị Ánh"
    wanted.save()
    place.stay()

    answer = client.post(reverse("reports:workplace_print"), {"q": "ánh"})

    assert answer.context["number"] == 1
    event = AuditEvent.objects.get(action=Action.EXPORT)
    assert event.facts == {"filters": [], "by_name": True}


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize("name", ["workplace_print", "workplace_export"])
def test_whole_table_asks_as_often_for_many_people(
    client, place, workplace_user, people, name, django_assert_num_queries
):
    for _ in range(people):
        sent_notice(place.stay(tier=1))

    # Session, account, posts; years, members, stays, attendance,
    # opinions, who came though exempt, notices, results; the record.
    with django_assert_num_queries(12):
        client.get(reverse(f"reports:{name}"))


def test_exemption_that_is_over_puts_the_member_back(client, place, workplace_user):
    stay = place.stay()
    yesterday = timezone.localdate() - timedelta(days=1)
    make_exemption(stay, valid_to=yesterday)

    assert [row.is_exempt for row in rows(client)] == [False]
