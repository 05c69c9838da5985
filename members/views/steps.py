"""What the pages of one step of one stay have in common."""

from collections.abc import Collection
from functools import wraps

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from members.models import Member, Registration
from members.queries.inbox import was_withdrawn_from
from members.queries.letters import state_in_words
from members.views.pages import form_page, put_errors

State = Registration.State
# The lists from which a step may be opened, by what their links say of themselves.
_LISTS = {
    "cho-tiep-nhan": "members:letter_inbox",
    "chua-co-giay": "members:asked_list",
}


def stay_of(user, pk) -> Registration:
    """The stay, if this user may see it, with its member and units; 404 otherwise."""
    stays = Registration.objects.visible_to(user)
    with_units = stays.select_related("member__workplace", "ward", "cell", "workplace")
    return get_object_or_404(with_units, pk=pk)


def start_of(stay: Registration) -> dict:
    """What the form of a step begins with: the edition looked at, and today."""
    return {"version": stay.version, "on": timezone.localdate()}


def states_before(to: State) -> set[State]:
    """The states from which a step leads there."""
    return {state for state, steps in Registration.STEPS.items() if to in steps}


def list_behind(request) -> str:
    """The address of the list from which the step was opened; "" for the file."""
    name = _LISTS.get(request.GET.get("tu", ""))
    return reverse(name) if name else ""


def tells_of_withdrawal(view):
    """Say that a letter was taken back, where its ward would find nothing."""

    @wraps(view)
    def told(request, pk):
        try:
            return view(request, pk)
        except Http404:
            if not was_withdrawn_from(request.user, pk):
                raise
        inbox = reverse("members:letter_inbox")
        sentence = "Giấy giới thiệu này đã được rút, không còn chờ tiếp nhận."
        context = {
            "title": "Giấy giới thiệu đã rút",
            "subtitle": "",
            "sentence": sentence,
            "url": inbox,
            "url_label": "Giấy giới thiệu chờ tiếp nhận",
            "trail": [("Đảng viên", reverse("members:member_list"))],
        }
        return render(request, "members/step_over.html", context, status=404)

    return told


def run_step(
    request,
    form,
    act,
    title,
    stay: Registration,
    done: str,
    *,
    at: Collection[State],
    intro="",
    after="",
    **shown,
):
    """Form, one service, message, back; act gets the cleaned data.

    Whoever opens the page in another state than those of at is told so at once. It goes
    back to the list it was opened from, else to the file; to after where that is named.
    """
    if request.method == "GET" and stay.state not in at:
        return over_page(request, title, stay.member, state_in_words(stay))
    back = list_behind(request)
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, done)
            file = reverse("reports:member_file", args=[stay.member_id])
            return redirect(after or back or file)
    return step_page(request, form, title, stay.member, intro=intro, back=back, **shown)


def over_page(request, title, member: Member, sentence: str):
    """Instead of a form that could only be refused: the reason, and the ways on."""
    back = list_behind(request)
    file = reverse("reports:member_file", args=[member.pk])
    context = {
        "title": title,
        "subtitle": f"Đồng chí {member.full_name}",
        "sentence": sentence,
        "url": back or file,
        "url_label": "Quay lại danh sách" if back else "Xem hồ sơ đảng viên",
        "trail": _trail(file),
    }
    return render(request, "members/step_over.html", context)


def step_page(request, form, title, member: Member, *, intro="", back="", **shown):
    """The page of one form about one member."""
    file = reverse("reports:member_file", args=[member.pk])
    return form_page(
        request,
        form,
        title=title,
        subtitle=f"Đồng chí {member.full_name}",
        intro=intro,
        back_url=back or file,
        trail=_trail(file),
        **shown,
    )


def _trail(file: str) -> list[tuple[str, str]]:
    return [("Đảng viên", reverse("members:member_list")), ("Hồ sơ đảng viên", file)]
