"""The one way to write the record of who did and saw what."""

import contextvars
import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from party76.audit.models import Action, AuditDetail, AuditEvent
from party76.shared.logs import current_request_id


@dataclass(frozen=True)
class Circumstances:
    """Where a request came from."""

    address: str = ""


circumstances: contextvars.ContextVar[Circumstances | None] = contextvars.ContextVar(
    "circumstances", default=None
)


def record(
    action: Action,
    thing: models.Model | str = "",
    *,
    by,
    committee_code: str = "",
    count: int | None = None,
    facts: dict[str, Any] | None = None,
    personal: Any = None,
) -> AuditEvent:
    """Add one event about a row (or a kind of thing named in words).

    facts must hold nothing personal; names, texts and old and new values go to
    personal, which can be erased later. Two statements at most.
    """
    where = circumstances.get() or Circumstances()
    object_type, object_key = _name_of(thing)
    salt = secrets.token_hex(16) if personal is not None else ""
    event = AuditEvent.objects.create(
        action=action,
        actor_key=str(getattr(by, "pk", None) or ""),
        actor_name=str(by.get_username()) if by is not None else "",
        acting_as=getattr(by, "acting_as", "")[:200],
        object_type=object_type,
        object_key=object_key,
        committee_code=committee_code,
        count=count,
        facts=facts or {},
        request_id=current_request_id.get(),
        address=where.address,
        detail_hash=_hash(salt, personal) if salt else "",
    )
    if salt:
        AuditDetail.objects.create(
            event=event, salt=salt, payload=json.loads(_as_json(personal))
        )
    return event


def record_many(
    action: Action,
    things: Iterable[tuple[models.Model, str, dict[str, Any]]],
    *,
    by,
) -> None:
    """Add an event about each of (row, committee code, facts); a statement a thousand.

    For steps that many rows take at once: each keeps its own line in the record. facts
    must hold nothing personal.
    """
    where = circumstances.get() or Circumstances()
    events = []
    for thing, committee_code, facts in things:
        object_type, object_key = _name_of(thing)
        events.append(
            AuditEvent(
                action=action,
                actor_key=str(getattr(by, "pk", None) or ""),
                actor_name=str(by.get_username()) if by is not None else "",
                acting_as=getattr(by, "acting_as", "")[:200],
                object_type=object_type,
                object_key=object_key,
                committee_code=committee_code,
                facts=facts,
                request_id=current_request_id.get(),
                address=where.address,
            )
        )
    AuditEvent.objects.bulk_create(events, batch_size=1_000)


def changes(instance: models.Model, before: dict[str, Any]) -> dict[str, list[str]]:
    """{field: [old, new]} of the values that differ from an earlier copy."""
    return {
        name: [str(old), str(getattr(instance, name))]
        for name, old in before.items()
        if getattr(instance, name) != old
    }


def values_of(instance: models.Model, fields: list[str]) -> dict[str, Any]:
    """A copy of the named values, to hand to changes() afterwards."""
    return {name: getattr(instance, name) for name in fields}


def _name_of(thing: models.Model | str) -> tuple[str, str]:
    if isinstance(thing, models.Model):
        return str(thing._meta.model_name), str(thing.pk)
    return thing, ""


def _as_json(payload: Any) -> str:
    return json.dumps(
        payload, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True
    )


def _hash(salt: str, payload: Any) -> str:
    return hashlib.sha256((salt + _as_json(payload)).encode()).hexdigest()
