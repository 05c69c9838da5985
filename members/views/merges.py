"""Hồ sơ có thể trùng: looked at, proposed, agreed to, refused, parted again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from members.forms.merges import AgreeForm, CloseForm, ProposeForm
from members.models import MemberMerge
from members.permissions import can_see_pairs, can_speak_for
from members.queries.discretion import veil
from members.queries.merge_compare import Comparison, compare
from members.queries.merge_outcome import Outcome, better_kept, outcome_of
from members.queries.merge_rows import merge_page, merges_listed, slice_of, tabs_of
from members.queries.pair_records import Pair, names_read, told_pairs
from members.queries.pairs import pair_between, pair_of_merge, possible_pairs
from members.services.merges.joining import obstacles_to
from members.services.merges.parting import why_not_parted
from members.services.merges.steps import (
    agree_merge,
    dismiss_pair,
    propose_merge,
    refuse_merge,
    undo_merge,
)
from members.views.pages import put_errors
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor

SEARCH_LENGTH = 80
PAIRS_A_PAGE = 50
State = MemberMerge.State
_DONE = {
    State.DONE: "Đã ghép hai hồ sơ.",
    State.PROPOSED: "Đã ghi ý kiến của đơn vị. Hai hồ sơ được ghép khi bên kia xác nhận.",
}


@require_http_methods(["GET", "POST"])
def merge_list(request):
    """Pairs to look at, found by name through a POST; and what became of others."""
    if not can_see_pairs(request.user):
        raise PermissionDenied
    tab = request.GET.get("nhom", "")
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    sent = request.POST if request.method == "POST" else request.GET
    pairs = possible_pairs(request.user, text=text)
    context = {
        "text": text,
        "searched": [("q", text)],
        "tabs": tabs_of(request.user, tab, len(pairs)),
    }
    if tab in State.values:
        merges = merges_listed(request.user, State(tab))
        context["page"] = merge_page(merges, Cursor.read(sent), by=request.user)
        context["kept"] = [("nhom", tab)]
        total, template = merges.count(), "members/merge_list.html"
    else:
        page = slice_of(pairs, Cursor.read(sent), size=PAIRS_A_PAGE)
        told = told_pairs(page.rows, request.user)
        context |= {"page": page, "pairs": told, "total": len(pairs)}
        total, template = len(pairs), "members/merge_pairs.html"
    personal = {"name": text} if text else None
    record(Action.LIST, "membermerge", by=request.user, count=total, personal=personal)
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
def merge_compare(request, pk, other):
    """Two records side by side; a side that has its word proposes to make them one."""
    pair = _pair(request.user, pk, other)
    outcome = _outcome(pair, _asked_to_keep(request, pair))
    comparison = compare(pair, outcome, request.user)
    sides = comparison.sides
    can_propose = can_speak_for(
        request.user, workplace=sides.workplace, ward=sides.ward
    )
    form = ProposeForm(request.POST or None)
    if request.method == "POST":
        if not can_propose:
            raise PermissionDenied
        if form.is_valid() and (merge := _propose(form, pair, outcome, request.user)):
            messages.success(request, _DONE[State(merge.state)])
            return redirect("members:merge_detail", merge.pk)
    record(
        Action.VIEW,
        "membermerge",
        by=request.user,
        facts={"kept": outcome.kept.pk, "dropped": outcome.dropped.pk},
    )
    context = _compared(pair, comparison, outcome) | {
        "form": form,
        "can_propose": can_propose,
        "is_last_word": _is_last_word(request.user, comparison),
        "hidden": [
            ("giu", outcome.kept.pk),
            *_editions(outcome),
        ],
        "swap_url": f"{request.path}?giu={outcome.dropped.pk}",
        "past": _past(request.user, outcome),
    }
    status = 422 if form.errors else 200
    return render(request, "members/merge_compare.html", context, status=status)


@require_http_methods(["GET", "POST"])
def merge_dismiss(request, pk, other):
    """Say that a pair is two people, so that it is offered to nobody again."""
    pair = _pair(request.user, pk, other)
    outcome = _outcome(pair, None)
    sides = compare(pair, outcome, request.user).sides
    if not can_speak_for(request.user, workplace=sides.workplace, ward=sides.ward):
        raise PermissionDenied
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            dismiss_pair(
                outcome.kept,
                outcome.dropped,
                reasons=pair.reasons,
                note=form.cleaned_data["note"],
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã ghi: hai người khác nhau.")
            return redirect("members:merge_list")
    back = reverse("members:merge_compare", args=[pk, other])
    return _close_page(request, form, "Hai người khác nhau", back, thing=None)


@require_safe
def merge_detail(request, pk):
    """A pair that was proposed: what is asked, who has agreed, what stands on it."""
    merge = _merge(request.user, pk)
    record(Action.VIEW, merge, by=request.user)
    return _detail(request, merge, AgreeForm())


@require_POST
def merge_agree(request, pk):
    """One side's word; the last one makes the two records one."""
    merge = _merge(request.user, pk)
    if not _may_speak(request.user, merge):
        raise PermissionDenied
    form = AgreeForm(request.POST)
    if form.is_valid():
        try:
            merge = agree_merge(
                merge,
                versions=form.versions(merge.kept, merge.dropped),
                on=timezone.localdate(),
                version=form.seen_version,
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, _DONE[State(merge.state)])
            return redirect("members:merge_detail", pk)
    return _detail(request, _merge(request.user, pk), form)


@require_http_methods(["GET", "POST"])
def merge_refuse(request, pk):
    """Two people after all."""
    return _close(request, pk, refuse_merge, "Hai người khác nhau", "Đã ghi.")


@require_http_methods(["GET", "POST"])
def merge_undo(request, pk):
    """Part the two again, while nothing new stands on the merge."""
    return _close(
        request, pk, undo_merge, "Tách lại hai hồ sơ", "Đã tách lại hai hồ sơ."
    )


def _close(request, pk, act, title: str, done: str):
    merge = _merge(request.user, pk)
    if not _may_speak(request.user, merge):
        raise PermissionDenied
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(
                merge,
                note=form.cleaned_data["note"],
                version=form.seen_version,
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, done)
            return redirect("members:merge_detail", pk)
    back = reverse("members:merge_detail", args=[pk])
    return _close_page(request, form, title, back, thing=_merge(request.user, pk))


def _close_page(request, form, title, back_url, *, thing):
    context = {
        "form": form,
        "title": title,
        "back_url": back_url,
        "thing": thing,
        "is_undo": thing is not None and thing.state == State.DONE,
        "trail": _trail(),
    }
    status = 422 if form.errors else 200
    return render(request, "members/merge_close.html", context, status=status)


def _detail(request, merge: MemberMerge, form: AgreeForm):
    user = request.user
    is_open, is_done = merge.state == State.PROPOSED, merge.state == State.DONE
    may_speak = _may_speak(user, merge)
    waits = MemberMerge.objects.waiting_for(user).filter(pk=merge.pk).exists()
    may_compare = not (is_open or is_done)
    context = {
        "merge": merge,
        "name": names_read([(merge.kept, merge.dropped)], user)[0],
        "form": form,
        "can_agree": waits and may_speak,
        "can_close": may_speak and (is_open or is_done),
        "can_compare": may_compare and _may_look_again(user, merge),
        "is_open": is_open,
        "is_done": is_done,
        "reasons_against": why_not_parted(merge) if is_done and may_speak else [],
        "trail": _trail(),
    }
    veil([merge] if merge.workplace else [], to=user)
    if is_open:
        candidate = pair_of_merge(request.user, merge)
        pair = told_pairs([candidate], request.user)[0]
        outcome = _outcome(pair, merge.kept_id)
        context |= _compared(pair, compare(pair, outcome, request.user), outcome)
        context["hidden"] = _editions(outcome)
    status = 422 if form.errors else 200
    return render(request, "members/merge_detail.html", context, status=status)


def _may_look_again(user, merge: MemberMerge) -> bool:
    return pair_between(user, merge.kept_id, merge.dropped_id) is not None


def _compared(pair: Pair, comparison: Comparison, outcome: Outcome) -> dict:
    return {
        "pair": pair,
        "comparison": comparison,
        "obstacles": obstacles_to(outcome),
        "trail": _trail(),
    }


def _editions(outcome: Outcome) -> list[tuple[str, int]]:
    """Both records as they are compared on the page, to be sent with the word on them."""
    return [
        ("kept_version", outcome.kept.version),
        ("dropped_version", outcome.dropped.version),
    ]


def _propose(form, pair: Pair, outcome: Outcome, user) -> MemberMerge | None:
    kept, dropped = outcome.kept, outcome.dropped
    try:
        return propose_merge(
            kept,
            dropped,
            reasons=pair.reasons,
            versions=form.versions(kept, dropped),
            on=timezone.localdate(),
            by=user,
        )
    except ValidationError as error:
        put_errors(form, error)
        return None


def _pair(user, pk: int, other: int) -> Pair:
    """The pair as this user may learn of it; else it does not exist for him."""
    found = pair_between(user, pk, other) if can_see_pairs(user) else None
    if found is None:
        raise Http404
    return told_pairs([found], user)[0]


def _asked_to_keep(request, pair: Pair) -> int | None:
    asked = request.POST.get("giu") or request.GET.get("giu") or ""
    keys = {str(record.member.pk): record.member.pk for record in _records(pair)}
    return keys.get(asked)


def _records(pair: Pair):
    return (pair.first, pair.second)


def _outcome(pair: Pair, kept: int | None) -> Outcome:
    members = [record.member for record in _records(pair)]
    keep, drop = better_kept(*members)
    if kept == drop.pk:
        keep, drop = drop, keep
    return outcome_of(keep, drop, on=timezone.localdate())


def _is_last_word(user, comparison: Comparison) -> bool:
    """True where no other side is left to ask: it is done at once."""
    sides = comparison.sides
    return all(
        unit is None or can_speak_for(user, **{name: unit, other: None})
        for name, other, unit in (
            ("workplace", "ward", sides.workplace),
            ("ward", "workplace", sides.ward),
        )
    )


def _past(user, outcome: Outcome) -> MemberMerge | None:
    """What was said of the pair before, as far as the user may read it."""
    both = [outcome.kept.pk, outcome.dropped.pk]
    said = MemberMerge.objects.visible_to(user).filter(kept__in=both, dropped__in=both)
    return said.select_related("closed_by").order_by("-pk").first()


def _merge(user, pk) -> MemberMerge:
    merges = MemberMerge.objects.visible_to(user).select_related(
        "kept__workplace",
        "dropped__workplace",
        "workplace",
        "ward",
        "proposed_by",
        "workplace_agreed_by",
        "ward_agreed_by",
        "closed_by",
    )
    return get_object_or_404(merges, pk=pk)


def _may_speak(user, merge: MemberMerge) -> bool:
    return can_speak_for(user, workplace=merge.workplace, ward=merge.ward)


def _trail():
    return [
        ("Đảng viên", reverse("members:member_list")),
        ("Hồ sơ có thể trùng", reverse("members:merge_list")),
    ]
