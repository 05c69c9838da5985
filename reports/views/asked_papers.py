"""The request to a workplace for letters, on paper."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from members.models import Committee
from members.permissions import can_note_dwellers
from members.queries.inbox import without_letter
from party76.audit.models import Action
from party76.audit.services import record
from reports.queries.asked_papers import asked_papers


@require_safe
def asked_print(request, pk):
    """The request to one workplace, of each ward that waits, with everybody on it."""
    if not can_note_dwellers(request.user):
        raise PermissionDenied
    named = get_object_or_404(Committee, pk=pk)
    # What was asked of a body that was merged away is its heir's to answer.
    workplace = named.heir or named
    stays = without_letter(request.user).filter(workplace=workplace)
    papers = asked_papers(stays, workplace, request.user)
    if not papers:
        raise Http404
    for paper in papers:
        record(
            Action.EXPORT,
            "registration",
            by=request.user,
            committee_code=paper.ward.code,
            count=len(paper.stays),
            facts={"asked_of": workplace.code},
        )
    return render(request, "reports/asked_print.html", {"papers": papers})
