"""The attendance page: three hundred rows as one plain form."""

import re

import pytest
from django.urls import reverse

from residence.models import Attendance, Meeting
from residence.services.meetings import close_meeting, open_meeting
from tests.factories.members import make_member, make_registration
from tests.residence.test_closing import AFTER

S = Attendance.Status
FIELD = re.compile(r'<input type="(radio|checkbox)"[^>]* name="(\w+)"[^>]*>')


@pytest.fixture
def opened(world, meeting):
    """Bùi Văn An (1), Lê Thị Hòa (2), Phan Văn Tâm (3)."""
    return open_with(world, meeting, ["Bùi Văn An", "Phan Văn Tâm"])


def open_with(world, meeting, names):
    for name in names:
        make_registration(
            make_member(world.workplace, full_name=name), world.ward, cell=world.cell
        )
    return open_meeting(meeting, by=world.cell_user)


@pytest.fixture
def page_url(meeting):
    return reverse("residence:meeting_attendance", args=[meeting.pk])


def fields_of(page):
    """What a browser would send back from the page, untouched."""
    html = page.content.decode()
    form = html[html.index("data-marks") :]
    sent = {}
    for tag in re.findall(r"<input[^>]+>", form):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        chooses = attributes.get("type") in {"radio", "checkbox"}
        if "name" in attributes and (not chooses or " checked" in tag):
            sent[attributes["name"]] = attributes.get("value", "on")
    return sent


def statuses(meeting):
    rows = meeting.attendances.order_by("number")
    return list(rows.values_list("status", flat=True))


def test_grid_when_saved_then_marks_reasons_and_representative(
    client, world, opened, page_url
):
    client.force_login(world.cell_user)
    sent = fields_of(client.get(page_url))
    sent |= {"s1": "p", "l1": "on", "r1": "kẹt xe", "s2": "x", "r2": "  ốm   nặng "}
    sent |= {"s3": "r", "w3": "1 – Bùi Văn An"}

    answer = client.post(page_url, sent, follow=True)

    first, second, third = opened.attendances.order_by("number")
    assert (first.status, first.is_late, first.reason) == (S.PRESENT, True, "kẹt xe")
    assert (second.status, second.reason) == (S.EXCUSED, "ốm nặng")
    assert (third.status, third.represented_by) == (S.REPRESENTED, first)
    assert "Đã lưu 3 thay đổi" in answer.content.decode()


def test_grid_when_shown_again_then_it_holds_what_was_saved(
    client, world, opened, page_url
):
    client.force_login(world.cell_user)
    sent = fields_of(client.get(page_url))
    choices = {
        "s1": "p",
        "l1": "on",
        "r1": "kẹt xe",
        "s2": "r",
        "w2": "3 – Phan Văn Tâm",
    }
    choices |= {"s3": "r", "w3": "Lê Văn Út", "k3": "con"}
    client.post(page_url, sent | choices)

    shown = fields_of(client.get(page_url))

    assert shown.items() >= choices.items()


def test_grid_when_sent_back_untouched_then_nothing_is_written(
    client, world, opened, page_url
):
    opened.attendances.filter(number=1).update(status=S.EXCUSED, reason='đi "họp" <xa>')
    client.force_login(world.cell_user)
    sent = fields_of(client.get(page_url))
    sent["r1"] = 'đi "họp" <xa>'

    answer = client.post(page_url, sent, follow=True)

    versions = opened.attendances.values_list("version", flat=True)
    assert "Không có thay đổi nào để lưu." in answer.content.decode()
    assert set(versions) == {1}


def test_grid_when_two_people_mark_different_rows_then_both_are_kept(
    client, world, opened, page_url
):
    client.force_login(world.cell_user)
    first = fields_of(client.get(page_url))
    second = fields_of(client.get(page_url))
    client.post(page_url, first | {"s1": "p"})

    answer = client.post(page_url, second | {"s2": "a"})

    assert answer.status_code == 302
    assert statuses(opened) == [S.PRESENT, S.ABSENT, S.NOT_MARKED]


def test_grid_when_two_people_mark_one_row_then_both_values_in_the_row(
    client, world, opened, page_url
):
    client.force_login(world.cell_user)
    first = fields_of(client.get(page_url))
    second = fields_of(client.get(page_url))
    client.post(page_url, first | {"s1": "x", "r1": "ốm"})

    answer = client.post(page_url, second | {"s1": "p", "s2": "p"})

    html = answer.content.decode()
    again = fields_of(answer)
    assert answer.status_code == 409
    assert "Người khác vừa ghi: <strong>Vắng có lý do, ốm</strong>" in html
    assert again["s1"] == "p"
    assert statuses(opened) == [S.EXCUSED, S.PRESENT, S.NOT_MARKED]

    # Having seen both, he saves once more and his mark stands.
    client.post(page_url, again)
    assert statuses(opened)[0] == S.PRESENT


def test_grid_when_representative_is_not_on_the_list_then_told_in_the_row(
    client, world, opened, page_url
):
    client.force_login(world.cell_user)
    sent = fields_of(client.get(page_url))

    answer = client.post(page_url, sent | {"s1": "r", "w1": "99", "s2": "p"})

    assert answer.status_code == 422
    assert "Số 99 không có trên danh sách." in answer.content.decode()
    assert fields_of(answer)["w1"] == "99"
    assert statuses(opened) == [S.NOT_MARKED, S.PRESENT, S.NOT_MARKED]


def test_grid_when_a_text_is_too_long_then_told_in_the_row(
    client, world, opened, page_url
):
    client.force_login(world.cell_user)
    sent = fields_of(client.get(page_url))

    answer = client.post(page_url, sent | {"s1": "x", "r1": "ố" * 201})

    assert answer.status_code == 422
    assert "dài quá 200 ký tự" in answer.content.decode()


@pytest.mark.parametrize(("rest", "status"), [("p", S.PRESENT), ("a", S.ABSENT)])
def test_grid_when_the_rest_is_asked_for_then_unmarked_rows_only(
    client, world, opened, page_url, rest, status
):
    opened.attendances.filter(number=1).update(status=S.EXCUSED, reason="ốm")
    opened.attendances.filter(number=3).update(is_due=False)
    client.force_login(world.cell_user)
    sent = fields_of(client.get(page_url))

    client.post(page_url, sent | {"rest": rest})

    assert statuses(opened) == [S.EXCUSED, status, S.NOT_MARKED]


@pytest.mark.parametrize("code", ["z", "", "present"])
def test_grid_when_a_code_is_unknown_then_nothing_happens(
    client, world, opened, page_url, code
):
    client.force_login(world.cell_user)
    sent = fields_of(client.get(page_url))

    assert client.post(page_url, sent | {"s1": code}).status_code == 302
    assert set(statuses(opened)) == {S.NOT_MARKED}


def test_grid_when_control_signs_are_sent_then_dropped(client, world, opened, page_url):
    client.force_login(world.cell_user)
    sent = fields_of(client.get(page_url))

    client.post(page_url, sent | {"s1": "x", "r1": "ố\x00m\u202e"})

    assert opened.attendances.get(number=1).reason == "ốm"


def test_grid_when_a_name_holds_braces_then_shown_as_it_is(
    client, world, meeting, page_url
):
    open_with(world, meeting, ["Lý {n} <b>An</b>"])
    client.force_login(world.cell_user)

    html = client.get(page_url).content.decode()

    assert "<span>Lý {n} &lt;b&gt;An&lt;/b&gt;</span>" in html


def test_grid_when_closed_then_only_reasons_of_the_absent(
    client, world, opened, page_url
):
    opened.attendances.filter(number=1).update(status=S.PRESENT)
    close_meeting(opened, unmarked=S.ABSENT, at=AFTER, by=world.cell_user)
    client.force_login(world.cell_user)
    sent = fields_of(client.get(page_url))

    client.post(page_url, sent | {"s2": "x", "r2": "ốm", "s1": "a"})

    assert {"s1", "w2", "l2"}.isdisjoint(sent)
    assert statuses(opened) == [S.PRESENT, S.EXCUSED, S.ABSENT]


def test_grid_when_marking_has_not_begun_then_sent_back_with_a_sentence(
    client, world, opened, page_url
):
    client.force_login(world.cell_user)
    sent = fields_of(client.get(page_url))
    Meeting.objects.filter(pk=opened.pk).update(state="listed")

    answer = client.post(page_url, sent | {"s1": "p"}, follow=True)

    assert "chưa điểm danh được" in answer.content.decode()
    assert set(statuses(opened)) == {S.NOT_MARKED}


def test_grid_when_people_were_appended_then_their_cell_is_named_again(
    client, world, ward_meeting, neighbour
):
    opened = open_meeting(ward_meeting, by=world.ward_user)
    open_url = reverse("residence:meeting_attendance", args=[opened.pk])
    make_registration(
        make_member(world.workplace, full_name="Bùi Văn An"),
        world.ward,
        cell=world.cell,
    )
    client.force_login(world.ward_user)
    client.post(reverse("residence:meeting_fix_list", args=[opened.pk]))

    groups = client.get(open_url).context["groups"]

    assert [(group.label, len(group.rows)) for group in groups] == [
        ("Chi bộ Khu vực 1", 1),
        ("Chi bộ Khu vực 2", 1),
        ("Chi bộ Khu vực 1 (bổ sung)", 1),
    ]


def test_grid_when_three_hundred_are_due_then_all_are_saved_at_once(
    client, world, meeting, page_url
):
    opened = open_with(world, meeting, [f"Lý Văn {n}" for n in range(299)])
    client.force_login(world.cell_user)
    sent = fields_of(client.get(page_url))
    sent |= {f"s{n}": "x" for n in range(1, 301)}
    sent |= {f"r{n}": "đi công tác" for n in range(1, 301)}

    client.post(page_url, sent)

    assert len(sent) > 1000
    assert statuses(opened) == [S.EXCUSED] * 300


@pytest.mark.parametrize("number", [1, 3])
def test_grid_queries_when_more_rows_then_three(
    client, world, meeting, page_url, number, django_assert_num_queries
):
    open_with(world, meeting, [f"Lý Văn {n}" for n in range(number)])
    client.force_login(world.cell_user)

    # session, user, posts; meeting, rows, units of the armed forces, audit
    with django_assert_num_queries(7):
        client.get(page_url)
