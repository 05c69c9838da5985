"""Two records parted again: every row as it was, or what stands in the way."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from evaluations.models import Evaluation
from members.models import (
    Member,
    MemberMerge,
    MergeJournal,
    Registration,
)
from members.services.corrections import ask_correction
from members.services.letters import introduce
from members.services.merges.steps import undo_merge
from members.services.persons import edit_identity
from members.services.stays import assign_cell, receive_registration
from residence.models import Attendance
from tests.factories.members import (
    make_member,
)
from tests.factories.merges import BORN, DAY, agree, everything, make_twins, propose
from tests.factories.reports import make_evaluation, make_rating_year
from tests.factories.residence import make_attendance, make_meeting
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


def test_parting_restores_every_row(world):
    twins = make_twins(
        world,
        cell=world.cell,
        own={"card_number": None, "phone": "0900000001"},
        written={"card_number": "11.77", "address": "12 Nguyễn Trãi"},
    )
    twins.letter(Stay.SENT, sent_on=DAY)
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
        ("workplace", "Nơi công tác của hồ sơ ghép vào đã kết thúc hoạt động"),
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
    # A workplace may be a part of the armed forces, whose name the ward is not told.
    assert world.outside_workplace.name not in said
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
        agree(merge, by=world.workplace_user)


def test_new_letter_stands_in_the_way_of_one_that_would_run_again(twins, world):
    letter = twins.letter(Stay.SENT, sent_on=DAY)
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


def test_record_of_somebody_who_had_left_when_received_since_is_not_parted(world):
    told = {"full_name": "Trần Thị Hòa", "birth_date": BORN}
    kept = make_member(world.workplace, status="left", **told)
    merge = propose(kept, make_member(world.workplace, **told), by=world.workplace_user)
    kept.refresh_from_db()
    letter = introduce(kept, ward=world.ward, by=world.workplace_user)
    receive_registration(letter, on=DAY, version=letter.version, by=world.ward_user)

    told = refusal(
        lambda: undo_merge(
            merge, note="Nhầm", version=merge.version, by=world.workplace_user
        )
    )

    kept.refresh_from_db()
    assert "Nơi đó kết thúc theo dõi trước khi tách" in told
    assert kept.status == "active"


def test_later_merge_with_a_third_record_parts_by_itself(twins, world):
    first = twins.merge()
    third = make_member(world.workplace, full_name="Trần Thị Hòa", birth_date=BORN)
    second = propose(Member.objects.get(pk=twins.own.pk), third, by=world.ward_user)
    agree(second, by=world.workplace_user)

    twins.undo(second)
    twins.undo(first)

    assert not Member.objects.filter(status="merged").exists()
    assert Registration.objects.get(pk=twins.stay.pk).member == twins.written
