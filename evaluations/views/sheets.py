"""Lists of comment sheets, and the sheet of one cell."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from evaluations.forms.sheets import SentSheet, fills_of, rows_of
from evaluations.forms.years import SheetFilter
from evaluations.models import Evaluation, Sheet
from evaluations.permissions import can_edit_sheet, can_read_sheets, can_refresh_year
from evaluations.queries import (
    evaluations_for_sheet,
    evidence_of,
    progress_of,
    with_counts,
)
from evaluations.services.sheets import entry_of, fill_empty_rows, rules_of, save_sheet
from evaluations.views.stages import stages_open_to
from members.queries.discretion import veil
from party76.audit.models import Action
from party76.audit.services import record

SHEETS_PER_PAGE = 60


@require_safe
def sheet_list(request):
    """Sheets of a year in the user's scope with how far each has come."""
    if not can_read_sheets(request.user):
        raise PermissionDenied
    chosen = SheetFilter(request.GET, user=request.user)
    sheets, previous, following = chosen.page(SHEETS_PER_PAGE)
    year, today = chosen.year, timezone.localdate()
    context = {
        "filter": chosen,
        "year": year,
        "rows": [progress_of(sheet, on=today) for sheet in with_counts(sheets)],
        "previous": previous,
        "next": following,
        "can_refresh": year is not None
        and year.is_open
        and can_refresh_year(request.user, year),
    }
    return render(request, "evaluations/sheet_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def sheet_detail(request, pk):
    """Bảng nhận xét: every name with its evidence; drafts only for the residence."""
    sheet = sheet_in_scope(request.user, pk)
    if request.method == "POST":
        return _save(request, sheet)
    page = _page(request, sheet)
    record(
        Action.LIST,
        sheet,
        by=request.user,
        committee_code=sheet.place.code,
        count=page["count"],
    )
    return render(request, "evaluations/sheet_detail.html", page)


def sheet_in_scope(user, pk) -> Sheet:
    sheets = Sheet.objects.visible_to(user).for_list()
    return get_object_or_404(with_counts(sheets), pk=pk)


def _save(request, sheet):
    if not can_edit_sheet(request.user, sheet):
        raise PermissionDenied
    rules = rules_of(sheet)
    sent = SentSheet.read(request.POST, rules)
    try:
        saved = save_sheet(sheet, edits=sent.edits.values(), by=request.user)
        if saved.conflicts or saved.errors:
            return _shown_again(request, sheet, sent, saved)
        filled = _fill(request, sheet, rules)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("evaluations:sheet_detail", sheet.pk)
    messages.success(request, _told(saved, filled))
    return redirect("evaluations:sheet_detail", sheet.pk)


def _fill(request, sheet, rules) -> list[Evaluation] | None:
    """Run the fill that was asked for; None when none was."""
    if request.POST.get("do") != "fill":
        return None
    fill = fills_of(rules).get(request.POST.get("fill", ""))
    if fill is None:
        raise ValidationError("Đồng chí chọn nội dung điền cho những người chưa chọn.")
    drafts = sheet.evaluations.current().filter(state=Evaluation.State.DRAFT)
    stays = [row.registration for row in drafts.select_related("registration")]
    choose = fill.choose(evidence_of(sheet.rating_year, stays))
    return fill_empty_rows(sheet, choose=choose, what=fill.code, by=request.user)


def _told(saved, filled) -> str:
    parts = []
    if saved.changed or filled is None:
        parts.append(f"Đã lưu {len(saved.changed)} dòng có thay đổi.")
    if filled is not None:
        parts.append(f"Đã điền cho {len(filled)} đồng chí chưa chọn.")
    return " ".join(parts)


def _shown_again(request, sheet, sent, saved):
    page = _page(request, sheet_in_scope(request.user, sheet.pk))
    page["drafts"] = [sent.shown_again(row, saved) for row in page["drafts"]]
    shown = {row.evaluation.pk for row in page["drafts"]}
    page["problems"] = [row for row in page["drafts"] if row.error or row.conflict]
    page["stepped"] = [why for key, why in saved.errors.items() if key not in shown]
    page["saved_count"] = len(saved.changed)
    status = 409 if saved.conflicts else 422
    return render(request, "evaluations/sheet_detail.html", page, status=status)


def _page(request, sheet) -> dict:
    rules = rules_of(sheet)
    evaluations = list(evaluations_for_sheet(sheet, request.user))
    veil(evaluations, to=request.user)
    stays = [row.registration for row in evaluations]
    rows = rows_of(
        evaluations,
        entries={row.pk: entry_of(row) for row in evaluations},
        evidence=evidence_of(sheet.rating_year, stays),
        rules=rules,
    )
    progress = progress_of(sheet, on=timezone.localdate())
    is_open = sheet.rating_year.is_open
    can_edit = is_open and can_edit_sheet(request.user, sheet)
    exempt = [row for row in rows if row.evaluation.is_exempt]
    drafts = [row for row in rows if row.evaluation.is_draft and row not in exempt]
    return {
        "sheet": sheet,
        "year": sheet.rating_year,
        "rules": rules,
        "progress": progress,
        "drafts": drafts,
        "stepped_on": [
            r for r in rows if not r.evaluation.is_draft and r not in exempt
        ],
        "exempt": exempt,
        "count": len(rows),
        "can_edit": can_edit,
        "fills": list(fills_of(rules).values()) if can_edit and drafts else [],
        "stages": stages_open_to(request.user, sheet, progress) if is_open else [],
        "problems": [],
        "stepped": [],
        "saved_count": 0,
    }
