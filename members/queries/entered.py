"""Since when people and units stand in the record, as far as the record tells."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, DateTimeField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from django.utils import timezone

from members.models import Committee, Member
from members.scopes import within
from party76.audit.models import Action, AuditEvent


def entered_since(
    members: QuerySet[Member], paths: Iterable[str]
) -> tuple[int, date | None]:
    """How many these are, and the day on which the first of them was entered.

    One by one, or by a list of the units in these scopes; None where the record does
    not tell it of each. Two statements.
    """
    events = AuditEvent.objects.filter(
        object_type="member",
        object_key=Cast(OuterRef("pk"), CharField(max_length=40)),
        action=Action.CREATE,
    )
    first = events.order_by("at").values("at")[:1]
    by_hand = Subquery(first, output_field=DateTimeField())
    entered = dict(members.annotate(at=by_hand).values_list("pk", "at"))
    units = Committee.objects.filter(within("path", list(paths)))
    lists = _lists("members_added").filter(committee_code__in=units.values("code"))
    return len(entered), _first(entered, _by_list(lists, "members_added"))


def made_since(units: QuerySet[Committee]) -> tuple[int, date | None]:
    """How many units these are, and the day of the first list that brought one.

    None where the record does not tell it of each. Two statements.
    """
    codes = dict.fromkeys(units.values_list("code", flat=True))
    return len(codes), _first(codes, _by_list(_lists("units_added"), "units_added"))


def _lists(brought: str) -> QuerySet[AuditEvent]:
    """Imports that brought somebody or something new."""
    return AuditEvent.objects.filter(
        object_type="member",
        action=Action.IMPORT,
        **{f"facts__{brought}__0__isnull": False},
    )


def _by_list(lists: QuerySet[AuditEvent], brought: str) -> dict[Any, datetime]:
    rows = lists.order_by("-at").values_list("at", f"facts__{brought}")
    return {key: at for at, keys in rows for key in keys}


def _first(
    known: Mapping[Any, datetime | None], by_list: Mapping[Any, datetime]
) -> date | None:
    moments = [at or by_list.get(key) for key, at in known.items()]
    told = [at for at in moments if at is not None]
    if not told or len(told) < len(moments):
        return None
    return timezone.localdate(min(told))
