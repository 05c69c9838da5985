"""Which rating year applies to a unit."""

from django.db.models import QuerySet

from evaluations.models import RatingYear
from members.models import Committee, User
from members.scopes import STEP


def years_of(unit: Committee, user: User) -> list[RatingYear]:
    """The rating years that bind a unit, as far as the user sees them."""
    return _nearest(unit, RatingYear.objects.visible_to(user))


def years_binding(unit: Committee) -> list[RatingYear]:
    """The rating years that bind a unit, the latest first; one a calendar year.

    A unit's own year goes before one of a committee above it. With rule sets and tiers.
    """
    return _nearest(unit, RatingYear.objects.all())


def _nearest(unit: Committee, years: QuerySet[RatingYear]) -> list[RatingYear]:
    path = unit.path
    above = [path[:end] for end in range(STEP, len(path) + 1, STEP)]
    found = (
        years.filter(committee__path__in=above)
        .select_related("rule_set", "committee")
        .prefetch_related("rule_set__tiers")
        .order_by("-year", "-committee__path")
    )
    nearest: dict[int, RatingYear] = {}
    for year in found:
        nearest.setdefault(year.year, year)
    return list(nearest.values())
