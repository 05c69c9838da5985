"""Moving away, dying, leaving: what ends with it, everywhere, at once."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from evaluations.models import Evaluation, RatingYear
from members.models import (
    DwellingCheck,
    EndReason,
    Member,
    Registration,
    Role,
    RoleAssignment,
)
from members.services.corrections import ask_correction
from members.services.deaths import report_death, undo_death
from members.services.dwelling import report_not_dwelling
from members.services.letters import ask_for_letter, draft_letter, introduce
from members.services.stay_batches import Line, end_stays
from members.services.stays import end_registration, write_closing_comment
from members.services.workplaces import change_workplace
from party76.shared.versions import Conflict
from residence.models import Attendance, Meeting, Notice, NoticeItem
from residence.queries import due_at
from residence.services.meetings import list_meeting, open_meeting
from tests.factories.evaluations import make_rating_year
from tests.factories.members import (
    make_exemption,
    make_member,
    make_post,
    make_registration,
    make_user,
)
from tests.factories.residence import make_attendance, make_meeting
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}
State = Registration.State


@pytest.fixture
def world():
    return make_world()


def stored(thing):
    return type(thing).objects.get(pk=thing.pk)


def die(world, *, by=None):
    member = stored(world.member)
    return report_death(
        member,
        on=DAY,
        document="12/TLKT",
        version=member.version,
        by=by or world.ward_user,
    )


def make_notice(world, *registrations, state="draft"):
    notice = Notice.objects.create(
        committee=world.ward,
        workplace=world.workplace,
        kind="absence",
        state=state,
        created_on=DAY,
        sent_on=None if state == "draft" else DAY,
    )
    for stay in registrations:
        NoticeItem.objects.create(
            notice=notice, registration=stay, member=stay.member, cell=stay.cell
        )
    return notice


# Moving away


def test_move_when_made_keeps_comment_and_the_ward_to_introduce_to(world):
    end_registration(
        world.registration,
        on=DAY,
        reason="moved_away",
        number="9-GT",
        comment="Tham gia đều, gương mẫu.",
        moved_to=world.sister_ward,
        version=1,
        by=world.ward_user,
    )

    stay = stored(world.registration)
    assert (stay.closing_comment, stay.moved_to, stay.end_number) == (
        "Tham gia đều, gương mẫu.",
        world.sister_ward,
        "9-GT",
    )


def test_move_to_the_ward_where_he_is_is_refused(world):
    with pytest.raises(ValidationError) as refused:
        end_registration(
            world.registration,
            on=DAY,
            reason="moved_away",
            moved_to=world.ward,
            version=1,
            by=world.ward_user,
        )

    assert "moved_to" in refused.value.message_dict


def test_new_ward_when_the_reason_is_another_is_refused_beside_the_field(world, client):
    client.force_login(world.ward_user)

    page = client.post(
        reverse("members:registration_end", args=[world.registration.pk]),
        {
            **KEY,
            "version": 1,
            "end_reason": "not_dwelling",
            "ended_on": "01/06/2026",
            "moved_to_typed": world.sister_ward.name,
        },
    )

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["moved_to"]
    assert stored(world.registration).state == State.RECEIVED


def test_comment_of_the_cell_when_written_before_survives_the_end(world):
    write_closing_comment(
        world.registration, text="Dự đủ các kỳ.", version=1, by=world.cell_user
    )

    end_registration(
        world.registration, on=DAY, reason="moved_away", version=2, by=world.ward_user
    )

    assert stored(world.registration).closing_comment == "Dự đủ các kỳ."


@pytest.mark.parametrize(("said", "kept"), [("Tốt", "Tốt"), ("", "Chưa tốt")])
def test_comment_of_the_cell_when_the_stay_is_over_is_written_once(
    world, client, said, kept
):
    end_registration(
        world.registration,
        on=DAY,
        reason="moved_away",
        comment=said,
        version=1,
        by=world.ward_user,
    )
    client.force_login(world.ward_user)

    client.post(
        reverse("members:closing_comment", args=[world.registration.pk]),
        {**KEY, "version": 2, "text": "Chưa tốt"},
    )

    assert stored(world.registration).closing_comment == kept


@pytest.mark.parametrize(
    ("who", "status"), [("cell_user", 302), ("ward_user", 302), ("workplace_user", 403)]
)
def test_comment_page_is_the_residences(world, client, who, status):
    client.force_login(getattr(world, who))

    answer = client.post(
        reverse("members:closing_comment", args=[world.registration.pk]),
        {**KEY, "version": 1, "text": "Dự đủ các kỳ."},
    )

    assert answer.status_code == status


def test_end_page_when_moving_away_takes_the_new_ward_by_name(world, client):
    client.force_login(world.ward_user)

    client.post(
        reverse("members:registration_end", args=[world.registration.pk]),
        {
            **KEY,
            "version": 1,
            "ended_on": "01/06/2026",
            "end_reason": "moved_away",
            "moved_to_typed": "cai khe",
            "closing_comment": "Dự đủ các kỳ.",
        },
    )

    stay = stored(world.registration)
    assert (stay.moved_to, stay.closing_comment) == (world.sister_ward, "Dự đủ các kỳ.")


# Death, at once


@pytest.mark.parametrize("who", ["ward_user", "workplace_user"])
def test_death_when_entered_by_either_side_ends_the_stay(world, who):
    die(world, by=getattr(world, who))

    stay = stored(world.registration)
    assert (stay.state, stay.end_reason, stay.ended_on, stay.end_number) == (
        "ended",
        "died",
        DAY,
        "12/TLKT",
    )
    assert stay.placements.get().valid_to == DAY
    assert stored(world.member).is_dead


def test_death_gives_up_letters_and_closes_reports(world):
    check = report_not_dwelling(
        world.registration, reason="Không gặp", on=DAY, by=world.cell_user
    )
    asked = ask_for_letter(
        world.member, ward=world.past_ward, on=DAY, by=world.past_user
    )
    sent = introduce(world.member, ward=world.sister_ward, by=world.workplace_user)

    die(world)

    assert [stored(one).state for one in (sent, asked)] == ["returned", "returned"]
    assert (stored(check).state, stored(check).answer) == (
        DwellingCheck.State.CONFIRMED,
        "Đã kết thúc theo dõi: Từ trần",
    )


def test_death_of_somebody_not_received_gives_up_the_draft(world):
    member = make_member(world.workplace)
    draft = draft_letter(member, ward=world.ward, by=world.workplace_user)

    report_death(member, on=DAY, version=1, by=world.workplace_user)

    assert (stored(draft).state, stored(member).status) == ("withdrawn", "dead")


@pytest.mark.parametrize("reason", [EndReason.DIED, EndReason.EXPELLED])
def test_who_is_gone_is_taken_off_the_lists_of_meetings_ahead(world, reason):
    other = make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    before = list_meeting(
        make_meeting(world.cell, held_on=DAY - timedelta(days=1)), by=world.cell_user
    )
    listed = list_meeting(
        make_meeting(world.cell, held_on=DAY + timedelta(days=9)), by=world.cell_user
    )
    opened = open_meeting(make_meeting(world.cell, held_on=DAY), by=world.cell_user)
    planned = make_meeting(world.cell, held_on=DAY + timedelta(days=30))

    end_registration(
        world.registration, on=DAY, reason=reason, version=1, by=world.ward_user
    )

    def on(meeting):
        return list(meeting.attendances.values_list("registration", flat=True))

    assert [on(meeting) for meeting in (listed, opened)] == [[other.pk], [other.pk]]
    assert sorted(on(before)) == sorted([world.registration.pk, other.pk])
    assert [place.registration for place in due_at(world.cell, planned.held_on)] == [
        other
    ]


def test_who_moves_away_stays_on_the_list_until_the_meeting_begins(world):
    listed = list_meeting(
        make_meeting(world.cell, held_on=DAY + timedelta(days=9)), by=world.cell_user
    )

    end_registration(
        world.registration, on=DAY, reason="moved_away", version=1, by=world.ward_user
    )

    assert listed.attendances.count() == 1


def test_many_who_leave_are_taken_off_too(world):
    listed = list_meeting(
        make_meeting(world.cell, held_on=DAY + timedelta(days=9)), by=world.cell_user
    )

    end_stays(
        [Line(world.registration.pk, 1)], on=DAY, reason="retired", by=world.ward_user
    )

    assert not listed.attendances.exists()


def test_marks_and_closed_meetings_stay_as_they_happened(world):
    marked = make_meeting(world.cell, held_on=DAY, state=Meeting.State.OPEN)
    make_attendance(marked, world.registration, status=Attendance.Status.PRESENT)
    closed = make_meeting(world.cell, held_on=DAY, state=Meeting.State.CLOSED)
    make_attendance(closed, world.registration)

    die(world)

    assert [one.attendances.count() for one in (marked, closed)] == [1, 1]


def test_who_stands_in_for_another_keeps_the_row_and_is_not_due(world):
    other = make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    meeting = make_meeting(world.cell, held_on=DAY, state=Meeting.State.OPEN)
    row = make_attendance(meeting, world.registration)
    make_attendance(
        meeting,
        other,
        number=2,
        status=Attendance.Status.REPRESENTED,
        represented_by=row,
    )

    die(world)

    assert stored(row).is_due is False


def test_draft_notices_no_longer_name_the_dead_and_empty_ones_are_withdrawn(world):
    other = make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    shared = make_notice(world, world.registration, other)
    alone = make_notice(world, world.registration)
    sent = make_notice(world, world.registration, state="sent")

    die(world)

    assert [item.registration for item in shared.items.all()] == [other]
    assert [stored(one).state for one in (shared, alone, sent)] == [
        "draft",
        "withdrawn",
        "sent",
    ]
    assert sent.items.count() == 1


def test_draft_notice_to_the_old_workplace_no_longer_names_who_went_over(world):
    notice = make_notice(world, world.registration)

    change_workplace(
        world.member,
        workplace=world.other_workplace,
        on=DAY,
        version=1,
        by=world.workplace_user,
    )

    assert not notice.items.exists()
    assert stored(notice).state == "withdrawn"


def test_dead_when_reported_again_or_introduced_is_refused(world):
    die(world)

    with pytest.raises(ValidationError):
        die(world)
    with pytest.raises(ValidationError, match="từ trần"):
        introduce(stored(world.member), ward=world.sister_ward, by=world.workplace_user)


def test_death_when_it_lies_ahead_or_before_the_receipt_is_refused(world):
    tomorrow = timezone.localdate() + timedelta(days=1)

    for day in (tomorrow, date(2011, 1, 1)):
        with pytest.raises(ValidationError):
            report_death(world.member, on=day, version=1, by=world.ward_user)

    assert stored(world.registration).state == State.RECEIVED


def test_death_when_the_record_has_changed_meanwhile_is_a_conflict(world):
    with pytest.raises(Conflict):
        report_death(world.member, on=DAY, version=7, by=world.ward_user)


# Typed by mistake


def test_death_when_undone_by_who_typed_it_leaves_all_as_it_was(world):
    check = report_not_dwelling(
        world.registration, reason="Không gặp", on=DAY, by=world.cell_user
    )
    letter = introduce(world.member, ward=world.sister_ward, by=world.workplace_user)
    listed = list_meeting(
        make_meeting(world.cell, held_on=DAY + timedelta(days=9)), by=world.cell_user
    )
    kept = [
        [row.__dict__ for row in model.objects.order_by("pk")]
        for model in (Registration, Member, DwellingCheck)
    ]
    die(world)

    member = stored(world.member)
    undo_death(member, version=member.version, by=world.ward_user)

    now = [
        [row.__dict__ for row in model.objects.order_by("pk")]
        for model in (Registration, Member, DwellingCheck)
    ]
    ignored = ("_state", "version")
    assert [
        [{k: v for k, v in row.items() if k not in ignored} for row in rows]
        for rows in now
    ] == [
        [{k: v for k, v in row.items() if k not in ignored} for row in rows]
        for rows in kept
    ]
    assert world.registration.placements.get().valid_to is None
    assert [stored(one).state for one in (check, letter)] == ["reported", "sent"]
    assert listed.attendances.get().registration == world.registration


@pytest.mark.parametrize("is_received", [True, False])
def test_death_closes_what_was_asked_to_be_corrected(world, is_received):
    member = world.member if is_received else make_member(world.workplace)
    asked = ask_correction(
        member,
        field="position",
        new_value="Kế toán",
        reason="Quyết định",
        asked_by_committee=world.ward,
        by=world.ward_user,
    )

    report_death(member, on=DAY, version=1, by=world.workplace_user)

    closed = stored(asked)
    assert (closed.state, closed.answer) == ("refused", "Đồng chí này đã từ trần.")


def test_death_when_undone_lists_nobody_else_again(world):
    first = make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    listed = list_meeting(
        make_meeting(world.cell, held_on=DAY + timedelta(days=9)), by=world.cell_user
    )
    make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    make_exemption(first, valid_from=DAY)
    die(world)
    member = stored(world.member)

    undo_death(member, version=member.version, by=world.ward_user)

    rows = listed.attendances.order_by("number")
    assert list(rows.values_list("registration", "is_due")) == [
        (first.pk, True),
        (world.registration.pk, True),
    ]


def test_death_when_another_undoes_it_is_refused(world):
    die(world, by=world.workplace_user)
    member = stored(world.member)

    with pytest.raises(ValidationError, match="đơn vị đã ghi"):
        undo_death(member, version=member.version, by=world.ward_user)

    assert stored(world.member).is_dead


@pytest.mark.parametrize(
    ("who", "is_theirs"),
    [
        ("colleague", True),
        ("department_user", True),
        ("ward_user", False),
        ("inspector_user", False),
    ],
)
def test_death_is_taken_back_by_the_unit_that_typed_it_or_the_department(
    world, client, who, is_theirs
):
    colleague = make_user(Role.WORKPLACE, world.workplace)
    die(world, by=world.workplace_user)
    client.force_login(getattr(world, who, colleague))
    version = stored(world.member).version

    client.post(
        reverse("members:death_undo", args=[world.member.pk]),
        {**KEY, "version": version},
    )

    assert stored(world.member).is_dead != is_theirs


def test_death_when_the_post_was_handed_over_since_is_taken_back_by_the_heir(world):
    die(world, by=world.workplace_user)
    today = timezone.localdate()
    RoleAssignment.objects.filter(user=world.workplace_user).update(valid_to=today)
    heir = make_user()
    make_post(heir, Role.WORKPLACE, world.workplace, valid_from=today)
    member = stored(world.member)

    undo_death(member, version=member.version, by=heir)

    assert stored(world.member).status == Member.Status.ACTIVE


def test_death_when_something_stands_on_it_is_not_undone(world):
    die(world)
    stay = stored(world.registration)
    write_closing_comment(stay, text="x", version=stay.version, by=world.cell_user)
    member = stored(world.member)

    with pytest.raises(ValidationError, match="thay đổi khác"):
        undo_death(member, version=member.version, by=world.ward_user)

    assert stored(world.member).is_dead


def test_death_on_which_a_proposed_comment_stands_is_not_undone(world):
    make_rating_year(world.city, by=world.department_user)
    die(world)
    Evaluation.objects.filter(member=world.member).update(
        outcome="not_rated", reason="Từ trần", state="proposed"
    )
    RatingYear.objects.update(period_to=DAY + timedelta(days=1))
    member = stored(world.member)

    with pytest.raises(ValidationError, match="đã được đề xuất"):
        undo_death(member, version=member.version, by=world.ward_user)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("ward_user", 200),
        ("workplace_user", 200),
        ("cell_user", 403),
        ("department_user", 403),
        ("sister_user", 404),
        ("past_workplace_user", 403),
    ],
)
def test_death_page_is_open_to_either_side(world, client, who, status):
    client.force_login(getattr(world, who))

    page = client.get(reverse("members:death_add", args=[world.member.pk]))

    assert page.status_code == status


@pytest.mark.parametrize("state", [State.SENT, State.RETURNED])
def test_death_page_is_closed_to_a_ward_that_only_had_a_letter(world, client, state):
    Registration.objects.create(
        member=world.member,
        workplace=world.workplace,
        ward=world.sister_ward,
        state=state,
    )
    client.force_login(world.sister_user)

    page = client.get(reverse("members:death_add", args=[world.member.pk]))

    assert page.status_code == 403


def test_death_page_is_open_to_the_ward_that_asked_for_the_letter(world, client):
    ask_for_letter(world.member, ward=world.sister_ward, on=DAY, by=world.sister_user)
    client.force_login(world.sister_user)

    page = client.get(reverse("members:death_add", args=[world.member.pk]))

    assert page.status_code == 200


def test_death_page_proposes_no_day(world, client):
    client.force_login(world.ward_user)

    page = client.get(reverse("members:death_add", args=[world.member.pk]))

    assert page.context["form"]["on"].value() is None


def test_death_pages_write_and_take_back(world, client):
    client.force_login(world.workplace_user)
    file = reverse("reports:member_file", args=[world.member.pk])
    client.post(
        reverse("members:death_add", args=[world.member.pk]),
        {**KEY, "version": 1, "on": "01/06/2026", "document": "12/TLKT"},
    )
    undo = reverse("members:death_undo", args=[world.member.pk])
    offered = undo in client.get(file).content.decode()
    member = stored(world.member)
    client.post(undo, {"version": member.version})

    assert (member.is_dead, offered) == (True, True)
    assert stored(world.member).status == "active"
    assert undo not in client.get(file).content.decode()
