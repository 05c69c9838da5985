"""A death as it was entered: by whom, and what ended with it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from members.models import Member, User
from party76.audit.models import Action, AuditEvent


@dataclass(frozen=True)
class Death:
    """Rows that ended with it: [key, version after], for letters also the state before."""

    actor: str
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
        on=date.fromisoformat(event.facts["on"]),
        ended=event.facts["ended"],
        letters=event.facts["letters"],
        checks=event.facts["checks"],
    )


def can_take_back_death(user: User, member: Member) -> bool:
    """Whoever entered the death, as long as he sees the member."""
    death = death_of(member)
    return death is not None and death.actor == str(user.pk)
