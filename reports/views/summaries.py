"""The year of a unit: its table, what must add up, and the names behind each number."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from members.models import User
from party76.audit.models import Action
from party76.audit.services import record
from party76.spreadsheets.writer import xlsx_response
from reports import exports
from reports.forms import PrintedTotalForm, UnitYearForm
from reports.queries import figures
from reports.queries.columns import columns_of
from reports.queries.items import items_of
from reports.queries.names import Names, names_behind
from reports.queries.paging import Cursor
from reports.queries.places import place_of
from reports.queries.reconciliation import compare_printed, reconcile
from reports.queries.summary import Summary, summary
from reports.queries.tree import tree_around
from reports.queries.years import years_of
from reports.views.tables import (
    assessed_sum,
    balance_row,
    heading_of,
    remarks_of,
    roll_sum,
    rows_of,
    state_of,
)
from reports.views.units import (
    UnitYear,
    own_unit,
    trail,
    unit_choices,
    unit_year,
)


@require_safe
def summary_start(request):
    unit = own_unit(request.user)
    if "don_vi" in request.GET:
        return _chosen(request)
    years = years_of(unit, request.user)
    if not years:
        return render(request, "reports/summary_empty.html", {"unit": unit})
    return _summary_page(request, UnitYear(unit, years[0], years))


@require_safe
def summary_unit(request, pk, year):
    return _summary_page(request, unit_year(request.user, pk, year))


def _chosen(request):
    unit, year = request.GET.get("don_vi", ""), request.GET.get("nam", "")
    if not (unit.isdecimal() and year.isdecimal()):
        raise Http404
    return redirect("reports:summary_unit", int(unit), int(year))


def _summary_page(request, chosen: UnitYear):
    found = summary(chosen.unit, chosen.year)
    columns = columns_of(found)
    context = {
        "found": found,
        "heading": heading_of(columns),
        "rows": rows_of(found, columns, request.user),
        "form": _chooser(request.user, chosen, found),
        "trail": trail(request.user, found.place.tree, found.unit, chosen.year.year),
        "is_provisional": found.day >= timezone.localdate(),
        "is_outside_tree": found.unit.pk not in found.place.tree,
    }
    return render(request, "reports/summary.html", context)


def _chooser(user: User, chosen: UnitYear, found: Summary) -> UnitYearForm:
    return UnitYearForm(
        units=unit_choices(user, found.place.tree, found.unit),
        years=chosen.years,
        initial={"don_vi": chosen.unit.pk, "nam": chosen.year.year},
    )


@require_safe
def summary_export(request, pk, year):
    chosen = unit_year(request.user, pk, year)
    found = summary(chosen.unit, chosen.year)
    content = exports.summary_file(found, by=request.user)
    return xlsx_response(content, exports.summary_filename(found))


@require_safe
def summary_items(request, pk, year):
    chosen = unit_year(request.user, pk, year)
    tree = tree_around(chosen.unit, chosen.year.reference_day)
    place = place_of(chosen.unit, chosen.year, tree)
    context = {
        "name": place.name,
        "chosen": chosen,
        "items": items_of(place, chosen.year),
        "trail": trail(request.user, tree, chosen.unit, year),
    }
    return render(request, "reports/summary_items.html", context)


@require_safe
def reconciliation(request, pk, year):
    chosen = unit_year(request.user, pk, year)
    found = reconcile(chosen.unit, chosen.year)
    form = PrintedTotalForm(request.GET if "so_in" in request.GET else None)
    printed = (
        compare_printed(form.cleaned_data["so_in"], found.total)
        if form.is_valid()
        else []
    )
    context = {
        "found": found,
        "summary": found.summary,
        "state": state_of(found.total),
        "remarks": remarks_of(found.total, pk, year),
        "roll": roll_sum(found.total, pk, year),
        "assessed": assessed_sum(found.total, pk, year),
        "units": [balance_row(unit, pk, year) for unit in found.units],
        "form": form,
        "printed": printed,
        "trail": trail(
            request.user, found.summary.place.tree, found.summary.unit, year
        ),
    }
    return render(request, "reports/reconciliation.html", context)


@require_safe
def summary_list(request, pk, year, figure):
    chosen, place, wanted = _list_of(request, pk, year, figure)
    found = names_behind(
        wanted,
        place,
        chosen.year,
        rest=_wants_rest(request),
        cursor=Cursor.read(request.GET),
        by=request.user,
    )
    _record_list(request, chosen, found)
    context = {
        "chosen": chosen,
        "found": found,
        "name": place.name,
        "subtitle": f"{place.name}, năm {year}",
        "withheld_text": exports.withheld_sentence(found.withheld),
        "export_url": _with_rest(
            request, reverse("reports:summary_list_export", args=[pk, year, figure])
        ),
        "back_url": reverse("reports:summary_unit", args=[pk, year]),
        "kept": [("con_lai", "1")] if _wants_rest(request) else [],
        "shows_result": any(entry.result for entry in found.page.rows),
        "shows_end": any(entry.ended_on for entry in found.page.rows),
        "trail": trail(request.user, place.tree, chosen.unit, year),
    }
    return render(request, "reports/summary_list.html", context)


@require_safe
def summary_list_export(request, pk, year, figure):
    chosen, place, wanted = _list_of(request, pk, year, figure)
    content = exports.names_file(
        wanted, place, chosen.year, rest=_wants_rest(request), by=request.user
    )
    return xlsx_response(content, exports.names_filename(wanted, place, chosen.year))


def _list_of(request, pk: int, year: int, key: str):
    chosen = unit_year(request.user, pk, year)
    figure = figures.figure_of(key, chosen.year)
    if figure is None:
        raise Http404
    tree = tree_around(chosen.unit, chosen.year.reference_day)
    return chosen, place_of(chosen.unit, chosen.year, tree), figure


def _wants_rest(request) -> bool:
    """Only those of the unit that fall on no line below it."""
    return request.GET.get("con_lai") == "1"


def _with_rest(request, url: str) -> str:
    return f"{url}?con_lai=1" if _wants_rest(request) else url


def _record_list(request, chosen: UnitYear, found: Names) -> None:
    record(
        Action.LIST,
        "summary_list",
        by=request.user,
        committee_code=chosen.unit.code,
        count=len(found.page.rows),
        facts={"figure": found.figure.key, "year": chosen.year.year},
    )
