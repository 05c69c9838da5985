"""Ghép hồ sơ: agreed to by both sides, everything carried over, parted again."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from evaluations.models import Evaluation
from members.models import (
    CorrectionRequest,
    DwellingCheck,
    Exemption,
    Household,
    Member,
    MemberMerge,
    MergeJournal,
    Placement,
    Registration,
)
from members.queries.merge_outcome import better_kept
from members.services.corrections import ask_correction
from members.services.merges.steps import (
    agree_merge,
    dismiss_pair,
    propose_merge,
    refuse_merge,
)
from members.services.persons import edit_identity
from members.services.stays import assign_cell
from members.services.workplaces import change_workplace
from party76.audit.models import AuditEvent
from party76.shared.versions import Conflict
from residence.models import Attendance, Meeting, Notice, NoticeItem
from tests.factories.members import (
    make_committee,
    make_exemption,
    make_member,
    make_registration,
)
from tests.factories.merges import BORN, DAY, everything, make_twins, propose
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


# Who agrees


def test_ward_proposes_and_the_workplace_has_the_last_word(twins, world):
    merge = twins.propose()

    agreed = agree_merge(merge, on=DAY, version=merge.version, by=world.workplace_user)

    assert (agreed.state, agreed.workplace_agreed_by, agreed.ward_agreed_by) == (
        State.DONE,
        world.workplace_user,
        world.ward_user,
    )


def test_workplace_proposes_and_nothing_moves_before_the_ward_agrees(twins, world):
    before = everything()

    merge = twins.propose(by="workplace_user")
    waiting = everything()
    agreed = agree_merge(merge, on=DAY, version=merge.version, by=world.ward_user)

    assert waiting == before
    assert (merge.workplace, merge.ward) == (world.workplace, world.ward)
    assert agreed.state == State.DONE


def test_word_given_twice_by_one_side_is_one_word(twins, world):
    merge = twins.propose()

    agree_merge(merge, on=DAY, version=merge.version, by=world.ward_user)

    merge.refresh_from_db()
    assert (merge.state, merge.workplace_agreed_by) == (State.PROPOSED, None)


def test_ward_alone_decides_where_the_workplace_is_on_paper(world):
    twins = make_twins(world, own={"workplace": world.outside_workplace})

    merge = twins.propose()

    assert (merge.state, merge.workplace, merge.ward) == (State.DONE, None, world.ward)


def test_workplace_alone_decides_where_nobody_has_received_the_member(world):
    told = {"full_name": "Trần Thị Hòa", "birth_date": BORN}
    first, second = (make_member(world.workplace, **told) for _ in range(2))

    merge = propose(first, second, by=world.workplace_user)

    assert (merge.state, merge.workplace, merge.ward) == (
        State.DONE,
        world.workplace,
        None,
    )


def test_workplace_keeps_its_word_when_its_own_record_is_the_one_to_be_dropped(twins):
    merge = twins.propose(kept=twins.written, dropped=twins.own)

    assert (merge.state, merge.workplace) == (State.PROPOSED, twins.world.workplace)


def test_nobody_is_left_to_agree_where_both_sides_are_on_paper(world):
    paper = make_committee(world.city, uses_system=False)
    twins = make_twins(world, own={"workplace": world.outside_workplace}, ward=paper)

    assert "chưa có bên nào xác nhận được" in refusal(twins.propose)


def test_side_that_has_changed_since_is_asked_anew(world):
    twins = make_twins(world)
    merge = twins.propose()
    own = Member.objects.get(pk=twins.own.pk)
    change_workplace(
        own,
        workplace=world.other_workplace,
        on=DAY,
        version=own.version,
        by=world.workplace_user,
    )
    merge = MemberMerge.objects.get(pk=merge.pk)

    agree_merge(merge, on=DAY, version=merge.version, by=world.workplace_user)
    merge.refresh_from_db()
    waiting = (merge.state, merge.workplace, merge.workplace_agreed_by)
    agree_merge(merge, on=DAY, version=merge.version, by=world.other_workplace_user)

    assert waiting == (State.PROPOSED, world.other_workplace, None)
    assert merge.state == State.DONE


def test_two_agree_at_once_and_one_is_told(twins, world):
    merge = twins.propose()
    seen = MemberMerge.objects.get(pk=merge.pk)
    agree_merge(merge, on=DAY, version=merge.version, by=world.workplace_user)

    with pytest.raises((Conflict, ValidationError)):
        agree_merge(seen, on=DAY, version=seen.version, by=world.workplace_user)

    assert MergeJournal.objects.filter(table="members.member").count() == 1


def test_pair_is_proposed_once(twins):
    twins.propose()

    assert "đang chờ xác nhận" in refusal(lambda: twins.propose(by="workplace_user"))


def test_proposal_on_a_record_changed_since_it_was_compared_is_refused(twins, world):
    seen = {twins.own.pk: twins.own.version, twins.written.pk: twins.written.version}
    Member.objects.filter(pk=twins.own.pk).update(version=2)

    told = refusal(
        lambda: propose_merge(
            twins.own,
            twins.written,
            reasons=[],
            versions=seen,
            on=DAY,
            by=world.ward_user,
        )
    )

    assert "vừa có người khác sửa" in told


def test_refused_pair_stays_two_records_and_cannot_be_agreed_to(twins, world):
    before = everything()
    merge = twins.propose()

    refuse_merge(
        merge, note="Khác quê quán", version=merge.version, by=world.workplace_user
    )

    assert (merge.state, everything()) == (State.REFUSED, before)
    assert "Hai người khác nhau" in refusal(
        lambda: agree_merge(merge, on=DAY, version=merge.version, by=world.ward_user)
    )


def test_dismissal_by_mistake_can_still_be_mended(twins, world):
    dismiss_pair(twins.own, twins.written, reasons=[], note="Nhầm", by=world.ward_user)

    merge = twins.merge()

    assert merge.state == State.DONE


def test_older_record_is_kept_unless_a_workplace_owns_just_the_other(world):
    twins = make_twins(world)
    same = {"full_name": "Vũ Ất", "birth_date": BORN}
    first, second = (make_member(world.workplace, **same) for _ in range(2))

    assert better_kept(twins.written, twins.own) == (twins.own, twins.written)
    assert better_kept(second, first) == (first, second)


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


def _year(world, year: int = 2024):
    return make_rating_year(world.city, year=year)


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


def _letter(twins, state, **fields):
    return Registration.objects.create(
        member=twins.own,
        workplace=twins.own.workplace,
        ward=twins.world.ward,
        state=state,
        **fields,
    )


def test_letter_to_the_ward_that_has_the_member_is_withdrawn(twins, world):
    letter = _letter(twins, Stay.SENT, sent_on=DAY, letter_number="12", letter_date=DAY)
    make_exemption(letter, valid_from=date(2026, 1, 1))

    twins.merge()

    letter.refresh_from_db()
    stay = Registration.objects.get(pk=twins.stay.pk)
    assert letter.state == Stay.WITHDRAWN
    assert (stay.letter_number, stay.letter_date) == ("12", DAY)
    assert Exemption.objects.get().registration == stay


def test_letter_that_was_asked_for_is_closed_where_the_ward_has_the_member(twins):
    asked = _letter(twins, Stay.LETTER_ASKED, asked_on=DAY)

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


# Parted again


def test_parting_restores_every_row(world):
    twins = make_twins(
        world,
        cell=world.cell,
        own={"card_number": None, "phone": "0900000001"},
        written={"card_number": "11.77", "address": "12 Nguyễn Trãi"},
    )
    _letter(twins, Stay.SENT, sent_on=DAY)
    make_attendance(make_meeting(world.cell), twins.stay)
    make_evaluation(twins.stay, _year(world), tier=1, state="locked")
    before = everything()

    merge = twins.undo(twins.merge())

    assert everything() == before
    assert (merge.state, merge.note) == (State.UNDONE, "Hai người")
    assert not MergeJournal.objects.exists()


@pytest.mark.parametrize("who", ["ward_user", "workplace_user"])
def test_either_side_parts_again(twins, who):
    merge = twins.undo(twins.merge(), by=who)

    assert merge.state == State.UNDONE


def test_rows_that_came_to_the_stay_since_go_back_with_it(twins, world):
    merge = twins.merge()
    stay = Registration.objects.get(pk=twins.stay.pk)
    make_attendance(make_meeting(world.cell), stay, status="present")
    make_evaluation(stay, _year(world), tier=1, state="locked")

    twins.undo(merge)

    assert Attendance.objects.get().member == twins.written
    assert Evaluation.objects.get().member == twins.written


def test_mark_put_on_a_row_of_before_stands_in_nobodys_way(twins, world):
    row = make_attendance(make_meeting(world.cell), twins.stay)
    merge = twins.merge()
    Attendance.objects.filter(pk=row.pk).update(status="present", version=2)

    twins.undo(merge)

    row.refresh_from_db()
    assert (row.status, row.member) == ("present", twins.written)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("identity", "Lý lịch, nơi công tác hoặc địa chỉ đã được sửa"),
        ("stay", "Lần theo dõi tại Đảng ủy phường Ninh Kiều đã có thay đổi"),
        ("correction", "có đề nghị đính chính chưa trả lời"),
        ("workplace", "đã kết thúc hoạt động sau khi ghép"),
        ("merged on", "được ghép tiếp vào một hồ sơ khác"),
    ],
)
def test_what_was_written_since_stands_in_the_way_and_is_named(world, what, told):
    twins = make_twins(world, cell=world.cell, written={"phone": "0913456789"})
    merge = twins.merge(on=date(2026, 6, 1))
    _write_since(twins, what)
    before = everything()

    said = refusal(lambda: twins.undo(merge))

    assert told in said
    assert everything() == before


def _write_since(twins, what: str) -> None:
    world, kept = twins.world, Member.objects.get(pk=twins.own.pk)
    stay = Registration.objects.select_related("ward", "cell").get(pk=twins.stay.pk)
    if what == "identity":
        kept.position = "Trưởng khoa"
        edit_identity(kept, version=kept.version, by=world.workplace_user)
    elif what == "stay":
        assign_cell(
            stay,
            cell=world.sister_cell,
            on=date(2026, 6, 2),
            version=stay.version,
            by=world.ward_user,
        )
    elif what == "correction":
        ask_correction(
            kept,
            field="phone",
            new_value="0911111111",
            reason="Đổi số",
            asked_by_committee=world.workplace,
            by=world.workplace_user,
        )
    elif what == "workplace":
        world.outside_workplace.valid_to = date(2099, 1, 1)
        world.outside_workplace.save()
    else:
        third = make_member(world.workplace, full_name=kept.full_name, birth_date=BORN)
        merge = propose(third, kept, by=world.ward_user)
        agree_merge(merge, on=DAY, version=merge.version, by=world.workplace_user)


def test_new_letter_stands_in_the_way_of_one_that_would_run_again(twins, world):
    letter = _letter(twins, Stay.SENT, sent_on=DAY)
    merge = twins.merge()
    Registration.objects.create(
        member=twins.own,
        workplace=world.workplace,
        ward=world.sister_ward,
        state=Stay.DRAFT,
    )

    told = refusal(lambda: twins.undo(merge))

    letter.refresh_from_db()
    assert "đã có giấy giới thiệu hoặc đề nghị giới thiệu mới" in told
    assert letter.state == Stay.WITHDRAWN


def test_later_merge_with_a_third_record_parts_by_itself(twins, world):
    first = twins.merge()
    third = make_member(world.workplace, full_name="Trần Thị Hòa", birth_date=BORN)
    second = propose(Member.objects.get(pk=twins.own.pk), third, by=world.ward_user)
    agree_merge(second, on=DAY, version=second.version, by=world.workplace_user)

    twins.undo(second)
    twins.undo(first)

    assert not Member.objects.filter(status="merged").exists()
    assert Registration.objects.get(pk=twins.stay.pk).member == twins.written


# Who did it


def test_every_step_and_every_row_that_moved_is_recorded(twins, world):
    merge = twins.merge()
    twins.undo(merge)

    events = AuditEvent.objects.order_by("pk").values_list(
        "object_type", "action", "actor_name"
    )
    assert list(events.filter(object_type="membermerge")) == [
        ("membermerge", "create", "phuong"),
        ("membermerge", "step", "coquan"),
        ("membermerge", "step", "coquan"),
        ("membermerge", "step", "coquan"),
    ]
    moved = AuditEvent.objects.get(object_type="registration")
    assert moved.object_key == str(twins.stay.pk)
    assert moved.facts == {
        "merge": merge.pk,
        "member": twins.own.pk,
        "was": twins.written.pk,
    }
    people = AuditEvent.objects.filter(object_type="member")
    assert sorted(people.values_list("object_key", flat=True)) == sorted(
        map(str, [twins.own.pk, twins.written.pk] * 2)
    )
    assert CorrectionRequest.objects.count() == 0
