"""Decisions that are confirmed and wait for their day, by the units they speak of."""

from collections.abc import Collection

from members.models import Reorganisation, User

TOUCHED = "units"  # among the counts of a decision that was confirmed ahead


def waiting_on(
    units: Collection[int], user: User, *, besides: int | None = None
) -> list[Reorganisation]:
    """Those of the user's decisions that will do something to one of the units."""
    scheduled = (
        Reorganisation.objects.visible_to(user)
        .filter(state=Reorganisation.State.SCHEDULED)
        .exclude(pk=besides)
        .order_by("effective_on", "pk")
    )
    keys = set(units)
    return [one for one in scheduled if keys & set(one.counts.get(TOUCHED, []))]
