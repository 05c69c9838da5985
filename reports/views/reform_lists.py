"""A decision on its way in: all of them, a new one, its list and columns."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from members.forms.reform_units import BY_HAND, UnitReformForm, operations_on
from members.forms.reorganisations import DecisionForm, ReformListForm
from members.models import Committee, Reorganisation, Role
from members.permissions import can_prepare_reorganisations, can_reorganise
from members.queries.waiting_reforms import waiting_on
from members.services.reorganisations.lists import begin_reorganisation
from members.services.reorganisations.run import DECISION_FIELDS, edit_decision
from members.views.list_columns import (
    columns_context,
    columns_form,
    keep_columns,
    turn_sheet,
)
from members.views.pages import form_page, put_errors
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared import paging
from party76.spreadsheets.reading import read_pasted
from reports.views.reform_pages import (
    STEPS,
    drafted_reform,
    reform_of,
    reform_trail,
    visible_reforms,
)

State = Reorganisation.State


@require_safe
def reorganisation_list(request):
    """Every decision of the user's units, those under way first."""
    reforms = visible_reforms(request.user).select_related("committee", "created_by")
    under_way = list(reforms.filter(state__in=[State.DRAFT, State.SCHEDULED]))
    done = reforms.exclude(state__in=[State.DRAFT, State.SCHEDULED])
    page = paging.page_of(done, paging.Cursor.read(request.GET), size=50)
    record(Action.LIST, "reorganisation", by=request.user, count=len(page.rows))
    context = {
        "under_way": sorted(under_way, key=lambda one: (one.effective_on, one.pk)),
        "page": page,
        "today": timezone.localdate(),
        "can_prepare": can_prepare_reorganisations(request.user),
    }
    return render(request, "reports/reorganisation_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def reorganisation_start(request):
    """The decision and its list, a file or rows pasted; only what was read is kept."""
    if not can_prepare_reorganisations(request.user):
        raise PermissionDenied
    form = ReformListForm(
        request.POST or None,
        request.FILES or None,
        instance=Reorganisation(),
        user=request.user,
        initial={"committee": _own_unit(request.user)} | _said_before(request),
    )
    if request.method == "POST" and form.is_valid() and (read := form.read()):
        form.instance.committee = form.cleaned_data["committee"]
        begun = begin_reorganisation(form.instance, read, by=request.user)
        return redirect("reports:reorganisation_columns", begun.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "steps": STEPS}
    return render(request, "reports/reorganisation_start.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def reorganisation_unit(request, pk):
    """One operation on one unit; it goes through the same preview as a list."""
    unit = get_object_or_404(Committee, pk=pk, valid_to=None)
    if not can_reorganise(request.user, unit):
        raise PermissionDenied
    offered = operations_on(unit, request.user)
    chosen = request.GET.get("hinh_thuc", "")
    if chosen not in {operation for operation, _, _ in offered}:
        context = {
            "unit": unit,
            "operations": offered,
            "waiting": waiting_on([unit.pk], request.user),
            "trail": reform_trail(),
        }
        return render(request, "reports/reorganisation_choose.html", context)
    form = UnitReformForm(
        request.POST or None,
        instance=Reorganisation(),
        unit=unit,
        operation=chosen,
        by=request.user,
    )
    if request.method == "POST" and form.is_valid():
        return begin_by_hand(request, form)
    return unit_form_page(
        request, form, back_url=reverse("reports:reorganisation_unit", args=[pk])
    )


def begin_by_hand(request, form: UnitReformForm):
    """A new decision from what was filled in on the page of one unit."""
    form.name_decision()
    form.instance.committee = _acting_unit(request.user, form.unit)
    begun = begin_reorganisation(
        form.instance, list_of(form), choices={BY_HAND: form.by_hand()}, by=request.user
    )
    return redirect("reports:reorganisation_detail", begun.pk)


def list_of(form: UnitReformForm):
    """The list of a few rows that one operation comes to."""
    return read_pasted("\n".join("\t".join(row) for row in form.rows()))


def unit_form_page(request, form: UnitReformForm, *, back_url):
    """The page where one operation on one unit is filled in."""
    unit = form.unit
    return form_page(
        request,
        form,
        title=form.operation.label,
        subtitle=unit.name,
        intro="Chưa thay đổi gì cho đến khi đồng chí xem trước và xác nhận.",
        back_url=back_url,
        trail=[
            *reform_trail(),
            (unit.name, reverse("members:committee_detail", args=[unit.pk])),
        ],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reorganisation_columns(request, pk):
    """The columns of the list as recognised, to be corrected."""
    reform = drafted_reform(request, pk)
    run = reform.run
    form = columns_form(request, run)
    if (
        request.method == "POST"
        and form.is_valid()
        and keep_columns(request, run, form)
    ):
        return redirect("reports:reorganisation_detail", pk)
    context = columns_context(run, form) | {
        "reform": reform,
        "steps": STEPS,
        "sheet_url": reverse("reports:reorganisation_sheet", args=[pk]),
        "cancel_url": reverse("reports:reorganisation_cancel", args=[pk]),
        "trail": reform_trail(),
    }
    status = 422 if form.is_bound else 200
    return render(
        request, "reports/reorganisation_columns.html", context, status=status
    )


@require_POST
def reorganisation_sheet(request, pk):
    """Turn to another sheet, or to another reading of the letters."""
    turn_sheet(request, drafted_reform(request, pk).run)
    return redirect("reports:reorganisation_columns", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def reorganisation_decision(request, pk):
    """Number and days of a decision that is not carried out yet."""
    reform = drafted_reform(request, pk)
    form = DecisionForm(request.POST or None, instance=reform)
    if request.method == "POST" and form.is_valid():
        try:
            edit_decision(reform, version=form.seen_version, by=request.user)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã lưu thông tin quyết định.")
            return redirect("reports:reorganisation_detail", pk)
    return form_page(
        request,
        form,
        title="Thông tin quyết định",
        back_url=reverse("reports:reorganisation_detail", args=[pk]),
        trail=reform_trail(),
    )


def _said_before(request) -> dict:
    """What an earlier decision said that is done again, its list being gone."""
    before = request.GET.get("tu", "")
    if not before.isdigit():
        return {}
    reform = reform_of(request, before)
    return {name: getattr(reform, name) for name in (*DECISION_FIELDS, "committee")}


def _own_unit(user):
    roles = (Role.DEPARTMENT, Role.RESIDENCE_WARD)
    return next((post.committee for post in user.posts if post.role in roles), None)


def _acting_unit(user, unit: Committee) -> Committee:
    """The unit in whose name the user reorganises: his own, the nearest above."""
    roles = (Role.DEPARTMENT, Role.RESIDENCE_WARD)
    own = [post.committee for post in user.posts if post.role in roles]
    above = [one for one in own if unit.path.startswith(one.path)]
    return max(above or own, key=lambda one: len(one.path))
