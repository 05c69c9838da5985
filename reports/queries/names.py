"""The names behind a number, as far as the reader may see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from evaluations.models import Evaluation, RatingYear
from members.models import Committee, Placement, Registration, Role, User
from members.models.registrations import at_residence
from members.queries.discretion import topmost_units
from members.queries.identity import identity_shown
from party76.shared.paging import Cursor, Page, page_of
from reports.queries import figures
from reports.queries.figures import Figure
from reports.queries.places import Place

_RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)


@dataclass(frozen=True)
class Entry:
    """A person on a list; pk is the key of the row that was counted."""

    pk: int
    registration_id: int
    member_id: int
    name: str
    birth_date: date | None
    birth_precision: str
    workplace: str
    ward: str
    cell: str
    received_on: date | None
    ended_on: date | None
    end_reason: str
    result: str
    reason: str


@dataclass(frozen=True)
class Names:
    """The list a number opens: len(all its pages) + withheld = number."""

    figure: Figure
    number: int
    named: int
    page: Page

    @property
    def withheld(self) -> int:
        """Counted, but not named to this reader."""
        return self.number - self.named


def names_behind(
    figure: Figure,
    place: Place,
    year: RatingYear,
    *,
    rest: bool,
    cursor: Cursor,
    by: User,
) -> Names:
    """One page of the people a figure counts, by given name. Five queries."""
    rows = figures.rows_behind(figure, place, year, rest=rest)
    seen = _visible(rows, figure, by)
    number = rows.count()
    page = page_of(_with_names(seen, by), cursor, by=_sort_key(rows))
    veiled = topmost_units([row.workplace for row in page.rows], to=by)
    entries = [entry_of(row, by, veiled) for row in page.rows]
    return Names(
        figure=figure,
        number=number,
        named=seen.count(),
        page=Page(entries, page.previous, page.next),
    )


def all_names(
    figure: Figure, place: Place, year: RatingYear, *, rest: bool, by: User
) -> Iterator[Entry]:
    """Everybody a figure counts whom the reader may see, one at a time."""
    rows = figures.rows_behind(figure, place, year, rest=rest)
    visible = _visible(rows, figure, by)
    units = Committee.objects.filter(pk__in=visible.order_by().values("workplace"))
    veiled = topmost_units(units, to=by)
    seen = _with_names(visible, by).order_by(_sort_key(rows), "pk")
    return (entry_of(row, by, veiled) for row in seen.iterator(chunk_size=2000))


def count_names(
    figure: Figure, place: Place, year: RatingYear, *, rest: bool, by: User
) -> tuple[int, int]:
    """(number, named): the figure, and how many of them the reader may see."""
    rows = figures.rows_behind(figure, place, year, rest=rest)
    return rows.count(), _visible(rows, figure, by).count()


def _visible(rows: QuerySet, figure: Figure, by: User) -> QuerySet:
    """Rows whose names the reader may see: people placed in his units.

    A draft is its residence's alone (design 5): a list that tells the result
    names only those whose row he may read.
    """
    here = rows.filter(at_residence(by.paths_of(*_RESIDENCE, *_ABOVE)))
    if not figure.tells_result:
        return here
    return here.filter(pk__in=Evaluation.objects.visible_to(by).values("pk"))


def _with_names(rows: QuerySet, by: User) -> QuerySet:
    if rows.model is not Evaluation:
        return rows.select_related("registration__member", "ward", "cell", "workplace")
    readable = Evaluation.objects.visible_to(by).filter(pk=OuterRef("pk"))
    return rows.select_related(
        "member", "registration__member", "ward", "cell", "workplace", "tier"
    ).annotate(is_readable=Exists(readable))


def _sort_key(rows: QuerySet) -> str:
    if rows.model is Evaluation:
        return "member__sort_key"
    return "registration__member__sort_key"


def entry_of(
    row: Evaluation | Placement, by: User, veiled: dict[int, Committee]
) -> Entry:
    """The row of a list; identity as it was for those who only were here."""
    stay: Registration = row.registration
    person = identity_shown(stay, by, at=row)
    result, reason = _result(row) if isinstance(row, Evaluation) else ("", "")
    return Entry(
        pk=row.pk,
        registration_id=stay.pk,
        member_id=stay.member_id,
        name=person.full_name,
        birth_date=person.birth_date,
        birth_precision=person.birth_precision,
        workplace=veiled.get(row.workplace_id, row.workplace).name,
        ward=row.ward.name,
        cell=row.cell.name if row.cell else "",
        received_on=stay.received_on,
        ended_on=stay.ended_on,
        end_reason=stay.get_end_reason_display() if stay.end_reason else "",
        result=result,
        reason=reason,
    )


def _result(row: Evaluation) -> tuple[str, str]:
    """(tier or outcome, reason); of a row that may not be read, only how far it is."""
    if not row.is_readable:  # type: ignore[attr-defined]
        return row.get_state_display(), ""
    return row.tier.name if row.tier else row.get_outcome_display(), row.reason
