"""A death as it was entered: by whom, and what ended with it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from members.models import Member, Registration, Role, RoleAssignment, User
from members.scopes import contains
from party76.audit.models import Action, AuditEvent


@dataclass(frozen=True)
class Death:
    """Who typed it when, and of which day.

    Rows that ended with it: [key, version after], for letters also the state before."""

    actor: str
    entered_on: date
    on: date
    ended: list[list[Any]] = field(default_factory=list)
    letters: list[list[Any]] = field(default_factory=list)
    checks: list[list[Any]] = field(default_factory=list)


def death_of(member: Member) -> Death | None:
    """The entry of this member's death; None for the living, and for imported deaths."""
    if not member.is_dead:
        return None
    event = (
        AuditEvent.objects.filter(
            action=Action.UPDATE,
            object_type="member",
            object_key=str(member.pk),
            facts__status=Member.Status.DEAD,
        )
        .order_by("-pk")
        .first()
    )
    if event is None or "ended" not in event.facts:
        return None
    return Death(
        actor=event.actor_key,
        entered_on=timezone.localdate(event.at),
        on=date.fromisoformat(event.facts["on"]),
        ended=event.facts["ended"],
        letters=event.facts["letters"],
        checks=event.facts["checks"],
    )


def can_take_back_death(user: User, member: Member) -> bool:
    """Whoever entered the death, the unit for which it was entered, and the department
    above, as long as they see the member."""
    death = death_of(member)
    if death is None:
        return False
    return (
        death.actor == str(user.pk)
        or _stands_above(user, member, death)
        or _speaks_for_the_same(user, death)
    )


def _stands_above(user: User, member: Member, death: Death) -> bool:
    paths = user.paths_of(Role.DEPARTMENT)
    if not paths:
        return False
    keys = [key for key, *_ in death.ended]
    stays = Registration.objects.filter(pk__in=keys).select_related("ward")
    units = [member.workplace, *(stay.ward for stay in stays)]
    return any(contains(path, unit.path) for path in paths for unit in units)


def _speaks_for_the_same(user: User, death: Death) -> bool:
    """Holds a post, now, that whoever entered the death held on that day; or above it."""
    day = death.entered_on
    posts = RoleAssignment.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=day),  # also where handed over that day
        user=death.actor or None,
        role__in=[Role.RESIDENCE_WARD, Role.WORKPLACE],
        valid_from__lte=day,
    )
    return any(
        contains(path, post.committee.path)
        for post in posts.select_related("committee")
        for path in user.paths_of(post.role)
    )
