"""The units a year is counted by: those of its reference day, or of a later one."""

from collections.abc import Iterable
from datetime import date

from evaluations.models import RatingYear
from members.models import Committee
from reports.queries.places import Ground, Place, place_of
from reports.queries.regrouped_places import RegroupedPlace, ground_name
from reports.queries.regrouping import History, history
from reports.queries.standing import Standing
from reports.queries.tree import (
    counts_by_cell,
    is_below_ward,
    near,
    tree_around,
    with_strays,
)
from reports.queries.year_rows import day_before


def place_for(
    unit: Committee,
    year: RatingYear,
    *,
    structure_day: date | None = None,
    ground_year: RatingYear | None = None,
) -> Place:
    """A unit's place in a year under the units of a day.

    One query for the units of the reference day, two for those of a later one; two
    more where the ground of an earlier year is asked for, and those of Standing where
    units had changed by the reference day.
    """
    ground = _ground(unit, year, ground_year)
    then = year.reference_day
    if structure_day is None or structure_day == then:
        tree = tree_around(unit, then)
        standing = Standing(year) if tree.is_reformed else None
        if standing is not None:
            tree = with_strays(tree, standing.strays.values())
        return place_of(unit, year, tree, ground, standing)
    told = history(day_before(year), then, structure_day)
    standing = Standing(year) if told.is_reformed else None
    if standing is not None and standing.since <= day_before(year):
        told = history(standing.since, then, structure_day)
    plain = place_of(unit, year, near(told.tree_now, unit.pk), ground)
    return RegroupedPlace(
        unit=unit,
        tree=plain.tree,
        is_top=plain.is_top,
        ground=plain.ground,
        standing=standing,
        history=told,
    )


def ground_offered(
    place: Place, year: RatingYear, years: Iterable[RatingYear]
) -> RatingYear | None:
    """The earliest year whose units covered less than the place does, if any.

    Two queries, none where there is no earlier year or for a ward.
    """
    earlier = [one for one in years if one.reference_day < year.reference_day]
    if not earlier or counts_by_cell(place.kind):
        return None
    first = min(earlier, key=lambda one: one.reference_day)
    told = history(first.reference_day, first.reference_day, year.reference_day)
    covered = _descent(told, first)
    wards = (told.tree_now.nodes[key] for key in told.tree_now.below(place.unit.pk))
    is_wider = any(
        node.is_residence and not is_below_ward(node.kind) and node.id not in covered
        for node in wards
        if node
    )
    return first if is_wider and covered else None


def _ground(
    unit: Committee, year: RatingYear, earlier: RatingYear | None
) -> Ground | None:
    if earlier is None or counts_by_cell(unit.kind):
        return None
    then = earlier.reference_day
    told = history(then, then, year.reference_day)
    top = told.tree_then.nodes.get(earlier.committee_id)
    return Ground(
        year=earlier.year,
        day=then,
        top=ground_name(top.name if top else earlier.committee.name),
        units=_descent(told, earlier),
    )


def _descent(told: History, year: RatingYear) -> frozenset[int]:
    """The wards of that year's unit and every ward that came from one of them."""
    below = told.below_then(year.committee_id)
    found: set[int] = set()
    for node in told.residences_then():
        if node.id in below:
            image = told.image(node.id)
            found |= image.passed | image.units
    return frozenset(found)
