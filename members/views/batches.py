"""Steps for many at once: choose people on one page, say what is the same on the next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from members.forms.batches import (
    AssignManyForm,
    EndManyForm,
    PickFilterForm,
    ReceiveManyForm,
    ReturnManyForm,
    TransferManyForm,
    chosen_rows,
)
from members.models import Committee, Registration, Role
from members.queries.discretion import veil
from members.queries.inbox import (
    chosen_stays,
    colleagues,
    named_or_living,
    received_at_ward,
    receiving_cells,
)
from members.queries.letters import members_of
from members.services.stay_batches import (
    Line,
    assign_cells,
    end_stays,
    receive_letters,
    return_letters,
)
from members.services.transfers import transfer_members
from members.views.pages import put_errors
from members.views.stay_tabs import stay_tabs
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.numbering import running_numbers
from party76.shared.paging import Cursor, page_of
from party76.shared.running import forget_running, note_running, read_running

# So many are chosen on one page.
MOST_AT_ONCE = 500
SEARCH_LENGTH = 80


@dataclass(frozen=True)
class Batch:
    """What one page for many shows and does."""

    title: str
    submit: str
    back: str  # the page on which people are chosen
    after: str = ""  # the address to go on from, where it is another
    intro: str = ""
    cells: list[Committee] = field(default_factory=list)  # to choose a line's own from
    ward_named: bool = False


@require_http_methods(["GET", "POST"])
def stay_pick(request):
    """Everybody received at the ward, to be ticked for a step that many take."""
    if not request.user.has_role(Role.RESIDENCE_WARD):
        raise PermissionDenied
    form = PickFilterForm(request.GET, by=request.user)
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    stays = form.narrow(received_at_ward(request.user))
    if text:
        stays = named_or_living(stays, text)
    sent = request.POST if request.method == "POST" else request.GET
    with_units = stays.select_related("member", "ward", "cell", "workplace")
    page = page_of(
        with_units, Cursor.read(sent), by="member__sort_key", size=MOST_AT_ONCE
    )
    veil(page.rows, to=request.user)
    total = stays.count()
    _note_list(request, "registration", total, text)
    chosen = form.cleaned_data.get("chi_bo", "")
    context = {
        "form": form,
        "page": page,
        "total": total,
        "text": text,
        "searched": [("q", text)],
        "kept": [("chi_bo", chosen)] if chosen else [],
        "here": request.get_full_path(),
        "tabs": stay_tabs(request, "members:stay_pick"),
    }
    return render(request, "members/stay_pick.html", context)


@require_http_methods(["GET", "POST"])
def member_pick(request):
    """The workplace's members, to be ticked for a transfer of many."""
    if not request.user.has_role(Role.WORKPLACE):
        raise PermissionDenied
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    members = colleagues(request.user)
    if text:
        members = members.search(text).order_by("sort_key", "pk")
    sent = request.POST if request.method == "POST" else request.GET
    page = page_of(
        members.select_related("workplace"),
        Cursor.read(sent),
        by="sort_key",
        size=MOST_AT_ONCE,
    )
    total = members.count()
    _note_list(request, "member", total, text)
    context = {
        "page": page,
        "total": total,
        "text": text,
        "searched": [("q", text)],
        "tabs": stay_tabs(request, "members:member_pick"),
    }
    return render(request, "members/member_pick.html", context)


@require_POST
def letters_receive(request):
    """Receive the letters that were ticked, all or none."""
    own = chosen_rows(request.POST.getlist("dong"))
    stays = _ticked(request.user, own)
    form = ReceiveManyForm(_sent(request), by=request.user, initial=_today())
    cells = {str(cell.pk): cell for cell in receiving_cells(request.user)}

    def act(data, tell):
        numbers = running_numbers(data["first_number"], len(stays))
        lines = [
            Line(
                stay.pk,
                own[stay.pk][0],
                cell=cells.get(own[stay.pk][1], data["cell"]),
                number=number,
            )
            for stay, number in zip(stays, numbers, strict=True)
        ]
        done = receive_letters(lines, on=data["on"], by=request.user, tell=tell)
        return f"Đã tiếp nhận {len(done)} đồng chí."

    batch = Batch(
        title="Tiếp nhận nhiều đồng chí",
        submit="Tiếp nhận",
        back="members:letter_inbox",
        cells=list(cells.values()),
    )
    return run_batch(request, batch, form, stays, own, act)


@require_POST
def letters_return(request):
    """Send the letters that were ticked back with one reason, all or none."""
    own = chosen_rows(request.POST.getlist("dong"))
    stays = _ticked(request.user, own)
    form = ReturnManyForm(_sent(request))

    def act(data, tell):
        done = return_letters(
            _lines(stays, own), reason=data["reason"], by=request.user, tell=tell
        )
        return f"Đã trả lại {len(done)} giấy giới thiệu cho nơi công tác."

    batch = Batch(
        title="Trả lại nhiều giấy giới thiệu",
        submit="Trả lại giấy giới thiệu",
        back="members:letter_inbox",
    )
    return run_batch(request, batch, form, stays, own, act)


@require_POST
def stays_assign(request):
    """Pass those who were ticked to one cell, all or none."""
    own = chosen_rows(request.POST.getlist("dong"))
    stays = _ticked(request.user, own)
    form = AssignManyForm(_sent(request), by=request.user, initial=_today())

    def act(data, tell):
        done = assign_cells(
            _lines(stays, own),
            cell=data["cell"],
            on=data["on"],
            by=request.user,
            tell=tell,
        )
        return f"Đã giới thiệu {len(done)} đồng chí về {data['cell']}."

    batch = Batch(
        title="Giới thiệu nhiều đồng chí về chi bộ",
        submit="Giới thiệu về chi bộ",
        back="members:stay_pick",
        intro="Chi bộ thấy các đồng chí này trong danh sách đồng chí mới về.",
    )
    return run_batch(request, batch, form, stays, own, act)


@require_POST
def stays_end(request):
    """End the stays that were ticked for one reason, all or none."""
    own = chosen_rows(request.POST.getlist("dong"))
    stays = _ticked(request.user, own)
    form = EndManyForm(_sent(request), initial=_today())

    def act(data, tell):
        done = end_stays(
            _lines(stays, own),
            on=data["on"],
            reason=data["end_reason"],
            number=data["number"],
            moved_to=data["moved_to"],
            by=request.user,
            tell=tell,
        )
        return f"Đã kết thúc theo dõi {len(done)} đồng chí."

    batch = Batch(
        title="Kết thúc theo dõi nhiều đồng chí",
        submit="Kết thúc theo dõi",
        back="members:stay_pick",
        intro="Cùng một lý do, một ngày, một số văn bản. Từ trần thì ghi riêng ở hồ sơ "
        "của từng đồng chí.",
    )
    return run_batch(request, batch, form, stays, own, act)


@require_POST
def members_transfer(request):
    """Let those who were ticked go over to another workplace, all or none."""
    if not request.user.has_role(Role.WORKPLACE):
        raise PermissionDenied
    own = chosen_rows(request.POST.getlist("dong"))
    members = in_order(own, members_of(request.user, own))
    form = TransferManyForm(_sent(request), by=request.user, initial=_today())

    def act(data, tell):
        done = transfer_members(
            {member.pk: own[member.pk][0] for member in members},
            workplace=data["workplace"],
            on=data["on"],
            number=data["number"],
            by=request.user,
            tell=tell,
        )
        return f"Đã chuyển {len(done)} đồng chí sang {data['workplace']}."

    batch = Batch(
        title="Chuyển tập thể sang nơi công tác khác",
        submit="Chuyển nơi công tác",
        back="members:member_pick",
        intro="Việc theo dõi ở nơi cư trú giữ nguyên; các đơn vị cư trú thấy nơi công tác "
        "mới.",
    )
    return run_batch(request, batch, form, members, own, act)


@require_safe
def batch_progress(request):
    """How far the user's own step for many has come."""
    return JsonResponse(read_running(batch_key(request.user)))


def run_batch(request, batch: Batch, form, people, own, act: Callable[..., str]):
    """The page of the second step; act writes and says what was done."""
    missing = _missing(own, people)
    if not people:
        none = "Đồng chí chưa chọn ai. Đồng chí đánh dấu rồi làm lại."
        messages.info(request, missing or none)
        return redirect(batch.back)
    key = batch_key(request.user)
    if form.is_bound and missing:
        form.add_error(None, missing)
    elif "lam" in request.POST and form.is_valid():
        try:
            done = act(
                form.cleaned_data, lambda text, share: note_running(key, text, share)
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, done)
            return redirect(batch.after or batch.back)
        finally:
            forget_running(key)
    veil(people, to=request.user)
    context: dict[str, Any] = {
        "batch": batch,
        "form": form,
        "obstacles": _obstacles(form, missing),
        "lines": [(person, *own[person.pk]) for person in people],
        "of_stays": isinstance(people[0], Registration),
    }
    status = 422 if form.errors else 200
    return render(request, "members/batch.html", context, status=status)


def _obstacles(form, missing: str) -> list[str]:
    if form.is_bound:
        return form.non_field_errors()
    return [missing] if missing else []


def in_order(own, rows) -> list:
    """The rows in the order in which they were shown, as many as go at once."""
    found = {row.pk: row for row in rows}
    return [found[pk] for pk in own if pk in found][:MOST_AT_ONCE]


def _missing(own, people) -> str:
    """What to say when not all that was ticked is there: nobody is left out unseen, or
    the running numbers would go to others than the page showed."""
    if len(own) > MOST_AT_ONCE:
        return (
            f"Đồng chí đã chọn {len(own)} dòng; mỗi lần nhiều nhất {MOST_AT_ONCE} đồng "
            "chí. Đồng chí quay lại, bỏ bớt."
        )
    if len(people) == len(own):
        return ""
    return (
        f"{len(own) - len(people)} dòng đã chọn không còn ở đây: giấy vừa được rút, hoặc "
        "đồng chí ấy đã sang nơi khác. Đồng chí xem lại những dòng còn lại, nhất là các "
        "số, rồi làm lại."
    )


def _ticked(user, own) -> list[Registration]:
    """The stays that were ticked."""
    if not user.has_role(Role.RESIDENCE_WARD):
        raise PermissionDenied
    return in_order(own, chosen_stays(user, own))


def _lines(stays, own) -> list[Line]:
    return [Line(stay.pk, own[stay.pk][0]) for stay in stays]


def _sent(request):
    """The form's data where the second step was sent, not the first."""
    return request.POST if "lam" in request.POST else None


def _today() -> dict:
    return {"on": timezone.localdate()}


def batch_key(user) -> str:
    return f"batch-{user.pk}"


def _note_list(request, thing: str, total: int, text: str) -> None:
    record(
        Action.LIST,
        thing,
        by=request.user,
        count=total,
        personal={"name": text} if text else None,
    )
