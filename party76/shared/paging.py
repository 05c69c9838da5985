"""Pages by key: the last page costs what the first one does."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

SIZE = 100


@dataclass(frozen=True)
class Page:
    """Rows of one page and the keys that the buttons before and after it send."""

    rows: list[Any]
    previous: int | None = None
    next: int | None = None


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after one row, or before one, or at the start."""

    after: int | None = None
    before: int | None = None

    @classmethod
    def read(cls, parameters) -> "Cursor":
        """From the query string; what is no number is no cursor."""
        after, before = (_number(parameters.get(name)) for name in ("after", "before"))
        return cls(after=after, before=before)


def page_of(rows: QuerySet, cursor: Cursor, *, by: str = "", size: int = SIZE) -> Page:
    """A page of rows ordered by a column and their key; by key alone, newest first.

    "-column" begins with the highest, and takes the rows of one value by key as well.
    A cursor whose row is gone from the list starts again at the beginning.
    """
    start = cursor.before or cursor.after
    backwards = cursor.before is not None
    if by and start:
        column = by.removeprefix("-")
        known = rows.filter(pk=start).values_list(column, flat=True).first()
        if known is None:
            return page_of(rows, Cursor(), by=by, size=size)
        rows = rows.filter(_beyond(by, known, start, backwards=backwards))
    elif start:
        rows = rows.filter(**{"pk__gt" if backwards else "pk__lt": start})
    order = [by, "pk"] if by else ["-pk"]
    found = list(_ordered(rows, order, backwards=backwards)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    return _page(found, more=more, backwards=backwards, started=bool(start))


def _page(found: list, *, more: bool, backwards: bool, started: bool) -> Page:
    if not found:
        return Page([])
    before = more if backwards else started
    after = True if backwards else more
    return Page(
        found,
        previous=found[0].pk if before else None,
        next=found[-1].pk if after else None,
    )


def _beyond(by: str, known: str, key: int, *, backwards: bool) -> Q:
    column = by.removeprefix("-")
    farther = "lt" if backwards is (column == by) else "gt"
    side = "lt" if backwards else "gt"
    return Q(**{f"{column}__{farther}": known}) | Q(
        **{column: known, f"pk__{side}": key}
    )


def _ordered(rows: QuerySet, order: list[str], *, backwards: bool) -> QuerySet:
    ordered = rows.order_by(*order)
    return ordered.reverse() if backwards else ordered


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None
