"""What somebody else did a moment ago is told in a sentence, and nothing is written."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from members.models import Exemption, Member, Operation, Registration, Role
from members.services.corrections import ask_correction
from members.services.deaths import report_death, undo_death
from members.services.dwelling import report_not_dwelling
from members.services.exemptions import add_exemption
from members.services.letter_batches import send_letters
from members.services.letters import (
    ask_for_letter,
    draft_letter,
    introduce,
    send_letter,
)
from members.services.reorganisations.plan import ReformPlan, Step
from members.services.stay_batches import Line, end_stays, receive_letters
from members.services.stays import end_registration
from members.services.workplaces import change_workplace
from tests.factories.members import make_member, make_post, make_registration
from tests.factories.merges import everything, make_twins
from tests.factories.reforms import reform
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
DAY = date(2025, 6, 1)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def newcomer(world):
    return make_member(world.workplace, full_name="Trần Văn An")


def read(thing):
    """As another request reads it at this moment."""
    return type(thing).objects.get(pk=thing.pk)


def ask(member, ward, *, by):
    return ask_for_letter(read(member), ward=ward, on=DAY, by=by)


def line(stay) -> Line:
    return Line(stay.pk, stay.version)


def end(stay, *, by, reason="moved_away"):
    return end_registration(
        read(stay), on=DAY, reason=reason, version=stay.version, by=by
    )


def require_refused(sentence, act, *arguments, **options):
    before = everything()
    with pytest.raises(ValidationError, match=sentence):
        act(*arguments, **options)
    assert everything() == before


def test_report_of_not_dwelling_when_the_stay_just_ended_is_refused(world):
    stay = read(world.registration)
    end(stay, by=world.ward_user)

    require_refused(
        "không còn được theo dõi",
        report_not_dwelling,
        stay,
        reason="Đã đi",
        on=DAY,
        by=world.cell_user,
    )


def test_exemption_when_the_stay_just_ended_is_refused(world):
    stay = read(world.registration)
    end(stay, by=world.ward_user)
    exemption = Exemption(registration=stay, ground="study", valid_from=DAY)

    require_refused("không còn hiệu lực", add_exemption, exemption, by=world.ward_user)


@pytest.mark.parametrize("is_asked", [True, False])
def test_letter_when_the_member_just_went_to_another_workplace_is_refused(
    world, newcomer, is_asked
):
    seen = read(newcomer)
    move(newcomer, world)
    act = ask_for_letter if is_asked else draft_letter
    options = {"on": DAY} if is_asked else {}

    require_refused(
        "vừa chuyển nơi công tác",
        act,
        seen,
        ward=world.ward,
        by=world.workplace_user,
        **options,
    )


def test_correction_when_the_member_just_went_to_another_workplace_is_refused(
    world, newcomer
):
    seen = read(newcomer)
    move(newcomer, world)

    require_refused(
        "vừa có người khác sửa",
        ask_correction,
        seen,
        field="position",
        new_value="Chuyên viên",
        reason="Đổi",
        asked_by_committee=world.ward,
        by=world.ward_user,
    )


def move(member, world) -> None:
    change_workplace(
        read(member),
        workplace=world.other_workplace,
        on=DAY,
        version=member.version,
        by=world.department_user,
    )


def test_letter_that_answers_a_request_when_another_runs_is_refused(world, newcomer):
    asked = ask(newcomer, world.ward, by=world.ward_user)
    draft_letter(newcomer, ward=world.sister_ward, by=world.workplace_user)
    sentence = "một giấy giới thiệu khác"

    require_refused(
        sentence, introduce, newcomer, ward=world.ward, by=world.workplace_user
    )
    require_refused(
        sentence, send_letter, asked, on=DAY, version=1, by=world.workplace_user
    )
    require_refused(
        sentence, send_letters, [line(asked)], on=DAY, by=world.workplace_user
    )


@pytest.mark.parametrize("act", [receive_letters, send_letters])
def test_two_letters_of_one_member_when_chosen_together_are_refused(
    world, newcomer, act
):
    asked = [
        ask(newcomer, ward, by=world.ward_user)
        for ward in (world.ward, world.sister_ward)
    ]

    require_refused(
        "có 2 giấy trong danh sách",
        act,
        [line(one) for one in asked],
        on=DAY,
        by=world.department_user,
    )


def test_end_of_many_when_one_was_never_received_is_refused(world, newcomer):
    letter = draft_letter(newcomer, ward=world.ward, by=world.workplace_user)

    require_refused(
        "Đang soạn giấy giới thiệu",
        end_stays,
        [line(letter), line(world.registration)],
        on=DAY,
        reason="moved_away",
        by=world.ward_user,
    )


@pytest.mark.parametrize("unit", ["ward", "cell", "workplace"])
def test_death_when_a_unit_has_ended_since_is_not_taken_back(world, unit):
    heirs = {
        "ward": world.sister_ward,
        "cell": world.sister_cell,
        "workplace": world.other_workplace,
    }
    make_post(world.department_user, Role.RESIDENCE_WARD, world.ward)
    dead = report_death(read(world.member), on=DAY, version=1, by=world.department_user)
    absorb(world, getattr(world, unit), heirs[unit])

    require_refused(
        "đã được sắp xếp lại",
        undo_death,
        Member.objects.get(pk=dead.pk),
        version=read(dead).version,
        by=world.department_user,
    )
    assert Registration.objects.get(pk=world.registration.pk).state == "ended"


def absorb(world, old, new) -> None:
    plan = ReformPlan(
        on=date(2026, 1, 1),
        heirs={old.pk: new.pk},
        steps=[Step(Operation.ABSORB, old.pk, "", new.pk)],
    )
    reform(world.city, plan, by=world.department_user)


def test_merge_when_the_ward_has_ended_since_is_not_undone(world):
    twins = make_twins(world)
    both = make_registration(twins.own, world.ward)
    merge = twins.merge(on=DAY)
    absorb(world, world.ward, world.sister_ward)

    require_refused("đã được sắp xếp lại sau khi ghép", twins.undo, merge)
    assert {read(one).state for one in (both, twins.stay)} == {"received", "ended"}
