from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.permissions import can_read_audit
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor, page_of
from reports.forms.audit import AuditFilterForm
from reports.queries.events import events_visible_to, rows_of


@require_safe
def audit_list(request):
    if not can_read_audit(request.user):
        raise PermissionDenied
    form = AuditFilterForm(request.GET, user=request.user)
    events = form.narrow(events_visible_to(request.user))
    page = page_of(events, Cursor.read(request.GET))
    record(
        Action.LIST,
        "audit",
        by=request.user,
        count=len(page.rows),
        facts={"filters": [name for name, _ in form.chosen_pairs()]},
    )
    context = {
        "form": form,
        "page": page,
        "events": rows_of(page.rows),
        "kept": form.chosen_pairs(),
    }
    return render(request, "reports/audit_list.html", context)
