from datetime import date

import pytest

from evaluations.models import Evaluation
from members.models import Placement
from reports.queries import figures
from reports.queries.reconciliation import compare_printed, reconcile
from tests.factories.members import make_placement
from tests.factories.reports import make_city, make_evaluation

pytestmark = pytest.mark.django_db


def move(stay, day, **to):
    """Close the stay's placement on a day and open the next one."""
    stay.placements.filter(valid_to=None).update(valid_to=day)
    for name, unit in to.items():
        setattr(stay, name, unit)
    stay.save()
    make_placement(stay, valid_from=day, cause=Placement.Cause.CELL_CHANGED)


def length(figure, found):
    return figures.rows_behind(figure, found.summary.place, found.summary.year).count()


def test_a_quiet_year_closes():
    place = make_city()
    place.stay(tier=1)

    total = reconcile(place.city, place.year).total

    assert (total.at_start, total.received_in_period, total.ended_in_period) == (
        1,
        0,
        0,
    )
    assert total.is_complete


def test_rated_who_ended_before_the_day_explain_the_excess():
    place = make_city()
    place.stay(tier=1)
    place.stay(tier=1, ended_on=date(2013, 6, 1))

    found = reconcile(place.city, place.year)

    assert found.total.figures.excess == 1
    assert found.total.figures.ended_assessed == 1
    assert found.total.ended_in_period == 1
    assert found.total.is_complete
    assert length(figures.ENDED_ASSESSED, found) == 1


def test_somebody_received_without_a_row_is_named():
    place = make_city()
    stay = place.stay()

    found = reconcile(place.city, place.year)

    rows = figures.rows_behind(figures.WITHOUT_ROW, found.summary.place, place.year)
    assert found.total.without_row == 1
    assert found.total.closes
    assert not found.total.is_complete
    assert [row.registration for row in rows] == [stay]


def test_a_row_at_a_unit_where_nobody_stands_is_named_on_both_sides():
    place = make_city()
    stay = place.stay()
    make_evaluation(stay, place.year, tier=1, ward=place.sister_ward)

    found = reconcile(place.district, place.year)

    by_name = {unit.name: unit for unit in found.units}
    there, here = (
        by_name["Đảng ủy phường An Hội"],
        by_name["Đảng ủy phường Tân An"],
    )
    assert (here.without_row, here.without_place) == (1, 0)
    assert (there.without_row, there.without_place) == (0, 1)
    assert all(unit.closes for unit in found.every_unit)


def test_moves_between_wards_are_inside_for_the_district():
    place = make_city()
    move(place.stay(), date(2013, 5, 1), ward=place.sister_ward)

    found = reconcile(place.district, place.year)

    by_name = {unit.name: unit for unit in found.units}
    assert by_name["Đảng ủy phường Tân An"].moved_out == 1
    assert by_name["Đảng ủy phường An Hội"].moved_in == 1
    assert found.total.moved_inside == 1
    assert (found.total.moved_in, found.total.moved_out) == (0, 0)
    assert all(unit.roll_gap == 0 for unit in found.every_unit)


def test_moves_into_a_ward_open_the_list_of_names():
    place = make_city()
    move(place.stay(), date(2013, 5, 1), ward=place.sister_ward)

    arrived = reconcile(place.sister_ward, place.year)
    left = reconcile(place.ward, place.year)

    assert arrived.total.moved_in == length(figures.MOVED_IN, arrived) == 1
    assert left.total.moved_out == length(figures.MOVED_OUT, left) == 1
    assert arrived.total.roll_gap == left.total.roll_gap == 0


def test_a_change_of_cell_is_no_move_of_the_ward():
    place = make_city()
    move(place.stay(cell=place.cell), date(2013, 5, 1), cell=place.sister_cell)

    found = reconcile(place.ward, place.year)

    assert found.total.moved_in == found.total.moved_out == 0
    assert found.total.moved_inside == 1
    assert [(unit.moved_in, unit.moved_out) for unit in found.units] == [(0, 1), (1, 0)]


def test_two_changes_on_one_day_count_once():
    place = make_city()
    stay = place.stay()
    move(stay, date(2013, 5, 1), ward=place.ward, cell=place.cell)
    move(stay, date(2013, 5, 1), ward=place.sister_ward, cell=None)

    found = reconcile(place.district, place.year)

    assert found.total.moved_inside == 1
    assert all(unit.roll_gap == 0 for unit in found.every_unit)


def test_received_and_ended_in_the_year_stand_in_both_columns():
    place = make_city()
    place.stay(received_on=date(2013, 2, 1), ended_on=date(2013, 10, 1))

    total = reconcile(place.city, place.year).total

    assert (total.at_start, total.figures.received) == (0, 0)
    assert total.received_in_period == total.ended_in_period == 1
    assert total.roll_gap == 0


def test_a_placement_that_begins_after_the_receipt_does_not_close():
    place = make_city()
    stay = place.stay(received_on=date(2013, 2, 1))
    stay.placements.update(valid_from=date(2013, 3, 1))

    total = reconcile(place.city, place.year).total

    assert total.roll_gap == 1
    assert not total.closes


def test_a_placement_that_begins_with_its_unit_closes():
    place = make_city()
    stay = place.stay(received_on=date(2013, 2, 1))
    stay.ward.periods.update(valid_from=date(2013, 3, 1))
    stay.placements.update(valid_from=date(2013, 3, 1))

    total = reconcile(place.city, place.year).total

    assert (total.at_start, total.received_in_period, total.roll_gap) == (0, 1, 0)


def test_a_printed_total_with_two_digits_exchanged_gets_the_hint():
    place = make_city()
    for _ in range(21):
        place.stay(tier=1)
    total = reconcile(place.city, place.year).total

    swapped, other = compare_printed(12, total)[0], compare_printed(20, total)[0]

    assert (swapped.gap, swapped.may_be_swapped) == (9, True)
    assert (other.gap, other.may_be_swapped) == (1, False)


@pytest.mark.parametrize("stays", [1, 3])
def test_reconciliation_asks_ten_questions_however_many_rows(
    stays, django_assert_num_queries
):
    place = make_city()
    for _ in range(stays):
        make_evaluation(place.stay(), place.year, outcome=Evaluation.Outcome.UNDECIDED)

    with django_assert_num_queries(10):
        reconcile(place.city, place.year)
