from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_safe,
)

from members.models import Registration
from members.permissions import can_run_residence
from party76.audit.models import Action
from party76.audit.services import record
from residence.forms.opinions import (
    MeetingOpinionForm,
    OpinionFilterForm,
    OpinionForm,
)
from residence.models import Attendance, Opinion
from residence.paging import page_by_day
from residence.permissions import (
    can_hold_meetings,
    require_holder,
    require_reader,
    require_running,
)
from residence.queries import opinion_years, people_living_in
from residence.services.opinions import add_opinion, edit_opinion
from residence.views.meetings import meeting_in_scope


@require_safe
def opinion_list(request):
    require_reader(request.user)
    seen = Opinion.objects.visible_to(request.user)
    form = OpinionFilterForm(request.GET, seen=seen, years=opinion_years(seen))
    listed = form.narrow(
        seen.select_related("registration__member", "committee", "cell", "meeting")
    )
    page = page_by_day(listed, "given_on", request.GET)
    for opinion in page.rows:
        opinion.can_edit = can_run_residence(request.user, opinion.committee)
    record(
        Action.LIST,
        "opinion",
        by=request.user,
        count=len(page.rows),
        facts={"filters": form.chosen_names()},
    )
    context = {
        "page": page,
        "form": form,
        "hidden": form.chosen_pairs(),
        "can_add": can_hold_meetings(request.user),
    }
    return render(request, "residence/opinion_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def opinion_find(request):
    """Whose opinion is to be noted: a search by name among those living here."""
    require_holder(request.user)
    text = request.POST.get("q", "").strip()[:80]
    found = people_living_in(request.user, text) if text else []
    if text:
        record(Action.LIST, "registration", by=request.user, count=len(found))
    return render(
        request, "residence/opinion_find.html", {"text": text, "found": found}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def opinion_add(request, pk):
    """An opinion given between meetings by a member who lives here."""
    stays = Registration.objects.visible_to(request.user)
    stay = get_object_or_404(
        stays.select_related("member", "ward", "cell", "workplace"), pk=pk
    )
    require_running(request.user, stay.place)
    form = OpinionForm(request.POST or None, initial={"given_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        opinion = form.save(commit=False)
        opinion.committee, opinion.cell = stay.place, stay.cell
        opinion.registration = stay
        if _stored(request, form, add_opinion, opinion):
            return redirect("residence:opinion_list")
    context = {"form": form, "stay": stay}
    status = 422 if form.is_bound else 200
    return render(request, "residence/opinion_add.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_opinion_add(request, pk):
    meeting = meeting_in_scope(request, pk)
    require_running(request.user, meeting.committee)
    rows = (
        Attendance.objects.visible_to(request.user)
        .filter(meeting=meeting)
        .select_related("member", "registration")
        .order_by("number")
    )
    form = MeetingOpinionForm(
        request.POST or None, rows=rows, initial={"given_on": meeting.held_on}
    )
    if request.method == "POST" and form.is_valid():
        opinion, row = form.save(commit=False), form.cleaned_data["person"]
        opinion.committee, opinion.meeting = meeting.committee, meeting
        opinion.registration, opinion.cell_id = row.registration, row.cell_id
        if _stored(request, form, add_opinion, opinion):
            return redirect("residence:meeting_detail", meeting.pk)
    return render(
        request,
        "residence/meeting_opinion_add.html",
        {"form": form, "meeting": meeting, "rows": form.rows},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def opinion_edit(request, pk):
    seen = Opinion.objects.visible_to(request.user)
    opinion = get_object_or_404(
        seen.select_related("committee", "meeting", "registration__member"), pk=pk
    )
    require_running(request.user, opinion.committee)
    form = OpinionForm(request.POST or None, instance=opinion)
    if (
        request.method == "POST"
        and form.is_valid()
        and _stored(request, form, edit_opinion, opinion, version=form.seen_version)
    ):
        if opinion.meeting_id:
            return redirect("residence:meeting_detail", opinion.meeting_id)
        return redirect("residence:opinion_list")
    return render(
        request,
        "residence/opinion_edit.html",
        {"form": form, "opinion": opinion, "is_fixed": "text" not in form.fields},
        status=422 if form.is_bound else 200,
    )


def _stored(request, form, service, opinion: Opinion, **version) -> bool:
    """Hand the opinion to its service; a refusal stands on the form."""
    try:
        service(opinion, by=request.user, **version)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.success(request, "Đã lưu ý kiến.")
    return True
