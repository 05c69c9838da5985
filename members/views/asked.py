"""Đang cư trú, chưa có giấy: noted by ward or cell, asked of the workplace."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from members.forms.stays import AskLetterForm
from members.models import Committee, Role
from members.permissions import can_note_dwellers
from members.queries.channels import is_on_paper, on_paper_among
from members.queries.discretion import shown_workplace, veil
from members.queries.inbox import without_letter
from members.services.letters import ask_for_letter, ask_for_letter_of_new
from members.views.pages import put_errors
from members.views.persons import identity_page
from members.views.stay_tabs import stay_tabs
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor, page_of


@require_safe
def asked_list(request):
    """Who lives here without a letter, waiting since when, and how to remind."""
    if not can_note_dwellers(request.user):
        raise PermissionDenied
    stays = without_letter(request.user)
    with_units = stays.select_related("member", "ward", "cell", "workplace")
    page = page_of(with_units, Cursor.read(request.GET), by="waiting_since")
    total = stays.count()
    on_paper = on_paper_among([stay.workplace for stay in page.rows], Role.WORKPLACE)
    for stay in page.rows:
        stay.workplace_on_paper = stay.workplace_id in on_paper
        stay.asked_workplace = stay.workplace_id
    veil(page.rows, to=request.user)
    record(Action.LIST, "registration", by=request.user, count=total)
    context = {
        "page": page,
        "total": total,
        "receives": request.user.has_role(Role.RESIDENCE_WARD),
        "tabs": stay_tabs(request, "members:asked_list"),
    }
    return render(request, "members/asked_list.html", context)


@require_http_methods(["GET", "POST"])
def letter_ask(request):
    """Ward or cell writes down somebody who lives there without a letter."""
    if not can_note_dwellers(request.user):
        raise PermissionDenied
    form = AskLetterForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            _ask(form, by=request.user)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(
                request,
                "Đã ghi đồng chí đang cư trú và đề nghị nơi công tác giới thiệu.",
            )
            return redirect("members:asked_list")
    back = reverse("members:asked_list")
    title = "Ghi người đang cư trú, chưa có giấy giới thiệu"
    trail = [("Chưa có giấy giới thiệu", back)]
    return identity_page(request, form, title, back, trail)


def _ask(form: AskLetterForm, *, by) -> None:
    data = form.cleaned_data
    ask = ask_for_letter if form.chosen else ask_for_letter_of_new
    ask(
        form.chosen or form.instance,
        ward=data["ward"],
        cell=data["cell"],
        on=data["asked_on"],
        note=data["note"],
        by=by,
    )


@require_safe
def asked_print(request, pk):
    """The request to one workplace as a paper, with everybody who waits for it."""
    if not can_note_dwellers(request.user):
        raise PermissionDenied
    named = get_object_or_404(Committee, pk=pk)
    # What was asked of a body that was merged away is its heir's to answer.
    workplace = named.heir or named
    stays = without_letter(request.user).filter(workplace=workplace)
    stays = stays.select_related("member", "ward", "cell")
    rows = list(stays.order_by("member__sort_key", "pk"))
    if not rows:
        raise Http404
    record(
        Action.EXPORT,
        "registration",
        by=request.user,
        committee_code=rows[0].ward.code,
        count=len(rows),
        facts={"asked_of": workplace.code},
    )
    context = {
        "rows": rows,
        "ward": rows[0].ward,
        "workplace": shown_workplace(workplace, to=request.user),
        "is_on_paper": is_on_paper(workplace, Role.WORKPLACE),
        "today": timezone.localdate(),
    }
    return render(request, "members/asked_print.html", context)
