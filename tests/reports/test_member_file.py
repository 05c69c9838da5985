"""A member's whole file: what each side may read of it."""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations.models import Evaluation
from members.models import (
    DwellingCheck,
    Kind,
    Member,
    MemberMerge,
    Registration,
    Sector,
)
from members.services.corrections import ask_correction
from members.services.deaths import report_death
from members.services.letters import introduce, return_letter
from members.services.stays import (
    assign_cell,
    end_registration,
    write_closing_comment,
)
from members.services.workplaces import change_workplace
from party76.audit.models import Action, AuditEvent
from residence.models import ContactBook, Meeting, Notice, NoticeItem
from tests.factories.members import (
    make_committee,
    make_exemption,
    make_member,
    make_registration,
)
from tests.factories.reports import make_evaluation, make_rating_year
from tests.factories.residence import make_attendance, make_meeting
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


@pytest.fixture
def world():
    world = make_world()
    Member.objects.filter(pk=world.member.pk).update(
        phone="0913456789", address="12 Nguyễn Trãi", position="Dược sĩ"
    )
    Registration.objects.filter(ward=world.past_ward).update(
        identity_at_end={
            "full_name": "Lê Thị Hoà",
            "gender": "female",
            "birth_date": "1980-03-01",
            "birth_precision": "month",
            "card_number": "11.9",
            "admitted_on": "2001-05-19",
            "official_on": None,
            "position": "Kế toán",
            "workplace": "Điện lực Cần Thơ",
        }
    )
    return world


@pytest.fixture
def read(client, world):
    """read(who) → the file as that person is shown it, and the page's text."""

    def read_as(who: str, member=None):
        client.force_login(getattr(world, who))
        member = member or world.member
        page = client.get(reverse("reports:member_file", args=[member.pk]))
        assert page.status_code == 200
        return page.context["file"], page.content.decode()

    return read_as


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("ward_user", 200),
        ("cell_user", 200),
        ("workplace_user", 200),
        ("department_user", 200),
        ("inspector_user", 200),
        ("past_user", 200),
        ("past_workplace_user", 200),
        ("sister_user", 404),
        ("sister_cell_user", 404),
        ("other_workplace_user", 404),
        ("admin_user", 404),
    ],
)
def test_file_when_asked_for_is_open_to_both_sides_only(world, client, who, status):
    client.force_login(getattr(world, who))

    page = client.get(reverse("reports:member_file", args=[world.member.pk]))

    assert page.status_code == status


@pytest.mark.parametrize(
    "who", ["ward_user", "cell_user", "workplace_user", "department_user"]
)
def test_file_when_read_by_a_present_side_tells_identity_and_dwelling(read, who):
    file, text = read(who)

    assert not file.is_past
    assert "Dược sĩ" in text
    assert "12 Nguyễn Trãi" in text
    assert "11.000001" in text


@pytest.mark.parametrize("who", ["past_user", "past_workplace_user"])
def test_file_when_read_by_a_past_side_is_as_it_was(read, who):
    file, text = read(who)

    assert (file.name, file.is_past, file.dwelling) == ("Lê Thị Hoà", True, None)
    assert "Kế toán" in text
    assert "03/1980" in text
    for new in ("Dược sĩ", "Nguyễn Trãi", "0913456789", "11.000001", "Sở Y tế"):
        assert new not in text
    assert "Ninh Kiều" not in text
    assert len(file.stays) == 1


@pytest.mark.parametrize(
    ("who", "labels"),
    [
        (
            "ward_user",
            [
                "Chuyển chi bộ",
                "Miễn sinh hoạt",
                "Kết thúc theo dõi",
                "Không còn cư trú",
                "Nhận xét khi chuyển đi",
                "In thông báo kết quả",
                "Lập thông báo cho nơi công tác",
            ],
        ),
        ("cell_user", ["Không còn cư trú", "Nhận xét khi chuyển đi"]),
        ("workplace_user", ["Ghi số, ngày giấy giới thiệu"]),
        ("department_user", ["In thông báo kết quả"] * 2),
    ],
)
def test_buttons_when_shown_are_those_of_ones_right(client, world, who, labels):
    client.force_login(getattr(world, who))

    page = client.get(reverse("reports:member_file", args=[world.member.pk]))

    shown = [label for _, acts in page.context["stays"] for label, _ in acts]
    assert shown == labels


def test_buttons_when_followed_lead_to_pages_that_open(client, world):
    letter = introduce(
        make_member(world.workplace), ward=world.ward, by=world.workplace_user
    )
    opened = []
    for who, member in [
        ("ward_user", world.member),
        ("ward_user", letter.member),
        ("workplace_user", letter.member),
    ]:
        client.force_login(getattr(world, who))
        page = client.get(reverse("reports:member_file", args=[member.pk]))
        urls = [url for _, url, _ in page.context["acts"]]
        urls += [url for _, acts in page.context["stays"] for _, url in acts]
        opened += [client.get(url).status_code for url in urls]

    assert opened == [200] * 17


@pytest.mark.parametrize(("status", "offered"), [("active", True), ("left", False)])
def test_death_is_offered_only_of_who_is_followed(client, world, status, offered):
    member = make_member(world.workplace, status=status)
    client.force_login(world.workplace_user)

    page = client.get(reverse("reports:member_file", args=[member.pk]))

    link = reverse("members:death_add", args=[member.pk])
    assert (link in page.content.decode()) == offered


def test_file_of_the_dead_says_so_to_either_side_and_offers_no_edit(world, client):
    report_death(world.member, on=DAY, version=1, by=world.ward_user)
    url = reverse("reports:member_file", args=[world.member.pk])
    pages = {}
    for who in ("workplace_user", "ward_user", "past_user"):
        client.force_login(getattr(world, who))
        pages[who] = client.get(url).content.decode()

    edits = [
        reverse(f"members:{name}", args=[world.member.pk])
        for name in ("identity_edit", "workplace_change", "dwelling_edit")
    ]
    told = {
        who: ("Đã từ trần" in page, "theo dõi trước đây" in page)
        for who, page in pages.items()
    }
    assert told == {
        "workplace_user": (True, False),
        "ward_user": (True, False),
        "past_user": (False, True),
    }
    assert [link for link in edits for page in pages.values() if link in page] == []


def test_cell_when_left_is_a_past_side_that_learns_nothing_of_the_next(read, world):
    assign_cell(
        world.registration,
        cell=world.sister_cell,
        on=DAY,
        version=1,
        by=world.ward_user,
    )

    file, text = read("cell_user")
    ended = Registration.objects.get(pk=world.registration.pk)
    end_registration(
        ended, on=date(2026, 7, 1), reason="expelled", version=2, by=world.ward_user
    )
    after, later = read("cell_user")

    assert (file.is_past, after.is_past) == (True, True)
    for page in (text, later):
        assert "Chi bộ Khu vực 1" in page
        for new in ("Chi bộ Khu vực 2", "Dược sĩ", "11.000001", "Khai trừ"):
            assert new not in page


def test_workplace_when_left_is_a_past_side_that_learns_nothing_new(read, world):
    change_workplace(
        Member.objects.get(pk=world.member.pk),
        workplace=world.other_workplace,
        on=DAY,
        version=1,
        by=world.workplace_user,
    )

    file, text = read("workplace_user")

    assert (file.is_past, file.dwelling) == (True, None)
    assert "Châu Văn Liêm" not in text
    assert "0913456789" not in text


def sent_notice(world, stay, **fields):
    """A notice of the ward on this stay; with an answer where answered_on is given."""
    answered_on = fields.pop("answered_on", None)
    notice = Notice.objects.create(
        committee=stay.ward,
        workplace=stay.workplace,
        kind=Notice.Kind.ABSENCE,
        state="answered" if answered_on else fields.pop("state", "seen"),
        created_on=date(2026, 5, 1),
        sent_on=fields.pop("sent_on", date(2026, 5, 1)),
        answered_on=answered_on,
        sent_by=world.ward_user,
        answered_by=world.workplace_user if answered_on else None,
    )
    return NoticeItem.objects.create(
        notice=notice,
        registration=stay,
        member=stay.member,
        cell=stay.cell,
        facts=["Vắng 2 kỳ họp"],
        **fields,
    )


def make_book(stay, **fields):
    fields.setdefault("year", 2026)
    fields.setdefault("issued_on", date(2026, 1, 10))
    return ContactBook.objects.create(registration=stay, **fields)


def make_check(world, stay, **fields):
    return DwellingCheck.objects.create(
        registration=stay,
        reason="Nhà đóng cửa",
        reported_on=date(2026, 4, 1),
        reported_by=world.cell_user,
        **fields,
    )


def titles(file) -> list[str]:
    return [moment.title for moment in file.timeline]


def held(world, committee, **fields):
    return make_meeting(committee, state=Meeting.State.CLOSED, **fields)


def test_attendance_when_read_is_n_of_n_of_closed_meetings(read, world):
    for number, status in enumerate(["present", "absent", "present"], 1):
        make_attendance(
            held(world, world.cell), world.registration, number=number, status=status
        )
    make_attendance(make_meeting(world.cell), world.registration, status="present")

    ward, _ = read("ward_user")
    workplace, text = read("workplace_user")
    department, _ = read("department_user")

    for file in (ward, workplace, department):
        (year,) = file.records.attendance
        assert (year.present, year.due) == (2, 3)
    assert len(ward.records.marks) == 4
    assert workplace.records.marks == []
    assert "Vắng không lý do" not in text


def test_attendance_when_read_by_past_ward_is_its_own(read, world):
    make_attendance(held(world, world.cell), world.registration, status="present")

    file, _ = read("past_user")

    assert (file.records.attendance, file.records.marks) == ([], [])


def test_rating_when_a_draft_is_the_residences_alone(read, world):
    year = make_rating_year(world.city, year=2013)
    row = make_evaluation(world.registration, year)
    draft = {
        who: read(who)[0].records.evaluations for who in ("ward_user", "workplace_user")
    }
    Evaluation.objects.filter(pk=row.pk).update(
        state="returned", outcome="commented", tier=None
    )
    returned = read("workplace_user")[0].records.evaluations

    assert (draft["ward_user"], draft["workplace_user"]) == ([row], [])
    assert returned == [row]


def test_requests_when_made_stand_in_the_file_of_both_sides(read, world):
    request = ask_correction(
        world.member,
        field="position",
        new_value="Bác sĩ",
        reason="Quyết định",
        asked_by_committee=world.cell,
        by=world.cell_user,
    )

    assert read("cell_user")[0].records.corrections == [request]
    assert read("workplace_user")[0].records.corrections == [request]
    assert read("past_user")[0].records.corrections == []


def test_timeline_when_read_tells_who_did_what(read, world):
    end_registration(
        world.registration, on=DAY, reason="moved_away", version=1, by=world.ward_user
    )
    make_exemption(world.registration, valid_from=date(2013, 1, 1))

    file, _ = read("workplace_user")
    past, _ = read("past_user")

    titles = [moment.title for moment in file.timeline]
    assert titles == [
        "Kết thúc theo dõi tại Đảng ủy phường Ninh Kiều",
        "Miễn sinh hoạt nơi cư trú",
        "Đảng ủy phường Ninh Kiều tiếp nhận",
    ]
    assert file.timeline[0].by == world.ward_user.full_name
    assert [moment.title for moment in past.timeline] == [
        "Kết thúc theo dõi tại Đảng ủy phường Tân An",
        "Đảng ủy phường Tân An tiếp nhận",
    ]


def test_record_of_readers_when_shown_is_for_the_inspector_alone(read, world):
    read("ward_user")

    events = read("inspector_user")[0].events
    others = [read(who)[0].events for who in ("ward_user", "department_user")]

    assert ("phuong", "Xem") in [(event.actor, event.action) for event in events]
    assert others == [[], []]


def test_file_when_read_is_recorded(read, world):
    read("cell_user")

    event = AuditEvent.objects.get(action=Action.VIEW)
    assert (event.object_type, event.object_key) == ("member", str(world.member.pk))
    assert event.committee_code == "SYT"


@pytest.mark.parametrize("number", [1, 3])
def test_file_when_it_grows_asks_no_more(
    world, client, number, django_assert_num_queries
):
    for count in range(number):
        stay = make_registration(
            world.member,
            world.ward,
            received_on=date(2001 + count, 1, 1),
            ended_on=date(2001 + count, 6, 1),
        )
        make_exemption(stay)
        make_attendance(held(world, world.ward), stay, status="present")
        sent_notice(world, stay)
        make_book(stay, year=2001 + count)
        make_check(world, stay)
    client.force_login(world.inspector_user)

    with django_assert_num_queries(29):
        client.get(reverse("reports:member_file", args=[world.member.pk]))


def test_notices_when_sent_are_read_by_both_sides_of_their_time(read, world):
    item = sent_notice(
        world,
        world.registration,
        answered_on=date(2026, 5, 20),
        measure="reminded",
        measure_text="tại chi bộ",
    )

    shown = {
        who: [line.item for line in read(who)[0].records.notices]
        for who in ("ward_user", "cell_user", "workplace_user", "department_user")
    }
    past = [
        read(who)[0].records.notices for who in ("past_user", "past_workplace_user")
    ]
    file, text = read("workplace_user")

    assert set(map(tuple, shown.values())) == {(item,)}
    assert past == [[], []]
    assert "Vắng 2 kỳ họp" in text
    assert [(one.title, one.text, one.by) for one in file.timeline[:2]] == [
        (
            "Nơi công tác trả lời thông báo",
            "Đã nhắc nhở: tại chi bộ",
            world.workplace_user.full_name,
        ),
        (
            "Đảng ủy phường Ninh Kiều gửi thông báo cho nơi công tác",
            "Vắng sinh hoạt nơi cư trú",
            world.ward_user.full_name,
        ),
    ]


def test_notice_when_not_opened_yet_shows_the_workplace_its_cover_alone(read, world):
    sent_notice(world, world.registration, state="sent")

    workplace, text = read("workplace_user")
    _, at_home = read("ward_user")

    (line,) = workplace.records.notices
    assert line.is_sealed
    for inside in ("Vắng 2 kỳ họp", "Vắng sinh hoạt nơi cư trú"):
        assert inside not in text
        assert inside in at_home


def test_notice_when_a_draft_is_the_wards_alone(read, world):
    sent_notice(world, world.registration, state="draft", sent_on=None)

    numbers = {
        who: len(read(who)[0].records.notices)
        for who in ("ward_user", "cell_user", "workplace_user", "department_user")
    }

    assert numbers == {
        "ward_user": 1,
        "cell_user": 0,
        "workplace_user": 0,
        "department_user": 0,
    }


def test_books_and_checks_when_kept_are_the_residences_and_those_above(read, world):
    book = make_book(world.registration, collected_on=date(2026, 1, 20))
    check = make_check(world, world.registration)

    shown = {
        who: (read(who)[0].records.books, read(who)[0].records.checks)
        for who in (
            "ward_user",
            "cell_user",
            "department_user",
            "workplace_user",
            "past_user",
        )
    }
    told = titles(read("cell_user")[0])

    assert shown == {
        "ward_user": ([book], [check]),
        "cell_user": ([book], [check]),
        "department_user": ([book], [check]),
        "workplace_user": ([], []),
        "past_user": ([], []),
    }
    assert told == [
        "Chi bộ phản ánh không còn cư trú",
        "Nhận sổ liên hệ năm 2026",
        "Cấp sổ liên hệ năm 2026",
        "Đảng ủy phường Ninh Kiều tiếp nhận",
    ]


@pytest.mark.parametrize(("ended_on", "is_offered"), [(None, True), (DAY, False)])
def test_end_of_an_exemption_is_offered_while_the_stay_runs(
    read, world, ended_on, is_offered
):
    stay = make_registration(
        make_member(world.workplace), world.ward, cell=world.cell, ended_on=ended_on
    )
    exemption = make_exemption(stay, valid_from=date(2026, 1, 1))
    url = reverse("members:exemption_end", args=[exemption.pk])

    page = read("ward_user", member=stay.member)[1]

    assert (url in page) == is_offered


def test_closing_comment_when_written_reaches_the_workplace_and_the_next_residence(
    read, world
):
    end_registration(
        world.registration,
        on=DAY,
        reason="moved_away",
        comment="Tham gia đầy đủ, gương mẫu",
        moved_to=world.sister_ward,
        version=1,
        by=world.ward_user,
    )
    make_registration(world.member, world.sister_ward, received_on=date(2026, 7, 1))

    shown = {
        who: "Tham gia đầy đủ, gương mẫu" in read(who)[1]
        for who in ("ward_user", "workplace_user", "sister_user", "past_user")
    }
    earlier = read("sister_user")[0].records.earlier_comments

    assert shown == {
        "ward_user": True,
        "workplace_user": True,
        "sister_user": True,
        "past_user": False,
    }
    assert [stay.ward for stay in earlier] == [world.ward]


@pytest.mark.parametrize("page", ["member_file", "member_file_print"])
def test_closing_comment_when_the_stay_still_runs_is_the_residences_alone(
    client, world, page
):
    write_closing_comment(
        world.registration, text="Ít dự sinh hoạt", version=1, by=world.cell_user
    )
    address = reverse(f"reports:{page}", args=[world.member.pk])

    readers = []
    for who in (
        "ward_user",
        "cell_user",
        "workplace_user",
        "department_user",
        "inspector_user",
        "past_user",
        "past_workplace_user",
    ):
        client.force_login(getattr(world, who))
        if "Ít dự sinh hoạt" in client.get(address).content.decode():
            readers.append(who)

    assert readers == ["ward_user", "cell_user"]


def test_closing_comment_in_the_time_line_names_who_wrote_it_once_the_stay_is_over(
    read, world
):
    stay = world.registration
    write_closing_comment(
        stay, text="Dự đủ các kỳ", version=stay.version, by=world.cell_user
    )
    before = [titles(read(who)[0]) for who in ("cell_user", "workplace_user")]
    end_registration(
        stay, on=DAY, reason="moved_away", version=stay.version, by=world.ward_user
    )

    told = {
        who: [
            (moment.text, moment.by, moment.day)
            for moment in read(who)[0].timeline
            if moment.title == "Nhận xét khi chuyển đi"
        ]
        for who in ("ward_user", "workplace_user", "department_user", "past_user")
    }

    today, writer = timezone.localdate(), world.cell_user.full_name
    said = ("Dự đủ các kỳ", writer, today)
    assert [found for found in before if "Nhận xét khi chuyển đi" in found] == []
    assert told == {
        # A side that is past reads what happened, not the names of those who did it.
        "ward_user": [("Dự đủ các kỳ", "", today)],
        "workplace_user": [said],
        "department_user": [said],
        "past_user": [],
    }


@pytest.mark.parametrize(
    ("who", "is_offered"),
    [
        ("ward_user", True),
        ("cell_user", False),
        ("workplace_user", False),
        ("department_user", False),
        ("inspector_user", False),
        ("past_user", False),
    ],
)
def test_notice_about_the_member_is_one_click_from_the_file_for_its_ward(
    read, client, world, who, is_offered
):
    text = unescape(read(who)[1])

    start = re.findall(r'href="([^"]*thong-bao/lap/[^"]*)"', text)
    pages = [client.get(url) for url in start]
    assert [page.context["form"].kind for page in pages] == ["absence"] * is_offered
    assert [
        [one.stay for group in page.context["groups"] for one in group.people]
        for page in pages
    ] == [[world.registration]] * is_offered


@pytest.mark.parametrize("status", ["dead", "left"])
def test_notice_is_not_offered_about_one_who_is_no_longer_followed(read, world, status):
    Member.objects.filter(pk=world.member.pk).update(status=status)

    assert "thong-bao/lap" not in read("ward_user")[1]


def test_notice_is_not_offered_before_the_member_was_received(read, world):
    member = make_member(world.workplace)
    introduce(member, ward=world.ward, by=world.workplace_user)

    assert "thong-bao/lap" not in read("ward_user", member)[1]


def test_merge_when_it_concerns_the_reader_stands_in_the_file(read, world):
    other = make_member(world.workplace, status=Member.Status.MERGED)
    merge = MemberMerge.objects.create(
        kept=world.member,
        dropped=other,
        workplace=world.workplace,
        ward=world.ward,
        state=MemberMerge.State.DONE,
        proposed_by=world.ward_user,
        closed_by=world.workplace_user,
        closed_at="2026-03-02T03:00:00Z",
    )

    shown = {
        who: read(who)[0].records.merges
        for who in ("ward_user", "workplace_user", "department_user", "past_user")
    }
    first = read("workplace_user")[0].timeline

    assert shown == {
        "ward_user": [merge],
        "workplace_user": [merge],
        "department_user": [merge],
        "past_user": [],
    }
    assert ("Ghép hồ sơ: đã ghép", world.workplace_user.full_name) in [
        (one.title, one.by) for one in first
    ]


def test_letter_when_returned_and_written_again_stands_in_the_time_line(read, world):
    member = make_member(world.workplace)
    letter = introduce(member, ward=world.ward, by=world.workplace_user)
    return_letter(
        letter, reason="Không cư trú", version=letter.version, by=world.ward_user
    )

    workplace, _ = read("workplace_user", member)
    ward, _ = read("ward_user", member)

    assert [(one.title, one.text, one.by) for one in workplace.timeline] == [
        (
            "Đảng ủy phường Ninh Kiều trả lại giấy giới thiệu",
            "Không cư trú",
            world.ward_user.full_name,
        ),
        (
            "Giới thiệu về Đảng ủy phường Ninh Kiều",
            "",
            world.workplace_user.full_name,
        ),
        (
            "Lập giấy giới thiệu về Đảng ủy phường Ninh Kiều",
            "",
            world.workplace_user.full_name,
        ),
    ]
    assert titles(ward) == [
        "Đảng ủy phường Ninh Kiều trả lại giấy giới thiệu",
        "Giới thiệu về Đảng ủy phường Ninh Kiều",
    ]


def test_move_to_another_cell_when_made_tells_who_made_it(read, world):
    assign_cell(
        world.registration,
        cell=world.sister_cell,
        on=DAY,
        version=1,
        by=world.ward_user,
    )

    first = read("workplace_user")[0].timeline[0]

    assert (first.title, first.by) == (
        "Chuyển chi bộ: Chi bộ Khu vực 2",
        world.ward_user.full_name,
    )


def test_meetings_when_held_stand_in_the_time_line_as_a_sum(read, world):
    for number, status in enumerate(["present", "absent"], 1):
        make_attendance(
            held(world, world.cell), world.registration, number=number, status=status
        )

    first = read("workplace_user")[0].timeline[0]

    assert (first.day, first.title, first.text) == (
        date(2026, 5, 20),
        "Dự sinh hoạt năm 2026",
        "Chi bộ Khu vực 1: có mặt 1/2 kỳ họp phải dự",
    )


def test_move_inside_the_armed_forces_is_not_told_to_the_residence(read, world):
    whole = make_committee(
        world.city, kind=Kind.DIRECT, name="Bộ Chỉ huy", sector=Sector.ARMED_FORCES
    )
    for name in ("Tiểu đoàn Kín 1", "Tiểu đoàn Kín 2"):
        part = make_committee(
            whole, kind=Kind.CELL, name=name, sector=Sector.ARMED_FORCES
        )
        member = Member.objects.get(pk=world.member.pk)
        change_workplace(
            member,
            workplace=part,
            on=DAY,
            version=member.version,
            by=world.workplace_user,
        )

    ward, text = read("ward_user")
    department, _ = read("department_user")

    assert titles(ward)[:2] == [
        "Chuyển nơi công tác: Bộ Chỉ huy",
        "Đảng ủy phường Ninh Kiều tiếp nhận",
    ]
    assert "Kín" not in text
    assert titles(department)[:2] == [
        "Chuyển nơi công tác: Tiểu đoàn Kín 2",
        "Chuyển nơi công tác: Tiểu đoàn Kín 1",
    ]


@pytest.mark.parametrize(
    "who", ["ward_user", "cell_user", "workplace_user", "department_user", "past_user"]
)
def test_paper_when_printed_tells_what_the_page_tells(client, read, world, who):
    sent_notice(world, world.registration)
    make_book(world.registration)
    make_exemption(world.registration)
    Registration.objects.update(letter_date=DAY, sent_on=DAY)
    file, _ = read(who)

    paper = client.get(reverse("reports:member_file_print", args=[world.member.pk]))

    printed = paper.context["file"]
    assert (printed.identity, printed.dwelling, printed.timeline) == (
        file.identity,
        file.dwelling,
        file.timeline,
    )
    text = paper.content.decode()
    assert " , gửi" not in " ".join(text.split())
    assert all(moment.title in text for moment in file.timeline)
    assert all(fact.value in text for fact in file.identity)
    assert AuditEvent.objects.filter(action=Action.EXPORT).count() == 1
