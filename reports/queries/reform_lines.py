"""The lines of a decision that was carried out, and the decisions that came after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from members.models import Reorganisation, Succession, User
from members.queries.day_tree import DayTree

_LATER_TOLD = 5


@dataclass(frozen=True)
class Line:
    """An old unit and its successor, each with the unit it stood below then."""

    row: Succession
    old_parent: str
    new_parent: str


def told_apart(rows: Iterable[Succession], on: date) -> list[Line]:
    """Cells of many wards bear one name, so their wards are named; two queries."""
    rows = list(rows)
    if not rows:
        return []
    before, after = DayTree(on - timedelta(days=1)), DayTree(on)
    return [
        Line(row, _above(before, row.old_id), _above(after, row.new_id)) for row in rows
    ]


def _above(tree: DayTree, key: int | None) -> str:
    unit = tree.units.get(key or 0)
    above = tree.units.get(unit.parent_id or 0) if unit else None
    return above.name if above else ""


def later_reforms(reform: Reorganisation, user: User) -> list[Reorganisation]:
    """Decisions carried out since on the units of this one, the latest first."""
    own = reform.successions.values_list("old", "new")
    units = {key for pair in own for key in pair if key is not None}
    touched = Succession.objects.filter(Q(old__in=units) | Q(new__in=units))
    later = Reorganisation.objects.visible_to(user).filter(
        pk__in=touched.values("reorganisation"), done_at__gt=reform.done_at
    )
    return list(later.done().order_by("-done_at")[:_LATER_TOLD])
