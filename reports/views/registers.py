"""Sổ sách: the registers of both sides, on screen, on paper and as Excel to be bound."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from members.models import Committee, Role
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor, Page
from party76.spreadsheets.writer import xlsx_response
from reports.documents.register_book import (
    COLUMNS,
    TITLES,
    Book,
    book_of,
    lines_of,
    register_file,
)
from reports.forms.registers import RegisterForm, RegisterUnitForm
from reports.permissions import (
    ABOVE,
    RESIDENCE,
    can_keep_registers,
    can_print_papers,
    can_read_residence_register,
    can_read_workplace_register,
)
from reports.queries.register_spans import Side
from reports.queries.registers import register_of, rows_of
from residence.queries import READERS

SIZE = 50
_CLASSES = {"integer": "num", "date": "nowrap", "code": "nowrap"}
_READ = {
    Side.RESIDENCE: can_read_residence_register,
    Side.WORKPLACE: can_read_workplace_register,
}


@dataclass(frozen=True)
class Shelf:
    """One register that lies ready: whose, which, and where."""

    unit: Committee
    title: str
    url: str


@require_safe
def register_start(request):
    """The registers of one's own units, and the way to letters and forms."""
    user = request.user
    if not can_keep_registers(user):
        raise PermissionDenied
    chosen = request.GET if "don_vi" in request.GET else None
    form = RegisterUnitForm(chosen, by=user)
    if form.is_bound and form.is_valid() and (to := _chosen(user, form)):
        return redirect(to)
    context = {
        "shelves": _shelves(user),
        "form": form if user.has_role(*ABOVE) else None,
        "prints": can_print_papers(user),
        "reads_books": user.has_role(*READERS),
    }
    return render(request, "reports/register_start.html", context)


@require_safe
def register_detail(request, pk, side):
    """A register page by page, with the sums of the whole."""
    top, side, form = _asked(request, pk, side)
    book = _book(form)
    start = _start(book, Cursor.read(request.GET))
    rows = rows_of(book.register, request.user, start=start, size=SIZE)
    _record(request, Action.LIST, book, len(rows))
    context = {
        "book": book,
        "form": form,
        "columns": COLUMNS[side],
        "lines": _drawn(rows, side),
        "page": _page(book, start, rows),
        "total": len(book.register.stays),
        "kept": form.chosen_pairs(),
        "print_url": _address("register_print", top, side, form),
        "export_url": _address("register_export", top, side, form),
        "reset_url": reverse("reports:register_detail", args=[pk, side]),
        "subtitle": f"{form.unit.name}, {_lower(book.period)}",
    }
    return render(request, "reports/register_detail.html", context)


@require_safe
def register_print(request, pk, side):
    """The whole on paper: title page, lines, sums, signatures."""
    top, side, form = _asked(request, pk, side)
    book = _book(form)
    rows = rows_of(book.register, request.user)
    _record(request, Action.EXPORT, book, len(rows))
    context = {
        "book": book,
        "columns": COLUMNS[side],
        "lines": _drawn(rows, side),
        "total": len(rows),
        "back_url": _address("register_detail", top, side, form),
    }
    return render(request, "reports/register_print.html", context)


@require_safe
def register_export(request, pk, side):
    _, side, form = _asked(request, pk, side)
    book = _book(form)
    content = register_file(book, by=request.user)
    _record(request, Action.EXPORT, book, len(book.register.stays))
    name = "Sổ theo dõi" if side is Side.RESIDENCE else "Sổ giới thiệu"
    return xlsx_response(content, f"{name} - {form.unit.name} - {book.period}.xlsx")


def _asked(request, pk, side: str) -> tuple[Committee, Side, RegisterForm]:
    """The unit, its side and the period; 404 or 403 where it is not the reader's."""
    if side not in set(Side):
        raise Http404
    units = Committee.objects.visible_to(request.user).select_related("parent")
    unit = get_object_or_404(units, pk=pk)
    if not _READ[Side(side)](request.user, unit):
        raise PermissionDenied
    today = timezone.localdate()
    return (
        unit,
        Side(side),
        RegisterForm(request.GET, top=unit, side=Side(side), today=today),
    )


def _book(form: RegisterForm) -> Book:
    return book_of(register_of(form.unit, form.side, form.period))


def _drawn(rows, side: Side) -> list[tuple]:
    """(row, cells with the heading and class of their column) of each line."""
    columns = COLUMNS[side]
    return [
        (
            row,
            [
                (cell, column.label, _CLASSES.get(column.kind, ""))
                for cell, column in zip(line, columns, strict=True)
            ],
        )
        for row, line in zip(rows, lines_of(rows, side), strict=True)
    ]


def _start(book: Book, cursor: Cursor) -> int:
    """Where the page begins; the beginning for a line that is gone."""
    stays = book.register.stays
    if cursor.after in stays:
        return stays.index(cursor.after) + 1
    if cursor.before in stays:
        return max(stays.index(cursor.before) - SIZE, 0)
    return 0


def _page(book: Book, start: int, rows) -> Page:
    stays = book.register.stays
    return Page(
        rows,
        previous=stays[start] if start and rows else None,
        next=stays[start + SIZE - 1] if start + SIZE < len(stays) else None,
    )


def _record(request, action: Action, book: Book, number: int) -> None:
    period = book.register.period
    record(
        action,
        "register",
        by=request.user,
        committee_code=book.register.unit.code,
        count=number,
        facts={
            "side": book.register.side,
            "from": period.first.isoformat(),
            "to": period.end.isoformat(),
        },
    )


def _shelves(user) -> list[Shelf]:
    """The registers of the units at which the user holds a post."""
    found = []
    for side, roles in (
        (Side.RESIDENCE, RESIDENCE),
        (Side.WORKPLACE, (Role.WORKPLACE,)),
    ):
        units = {
            post.committee_id: post.committee
            for post in user.posts
            if post.role in roles
        }
        found += [
            Shelf(unit, TITLES[side], _plain_address(unit, side))
            for unit in sorted(units.values(), key=lambda unit: unit.path)
        ]
    return found


def _chosen(user, form: RegisterUnitForm) -> str:
    """The register of a unit searched for; "" and a sentence where it is out of scope."""
    unit, side = form.cleaned_data["don_vi"], Side(form.cleaned_data["so"])
    if _READ[side](user, unit):
        return _plain_address(unit, side)
    form.add_error("don_vi", "Đơn vị này ngoài phạm vi của đồng chí.")
    return ""


def _plain_address(unit: Committee, side: Side) -> str:
    return reverse("reports:register_detail", args=[unit.pk, side])


def _address(name: str, unit: Committee, side: Side, form: RegisterForm) -> str:
    address = reverse(f"reports:{name}", args=[unit.pk, side])
    chosen = form.chosen_pairs()
    return f"{address}?{urlencode(chosen)}" if chosen else address


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
