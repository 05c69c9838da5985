"""What the residence side does not read of people in the armed forces.

Of a body of the armed forces it learns the name of the topmost unit and nothing below,
and no position. The unit itself reads everything, and so does whoever stands above it.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.fields import CharField
from django.db.models.functions import Length, Substr

from members.models import Committee, Member, Role, Sector, User
from members.queries.channels import paths_down_to
from members.scopes import contains, within

READ_ALL = (Role.WORKPLACE, Role.DEPARTMENT, Role.INSPECTOR)


def topmost_units(
    units: Iterable[Committee], *, to: User | None = None
) -> dict[int, Committee]:
    """{unit: the topmost unit of the armed forces over it, or itself}.

    Only those whose inside the reader may not know; without a reader, all of the
    armed forces. One statement, none where the reader stands above all.
    """
    above = to.paths_of(*READ_ALL) if to else []
    hidden = {
        unit.pk: unit.path
        for unit in units
        if not any(contains(path, unit.path) for path in above)
    }
    paths = {path for own in hidden.values() for path in paths_down_to(own)}
    armed = Committee.objects.filter(sector=Sector.ARMED_FORCES, path__in=paths)
    by_path = {unit.path: unit for unit in armed} if paths else {}
    tops = {
        key: next((by_path[p] for p in paths_down_to(own) if p in by_path), None)
        for key, own in hidden.items()
    }
    return {key: top for key, top in tops.items() if top}


def shown_workplaces(
    units: Iterable[Committee], *, to: User | None = None
) -> dict[int, str]:
    """{unit: the name under which the residence side, or this reader, knows it}."""
    units = list(units)
    tops = topmost_units(units, to=to)
    return {unit.pk: tops.get(unit.pk, unit).name for unit in units}


def shown_workplace(unit: Committee, *, to: User | None = None) -> str:
    """The name under which the residence side, or this reader, knows a workplace."""
    return shown_workplaces([unit], to=to)[unit.pk]


def shown_positions(
    members: Iterable[Member], *, to: User | None = None
) -> dict[int, str]:
    """{member: his position, "" where it is not told}; needs member.workplace."""
    members = list(members)
    tops = topmost_units([member.workplace for member in members], to=to)
    return {
        member.pk: "" if member.workplace_id in tops else member.position
        for member in members
    }


def shown_position(member: Member, *, to: User | None = None) -> str:
    """His position, "" where the residence side, or this reader, is not told."""
    return shown_positions([member], to=to)[member.pk]


def veil(
    rows: Iterable[Any],
    *,
    to: User | None = None,
    tops: dict[int, Committee] | None = None,
) -> dict[int, Committee]:
    """Let rows name their workplace, and members their position, as the reader may know.

    Rows are stays, marks, evaluations, members …, fetched with their workplace; for
    showing only: its stored key stays as it is. Returns what topmost_units found (or
    was found before: tops); one statement, none where the reader stands above all.
    """
    rows = list(rows)
    if tops is None:
        tops = topmost_units([row.workplace for row in rows], to=to)
    for row in rows:
        top = tops.get(row.workplace_id)
        if top is None:
            continue
        show_unit(row, "workplace", top)
        if isinstance(row, Member):
            row.position = ""
    return tops


def show_unit(row: Model, name: str, unit: Committee) -> None:
    """Let a fetched row show another unit under the name; its stored key stays."""
    field: Any = row._meta.get_field(name)
    field.set_cached_value(row, unit)


def armed_units() -> QuerySet[Committee]:
    """Every unit of the armed forces and all below one."""
    above = _armed_above(OuterRef("path"))
    return Committee.objects.filter(Exists(above))


def told_to(user: User | None, lookup: str = "") -> Q:
    """Units that a reader may be shown by name; lookup leads to the unit.

    All but those below a unit of the armed forces; one's own side reads these too, and
    so does the administrator of their accounts. Without a reader, what all may know.
    """
    prefix = f"{lookup}__" if lookup else ""
    own = user.paths_of(*READ_ALL, Role.ADMINISTRATOR) if user else []
    mine = within(f"{prefix}path", own)
    path = OuterRef(f"{prefix}path")
    return mine | ~Q(Exists(_armed_above(path).exclude(path=path)))


def _armed_above(path: OuterRef) -> QuerySet[Committee]:
    """Units of the armed forces at or above the path of the row asked about."""
    start = Substr(path, 1, Length("path"), output_field=CharField())
    armed = Committee.objects.filter(sector=Sector.ARMED_FORCES)
    return armed.annotate(start=start).filter(path=F("start"))
