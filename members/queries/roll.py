"""Who was placed at a unit on a day, by the tree of that day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from members.models import Committee, Placement, Role, User
from members.models.registrations import at_residence
from members.queries.day_tree import DayTree, placed_below
from members.queries.discretion import topmost_units
from members.queries.identity import identity_shown
from party76.shared.paging import Cursor, Page, page_of

_READERS = (
    Role.RESIDENCE_WARD,
    Role.RESIDENCE_CELL,
    Role.DEPARTMENT,
    Role.INSPECTOR,
)
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
    page: Page

    @property
    def withheld(self) -> int:
        """Counted, but not named to this reader."""
        return self.number - self.named


def roll_page(unit: Committee, tree: DayTree, cursor: Cursor, *, by: User) -> Roll:
    """A page of those placed in a unit on the day, by given name. Five queries."""
    placed = placed_below(tree, unit.pk)
    seen = _seen_by(placed, by)
    page = page_of(_with_people(seen), cursor, by=_SORT)
    veiled = topmost_units([row.workplace for row in page.rows], to=by)
    entries = [_entry(row, tree, by, veiled) for row in page.rows]
    return Roll(
        number=placed.count(),
        named=seen.count(),
        page=Page(entries, page.previous, page.next),
    )


def whole_roll(unit: Committee, tree: DayTree, *, by: User) -> tuple[Roll, Iterator]:
    """The numbers of the list, and everybody the reader may see, one at a time."""
    placed = placed_below(tree, unit.pk)
    seen = _seen_by(placed, by)
    rows = _with_people(seen).order_by(_SORT, "pk").iterator(chunk_size=2000)
    units = Committee.objects.filter(pk__in=seen.values("workplace"))
    veiled = topmost_units(units, to=by)
    entries = (_entry(row, tree, by, veiled) for row in rows)
    return Roll(placed.count(), seen.count(), Page([])), entries


def _seen_by(placed: QuerySet[Placement], by: User) -> QuerySet[Placement]:
    """Those whose place of then lies in the reader's units of today."""
    return placed.filter(at_residence(by.paths_of(*_READERS)))


def _with_people(placed: QuerySet[Placement]) -> QuerySet[Placement]:
    return placed.select_related("registration__member", "ward", "cell", "workplace")


def _entry(
    row: Placement, tree: DayTree, by: User, veiled: dict[int, Committee]
) -> Entry:
    person = identity_shown(row.registration, by, at=row)
    workplace = veiled.get(row.workplace_id, row.workplace)
    return Entry(
        pk=row.pk,
        member_id=row.registration.member_id,
        name=person.full_name,
        birth_date=person.birth_date,
        birth_precision=person.birth_precision,
        workplace=tree.name_of(workplace.pk, workplace.name),
        ward=tree.name_of(row.ward_id, row.ward.name),
        cell=tree.name_of(row.cell.pk, row.cell.name) if row.cell else "",
        received_on=row.registration.received_on,
    )
