from datetime import date
from decimal import Decimal

import pytest

from evaluations.models import Evaluation
from members.models import CommitteePeriod, Kind
from reports.queries.summary import Figures, summary
from tests.factories.members import make_committee
from tests.factories.reports import make_city, make_evaluation, make_rating_year

pytestmark = pytest.mark.django_db


def figures_by_name(found):
    return {line.name: line.figures for line in found.lines}


def test_summary_of_a_city_has_a_line_for_each_district_of_that_day():
    place = make_city()
    place.stay(tier=1, cell=place.cell)
    place.stay(tier=2, ward=place.sister_ward, outside=True)

    found = summary(place.city, place.year)

    counted = Figures(
        received=2, outside=1, rated=2, rows_on_roll=2, tiers=(1, 1, 0, 0)
    )
    assert figures_by_name(found) == {"Quận ủy Ninh Kiều": counted}
    assert found.total.figures == counted


def test_summary_after_the_districts_were_dissolved_keeps_the_tree_of_the_day():
    place = make_city()
    place.stay(tier=1)
    reform = date(2025, 7, 1)
    place.district.periods.update(valid_to=reform)
    for ward in (place.ward, place.sister_ward):
        ward.periods.update(valid_to=reform)
        CommitteePeriod.objects.create(
            committee=ward,
            code=ward.code,
            name=f"{ward.name} mới",
            kind=ward.kind,
            sector=ward.sector,
            parent=place.city,
            valid_from=reform,
        )

    then = summary(place.city, place.year)
    today = summary(place.city, place.year, structure_day=date(2026, 1, 1))

    assert [line.name for line in then.lines] == ["Quận ủy Ninh Kiều"]
    assert [line.name for line in today.lines] == [
        "Đảng ủy phường An Hội mới",
        "Đảng ủy phường Tân An mới",
    ]
    assert then.total.figures == today.total.figures


def test_summary_of_a_ward_counts_members_without_cell_on_a_line_of_their_own():
    place = make_city()
    place.stay(tier=1, cell=place.cell)
    place.stay(tier=1)

    found = summary(place.ward, place.year)

    assert [(line.name, line.figures.received) for line in found.lines] == [
        ("Chi bộ Khu vực 1", 1),
        ("Chi bộ Khu vực 2", 0),
        ("Chưa phân chi bộ", 1),
    ]
    assert found.total.figures.received == 2


def test_summary_of_a_cell_counts_its_own_people_only():
    place = make_city()
    place.stay(tier=1, cell=place.cell)
    place.stay(tier=1, cell=place.sister_cell)

    found = summary(place.cell, place.year)

    assert found.lines == ()
    assert found.total.figures.received == found.total.figures.rated == 1


@pytest.mark.parametrize(
    ("outcome", "column"),
    [
        (Evaluation.Outcome.NOT_RATED, "not_rated"),
        (Evaluation.Outcome.EXEMPT, "exempt"),
        (Evaluation.Outcome.ELSEWHERE, "elsewhere"),
        (Evaluation.Outcome.UNDECIDED, "undecided"),
        (Evaluation.Outcome.COMMENTED, "commented"),
    ],
)
def test_summary_puts_each_outcome_in_its_column(outcome, column):
    place = make_city()
    make_evaluation(place.stay(), place.year, outcome=outcome, reason="Đi học xa")

    counted = summary(place.city, place.year).total.figures

    expected = {"received": 1, "rows_on_roll": 1, column: 1}
    assert counted == Figures(**expected, tiers=(0, 0, 0, 0))


def test_summary_counts_rated_who_ended_before_the_day_beside_the_received():
    place = make_city()
    place.stay(tier=1, ended_on=date(2013, 12, 1))
    ended_unrated = place.stay(ended_on=date(2013, 11, 1))
    make_evaluation(
        ended_unrated,
        place.year,
        outcome=Evaluation.Outcome.NOT_RATED,
        reason="Từ trần",
    )
    place.stay(tier=1)

    counted = summary(place.city, place.year).total.figures

    assert counted == Figures(
        received=1,
        rated=2,
        rows_on_roll=1,
        ended_assessed=1,
        ended_otherwise=1,
        tiers=(2, 0, 0, 0),
    )
    assert counted.excess == 1


def test_summary_leaves_out_replaced_rows_and_other_years():
    place = make_city()
    stay = place.stay(tier=1)
    Evaluation.objects.update(is_current=False)
    make_evaluation(stay, place.year, tier=2)
    make_evaluation(stay, make_rating_year(place.city, year=2012), tier=4)

    counted = summary(place.city, place.year).total.figures

    assert counted.tiers == (0, 1, 0, 0)


def test_received_follows_the_placement_of_the_reference_day():
    place = make_city()
    place.stay(received_on=date(2014, 1, 1))
    place.stay(received_on=date(2013, 12, 31))
    place.stay(ended_on=date(2013, 12, 31))

    assert summary(place.city, place.year).total.figures.received == 1


def test_shares_are_of_the_rated_and_close_to_a_hundred():
    place = make_city()
    for tier in (1, 1, 1, 1, 2, 3):
        place.stay(tier=tier)
    place.stay()

    total = summary(place.city, place.year).total

    assert total.shares == (
        Decimal("66.66"),
        Decimal("16.67"),
        Decimal("16.67"),
        Decimal("0.00"),
    )


def test_shares_of_nobody_are_none():
    place = make_city()

    assert summary(place.city, place.year).total.shares == (None,) * 4


def test_rows_of_a_unit_missing_from_the_tree_stay_in_the_total():
    place = make_city()
    place.stay(tier=1)
    late = make_committee(place.city, name="Xã mới", valid_from=date(2020, 1, 1))
    place.stay(tier=1, ward=late)

    found = summary(place.city, place.year)

    assert [line.name for line in found.lines] == [
        "Quận ủy Ninh Kiều",
        "Đơn vị không có trong cơ cấu của ngày 31/12/2013",
    ]
    assert found.total.figures.rated == 2


def test_workplaces_have_no_line():
    place = make_city()

    names = [line.name for line in summary(place.city, place.year).lines]

    assert "Sở Y tế" not in names


@pytest.mark.parametrize("wards", [1, 3])
def test_summary_asks_four_questions_however_many_units(
    wards, django_assert_num_queries
):
    place = make_city()
    for number in range(wards):
        ward = make_committee(place.district, name=f"Phường {number}")
        place.stay(tier=1, ward=ward)

    with django_assert_num_queries(4):
        summary(place.district, place.year)


def test_summary_of_a_ward_that_is_something_else_today_has_its_cells():
    place = make_city()
    place.stay(tier=1, cell=place.cell)
    place.stay(tier=1, ward=place.sister_ward)
    place.ward.kind = Kind.DISTRICT
    place.ward.save()

    found = summary(place.ward, place.year)

    assert [(line.name, line.figures.received) for line in found.lines] == [
        ("Chi bộ Khu vực 1", 1),
        ("Chi bộ Khu vực 2", 0),
    ]
    assert found.total.figures.received == 1
