"""The rows that one great act writes: in few statements, and so that all of it can be
put back byte for byte.

    ledger = Ledger()
    stays = ledger.hold(Registration.objects.filter(…))   # remembered as they are
    …change the instances…
    ledger.write(Registration)                             # one UPDATE per new value
    ledger.add(Placement, rows)
    ledger.keep(reorganisation.journal)                    # a row a table
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F

from members.models.journals import JournalRow
from party76.shared.models import Versioned

_BATCH = 1_000
_PER_STATEMENT = 5_000
_VERSION = "version"

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

    def keep(self, journal: Any) -> None:
        """Write the journal, the related manager of its rows: one row a table."""
        for model in {*self._changed, *self._added}:
            entry = Entry(
                changed=self._changed.get(model, {}),
                added=self._added.get(model, []),
            )
            if not (entry.changed or entry.added):
                continue
            entry.columns = list(_stored_columns(model))
            entry.digests = _digests(
                model, [*entry.changed, *entry.added], entry.columns
            )
            journal.create(
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
class Entry:
    """What the journal holds of one table."""

    changed: dict[Any, Values]
    added: list[Any]
    # Of every row as the reform left it, to see whether it is still so.
    digests: dict[Any, str] = field(default_factory=dict)
    # What the table held then: a column that came later is no change of a row.
    columns: list[str] = field(default_factory=list)

    def dump(self) -> bytes:
        content = {
            "changed": list(self.changed.items()),
            "added": self.added,
            "digests": list(self.digests.items()),
            "columns": self.columns,
        }
        text = json.dumps(content, cls=DjangoJSONEncoder, separators=(",", ":"))
        return zlib.compress(text.encode(), level=6)

    @classmethod
    def load(cls, payload: bytes) -> "Entry":
        content = json.loads(zlib.decompress(payload))
        return cls(
            changed=dict(content["changed"]),
            added=content["added"],
            digests=dict(content["digests"]),
            columns=content["columns"],
        )


class Journal:
    """What was written, read back; knows what has changed since."""

    def __init__(self, rows: Iterable[JournalRow]) -> None:
        self.entries = {
            apps.get_model(row.table): Entry.load(bytes(row.payload)) for row in rows
        }

    def changed_since(self) -> dict[type[models.Model], list[Any]]:
        """{table: keys} of rows that are no longer as the reform left them."""
        found = {}
        for model, entry in self.entries.items():
            now = _digests(model, entry.digests, entry.columns)
            other = [pk for pk, said in entry.digests.items() if now.get(pk) != said]
            if other:
                found[model] = other
        return found

    def put_back(self) -> None:
        """Remove what was added and restore what was changed, versions too."""
        for model, entry in self.entries.items():
            for keys in slices(entry.added):
                rows = model._base_manager.filter(pk__in=keys)
                rows._raw_delete(rows.db)
        for model, entry in self.entries.items():
            _write_alike(model, entry.changed)


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
    groups: dict[str, tuple[Values, list[Any]]] = {}
    for pk, values in rows.items():
        # By their text: a column of JSON holds what no key may be.
        alike = groups.setdefault(repr(sorted(values.items())), (values, []))
        alike[1].append(pk)
    for values, keys in groups.values():
        for some in slices(keys):
            model._base_manager.filter(pk__in=some).update(**values, **also)


def slices(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Runs of keys that one statement can name."""
    for first in range(0, len(keys), _PER_STATEMENT):
        yield keys[first : first + _PER_STATEMENT]


def _stored_columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(one.attname for one in model._meta.concrete_fields)


def _digests(
    model: type[models.Model], keys: Iterable[Any], columns: Sequence[str]
) -> dict[Any, str]:
    """{pk: digest of these columns as they are stored}; of one that is no more, none."""
    kept = set(_stored_columns(model))
    names = [name for name in columns if name in kept]
    found = {}
    for some in slices(list(keys)):
        rows = model._base_manager.filter(pk__in=some).values_list("pk", *names)
        for pk, *values in rows.iterator(chunk_size=_BATCH):
            found[pk] = hashlib.sha1(
                repr(values).encode(), usedforsecurity=False
            ).hexdigest()[:20]
    return found
