"""The year of a unit: its table, what must add up, and the names behind each number."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor
from party76.spreadsheets.writer import xlsx_response
from reports import exports
from reports.forms.summaries import (
    OTHER_DAY,
    TODAY,
    PrintedTotalForm,
    StructureChoiceForm,
)
from reports.queries import figures
from reports.queries.columns import columns_of
from reports.queries.items import items_of
from reports.queries.names import Names, names_behind
from reports.queries.places import Place
from reports.queries.reconciliation import compare_printed, reconcile
from reports.queries.structures import ground_offered, place_for
from reports.queries.summary import Summary, summary
from reports.queries.years import years_of
from reports.views.structures import (
    Address,
    Structure,
    structure_of,
    structure_or_404,
)
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
    kept = {name: request.GET.get(name, "") for name in ("co_cau", "dia_ban")}
    if kept["co_cau"] == OTHER_DAY:
        kept["co_cau"] = request.GET.get("ngay") or OTHER_DAY
    kept = {name: value for name, value in kept.items() if value}
    return redirect(Address(int(unit), int(year), kept).own("summary_unit"))


def _summary_page(request, chosen: UnitYear):
    structure = structure_of(request, chosen)
    at = _address(chosen, structure)
    found = summary(chosen.unit, chosen.year, **structure.chosen)
    columns = columns_of(found)
    context = {
        "found": found,
        "structure": structure,
        "successor_url": _successor_url(request, chosen, structure),
        "heading": heading_of(columns),
        "rows": rows_of(found, columns, request.user, at),
        "form": _chooser(request, chosen, found),
        "trail": _trail(request, found.place, structure, chosen),
        "is_provisional": found.day >= timezone.localdate(),
        "is_outside_tree": found.unit.pk not in found.place.tree,
        "today_url": _today_url(chosen, at),
        "export_url": at.own("summary_export"),
        "check_url": at.own("reconciliation"),
        "items_url": at.own("summary_items"),
    }
    return render(request, "reports/summary.html", context)


def _chooser(request, chosen: UnitYear, found: Summary) -> StructureChoiceForm:
    wanted = request.GET.get("co_cau", "")
    by_day = wanted not in {"", TODAY}
    return StructureChoiceForm(
        units=unit_choices(request.user, found.place.tree, found.unit),
        years=chosen.years,
        year=chosen.year,
        ground=ground_offered(found.place, chosen.year, chosen.years),
        today=timezone.localdate(),
        initial={
            "don_vi": chosen.unit.pk,
            "nam": chosen.year.year,
            "co_cau": OTHER_DAY if by_day else wanted,
            "ngay": wanted if by_day and wanted != OTHER_DAY else "",
            "dia_ban": request.GET.get("dia_ban", ""),
        },
    )


def _address(chosen: UnitYear, structure: Structure) -> Address:
    return Address(chosen.unit.pk, chosen.year.year, structure.kept)


def _today_url(chosen: UnitYear, at: Address) -> str:
    """The unit with what went into it since; nothing where that cannot be shown."""
    past = chosen.year.reference_day < timezone.localdate()
    if chosen.unit.is_closed or not past:
        return ""
    return at.own("summary_unit", co_cau=TODAY)


def _successor_url(request, chosen: UnitYear, structure: Structure) -> str:
    if structure.successor is None:
        return ""
    there = Address(structure.successor.pk, chosen.year.year)
    return there.own("summary_unit", co_cau=request.GET["co_cau"])


def _trail(request, place: Place, structure: Structure, chosen: UnitYear):
    return trail(
        request.user, place.tree, chosen.unit, chosen.year.year, structure.kept
    )


@require_safe
def summary_export(request, pk, year):
    chosen = unit_year(request.user, pk, year)
    structure = structure_or_404(request, chosen)
    found = summary(chosen.unit, chosen.year, **structure.chosen)
    content = exports.summary_file(found, by=request.user)
    return xlsx_response(content, exports.summary_filename(found))


@require_safe
def summary_items(request, pk, year):
    chosen = unit_year(request.user, pk, year)
    structure = structure_or_404(request, chosen)
    place = place_for(chosen.unit, chosen.year, **structure.chosen)
    context = {
        "name": place.name,
        "place": place,
        "words": place.words(year),
        "chosen": chosen,
        "items": items_of(place, chosen.year),
        "trail": _trail(request, place, structure, chosen),
        "unit_url": _address(chosen, structure).own("summary_unit"),
    }
    return render(request, "reports/summary_items.html", context)


@require_safe
def reconciliation(request, pk, year):
    chosen = unit_year(request.user, pk, year)
    structure = structure_or_404(request, chosen)
    at = _address(chosen, structure)
    found = reconcile(chosen.unit, chosen.year, **structure.chosen)
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
        "remarks": remarks_of(found.total, at),
        "roll": roll_sum(found.total, at),
        "assessed": assessed_sum(found.total, at),
        "units": [balance_row(unit, at) for unit in found.units],
        "form": form,
        "printed": printed,
        "kept": list(structure.kept.items()),
        "unit_url": at.own("summary_unit"),
        "trail": _trail(request, found.summary.place, structure, chosen),
    }
    return render(request, "reports/reconciliation.html", context)


@require_safe
def summary_list(request, pk, year, figure):
    chosen, structure, place, wanted = _list_of(request, pk, year, figure)
    found = names_behind(
        wanted,
        place,
        chosen.year,
        rest=_wants_rest(request),
        cursor=Cursor.read(request.GET),
        by=request.user,
    )
    _record_list(request, chosen, found)
    at = _address(chosen, structure)
    rest = {"con_lai": "1"} if _wants_rest(request) else {}
    context = {
        "chosen": chosen,
        "found": found,
        "name": place.name,
        "place": place,
        "words": place.words(year),
        "subtitle": f"{place.name}, năm {year}",
        "withheld_text": exports.withheld_sentence(found.withheld),
        "export_url": at.own("summary_list_export", figure, **rest),
        "back_url": at.own("summary_unit"),
        "kept": [*structure.kept.items(), *rest.items()],
        "shows_result": any(entry.result for entry in found.page.rows),
        "shows_end": any(entry.ended_on for entry in found.page.rows),
        "trail": _trail(request, place, structure, chosen),
    }
    return render(request, "reports/summary_list.html", context)


@require_safe
def summary_list_export(request, pk, year, figure):
    chosen, _, place, wanted = _list_of(request, pk, year, figure)
    content = exports.names_file(
        wanted, place, chosen.year, rest=_wants_rest(request), by=request.user
    )
    return xlsx_response(content, exports.names_filename(wanted, place, chosen.year))


def _list_of(request, pk: int, year: int, key: str):
    chosen = unit_year(request.user, pk, year)
    figure = figures.figure_of(key, chosen.year)
    if figure is None:
        raise Http404
    structure = structure_or_404(request, chosen)
    place = place_for(chosen.unit, chosen.year, **structure.chosen)
    return chosen, structure, place, figure


def _wants_rest(request) -> bool:
    """Only those of the unit that fall on no line below it."""
    return request.GET.get("con_lai") == "1"


def _record_list(request, chosen: UnitYear, found: Names) -> None:
    record(
        Action.LIST,
        "summary_list",
        by=request.user,
        committee_code=chosen.unit.code,
        count=len(found.page.rows),
        facts={"figure": found.figure.key, "year": chosen.year.year},
    )
