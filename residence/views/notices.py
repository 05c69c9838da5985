from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor, page_of
from residence.forms.notices import (
    NoticeFilterForm,
    NoticeForm,
    NoticeNumberForm,
    PeopleGrid,
)
from residence.models import Notice
from residence.paging import SIZE, page_by_day
from residence.permissions import (
    can_answer_notice,
    can_type_answer,
    can_write_notice,
    can_write_notices,
    reads_sealed,
    require_notice_reader,
)
from residence.queries import READERS
from residence.queries.notice_facts import recent_period
from residence.queries.notices import (
    BADGES,
    BY_DUE_DAY,
    Shelf,
    items_for_page,
    message_text,
    name_as_known,
    notices_for_list,
    people_to_add,
    shelf_counts,
    wards_writing,
)
from residence.services.notice_drafts import edit_draft
from residence.services.notices import see_notice, write_number

State = Notice.State


@require_safe
def notice_list(request):
    """Notices of both sides; what waits has the nearest day first."""
    require_notice_reader(request.user)
    today = timezone.localdate()
    form = NoticeFilterForm(request.GET, wards=wards_writing(request.user))
    listed = notices_for_list(request.user, form.chosen, on=today)
    page = (
        page_of(listed, Cursor.read(request.GET), by="order_day", size=SIZE)
        if form.chosen.shelf in BY_DUE_DAY
        else page_by_day(listed, "created_on", request.GET)
    )
    name_as_known(page.rows, request.user)
    for notice in page.rows:
        notice.badge = BADGES[notice.state]
        notice.is_late = _is_late(notice, today)
        notice.is_sealed = reads_sealed(request.user, notice)
    record(
        Action.LIST,
        "notice",
        by=request.user,
        count=len(page.rows),
        facts={"filters": [name for name, _ in form.chosen_pairs()]},
    )
    counts = shelf_counts(request.user, on=today)
    context = {
        "page": page,
        "form": form,
        "hidden": form.chosen_pairs(),
        "counts": {shelf.name.lower(): number for shelf, number in counts.items()},
        "can_write": can_write_notices(request.user),
        "reads_books": request.user.has_role(*READERS),
        "sends": form.chosen.shelf is Shelf.DRAFTS and can_write_notices(request.user),
    }
    return render(request, "residence/notice_list.html", context)


@require_safe
def notice_detail(request, pk):
    """The notice; to a workplace that has not opened it, its cover."""
    notice = notice_in_scope(request, pk)
    can_write = can_write_notice(request.user, notice)
    can_answer = can_answer_notice(request.user, notice)
    if reads_sealed(request.user, notice):
        return render(
            request,
            "residence/notice_cover.html",
            {"notice": notice, "number": notice.items.count()},
        )
    items = items_for_page(notice, request.user)
    is_typed_here = can_type_answer(request.user, notice)
    record(Action.VIEW, notice, by=request.user, committee_code=notice.committee.code)
    text = message_text(notice, len(items))
    name_as_known([notice], request.user)
    context = {
        "notice": notice,
        "badge": BADGES[notice.state],
        "items": items,
        "can_write": can_write,
        "can_answer": notice.is_waiting and (can_answer or is_typed_here),
        "can_withdraw": can_write and State.WITHDRAWN in _next(notice),
        "is_typed_here": is_typed_here and not can_answer,
        "is_late": _is_late(notice, timezone.localdate()),
        "message_text": text if can_write else "",
    }
    return render(request, "residence/notice_detail.html", context)


@require_POST
def notice_open(request, pk):
    """The workplace opens the notice: that it was seen is noted once."""
    notice = notice_in_scope(request, pk)
    if not can_answer_notice(request.user, notice):
        raise PermissionDenied
    see_notice(notice, by=request.user)
    return redirect("residence:notice_detail", notice.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def notice_edit(request, pk):
    """Text, due day and people of a draft; number and day afterwards have their page."""
    notice = written_notice(request, pk)
    if notice.state != State.DRAFT:
        messages.info(
            request, "Thông báo đã gửi, không sửa nội dung; chỉ ghi thêm được số, ngày."
        )
        return redirect("residence:notice_detail", pk)
    posted = request.POST if request.method == "POST" else None
    form = NoticeForm(posted, instance=notice)
    grid = PeopleGrid(
        items_for_page(notice, request.user), people_to_add(notice), posted
    )
    if request.method == "POST" and form.is_valid():
        try:
            edit_draft(
                notice,
                grid.people(),
                period=recent_period(timezone.localdate()),
                version=form.seen_version,
                by=request.user,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Đã lưu thông báo.")
            return redirect("residence:notice_detail", notice.pk)
    name_as_known([notice], request.user)
    return render(
        request,
        "residence/notice_edit.html",
        {"notice": notice, "form": form, "grid": grid},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def notice_number(request, pk):
    """Number and day, written in after signing."""
    notice = written_notice(request, pk)
    form = NoticeNumberForm(request.POST or None, instance=notice)
    if request.method == "POST" and form.is_valid():
        try:
            write_number(notice, version=form.seen_version, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Đã ghi số, ngày thông báo.")
            return redirect("residence:notice_detail", notice.pk)
    name_as_known([notice], request.user)
    return render(
        request,
        "residence/notice_number.html",
        {"notice": notice, "form": form},
        status=422 if form.errors else 200,
    )


def notice_in_scope(request, pk) -> Notice:
    """The notice with its units, or 404 for whoever may not know of it."""
    seen = Notice.objects.visible_to(request.user)
    return get_object_or_404(
        seen.select_related("committee", "workplace", "sent_by", "answered_by"), pk=pk
    )


def written_notice(request, pk) -> Notice:
    """The same, for its writer alone."""
    notice = notice_in_scope(request, pk)
    if not can_write_notice(request.user, notice):
        raise PermissionDenied
    return notice


def _next(notice: Notice) -> set:
    return Notice.STEPS[State(notice.state)]


def _is_late(notice: Notice, today) -> bool:
    return bool(notice.is_waiting and notice.due_on and notice.due_on < today)
