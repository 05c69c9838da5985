from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from evaluations.models import Comment, Evaluation
from members.models import Role
from party76.audit.models import Action, AuditEvent
from residence.models import Attendance, Meeting, Opinion
from tests.factories.members import make_member, make_user
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


@pytest.mark.parametrize("name", ["workplace_view", "workplace_export"])
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
        (new, "", "Chưa giới thiệu"),
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

    results = [(row.result, row.comment) for row in response.context["page"].rows]
    assert results == [("Khá", "Gương mẫu"), ("", "")]
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
        ({"tinh_trang": "da-tiep-nhan"}, ["here", "sister"]),
        ({"tinh_trang": "chua-gioi-thieu"}, ["new"]),
        ({"ket_qua": "da-tra"}, ["here"]),
        ({"ket_qua": "chua-tra"}, ["sister", "new"]),
        ({"ket_qua": "sai"}, ["here", "sister", "new"]),
    ],
)
def test_list_is_narrowed_by_each_filter(
    client, place, workplace_user, filters, expected
):
    people = {
        "here": place.stay(tier=1).member,
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

    # Session, account, posts; years, page, count, stays, attendance, opinions,
    # results, the record; workplaces and residences to choose from.
    with django_assert_num_queries(13):
        page(client)


def test_ended_stays_keep_their_meetings_and_result(client, place, workplace_user):
    old = place.stay(tier=1, ended_on=date(2013, 6, 1))
    came(old, Attendance.Status.PRESENT)
    Evaluation.objects.update(state=Evaluation.State.LOCKED)

    (row,) = rows(client)

    assert (row.stage_label, row.attendance.present, row.result) == (
        "Chưa giới thiệu",
        1,
        "Tốt",
    )
