"""Sổ liên hệ of a ward or cell in a year, and what is done for many at once."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from evaluations.queries import uses_contact_books
from members.models import Member
from members.permissions import can_receive_at
from members.queries.discretion import veil
from members.views.pages import put_errors
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor, Page, page_of
from party76.shared.running import forget_running, note_running, read_running
from residence.forms.books import BookActForm, BookFilterForm
from residence.permissions import require_reader
from residence.queries.books import (
    STAGE_KINDS,
    STAGE_LABELS,
    Stage,
    book_counts,
    former_holders,
    holders,
    in_stage,
    last_book_number,
    stage_of,
)
from residence.services.books import (
    Selection,
    collect_books,
    hand_back_books,
    issue_books,
    undo_last_step,
)

SIZE = 100
SEARCH_LENGTH = 80
_DONE = {
    "cap": "Đã cấp {} sổ liên hệ.",
    "nhan": "Đã ghi {} đồng chí nhận sổ.",
    "nop": "Đã ghi {} đồng chí nộp lại sổ.",
    "hoan": "Đã hoàn lại bước vừa ghi của {} đồng chí.",
}
# For whom an act comes next, where it is asked for all of a list.
_NEXT = {"cap": Stage.NOT_ISSUED, "nhan": Stage.WAITING, "nop": Stage.COLLECTED}


@require_http_methods(["GET", "HEAD", "POST"])
def contact_book_list(request):
    """Everybody who should have a book, page by page; a search by name goes by POST."""
    form = _filter(request, request.POST if request.method == "POST" else request.GET)
    if form.unit is None:
        return render(request, "reports/contact_book_none.html")
    return _page(request, form, BookActForm())


@require_POST
def contact_book_act(request):
    """Issue, collect, hand back or take back for those ticked, all or none."""
    form = _filter(request, request.POST)
    if form.unit is None or not can_receive_at(request.user, form.ward):
        raise PermissionDenied
    act = BookActForm(request.POST)
    if not _uses(form):
        messages.error(request, _switched_off(form))
    elif act.is_valid() and (done := _act(request, form, act)):
        messages.success(request, done)
    else:
        return _page(request, form, act, status=422)
    kept = [*form.pairs(), *_place(request)]
    return redirect(f"{reverse('reports:contact_book_list')}?{urlencode(kept)}")


@require_safe
def contact_book_print(request):
    """The list as an office prints it, with room to sign for the book."""
    form = _filter(request, request.GET)
    if form.unit is None:
        return render(request, "reports/contact_book_none.html")
    rows = list(_stays(request, form, "").order_by("order_key", "pk"))
    veil(rows, to=request.user)
    record(
        Action.EXPORT,
        "contact_book",
        by=request.user,
        committee_code=form.unit.code,
        count=len(rows),
        facts={"year": form.year},
    )
    context = {
        "rows": rows,
        "form": form,
        "counts": book_counts(
            holders(form.unit, form.year, user=request.user, on=form.on)
        ),
        "stage_label": STAGE_LABELS.get(form.stage, ""),
        "back_url": f"{reverse('reports:contact_book_list')}?{urlencode(form.pairs())}",
    }
    return render(request, "reports/contact_book_print.html", context)


@require_safe
def contact_book_progress(request):
    """How far the user's own act has come."""
    return JsonResponse(dict(read_running(_key(request.user))))


def _page(request, form: BookFilterForm, act: BookActForm, *, status=200):
    sent = request.POST if request.method == "POST" else request.GET
    text = _text(request)
    stays = _stays(request, form, text)
    page = page_of(stays, Cursor.read(sent), by="order_key", size=SIZE)
    is_on = _uses(form)
    can_write = can_receive_at(request.user, form.ward)
    context = {
        "form": form,
        "page": Page(_rows(request, page.rows), page.previous, page.next),
        "total": stays.count(),
        "counts": book_counts(
            holders(form.unit, form.year, user=request.user, on=form.on)
        ),
        "text": text,
        "act": act,
        "is_on": is_on,
        "off_sentence": "" if is_on else _switched_off(form),
        "writes": can_write and is_on and form.stage is not Stage.GONE,
        "all_ticked": "tat_ca" in request.POST,
        "last_number": last_book_number(form.ward, form.year),
        "kept": form.pairs(),
        "here": [*form.pairs(), *_place(request), *_sought(text)],
        "paged": [*form.pairs(), *_sought(text)],
        "list_url": f"?{urlencode(form.pairs('tinh_trang'))}",
        "print_url": f"{reverse('reports:contact_book_print')}?"
        f"{urlencode(form.pairs())}",
        "notice_url": _notice_url(form) if can_write and is_on else "",
    }
    record(
        Action.LIST,
        "contact_book",
        by=request.user,
        committee_code=form.unit.code,
        count=len(page.rows),
        facts={"year": form.year, "filters": [name for name, _ in form.pairs()]},
        personal={"name": text} if text else None,
    )
    return render(request, "reports/contact_book_list.html", context, status=status)


def _filter(request, sent) -> BookFilterForm:
    require_reader(request.user)
    return BookFilterForm(sent, user=request.user, on=timezone.localdate())


def _stays(request, form: BookFilterForm, text: str):
    """What the filters leave, by cell and name; of the whole year where none is set."""
    if form.stage is Stage.GONE:
        stays = former_holders(form.unit, form.year, user=request.user, on=form.on)
    else:
        stays = holders(form.unit, form.year, user=request.user, on=form.on)
        if form.stage:
            stays = in_stage(stays, form.stage)
    if text:
        stays = stays.filter(member__in=Member.objects.search(text).values("pk"))
    return stays


def _rows(request, stays) -> list:
    """The rows with their stage, their workplace as known, and which are ticked."""
    veil(stays, to=request.user)
    ticked = set(request.POST.getlist("chon"))
    for stay in stays:
        stay.stage = stage_of(stay)
        stay.stage_label = STAGE_LABELS[stay.stage]
        stay.stage_kind = STAGE_KINDS[stay.stage]
        stay.key = _line(stay)
        stay.ticked = stay.key in ticked
    return stays


def _act(request, form, act) -> str:
    """Do it and say what was done; "" and the sentences on the form if it cannot be."""
    kind = next((name for name in _DONE if name in request.POST), "")
    if kind == "hoan" and "tat_ca" in request.POST and form.stage is None:
        act.add_error(
            None, "Muốn hoàn lại cho nhiều người, đồng chí lọc theo tình trạng."
        )
        return ""
    chosen = Selection(form.ward, form.year, _versions(request, form, kind))
    key = _key(request.user)

    def tell(step, share):
        note_running(key, step, share)

    on, by = act.cleaned_data["on"], request.user
    number = act.cleaned_data["first_number"]
    acts = {
        "cap": lambda: issue_books(
            chosen, first_number=number, on=on, by=by, tell=tell
        ),
        "nhan": lambda: collect_books(chosen, on=on, by=by, tell=tell),
        "nop": lambda: hand_back_books(chosen, on=on, by=by, tell=tell),
        "hoan": lambda: undo_last_step(chosen, by=by, tell=tell),
    }
    if kind not in acts:
        act.add_error(None, "Đồng chí chọn việc cần ghi.")
        return ""
    try:
        return _DONE[kind].format(len(acts[kind]()))
    except ValidationError as error:
        put_errors(act, error)
        return ""
    finally:
        forget_running(key)


def _versions(request, form, kind: str) -> dict[int, int]:
    """{stay: version of its book} of those ticked, or of all that the filters leave and
    for whom the act comes next."""
    if "tat_ca" in request.POST:
        stays = _stays(request, form, _text(request))
        if kind in _NEXT:
            stays = in_stage(stays, _NEXT[kind])
        stays = stays.values_list("pk", "book_version")
        return {pk: version or 0 for pk, version in stays}
    found = {}
    for line in request.POST.getlist("chon"):
        key, _, version = line.partition(":")
        if key.isdecimal() and version.isdecimal():
            found[int(key)] = int(version)
    return found


def _line(stay) -> str:
    return f"{stay.pk}:{stay.book_version or 0}"


def _uses(form: BookFilterForm) -> bool:
    return uses_contact_books([form.ward.path], form.year)[form.ward.path]


def _switched_off(form: BookFilterForm) -> str:
    return (
        f"Đợt nhận xét năm {form.year} không dùng sổ liên hệ. Trang này chỉ để xem; muốn "
        "dùng, Ban Tổ chức chọn lại khi mở đợt nhận xét."
    )


def _notice_url(form: BookFilterForm) -> str:
    query = {"loai": "book", "don_vi": form.unit.pk, "nam": form.year}
    return f"{reverse('residence:notice_start')}?{urlencode(query)}"


def _text(request) -> str:
    """The name sought; it comes by POST alone."""
    return request.POST.get("q", "").strip()[:SEARCH_LENGTH]


def _sought(text: str) -> list[tuple[str, str]]:
    return [("q", text)] if text else []


def _place(request) -> list[tuple[str, str]]:
    """Which page of the list is open, to come back to it."""
    sent = request.POST if request.method == "POST" else request.GET
    return [(name, sent[name]) for name in ("after", "before") if sent.get(name)]


def _key(user) -> str:
    return f"books-{user.pk}"
