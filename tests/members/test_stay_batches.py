"""Steps that many take at once: all or nothing, in as many statements for many as for few."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import (
    CorrectionRequest,
    DwellingCheck,
    EndReason,
    Member,
    Placement,
    Registration,
)
from members.services.corrections import ask_correction
from members.services.dwelling import report_not_dwelling
from members.services.letters import ask_for_letter, draft_letter, introduce
from members.services.stay_batches import (
    Line,
    assign_cells,
    end_stays,
    receive_letters,
    return_letters,
)
from members.services.stays import receive_registration
from members.services.transfers import transfer_members
from party76.audit.models import AuditEvent
from tests.factories.members import make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}
State = Registration.State


@pytest.fixture
def world():
    return make_world()


def letters(world, number):
    return [
        introduce(
            make_member(world.workplace), ward=world.ward, by=world.workplace_user
        )
        for _ in range(number)
    ]


def received(world, number, **fields):
    return [
        make_registration(
            make_member(world.workplace), world.ward, cell=world.cell, **fields
        )
        for _ in range(number)
    ]


def lines(stays, **own):
    return [Line(stay.pk, stay.version, **own) for stay in stays]


def sentences(error):
    return error.value.messages


def statements_of(act):
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


# Received


def test_letters_when_received_together_are_each_in_their_cell_with_their_number(world):
    first, second = letters(world, 2)

    receive_letters(
        [
            Line(first.pk, first.version, cell=world.cell, number="15/TN"),
            Line(second.pk, second.version, number="16/TN"),
        ],
        on=DAY,
        by=world.ward_user,
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.cell, first.receipt_number, first.received_on) == (
        "received",
        world.cell,
        "15/TN",
        DAY,
    )
    assert (second.state, second.cell, second.receipt_number) == (
        "received",
        None,
        "16/TN",
    )
    placed = first.placements.get()
    assert (placed.ward, placed.cell, placed.workplace, placed.valid_from) == (
        world.ward,
        world.cell,
        world.workplace,
        DAY,
    )


def test_letters_when_received_together_leave_what_one_by_one_leaves(world):
    one, other = letters(world, 2)

    receive_registration(
        one, on=DAY, cell=world.cell, number="1", version=2, by=world.ward_user
    )
    receive_letters(
        lines([other], cell=world.cell, number="1"), on=DAY, by=world.ward_user
    )

    def left(stay):
        values = Registration.objects.filter(pk=stay.pk).values().get()
        placed = stay.placements.values().get()
        event = AuditEvent.objects.filter(object_key=str(stay.pk)).order_by("pk").last()
        for row in (values, placed):
            for name in ("id", "member_id", "registration_id"):
                row.pop(name, None)
        facts = {k: v for k, v in event.facts.items() if k != "member"}
        return values, placed, event.action, event.committee_code, facts

    assert left(other) == left(one)


def test_letters_when_some_cannot_be_received_write_nothing_and_say_who_and_why(world):
    good, elsewhere, changed, wrong_cell = letters(world, 4)
    make_registration(elsewhere.member, world.sister_ward)
    Registration.objects.filter(pk=changed.pk).update(state=State.WITHDRAWN, version=3)

    with pytest.raises(ValidationError) as refused:
        receive_letters(
            [
                *lines([good, elsewhere, changed]),
                Line(wrong_cell.pk, wrong_cell.version, cell=world.sister_ward),
            ],
            on=DAY,
            by=world.ward_user,
        )

    told = sentences(refused)
    assert len(told) == 3
    assert any(
        elsewhere.member.full_name in one and "Đảng ủy phường Cái Khế" in one
        for one in told
    )
    assert any(changed.member.full_name in one and "Đã rút" in one for one in told)
    assert any(wrong_cell.member.full_name in one and "chi bộ" in one for one in told)
    assert Registration.objects.get(pk=good.pk).state == State.SENT
    assert not Placement.objects.filter(registration=good).exists()


def test_letters_when_one_is_no_longer_there_write_nothing(world):
    good, gone = letters(world, 2)
    asked = lines([good, gone])
    Registration.objects.filter(pk=gone.pk).delete()

    with pytest.raises(ValidationError, match="không còn nữa"):
        receive_letters(asked, on=DAY, by=world.ward_user)

    assert Registration.objects.get(pk=good.pk).state == State.SENT


def test_letters_when_received_before_an_earlier_stay_ended_are_refused(world):
    stays = letters(world, 2)
    make_registration(stays[1].member, world.sister_ward, ended_on=DAY)
    lines = [Line(stay.pk, stay.version) for stay in stays]

    with pytest.raises(ValidationError) as refused:
        receive_letters(lines, on=DAY - timedelta(days=1), by=world.ward_user)

    assert refused.value.messages == [
        (
            f"Đồng chí {stays[1].member.full_name}: đã được {world.sister_ward} theo dõi "
            "đến trước ngày 01/06/2026; ngày tiếp nhận không được trước ngày ấy."
        )
    ]


def test_letters_when_a_cell_is_closed_are_refused(world):
    (letter,) = letters(world, 1)
    world.cell.valid_to = DAY
    world.cell.save()

    with pytest.raises(ValidationError, match="không phải là chi bộ đang hoạt động"):
        receive_letters(lines([letter], cell=world.cell), on=DAY, by=world.ward_user)


def test_letters_when_two_receive_them_give_one_success_and_one_sentence(world):
    both = letters(world, 2)
    asked = lines(both)
    receive_letters(asked, on=DAY, by=world.ward_user)

    with pytest.raises(ValidationError) as refused:
        receive_letters(asked, on=DAY, by=world.ward_user)

    assert [("vừa có người khác xử lý" in one) for one in sentences(refused)] == [
        True,
        True,
    ]
    assert Placement.objects.filter(registration__in=both).count() == 2


def test_member_who_left_when_received_together_is_followed_again(world):
    (letter,) = letters(world, 1)
    Member.objects.filter(pk=letter.member_id).update(status=Member.Status.LEFT)

    receive_letters(lines([letter]), on=DAY, by=world.ward_user)

    assert Member.objects.get(pk=letter.member_id).status == Member.Status.ACTIVE


def test_letter_of_the_dead_when_received_together_is_refused(world):
    (letter,) = letters(world, 1)
    Member.objects.filter(pk=letter.member_id).update(status=Member.Status.DEAD)

    with pytest.raises(ValidationError, match="đã từ trần"):
        receive_letters(lines([letter]), on=DAY, by=world.ward_user)


def test_letter_asked_for_when_received_with_others_is_received(world):
    member = make_member(world.workplace)
    asked = ask_for_letter(member, ward=world.ward, on=DAY, by=world.ward_user)

    receive_letters(lines([asked]), on=DAY, by=world.ward_user)

    assert Registration.objects.get(pk=asked.pk).state == State.RECEIVED


def test_receipt_when_it_lies_ahead_is_refused(world):
    tomorrow = timezone.localdate() + timedelta(days=1)

    with pytest.raises(ValidationError, match="không được sau ngày hôm nay"):
        receive_letters(lines(letters(world, 1)), on=tomorrow, by=world.ward_user)


def test_letters_when_returned_together_keep_reason_and_identity(world):
    both = letters(world, 2)

    return_letters(lines(both), reason="Không cư trú tại phường", by=world.ward_user)

    for letter in both:
        stored = Registration.objects.get(pk=letter.pk)
        assert (stored.state, stored.return_reason) == (
            "returned",
            "Không cư trú tại phường",
        )
        assert stored.identity_at_end["full_name"] == letter.member.full_name


# Passed to a cell


def test_many_when_passed_to_a_cell_have_their_places_change_on_the_day(world):
    stays = received(world, 2)
    asked = ask_correction(
        stays[0].member,
        field="address",
        new_value="Số 5, hẻm 12",
        reason="Mới chuyển nhà",
        asked_by_committee=world.workplace,
        by=world.workplace_user,
    )

    assign_cells(lines(stays), cell=world.sister_cell, on=DAY, by=world.ward_user)

    for stay in stays:
        old, new = stay.placements.order_by("pk")
        assert (old.cell, old.valid_to) == (world.cell, DAY)
        assert (new.cell, new.valid_from, new.cause) == (
            world.sister_cell,
            DAY,
            "cell_changed",
        )
        assert Registration.objects.get(pk=stay.pk).cell == world.sister_cell
    asked.refresh_from_db()
    assert asked.asked_of_committee == world.sister_cell


def test_many_when_one_is_in_the_cell_already_stay_where_they_are(world):
    here = make_registration(
        make_member(world.workplace), world.ward, cell=world.sister_cell
    )
    others = received(world, 2)

    with pytest.raises(ValidationError) as refused:
        assign_cells(
            lines([*others, here]), cell=world.sister_cell, on=DAY, by=world.ward_user
        )

    assert sentences(refused) == [
        f"Đồng chí {here.member.full_name}: đang sinh hoạt tại {world.sister_cell} rồi."
    ]
    assert Placement.objects.filter(registration__in=others).count() == 2


def test_many_when_passed_before_their_place_began_are_refused(world):
    stays = received(world, 1, received_on=date(2026, 7, 1))

    with pytest.raises(ValidationError, match="01/07/2026"):
        assign_cells(lines(stays), cell=world.sister_cell, on=DAY, by=world.ward_user)


# Ended


def test_many_when_ended_have_reason_day_number_and_what_waits_closed(world):
    stays = received(world, 2)
    report_not_dwelling(stays[0], reason="Đã bán nhà", on=DAY, by=world.cell_user)

    end_stays(
        lines(stays), on=DAY, reason="moved_away", number="7-QĐ", by=world.ward_user
    )

    for stay in stays:
        stored = Registration.objects.get(pk=stay.pk)
        assert (
            stored.state,
            stored.ended_on,
            stored.end_reason,
            stored.end_number,
        ) == (
            "ended",
            DAY,
            "moved_away",
            "7-QĐ",
        )
        assert stored.identity_at_end["full_name"] == stay.member.full_name
        assert stay.placements.get().valid_to == DAY
    check = DwellingCheck.objects.get()
    assert (check.state, check.answered_by) == ("confirmed", world.ward_user)


def test_many_when_they_leave_for_good_have_their_letters_given_up(world):
    first, second = received(world, 2)
    letter = introduce(first.member, ward=world.sister_ward, by=world.workplace_user)
    draft = draft_letter(second.member, ward=world.sister_ward, by=world.workplace_user)

    end_stays(
        lines([first, second]), on=DAY, reason=EndReason.RETIRED, by=world.ward_user
    )

    assert [Registration.objects.get(pk=one.pk).state for one in (letter, draft)] == [
        "returned",
        "withdrawn",
    ]
    assert set(
        Member.objects.filter(registrations__in=[first, second]).values_list(
            "status", flat=True
        )
    ) == {"left"}


def test_death_when_typed_for_many_is_refused(world):
    with pytest.raises(ValidationError, match="riêng từng đồng chí"):
        end_stays(lines(received(world, 2)), on=DAY, reason="died", by=world.ward_user)


def test_many_when_one_came_later_end_together_or_not_at_all(world):
    early, late = received(world, 1) + received(world, 1, received_on=date(2026, 7, 1))

    with pytest.raises(ValidationError, match="01/07/2026"):
        end_stays(lines([early, late]), on=DAY, reason="other", by=world.ward_user)

    assert Registration.objects.get(pk=early.pk).state == State.RECEIVED


# Another workplace


def test_many_when_transferred_keep_their_stays_under_the_new_workplace(world):
    stays = received(world, 2)
    versions = {stay.member_id: stay.member.version for stay in stays}
    asked = ask_correction(
        stays[0].member,
        field="position",
        new_value="Bác sĩ",
        reason="Quyết định bổ nhiệm",
        asked_by_committee=world.ward,
        by=world.ward_user,
    )

    transfer_members(
        versions,
        workplace=world.other_workplace,
        on=DAY,
        number="5-QĐ",
        by=world.workplace_user,
    )

    for stay in stays:
        stored = Registration.objects.select_related("member").get(pk=stay.pk)
        old, new = stay.placements.order_by("pk")
        assert (stored.workplace, stored.member.workplace, stored.cell) == (
            world.other_workplace,
            world.other_workplace,
            world.cell,
        )
        assert (old.valid_to, new.valid_from, new.workplace, new.sector) == (
            DAY,
            DAY,
            world.other_workplace,
            world.other_workplace.sector,
        )
    assert (
        CorrectionRequest.objects.get(pk=asked.pk).asked_of_committee
        == world.other_workplace
    )


def test_many_when_one_has_a_letter_under_way_are_not_transferred(world):
    (letter,) = letters(world, 1)
    (stay,) = received(world, 1)

    with pytest.raises(ValidationError) as refused:
        transfer_members(
            {letter.member_id: 1, stay.member_id: 1},
            workplace=world.other_workplace,
            on=DAY,
            by=world.workplace_user,
        )

    assert len(sentences(refused)) == 1
    assert letter.member.full_name in sentences(refused)[0]
    assert Member.objects.get(pk=stay.member_id).workplace == world.workplace


def test_transfer_when_somebody_was_quicker_gives_one_sentence(world):
    (stay,) = received(world, 1)
    asked = {"workplace": world.other_workplace, "on": DAY, "by": world.workplace_user}
    transfer_members({stay.member_id: 1}, **asked)

    with pytest.raises(ValidationError, match="vừa có người khác sửa"):
        transfer_members({stay.member_id: 1}, **asked)


# As many statements for many as for few


def _receive(world, number):
    asked = [
        Line(letter.pk, letter.version, cell=world.cell, number=str(position))
        for position, letter in enumerate(letters(world, number))
    ]
    return lambda: receive_letters(asked, on=DAY, by=world.ward_user)


def _return(world, number):
    asked = lines(letters(world, number))
    return lambda: return_letters(asked, reason="x", by=world.ward_user)


def _assign(world, number):
    asked = lines(received(world, number))
    return lambda: assign_cells(
        asked, cell=world.sister_cell, on=DAY, by=world.ward_user
    )


def _end(world, number):
    asked = lines(received(world, number))
    return lambda: end_stays(asked, on=DAY, reason="retired", by=world.ward_user)


def _transfer(world, number):
    versions = {stay.member_id: 1 for stay in received(world, number)}
    return lambda: transfer_members(
        versions, workplace=world.other_workplace, on=DAY, by=world.workplace_user
    )


@pytest.mark.parametrize("step", [_receive, _return, _assign, _end, _transfer])
def test_step_when_more_take_it_asks_no_more(world, step):
    few, many = step(world, 2), step(world, 25)
    for user in (world.ward_user, world.workplace_user):
        assert user.posts  # read once a request

    asked = [statements_of(few), statements_of(many)]

    assert asked[0] == asked[1]


def test_five_hundred_letters_when_received_are_one_step(world):
    members = [
        Member(full_name=f"Nguyễn Văn Mẫu {number}", workplace=world.workplace)
        for number in range(500)
    ]
    for member in members:
        member.set_keys()
    Member.objects.bulk_create(members)
    made = Registration.objects.bulk_create(
        Registration(
            member=member,
            workplace=world.workplace,
            ward=world.ward,
            state=State.SENT,
            sent_on=DAY,
        )
        for member in members
    )
    told = []

    receive_letters(
        lines(made, cell=world.cell),
        on=DAY,
        by=world.ward_user,
        tell=lambda text, share: told.append(share),
    )

    assert Placement.objects.filter(cell=world.cell, valid_from=DAY).count() == 500
    assert told == sorted(told)
    assert told[-1] == 100


def test_stays_when_ended_together_keep_the_ward_they_moved_to(world):
    stays = received(world, 2)

    end_stays(
        lines(stays),
        on=DAY,
        reason="moved_away",
        moved_to=world.sister_ward,
        by=world.ward_user,
    )

    ended = Registration.objects.filter(pk__in=[stay.pk for stay in stays])
    assert set(ended.values_list("state", "moved_to")) == {
        ("ended", world.sister_ward.pk)
    }


def test_stays_when_ended_together_for_the_ward_where_they_are_write_nothing(world):
    stays = received(world, 2)

    with pytest.raises(ValidationError) as refused:
        end_stays(
            lines(stays),
            on=DAY,
            reason="moved_away",
            moved_to=world.ward,
            by=world.ward_user,
        )

    assert [("chọn nơi cư trú mới khác" in one) for one in sentences(refused)] == [
        True
    ] * 2
    assert Registration.objects.get(pk=stays[0].pk).state == State.RECEIVED


def test_new_ward_of_many_when_the_reason_is_another_is_refused(world):
    stays = received(world, 1)

    with pytest.raises(ValidationError) as refused:
        end_stays(
            lines(stays),
            on=DAY,
            reason="not_dwelling",
            moved_to=world.sister_ward,
            by=world.ward_user,
        )

    assert list(refused.value.error_dict) == ["moved_to"]
