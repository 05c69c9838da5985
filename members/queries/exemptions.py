"""Who is exempt from meetings at the residence (HD 33, kind 1.1), and until when."""

from datetime import date, timedelta

from django.db.models import CharField, Count, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat

from members.models import Exemption, Registration, Role, User
from members.models.registrations import at_residence
from members.scopes import within

State = Registration.State
_RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)
ENDS_SOON = timedelta(days=30)
# So long an exemption that has ended stands on the list of what to do.
_ENDED_LATELY = timedelta(days=90)


def exemptions_of(user: User, *, above: bool = True) -> QuerySet[Exemption]:
    """Exemptions of the received in the user's units, on either side.

    Without above, only those that his own side acts on.
    """
    over = _ABOVE if above else ()
    mine = at_residence(user.paths_of(*_RESIDENCE, *over), "registration__") | within(
        "registration__workplace__path", user.paths_of(Role.WORKPLACE, *over)
    )
    return Exemption.objects.filter(mine, registration__state=State.RECEIVED)


def to_look_at(exemptions: QuerySet[Exemption], *, on: date) -> QuerySet[Exemption]:
    """Those that end within thirty days or have ended of late, and no other follows."""
    later = Exemption.objects.filter(
        registration=OuterRef("registration"), valid_from__gte=OuterRef("valid_to")
    )
    return exemptions.filter(
        ~Exists(later), valid_to__gt=on - _ENDED_LATELY, valid_to__lte=on + ENDS_SOON
    )


def ending_soon(exemptions: QuerySet[Exemption], *, on: date) -> QuerySet[Exemption]:
    """Of those to look at, the ones that are still in force."""
    return to_look_at(exemptions, on=on).filter(valid_to__gt=on)


def ended_lately(exemptions: QuerySet[Exemption], *, on: date) -> QuerySet[Exemption]:
    """Of those to look at, the ones that have ended."""
    return to_look_at(exemptions, on=on).filter(valid_to__lte=on)


def in_order(exemptions: QuerySet[Exemption]) -> QuerySet[Exemption]:
    """With order_key: by ground, then by the day on which they end, those without one
    last, then by name."""
    ends = Coalesce(Cast("valid_to", CharField()), Value("9999"))
    key = Concat(
        "ground", Value(" "), ends, Value(" "), "registration__member__sort_key"
    )
    return exemptions.annotate(order_key=key).select_related(
        "registration__member__workplace",
        "registration__ward",
        "registration__cell",
        "registration__workplace",
    )


def counts_by_ground(exemptions: QuerySet[Exemption]) -> dict[str, int]:
    """{ground: how many}; one statement."""
    counted = exemptions.order_by().values_list("ground").annotate(n=Count("pk"))
    return dict(counted)
