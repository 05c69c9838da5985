"""Who is reached through the system, and who on paper.

A unit is on paper when it does not use the system, or when nobody holds an account for
it today: what it would write, the other side types in.
"""

from collections.abc import Collection, Iterable

from django.db.models import Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.fields import BooleanField, CharField
from django.db.models.functions import Length, Substr
from django.utils import timezone

from members.models import Committee, Kind, Member, Registration, Role, RoleAssignment
from members.scopes import STEP, within


def posts_at_work(*roles: str) -> QuerySet[RoleAssignment]:
    """Posts of these roles held today by accounts that may log in."""
    held = RoleAssignment.objects.held_on(timezone.localdate())
    return held.filter(role__in=roles, user__is_active=True)


def is_on_paper(unit: Committee, *roles: str) -> bool:
    """True where nobody with one of these roles works in the system for the unit.

    An account of a unit above it does; one statement, none where the unit itself
    does not use the system.
    """
    return unit.pk in on_paper_among([unit], *roles)


def on_paper_among(units: Collection[Committee], *roles: str) -> set[int]:
    """The keys of those of the units that are on paper; one statement for all."""
    found = {unit.pk for unit in units if not unit.uses_system}
    asked = [unit for unit in units if unit.uses_system]
    if not asked:
        return found
    above = {path for unit in asked for path in paths_down_to(unit.path)}
    posts = posts_at_work(*roles).filter(committee__path__in=above)
    reached = set(posts.values_list("committee__path", flat=True))
    found |= {unit.pk for unit in asked if reached.isdisjoint(paths_down_to(unit.path))}
    return found


def on_paper(lookup: str, *roles: str) -> Q:
    """The same as a condition; lookup leads to the unit, "" where it is the row.

    For use in filter, exclude and annotations; it costs no statement of its own.
    """
    if lookup:
        # Asked once of the units and not again of every row that names one.
        units = Committee.objects.filter(on_paper("", *roles))
        return Q(**{f"{lookup}__in": units.values("pk")})
    # Equality of whole paths: no collation can disagree.
    above = Substr(
        OuterRef("path"), 1, Length("committee__path"), output_field=CharField()
    )
    reached = posts_at_work(*roles).filter(committee__path=above)
    return Q(uses_system=False) | ~Q(Exists(reached))


def paths_down_to(path: str) -> list[str]:
    """The paths of all units above, the topmost first, and the path itself."""
    return [path[:length] for length in range(STEP, len(path) + 1, STEP)]


def without_account(paths: Iterable[str]) -> QuerySet[Committee]:
    """Units in these scopes that should work in the system and have no account.

    Annotated with lacks_residence (a ward nobody works for) and lacks_workplace (the
    workplace of members, likewise); of the two, at least one holds.
    """
    workers = Member.objects.filter(
        workplace=OuterRef("pk"), status=Member.Status.ACTIVE
    )
    stays = Registration.objects.living_there().filter(workplace=OuterRef("pk"))
    lacks_residence = Q(kind=Kind.WARD) & on_paper("", Role.RESIDENCE_WARD)
    lacks_workplace = (Q(Exists(workers)) | Q(Exists(stays))) & on_paper(
        "", Role.WORKPLACE
    )
    return (
        Committee.objects.filter(within("path", paths), uses_system=True, valid_to=None)
        .annotate(
            lacks_residence=_as_boolean(lacks_residence),
            lacks_workplace=_as_boolean(lacks_workplace),
        )
        .filter(Q(lacks_residence=True) | Q(lacks_workplace=True))
        .order_by("sort_key", "pk")
    )


def _as_boolean(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())
