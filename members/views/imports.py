"""A list goes in: file, columns, preview, confirm, result. Nothing before confirm."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from members.forms.imports import (
    AnswersForm,
    ImportStartForm,
)
from members.imports.runs import (
    ListKind,
    can_import,
    kinds_of,
    mark_of,
    own_unit,
    plan_run,
    specs_of,
)
from members.models import Committee
from members.queries.merge_hints import number_of_pairs
from members.services.import_runs import (
    answer_questions,
    cancel_run,
    confirm_run,
    draft_run,
    keep_run,
)
from members.views.import_rows import ShownRow, chosen_outcome, page_of, tabs_of
from members.views.list_columns import (
    columns_context,
    columns_form,
    keep_columns,
    turn_sheet,
)
from party76.audit.models import Action
from party76.audit.services import record
from party76.spreadsheets.bad_rows import bad_rows_workbook
from party76.spreadsheets.models import ImportRun, ImportState
from party76.spreadsheets.preview import BAD, Outcome
from party76.spreadsheets.queries import recognition_of
from party76.spreadsheets.writer import xlsx_response

STEPS = ["Chọn danh sách", "Nhận cột", "Xem trước", "Kết quả"]
RUNS_SHOWN = 100


def on_open_run(view):
    """Hand the view the user's open run and its unit; a closed one shows its result."""

    @wraps(view)
    def answer(request, pk):
        run, committee = _run_in_scope(request, pk)
        if not run.is_open:
            messages.info(request, "Lần nhập này đã kết thúc.")
            return redirect("members:import_result", pk)
        return view(request, run, committee)

    return answer


@require_safe
def import_list(request):
    """The user's own runs, the newest first."""
    _require_importer(request.user)
    runs = ImportRun.objects.started_by(request.user).filter(kind__in=ListKind.values)
    shown = list(runs.for_list()[:RUNS_SHOWN])
    units = Committee.objects.in_bulk(
        {run.committee_code for run in shown}, field_name="code"
    )
    for run in shown:
        run.unit, run.label = units.get(run.committee_code), ListKind(run.kind).label
        run.bad_count = sum(run.counts.get(one, 0) for one in BAD)
    record(Action.LIST, "importrun", by=request.user, count=len(shown))
    return render(request, "members/import_list.html", {"runs": shown})


@require_http_methods(["GET", "HEAD", "POST"])
def import_start(request):
    """Choose the unit and hand over the list; only what was read of it is kept."""
    _require_importer(request.user)
    form = ImportStartForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        initial=_first_values(request),
    )
    if request.method == "POST" and form.is_valid() and (read := form.read()):
        cleaned = form.cleaned_data
        run = draft_run(
            read, kind=cleaned["kind"], committee=cleaned["committee"], by=request.user
        )
        keep_run(run, by=request.user)
        return redirect("members:import_columns", run.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "steps": STEPS}
    return render(request, "members/import_start.html", context, status=status)


def _first_values(request):
    """The kind and the unit that were asked for, or the user's own."""
    kinds = kinds_of(request.user)
    asked, unit = request.GET.get("loai"), request.GET.get("don_vi", "")
    kind = asked if asked in kinds else kinds[0]
    return {
        "kind": kind,
        "committee": unit if unit.isdigit() else own_unit(request.user, kind),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@on_open_run
def import_columns(request, run, committee):
    """The columns as recognised, each with its first values, to be corrected."""
    form = columns_form(request, run)
    if (
        request.method == "POST"
        and form.is_valid()
        and keep_columns(request, run, form)
    ):
        return redirect("members:import_preview", run.pk)
    context = columns_context(run, form) | {"committee": committee, "steps": STEPS}
    status = 422 if form.is_bound else 200
    return render(request, "members/import_columns.html", context, status=status)


@require_POST
@on_open_run
def import_sheet(request, run, committee):
    """Turn to another sheet, or to another reading of the letters."""
    turn_sheet(request, run)
    return redirect("members:import_columns", run.pk)


@require_safe
@on_open_run
def import_preview(request, run, committee):
    """What confirming would do, row by row; nothing is written here."""
    if recognition_of(run, specs_of(run.kind)).missing:
        return redirect("members:import_columns", run.pk)
    return _preview_page(request, run, committee)


@require_POST
@on_open_run
def import_answer(request, run, committee):
    """Keep the answers to what the preview asked, and show it again."""
    plan = plan_run(run, committee=committee, today=timezone.localdate())
    doubts = getattr(plan, "doubts", {})
    form = AnswersForm(request.POST, run=run, plan=plan, by=request.user, doubts=doubts)
    if not form.is_valid():
        return _preview_page(request, run, committee, plan=plan, form=form)
    answer_questions(
        run, answers=form.answers(), version=form.seen_version, by=request.user
    )
    messages.success(request, "Đã ghi nhận lựa chọn; bản xem trước đã tính lại.")
    return redirect("members:import_preview", run.pk)


def _preview_page(request, run, committee, *, plan=None, form=None):
    plan = plan or plan_run(run, committee=committee, today=timezone.localdate())
    preview = plan.preview
    chosen = chosen_outcome(request, preview)
    rows, before, after = page_of(preview.of(chosen), request)
    doubts = {
        number: doubt
        for number, doubt in getattr(plan, "doubts", {}).items()
        if any(row.number == number for row in rows)
    }
    form = form or AnswersForm(run=run, plan=plan, by=request.user, doubts=doubts)
    record(
        Action.VIEW,
        run,
        by=request.user,
        committee_code=run.committee_code,
        count=len(rows),
        facts={"outcome": str(chosen), "sha256": run.sha256},
    )
    context = {
        "run": run,
        "committee": committee,
        "kind": ListKind(run.kind).label,
        "form": form,
        "tabs": tabs_of(preview, chosen),
        "chosen": chosen,
        "rows": [ShownRow(row, form.doubt_of(row.number)) for row in rows],
        "has_doubts": bool(doubts),
        "previous": before,
        "next": after,
        "hidden": [("nhom", chosen.value)],
        "counts": preview.counts,
        "bad": preview.counts["duplicate"] + preview.counts["error"],
        "will_write": preview.will_write,
        "mark": mark_of(preview),
        "steps": STEPS,
    }
    status = 422 if form.errors else 200
    return render(request, "members/import_preview.html", context, status=status)


@require_POST
def import_confirm(request, pk):
    """Write what was shown, all or nothing; a second click changes nothing."""
    run, committee = _run_in_scope(request, pk)
    if run.state == ImportState.CONFIRMED:
        messages.info(request, "Danh sách này đã được ghi từ trước, không ghi lại.")
        return redirect("members:import_result", pk)
    try:
        confirm_run(
            run,
            committee=committee,
            mark=request.POST.get("mark", ""),
            today=timezone.localdate(),
            by=request.user,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("members:import_preview", pk)
    messages.success(request, "Đã ghi danh sách.")
    return redirect("members:import_result", pk)


@require_safe
def import_result(request, pk):
    """What was written, and the rows that did not go in."""
    run, committee = _run_in_scope(request, pk)
    if run.is_open:
        return redirect("members:import_preview", pk)
    record(Action.VIEW, run, by=request.user, committee_code=run.committee_code)
    context = {
        "run": run,
        "committee": committee,
        "kind": ListKind(run.kind).label,
        "is_units": run.kind == ListKind.COMMITTEES,
        "is_residents": run.kind == ListKind.RESIDENTS,
        "is_confirmed": run.state == ImportState.CONFIRMED,
        "bad": len(run.bad_rows),
        "counts": [
            (outcome.label, run.counts.get(outcome, 0))
            for outcome in Outcome
            if outcome is not Outcome.IGNORED
        ],
        "steps": STEPS,
        "pairs": number_of_pairs(request.user),
    }
    return render(request, "members/import_result.html", context)


@require_safe
def import_bad_rows(request, pk):
    """The rows that did not, or would not, go in: to correct and upload again."""
    run, committee = _run_in_scope(request, pk)
    if run.is_open:
        plan = plan_run(run, committee=committee, today=timezone.localdate())
        run.bad_rows = [row.as_bad_row() for row in plan.preview.rows if row.is_bad]
    if not run.bad_rows or not run.payload:
        messages.info(request, "Không có dòng nào bị lỗi.")
        return redirect("members:import_result", pk)
    record(
        Action.EXPORT,
        run,
        by=request.user,
        committee_code=run.committee_code,
        count=len(run.bad_rows),
        facts={"sha256": run.sha256},
    )
    return xlsx_response(bad_rows_workbook(run), f"dong-chua-nhap-{run.pk}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@on_open_run
def import_cancel(request, run, committee):
    """Give an import up before it was confirmed."""
    if request.method == "POST":
        try:
            cancel_run(run, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, "Đã hủy lần nhập. Không có gì được ghi.")
        return redirect("members:import_list")
    context = {"run": run, "committee": committee}
    return render(request, "members/import_cancel.html", context)


def _require_importer(user) -> None:
    if not kinds_of(user):
        raise PermissionDenied


def _run_in_scope(request, pk) -> tuple[ImportRun, Committee]:
    """The user's own run, while he still has the right at its unit."""
    runs = ImportRun.objects.started_by(request.user).filter(kind__in=ListKind.values)
    run = get_object_or_404(runs, pk=pk)
    units = Committee.objects.select_related("heir")
    committee = get_object_or_404(units, code=run.committee_code)
    # A list of a unit that has ended meanwhile goes to the unit in its place.
    committee = committee.heir or committee
    if not can_import(request.user, run.kind, committee):
        raise PermissionDenied
    return run, committee
