"""Yearly statements: of one workplace, and of all units for whoever stands above."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from members.exports import statement_workbook
from members.forms.year_statements import YearFilterForm, YearStatementForm
from members.models import Role, WorkplaceYearStatement
from members.permissions import can_read_statements, can_state_for
from members.queries.year_statements import (
    UnitYear,
    statements_of,
    stating_unit,
    units_in_year,
)
from members.services.year_statements import FIRST_YEAR, state_year
from members.views.pages import put_errors
from members.views.stay_tabs import stay_tabs
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import SIZE, Cursor, Page
from party76.spreadsheets.writer import xlsx_response

SUMMED = [
    "total_members",
    "subject",
    "exempt_from_introduction",
    "not_introduced",
]


@dataclass(frozen=True)
class YearOfUnit:
    """A year on the page of one unit; statement is None where nothing was stated."""

    year: int
    statement: WorkplaceYearStatement | None


@require_safe
def statement_list(request):
    """Units that are to state in a year; a workplace with one unit sees its years."""
    if not can_read_statements(request.user):
        raise PermissionDenied
    form = YearFilterForm(request.GET)
    year, which = form.chosen()
    units = units_in_year(request.user, year)
    if len(units) == 1 and not request.user.has_role(Role.DEPARTMENT, Role.INSPECTOR):
        return redirect("members:statement_unit", units[0].unit.pk)
    shown = [one for one in units if _fits(one, which)]
    stated = [one.statement for one in units if one.statement]
    record(Action.LIST, "workplaceyearstatement", by=request.user, count=len(shown))
    context = {
        "form": form,
        "year": year,
        "page": _page(shown, Cursor.read(request.GET)),
        "kept": [("nam", year), ("ds", which)],
        "units": len(units),
        "stated": len(stated),
        "missing": len(units) - len(stated),
        "sums": _sums(stated),
        "tabs": stay_tabs(request, "members:statement_list"),
    }
    return render(request, "members/statement_list.html", context)


@require_safe
def statement_export(request):
    """The same list of one year as an Excel file."""
    if not can_read_statements(request.user):
        raise PermissionDenied
    year, which = YearFilterForm(request.GET).chosen()
    units = [one for one in units_in_year(request.user, year) if _fits(one, which)]
    record(Action.EXPORT, "workplaceyearstatement", by=request.user, count=len(units))
    return xlsx_response(
        statement_workbook(units, year=year), f"Thống kê nơi công tác năm {year}.xlsx"
    )


@require_safe
def statement_unit(request, pk):
    """What one unit has stated, year by year."""
    found = _unit(request, pk)
    stated = {one.year: one for one in statements_of(found.unit)}
    this_year = timezone.localdate().year
    first = min([this_year - 1, *stated])
    years = range(this_year, first - 1, -1)
    context = {
        "unit": found.unit,
        "counted": found.counted,
        "years": [YearOfUnit(year, stated.get(year)) for year in years],
        "can_state": can_state_for(request.user, found.unit),
        "tabs": stay_tabs(request, "members:statement_list"),
    }
    return render(request, "members/statement_unit.html", context)


@require_http_methods(["GET", "POST"])
def statement_edit(request, pk, year):
    """Type, or change, the numbers of one unit for one year."""
    found = _unit(request, pk)
    if not can_state_for(request.user, found.unit):
        raise PermissionDenied
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise Http404
    stored = WorkplaceYearStatement.objects.filter(committee=found.unit, year=year)
    statement = stored.select_related("committee").first() or WorkplaceYearStatement(
        committee=found.unit, year=year
    )
    form = YearStatementForm(request.POST or None, instance=statement)
    if request.method == "POST" and form.is_valid():
        try:
            state_year(statement, version=form.seen_version, by=request.user)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Đã lưu thống kê năm {year}.")
            return redirect("members:statement_unit", pk)
    context = {
        "form": form,
        "found": found,
        "year": year,
        "back_url": reverse("members:statement_unit", args=[pk]),
    }
    status = 422 if form.errors else 200
    return render(request, "members/statement_edit.html", context, status=status)


def _unit(request, pk) -> UnitYear:
    """The unit, if it is to state and the user may read it; 404 otherwise."""
    found = stating_unit(request.user, pk)
    if found is None:
        raise Http404
    return found


def _fits(one: UnitYear, which: str) -> bool:
    return not which or (one.statement is not None) == (which == "roi")


def _sums(stated: list[WorkplaceYearStatement]) -> list[int]:
    return [sum(getattr(one, name) for one in stated) for name in SUMMED]


def _page(rows: list[UnitYear], cursor: Cursor) -> Page:
    """A page of rows in the order of the tree; an unknown key begins at the top."""
    keys = [row.unit.pk for row in rows]
    start = 0
    if cursor.after in keys:
        start = keys.index(cursor.after) + 1
    elif cursor.before in keys:
        start = max(0, keys.index(cursor.before) - SIZE)
    here = rows[start : start + SIZE]
    return Page(
        here,
        previous=keys[start] if start and here else None,
        next=here[-1].unit.pk if start + SIZE < len(rows) else None,
    )
