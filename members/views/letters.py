"""One letter of introduction: written, sent, numbered, withdrawn; an end taken note of."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from members.forms.letters import (
    LetterForm,
    NoteEndForm,
    SendForm,
    WithdrawForm,
    WriteInForm,
)
from members.models import Member, Registration
from members.permissions import can_introduce_from
from members.queries.addresses import wards_in_address
from members.queries.letters import (
    Situation,
    before_in_words,
    is_taken_back,
    proposals,
    situations,
    state_in_words,
)
from members.queries.merge_hints import merge_hint
from members.services.letters import (
    draft_letter,
    introduce,
    send_letter,
    withdraw_letter,
    write_in_letter,
)
from members.services.stays import NOTED, note_end
from members.services.steps import GONE
from members.views.pages import put_errors
from members.views.steps import (
    over_page,
    run_step,
    start_of,
    states_before,
    stay_of,
    step_page,
)

State = Registration.State


@require_http_methods(["GET", "POST"])
def letter_add(request, pk):
    """The workplace introduces one of its members to a ward: draft, or sent at once."""
    members = Member.objects.visible_to(request.user).select_related("workplace")
    member = get_object_or_404(members, pk=pk)
    if not can_introduce_from(request.user, member.workplace):
        raise PermissionDenied
    known = situations([member])
    title = "Giới thiệu về nơi cư trú"
    if request.method == "GET" and (sentence := _why_not(member, known[member.pk])):
        return over_page(request, title, member, sentence)
    form = _letter_form(request, member, known)
    if request.method == "POST" and form.is_valid():
        try:
            _write(member, form, by=request.user)
        except ValidationError as error:
            put_errors(form, error)
        else:
            done = "Đã lưu nháp" if form.is_draft else "Đã gửi"
            ward = form.cleaned_data["ward"]
            messages.success(request, f"{done} giấy giới thiệu về {ward}.")
            return redirect("reports:member_file", pk)
    intro = _why_anew(known[member.pk])
    hint = merge_hint(request.user, member)
    return step_page(request, form, title, member, intro=intro, hint=hint)


def _why_not(member: Member, known: Situation) -> str:
    """What stands in the way of a letter to wherever; "" for nothing."""
    if known.letter:
        return (
            f"{state_in_words(known.letter)} Nơi nhận giấy: {known.letter.ward.name}."
        )
    return GONE.get(member.status, "")


def _letter_form(request, member: Member, known: dict[int, Situation]) -> LetterForm:
    """Filled with the ward that asked, or where he moved to; else that of the address."""
    from_address = wards_in_address(member.address)
    situation = known[member.pk]
    initial, why = {}, ""
    if situation.asked or (situation.before and situation.before.moved_to):
        proposal = proposals([member], known)[member.pk]
        initial, why = {"ward": proposal.ward}, proposal.why
    return LetterForm(
        request.POST or None, initial=initial, suggested=from_address, why=why
    )


def _write(member: Member, form: LetterForm, *, by):
    data = form.cleaned_data
    write = draft_letter if form.is_draft else introduce
    return write(
        member,
        ward=data["ward"],
        letter_number=data["letter_number"],
        letter_date=data["letter_date"],
        note=data["note"],
        exemption=form.exemption(),
        by=by,
    )


def _why_anew(known: Situation) -> str:
    if known.before is None:
        return ""
    return f"Lần trước: {before_in_words(known.before)}."


@require_http_methods(["GET", "POST"])
def letter_send(request, pk):
    stay = _own_stay(request.user, pk)
    form = SendForm(request.POST or None, initial=start_of(stay))

    def send(data):
        send_letter(stay, on=data["on"], version=form.seen_version, by=request.user)

    done = f"Đã gửi giấy giới thiệu về {stay.ward}."
    title, at = "Gửi giấy giới thiệu", states_before(State.SENT)
    return run_step(request, form, send, title, stay, done, at=at)


@require_http_methods(["GET", "POST"])
def letter_withdraw(request, pk):
    stay = _own_stay(request.user, pk)
    form = WithdrawForm(request.POST or None, initial=start_of(stay))

    def withdraw(data):
        withdraw_letter(stay, version=form.seen_version, by=request.user)

    done = "Đã rút giấy giới thiệu."
    intro = f"{stay.ward} sẽ không còn thấy giấy giới thiệu này."
    title, at = "Rút giấy giới thiệu", states_before(State.WITHDRAWN)
    return run_step(request, form, withdraw, title, stay, done, at=at, intro=intro)


@require_http_methods(["GET", "POST"])
def letter_write_in(request, pk):
    """Number and date, once the letter was signed; also after it was received."""
    stay = _own_stay(request.user, pk)
    initial = {
        "version": stay.version,
        "number": stay.letter_number,
        "dated": stay.letter_date,
    }
    form = WriteInForm(request.POST or None, initial=initial)

    def write_in(data):
        write_in_letter(
            stay,
            number=data["number"],
            dated=data["dated"],
            version=form.seen_version,
            by=request.user,
        )

    done = "Đã ghi số, ngày giấy giới thiệu."
    intro = f"Giấy giới thiệu về {stay.ward}. Nơi cư trú cũng thấy số và ngày này."
    title = "Ghi số, ngày giấy giới thiệu"
    at = set(State) - {State.WITHDRAWN, State.RETURNED}
    return run_step(request, form, write_in, title, stay, done, at=at, intro=intro)


@require_http_methods(["GET", "POST"])
def letter_note_end(request, pk):
    """The workplace has read that the residence ended a stay, or sent something back."""
    stay = _own_stay(request.user, pk)
    form = NoteEndForm(request.POST or None, initial=start_of(stay))

    def note(data):
        today = timezone.localdate()
        note_end(stay, on=today, version=form.seen_version, by=request.user)

    done = "Đã ghi nhận."
    intro = (
        f"{before_in_words(stay)}. Ghi nhận xong, dòng này không còn nằm trong việc cần "
        "làm. Nếu đồng chí này còn phải giữ mối liên hệ ở nơi khác thì gửi giấy giới "
        "thiệu mới thay cho việc ghi nhận."
    )
    what = "kết thúc ở nơi cư trú"
    if stay.state == State.RETURNED:
        what = "rút đề nghị" if is_taken_back(stay) else "trả lại giấy giới thiệu"
    title = f"Nhận biết việc {what}"
    return run_step(request, form, note, title, stay, done, at=NOTED, intro=intro)


def _own_stay(user, pk):
    """The stay, of a workplace of the user's: 404 or 403 otherwise."""
    stay = stay_of(user, pk)
    if not can_introduce_from(user, stay.workplace):
        raise PermissionDenied
    return stay
