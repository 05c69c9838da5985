from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from evaluations.models import Evaluation, EvaluationStep, RatingYear, Sheet
from evaluations.services.years import (
    close_rating_year,
    open_rating_year,
    refresh_rating_year,
    reopen_rating_year,
)
from members.models import Member
from members.models.registrations import EndReason
from party76.audit.models import AuditEvent
from tests.engines import with_tree_lock
from tests.factories.evaluations import (
    YEAR_2013,
    make_decision,
    make_rating_year,
    make_rule_set,
)
from tests.factories.members import (
    make_exemption,
    make_member,
    make_placement,
    make_registration,
)
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
REFERENCE = date(2013, 12, 1)


@pytest.fixture
def world():
    return make_world()


def open_year(world):
    return make_rating_year(
        world.city, by=world.department_user, reference_day=REFERENCE
    )


def stay(world, **fields):
    member = fields.pop("member", None) or make_member(world.workplace)
    fields.setdefault("cell", world.cell)
    return make_registration(member, fields.pop("ward", world.ward), **fields)


def row_of(registration):
    return Evaluation.objects.current().get(registration=registration)


def test_open_year_copies_place_and_workplace_of_the_reference_day(world):
    year = open_year(world)

    row = row_of(world.registration)
    assert (row.rating_year, row.ward, row.cell) == (year, world.ward, world.cell)
    assert (row.workplace, row.sector) == (world.workplace, world.workplace.sector)
    assert (row.on_roll, row.outside_city) == (True, False)
    assert (row.outcome, row.state) == ("undecided", "draft")
    assert row.sheet.cell == world.cell


def test_open_year_takes_the_placement_in_force_on_the_reference_day(world):
    registration = world.registration
    registration.placements.update(valid_to=date(2013, 6, 1))
    make_placement(
        registration,
        cell=world.sister_cell,
        workplace=world.outside_workplace,
        valid_from=date(2013, 6, 1),
        valid_to=date(2013, 12, 15),
    )
    make_placement(registration, valid_from=date(2013, 12, 15))

    open_year(world)

    row = row_of(registration)
    assert (row.cell, row.workplace) == (world.sister_cell, world.outside_workplace)
    assert row.outside_city is True


def test_open_year_takes_the_last_day_of_a_stay_that_ended_before(world):
    gone = stay(world, ended_on=date(2013, 6, 1))
    gone.placements.update(valid_to=date(2013, 5, 1))
    make_placement(
        gone,
        cell=world.sister_cell,
        valid_from=date(2013, 5, 1),
        valid_to=date(2013, 6, 1),
    )

    open_year(world)

    row = row_of(gone)
    assert (row.cell, row.on_roll, row.outcome) == (
        world.sister_cell,
        False,
        "undecided",
    )


@pytest.mark.parametrize(
    ("received_on", "ended_on", "touches"),
    [
        (date(2012, 1, 1), None, True),
        (date(2012, 1, 1), date(2013, 1, 1), False),
        (date(2012, 1, 1), date(2013, 1, 2), True),
        (date(2013, 12, 31), None, True),
        (date(2014, 1, 1), None, False),
        (date(2013, 5, 1), date(2013, 5, 1), False),
    ],
)
def test_open_year_makes_a_row_when_the_stay_touched_the_period(
    world, received_on, ended_on, touches
):
    registration = stay(world, received_on=received_on, ended_on=ended_on)

    open_year(world)

    rows = Evaluation.objects.filter(registration=registration)
    assert rows.exists() is touches


@pytest.mark.parametrize(
    ("received_on", "ended_on", "on_roll"),
    [
        (REFERENCE, None, True),
        (REFERENCE + timedelta(days=1), None, False),
        (date(2012, 1, 1), REFERENCE, False),
        (date(2012, 1, 1), REFERENCE + timedelta(days=1), True),
    ],
)
def test_open_year_counts_as_on_roll_whoever_was_received_on_the_day(
    world, received_on, ended_on, on_roll
):
    registration = stay(world, received_on=received_on, ended_on=ended_on)

    open_year(world)

    assert row_of(registration).on_roll is on_roll


def test_open_year_leaves_out_a_letter_that_was_never_received(world):
    registration = stay(world)
    registration.state = "letter_asked"
    registration.save()

    open_year(world)

    assert not Evaluation.objects.filter(registration=registration).exists()


def test_open_year_marks_the_exempt_of_that_day_alone(world):
    exempt, once_exempt = stay(world), stay(world)
    make_exemption(exempt, valid_from=REFERENCE)
    make_exemption(once_exempt, valid_to=REFERENCE)

    open_year(world)

    assert row_of(exempt).outcome == "exempt"
    assert row_of(once_exempt).outcome == "undecided"


def test_open_year_leaves_the_comment_to_where_the_member_lives_now(world):
    moved = make_member(world.workplace)
    old = stay(world, member=moved, ended_on=date(2013, 6, 1))
    new = stay(
        world,
        member=moved,
        ward=world.sister_ward,
        cell=None,
        received_on=date(2013, 6, 1),
    )

    open_year(world)

    assert (row_of(old).outcome, row_of(new).outcome) == ("elsewhere", "undecided")
    assert "nơi cư trú mới" in row_of(old).reason


def test_open_year_does_not_ask_for_a_comment_on_the_dead_and_the_expelled(world):
    died = stay(world, ended_on=date(2013, 6, 1), end_reason=EndReason.DIED)
    expelled = stay(world, ended_on=date(2013, 6, 1), end_reason=EndReason.EXPELLED)
    unwritten = stay(world)
    Member.objects.filter(pk=unwritten.member_id).update(status="dead")

    open_year(world)

    assert [
        (row_of(one).outcome, row_of(one).reason) for one in (died, expelled, unwritten)
    ] == [
        ("not_rated", "Từ trần"),
        ("not_rated", "Khai trừ"),
        ("not_rated", "Từ trần"),
    ]


def test_open_year_makes_one_sheet_per_cell_and_one_for_those_without(world):
    stay(world)
    stay(world, cell=None)
    stay(world, cell=None)

    year = open_year(world)

    sheets = Sheet.objects.filter(rating_year=year).for_list()
    assert [(sheet.ward, sheet.cell) for sheet in sheets] == [
        (world.ward, world.cell),
        (world.ward, None),
    ]


def test_open_year_writes_one_audit_event_without_names(world):
    rule_set = make_rule_set(world.city, by=world.department_user)
    before = AuditEvent.objects.count()

    open_rating_year(
        world.city,
        rule_set=rule_set,
        year=2013,
        period=YEAR_2013,
        reference_day=REFERENCE,
        by=world.department_user,
    )

    assert AuditEvent.objects.count() == before + 1
    event = AuditEvent.objects.first()
    assert (event.object_type, event.count) == ("ratingyear", 1)


@pytest.mark.parametrize("stays", [1, 3])
def test_open_year_takes_the_same_queries_for_any_number_of_stays(
    world, stays, django_assert_num_queries
):
    for _ in range(stays - 1):
        stay(world)
    rule_set = make_rule_set(world.city, by=world.department_user)

    with django_assert_num_queries(with_tree_lock(14)):
        open_rating_year(
            world.city,
            rule_set=rule_set,
            year=2013,
            period=YEAR_2013,
            reference_day=REFERENCE,
            by=world.department_user,
        )


def test_open_year_twice_is_refused(world):
    open_year(world)

    with pytest.raises(ValidationError, match="đã mở đợt nhận xét năm 2013"):
        open_year(world)


def test_open_year_refuses_a_reference_day_outside_the_period(world):
    with pytest.raises(ValidationError, match="nằm trong kỳ"):
        make_rating_year(
            world.city, by=world.department_user, reference_day=date(2014, 1, 1)
        )


def test_open_year_refuses_rules_of_another_time(world):
    with pytest.raises(ValidationError, match="không áp dụng"):
        make_rating_year(
            world.city, by=world.department_user, code="213", period=YEAR_2013
        )


def test_open_year_refuses_rules_of_a_sister_unit(world):
    theirs = make_rule_set(world.sister_ward, by=world.department_user)

    with pytest.raises(ValidationError, match="không áp dụng"):
        open_rating_year(
            world.ward,
            rule_set=theirs,
            year=2013,
            period=YEAR_2013,
            reference_day=REFERENCE,
            by=world.department_user,
        )


def test_open_year_of_a_ward_leaves_out_the_sister_ward(world):
    theirs = stay(world, ward=world.sister_ward, cell=None)

    make_rating_year(world.ward, by=world.department_user, reference_day=REFERENCE)

    assert not Evaluation.objects.filter(registration=theirs).exists()


def test_refresh_year_without_news_changes_nothing(world):
    year = open_year(world)
    before = list(Evaluation.objects.values())

    done = refresh_rating_year(year, by=world.department_user)

    assert (done.added, done.changed, done.removed) == ([], [], [])
    assert list(Evaluation.objects.values()) == before


def test_refresh_year_adds_stays_that_came_later(world):
    year = open_year(world)
    late = stay(world, cell=world.sister_cell)

    done = refresh_rating_year(year, by=world.department_user)

    assert [row.registration_id for row in done.added] == [late.pk]
    assert row_of(late).sheet.cell == world.sister_cell


def test_refresh_year_moves_a_draft_and_keeps_what_was_decided(world):
    year = open_year(world)
    row = row_of(world.registration)
    row.tier = year.rule_set.tiers.first()
    row.outcome = "rated"
    row.save()
    world.registration.placements.update(cell=world.sister_cell)

    refresh_rating_year(year, by=world.department_user)

    row.refresh_from_db()
    assert (row.cell, row.sheet.cell) == (world.sister_cell, world.sister_cell)
    assert (row.outcome, row.tier, row.version) == (
        "rated",
        year.rule_set.tiers.first(),
        2,
    )


def test_refresh_year_leaves_a_proposed_row_where_it_is(world):
    year = open_year(world)
    Evaluation.objects.update(
        outcome="not_rated", reason="Mới tiếp nhận", state="proposed"
    )
    world.registration.placements.update(cell=world.sister_cell)

    refresh_rating_year(year, by=world.department_user)

    assert row_of(world.registration).cell == world.cell


def test_refresh_year_follows_an_exemption_entered_or_withdrawn_later(world):
    year = open_year(world)
    exemption = make_exemption(world.registration)
    refresh_rating_year(year, by=world.department_user)
    assert row_of(world.registration).outcome == "exempt"

    exemption.delete()
    refresh_rating_year(year, by=world.department_user)

    assert row_of(world.registration).outcome == "undecided"


def test_refresh_year_removes_only_undecided_rows_of_stays_outside_the_period(world):
    decided, undecided = stay(world), stay(world)
    year = open_year(world)
    Evaluation.objects.filter(registration=decided).update(
        outcome="not_rated", reason="Đi nước ngoài cả năm"
    )
    for registration in (decided, undecided):
        registration.received_on = date(2014, 2, 1)
        registration.save()

    refresh_rating_year(year, by=world.department_user)

    kept = set(Evaluation.objects.values_list("registration", flat=True))
    assert kept == {world.registration.pk, decided.pk}


def test_refresh_year_of_a_ward_leaves_the_sister_ward_alone(world):
    year = open_year(world)
    theirs = stay(world, ward=world.sister_ward, cell=None)

    refresh_rating_year(year, below=world.ward, by=world.ward_user)

    assert not Evaluation.objects.filter(registration=theirs).exists()


def test_close_year_locks_returned_and_exempt_rows_and_leaves_the_others(world):
    exempt, returned = stay(world), stay(world)
    make_exemption(exempt)
    year = open_year(world)
    Evaluation.objects.filter(registration=returned).update(
        outcome="not_rated", reason="Đi nước ngoài", state="returned"
    )

    close_rating_year(year, decision=make_decision(), by=world.department_user)

    assert (row_of(exempt).state, row_of(returned).state) == ("locked", "locked")
    assert row_of(world.registration).state == "draft"
    steps = EvaluationStep.objects.order_by("evaluation__registration")
    assert [step.evaluation.registration for step in steps] == [exempt, returned]
    assert steps[1].decided_by_name == make_decision().name


def test_closed_year_is_refreshed_and_closed_no_more_until_reopened(world):
    year = open_year(world)
    close_rating_year(year, decision=make_decision(), by=world.department_user)

    for service, arguments in (
        (refresh_rating_year, {}),
        (close_rating_year, {"decision": make_decision()}),
    ):
        with pytest.raises(ValidationError, match="đã khóa"):
            service(year, by=world.department_user, **arguments)

    reopen_rating_year(year, reason="Phường nộp chậm", by=world.department_user)
    assert RatingYear.objects.get().is_open


def test_reopen_year_without_a_reason_is_refused(world):
    year = open_year(world)
    close_rating_year(year, decision=make_decision(), by=world.department_user)

    with pytest.raises(ValidationError, match="lý do"):
        reopen_rating_year(year, reason=" ", by=world.department_user)
