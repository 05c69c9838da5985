"""The ward's letters to receive, and who is new in a cell."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from members.forms.batches import InboxFilterForm
from members.models import Exemption, Role
from members.permissions import can_note_dwellers
from members.queries.discretion import veil
from members.queries.inbox import inbox, newcomers, of_members_named
from members.queries.merge_hints import doubts_of
from members.scopes import within
from members.views.batches import MOST_AT_ONCE, SEARCH_LENGTH
from members.views.stay_tabs import stay_tabs
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor, page_of

NEWCOMERS_SIZE = 100


@require_http_methods(["GET", "POST"])
def letter_inbox(request):
    """Letters that wait for the ward, the oldest first; found by name through a POST."""
    if not request.user.has_role(Role.RESIDENCE_WARD):
        raise PermissionDenied
    letters = inbox(request.user)
    form = InboxFilterForm(request.GET, letters=letters)
    if unit := form.chosen():
        letters = letters.filter(within("workplace__path", [unit.path]))
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    if text:
        letters = of_members_named(letters, text)
    sent = request.POST if request.method == "POST" else request.GET
    with_units = letters.select_related("member", "workplace", "ward")
    page = page_of(
        with_units.prefetch_related("exemptions"),
        Cursor.read(sent),
        by="waiting_since",
        size=MOST_AT_ONCE,
    )
    doubts = doubts_of(request.user, [letter.member_id for letter in page.rows])
    for letter in page.rows:
        letter.doubt = doubts.get(letter.member_id)
        letter.exempt_words = "; ".join(map(_in_words, letter.exemptions.all()))
    veil(page.rows, to=request.user)
    total = letters.count()
    record(
        Action.LIST,
        "registration",
        by=request.user,
        count=total,
        personal={"name": text} if text else None,
    )
    context = {
        "form": form,
        "page": page,
        "total": total,
        "text": text,
        "searched": [("q", text)],
        "kept": [("noi_cong_tac", unit.pk)] if unit else [],
        "here": request.get_full_path(),
        "tabs": stay_tabs(request, "members:letter_inbox"),
    }
    return render(request, "members/letter_inbox.html", context)


def _in_words(exemption: Exemption) -> str:
    document = f" ({exemption.document})" if exemption.document else ""
    until = exemption.valid_to
    end = f", đến trước ngày {until:%d/%m/%Y}" if until else ""
    return f"{exemption.get_ground_display()}{document}{end}"


@require_http_methods(["GET", "HEAD", "POST"])
def newcomer_list(request):
    """Who came to one's cells in the last thirty days; found by name through a POST."""
    if not can_note_dwellers(request.user):
        raise PermissionDenied
    placed = newcomers(request.user, on=timezone.localdate())
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    if text:
        placed = of_members_named(placed, text, "registration__member")
    sent = request.POST if request.method == "POST" else request.GET
    page = page_of(
        placed.select_related("registration__member", "cell", "workplace"),
        Cursor.read(sent),
        by="-valid_from",
        size=NEWCOMERS_SIZE,
    )
    veil(page.rows, to=request.user)
    total = placed.count()
    record(
        Action.LIST,
        "registration",
        by=request.user,
        count=total,
        personal={"name": text} if text else None,
    )
    context = {
        "page": page,
        "total": total,
        "text": text,
        "searched": [("q", text)],
        "tabs": stay_tabs(request, "members:newcomer_list"),
    }
    return render(request, "members/newcomer_list.html", context)
