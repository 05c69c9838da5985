"""A notice on paper, in the form of the Party's documents, with a slip for the answer."""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from members.queries.discretion import veil
from party76.audit.models import Action
from party76.audit.services import record
from reports.queries.notice_papers import SUBJECTS
from reports.queries.signatures import papers_of
from residence.models import Notice
from residence.permissions import reads_sealed
from residence.queries.notices import items_for_page

@require_safe
def notice_print(request, pk):
    """Number and day stay open until they are written in."""
    seen = Notice.objects.visible_to(request.user)
    notice = get_object_or_404(
        seen.select_related("committee__parent", "workplace"), pk=pk
    )
    if reads_sealed(request.user, notice):
        return redirect("residence:notice_detail", pk)
    items = items_for_page(notice, request.user)
    record(
        Action.EXPORT,
        notice,
        by=request.user,
        committee_code=notice.committee.code,
        count=len(items),
    )
    veil([notice], to=request.user)
    day = notice.dated_on or notice.sent_on or timezone.localdate()
    context = {
        "notice": notice,
        "items": items,
        "papers": papers_of(notice.committee, on=day),
        "subject": SUBJECTS[Notice.Kind(notice.kind)],
    }
    return render(request, "reports/notice_print.html", context)
