"""Mending what can be mended of the tree without asking anybody."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat

from members.models import Committee, User
from members.queries.tree_check import check_tree
from members.queries.tree_snapshot import Finding, Mend
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.models import Versioned

# One mend may show the next: an heir, then the path below it.
_ROUNDS = 5
_BATCH = 500
Say = Callable[[str, int], None]
Rows = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Repair:
    """What was mended, and what a person has to decide."""

    mended: list[Finding]
    remaining: list[Finding]


@transaction.atomic
def repair_tree(*, by: User | None, say: Say) -> Repair:
    """Write everything the findings know a remedy for; one audit event."""
    mended: list[Finding] = []
    remaining = check_tree(say)
    for _ in range(_ROUNDS):
        mendable = [finding for finding in remaining if finding.mends]
        if not mendable:
            break
        _write(mend for finding in mendable for mend in finding.mends)
        mended += mendable
        remaining = check_tree(say)
    if mended:
        _record(mended, remaining, by=by)
    return Repair(mended, remaining)


def _write(mends: Iterable[Mend]) -> None:
    tables: defaultdict[type[models.Model], Rows] = defaultdict(dict)
    for mend in mends:
        tables[mend.model].setdefault(mend.pk, {}).update(mend.values)
    for model, rows in tables.items():
        if model is Committee:
            _leave_paths([pk for pk, values in rows.items() if "path" in values])
        # An end is set before another is taken away: only one row may be open.
        closing = {pk: row for pk, row in rows.items() if not _reopens(row)}
        _update(model, closing)
        _update(model, {pk: row for pk, row in rows.items() if pk not in closing})


def _reopens(values: dict[str, Any]) -> bool:
    return values.get("valid_to", "") is None


def _leave_paths(keys: Sequence[int]) -> None:
    """Units that get another path first leave theirs, which may be wanted already."""
    for first in range(0, len(keys), _BATCH):
        Committee.objects.filter(pk__in=keys[first : first + _BATCH]).update(
            path=Concat(Value("x"), Cast("pk", CharField()))
        )


def _update(model: type[models.Model], rows: Rows) -> None:
    """One statement for so many rows that get values of the same columns."""
    table: QuerySet[Any] = QuerySet(model)
    groups: defaultdict[tuple[str, ...], list[models.Model]] = defaultdict(list)
    for pk, values in rows.items():
        groups[tuple(sorted(values))].append(model(pk=pk, **values))
    for names, instances in groups.items():
        table.bulk_update(instances, names, batch_size=_BATCH)
    if issubclass(model, Versioned):
        keys = list(rows)
        for first in range(0, len(keys), _BATCH):
            some = table.filter(pk__in=keys[first : first + _BATCH])
            some.update(version=F("version") + 1)


def _record(
    mended: list[Finding], remaining: list[Finding], *, by: User | None
) -> None:
    counts: defaultdict[str, int] = defaultdict(int)
    for finding in mended:
        counts[finding.rule] += 1
    record(
        Action.UPDATE,
        "tree",
        by=by,
        count=len(mended),
        facts={"mended": dict(counts), "remaining": len(remaining)},
    )
