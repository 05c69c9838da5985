"""Rating years: opened, followed, refreshed and closed by the department."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from evaluations.forms.decisions import DecisionForm, ReopenForm
from evaluations.forms.years import YearForm, department_units
from evaluations.models import RatingYear, RuleSet
from evaluations.permissions import can_open_year_at, can_read_sheets, can_refresh_year
from evaluations.queries import progress_of_units, total_of
from evaluations.services.rulesets import create_standard_rule_sets
from evaluations.services.years import (
    Deadlines,
    close_rating_year,
    open_rating_year,
    refresh_rating_year,
    reopen_rating_year,
)
from members.models import Committee, Role
from party76.shared.versions import require_version


@require_safe
def year_list(request):
    if not can_read_sheets(request.user):
        raise PermissionDenied
    years = RatingYear.objects.visible_to(request.user)
    context = {
        "years": years.select_related("committee", "rule_set"),
        "can_open": request.user.has_role(Role.DEPARTMENT),
    }
    return render(request, "evaluations/year_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def year_add(request):
    _require_department(request.user)
    if not RuleSet.objects.visible_to(request.user).exists():
        units = department_units(request.user)
        return render(request, "evaluations/rule_set_needed.html", {"units": units})
    form = YearForm(request.POST or None, user=request.user, initial=_this_year())
    if request.method == "POST" and form.is_valid():
        try:
            year = _open(form, request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"Đã mở đợt nhận xét năm {year.year}.")
            return redirect("evaluations:year_detail", year.pk)
    status = 422 if form.is_bound else 200
    return render(request, "evaluations/year_add.html", {"form": form}, status=status)


@require_POST
def rule_set_add(request):
    """Write Quy định 76 and 213 for a unit of the department."""
    _require_department(request.user)
    units = department_units(request.user)
    unit = get_object_or_404(units, pk=request.POST.get("committee"))
    try:
        create_standard_rule_sets(unit, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, "Đã ghi Quy định 76-QĐ/TW và Quy định 213-QĐ/TW.")
    return redirect("evaluations:year_add")


@require_safe
def year_detail(request, pk):
    """Progress of all units, late ones first: counts, never a draft."""
    year = _year_in_scope(request.user, pk)
    units = progress_of_units(year, user=request.user, on=timezone.localdate())
    context = {
        "year": year,
        "units": units,
        "total": total_of(year, units),
        "late": sum(unit.is_late for unit in units),
        "can_close": can_open_year_at(request.user, year.committee),
        "can_refresh": year.is_open and can_refresh_year(request.user, year),
    }
    return render(request, "evaluations/year_detail.html", context)


@require_POST
def year_refresh(request, pk):
    """Bring rows up to date: the department all units, a ward its own."""
    year = _year_in_scope(request.user, pk)
    if not can_refresh_year(request.user, year):
        raise PermissionDenied
    added = changed = removed = 0
    try:
        for unit in _units_to_refresh(request.user, year):
            done = refresh_rating_year(year, below=unit, by=request.user)
            added += len(done.added)
            changed += len(done.changed)
            removed += len(done.removed)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(
            request,
            f"Đã cập nhật danh sách: thêm {added}, điều chỉnh {changed}, bỏ {removed}.",
        )
    return redirect("evaluations:year_detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def year_close(request, pk):
    year = _year_in_scope(request.user, pk)
    if not can_open_year_at(request.user, year.committee):
        raise PermissionDenied
    form = DecisionForm(
        request.POST or None,
        initial={
            "name": request.user.full_name,
            "post": request.user.post,
            "on": timezone.localdate(),
            "version": year.version,
        },
    )
    if request.method == "POST" and form.is_valid():
        require_version(year, form.seen_version)
        try:
            close_rating_year(year, decision=form.decision(), by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"Đã khóa đợt nhận xét năm {year.year}.")
            return redirect("evaluations:year_detail", pk)
    units = progress_of_units(year, user=request.user, on=timezone.localdate())
    context = {"year": year, "form": form, "total": total_of(year, units)}
    status = 422 if form.is_bound else 200
    return render(request, "evaluations/year_close.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def year_reopen(request, pk):
    year = _year_in_scope(request.user, pk)
    if not can_open_year_at(request.user, year.committee):
        raise PermissionDenied
    form = ReopenForm(request.POST or None, initial={"version": year.version})
    if request.method == "POST" and form.is_valid():
        require_version(year, form.seen_version)
        try:
            reopen_rating_year(
                year, reason=form.cleaned_data["reason"], by=request.user
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"Đã mở lại đợt nhận xét năm {year.year}.")
            return redirect("evaluations:year_detail", pk)
    status = 422 if form.is_bound else 200
    context = {"year": year, "form": form}
    return render(request, "evaluations/year_reopen.html", context, status=status)


def _year_in_scope(user, pk) -> RatingYear:
    years = RatingYear.objects.visible_to(user).select_related("committee", "rule_set")
    year = get_object_or_404(years, pk=pk)
    if not can_read_sheets(user):
        raise PermissionDenied
    return year


def _require_department(user) -> None:
    if not user.has_role(Role.DEPARTMENT):
        raise PermissionDenied


def _this_year() -> dict:
    today = timezone.localdate()
    return {
        "year": today.year,
        "period_from": today.replace(month=1, day=1),
        "last_day": today.replace(month=12, day=31),
    }


def _open(form: YearForm, user) -> RatingYear:
    values = form.cleaned_data
    if not can_open_year_at(user, values["committee"]):
        raise PermissionDenied
    return open_rating_year(
        values["committee"],
        rule_set=values["rule_set"],
        year=values["year"],
        period=form.period(),
        reference_day=values["reference_day"],
        deadlines=Deadlines(
            values["propose_by"], values["confirm_by"], values["return_by"]
        ),
        uses_contact_book=values["uses_contact_book"],
        by=user,
    )


def _units_to_refresh(user, year: RatingYear) -> list[Committee]:
    if can_open_year_at(user, year.committee):
        return [year.committee]
    paths = user.paths_of(Role.RESIDENCE_WARD)
    return list(Committee.objects.filter(path__in=paths).order_by("path"))
