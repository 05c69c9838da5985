"""Sổ liên hệ: issued with running numbers, collected, handed back; one or many at once.

Each act is all or nothing, in as many statements for 500 people as for one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from members.models import Committee, Member, Registration, User
from members.services.persons import check_not_in_future
from party76.audit.models import Action
from party76.audit.services import record_many
from party76.shared.numbering import running_numbers
from party76.shared.running import Tell, tell_nobody
from residence.models import ContactBook

_BATCH = 1_000


@dataclass(frozen=True)
class Selection:
    """Whose books of which year: {stay: version of the book looked at, 0 for none}."""

    ward: Committee
    year: int
    versions: Mapping[int, int]


@transaction.atomic
def issue_books(
    chosen: Selection,
    *,
    first_number: str = "",
    on: date,
    by: User,
    tell: Tell = tell_nobody,
) -> list[ContactBook]:
    """Give each a book, with running numbers where a first one is given.

    Raises ValidationError with a sentence for each who has a book of the year, is
    exempt or no longer here, and for numbers that are taken.
    """
    check_not_in_future(on, "Ngày cấp")
    tell("Đang kiểm tra", 10)
    # One issue at a time in a ward, or two would give the same numbers.
    Committee.objects.select_for_update(no_key=True).get(pk=chosen.ward.pk)
    stays, known, obstacles = _held(chosen)
    exempt = set(
        Registration.objects.exempt_on(on)
        .filter(pk__in=chosen.versions)
        .values_list("pk", flat=True)
    )
    for stay in stays:
        if sentence := _no_book_for(stay, known.get(stay.pk), exempt, on):
            obstacles.append(_about(stay, sentence))
    numbers = _numbers(first_number, len(stays))
    obstacles += _taken(chosen, numbers)
    _refuse(obstacles)
    tell("Đang cấp sổ", 50)
    books = ContactBook.objects.bulk_create(
        (
            ContactBook(
                registration=stay, year=chosen.year, number=number, issued_on=on
            )
            for stay, number in zip(stays, numbers, strict=True)
        ),
        batch_size=_BATCH,
    )
    _record(Action.CREATE, chosen, books, {"issued_on": on.isoformat()}, by=by)
    tell("Xong", 100)
    return books


@transaction.atomic
def collect_books(
    chosen: Selection, *, on: date, by: User, tell: Tell = tell_nobody
) -> list[ContactBook]:
    """Note that people came for their books; raises with a sentence for each who
    has none, has collected it already, or got it later than that day."""
    check_not_in_future(on, "Ngày nhận sổ")
    tell("Đang kiểm tra", 10)
    stays, known, obstacles = _held(chosen)
    for stay in stays:
        if sentence := _no_collecting(known.get(stay.pk), on):
            obstacles.append(_about(stay, sentence))
    _refuse(obstacles)
    return _write(chosen, known, {"collected_on": on}, by=by, tell=tell)


@transaction.atomic
def hand_back_books(
    chosen: Selection, *, on: date, by: User, tell: Tell = tell_nobody
) -> list[ContactBook]:
    """Note that books were handed back at the year's end; raises as above."""
    check_not_in_future(on, "Ngày nộp lại")
    tell("Đang kiểm tra", 10)
    stays, known, obstacles = _held(chosen)
    for stay in stays:
        if sentence := _no_handing_back(known.get(stay.pk), on):
            obstacles.append(_about(stay, sentence))
    _refuse(obstacles)
    return _write(chosen, known, {"handed_back_on": on}, by=by, tell=tell)


@transaction.atomic
def undo_last_step(
    chosen: Selection, *, by: User, tell: Tell = tell_nobody
) -> list[ContactBook]:
    """Take back what was noted last by mistake: the handing back, the collecting, or
    the issue. Raises ValidationError for whoever has no book, or one that changed."""
    tell("Đang kiểm tra", 10)
    stays, known, obstacles = _held(chosen)
    for stay in stays:
        if stay.pk not in known:
            obstacles.append(_about(stay, "chưa được cấp sổ năm này."))
    _refuse(obstacles)
    books = list(known.values())
    returned = [book for book in books if book.handed_back_on]
    collected = [b for b in books if b.collected_on and not b.handed_back_on]
    issued = [book for book in books if not book.collected_on]
    tell("Đang ghi", 50)
    for some, name in ((returned, "handed_back_on"), (collected, "collected_on")):
        _update(some, {name: None})
        _record(Action.UPDATE, chosen, some, {"undone": name}, by=by)
    _record(Action.DELETE, chosen, issued, {"undone": "issued_on"}, by=by)
    ContactBook.objects.filter(pk__in=[book.pk for book in issued]).delete()
    tell("Xong", 100)
    return books


def _numbers(first: str, count: int) -> list[str]:
    """Raises ValidationError where there are no digits, or the numbers get too long."""
    try:
        numbers = running_numbers(first, count)
    except ValidationError as error:
        raise ValidationError({"first_number": error.messages}) from error
    longest = ContactBook._meta.get_field("number").max_length or 0
    if numbers and len(numbers[-1]) > longest:
        raise ValidationError(
            {"first_number": f"Số sổ dài quá {longest} ký tự. Đồng chí ghi gọn lại."}
        )
    return numbers


def _held(
    chosen: Selection,
) -> tuple[list[Registration], dict[int, ContactBook], list[str]]:
    """Stays by cell and name, their books of the year, and who has changed meanwhile."""
    if not chosen.versions:
        raise ValidationError("Đồng chí chưa chọn ai.")
    rows = Registration.objects.filter(pk__in=chosen.versions, ward=chosen.ward)
    rows = rows.select_related("member").order_by(
        F("cell__sort_key").asc(nulls_last=True), "member__sort_key", "pk"
    )
    stays = list(rows.select_for_update(of=("self",), no_key=True))
    books = ContactBook.objects.filter(
        registration__in=[stay.pk for stay in stays], year=chosen.year
    )
    known = {book.registration_id: book for book in books.select_for_update()}
    obstacles = [
        _about(stay, "vừa có người khác ghi sổ. Đồng chí xem lại rồi chọn lại.")
        for stay in stays
        if chosen.versions[stay.pk] != _version(known.get(stay.pk))
    ]
    if missing := len(chosen.versions) - len(stays):
        obstacles.append(
            f"{missing} đồng chí đã chọn không còn được {chosen.ward} theo dõi. Đồng chí "
            "mở lại danh sách."
        )
    # One sentence each: who has changed is not looked at any further.
    same = [s for s in stays if chosen.versions[s.pk] == _version(known.get(s.pk))]
    return same, known, obstacles


def _version(book: ContactBook | None) -> int:
    return book.version if book else 0


def _about(stay: Registration, sentence: str) -> str:
    return f"Đồng chí {stay.member.full_name}: {sentence}"


def _no_book_for(
    stay: Registration, book: ContactBook | None, exempt: set[int], on: date
) -> str:
    if book:
        return f"đã được cấp sổ ngày {book.issued_on:%d/%m/%Y}."
    if not stay.is_received or stay.member.status != Member.Status.ACTIVE:
        return "không còn theo dõi ở đây."
    if stay.pk in exempt:
        return "được miễn sinh hoạt nơi cư trú, không cấp sổ."
    if stay.received_on and on < stay.received_on:
        return f"được tiếp nhận ngày {stay.received_on:%d/%m/%Y}, sau ngày cấp sổ."
    return ""


def _no_collecting(book: ContactBook | None, on: date) -> str:
    if book is None:
        return "chưa được cấp sổ năm này."
    if book.collected_on:
        return f"đã nhận sổ ngày {book.collected_on:%d/%m/%Y}."
    if on < book.issued_on:
        return f"sổ cấp ngày {book.issued_on:%d/%m/%Y}, sau ngày nhận."
    return ""


def _no_handing_back(book: ContactBook | None, on: date) -> str:
    if book is None:
        return "chưa được cấp sổ năm này."
    if book.collected_on is None:
        return "chưa nhận sổ nên chưa có gì để nộp lại."
    if book.handed_back_on:
        return f"đã nộp lại ngày {book.handed_back_on:%d/%m/%Y}."
    if on < book.collected_on:
        return f"nhận sổ ngày {book.collected_on:%d/%m/%Y}, sau ngày nộp lại."
    return ""


def _taken(chosen: Selection, numbers: Sequence[str]) -> list[str]:
    """Numbers that books of the ward's year bear already; one statement."""
    taken = ContactBook.objects.filter(
        registration__ward=chosen.ward,
        year=chosen.year,
        number__in=filter(None, numbers),
    )
    found = sorted(taken.values_list("number", flat=True))
    if not found:
        return []
    return [f"Số sổ đã cấp trong năm {chosen.year}: {', '.join(found)}."]


def _write(
    chosen: Selection,
    known: Mapping[int, ContactBook],
    values: dict[str, date],
    *,
    by: User,
    tell: Tell,
) -> list[ContactBook]:
    tell("Đang ghi", 50)
    books = list(known.values())
    _update(books, values)
    facts = {name: day.isoformat() for name, day in values.items()}
    _record(Action.UPDATE, chosen, books, facts, by=by)
    tell("Xong", 100)
    return books


def _update(books: Sequence[ContactBook], values: Mapping[str, Any]) -> None:
    rows = ContactBook.objects.filter(pk__in=[book.pk for book in books])
    rows.update(**values, version=F("version") + 1)


def _record(
    action: Action,
    chosen: Selection,
    books: Iterable[ContactBook],
    facts: dict[str, Any],
    *,
    by: User,
) -> None:
    events = (
        (
            book,
            chosen.ward.code,
            {"registration": book.registration_id, "year": book.year, **facts},
        )
        for book in books
    )
    record_many(action, events, by=by)


def _refuse(obstacles: Sequence[str]) -> None:
    if obstacles:
        raise ValidationError(list(obstacles))
