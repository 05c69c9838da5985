"""The steps of a notice after its draft: send, withdraw, answer."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from members.models import Role
from members.queries.channels import on_paper_among
from members.scopes import within
from members.views.pages import put_errors
from party76.shared.running import forget_running, note_running
from residence.forms.notices import AnswerForm, AnswerGrid, SendForm
from residence.models import Notice
from residence.permissions import (
    can_answer_notice,
    can_type_answer,
    can_write_notices,
)
from residence.queries.notices import items_to_answer, name_as_known
from residence.services.notices import answer_notice, send_notices, withdraw_notice
from residence.views.notice_start import running_key
from residence.views.notices import notice_in_scope, written_notice

MOST_AT_ONCE = 500


@require_POST
def notices_send(request):
    """Send the drafts that were ticked, one or many, all or none; asks first."""
    if not can_write_notices(request.user):
        raise PermissionDenied
    versions = _versions(request)
    notices = _own_drafts(request.user, versions)
    if not notices:
        messages.info(request, "Đồng chí chưa chọn thông báo nào đang soạn.")
        return redirect(f"{reverse('residence:notice_list')}?phan=dang-soan")
    is_confirmed = "gui" in request.POST
    form = SendForm(
        request.POST if is_confirmed else None, initial={"on": timezone.localdate()}
    )
    if is_confirmed and form.is_valid() and _sent(request, form, notices, versions):
        return _after_sending(notices)
    paper = on_paper_among([one.workplace for one in notices], Role.WORKPLACE)
    name_as_known(notices, request.user)
    context = {
        "form": form,
        "notices": [
            (one, versions[one.pk], one.workplace_id in paper) for one in notices
        ],
        "obstacles": form.non_field_errors(),
        "people": sum(one.n_people for one in notices),
    }
    status = 422 if form.errors else 200
    return render(request, "residence/notices_send.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def notice_withdraw(request, pk):
    notice = written_notice(request, pk)
    if request.method == "POST":
        try:
            withdraw_notice(notice, version=_version(request), by=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, "Đã rút thông báo.")
        return redirect("residence:notice_detail", notice.pk)
    name_as_known([notice], request.user)
    return render(request, "residence/notice_withdraw.html", {"notice": notice})


@require_http_methods(["GET", "HEAD", "POST"])
def notice_answer(request, pk):
    """The measure taken for each person: by the workplace, or from its paper."""
    notice = notice_in_scope(request, pk)
    own = can_answer_notice(request.user, notice)
    if not (own or can_type_answer(request.user, notice)):
        raise PermissionDenied
    if not notice.is_waiting:
        messages.info(request, _not_waiting(notice))
        return redirect("residence:notice_detail", pk)
    posted = request.POST if request.method == "POST" else None
    form = AnswerForm(
        posted, on_paper=not own, initial={"answered_on": timezone.localdate()}
    )
    grid = AnswerGrid(items_to_answer(notice), posted)
    if (
        posted is not None
        and form.is_valid()
        and _answered(request, notice, form, grid, in_system=own)
    ):
        return redirect("residence:notice_detail", notice.pk)
    name_as_known([notice], request.user)
    context = {"notice": notice, "form": form, "grid": grid, "on_paper": not own}
    status = 422 if form.errors else 200
    return render(request, "residence/notice_answer.html", context, status=status)


def _answered(
    request, notice: Notice, form: AnswerForm, grid: AnswerGrid, *, in_system: bool
) -> bool:
    """Hand the answer to the service; what it lacks stands on the form."""
    data = form.cleaned_data
    try:
        answer_notice(
            notice,
            grid.reply(data["answer"]),
            on=data.get("answered_on") or timezone.localdate(),
            in_system=in_system,
            version=_version(request),
            by=request.user,
        )
    except ValidationError as error:
        put_errors(form, error)
        return False
    messages.success(request, "Đã ghi trả lời thông báo.")
    return True


def _sent(request, form, notices, versions) -> bool:
    """Hand the drafts to the service; what is in the way stands on the form."""
    key = running_key(request.user)
    try:
        send_notices(
            {one.pk: versions[one.pk] for one in notices},
            on=form.cleaned_data["on"],
            by=request.user,
            tell=lambda step, share: note_running(key, step, share),
        )
    except ValidationError as error:
        put_errors(form, error)
        return False
    finally:
        forget_running(key)
    messages.success(request, f"Đã gửi {len(notices)} thông báo.")
    return True


def _after_sending(notices):
    if len(notices) == 1:
        return redirect("residence:notice_detail", notices[0].pk)
    return redirect(f"{reverse('residence:notice_list')}?phan=chua-tra-loi")


def _own_drafts(user, versions) -> list[Notice]:
    """The ticked notices of the user's wards; also those somebody has sent meanwhile."""
    found = Notice.objects.visible_to(user).filter(
        within("committee__path", user.paths_of(Role.RESIDENCE_WARD)), pk__in=versions
    )
    with_units = found.select_related("committee", "workplace")
    counted = with_units.annotate(n_people=Count("items"))
    return list(counted.order_by("workplace__sort_key", "pk")[:MOST_AT_ONCE])


def _versions(request) -> dict[int, int]:
    """{notice: version} of the lines that were ticked, “pk:version” each."""
    found = {}
    for line in request.POST.getlist("chon"):
        key, _, version = line.partition(":")
        if key.isdecimal() and version.isdecimal():
            found[int(key)] = int(version)
    return found


def _version(request) -> int:
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() else 0


def _not_waiting(notice: Notice) -> str:
    state = notice.get_state_display().lower()
    return f"Thông báo đang ở tình trạng “{state}”, không có gì phải trả lời."
