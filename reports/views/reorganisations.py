"""What a decision would do, confirmed, done, taken back."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from members.forms.reorganisations import ReformAnswersForm, TakeBackForm
from members.imports.reforms.entries import read_entry
from members.imports.runs import REFORM, specs_of
from members.models import Reorganisation
from members.permissions import (
    can_run_reorganisation,
    can_take_back_reorganisation,
)
from members.queries.waiting_reforms import waiting_on
from members.services.import_runs import answer_questions
from members.services.reorganisations.journal import ReformJournal
from members.services.reorganisations.lists import (
    confirm_reorganisation,
    give_up,
    mark_of,
    proposal_of,
)
from members.services.reorganisations.run import (
    take_back,
    unschedule_reorganisation,
    what_stands_on,
)
from members.views.import_rows import chosen_outcome, page_of, tabs_of
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared import paging
from party76.shared.running import forget_running, note_running, read_running
from party76.spreadsheets.bad_rows import bad_rows_workbook
from party76.spreadsheets.preview import Outcome
from party76.spreadsheets.queries import recognition_of
from party76.spreadsheets.records import records
from party76.spreadsheets.writer import xlsx_response
from reports.queries.reform_lines import later_reforms, told_apart
from reports.queries.reorganisations import consequences, counted_words
from reports.views.reform_pages import (
    DecidedRow,
    decided_rows,
    drafted_reform,
    groups_of,
    is_by_hand,
    list_rows,
    names_of,
    obstacles_of,
    open_reform,
    reform_of,
    reform_trail,
    steps_of,
    tiles_of,
)

State = Reorganisation.State
_OBSTACLES_TOLD = 5


@require_safe
def reorganisation_detail(request, pk):
    """What it would do, or what it did."""
    reform = reform_of(request, pk)
    record(Action.VIEW, reform, by=request.user, committee_code=reform.committee.code)
    if not reform.is_open:
        return _done_page(request, reform)
    if reform.run is None:
        context = {"reform": reform, "trail": reform_trail()}
        return render(request, "reports/reorganisation_without_list.html", context)
    if recognition_of(reform.run, specs_of(REFORM)).missing:
        return redirect("reports:reorganisation_columns", pk)
    return _preview_page(request, reform)


def _done_page(request, reform):
    lines = reform.successions.select_related("old", "new")
    page = paging.page_of(lines, paging.Cursor.read(request.GET), by="id")
    context = {
        "reform": reform,
        "tiles": tiles_of(reform.counts),
        "page": page,
        "lines": told_apart(page.rows, reform.effective_on),
        "steps": steps_of(reform),
        "decided": _decided(reform),
        "trail": reform_trail(),
        "day_before": reform.effective_on - timedelta(days=1),
        "can_run": can_run_reorganisation(request.user, reform),
        "can_take_back": can_take_back_reorganisation(request.user, reform),
    }
    return render(request, "reports/reorganisation_done.html", context)


def _decided(reform) -> list[DecidedRow]:
    """What had been decided, of a decision that is not in force any more."""
    run = reform.run
    if reform.is_done or run is None or not run.payload:
        return []
    rows = records(run.table, recognition_of(run, specs_of(REFORM)))
    return decided_rows([read_entry(row) for row in rows if not row.ignored])


def _preview_page(request, reform, *, form=None):
    run = reform.run
    proposal = proposal_of(reform, by=_planner(request.user, reform))
    told = _told(proposal)
    form = form or ReformAnswersForm(run=run, proposal=proposal, posts=told.posts)
    chosen = _chosen(request, proposal.preview)
    rows, before, after = page_of(proposal.preview.of(chosen), request)
    context = {
        "reform": reform,
        "run": run,
        "proposal": proposal,
        "groups": groups_of(proposal, told),
        "told": told,
        "obstacles": obstacles_of(proposal, told, reform),
        "by_hand": is_by_hand(reform),
        "title": _title(reform),
        "can_confirm": can_run_reorganisation(request.user, reform)
        and proposal.can_be_confirmed
        and not told.problems
        and (
            reform.state == State.DRAFT or reform.effective_on <= timezone.localdate()
        ),
        "waiting": waiting_on(proposal.plan.touched(), request.user, besides=reform.pk),
        "form": form,
        "mark": mark_of(proposal),
        "can_run": can_run_reorganisation(request.user, reform),
        "tabs": tabs_of(proposal.preview, chosen),
        "rows": list_rows(rows),
        "bad": sum(row.is_bad for row in proposal.preview.rows),
        "previous": before,
        "next": after,
        "hidden": [("nhom", chosen.value)],
        "steps": steps_of(reform),
        "trail": reform_trail(),
        "today": timezone.localdate(),
    }
    status = 422 if form.errors else 200
    return render(
        request, "reports/reorganisation_preview.html", context, status=status
    )


def _planner(user, reform):
    """Whose rights the preview shows: a reader sees what its author may do."""
    return user if can_run_reorganisation(user, reform) else reform.created_by


def _title(reform) -> str:
    is_waiting = reform.effective_on > timezone.localdate()
    if reform.state == State.SCHEDULED and is_waiting:
        return "Chờ đến ngày hiệu lực"
    return "Xem trước việc sắp xếp"


def _told(proposal):
    is_clear = not proposal.stands_in_the_way
    return consequences(proposal.plan, names_of(proposal), is_clear=is_clear)


def _chosen(request, preview) -> Outcome:
    """The tab that was asked for; what is wrong before all else."""
    if "nhom" not in request.GET and preview.counts["error"]:
        return Outcome.ERROR
    return chosen_outcome(request, preview)


@require_POST
def reorganisation_answer(request, pk):
    """Keep the answers to what the preview asked, and show it again."""
    reform = drafted_reform(request, pk)
    proposal = proposal_of(reform, by=request.user)
    told = _told(proposal)
    form = ReformAnswersForm(
        request.POST, run=reform.run, proposal=proposal, posts=told.posts
    )
    if not form.is_valid():
        return _preview_page(request, reform, form=form)
    answer_questions(
        reform.run, answers=form.answers(), version=form.seen_version, by=request.user
    )
    answered = proposal_of(reform, by=request.user)
    if not any(part.problems for part in answered.parts):
        messages.success(request, "Đã ghi nhận lựa chọn; bản xem trước đã tính lại.")
    return redirect("reports:reorganisation_detail", pk)


@require_safe
def reorganisation_bad_rows(request, pk):
    """The whole list, wrong rows with the reason: to correct and bring in again."""
    reform = open_reform(request, pk)
    run, proposal = reform.run, proposal_of(reform, by=request.user)
    rows = [row for row in proposal.preview.rows if row.outcome != Outcome.IGNORED]
    if not any(row.is_bad for row in rows):
        messages.info(request, "Không có dòng nào bị lỗi.")
        return redirect("reports:reorganisation_detail", pk)
    run.bad_rows = [
        row.as_bad_row() | ({} if row.is_bad else {"messages": []}) for row in rows
    ]
    record(
        Action.EXPORT,
        reform,
        by=request.user,
        committee_code=reform.committee.code,
        count=len(run.bad_rows),
    )
    book = bad_rows_workbook(run, title="Danh sách sắp xếp")
    return xlsx_response(book, f"danh-sach-sap-xep-{pk}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
def reorganisation_confirm(request, pk):
    """Ask once more, then do it, all or nothing; before its day it is kept for it."""
    reform = open_reform(request, pk)
    if request.method == "POST":
        return _confirmed(request, reform)
    proposal = proposal_of(reform, by=request.user)
    if not proposal.can_be_confirmed:
        messages.error(request, "Chưa xác nhận được: còn việc đồng chí cần xử lý.")
        return redirect("reports:reorganisation_detail", pk)
    told = _told(proposal)
    if told.problems:
        messages.error(request, " ".join(told.problems))
        return redirect("reports:reorganisation_detail", pk)
    context = {
        "reform": reform,
        "is_ahead": reform.effective_on > timezone.localdate(),
        "sentences": _summary_of(proposal) + told.sentences + told.warnings,
        "mark": mark_of(proposal),
        "trail": reform_trail(),
        "progress": read_running(_running_key(reform)),
    }
    return render(request, "reports/reorganisation_confirm.html", context)


def _summary_of(proposal) -> list[str]:
    plan = proposal.plan
    told = [
        (len(plan.new_units), "đơn vị được thành lập"),
        (len(plan.heirs), "đơn vị kết thúc hoạt động"),
        (len(plan.changes), "đơn vị đổi tên, loại hoặc nơi trực thuộc"),
    ]
    return counted_words(told)


def _confirmed(request, reform):
    key = _running_key(reform)
    try:
        done = confirm_reorganisation(
            reform,
            mark=request.POST.get("mark", ""),
            today=timezone.localdate(),
            by=request.user,
            say=lambda label, share: note_running(key, label, share),
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("reports:reorganisation_detail", reform.pk)
    finally:
        forget_running(key)
    if done.state == State.SCHEDULED:
        messages.success(
            request,
            f"Đã xác nhận. Việc sắp xếp sẽ thực hiện từ ngày {done.effective_on:%d/%m/%Y}.",
        )
    else:
        messages.success(request, "Đã thực hiện việc sắp xếp.")
    return redirect("reports:reorganisation_detail", done.pk)


@require_safe
def reorganisation_progress(request, pk):
    """How far the carrying out has come, for the page that waits."""
    return JsonResponse(dict(read_running(_running_key(reform_of(request, pk)))))


def _running_key(reform) -> str:
    return f"reorganisation {reform.pk}"


@require_http_methods(["GET", "HEAD", "POST"])
def reorganisation_take_back(request, pk):
    """Put everything back as it was, while nothing new stands on it."""
    reform = reform_of(request, pk)
    if not can_take_back_reorganisation(request.user, reform):
        raise PermissionDenied
    if not reform.is_done:
        raise Http404
    form = TakeBackForm(request.POST or None, initial={"version": reform.version})
    if request.method == "POST" and form.is_valid():
        try:
            take_back(
                reform,
                reason=form.cleaned_data["reason"],
                version=form.seen_version,
                by=request.user,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request, "Đã hoàn tác: mọi dữ liệu trở lại như trước khi sắp xếp."
            )
            return redirect("reports:reorganisation_detail", pk)
    standing = what_stands_on(ReformJournal(reform))
    context = {
        "reform": reform,
        "form": form,
        "trail": reform_trail(),
        "standing": standing[:_OBSTACLES_TOLD],
        "more": len(standing[_OBSTACLES_TOLD:]),
        "later": later_reforms(reform, request.user) if standing else [],
    }
    status = 422 if form.errors else 200
    return render(
        request, "reports/reorganisation_take_back.html", context, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reorganisation_cancel(request, pk):
    """Give a decision up before it was carried out, or take it back to a draft."""
    reform = open_reform(request, pk, needs_list=False)
    if request.method == "POST":
        return _cancelled(request, reform)
    context = {"reform": reform, "trail": reform_trail()}
    return render(request, "reports/reorganisation_cancel.html", context)


def _cancelled(request, reform):
    told = request.POST.get("version", "")
    version = int(told) if told.isdecimal() else 0
    try:
        if "soan_lai" in request.POST and reform.state == State.SCHEDULED:
            unschedule_reorganisation(reform, version=version, by=request.user)
            messages.success(request, "Đã đưa về bản đang xem trước.")
            return redirect("reports:reorganisation_detail", reform.pk)
        give_up(reform, version=version, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("reports:reorganisation_detail", reform.pk)
    messages.success(request, "Đã hủy. Không có gì thay đổi trong cây tổ chức.")
    return redirect("reports:reorganisation_list")
