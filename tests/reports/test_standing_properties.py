"""Any reforms of any day, carried out after a year was rated and closed: its figures
stay the same in all, and wholly the same where they come after its reference day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from evaluations.models import Evaluation, RatingYear
from members.models import Committee, Kind, Placement, Registration
from reports.queries.reconciliation import reconcile
from reports.queries.summary import summary
from tests.factories.members import make_member, make_placement, make_registration
from tests.factories.reforms import reform
from tests.factories.reports import make_evaluation, make_rating_year
from tests.reports.adding_up import require_adding_up
from tests.reports.reforming import (
    PLANS,
    Choice,
    make_reform_city,
    open_units,
    split_by_cells,
    split_by_people,
)

START = date(2014, 1, 1)
LATER = date(2026, 1, 1)

numbers = st.lists(st.integers(0, 10_000), min_size=8, max_size=8)
# Before the year, in it, after it.
days = st.one_of(st.integers(-60, 0), st.integers(1, 364), st.integers(365, 700))
# Divisions as often as all the rest: there only the people's places tell.
plans = st.sampled_from(PLANS) | st.sampled_from([split_by_cells, split_by_people])
acts = st.tuples(plans, numbers, days)
people = st.tuples(numbers, st.none() | st.integers(0, 364), st.booleans())


def live(workplace, told):
    """Somebody received before the year, who moved in it, or left in it, or stayed."""
    drawn, day, leaves = told
    choice = Choice(drawn)
    wards = open_units(Kind.WARD)
    home = choice.of([*wards, *wards, *open_units(Kind.CELL)])
    on = None if day is None else START + timedelta(days=day)
    stay = make_registration(
        make_member(workplace),
        home.parent if home.kind == Kind.CELL else home,
        cell=home if home.kind == Kind.CELL else None,
        received_on=date(2012, 1, 1),
        ended_on=on if leaves else None,
    )
    if on and not leaves:
        ward = choice.of(open_units(Kind.WARD))
        stay.placements.update(valid_to=on)
        stay.ward, stay.cell = ward, None
        stay.save()
        make_placement(stay, ward=ward, cell=None, valid_from=on)


def rate_everybody(top) -> RatingYear:
    """Each one's row where he stood on the reference day, or last; the year is closed."""
    year = make_rating_year(top, year=START.year, tiers=["Tốt"])
    for stay in Registration.objects.exclude(ended_on__lte=year.period_from):
        then = Placement.objects.filter(
            registration=stay, valid_from__lte=year.reference_day
        )
        last = then.order_by("-valid_from", "-pk").first()
        if last is not None:
            make_evaluation(stay, year, tier=1, ward=last.ward, cell=last.cell)
    RatingYear.objects.filter(pk=year.pk).update(state=RatingYear.State.CLOSED)
    return year


def drawn_plan(make, drawn, day):
    """A ward does not end in a cell: its cells would stand below another one."""
    plan = make(Choice(drawn), START + timedelta(days=day))
    kinds = dict(Committee.objects.values_list("pk", "kind"))
    if plan and any(
        kinds[old] == Kind.WARD and kinds.get(new) == Kind.CELL
        for old, new in plan.heirs.items()
    ):
        return None
    return plan


def carried_out(top, plan) -> bool:
    try:
        with transaction.atomic():
            reform(top, plan)
    except ValidationError:
        return False
    return True


def pages(year):
    """{unit: (total, lines)} of everything that was there on the reference day."""
    there = Committee.objects.filter(
        kind__in=[Kind.CITY, Kind.DISTRICT, Kind.WARD, Kind.CELL],
        valid_from__lte=year.reference_day,
    ).exclude(valid_to__lte=year.reference_day)
    return {
        unit.pk: [(line.full_name, line.figures) for line in found.every_line]
        for unit in there
        for found in [summary(unit, year)]
    }


SETTINGS = {
    "deadline": None,
    "report_multiple_bugs": False,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}
histories = given(
    people=st.lists(people, max_size=12), acts=st.lists(acts, min_size=1, max_size=5)
)


@pytest.mark.django_db
class StandingProperties(TestCase):
    @settings(max_examples=10, **SETTINGS)
    @histories
    def test_figures_of_a_closed_year_are_the_same_in_all_after_any_reform(
        self, people, acts
    ):
        play(people, acts)

    @pytest.mark.full
    @settings(max_examples=120, **SETTINGS)
    @histories
    def test_figures_of_a_closed_year_are_the_same_in_all_after_many_a_reform(
        self, people, acts
    ):
        play(people, acts)


def play(people, acts):
    top = make_reform_city().top
    workplace = open_units(Kind.GRASSROOTS)[1]
    for told in people:
        live(workplace, told)
    year = rate_everybody(top)
    rows, total = list(Evaluation.objects.values_list()), reconcile(top, year).total

    for make, drawn, day in acts:
        plan = drawn_plan(make, drawn, day)
        is_later = plan is not None and plan.on > year.reference_day
        before = pages(year) if is_later else None
        if not (plan and carried_out(top, plan)):
            continue
        if is_later:
            assert pages(year) == before
        else:
            require_the_same_in_all(require_adding_up(top, year), total)

    later = require_adding_up(top, year, structure_day=LATER)
    require_the_same_in_all(later, total)
    assert list(Evaluation.objects.values_list()) == rows


def require_the_same_in_all(found, before):
    """A workplace that came into the city by then is counted so; nothing else."""
    total = found.total
    assert replace(total.figures, outside=0) == replace(before.figures, outside=0)
    assert (total.without_row, total.without_place) == (0, 0)
