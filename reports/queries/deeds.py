"""Who took which step in a member's record, and on what day, out of the audit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from members.models import Registration, User
from party76.audit.models import Action, AuditEvent

_MAKES = {Action.CREATE, Action.STEP, Action.UPDATE}
_STATES = set(Registration.State.values)
CREATED = "created"


@dataclass(frozen=True)
class Deed:
    day: date
    by: str


class Deeds:
    """The first doer of each step of some things; empty names where not to be told."""

    def __init__(self, found: dict[tuple[str, int, str], Deed], names: dict[int, str]):
        self._found, self._names = found, names

    def of(self, kind: str, key: int, step: str) -> Deed | None:
        return self._found.get((kind, key, step))

    def by(self, kind: str, key: int, *steps: str) -> str:
        """The name of who took the first of these steps that is on record."""
        deeds = (self.of(kind, key, step) for step in steps)
        return next((deed.by for deed in deeds if deed), "")

    def name_of(self, user_id: int | None) -> str:
        return self._names.get(user_id or 0, "")


def deeds_on(
    things: dict[str, Iterable[int]], users: Iterable[int | None], *, with_names: bool
) -> Deeds:
    """What the record says of things ({kind: keys}), with the names of these users too.

    Two statements at most; names stay empty unless they may be told.
    """
    wanted = Q(pk__in=[])
    for kind, keys in things.items():
        wanted |= Q(object_type=kind, object_key__in=[str(key) for key in keys])
    events = list(AuditEvent.objects.filter(wanted, action__in=_MAKES).order_by("pk"))
    asked = {int(event.actor_key) for event in events if event.actor_key}
    asked |= {key for key in users if key}
    names = _names(asked) if with_names else {}
    found: dict[tuple[str, int, str], Deed] = {}
    for event in events:
        actor = int(event.actor_key) if event.actor_key else 0
        deed = Deed(timezone.localdate(event.at), names.get(actor, ""))
        for step in _steps_of(event):
            found[event.object_type, int(event.object_key), step] = deed
    return Deeds(found, names)


def _names(keys: set[int]) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=keys).values_list("pk", "full_name"))


def _steps_of(event: AuditEvent) -> list[str]:
    """The state that was reached; what was written on which day; or the first entry."""
    facts = event.facts
    found = [facts["to"]] if facts.get("to") in _STATES else []
    if "on" in facts:
        found.append(f"on {facts['on']}")
    found += [name for name in _WRITTEN if name in facts]
    return found + [CREATED] * (event.action == Action.CREATE)


_WRITTEN = [
    "noted",
    "closing_comment",
    "valid_to",
    "issued_on",
    "collected_on",
    "handed_back_on",
]
