"""A notice on paper, in the form of the Party's documents, with a slip for the answer."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from members.queries.discretion import veil
from party76.audit.models import Action
from party76.audit.services import record
from reports.documents.papers import notice_as_word
from reports.queries.notice_papers import notice_paper
from reports.views.files import word_response
from residence.models import Notice, NoticeItem
from residence.permissions import reads_sealed
from residence.queries.notices import items_for_page


@require_safe
def notice_print(request, pk):
    """Number and day stay open until they are written in."""
    notice = _notice(request.user, pk)
    if reads_sealed(request.user, notice):
        return redirect("residence:notice_detail", pk)
    items = _items(request, notice)
    context = {"notice": notice, "items": items, "paper": notice_paper(notice, items)}
    return render(request, "reports/notice_print.html", context)


@require_safe
def notice_word(request, pk):
    """The same as Word, by the ward's own form where it has one."""
    notice = _notice(request.user, pk)
    if reads_sealed(request.user, notice):
        return redirect("residence:notice_detail", pk)
    paper = notice_paper(notice, _items(request, notice))
    try:
        content = notice_as_word(paper, notice.committee)
    except ValidationError as error:
        sentences = " ".join(error.messages)
        messages.error(request, f"Mẫu Word của đơn vị không điền được. {sentences}")
        return redirect("residence:notice_detail", pk)
    return word_response(content, "Thông báo gửi nơi công tác.docx")


def _notice(user, pk) -> Notice:
    seen = Notice.objects.visible_to(user)
    with_units = seen.select_related("committee__parent", "workplace")
    return get_object_or_404(with_units, pk=pk)


def _items(request, notice: Notice) -> list[NoticeItem]:
    """The lines that this reader may have on paper; noted that they left the system."""
    items = items_for_page(notice, request.user)
    record(
        Action.EXPORT,
        notice,
        by=request.user,
        committee_code=notice.committee.code,
        count=len(items),
    )
    veil([notice], to=request.user)
    return items
