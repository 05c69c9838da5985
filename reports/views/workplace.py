from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from members.models import Role
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor, Page, page_of
from party76.spreadsheets.writer import xlsx_response
from reports.exports import workplace_file
from reports.forms import WorkplaceFilterForm
from reports.queries.workplace import own_members, rows_of, years_for


@require_safe
def workplace_view(request):
    form = _filter(request)
    members = _members(request, form)
    page = page_of(members, Cursor.read(request.GET), by="order_key")
    record(
        Action.LIST,
        "workplace_view",
        by=request.user,
        count=len(page.rows),
        facts={"filters": [name for name, _ in form.chosen_pairs()]},
    )
    kept = form.chosen_pairs()
    context = {
        "form": form,
        "year": form.year,
        "total": members.count(),
        "page": Page(
            rows_of(page.rows, request.user, form.year), page.previous, page.next
        ),
        "kept": kept,
        "export_url": f"{reverse('reports:workplace_export')}?{urlencode(kept)}",
    }
    return render(request, "reports/workplace_view.html", context)


@require_safe
def workplace_export(request):
    form = _filter(request)
    members = _members(request, form).order_by("order_key", "pk")
    rows = rows_of(members, request.user, form.year)
    content = workplace_file(rows, len(rows), form.year, by=request.user)
    return xlsx_response(content, "Đảng viên ở nơi cư trú.xlsx")


def _filter(request) -> WorkplaceFilterForm:
    if not request.user.has_role(Role.WORKPLACE):
        raise PermissionDenied
    return WorkplaceFilterForm(
        request.GET, user=request.user, years=years_for(request.user)
    )


def _members(request, form: WorkplaceFilterForm):
    members = own_members(request.user, form.year, form.chosen)
    return members.select_related("workplace")
