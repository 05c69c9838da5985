"""Đảng viên của tôi ở nơi cư trú: the page, the paper and the file of a workplace."""

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from members.models import Member, Role
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor, Page, page_of
from party76.spreadsheets.writer import xlsx_response
from reports.exports import (
    workplace_file,
    workplace_paper,
    workplace_title,
)
from reports.forms.workplace import WorkplaceFilterForm
from reports.queries.workplace import WorkerRow, own_members, rows_of, years_for
from reports.queries.workplace_counts import Tile, counts_of

SIZE = 50
SEARCH_LENGTH = 80
_CLASSES = {"integer": "num", "date": "num", "code": "nowrap"}


@require_http_methods(["GET", "HEAD", "POST"])
def workplace_view(request):
    """The workplace's people page by page; a name is searched for by POST."""
    form, text = _filter(request), _searched(request)
    members = _members(request, form, text)
    sent = request.POST if request.method == "POST" else request.GET
    page = page_of(members, Cursor.read(sent), by="order_key", size=SIZE)
    _record(request, Action.LIST, form, text, len(page.rows))
    kept = form.chosen_pairs()
    rows = rows_of(page.rows, request.user, form.year)
    context = {
        "form": form,
        "year": form.year,
        "text": text,
        "total": members.count(),
        "page": Page(rows, page.previous, page.next),
        "kept": kept,
        "searched": [("q", text)],
        "here": _address("workplace_view", kept),
        "export_url": _address("workplace_export", kept),
        "print_url": _address("workplace_print", kept),
        "counts": _counts(request, form),
    }
    return render(request, "reports/workplace_view.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def workplace_print(request):
    """All of the list as one table on paper, for the yearly review."""
    form, text = _filter(request), _searched(request)
    rows = _all_rows(request, form, text)
    units = _own_units(request, form)
    columns, lines = workplace_paper(rows, units)
    _record(request, Action.EXPORT, form, text, len(rows))
    context = {
        "title": workplace_title(form.year),
        "columns": columns,
        "groups": _on_paper(rows, columns, lines),
        "number": len(rows),
        "day": timezone.localdate(),
        "units": units,
        "back_url": _address("workplace_view", form.chosen_pairs()),
    }
    return render(request, "reports/workplace_print.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def workplace_export(request):
    form, text = _filter(request), _searched(request)
    rows = _all_rows(request, form, text)
    narrowed = [name for name, _ in form.chosen_pairs()] + (["q"] if text else [])
    content = workplace_file(rows, form.year, narrowed=narrowed, by=request.user)
    return xlsx_response(content, "Đảng viên ở nơi cư trú.xlsx")


def _filter(request) -> WorkplaceFilterForm:
    if not request.user.has_role(Role.WORKPLACE):
        raise PermissionDenied
    return WorkplaceFilterForm(
        request.GET, user=request.user, years=years_for(request.user)
    )


def _searched(request) -> str:
    return request.POST.get("q", "").strip()[:SEARCH_LENGTH]


def _members(request, form: WorkplaceFilterForm, text: str) -> QuerySet[Member]:
    members = own_members(request.user, form.year, form.chosen, on=timezone.localdate())
    members = members.search(text) if text else members
    return members.select_related("workplace")


def _all_rows(request, form: WorkplaceFilterForm, text: str) -> list[WorkerRow]:
    members = _members(request, form, text).order_by("order_key", "pk")
    return rows_of(members, request.user, form.year)


def _on_paper(rows, columns, lines) -> list[tuple[str, list[list[tuple]]]]:
    """(heading, lines of (cell, its class)) for each residence, in order."""
    groups: dict[str, list[list[tuple]]] = {}
    for row, line in zip(rows, lines, strict=True):
        cells = [
            (cell, _CLASSES.get(column.kind, ""))
            for cell, column in zip(line, columns, strict=True)
        ]
        groups.setdefault(row.group, []).append(cells)
    return list(groups.items())


def _own_units(request, form: WorkplaceFilterForm) -> list[str]:
    """Whose list it is: the workplace that was chosen, or all one's own."""
    if form.chosen.workplace:
        return [form.chosen.workplace.name]
    posts = [post for post in request.user.posts if post.role == Role.WORKPLACE]
    return sorted({post.committee.name for post in posts})


def _counts(request, form: WorkplaceFilterForm) -> dict:
    counts = counts_of(
        request.user, form.year, form.chosen.workplace, on=timezone.localdate()
    )
    return {
        "total": counts.total,
        "groups": [_tile(form, tile) for tile in counts.groups],
        "results": [_tile(form, tile) for tile in counts.results],
        "notices": [_tile(form, tile) for tile in counts.notices],
    }


def _tile(form: WorkplaceFilterForm, tile: Tile) -> tuple[Tile, str]:
    return tile, _address("workplace_view", [*form.about, *tile.filters.items()])


def _address(name: str, chosen: list[tuple[str, str]]) -> str:
    address = reverse(f"reports:{name}")
    return f"{address}?{urlencode(chosen)}" if chosen else address


def _record(request, action, form, text: str, number: int) -> None:
    record(
        action,
        "workplace_view",
        by=request.user,
        count=number,
        facts={
            "filters": [name for name, _ in form.chosen_pairs()],
            "by_name": bool(text),
        },
        personal={"name": text} if text else None,
    )
