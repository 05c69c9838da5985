"""manage.py check_tree: every rule broken once, found, mended where it can be."""

from contextlib import suppress
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from members.models import (
    Committee,
    CommitteePeriod,
    Kind,
    Member,
    Placement,
    Registration,
)
from members.queries.tree_check import check_tree
from members.queries.tree_snapshot import Rule
from party76.audit.models import AuditEvent
from tests.factories.members import make_committee, make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db

DAY, LATER = date(2020, 1, 1), date(2022, 1, 1)


@pytest.fixture
def world():
    return make_world()


def set_unit(unit, **values):
    Committee.objects.filter(pk=unit.pk).update(**values)


def set_periods(unit, **values):
    CommitteePeriod.objects.filter(committee=unit).update(**values)


def set_stay(stay, **values):
    Registration.objects.filter(pk=stay.pk).update(**values)


def set_places(stay, **values):
    Placement.objects.filter(registration=stay).update(**values)


def close(unit, *, on=DAY, heir=None):
    """End a unit as a reform does, its people and paths left out."""
    set_unit(unit, valid_to=on, heir=heir)
    set_periods(unit, valid_to=on)


def add_period(unit, **values):
    last = unit.periods.latest("valid_from")
    last.pk = None
    for name, value in values.items():
        setattr(last, name, value)
    last.save()


def divide(world, first_end, second):
    """The received stay in two cells one after the other."""
    set_places(world.registration, valid_to=first_end)
    Placement.objects.create(
        registration=world.registration,
        ward=world.ward,
        cell=world.cell,
        workplace=world.workplace,
        sector=world.workplace.sector,
        valid_from=second,
        cause="cell_changed",
    )


def letter(world, ward):
    Registration.objects.create(
        member=make_member(world.workplace),
        workplace=world.workplace,
        ward=ward,
        state="sent",
    )


def break_path_of_a_cell(world):
    set_unit(world.cell, path="00990001")


def break_path_of_a_ward(world):
    set_unit(world.past_ward, path=f"{world.sister_ward.path}0007")


def break_path_of_a_successor(world):
    close(world.past_ward, heir=world.sister_ward)


def break_copied_name(world):
    set_unit(world.cell, name="Chi bộ Khác", **keys_of("Chi bộ Khác"))


def keys_of(name):
    unit = Committee(name=name)
    unit.set_keys()
    return {"sort_key": unit.sort_key, "search_key": unit.search_key}


def break_copied_parent(world):
    set_unit(world.cell, parent=world.sister_ward)


def break_copied_flag(world):
    set_unit(world.workplace, outside_city=True, sector="other", kind=Kind.DIVISION)


def break_first_day(world):
    set_unit(world.sister_cell, valid_from=None)


def break_last_day(world):
    close(world.past_ward, heir=world.ward)
    set_unit(world.past_ward, valid_to=LATER, path=f"{world.ward.path}0009")


def break_last_period(world):
    close(world.past_ward, heir=world.ward)
    set_unit(world.past_ward, path=f"{world.ward.path}0009")
    set_periods(world.past_ward, valid_to=None)


def leave_a_gap(world):
    set_periods(world.sister_cell, valid_to=DAY)
    add_period(world.sister_cell, valid_from=LATER, valid_to=None)


def let_periods_overlap(world):
    set_periods(world.sister_cell, valid_to=LATER)
    add_period(world.sister_cell, valid_from=DAY, valid_to=None)


def break_keys(world):
    set_unit(world.cell, sort_key="1", search_key="x")


def chain_heirs(world):
    close(world.past_ward, on=DAY, heir=world.sister_ward)
    close(world.sister_ward, on=LATER, heir=world.ward)


def chain_to_nobody(world):
    close(world.past_ward, on=DAY, heir=world.sister_ward)
    close(world.sister_ward, on=LATER)


def begin_place_late(world):
    set_places(world.registration, valid_from=LATER)


def end_place_of_a_received_stay(world):
    set_places(world.registration, valid_to=LATER)


def end_place_late(world):
    ended = Registration.objects.get(state="ended")
    set_places(ended, valid_to=LATER)


def leave_places_apart(world):
    divide(world, DAY, LATER)


def let_places_overlap(world):
    divide(world, LATER, DAY)


def break_copied_cell(world):
    set_stay(world.registration, cell=world.sister_cell)


def break_copied_workplace(world):
    set_stay(world.registration, workplace=world.other_workplace, ward=world.past_ward)


def send_letter_to_a_closed_ward(world):
    close(world.sister_ward, heir=world.past_ward)
    set_unit(world.sister_ward, path=f"{world.past_ward.path}0001")
    letter(world, world.sister_ward)


def let_somebody_work_in_a_closed_unit(world):
    make_member(world.other_workplace)
    close(world.other_workplace, heir=world.workplace)
    set_unit(world.other_workplace, path=f"{world.workplace.path}0001")


MENDED = {
    break_path_of_a_cell: Rule.PATHS,
    break_path_of_a_ward: Rule.PATHS,
    break_path_of_a_successor: Rule.PATHS,
    break_copied_name: Rule.PERIODS,
    break_copied_parent: Rule.PERIODS,
    break_copied_flag: Rule.PERIODS,
    break_first_day: Rule.PERIODS,
    break_last_day: Rule.PERIODS,
    break_last_period: Rule.PERIODS,
    leave_a_gap: Rule.PERIODS,
    let_periods_overlap: Rule.PERIODS,
    break_keys: Rule.KEYS,
    chain_heirs: Rule.HEIRS,
    chain_to_nobody: Rule.HEIRS,
    begin_place_late: Rule.PLACEMENTS,
    end_place_of_a_received_stay: Rule.PLACEMENTS,
    end_place_late: Rule.PLACEMENTS,
    leave_places_apart: Rule.PLACEMENTS,
    let_places_overlap: Rule.PLACEMENTS,
    break_copied_cell: Rule.COPIES,
    break_copied_workplace: Rule.COPIES,
    send_letter_to_a_closed_ward: Rule.LETTERS,
    let_somebody_work_in_a_closed_unit: Rule.WORKPLACES,
}


def lose_all_periods(world):
    CommitteePeriod.objects.filter(committee=world.sister_cell).delete()


def end_the_period_of_an_open_unit(world):
    set_periods(world.sister_cell, valid_to=DAY)


def turn_in_a_ring(world):
    for unit, parent in ((world.ward, world.past_ward), (world.past_ward, world.ward)):
        set_unit(unit, parent=parent)
        set_periods(unit, parent=parent)


def stand_below_a_closed_unit(world):
    set_unit(world.past_ward, valid_to=date(2015, 1, 1))
    set_periods(world.past_ward, valid_to=date(2015, 1, 1))
    make_committee(world.past_ward, kind=Kind.CELL)


def inherit_in_a_ring(world):
    close(world.past_ward, heir=world.sister_ward)
    close(world.sister_ward, heir=world.past_ward)


def live_in_a_closed_ward(world):
    make_registration(make_member(world.workplace), world.sister_ward)
    close(world.sister_ward)


def live_in_a_cell_of_another_ward(world):
    make_registration(make_member(world.workplace), world.sister_ward, cell=world.cell)


def be_received_nowhere(world):
    Placement.objects.filter(registration=world.registration).delete()


def be_placed_before_the_receipt(world):
    set_stay(world.registration, state="returned")


def send_letter_to_nobody(world):
    letter(world, world.past_ward)
    set_unit(world.past_ward, valid_to=DAY)
    set_periods(world.past_ward, valid_to=DAY)


TOLD = {
    lose_all_periods: Rule.PERIODS,
    end_the_period_of_an_open_unit: Rule.PERIODS,
    turn_in_a_ring: Rule.PARENTS,
    stand_below_a_closed_unit: Rule.PARENTS,
    inherit_in_a_ring: Rule.HEIRS,
    live_in_a_closed_ward: Rule.PLACEMENTS,
    live_in_a_cell_of_another_ward: Rule.PLACEMENTS,
    be_received_nowhere: Rule.PLACEMENTS,
    be_placed_before_the_receipt: Rule.PLACEMENTS,
    send_letter_to_nobody: Rule.LETTERS,
}


def repair(capsys) -> str:
    with suppress(SystemExit):
        call_command("check_tree", repair=True)
    return capsys.readouterr().out


def test_world_of_the_tests_is_in_order(world, capsys):
    call_command("check_tree")

    assert capsys.readouterr().out == "Cây tổ chức và nơi sinh hoạt đều đúng.\n"


@pytest.mark.parametrize("harm", MENDED, ids=lambda harm: harm.__name__)
def test_breach_that_can_be_mended_is_found_mended_and_gone(harm, world, capsys):
    harm(world)
    found = [finding.rule for finding in check_tree() if finding.mends]

    told = repair(capsys)

    assert MENDED[harm] in found
    assert f"Đã sửa. {MENDED[harm]}: " in told
    assert check_tree() == []
    assert AuditEvent.objects.filter(object_type="tree").count() == 1


@pytest.mark.parametrize("harm", TOLD, ids=lambda harm: harm.__name__)
def test_breach_that_asks_for_a_person_is_told_and_stays(harm, world, capsys):
    harm(world)

    told = repair(capsys)

    assert f"{TOLD[harm]}: " in told
    assert "cần người có thẩm quyền quyết định" in told
    left = [finding.rule for finding in check_tree() if not finding.mends]
    assert TOLD[harm] in left


def test_scopes_by_paths_that_differ_from_scopes_by_parents_are_told(world):
    set_unit(world.cell, path=f"{world.sister_ward.path}0001")

    told = {finding.subject for finding in check_tree() if finding.rule == Rule.SCOPES}

    assert told == {
        "NK – Đảng ủy phường Ninh Kiều",
        "CK – Đảng ủy phường Cái Khế",
    }


def test_place_of_no_day_may_lie_outside_its_unit(world):
    divide(world, date(2012, 1, 1), date(2012, 1, 1))

    assert check_tree() == []


def test_who_has_left_or_died_may_have_worked_in_a_unit_that_ended(world):
    for status in (Member.Status.LEFT, Member.Status.DEAD):
        make_member(world.other_workplace, status=status)
    close(world.other_workplace)

    assert check_tree() == []


@pytest.mark.parametrize(
    "harm",
    [
        lambda world: set_unit(world.ward, heir=world.sister_ward),
        lambda world: set_unit(world.ward, path=world.sister_ward.path),
        lambda world: set_unit(world.ward, parent=F("pk")),
        lambda world: add_period(world.ward, valid_from=DAY),
        lambda world: set_places(world.registration, valid_to=date(2011, 1, 1)),
    ],
    ids=["open unit with heir", "path twice", "own parent", "two open periods", "end"],
)
def test_breach_that_the_database_forbids_cannot_be_made(harm, world):
    with pytest.raises(IntegrityError), transaction.atomic():
        harm(world)


def test_findings_name_units_and_no_person(world, capsys):
    set_stay(world.registration, cell=world.sister_cell)
    set_unit(world.cell, path="00990001")

    with pytest.raises(SystemExit) as ended:
        call_command("check_tree")

    told = capsys.readouterr().out
    assert ended.value.code == 3
    assert f"Hồ sơ số {world.registration.pk}: " in told
    assert "NK1 – Chi bộ Khu vực 1" in told
    assert world.member.full_name not in told
    assert told.endswith("điểm tự sửa được bằng --repair.\n")


def test_check_without_repair_writes_nothing(world):
    set_unit(world.cell, path="00990001")

    with pytest.raises(SystemExit):
        call_command("check_tree")

    assert Committee.objects.get(pk=world.cell.pk).path == "00990001"
    assert not AuditEvent.objects.exists()


def test_repair_is_recorded_for_the_account_named(world):
    set_unit(world.cell, path="00990001")

    call_command("check_tree", repair=True, by="btc")

    event = AuditEvent.objects.get(object_type="tree")
    assert (event.actor_name, event.count) == ("btc", 1)
    assert event.facts == {"mended": {Rule.PATHS: 1}, "remaining": 0}


def test_repair_for_an_unknown_account_is_refused(world):
    with pytest.raises(CommandError, match="Không có tài khoản"):
        call_command("check_tree", repair=True, by="ai-do")


@pytest.mark.parametrize("more", [0, 5])
def test_check_asks_five_questions_whatever_the_size(world, more):
    for _ in range(more):
        cell = make_committee(world.ward, kind=Kind.CELL)
        make_registration(make_member(world.workplace), world.ward, cell=cell)

    with CaptureQueriesContext(connection) as queries:
        check_tree()

    assert len(queries) == 5
