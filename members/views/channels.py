"""Đơn vị chưa có tài khoản: what the department and the administrator see to."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from members.exports import without_account_workbook
from members.models import Committee, Role
from members.permissions import can_read_channels
from members.queries.channels import without_account
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor, page_of
from party76.spreadsheets.writer import xlsx_response

SEARCH_LENGTH = 80


@require_http_methods(["GET", "HEAD", "POST"])
def unit_without_account(request):
    """Units nobody works for in the system; what they would write goes on paper."""
    units, text = _found(request)
    sent = request.POST if request.method == "POST" else request.GET
    page = page_of(units.select_related("parent"), Cursor.read(sent), by="sort_key")
    number = units.count()
    record(Action.LIST, "committee", by=request.user, count=number)
    context = {
        "page": page,
        "number": number,
        "text": text,
        "searched": [("q", text)],
        "can_add": request.user.has_role(Role.ADMINISTRATOR),
    }
    return render(request, "members/unit_without_account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def unit_without_account_export(request):
    units, _ = _found(request)
    listed = list(units.select_related("parent"))
    record(
        Action.EXPORT,
        "committee",
        by=request.user,
        count=len(listed),
        facts={"report": "without_account"},
    )
    content = without_account_workbook(listed)
    return xlsx_response(content, "Đơn vị chưa có tài khoản.xlsx")


def _found(request) -> tuple[QuerySet[Committee], str]:
    """The units in the reader's scope, and what was typed to search among them."""
    if not can_read_channels(request.user):
        raise PermissionDenied
    paths = request.user.paths_of(Role.DEPARTMENT, Role.INSPECTOR, Role.ADMINISTRATOR)
    units = without_account(paths)
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    return (units.matching(text) if text else units), text
