"""Who is exempt from a meeting and may come all the same."""

from django.db.models import QuerySet

from members.models import Exemption, Placement
from members.queries.days import below_on, placed_in
from residence.models import Meeting


def possible_guests(meeting: Meeting) -> QuerySet[Placement]:
    """Places of those exempt on the day of the meeting who are not on its list."""
    day = meeting.held_on
    exempt = Exemption.objects.in_force_on(day).values("registration")
    return (
        Placement.objects.on(day)
        .filter(
            placed_in(below_on(meeting.committee, day)),
            registration__in=exempt,
            registration__state="received",
        )
        .exclude(registration__in=meeting.attendances.values("registration"))
        .select_related("registration__member", "cell")
        .order_by("registration__member__sort_key", "pk")
    )
