from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from members.forms.corrections import AnswerForm, CorrectionForm
from members.models import CorrectionRequest, Member
from members.permissions import can_answer_correction, can_list_members
from members.queries.corrections import (
    askable,
    correction_requests,
    veil_requests,
)
from members.services.corrections import (
    accept_correction,
    ask_correction,
    refuse_correction,
)
from members.views.pages import form_page, put_errors
from party76.audit.models import Action
from party76.audit.services import record

REQUESTS_SHOWN = 200


@require_safe
def correction_list(request):
    """Requests that one's units asked or have to answer, open ones first."""
    if not can_list_members(request.user):
        raise PermissionDenied
    listed = list(correction_requests(request.user)[:REQUESTS_SHOWN])
    veil_requests(listed, to=request.user)
    record(Action.LIST, "correctionrequest", by=request.user, count=len(listed))
    waiting = [asked for asked in listed if asked.is_open]
    due = set(
        CorrectionRequest.objects.to_answer_by(request.user).values_list(
            "pk", flat=True
        )
    )
    to_answer = [asked for asked in waiting if asked.pk in due]
    context = {
        "to_answer": to_answer,
        "sent": [asked for asked in waiting if asked not in to_answer],
        "answered": [asked for asked in listed if not asked.is_open],
    }
    return render(request, "members/correction_list.html", context)


@require_http_methods(["GET", "POST"])
def correction_add(request, pk):
    """Ask the side that owns a field to mend it."""
    members = Member.objects.visible_to(request.user).select_related("workplace")
    member = get_object_or_404(members, pk=pk)
    fields = askable(request.user, member)
    if not fields:
        raise PermissionDenied
    form = CorrectionForm(request.POST or None, fields=list(fields))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            ask_correction(
                member,
                field=data["field"],
                new_value=data["new_value"],
                reason=data["reason"],
                asked_by_committee=fields[data["field"]],
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã gửi đề nghị đính chính.")
            return redirect("reports:member_file", pk)
    file = reverse("reports:member_file", args=[pk])
    return form_page(
        request,
        form,
        title="Đề nghị đính chính",
        subtitle=Member.objects.get(pk=pk).full_name,
        back_url=file,
        trail=[
            ("Đảng viên", reverse("members:member_list")),
            ("Hồ sơ đảng viên", file),
        ],
    )


@require_http_methods(["GET", "POST"])
def correction_answer(request, pk):
    """What was asked; the owner of the field accepts, so it is written, or refuses."""
    asked = get_object_or_404(correction_requests(request.user), pk=pk)
    may_answer = can_answer_correction(request.user, asked)
    if request.method == "POST" and not may_answer:
        raise PermissionDenied
    form = AnswerForm(request.POST or None, initial={"version": asked.version})
    if request.method == "POST" and form.is_valid():
        try:
            done = _answer(asked, form, by=request.user)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, done)
            return redirect("members:correction_list")
    status = 422 if form.errors else 200
    can_answer = may_answer and asked.is_open
    veil_requests([asked], to=request.user)
    context = {
        "asked": asked,
        "form": form,
        "can_answer": can_answer,
    }
    return render(request, "members/correction_answer.html", context, status=status)


def _answer(asked: CorrectionRequest, form: AnswerForm, *, by) -> str:
    if form.cleaned_data["decision"] == "accept":
        accept_correction(asked, version=form.seen_version, by=by)
        return "Đã sửa hồ sơ theo đề nghị."
    answer = form.cleaned_data["answer"]
    refuse_correction(asked, answer=answer, version=form.seen_version, by=by)
    return "Đã trả lời đề nghị đính chính."
