"""Who was placed at a unit on a day, by the tree of that day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from members.models import Committee, Member, Placement, Registration, Role, User
from members.models.registrations import at_residence
from members.queries.day_tree import DayTree, placed_below

PAGE_SIZE = 100
_READERS = (
    Role.RESIDENCE_WARD,
    Role.RESIDENCE_CELL,
    Role.DEPARTMENT,
    Role.INSPECTOR,
)
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)
_SORT = "registration__member__sort_key"


@dataclass(frozen=True)
class Entry:
    """A person on the list, with the units as they were called on its day."""

    pk: int  # of the placement that was counted
    member_id: int
    name: str
    birth_date: date | None
    birth_precision: str
    workplace: str
    ward: str
    cell: str
    received_on: date | None

    @property
    def residence(self) -> str:
        return f"{self.cell}, {self.ward}" if self.cell else self.ward


@dataclass(frozen=True)
class Roll:
    """One page: all pages together and the withheld are as many as the number."""

    number: int
    named: int
    entries: list[Entry]
    before: int | None = None
    after: int | None = None

    @property
    def withheld(self) -> int:
        """Counted, but not named to this reader."""
        return self.number - self.named


def roll_page(
    unit: Committee,
    tree: DayTree,
    *,
    by: User,
    before: int | None = None,
    after: int | None = None,
) -> Roll:
    """A page of those placed in a unit on the day, by given name. Four queries."""
    placed = placed_below(tree, unit.pk)
    seen = _seen_by(placed, by)
    found = _from(seen, before or after, backwards=before is not None)
    rows = list(found[: PAGE_SIZE + 1])
    has_more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if before:
        rows.reverse()
    first, last = (rows[0].pk, rows[-1].pk) if rows else (None, None)
    return Roll(
        number=placed.count(),
        named=seen.count(),
        entries=[_entry(row, tree, by) for row in rows],
        before=first if (has_more if before else after) else None,
        after=last if (has_more or before) else None,
    )


def whole_roll(unit: Committee, tree: DayTree, *, by: User) -> tuple[Roll, Iterator]:
    """The numbers of the list, and everybody the reader may see, one at a time."""
    placed = placed_below(tree, unit.pk)
    seen = _seen_by(placed, by)
    rows = _with_people(seen).order_by(_SORT, "pk").iterator(chunk_size=2000)
    entries = (_entry(row, tree, by) for row in rows)
    return Roll(placed.count(), seen.count(), []), entries


def _seen_by(placed: QuerySet[Placement], by: User) -> QuerySet[Placement]:
    """Those whose place of then lies in the reader's units of today."""
    return placed.filter(at_residence(by.paths_of(*_READERS)))


def _with_people(placed: QuerySet[Placement]) -> QuerySet[Placement]:
    return placed.select_related("registration__member", "ward", "cell", "workplace")


def _from(
    placed: QuerySet[Placement], key: int | None, *, backwards: bool
) -> QuerySet[Placement]:
    """In order, beyond one of them; an unknown key begins at the top."""
    order = [f"-{_SORT}", "-pk"] if backwards else [_SORT, "pk"]
    ordered = _with_people(placed).order_by(*order)
    if key is None:
        return ordered
    mark = placed.filter(pk=key).values_list(_SORT, flat=True).first()
    if mark is None:
        return ordered
    way = "lt" if backwards else "gt"
    beyond = Q(**{f"{_SORT}__{way}": mark}) | Q(**{_SORT: mark, f"pk__{way}": key})
    return ordered.filter(beyond)


def _entry(row: Placement, tree: DayTree, by: User) -> Entry:
    name, born, precision = _identity(row.registration, by)
    return Entry(
        pk=row.pk,
        member_id=row.registration.member_id,
        name=name,
        birth_date=born,
        birth_precision=precision,
        workplace=tree.name_of(row.workplace_id, row.workplace.name),
        ward=tree.name_of(row.ward_id, row.ward.name),
        cell=tree.name_of(row.cell.pk, row.cell.name) if row.cell else "",
        received_on=row.registration.received_on,
    )


def _identity(stay: Registration, by: User) -> tuple[str, date | None, str]:
    """As it was where the stay has ended: a former residence learns nothing new."""
    kept = stay.identity_at_end
    if kept and stay.ended_on and not by.has_role(*_ABOVE):
        born = kept.get("birth_date")
        return (
            kept["full_name"],
            date.fromisoformat(born) if born else None,
            kept.get("birth_precision", Member.DatePrecision.DAY),
        )
    member = stay.member
    return member.full_name, member.birth_date, member.birth_precision
