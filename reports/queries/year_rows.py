"""The rows that the figures of a year are counted from."""

from datetime import date, timedelta

from django.db.models import F, Q, QuerySet

from evaluations.models import Evaluation, RatingYear
from members.models import Placement

# A placement that began and ended on one day held nobody on any day.
LASTED = Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))


def day_before(year: RatingYear) -> date:
    """The day whose evening is the start of the period."""
    return year.period_from - timedelta(days=1)


def current_rows(year: RatingYear) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(rating_year=year, is_current=True)


def placements_in(year: RatingYear) -> QuerySet[Placement]:
    """Places that held somebody on a day between start and reference day."""
    return Placement.objects.filter(LASTED, valid_from__lte=year.reference_day).exclude(
        valid_to__lte=day_before(year)
    )
