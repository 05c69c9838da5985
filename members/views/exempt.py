"""Lists to look at: who is exempt and until when, who is past the age of retirement."""

from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from members.exports import retirement_workbook
from members.forms.dwelling import AgesForm, ExemptionFilterForm
from members.models import Exemption, Member, Role, User
from members.permissions import can_introduce_from, can_list_members, can_receive_at
from members.queries.channels import on_paper_among
from members.queries.discretion import veil
from members.queries.exemptions import (
    counts_by_ground,
    ended_lately,
    ending_soon,
    exemptions_of,
    in_order,
)
from members.queries.inbox import of_members_named
from members.queries.retirement import Past, age_in, as_past, past_age
from members.views.batches import SEARCH_LENGTH
from members.views.stay_tabs import stay_tabs
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor, page_of
from party76.spreadsheets.writer import xlsx_response

# So that most wards print their list in one go.
EXEMPT_SIZE = 500
_BOTH_SIDES = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL, Role.WORKPLACE)


@require_http_methods(["GET", "HEAD", "POST"])
def exemption_list(request):
    """Everybody exempt in one's units, by ground, with the day on which it ends; found
    by name through a POST."""
    if not can_list_members(request.user):
        raise PermissionDenied
    today = timezone.localdate()
    form = ExemptionFilterForm(request.GET)
    asked = form.query()
    exemptions = exemptions_of(request.user)
    if ground := asked.get("can_cu"):
        exemptions = exemptions.filter(ground=ground)
    if asked.get("thoi_han") == form.SOON:
        exemptions = ending_soon(exemptions, on=today)
    elif asked.get("thoi_han") == form.ENDED:
        exemptions = ended_lately(exemptions, on=today)
    elif asked.get("thoi_han") != form.ALL:
        exemptions = exemptions.in_force_on(today)
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    if text:
        exemptions = of_members_named(exemptions, text, "registration__member")
    sent = request.POST if request.method == "POST" else request.GET
    page = page_of(
        in_order(exemptions), Cursor.read(sent), by="order_key", size=EXEMPT_SIZE
    )
    for row in page.rows:
        row.may_end = can_receive_at(request.user, row.registration.ward)
    veil([row.registration for row in page.rows], to=request.user)
    counts = counts_by_ground(exemptions)
    total = sum(counts.values())
    record(
        Action.LIST,
        "exemption",
        by=request.user,
        count=total,
        personal={"name": text} if text else None,
    )
    context = {
        "form": form,
        "total": total,
        "page": page,
        "groups": _by_ground(page.rows, counts),
        "text": text,
        "searched": [("q", text)],
        "kept": list(asked.items()),
        "here": request.get_full_path(),
        "today": today,
        "tabs": stay_tabs(request, "members:exemption_list"),
    }
    return render(request, "members/exemption_list.html", context)


def _by_ground(
    rows: list[Exemption], counts: dict[str, int]
) -> list[tuple[str, int, list[Exemption]]]:
    """(ground, how many on all pages, those of this page)."""
    return [
        (Exemption.Ground(ground).label, counts[ground], list(found))
        for ground, found in groupby(rows, lambda row: row.ground)
    ]


@require_safe
def retirement_list(request):
    """Who has reached the age, to be looked at; nothing follows by itself."""
    if not request.user.has_role(*_BOTH_SIDES):
        raise PermissionDenied
    today = timezone.localdate()
    form = AgesForm(request.GET)
    ages = form.ages()
    members = past_age(request.user, ages, on=today)
    page = page_of(members, Cursor.read(request.GET), by="birth_date")
    total = members.count()
    rows = _with_acts(request.user, as_past(page.rows, ages, on=today))
    veil(page.rows, to=request.user)
    record(Action.LIST, "member", by=request.user, count=total)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "total": total,
        "year": today.year,
        "men": _in_words(age_in(today.year, Member.Gender.MALE)),
        "women": _in_words(age_in(today.year, Member.Gender.FEMALE)),
        "kept": list(form.query().items()),
        "query": urlencode(form.query()),
        "tabs": stay_tabs(request, "members:retirement_list"),
    }
    return render(request, "members/retirement_list.html", context)


@require_safe
def retirement_export(request):
    """The same list as an Excel file."""
    if not request.user.has_role(*_BOTH_SIDES):
        raise PermissionDenied
    today = timezone.localdate()
    ages = AgesForm(request.GET).ages()
    members = list(past_age(request.user, ages, on=today))
    rows = as_past(members, ages, on=today)
    veil(members, to=request.user)
    record(Action.EXPORT, "member", by=request.user, count=len(rows))
    workbook = retirement_workbook(rows, day=today)
    return xlsx_response(workbook, "Đảng viên đến tuổi nghỉ hưu.xlsx")


def _in_words(months: int) -> str:
    """“61 tuổi 6 tháng”, “62 tuổi”."""
    years, rest = divmod(months, 12)
    return f"{years} tuổi {rest} tháng" if rest else f"{years} tuổi"


@dataclass(frozen=True)
class Acts:
    """What this user may do about somebody past the age."""

    ends: bool
    transfers: bool
    asks: bool


def _with_acts(user: User, rows: list[Past]) -> list[tuple[Past, Acts]]:
    """Each with what may be done; one statement for all."""
    workplaces = [row.member.workplace for row in rows]
    on_paper = on_paper_among(workplaces, Role.WORKPLACE)
    found = []
    for row in rows:
        transfers = can_introduce_from(user, row.member.workplace)
        ends = row.stay is not None and can_receive_at(user, row.stay.ward)
        asks = not transfers and row.member.workplace_id not in on_paper
        found.append((row, Acts(ends, transfers, asks)))
    return found
