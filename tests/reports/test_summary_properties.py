"""Any small city with any history: the sums close and every list is as long as told."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from evaluations.models import Evaluation
from members.models import Placement
from reports.exports import summary_file
from reports.queries import figures
from reports.queries.columns import columns_of
from reports.queries.reconciliation import reconcile
from reports.queries.summary import summary
from tests.factories.members import make_placement
from tests.factories.reports import make_city, make_evaluation

FIRST = date(2012, 6, 1)
HOMES = ["none", "cell", "sister_cell", "sister_ward"]
OUTCOMES = [None, "rated", "commented", "not_rated", "exempt", "elsewhere", "undecided"]

days = st.integers(0, 900).map(lambda number: FIRST + timedelta(days=number))


@st.composite
def histories(draw):
    """(home and day of each stop, in order; last day or None; outcome; row elsewhere)."""
    stops = draw(
        st.lists(st.tuples(days, st.sampled_from(HOMES)), min_size=1, max_size=3)
    )
    stops.sort(key=lambda stop: stop[0])
    ended = draw(st.none() | st.integers(0, 400))
    return (
        stops,
        None if ended is None else stops[-1][0] + timedelta(days=ended),
        draw(st.sampled_from(OUTCOMES)),
        draw(st.integers(0, 9)) == 0,
        draw(st.booleans()),
    )


def home_of(place, name):
    if name == "sister_ward":
        return place.sister_ward, None
    return place.ward, None if name == "none" else getattr(place, name)


def live(place, history):
    """One stay that went from stop to stop, with its row of the year."""
    stops, ended_on, outcome, strays, outside = history
    ward, cell = home_of(place, stops[0][1])
    stay = place.stay(
        ward=ward,
        cell=cell,
        received_on=stops[0][0],
        ended_on=ended_on,
        outside=outside,
    )
    stay.placements.all().delete()
    ends = [day for day, _ in stops[1:]] + [ended_on]
    for (day, name), end in zip(stops, ends, strict=True):
        ward, cell = home_of(place, name)
        make_placement(stay, valid_from=day, valid_to=end, ward=ward, cell=cell)
    add_row(place, stay, outcome, strays)


def add_row(place, stay, outcome, strays):
    """Where the stay stood on the reference day, or last; or, by mistake, elsewhere."""
    if outcome is None:
        return
    then = Placement.objects.filter(
        registration=stay, valid_from__lte=place.year.reference_day
    )
    last = then.order_by("-valid_from", "-pk").first()
    if last is None:
        return
    stands = Placement.objects.on(place.year.reference_day).filter(registration=stay)
    ward, cell = (place.sister_ward, None) if strays else (last.ward, last.cell)
    make_evaluation(
        stay,
        place.year,
        tier=1 + stay.pk % 4 if outcome == Evaluation.Outcome.RATED else None,
        on_roll=stands.exists(),
        ward=ward,
        cell=cell,
        **({} if outcome == "rated" else {"outcome": outcome, "reason": "Có lý do"}),
    )


@pytest.mark.django_db
class SummaryProperties(TestCase):
    @settings(
        max_examples=25,
        deadline=None,
        report_multiple_bugs=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(people=st.lists(histories(), max_size=6))
    def test_any_history_adds_up_and_opens_lists_of_its_numbers(self, people):
        place = make_city()
        for history in people:
            live(place, history)

        for unit in (place.city, place.district, place.ward, place.cell):
            found = reconcile(unit, place.year)
            self.check_children(found)
            self.check_closing(found)
            self.check_lists(found)
            self.check_file(found.summary)

    def check_children(self, found):
        lines = found.summary.lines
        if not lines:
            return
        total = lines[0].figures
        for line in lines[1:]:
            total += line.figures
        assert total == found.summary.total.figures
        inside = found.total.moved_inside
        assert sum(unit.moved_in for unit in found.units) == (
            found.total.moved_in + inside
        )
        assert sum(unit.moved_out for unit in found.units) == (
            found.total.moved_out + inside
        )

    def check_closing(self, found):
        for unit in found.every_unit:
            assert (unit.roll_gap, unit.assessed_gap) == (0, 0), unit

    def check_lists(self, found):
        place, year, total = found.summary.place, found.summary.year, found.total
        counted = total.figures
        numbers = {
            figures.RECEIVED: counted.received,
            figures.OUTSIDE: counted.outside,
            figures.ASSESSED: counted.assessed,
            figures.COMMENTED: counted.commented,
            figures.NOT_RATED: counted.not_rated,
            figures.EXEMPT: counted.exempt,
            figures.ELSEWHERE: counted.elsewhere,
            figures.UNDECIDED: counted.undecided,
            figures.ENDED_ASSESSED: counted.ended_assessed,
            figures.ENDED_OTHERWISE: counted.ended_otherwise,
            figures.WITHOUT_ROW: total.without_row,
            figures.WITHOUT_PLACE: total.without_place,
            figures.AT_START: total.at_start,
            figures.RECEIVED_IN_PERIOD: total.received_in_period,
            figures.ENDED_IN_PERIOD: total.ended_in_period,
            figures.MOVED_IN: total.moved_in,
            figures.MOVED_OUT: total.moved_out,
        }
        for tier, number in zip(found.summary.tiers, counted.tiers, strict=True):
            numbers[figures.tier_figure(tier.position, tier.name)] = number
        for figure, number in numbers.items():
            rows = figures.rows_behind(figure, place, year)
            assert rows.count() == number, figure

    def check_file(self, found):
        assert found == summary(found.unit, found.year)
        sheet = load_workbook(BytesIO(summary_file(found, by=None))).active
        last = 11 + len(found.lines)
        printed = next(sheet.iter_rows(min_row=last, max_row=last, values_only=True))
        shown = [column.value(found.total) for column in columns_of(found)]
        assert printed[1] == "Tổng cộng"
        assert list(printed[2:]) == [
            cell
            if isinstance(cell, int)
            else ("–" if cell is None else float(cell) / 100)
            for cell in shown
        ]
