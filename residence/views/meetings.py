from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from members.permissions import can_run_residence
from party76.audit.models import Action
from party76.audit.services import record
from residence.forms.meetings import (
    MeetingFilterForm,
    MeetingForm,
    MeetingPlanForm,
)
from residence.models import Attendance, Meeting, Opinion
from residence.paging import page_by_day
from residence.periods import half_year, period_label
from residence.permissions import (
    can_hold_meetings,
    require_holder,
    require_reader,
    require_running,
)
from residence.queries import (
    NO_ATTENDANCE,
    counts_by_meeting,
    counts_of,
    meeting_gaps,
    meeting_years,
)
from residence.services.meetings import edit_meeting, plan_meeting


@require_safe
def meeting_list(request):
    require_reader(request.user)
    seen = Meeting.objects.visible_to(request.user)
    form = MeetingFilterForm(request.GET, user=request.user, years=meeting_years(seen))
    page = page_by_day(
        form.narrow(seen.select_related("committee")), "held_on", request.GET
    )
    own_rows = Attendance.objects.visible_to(request.user)
    counts = counts_by_meeting(own_rows, page.rows)
    for meeting in page.rows:
        meeting.attendance = counts.get(meeting.pk, NO_ATTENDANCE)
    record(
        Action.LIST,
        "meeting",
        by=request.user,
        count=len(page.rows),
        facts={"filters": form.chosen_names()},
    )
    context = {
        "page": page,
        "form": form,
        "hidden": form.chosen_pairs(),
        "can_plan": can_hold_meetings(request.user),
    }
    return render(request, "residence/meeting_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_add(request):
    require_holder(request.user)
    form = MeetingPlanForm(
        request.POST or None, user=request.user, initial=_first_values(request)
    )
    if request.method == "POST" and form.is_valid():
        meeting = plan_meeting(form.save(commit=False), by=request.user)
        messages.success(request, "Đã lưu kỳ họp. Việc tiếp theo: lập danh sách.")
        return redirect("residence:meeting_detail", meeting.pk)
    status = 422 if form.is_bound else 200
    return render(request, "residence/meeting_add.html", {"form": form}, status=status)


@require_safe
def meeting_detail(request, pk):
    meeting = meeting_in_scope(request, pk)
    rows = Attendance.objects.visible_to(request.user).filter(meeting=meeting)
    counts = counts_of(rows)
    opinions = (
        Opinion.objects.visible_to(request.user)
        .filter(meeting=meeting)
        .select_related("registration__member", "cell")
        .order_by("pk")
    )
    can_run = can_run_residence(request.user, meeting.committee)
    record(Action.VIEW, meeting, by=request.user, committee_code=meeting.committee.code)
    context = {
        "meeting": meeting,
        "counts": counts,
        "opinions": opinions,
        "gaps": meeting_gaps(meeting, counts, len(opinions)) if can_run else [],
        "can_run": can_run,
        "today": timezone.localdate(),
    }
    return render(request, "residence/meeting_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request, pk):
    meeting = meeting_in_scope(request, pk)
    require_running(request.user, meeting.committee)
    form = MeetingForm(request.POST or None, instance=meeting)
    if request.method == "POST" and form.is_valid():
        try:
            edit_meeting(meeting, version=form.seen_version, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Đã lưu nội dung kỳ họp.")
            return redirect("residence:meeting_detail", meeting.pk)
    return render(
        request,
        "residence/meeting_edit.html",
        {"form": form, "meeting": meeting},
        status=422 if form.is_bound else 200,
    )


def meeting_in_scope(request, pk) -> Meeting:
    """The meeting with its unit, or 404 for whoever may not know of it."""
    seen = Meeting.objects.visible_to(request.user).select_related("committee")
    return get_object_or_404(seen, pk=pk)


def _first_values(request) -> dict:
    label = period_label(*half_year(timezone.localdate()))
    values = {"title": f"Sinh hoạt định kỳ {label}"}
    if (unit := request.GET.get("don_vi", "")).isdigit():
        values["committee"] = unit
    return values
