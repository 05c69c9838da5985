"""Who could be named, by workplace, and the drafts made of those who were ticked."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from members.views.pages import put_errors
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.running import forget_running, note_running, read_running
from residence.forms.notice_search import STANDARD_TEXTS, NoticeSearchForm
from residence.forms.notices import ContentForm, ward_above
from residence.models import Notice
from residence.permissions import can_write_notices
from residence.queries.candidates import ONCE_AT_A_TIME, candidates
from residence.services.notice_drafts import Content, draft_notices

SEARCH_LENGTH = 80


@require_http_methods(["GET", "HEAD", "POST"])
def notice_start(request):
    """Choose kind and people; one draft per workplace in one go."""
    if not can_write_notices(request.user):
        raise PermissionDenied
    today = timezone.localdate()
    sent = request.POST if request.method == "POST" else request.GET
    form = NoticeSearchForm(sent, user=request.user, on=today)
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    search = form.search(text)
    is_drafting = "lap" in request.POST
    content = ContentForm(
        request.POST if is_drafting else None,
        initial={"text": STANDARD_TEXTS.get(form.kind, "")},
    )
    if is_drafting and search and content.is_valid():
        drafted = _draft(request, content, search, today)
        if drafted:
            return _to(request, drafted)
    groups = candidates(search, on=today) if search else []
    number = sum(len(group.people) for group in groups)
    _record_list(request, form.kind, number, text)
    context = {
        "form": form,
        "content": content,
        "groups": groups,
        "number": number,
        "text": text,
        "has_search": search is not None,
        "hidden": form.pairs(),
        "ticked": _ticked(request, form, groups, is_drafting=is_drafting),
        "kinds": _tabs(form),
    }
    status = 422 if content.errors else 200
    return render(request, "residence/notice_start.html", context, status=status)


@require_safe
def notice_progress(request):
    """How far the user's own drafting or sending has come."""
    return JsonResponse(dict(read_running(running_key(request.user))))


def running_key(user) -> str:
    """Under which the progress of a user's notices is told."""
    return f"notices-{user.pk}"


def _tabs(form: NoticeSearchForm) -> list[tuple[str, str, str]]:
    """(label, address, kind) of each kind of notice; one person goes along."""
    here = reverse("residence:notice_start")
    person = form.cleaned_data.get("dong_chi")
    kept = {"don_vi": form.unit.pk, "dong_chi": person} if person and form.unit else {}
    return [
        (label, f"{here}?{urlencode({'loai': kind, **kept})}", kind)
        for kind, label in Notice.Kind.choices
    ]


def _record_list(request, kind: str, number: int, text: str) -> None:
    record(
        Action.LIST,
        "notice_candidate",
        by=request.user,
        count=number,
        facts={"kind": kind},
        personal={"name": text} if text else None,
    )


def _draft(request, content: ContentForm, search, today) -> list[Notice]:
    """The drafts; none, and the sentences on the form, where something is in the way."""
    key = running_key(request.user)
    try:
        return draft_notices(
            ward_above(search.unit),
            Content(
                kind=search.kind,
                period=search.period,
                text=content.cleaned_data["text"],
                due_on=content.cleaned_data["due_on"],
            ),
            _keys(request),
            on=today,
            by=request.user,
            tell=lambda step, share: note_running(key, step, share),
        )
    except ValidationError as error:
        put_errors(content, error)
        return []
    finally:
        forget_running(key)


def _to(request, drafted: list[Notice]):
    if len(drafted) == 1:
        messages.success(request, "Đã lập thông báo. Đồng chí xem lại rồi gửi.")
        return redirect("residence:notice_detail", drafted[0].pk)
    messages.success(
        request,
        f"Đã lập {len(drafted)} thông báo, mỗi nơi công tác một thông báo. Đồng chí xem "
        "lại rồi gửi.",
    )
    return redirect(f"{reverse('residence:notice_list')}?phan=dang-soan")


def _keys(request) -> list[int]:
    return [int(key) for key in request.POST.getlist("chon") if key.isdecimal()]


def _ticked(request, form, groups, *, is_drafting: bool) -> set[int]:
    """Who is ticked: as sent, or everybody whom the records themselves name."""
    if is_drafting:
        return set(_keys(request))
    if form.kind not in ONCE_AT_A_TIME and not form.cleaned_data.get("dong_chi"):
        return set()
    return {one.stay.pk for group in groups for one in group.people if one.is_free}
