"""The rows that a reorganisation writes: in few statements, and so that all of it can
be put back byte for byte.

    ledger = Ledger()
    stays = ledger.hold(Registration.objects.filter(…))   # remembered as they are
    …change the instances…
    ledger.write(Registration)                             # one UPDATE per new value
    ledger.add(Placement, rows)
    ledger.keep(reorganisation)                            # the journal
"""

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Max

from members.models import (
    Committee,
    CommitteePeriod,
    Reorganisation,
    ReorganisationJournal,
    Succession,
)
from members.scopes import STEP, last_step, settle
from party76.shared.models import Versioned

_BATCH = 1_000
_PER_STATEMENT = 5_000
_VERSION = "version"
# Changes of a unit after which nobody can simply be put back into it.
_WEIGHTY = {"valid_to", "parent_id", "kind", "sector", "outside_city"}

Row = TypeVar("Row", bound=models.Model)
Values = dict[str, Any]


class Ledger:
    """Remembers rows before they change and which were added."""

    def __init__(self) -> None:
        self._held: dict[type[models.Model], dict[Any, models.Model]] = {}
        self._before: dict[type[models.Model], dict[Any, tuple]] = {}
        self._changed: dict[type[models.Model], dict[Any, Values]] = {}
        self._added: dict[type[models.Model], list[Any]] = {}

    def hold(self, rows: Iterable[Row]) -> list[Row]:
        """Remember the rows as they are; a row held before comes back as changed."""
        found = []
        for row in rows:
            held = self._held.setdefault(type(row), {})
            if row.pk not in held:
                held[row.pk] = row
                before = self._before.setdefault(type(row), {})
                before[row.pk] = _values(row)
            found.append(held[row.pk])
        return found  # type: ignore[return-value]

    def write(self, model: type[models.Model]) -> int:
        """Store what has changed since the rows were held; returns how many rows.

        A statement for all rows that get the same values, so that the hundreds who go
        from one cell to another take one. Versions rise by one.
        """
        changed = self._differences(model)
        rise = {_VERSION: F(_VERSION) + 1} if issubclass(model, Versioned) else {}
        _write_alike(model, changed, **rise)
        return len(changed)

    def add(self, model: type[Row], rows: Sequence[Row]) -> list[Row]:
        """Store new rows and remember that they were not there."""
        made = model._base_manager.bulk_create(rows, batch_size=_BATCH)
        self._added.setdefault(model, []).extend(row.pk for row in made)
        return made

    def keep(self, reorganisation: Reorganisation) -> None:
        """Write the journal: one row a table."""
        for model in {*self._changed, *self._added}:
            entry = _Entry(
                changed=self._changed.get(model, {}),
                added=self._added.get(model, []),
            )
            if not (entry.changed or entry.added):
                continue
            entry.digests = _digests(model, [*entry.changed, *entry.added])
            ReorganisationJournal.objects.create(
                reorganisation=reorganisation,
                table=model._meta.label_lower,
                rows=len(entry.digests),
                payload=entry.dump(),
            )

    def _differences(self, model: type[models.Model]) -> dict[Any, Values]:
        """{pk: new values} of held rows, and the old ones noted for the journal."""
        names = _columns(model)
        before, found = self._before.get(model, {}), {}
        noted = self._changed.setdefault(model, {})
        is_versioned = issubclass(model, Versioned)
        for pk, row in self._held.get(model, {}).items():
            now = _values(row)
            if now == before[pk]:
                continue
            pairs = zip(names, before[pk], now, strict=True)
            differing = [(name, old, new) for name, old, new in pairs if old != new]
            old_values = noted.setdefault(pk, {})
            for name, old, _ in differing:
                old_values.setdefault(name, old)
            if is_versioned:
                old_values.setdefault(_VERSION, row.version)  # type: ignore[attr-defined]
                row.version += 1  # type: ignore[attr-defined]
            before[pk] = _values(row)
            found[pk] = {name: new for name, _, new in differing}
        return found


@dataclass
class _Entry:
    """What the journal holds of one table."""

    changed: dict[Any, Values]
    added: list[Any]
    # Of every row as the reform left it, to see whether it is still so.
    digests: dict[Any, str] = field(default_factory=dict)

    def dump(self) -> bytes:
        content = {
            "changed": list(self.changed.items()),
            "added": self.added,
            "digests": list(self.digests.items()),
        }
        text = json.dumps(content, cls=DjangoJSONEncoder, separators=(",", ":"))
        return zlib.compress(text.encode(), level=6)

    @classmethod
    def load(cls, payload: bytes) -> "_Entry":
        content = json.loads(zlib.decompress(payload))
        return cls(
            changed=dict(content["changed"]),
            added=content["added"],
            digests=dict(content["digests"]),
        )


class Journal:
    """What a reorganisation wrote, read back; knows what stands on it."""

    def __init__(self, reorganisation: Reorganisation) -> None:
        self.reorganisation = reorganisation
        self._entries = {
            apps.get_model(row.table): _Entry.load(bytes(row.payload))
            for row in reorganisation.journal.all()
        }

    def changed_since(self) -> dict[type[models.Model], list[Any]]:
        """{table: keys} of rows that are no longer as the reform left them."""
        found = {}
        for model, entry in self._entries.items():
            now = _digests(model, entry.digests)
            other = [pk for pk, said in entry.digests.items() if now.get(pk) != said]
            if other:
                found[model] = other
        return found

    def references_since(self) -> Iterator[tuple[type[models.Model], list[Any]]]:
        """(table, keys) of rows that name a unit the reform formed or moved."""
        added, moved = self._units_that_bear()
        for model, name in references_to_units():
            entry = self._entries.get(model)
            own = set(entry.digests) if entry else set()
            if model is Succession:
                own = set(self.reorganisation.successions.values_list("pk", flat=True))
            # Of a unit that was there before, only rows that came since count.
            here = model._base_manager.filter(**{f"{name}__in": added})
            came = model._base_manager.filter(
                **{f"{name}__in": moved}, pk__gt=self._last_key(model)
            )
            others = set((here | came).values_list("pk", flat=True)) - own
            if others:
                yield model, sorted(others)

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
            entry = _Entry.load(bytes(row.payload))
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
            entry = self._entries.get(model)
            if entry is None:
                continue
            named |= {old[name] for old in entry.changed.values() if name in old}
            for keys in slices(list(entry.changed)):
                rows = model._base_manager.filter(pk__in=keys).order_by()
                named |= set(rows.values_list(name, flat=True).distinct())
        return named - {None}

    def put_back(self) -> None:
        """Remove what was added and restore what was changed, versions too."""
        self._make_room()
        for model, entry in self._entries.items():
            for keys in slices(entry.added):
                rows = model._base_manager.filter(pk__in=keys)
                rows._raw_delete(rows.db)
        for model, entry in self._entries.items():
            _write_alike(model, entry.changed)
        _settle_paths()

    def _last_key(self, model: type[models.Model]) -> int:
        """The last row of a table that the reform itself can have known."""
        return self.reorganisation.counts.get("last_keys", {}).get(
            model._meta.label_lower, 0
        )

    def _units_that_bear(self) -> tuple[set[int], set[int]]:
        """(units the reform formed, cells it moved): what new rows may name."""
        entry = self._entries.get(Committee)
        if entry is None:
            return set(), set()
        cells = [pk for pk, old in entry.changed.items() if "parent_id" in old]
        moved = Committee.objects.filter(pk__in=cells)
        return set(entry.added), {unit.pk for unit in moved if unit.is_cell}

    def _make_room(self) -> None:
        """A unit founded since on a path that must be given back steps aside."""
        entry = self._entries.get(Committee)
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


@cache
def _columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(
        one.attname
        for one in model._meta.concrete_fields
        if not one.primary_key and one.name != _VERSION
    )


def _values(row: models.Model) -> tuple:
    return _reader(type(row))(row)


@cache
def _reader(model: type[models.Model]) -> Callable[[models.Model], tuple]:
    return attrgetter(*_columns(model))


def _write_alike(
    model: type[models.Model], rows: dict[Any, Values], **also: Any
) -> None:
    """One UPDATE for all rows that get the same values of the same columns."""
    groups: defaultdict[tuple, list[Any]] = defaultdict(list)
    for pk, values in rows.items():
        groups[tuple(sorted(values.items()))].append(pk)
    for pairs, keys in groups.items():
        for some in slices(keys):
            model._base_manager.filter(pk__in=some).update(**dict(pairs), **also)


def slices(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Runs of keys that one statement can name."""
    for first in range(0, len(keys), _PER_STATEMENT):
        yield keys[first : first + _PER_STATEMENT]


def _digests(model: type[models.Model], keys: Iterable[Any]) -> dict[Any, str]:
    """{pk: digest of all its columns as they are stored}."""
    names = [one.attname for one in model._meta.concrete_fields]
    found = {}
    for some in slices(list(keys)):
        rows = model._base_manager.filter(pk__in=some).values_list("pk", *names)
        for pk, *values in rows.iterator(chunk_size=_BATCH):
            found[pk] = hashlib.sha1(
                repr(values).encode(), usedforsecurity=False
            ).hexdigest()[:20]
    return found
