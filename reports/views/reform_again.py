"""A decision once more: its list mended in the same draft, or the whole of it anew."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from members.forms.reform_units import BY_HAND, UnitReformForm, operations_on
from members.forms.reorganisations import DecisionForm, ReplacingListForm
from members.models import Committee, Reorganisation
from members.permissions import can_reorganise, can_run_reorganisation
from members.services.reorganisations.lists import begin_reorganisation, replace_list
from members.services.reorganisations.run import DECISION_FIELDS, edit_decision
from members.views.pages import form_page
from reports.views.reform_lists import begin_by_hand, list_of, unit_form_page
from reports.views.reform_pages import (
    is_by_hand,
    open_reform,
    reform_of,
    reform_trail,
    steps_of,
)

State = Reorganisation.State


@require_http_methods(["GET", "HEAD", "POST"])
def reorganisation_replace(request, pk):
    """Bring the mended list into the same draft, or fill one operation in again."""
    reform = open_reform(request, pk, needs_list=False)
    if reform.state != State.DRAFT:
        raise Http404
    if is_by_hand(reform):
        return _fill_in_again(request, reform)
    run = reform.run
    form = ReplacingListForm(request.POST or None, request.FILES or None, run=run)
    if request.method == "POST" and form.is_valid() and (read := form.read()):
        replace_list(reform, read, version=form.seen_version, by=request.user)
        messages.success(
            request, "Đã thay danh sách; bản xem trước tính theo danh sách mới."
        )
        return redirect("reports:reorganisation_detail", pk)
    context = {
        "reform": reform,
        "form": form,
        "steps": steps_of(reform),
        "trail": reform_trail(),
    }
    status = 422 if form.is_bound else 200
    return render(
        request, "reports/reorganisation_replace.html", context, status=status
    )


def _fill_in_again(request, reform):
    back_url = reverse("reports:reorganisation_detail", args=[reform.pk])
    form = _filled_form(request, reform, instance=reform)
    if request.method == "POST" and form.is_valid():
        form.name_decision()
        with transaction.atomic():
            edit_decision(reform, version=form.seen_version, by=request.user)
            replace_list(
                reform,
                list_of(form),
                choices={BY_HAND: form.by_hand()},
                version=reform.run.version,
                by=request.user,
            )
        messages.success(request, "Đã sửa; bản xem trước đã tính lại.")
        return redirect(back_url)
    return unit_form_page(request, form, back_url=back_url)


def _filled_form(request, reform, *, instance) -> UnitReformForm:
    """The form as it was filled in; 404 where its unit has ended since."""
    filled = reform.run.choices[BY_HAND]
    unit = get_object_or_404(Committee, pk=filled["unit"], valid_to=None)
    offered = {operation for operation, _, _ in operations_on(unit, request.user)}
    if not can_reorganise(request.user, unit) or filled["operation"] not in offered:
        raise PermissionDenied
    return UnitReformForm(
        request.POST or None,
        instance=instance,
        unit=unit,
        operation=filled["operation"],
        by=request.user,
        filled=filled,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reorganisation_again(request, pk):
    """A new draft from a decision that was taken back or cancelled."""
    reform = reform_of(request, pk)
    if not can_run_reorganisation(request.user, reform):
        raise PermissionDenied
    if reform.state not in {State.TAKEN_BACK, State.CANCELLED}:
        raise Http404
    back_url = reverse("reports:reorganisation_detail", args=[pk])
    new = Reorganisation(**{name: getattr(reform, name) for name in DECISION_FIELDS})
    if is_by_hand(reform):
        filled = _filled_form(request, reform, instance=new)
        if request.method == "POST" and filled.is_valid():
            return begin_by_hand(request, filled)
        return unit_form_page(request, filled, back_url=back_url)
    if reform.run is None or not reform.run.payload:
        return redirect(f"{reverse('reports:reorganisation_start')}?tu={pk}")
    form = DecisionForm(request.POST or None, instance=new)
    if request.method == "POST" and form.is_valid():
        return _begin_again(request, reform, form.instance)
    return form_page(
        request,
        form,
        title="Làm lại với danh sách cũ",
        subtitle=reform.label,
        back_url=back_url,
        trail=reform_trail(),
    )


def _begin_again(request, reform, new):
    run = reform.run
    new.committee = reform.committee
    choices = {key: value for key, value in run.choices.items() if key != "encoding"}
    begun = begin_reorganisation(
        new, run.workbook, sheet=run.sheet, choices=choices, by=request.user
    )
    return redirect("reports:reorganisation_columns", begun.pk)
