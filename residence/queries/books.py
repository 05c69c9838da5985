"""Contact books of a ward or cell in a year: who has one, who has not come for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import (
    Count,
    F,
    FilteredRelation,
    Min,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, Concat

from members.models import Committee, Kind, Member, Registration, User
from members.models.registrations import at_residence
from members.queries.channels import paths_down_to
from members.scopes import within
from residence.models import ContactBook
from residence.queries.meetings import READERS

_NO_CELL = "99"  # sorts behind every key of a name
_GONE = [Member.Status.DEAD, Member.Status.MERGED]


class Stage(StrEnum):
    """How far the book of the year has come; GONE: who left, or is exempt now."""

    NOT_ISSUED = "chua-cap"
    WAITING = "chua-nhan"
    COLLECTED = "da-nhan"
    HANDED_BACK = "da-nop-lai"
    GONE = "khong-con"


STAGE_LABELS = {
    Stage.NOT_ISSUED: "Chưa cấp",
    Stage.WAITING: "Đã cấp, chưa nhận",
    Stage.COLLECTED: "Đã nhận",
    Stage.HANDED_BACK: "Đã nộp lại",
    Stage.GONE: "Có sổ, không còn thuộc diện",
}
STAGE_KINDS = {
    Stage.NOT_ISSUED: "neutral",
    Stage.WAITING: "warning",
    Stage.COLLECTED: "success",
    Stage.HANDED_BACK: "info",
}
_IN_STAGE = {
    Stage.NOT_ISSUED: Q(book=None),
    Stage.WAITING: Q(book__isnull=False, book__collected_on=None),
    Stage.COLLECTED: Q(book__collected_on__isnull=False, book__handed_back_on=None),
    Stage.HANDED_BACK: Q(book__handed_back_on__isnull=False),
}


@dataclass(frozen=True)
class BookCounts:
    """Of those who should have a book: how far they are."""

    total: int
    not_issued: int
    waiting: int
    collected: int
    handed_back: int


def day_of_year(year: int, on: date) -> date:
    """The day by which is told who should have the book of a year."""
    return on if year >= on.year else date(year, 12, 31)


def holders(
    unit: Committee, year: int, *, user: User, on: date
) -> QuerySet[Registration]:
    """Received stays of a ward or cell, in the user's scope, that should have the book.

    With the book, where there is one (book_pk, book_version, book_number, issued_on,
    collected_on, handed_back_on, book_note); who is exempt, dead or gone is left out.
    """
    day = day_of_year(year, on)
    due = (
        Registration.objects.received_on_day(day)
        .filter(_seen(unit, user), member__status=Member.Status.ACTIVE)
        .exclude(pk__in=Registration.objects.exempt_on(day).values("pk"))
    )
    return _with_book(due, year)


def former_holders(
    unit: Committee, year: int, *, user: User, on: date
) -> QuerySet[Registration]:
    """Stays with a book of the year whose members left or are exempt now."""
    day = day_of_year(year, on)
    held = Registration.objects.filter(
        _seen(unit, user), contact_books__year=year
    ).exclude(member__status__in=_GONE)
    still = Registration.objects.received_on_day(day).filter(
        member__status=Member.Status.ACTIVE
    )
    still = still.exclude(pk__in=Registration.objects.exempt_on(day).values("pk"))
    return _with_book(held.exclude(pk__in=still.values("pk")), year)


def in_stage(stays: QuerySet[Registration], stage: Stage) -> QuerySet[Registration]:
    """Those of holders() whose book has come so far."""
    return stays.filter(_IN_STAGE[stage])


def book_counts(stays: QuerySet[Registration]) -> BookCounts:
    """How far the books of holders() are; one statement."""
    names = {
        "not_issued": Stage.NOT_ISSUED,
        "waiting": Stage.WAITING,
        "collected": Stage.COLLECTED,
        "handed_back": Stage.HANDED_BACK,
    }
    found = stays.order_by().aggregate(
        total=Count("pk"),
        **{name: Count("pk", filter=_IN_STAGE[one]) for name, one in names.items()},
    )
    return BookCounts(**found)


def stage_of(stay: Registration) -> Stage:
    """The stage of a row of holders()."""
    if stay.book_pk is None:  # type: ignore[attr-defined]
        return Stage.NOT_ISSUED
    if stay.handed_back_on:  # type: ignore[attr-defined]
        return Stage.HANDED_BACK
    if stay.collected_on:  # type: ignore[attr-defined]
        return Stage.COLLECTED
    return Stage.WAITING


def last_book_number(ward: Committee, year: int) -> str:
    """The longest, then highest number given in a ward's year; "" for none."""
    numbers = ContactBook.objects.filter(registration__ward=ward, year=year)
    found = numbers.exclude(number="").values_list("number", flat=True)
    return max(found, key=lambda number: (len(number), number), default="")


def wards_with_books(user: User) -> QuerySet[Committee]:
    """Wards whose books the user may see: his own, those of his cells, those below."""
    paths = user.paths_of(*READERS)
    above = {one for path in paths for one in paths_down_to(path)}
    return Committee.objects.filter(
        within("path", paths) | Q(path__in=above), kind=Kind.WARD, valid_to=None
    ).order_by("sort_key", "pk")


def cells_with_books(user: User, ward: Committee) -> QuerySet[Committee]:
    """The cells of a ward whose books the user may see."""
    return Committee.objects.filter(
        within("path", user.paths_of(*READERS)),
        within("path", [ward.path]),
        receives_members=True,
        valid_to=None,
    ).exclude(pk=ward.pk)


def years_with_books(unit: Committee, *, on: date) -> list[int]:
    """Years to choose from: the next, the present, and those that have books."""
    books = ContactBook.objects.filter(at_residence([unit.path], "registration__"))
    known = set(books.values_list("year", flat=True).distinct())
    return sorted({*known, on.year, on.year + 1}, reverse=True)


def waiting_books(
    paths: Iterable[str], *, year: int, on: date
) -> tuple[int, date | None]:
    """Books of a year in these scopes that nobody has come for; since when."""
    found = (
        ContactBook.objects.waiting()
        .filter(
            at_residence(paths, "registration__"),
            year=year,
            registration__state=Registration.State.RECEIVED,
            registration__member__status=Member.Status.ACTIVE,
        )
        .exclude(registration__in=Registration.objects.exempt_on(on).values("pk"))
        .aggregate(n=Count("pk"), since=Min("issued_on"))
    )
    return found["n"], found["since"]


def books_of(
    registrations: QuerySet[Registration] | Iterable[Registration], user: User
) -> QuerySet[ContactBook]:
    """Books of these stays that the user may see, the latest year first."""
    return (
        ContactBook.objects.visible_to(user)
        .filter(registration__in=[stay.pk for stay in registrations])
        .order_by("-year", "-pk")
    )


def _seen(unit: Committee, user: User) -> Q:
    """At the unit, and in the scope of the user: a cell reads nothing of its sisters."""
    return at_residence([unit.path]) & at_residence(user.paths_of(*READERS))


def _with_book(stays: QuerySet[Registration], year: int) -> QuerySet[Registration]:
    return stays.annotate(
        book=FilteredRelation("contact_books", condition=Q(contact_books__year=year)),
        book_pk=F("book__pk"),
        book_version=F("book__version"),
        book_number=F("book__number"),
        issued_on=F("book__issued_on"),
        collected_on=F("book__collected_on"),
        handed_back_on=F("book__handed_back_on"),
        book_note=F("book__note"),
        order_key=Concat(
            Coalesce("cell__sort_key", Value(_NO_CELL)), "member__sort_key"
        ),
    ).select_related("member", "cell", "workplace")
