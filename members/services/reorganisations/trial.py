"""What a decision would write, found by doing it in memory: no row is stored.

The numbers of a preview are those of the act itself, because the same code counts.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.db import models

from members.models import Member, Placement
from members.services.ledger import Ledger, Row, Values
from members.services.reorganisations.plan import ReformPlan
from members.services.reorganisations.run import let_follow, say_nothing
from members.services.reorganisations.structure import Structure

# Above every key that the database gives, and still one that it can be asked for.
_FIRST_KEY = 2**40


class TrialLedger(Ledger):
    """Holds rows and counts what would be written, and writes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._keys = count(_FIRST_KEY)
        self._made: dict[type[models.Model], list[models.Model]] = {}

    def write(self, model: type[models.Model]) -> int:
        """How many of the held rows have changed."""
        return len(self._differences(model))

    def add(self, model: type[Row], rows: Sequence[Row]) -> list[Row]:
        """The rows under keys that no row of the database bears."""
        for row in rows:
            row.pk = next(self._keys)
        self._made.setdefault(model, []).extend(rows)
        return list(rows)

    def made(self, model: type[Row]) -> list[Row]:
        """The rows that would be new."""
        return self._made.get(model, [])  # type: ignore[return-value]

    def altered(self, model: type[Row]) -> Iterator[tuple[Values, Row]]:
        """(old values of what changed, the row as it would be)."""
        for pk, old in self._changed.get(model, {}).items():
            yield old, self._held[model][pk]


@dataclass(frozen=True)
class Trial:
    """The counts of the act, and where people would be after it."""

    counts: dict[str, Any]
    without_cell: int  # received in a cell today, in none after it
    gains: dict[int, int]  # key of a unit in the plan → how many more people it has


def try_out(plan: ReformPlan) -> Trial:
    """Do it in memory. Raises ValidationError where the act itself would."""
    ledger = TrialLedger()
    structure = Structure(ledger)
    structure.apply(plan)
    counts = let_follow(plan, structure, ledger, say_nothing)
    keys = {structure.real(new.key): new.key for new in plan.new_units}
    return Trial(counts, _without_cell(ledger), _gains(ledger, keys))


def _gains(ledger: TrialLedger, keys: dict[int, int]) -> dict[int, int]:
    found: Counter[int] = Counter()
    for key, number in [*_placed(ledger), *_employed(ledger)]:
        found[keys.get(key, key)] += number
    return dict(found)


def _placed(ledger: TrialLedger) -> Iterator[tuple[int, int]]:
    """(ward or cell, 1 more or 1 less) of everybody received there to this day."""
    for old, row in ledger.altered(Placement):
        if _was(old, row, "valid_to") is None:
            places = (_was(old, row, "ward_id"), _was(old, row, "cell_id"))
            yield from ((key, -1) for key in places if key)
    changed = [row for _, row in ledger.altered(Placement)]
    for row in [*changed, *ledger.made(Placement)]:
        if row.valid_to is None:
            yield from ((key, 1) for key in (row.ward_id, row.cell_id) if key)


def _employed(ledger: TrialLedger) -> Iterator[tuple[int, int]]:
    for old, member in ledger.altered(Member):
        if member.status == Member.Status.ACTIVE:
            yield _was(old, member, "workplace_id"), -1
            yield member.workplace_id, 1


def _without_cell(ledger: TrialLedger) -> int:
    had_cell, have_none = set(), set()
    for old, row in ledger.altered(Placement):
        if _was(old, row, "valid_to") is None and _was(old, row, "cell_id"):
            had_cell.add(row.registration_id)
        if row.valid_to is None and row.cell_id is None:
            have_none.add(row.registration_id)
    for row in ledger.made(Placement):
        if row.valid_to is None and row.cell_id is None:
            have_none.add(row.registration_id)
    return len(had_cell & have_none)


def _was(old: Values, row: models.Model, name: str) -> Any:
    return old[name] if name in old else getattr(row, name)
