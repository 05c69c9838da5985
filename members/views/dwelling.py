"""Không còn cư trú, không liên lạc được; and deaths, which either side enters."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from members.forms.dwelling import (
    AnswerDwellingForm,
    DeathForm,
    ReportDwellingForm,
    UndoDeathForm,
)
from members.models import DwellingCheck, Member, Registration, User
from members.permissions import (
    can_note_dwellers,
    can_receive_at,
    can_report_death,
    can_report_dwelling,
)
from members.queries.deaths import can_take_back_death
from members.queries.discretion import veil
from members.queries.dwelling import answered_checks, open_checks
from members.queries.inbox import of_members_named
from members.services.deaths import report_death, undo_death
from members.services.dwelling import (
    confirm_not_dwelling,
    dismiss_not_dwelling,
    report_not_dwelling,
)
from members.views.batches import SEARCH_LENGTH
from members.views.pages import put_errors
from members.views.stay_tabs import stay_tabs
from members.views.steps import run_step, start_of, stay_of, step_page
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor, Page, page_of

SIZE = 100
# Which of the two lists of the page is turned.
ANSWERED = "da-xac-minh"


@require_http_methods(["GET", "HEAD", "POST"])
def dwelling_list(request):
    """Reports that wait for the ward, the oldest first; below, what was answered; found
    by name through a POST."""
    if not can_note_dwellers(request.user):
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else request.GET
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    waiting, answered = _two_lists(request.user, text, sent)
    shown = [*waiting.rows, *answered.rows]
    for check in shown:
        check.may_answer = can_receive_at(request.user, check.registration.ward)
    veil([check.registration for check in shown], to=request.user)
    record(
        Action.LIST,
        "dwellingcheck",
        by=request.user,
        count=len(shown),
        personal={"name": text} if text else None,
    )
    searched = [("q", text)] if text else []
    context = {
        "waiting": waiting,
        "answered": answered,
        "text": text,
        "method": "post" if text else "get",
        "searched": searched,
        "below": [*searched, ("ds", ANSWERED)],
        "tabs": stay_tabs(request, "members:dwelling_list"),
    }
    return render(request, "members/dwelling_list.html", context)


def _two_lists(user: User, text: str, sent) -> tuple[Page, Page]:
    """What waits and what was answered; the cursor sent is of one of them."""
    lists = [open_checks(user), answered_checks(user)]
    if text:
        lists = [of_members_named(one, text, "registration__member") for one in lists]
    waiting, answered = map(_with_people, lists)
    turned, first = Cursor.read(sent), Cursor()
    above, below = (first, turned) if sent.get("ds") == ANSWERED else (turned, first)
    return (
        page_of(waiting, above, by="reported_on", size=SIZE),
        page_of(answered, below, size=SIZE),
    )


@require_http_methods(["GET", "POST"])
def dwelling_report(request, pk):
    """The cell, or its ward for it, says that somebody no longer lives here."""
    stay = stay_of(request.user, pk)
    if not can_report_dwelling(request.user, stay):
        raise PermissionDenied
    form = ReportDwellingForm(request.POST or None, initial=start_of(stay))

    def report(data):
        report_not_dwelling(stay, reason=data["reason"], on=data["on"], by=request.user)

    done = "Đã ghi phản ánh. Đảng ủy xác minh rồi trả lời chi bộ."
    intro = (
        "Đảng ủy xác minh rồi kết thúc theo dõi và báo nơi công tác, hoặc trả lời chi bộ "
        "là đồng chí này vẫn cư trú."
    )
    title = "Không còn cư trú, không liên lạc được"
    at = {Registration.State.RECEIVED}
    return run_step(request, form, report, title, stay, done, at=at, intro=intro)


@require_http_methods(["GET", "POST"])
def dwelling_answer(request, pk):
    """The ward verifies a report: the stay ends, or the cell gets an answer."""
    check = _check(request.user, pk)
    if not can_receive_at(request.user, check.registration.ward):
        raise PermissionDenied
    initial = {"version": check.version, "ended_on": timezone.localdate()}
    form = AnswerDwellingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            done = _answer(check, form, by=request.user)
        except ValidationError as error:
            put_errors(form, error)
            # What was refused is on the object already; the page tells what is stored.
            check = _check(request.user, pk)
        else:
            messages.success(request, done)
            return redirect("members:dwelling_list")
    veil([check.registration], to=request.user)
    context = {"check": check, "form": form}
    status = 422 if form.errors else 200
    return render(request, "members/dwelling_answer.html", context, status=status)


def _check(user: User, pk: int) -> DwellingCheck:
    checks = DwellingCheck.objects.visible_to(user).select_related(
        "registration__member__workplace",
        "registration__ward",
        "registration__cell",
        "registration__workplace",
        "reported_by",
        "answered_by",
    )
    return get_object_or_404(checks, pk=pk)


def _answer(check: DwellingCheck, form: AnswerDwellingForm, *, by) -> str:
    data = form.cleaned_data
    if data["found"] == form.HERE:
        dismiss_not_dwelling(
            check, answer=data["answer"], version=form.seen_version, by=by
        )
        return "Đã trả lời chi bộ: đồng chí này vẫn cư trú."
    confirm_not_dwelling(
        check,
        on=data["ended_on"],
        answer=data["answer"],
        number=data["number"],
        version=form.seen_version,
        by=by,
    )
    return "Đã kết thúc theo dõi; nơi công tác được báo."


@require_http_methods(["GET", "POST"])
def death_add(request, pk):
    """Either side enters a death; it takes effect everywhere at once."""
    member = _member(request.user, pk)
    if not can_report_death(request.user, member):
        raise PermissionDenied
    # No day is proposed: the death is rarely of today, and one press records it.
    form = DeathForm(request.POST or None, initial={"version": member.version})
    if request.method == "POST" and form.is_valid():
        try:
            report_death(
                member,
                on=form.cleaned_data["on"],
                document=form.cleaned_data["document"],
                version=form.seen_version,
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(
                request, "Đã ghi từ trần. Ghi nhầm thì hoàn tác ngay ở hồ sơ này."
            )
            return redirect("reports:member_file", pk)
    intro = (
        "Có hiệu lực ngay ở mọi nơi: việc theo dõi kết thúc, giấy giới thiệu đang chờ được "
        "rút hoặc trả lại, tên được đưa khỏi danh sách các kỳ họp chưa diễn ra; từ đó "
        "không còn giấy mời, điểm danh hay thông báo nào."
    )
    return step_page(request, form, "Ghi từ trần", member, intro=intro)


@require_http_methods(["GET", "POST"])
def death_undo(request, pk):
    """The unit that typed a death by mistake takes it back, or the department."""
    member = _member(request.user, pk)
    if not member.is_dead:
        raise Http404
    if not can_take_back_death(request.user, member):
        raise PermissionDenied
    form = UndoDeathForm(request.POST or None, initial={"version": member.version})
    if request.method == "POST" and form.is_valid():
        try:
            undo_death(member, version=form.seen_version, by=request.user)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã hoàn tác việc ghi từ trần.")
            return redirect("reports:member_file", pk)
    intro = (
        "Việc theo dõi, giấy giới thiệu và phản ánh đang chờ trở lại như trước; tên được "
        "ghi lại ở cuối danh sách các kỳ họp chưa diễn ra. Việc xin vắng trước, dòng trong "
        "thông báo đang soạn và đề nghị đính chính đã đóng thì phải ghi lại."
    )
    return step_page(request, form, "Hoàn tác việc ghi từ trần", member, intro=intro)


def _member(user, pk) -> Member:
    members = Member.objects.visible_to(user).select_related("workplace")
    return get_object_or_404(members, pk=pk)


def _with_people(checks):
    return checks.select_related(
        "registration__member",
        "registration__ward",
        "registration__cell",
        "registration__workplace",
    )
