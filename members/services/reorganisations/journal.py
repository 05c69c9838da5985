"""What stands on a reorganisation, and how the tree goes back to what it was."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Max

from members.models import (
    Committee,
    CommitteePeriod,
    Member,
    Registration,
    Reorganisation,
    ReorganisationJournal,
    Succession,
)
from members.scopes import STEP, last_step, settle
from members.services.ledger import Entry, Journal, slices

# Changes of a unit after which nobody can simply be put back into it.
_WEIGHTY = {"valid_to", "parent_id", "kind", "sector", "outside_city"}


class ReformJournal(Journal):
    """What a reorganisation wrote, read back; knows what stands on it."""

    def __init__(self, reorganisation: Reorganisation) -> None:
        super().__init__(reorganisation.journal.all())
        self.reorganisation = reorganisation

    def references_since(self) -> Iterator[tuple[type[models.Model], list[Any]]]:
        """(table, keys) of rows that came since and name a unit the reform formed or
        moved, or a person it moved: they were written for the tree as it is now."""
        added, moved = self._units_that_bear()
        came: defaultdict[type[models.Model], set[Any]] = defaultdict(set)
        for model, name in references_to_units():
            here = model._base_manager.filter(**{f"{name}__in": added})
            # Of a unit that was there before, only rows that came since count.
            since = model._base_manager.filter(
                **{f"{name}__in": moved}, pk__gt=self._last_key(model)
            )
            came[model] |= set((here | since).values_list("pk", flat=True))
        for model in list(came):
            came[model] |= self._of_moved_people(model)
            others = came[model] - self._own_rows(model)
            if others:
                yield model, sorted(others)

    def _own_rows(self, model: type[models.Model]) -> set[Any]:
        if model is Succession:
            return set(self.reorganisation.successions.values_list("pk", flat=True))
        entry = self.entries.get(model)
        return set(entry.digests) if entry else set()

    def _of_moved_people(self, model: type[models.Model]) -> set[Any]:
        """Rows since the reform on a stay or a person that it put elsewhere."""
        found: set[Any] = set()
        rows = model._base_manager.filter(pk__gt=self._last_key(model))
        for one in model._meta.concrete_fields:
            moved = self._moved(one.related_model) if one.is_relation else set()
            for keys in slices(sorted(moved)):
                held = rows.filter(**{f"{one.attname}__in": keys})
                found |= set(held.values_list("pk", flat=True))
        return found

    @cached_property
    def _moved_stays(self) -> set[Any]:
        entry = self.entries.get(Registration)
        return set(entry.changed) if entry else set()

    def _moved(self, model: Any) -> set[Any]:
        if model is Registration:
            return self._moved_stays
        entry = self.entries.get(Member) if model is Member else None
        return set(entry.changed) if entry else set()

    def units_changed_since(self) -> set[int]:
        """Units that rows would go back to, and that a later decision has ended, moved
        or made to count otherwise: none of that shows in the rows themselves."""
        later = ReorganisationJournal.objects.filter(
            reorganisation__state=Reorganisation.State.DONE,
            reorganisation__done_at__gt=self.reorganisation.done_at,
            table__in=[Committee._meta.label_lower, CommitteePeriod._meta.label_lower],
        )
        units: set[int] = set()
        moved: list[int] = []
        added: list[int] = []
        for row in later:
            entry = Entry.load(bytes(row.payload))
            if row.table == Committee._meta.label_lower:
                units |= {
                    pk for pk, old in entry.changed.items() if _WEIGHTY & set(old)
                }
            else:
                moved += [pk for pk, old in entry.changed.items() if "parent_id" in old]
                added += entry.added
        # A period added before the last one stands for a unit that was handed down.
        periods = CommitteePeriod.objects.filter(pk__in=moved) | (
            CommitteePeriod.objects.filter(pk__in=added, valid_to__isnull=False)
        )
        units |= set(periods.values_list("committee_id", flat=True))
        return units & self._units_named_before() if units else set()

    def _units_named_before(self) -> set[int]:
        named: set[int] = set()
        for model, name in references_to_units():
            entry = self.entries.get(model)
            if entry is None:
                continue
            named |= {old[name] for old in entry.changed.values() if name in old}
            for keys in slices(list(entry.changed)):
                rows = model._base_manager.filter(pk__in=keys).order_by()
                named |= set(rows.values_list(name, flat=True).distinct())
        return named - {None}

    def put_back(self) -> None:
        """Restore every row; units founded since step aside for paths given back."""
        self._make_room()
        super().put_back()
        _settle_paths()

    def _last_key(self, model: type[models.Model]) -> int:
        """The last row of a table that the reform itself can have known."""
        return self.reorganisation.counts.get("last_keys", {}).get(
            model._meta.label_lower, 0
        )

    def _units_that_bear(self) -> tuple[set[int], set[int]]:
        """(units the reform formed, cells it moved): what new rows may name."""
        entry = self.entries.get(Committee)
        if entry is None:
            return set(), set()
        cells = [pk for pk, old in entry.changed.items() if "parent_id" in old]
        moved = Committee.objects.filter(pk__in=cells)
        return set(entry.added), {unit.pk for unit in moved if unit.is_cell}

    def _make_room(self) -> None:
        """A unit founded since on a path that must be given back steps aside."""
        entry = self.entries.get(Committee)
        if entry is None:
            return
        wanted = {old["path"] for old in entry.changed.values() if "path" in old}
        own = set(entry.digests)
        for unit in (
            Committee.objects.filter(path__in=wanted)
            .exclude(pk__in=own)
            .order_by("path")
        ):
            _step_aside(unit, wanted)


def references_to_units() -> list[tuple[type[models.Model], str]]:
    """(table, column) of everything that names a unit, in every app."""
    relations = Committee._meta.get_fields(include_hidden=True)
    return [
        (one.related_model, one.field.attname)  # type: ignore[union-attr]
        for one in relations
        if one.auto_created and not one.concrete
    ]


def last_keys() -> dict[str, int]:
    """{table: its last primary key} of every table that names a unit."""
    found = {}
    for model in {model for model, _ in references_to_units()}:
        last = model._base_manager.aggregate(last=Max("pk"))["last"]
        found[model._meta.label_lower] = last or 0
    return found


def _settle_paths() -> None:
    """Whoever stood below a unit that a later decision moved goes where it is now."""
    units = {unit.pk: unit for unit in Committee.objects.order_by("path")}
    paths = {key: unit.path for key, unit in units.items()}
    above = {key: unit.scope_parent_id for key, unit in units.items()}
    settled = settle(paths, above)
    if len(settled) < len(units):
        raise ValidationError(
            "Không hoàn tác được: theo các quyết định sau, đơn vị được trả về chỗ cũ sẽ "
            "trực thuộc chính nó."
        )
    for key, path in settled.items():
        if path != paths[key]:
            Committee.objects.filter(pk=key).update(path=path)


def _step_aside(unit: Committee, wanted: set[str]) -> None:
    base = unit.path[:-STEP]
    near = Committee.objects.filter(path__startswith=base)
    taken = {*near.values_list("path", flat=True), *wanted}
    old, new = unit.path, f"{base}{last_step(base, taken) + 1:0{STEP}}"
    for one in Committee.objects.below(old):
        Committee.objects.filter(pk=one.pk).update(path=new + one.path[len(old) :])
