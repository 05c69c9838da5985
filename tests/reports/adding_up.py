"""What must hold of a year's figures for a unit and everything below it."""

from members.models import Committee
from reports.queries import figures
from reports.queries.reconciliation import Reconciliation, reconcile
from reports.queries.summary import summary
from reports.queries.tree import counts_by_cell


def require_adding_up(unit, year, *, structure_day=None) -> Reconciliation:
    """Lines = total, both sums close, lists as long as told, each line = its own page."""
    found = reconcile(unit, year, structure_day=structure_day)
    require_sum_of_lines(found.summary)
    for balance in found.every_unit:
        assert (balance.roll_gap, balance.assessed_gap) == (0, 0), balance
    require_lists(found)
    if structure_day and counts_by_cell(found.summary.place.kind):
        return found  # a cell that went elsewhere is told of there, its ward is not
    for balance in found.units:
        if balance.unit_id is None:
            continue
        day = None if balance.line.is_of_then else structure_day
        below = Committee.objects.get(pk=balance.unit_id)
        own = require_adding_up(below, year, structure_day=day)
        assert own.total.figures == balance.figures, balance.name
    return found


def require_sum_of_lines(found) -> None:
    if found.lines:
        counted = [line.figures for line in found.lines]
        assert sum(counted[1:], start=counted[0]) == found.total.figures


def require_lists(found: Reconciliation) -> None:
    """Every number of the page opens a list of as many people."""
    place, year, total = found.summary.place, found.summary.year, found.total
    counted = total.figures
    numbers = {
        figures.RECEIVED: counted.received,
        figures.ASSESSED: counted.assessed,
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
        assert figures.rows_behind(figure, place, year).count() == number, figure
    for key, line in [(line.key, line.figures) for line in found.summary.lines]:
        if key is None:
            rest = figures.rows_behind(figures.ASSESSED, place, year, rest=True)
            assert rest.count() == line.assessed


def told(unit, year, **structure) -> dict[str, tuple[int, int]]:
    """{line: (received, commented or rated)} of the page of a unit."""
    found = summary(unit, year, **structure)
    return {
        line.full_name: (line.figures.received, line.figures.assessed)
        for line in found.lines
    }
