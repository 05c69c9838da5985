"""The steps of a meeting: list, open, close, or not held at all."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from residence.forms.meetings import CloseForm, NotHeldForm
from residence.models import Attendance, Meeting
from residence.permissions import require_running
from residence.queries import counts_of, meeting_gaps, unclear_representatives
from residence.services.meetings import (
    append_to_list,
    close_meeting,
    list_meeting,
    open_meeting,
    record_not_held,
)
from residence.views.meetings import meeting_in_scope


@require_POST
def meeting_fix_list(request, pk):
    """Make the list, or add to it whoever became due since."""
    meeting = _meeting_run(request, pk)
    try:
        if meeting.state == Meeting.State.PLANNED:
            list_meeting(meeting, by=request.user)
            messages.success(request, "Đã lập danh sách và đánh số thứ tự.")
        else:
            changes = append_to_list(meeting, by=request.user)
            messages.success(request, _told(changes))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("residence:meeting_detail", pk)


@require_POST
def meeting_open(request, pk):
    meeting = _meeting_run(request, pk)
    try:
        open_meeting(meeting, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("residence:meeting_detail", pk)
    return redirect("residence:meeting_attendance", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_close(request, pk):
    meeting = _meeting_run(request, pk)
    counts = counts_of(meeting.attendances.all())
    form = CloseForm(request.POST or None, has_unmarked=counts.not_marked > 0)
    if request.method == "POST" and form.is_valid():
        try:
            close_meeting(
                meeting,
                unmarked=form.cleaned_data.get("unmarked", ""),
                at=timezone.now(),
                by=request.user,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Kỳ họp đã kết thúc, kết quả đã khóa.")
            return redirect("residence:meeting_detail", pk)
    context = {
        "meeting": meeting,
        "form": form,
        "counts": counts,
        "unmarked": _unmarked(meeting),
        "unclear": unclear_representatives(meeting),
        "gaps": meeting_gaps(meeting, counts, meeting.opinions.count()),
    }
    status = 422 if form.is_bound else 200
    return render(request, "residence/meeting_close.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_not_held(request, pk):
    meeting = _meeting_run(request, pk)
    form = NotHeldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            record_not_held(
                meeting, reason=form.cleaned_data["reason"], by=request.user
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Đã ghi: không tổ chức được kỳ họp.")
            return redirect("residence:meeting_detail", pk)
    return render(
        request,
        "residence/meeting_not_held.html",
        {"meeting": meeting, "form": form},
        status=422 if form.is_bound else 200,
    )


def _meeting_run(request, pk) -> Meeting:
    meeting = meeting_in_scope(request, pk)
    require_running(request.user, meeting.committee)
    return meeting


def _unmarked(meeting: Meeting):
    rows = meeting.attendances.filter(is_due=True, status=Attendance.Status.NOT_MARKED)
    return rows.select_related("member", "cell").order_by("number")


def _told(changes) -> str:
    if not (changes.added or changes.not_due):
        return "Danh sách đã đủ, không có thay đổi."
    parts = []
    if changes.added:
        parts.append(f"thêm {changes.added} đồng chí vào cuối danh sách")
    if changes.not_due:
        parts.append(f"{changes.not_due} đồng chí không còn thuộc diện dự")
    return f"Đã cập nhật danh sách: {'; '.join(parts)}."
