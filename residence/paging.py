"""Pages by key for lists that run from the newest day to the oldest."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

SIZE = 50


@dataclass(frozen=True)
class Page:
    """One page of rows, and the keys that lead to its neighbours (None at an end)."""

    rows: list[Any]
    previous: int | None
    next: int | None


def page_by_day(queryset: QuerySet, day: str, cursors, size: int = SIZE) -> Page:
    """The page that follows cursors["after"], or precedes cursors["before"].

    Cursors are primary keys as text; whatever is none of the list is passed over.
    """
    after, before = (_row(queryset, cursors.get(way)) for way in ("after", "before"))
    if before is not None:
        rows = list(_from(queryset, day, before, "gt").order_by(day, "pk")[: size + 1])
        more, rows = len(rows) > size, rows[:size][::-1]
        return _page(rows, has_previous=more, has_next=True)
    found = queryset if after is None else _from(queryset, day, after, "lt")
    rows = list(found.order_by(f"-{day}", "-pk")[: size + 1])
    more = len(rows) > size
    return _page(rows[:size], has_previous=after is not None, has_next=more)


def _row(queryset: QuerySet, key: str | None):
    if not (key and key.isascii() and key.isdigit() and len(key) < 19):
        return None
    return queryset.filter(pk=key).first()


def _from(queryset: QuerySet, day: str, row, side: str) -> QuerySet:
    value = getattr(row, day)
    return queryset.filter(
        Q(**{f"{day}__{side}": value}) | Q(**{day: value, f"pk__{side}": row.pk})
    )


def _page(rows: list, *, has_previous: bool, has_next: bool) -> Page:
    return Page(
        rows=rows,
        previous=rows[0].pk if rows and has_previous else None,
        next=rows[-1].pk if rows and has_next else None,
    )
