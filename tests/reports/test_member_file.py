"""A member's whole file: what each side may read of it."""

from datetime import date

import pytest
from django.urls import reverse

from evaluations.models import Evaluation
from members.models import Member, Registration
from members.services.corrections import ask_correction
from members.services.letters import introduce
from members.services.stays import assign_cell, end_registration
from members.services.workplaces import change_workplace
from party76.audit.models import Action, AuditEvent
from residence.models import Meeting
from tests.factories.members import make_exemption, make_member, make_registration
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
        ("ward_user", ["Chuyển chi bộ", "Miễn sinh hoạt", "Kết thúc theo dõi"]),
        ("cell_user", []),
        ("workplace_user", []),
        ("department_user", []),
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
        for _, acts in page.context["stays"]:
            opened += [client.get(url).status_code for _, url in acts]

    assert opened == [200] * 6


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
        (year,) = file.attendance
        assert (year.present, year.due) == (2, 3)
    assert len(ward.marks) == 4
    assert workplace.marks == []
    assert "Vắng không lý do" not in text


def test_attendance_when_read_by_past_ward_is_its_own(read, world):
    make_attendance(held(world, world.cell), world.registration, status="present")

    file, _ = read("past_user")

    assert (file.attendance, file.marks) == ([], [])


def test_rating_when_a_draft_is_the_residences_alone(read, world):
    year = make_rating_year(world.city, year=2013)
    row = make_evaluation(world.registration, year)
    draft = {who: read(who)[0].evaluations for who in ("ward_user", "workplace_user")}
    Evaluation.objects.filter(pk=row.pk).update(
        state="returned", outcome="commented", tier=None
    )
    returned = read("workplace_user")[0].evaluations

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

    assert read("cell_user")[0].corrections == [request]
    assert read("workplace_user")[0].corrections == [request]
    assert read("past_user")[0].corrections == []


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
    client.force_login(world.inspector_user)

    with django_assert_num_queries(20):
        client.get(reverse("reports:member_file", args=[world.member.pk]))
