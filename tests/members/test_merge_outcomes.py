"""What two records become: everything carried over, one stay, one letter."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from evaluations.models import Evaluation
from members.models import (
    DwellingCheck,
    Exemption,
    Household,
    Member,
    MemberMerge,
    Placement,
    Registration,
)
from members.services.corrections import ask_correction
from members.services.persons import edit_identity
from residence.models import Attendance, Meeting, Notice, NoticeItem
from tests.factories.members import (
    make_committee,
    make_exemption,
    make_member,
    make_registration,
)
from tests.factories.merges import BORN, DAY, make_twins
from tests.factories.reports import make_evaluation, make_rating_year
from tests.factories.residence import make_attendance, make_meeting, make_opinion
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
State = MemberMerge.State
Stay = Registration.State


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def twins(world):
    return make_twins(world, cell=world.cell)


def refusal(act) -> str:
    with pytest.raises(ValidationError) as refused:
        act()
    return " ".join(refused.value.messages)


def _year(world, year: int = 2024):
    return make_rating_year(world.city, year=year)


# What is carried over


def test_identity_of_the_kept_record_wins_and_blanks_are_filled(world):
    twins = make_twins(
        world,
        own={"gender": "female", "position": "Bác sĩ", "phone": "0900000001"},
        written={
            "gender": "female",
            "position": "Y sĩ",
            "card_number": "11.000077",
            "admitted_on": date(1995, 9, 2),
            "phone": "0913456789",
            "address": "12 Nguyễn Trãi",
        },
    )

    twins.merge()

    kept = Member.objects.get(pk=twins.own.pk)
    assert (kept.position, kept.card_number, kept.admitted_on) == (
        "Bác sĩ",
        "11.000077",
        date(1995, 9, 2),
    )
    assert (kept.phone, kept.address) == ("0913456789", "12 Nguyễn Trãi")
    assert Member.objects.get(pk=twins.written.pk).status == Member.Status.MERGED


def test_more_exact_birth_date_fills_what_the_kept_record_does_not_know(world):
    twins = make_twins(
        world, own={"birth_date": date(1970, 1, 1), "birth_precision": "year"}
    )

    twins.merge()

    kept = Member.objects.get(pk=twins.own.pk)
    assert (kept.birth_date, kept.birth_precision) == (BORN, "day")


def test_date_that_would_stand_in_the_wrong_order_is_not_taken(world):
    twins = make_twins(
        world,
        own={"admitted_on": date(2001, 1, 1)},
        written={"official_on": date(1996, 9, 2)},
    )

    twins.merge()

    assert Member.objects.get(pk=twins.own.pk).official_on is None


def test_household_goes_with_the_received_stay(world):
    home = Household.objects.create(committee=world.ward)
    twins = make_twins(world, written={"household": home})

    twins.merge()

    assert list(home.members.all()) == [twins.own]


def test_stay_goes_over_and_follows_the_workplace_from_the_day(twins, world):
    twins.merge()

    stay = Registration.objects.get(pk=twins.stay.pk)
    places = Placement.objects.filter(registration=stay).order_by("valid_from")
    assert (stay.member, stay.workplace, stay.state) == (
        twins.own,
        world.workplace,
        Stay.RECEIVED,
    )
    assert [
        (one.workplace, one.valid_from, one.valid_to, one.cause) for one in places
    ] == [
        (world.outside_workplace, date(2012, 1, 1), DAY, Placement.Cause.RECEIVED),
        (world.workplace, DAY, None, Placement.Cause.WORKPLACE_CHANGED),
    ]
    assert (places[1].sector, places[1].outside_city) == (world.workplace.sector, False)


def test_past_stays_keep_the_workplace_of_their_time(world):
    twins = make_twins(world, ended_on=date(2020, 1, 1))
    make_registration(twins.own, world.ward)

    twins.merge()

    stay = Registration.objects.get(pk=twins.stay.pk)
    assert (stay.member, stay.workplace) == (twins.own, world.outside_workplace)
    assert stay.placements.count() == 1


def test_everything_that_hangs_on_the_stays_goes_along(twins, world):
    meeting = make_meeting(world.cell)
    make_attendance(meeting, twins.stay, status="present")
    make_opinion(twins.stay)
    notice = Notice.objects.create(
        committee=world.ward,
        workplace=world.outside_workplace,
        kind="absence",
        state="sent",
        sent_on=DAY,
        created_on=DAY,
    )
    NoticeItem.objects.create(
        notice=notice, registration=twins.stay, member=twins.written
    )
    make_evaluation(twins.stay, _year(world), tier=1, state="locked")

    twins.merge()

    for table in (Attendance, NoticeItem, Evaluation):
        assert table.objects.get().member == twins.own, table
    assert twins.written.registrations.count() == 0


def test_locked_result_follows_its_stay_and_nobody_else(twins, world):
    row = make_evaluation(twins.stay, _year(world), tier=1, state="locked")
    stranger = make_member(world.workplace)

    with pytest.raises(Exception, match="locked evaluation"):
        Evaluation.objects.filter(pk=row.pk).update(member=stranger)


def test_two_tiers_of_one_year_are_settled_first(twins, world):
    year = _year(world)
    make_evaluation(twins.stay, year, tier=1)
    past = make_registration(twins.own, world.sister_ward, ended_on=date(2024, 6, 1))
    make_evaluation(past, year, tier=2)

    told = refusal(twins.propose)

    assert "Năm 2024 cả hai hồ sơ đều đã được xếp loại" in told


def test_two_records_rated_in_different_years_become_one(twins, world):
    first, second = _year(world, 2023), _year(world, 2024)
    make_evaluation(twins.stay, first, tier=1, state="locked")
    past = make_registration(twins.own, world.sister_ward, ended_on=date(2024, 6, 1))
    make_evaluation(past, second, tier=1, state="locked")

    twins.merge()

    assert {row.member for row in Evaluation.objects.all()} == {twins.own}


def test_open_corrections_wait_at_the_unit_that_owns_the_field_now(world):
    twins = make_twins(world, written={"workplace": world.other_workplace})
    asked = ask_correction(
        twins.written,
        field="gender",
        new_value="Nữ",
        reason="Căn cước",
        asked_by_committee=world.ward,
        by=world.ward_user,
    )
    Member.objects.filter(pk=twins.written.pk).update(workplace=world.workplace)

    twins.merge()

    asked.refresh_from_db()
    assert (asked.member, asked.asked_of_committee) == (twins.own, world.workplace)


def test_card_of_the_dropped_record_may_be_written_on_the_kept_one(world):
    twins = make_twins(
        world, own={"card_number": "11.1"}, written={"card_number": "11.2"}
    )
    twins.merge()
    kept = Member.objects.get(pk=twins.own.pk)
    kept.card_number = "11.2"

    edit_identity(kept, version=kept.version, by=world.workplace_user)

    assert Member.objects.get(pk=twins.own.pk).card_number == "11.2"


def test_card_of_the_dropped_record_is_nobody_elses(world):
    twins = make_twins(
        world, own={"card_number": "11.1"}, written={"card_number": "11.2"}
    )
    twins.merge()
    world.member.card_number = "11.2"

    told = refusal(
        lambda: edit_identity(
            world.member, version=world.member.version, by=world.workplace_user
        )
    )

    assert "đã ghi cho một đồng chí khác" in told


# Two stays and two letters


def test_two_wards_that_both_have_the_member_are_settled_first(twins, world):
    make_registration(twins.own, world.sister_ward)

    told = refusal(twins.propose)

    assert "đều đang tiếp nhận đồng chí này" in told
    assert world.sister_ward.name in told


def test_two_letters_under_way_are_settled_first(world):
    twins = make_twins(world, state=Stay.SENT, sent_on=DAY)
    Placement.objects.all().delete()
    Registration.objects.create(
        member=twins.own,
        workplace=world.workplace,
        ward=world.sister_ward,
        state=Stay.DRAFT,
    )

    told = refusal(lambda: twins.propose(by="workplace_user"))

    assert "Nơi công tác rút một giấy trước khi ghép" in told


def test_letter_to_the_ward_that_has_the_member_is_withdrawn(twins, world):
    letter = twins.letter(Stay.SENT, sent_on=DAY, letter_number="12", letter_date=DAY)
    make_exemption(letter, valid_from=date(2026, 1, 1))

    twins.merge()

    letter.refresh_from_db()
    stay = Registration.objects.get(pk=twins.stay.pk)
    assert letter.state == Stay.WITHDRAWN
    assert (stay.letter_number, stay.letter_date) == ("12", DAY)
    assert Exemption.objects.get().registration == stay


def test_letter_that_was_asked_for_is_closed_where_the_ward_has_the_member(twins):
    asked = twins.letter(Stay.LETTER_ASKED, asked_on=DAY)

    twins.merge()

    asked.refresh_from_db()
    assert (asked.state, asked.return_reason.startswith("Ghép hồ sơ")) == (
        Stay.RETURNED,
        True,
    )


def test_member_received_twice_at_one_ward_is_received_once_from_the_day(twins, world):
    second = make_registration(twins.own, world.ward, received_on=date(2015, 1, 1))
    meeting = make_meeting(
        world.ward, held_on=date(2026, 7, 1), state=Meeting.State.LISTED
    )
    make_attendance(meeting, twins.stay, number=1)
    make_attendance(meeting, second, number=2)
    DwellingCheck.objects.create(
        registration=second,
        reason="Vắng nhà",
        reported_on=DAY,
        reported_by=world.cell_user,
    )

    twins.merge()

    second.refresh_from_db()
    assert (second.state, second.ended_on, second.end_reason) == (
        Stay.ENDED,
        DAY,
        "other",
    )
    assert second.placements.get().valid_to == DAY
    assert [row.is_due for row in meeting.attendances.order_by("number")] == [
        True,
        False,
    ]
    assert DwellingCheck.objects.get().state == DwellingCheck.State.DISMISSED
    assert twins.own.registrations.filter(state=Stay.RECEIVED).count() == 1


def test_notice_being_written_to_the_old_workplace_is_settled_first(twins, world):
    notice = Notice.objects.create(
        committee=world.ward,
        workplace=world.outside_workplace,
        kind="absence",
        created_on=DAY,
    )
    NoticeItem.objects.create(
        notice=notice, registration=twins.stay, member=twins.written
    )

    assert "đang soạn thông báo" in refusal(twins.propose)


def test_two_workplaces_in_the_system_settle_who_owns_the_member_first(world):
    twins = make_twins(world, written={"workplace": world.other_workplace})

    assert "hai nơi công tác khác nhau" in refusal(twins.propose)


def test_workplace_below_that_of_the_other_record_is_no_other_workplace(world):
    below = make_committee(world.workplace, name="Trung tâm Y tế")
    twins = make_twins(
        world, own={"workplace": below}, written={"workplace": world.workplace}
    )

    merge = twins.propose()

    assert (merge.state, merge.workplace) == (State.PROPOSED, below)


@pytest.mark.parametrize("dead", ["own", "written"])
def test_death_on_one_record_alone_is_settled_first(twins, dead):
    member = getattr(twins, dead)
    Member.objects.filter(pk=member.pk).update(status="dead")

    assert "đã từ trần" in refusal(twins.propose)


def test_closed_workplace_is_not_kept(twins, world):
    world.workplace.valid_to = date(2025, 7, 1)
    world.workplace.save()

    assert "đã kết thúc hoạt động" in refusal(twins.propose)
