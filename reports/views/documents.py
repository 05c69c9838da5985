"""Giấy giới thiệu and the ward's answer on paper: one or many, printed or as Word."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from members.models import Registration, Role
from members.permissions import can_run_stay
from members.queries.discretion import veil
from members.queries.identity import identity_shown
from members.queries.inbox import of_members_named
from members.queries.rows import STATE_KINDS
from members.views.steps import tells_of_withdrawal
from party76.audit.models import Action
from party76.audit.services import record, record_many
from party76.shared.paging import Cursor, Page, page_of
from party76.shared.templatetags.ui import vn_number
from reports.documents.papers import letters_as_word, replies_as_word
from reports.documents.qr import code_image
from reports.forms.papers import PapersFilterForm
from reports.permissions import (
    ABOVE,
    ANSWERED_STATES,
    SENT_STATES,
    can_print_letter,
    can_print_papers,
    can_print_reply,
)
from reports.queries.letter_papers import (
    answers_to_print,
    letter_papers,
    letters_to_print,
    reply_papers,
)
from reports.views.files import word_papers_response

State = Registration.State
MOST_AT_ONCE = 500
SEARCH_LENGTH = 80
LETTERS, REPLIES = "giay", "tra-loi"
_LABELS = {LETTERS: "Giấy giới thiệu", REPLIES: "Thông báo kết quả tiếp nhận"}


@require_safe
@tells_of_withdrawal
def letter_open(request, pk):
    """Where the code on a printed letter leads: to receive it, or to the file."""
    stay = _stay(request.user, pk)
    waits = stay.state in {State.SENT, State.LETTER_ASKED}
    if waits and can_run_stay(request.user, stay):
        return redirect("members:registration_receive", stay.pk)
    return redirect("reports:member_file", stay.member_id)


@require_safe
def letter_print(request, pk):
    """One letter on paper; number and day stay open until they are written in."""
    stay = _stay_to(request.user, pk, can_print_letter)
    back = reverse("reports:member_file", args=[stay.member_id])
    word = reverse("reports:letter_word", args=[stay.pk])
    return _letters_page(request, _only(stay), back, word_url=word)


@require_safe
def letter_word(request, pk):
    stay = _stay_to(request.user, pk, can_print_letter)
    back = reverse("reports:member_file", args=[stay.member_id])
    return _letters_file(request, _only(stay), back)


@require_safe
def reply_print(request, pk):
    """What the ward has answered to one letter, for a workplace on paper."""
    stay = _stay_to(request.user, pk, can_print_reply)
    back = reverse("reports:member_file", args=[stay.member_id])
    word = reverse("reports:reply_word", args=[stay.pk])
    return _replies_page(request, _only(stay), back, word_url=word)


@require_safe
def reply_word(request, pk):
    stay = _stay_to(request.user, pk, can_print_reply)
    back = reverse("reports:member_file", args=[stay.member_id])
    return _replies_file(request, _only(stay), back)


@require_http_methods(["GET", "HEAD", "POST"])
def paper_pick(request):
    """Which letters, or answers, are printed in one go; a name is searched for by POST."""
    kind = _kind(request)
    form = _filter(request, kind)
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    letters = form.narrowed()
    if text:
        letters = of_members_named(letters, text)
    sent = request.POST if request.method == "POST" else request.GET
    page = _page(request, letters, Cursor.read(sent))
    record(
        Action.LIST,
        "registration",
        by=request.user,
        count=len(page.rows),
        facts={"papers": kind, "filters": [name for name, _ in form.chosen_pairs()]},
        personal={"name": text} if text else None,
    )
    kept = [("loai", kind), *form.chosen_pairs()]
    total = letters.count()
    context = {
        "form": form,
        "kind": kind,
        "page": page,
        "total": total,
        "most": MOST_AT_ONCE,
        "fits": total <= MOST_AT_ONCE,
        "text": text,
        "kept": kept,
        "searched": [("q", text)],
        "here": f"?{urlencode(kept)}",
        "reset_url": f"?loai={kind}",
        "tabs": _tabs(request.user, kind),
        "acts": _acts(kind),
    }
    return render(request, "reports/letter_pick.html", context)


@require_POST
def letters_print(request):
    """Those ticked, or all that the filters leave, each on a page of its own."""
    return _many(request, LETTERS, _letters_page)


@require_POST
def letters_word(request):
    return _many(request, LETTERS, _letters_file)


@require_POST
def replies_print(request):
    """The same for answers: one paper for each workplace, with the list of its people."""
    return _many(request, REPLIES, _replies_page)


@require_POST
def replies_word(request):
    return _many(request, REPLIES, _replies_file)


def _many(request, kind: str, answer):
    letters = _filter(request, kind).narrowed()
    if "tat_ca" not in request.POST:
        ticked = [key for key in request.POST.getlist("chon") if key.isdecimal()]
        letters = letters.filter(pk__in=ticked[: MOST_AT_ONCE + 1])
    elif text := request.POST.get("q", "").strip()[:SEARCH_LENGTH]:
        letters = of_members_named(letters, text)
    kept = [(name, value) for name, value in request.GET.items() if value]
    back = f"{reverse('reports:paper_pick')}?{urlencode({'loai': kind, **dict(kept)})}"
    number = letters.count()
    if number == 0:
        messages.error(request, "Đồng chí đánh dấu ít nhất một người để in.")
        return redirect(back)
    if number > MOST_AT_ONCE:
        messages.error(
            request,
            f"Có {vn_number(number)} giấy; mỗi lần in nhiều nhất {MOST_AT_ONCE}. Đồng "
            "chí lọc theo nơi công tác hoặc nơi cư trú rồi in từng phần.",
        )
        return redirect(back)
    return answer(request, letters, back)


def _letters_page(
    request, letters: QuerySet[Registration], back: str, word_url: str = ""
):
    papers = letter_papers(letters, request.user, link=_link(request))
    _record(request, [letter for letter, _ in papers], "letter", "print")
    shown = [(paper, code_image(paper.open_url)) for _, paper in papers]
    context = {
        "papers": shown,
        "back_url": back,
        "word_url": word_url,
        "has_drafts": any(letter.state == State.DRAFT for letter, _ in papers),
    }
    return render(request, "reports/letter_print.html", context)


def _letters_file(request, letters: QuerySet[Registration], back: str):
    papers = letter_papers(letters, request.user, link=_link(request))
    try:
        contents = letters_as_word(papers)
    except ValidationError as error:
        return _form_at_fault(request, error, back)
    _record(request, [letter for letter, _ in papers], "letter", "word")
    return word_papers_response(contents, "Giấy giới thiệu")


def _replies_page(
    request, letters: QuerySet[Registration], back: str, word_url: str = ""
):
    papers = reply_papers(letters, request.user)
    _record(request, list(letters.select_related("ward", "cell")), "reply", "print")
    context = {"papers": papers, "back_url": back, "word_url": word_url}
    return render(request, "reports/letter_reply_print.html", context)


def _replies_file(request, letters: QuerySet[Registration], back: str):
    try:
        contents = replies_as_word(reply_papers(letters, request.user))
    except ValidationError as error:
        return _form_at_fault(request, error, back)
    _record(request, list(letters.select_related("ward", "cell")), "reply", "word")
    return word_papers_response(contents, "Thông báo kết quả tiếp nhận")


def _form_at_fault(request, error: ValidationError, back: str):
    """The office's form can no longer be filled: say so, and where to mend it."""
    sentences = " ".join(error.messages)
    messages.error(request, f"Mẫu Word của đơn vị không điền được. {sentences}")
    return redirect(back)


def _record(request, letters: list[Registration], paper: str, way: str) -> None:
    """Each letter that left the system keeps its own line."""
    facts = {"paper": paper, "as": way}
    record_many(
        Action.EXPORT,
        [
            (letter, letter.place.code, facts | {"member": letter.member_id})
            for letter in letters
        ],
        by=request.user,
    )


def _link(request):
    def link(pk: int) -> str:
        return request.build_absolute_uri(reverse("reports:letter_open", args=[pk]))

    return link


def _only(stay: Registration) -> QuerySet[Registration]:
    return Registration.objects.filter(pk=stay.pk)


def _stay(user, pk) -> Registration:
    seen = Registration.objects.visible_to(user).for_rights()
    return get_object_or_404(seen.select_related("ward", "cell", "workplace"), pk=pk)


def _stay_to(user, pk, allowed) -> Registration:
    stay = _stay(user, pk)
    if not allowed(user, stay):
        raise PermissionDenied
    return stay


def _kind(request) -> str:
    asked = request.GET.get("loai", LETTERS)
    return asked if asked in _LABELS else LETTERS


def _filter(request, kind: str) -> PapersFilterForm:
    user = request.user
    if not can_print_papers(user):
        raise PermissionDenied
    if kind == REPLIES:
        if not user.has_role(Role.RESIDENCE_WARD, *ABOVE):
            raise PermissionDenied
        letters, states = answers_to_print(user), ANSWERED_STATES
    else:
        drafts = [State.DRAFT] if user.has_role(Role.WORKPLACE) else []
        letters, states = letters_to_print(user), [*drafts, *SENT_STATES]
    return PapersFilterForm(
        request.GET, letters=letters, states=states, is_reply=kind == REPLIES
    )


def _page(request, letters: QuerySet[Registration], cursor: Cursor) -> Page:
    with_units = letters.select_related("member", "workplace", "ward", "cell")
    page = page_of(with_units, cursor, by="member__sort_key")
    veil(page.rows, to=request.user)
    for letter in page.rows:
        letter.shown_name = identity_shown(letter, request.user).full_name
        letter.kind = STATE_KINDS[State(letter.state)]
    return page


def _tabs(user, kind: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is open) of the two kinds of paper."""
    if not user.has_role(Role.RESIDENCE_WARD, *ABOVE):
        return []
    return [(label, f"?loai={one}", one == kind) for one, label in _LABELS.items()]


def _acts(kind: str) -> dict[str, str]:
    names = {
        LETTERS: ("reports:letters_print", "reports:letters_word"),
        REPLIES: ("reports:replies_print", "reports:replies_word"),
    }
    print_name, word_name = names[kind]
    return {
        "print": reverse(print_name),
        "word": reverse(word_name),
        "one": "reports:letter_print" if kind == LETTERS else "reports:reply_print",
    }
