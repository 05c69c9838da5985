"""Reports that somebody no longer lives here, as both homes list them."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from members.models import DwellingCheck, Role, User
from members.models.registrations import at_residence

_OWN = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
# So long an answer stands on the cell's home.
ANSWERS_SHOWN_FOR = timedelta(days=30)


def open_checks(user: User) -> QuerySet[DwellingCheck]:
    """Reports of the user's units that wait for the ward, the oldest first."""
    checks = DwellingCheck.objects.open().filter(_of_own_units(user))
    return checks.order_by("reported_on", "pk")


def answered_checks(user: User) -> QuerySet[DwellingCheck]:
    """Reports of the user's units that were answered, the latest first."""
    checks = DwellingCheck.objects.filter(_of_own_units(user))
    return checks.exclude(state=DwellingCheck.State.REPORTED).order_by("-pk")


def answers_to_read(user: User, *, on: date) -> QuerySet[DwellingCheck]:
    """What the ward found of late on reports of the user's cells."""
    cells = at_residence(user.paths_of(Role.RESIDENCE_CELL), "registration__")
    since = on - ANSWERS_SHOWN_FOR
    return DwellingCheck.objects.filter(
        cells, state=DwellingCheck.State.DISMISSED, answered_on__gt=since
    )


def _of_own_units(user: User) -> Q:
    return at_residence(user.paths_of(*_OWN), "registration__")
