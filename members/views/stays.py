"""Steps of one stay at the residence: received, passed on, exempt, ended."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from members.forms.stays import (
    AssignForm,
    ClosingCommentForm,
    EndExemptionForm,
    EndForm,
    ExemptionForm,
    PaperReceiptForm,
    ReceiveForm,
    ReturnForm,
)
from members.models import Exemption, Registration
from members.permissions import (
    can_receive_at,
    can_receive_on_paper,
    can_report_dwelling,
    can_run_stay,
)
from members.queries.discretion import shown_workplace
from members.queries.merge_hints import merge_hint
from members.services.exemptions import EXEMPTED, add_exemption, end_exemption
from members.services.letters import return_letter
from members.services.stays import (
    assign_cell,
    end_registration,
    receive_known_member,
    receive_new_member,
    receive_registration,
    write_closing_comment,
)
from members.views.pages import put_errors
from members.views.persons import identity_page
from members.views.steps import (
    run_step,
    start_of,
    states_before,
    stay_of,
    tells_of_withdrawal,
)

State = Registration.State


@require_http_methods(["GET", "POST"])
def paper_receive(request):
    """A ward writes down a member whose letter reached it on paper."""
    if not can_receive_on_paper(request.user):
        raise PermissionDenied
    form = PaperReceiptForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            stay = _receive_on_paper(form, by=request.user)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã ghi tiếp nhận theo giấy giới thiệu.")
            return redirect("reports:member_file", stay.member_id)
    back = reverse("members:member_list")
    title = "Ghi tiếp nhận theo giấy giới thiệu"
    return identity_page(request, form, title, back, [])


def _receive_on_paper(form: PaperReceiptForm, *, by) -> Registration:
    stay, exemption = form.registration(), form.exemption()
    if form.chosen is None:
        return receive_new_member(
            form.instance, registration=stay, exemption=exemption, by=by
        )
    return receive_known_member(
        form.chosen,
        registration=stay,
        exemption=exemption,
        phone=form.cleaned_data["phone"],
        address=form.cleaned_data["address"],
        by=by,
    )


@require_http_methods(["GET", "POST"])
@tells_of_withdrawal
def letter_return(request, pk):
    """A letter goes back to the workplace; the ward goes on with those that wait."""
    stay = stay_of(request.user, pk)
    if not can_run_stay(request.user, stay):
        raise PermissionDenied
    form = ReturnForm(request.POST or None, initial=start_of(stay))

    def give_back(data):
        version = form.seen_version
        return_letter(stay, reason=data["reason"], version=version, by=request.user)

    name = stay.member.full_name
    return run_step(
        request,
        form,
        give_back,
        "Trả lại giấy giới thiệu",
        stay,
        f"Đã trả lại giấy giới thiệu của đồng chí {name} cho nơi công tác.",
        at=states_before(State.RETURNED),
        after=_list_of(request.user, stay),
    )


def _list_of(user, stay: Registration) -> str:
    """Where a ward goes on after what came back to the workplace is closed to it."""
    if not can_receive_at(user, stay.ward):
        return ""
    is_asked = stay.state == State.LETTER_ASKED
    return reverse("members:asked_list" if is_asked else "members:letter_inbox")


@require_http_methods(["GET", "POST"])
@tells_of_withdrawal
def registration_receive(request, pk):
    """Receive one letter, with what it says beside the form."""
    stay = stay_of(request.user, pk)
    if not can_run_stay(request.user, stay):
        raise PermissionDenied
    form = ReceiveForm(request.POST or None, stay=stay, initial=start_of(stay))

    def receive(data):
        receive_registration(
            stay,
            on=data["on"],
            cell=data["cell"],
            number=data["number"],
            letter_number=data.get("letter_number", ""),
            letter_date=data.get("letter_date"),
            version=form.seen_version,
            by=request.user,
        )

    return run_step(
        request,
        form,
        receive,
        "Tiếp nhận",
        stay,
        f"Đã tiếp nhận đồng chí {stay.member.full_name}.",
        at=states_before(State.RECEIVED),
        facts=_letter_facts(stay, request.user),
        hint=merge_hint(request.user, stay.member),
    )


def _letter_facts(stay: Registration, user) -> list[tuple[str, str]]:
    """What one reads off the letter to receive it, and to choose the cell."""
    dated = f", ngày {stay.letter_date:%d/%m/%Y}" if stay.letter_date else ""
    number = stay.letter_number or ("chưa ghi số" if dated else "")
    return [
        ("Giấy giới thiệu", f"{number}{dated}"),
        ("Nơi công tác", shown_workplace(stay.workplace, to=user)),
        ("Ngày sinh", stay.member.birth_text),
        ("Địa chỉ", stay.member.address),
    ]


@require_http_methods(["GET", "POST"])
def registration_assign(request, pk):
    stay = stay_of(request.user, pk)
    if not can_receive_at(request.user, stay.ward):
        raise PermissionDenied
    initial = {**start_of(stay), "cell": stay.cell_id}
    form = AssignForm(request.POST or None, ward=stay.ward, initial=initial)

    def assign(data):
        assign_cell(
            stay,
            cell=data["cell"],
            on=data["on"],
            version=form.seen_version,
            by=request.user,
        )

    done = "Đã chuyển chi bộ."
    title, at = "Giới thiệu về chi bộ", {State.RECEIVED}
    return run_step(request, form, assign, title, stay, done, at=at)


@require_http_methods(["GET", "POST"])
def registration_end(request, pk):
    stay = stay_of(request.user, pk)
    if not can_run_stay(request.user, stay):
        raise PermissionDenied
    initial = {
        "version": stay.version,
        "ended_on": timezone.localdate(),
        "closing_comment": stay.closing_comment,
    }
    form = EndForm(request.POST or None, initial=initial)

    def end(data):
        end_registration(
            stay,
            on=data["ended_on"],
            reason=data["end_reason"],
            number=data["end_number"],
            comment=data["closing_comment"],
            moved_to=data["moved_to"],
            version=form.seen_version,
            by=request.user,
        )

    done = "Đã kết thúc theo dõi tại nơi cư trú."
    intro = (
        "Nếu đồng chí này ra khỏi diện theo dõi, giấy giới thiệu đang chờ ở nơi khác cũng "
        "được trả lại. Chuyển nơi cư trú thì nơi công tác gửi giấy giới thiệu mới. Đồng "
        "chí từ trần thì ghi ở nút “Ghi từ trần” của hồ sơ."
    )
    title, at = "Kết thúc theo dõi", {State.RECEIVED}
    return run_step(request, form, end, title, stay, done, at=at, intro=intro)


@require_http_methods(["GET", "POST"])
def closing_comment(request, pk):
    """The cell, or its ward, writes what it says of a member's time here."""
    stay = stay_of(request.user, pk)
    if not can_report_dwelling(request.user, stay):
        raise PermissionDenied
    initial = {"version": stay.version, "text": stay.closing_comment}
    form = ClosingCommentForm(request.POST or None, initial=initial)

    def write(data):
        version = form.seen_version
        write_closing_comment(stay, text=data["text"], version=version, by=request.user)

    done = "Đã lưu nhận xét khi chuyển đi."
    title, at = "Nhận xét khi chuyển đi", {State.RECEIVED, State.ENDED}
    return run_step(request, form, write, title, stay, done, at=at)


@require_http_methods(["GET", "POST"])
def exemption_add(request, pk):
    stay = stay_of(request.user, pk)
    if not can_run_stay(request.user, stay):
        raise PermissionDenied
    exemption = Exemption(registration=stay)
    form = ExemptionForm(request.POST or None, instance=exemption)

    def add(data):
        add_exemption(exemption, by=request.user)

    done = "Đã ghi miễn sinh hoạt nơi cư trú."
    title = "Miễn sinh hoạt nơi cư trú"
    return run_step(request, form, add, title, stay, done, at=EXEMPTED)


@require_http_methods(["GET", "POST"])
def exemption_end(request, pk):
    stays = Registration.objects.visible_to(request.user)
    exemptions = Exemption.objects.filter(registration__in=stays)
    exemption = get_object_or_404(
        exemptions.select_related(
            "registration__member__workplace",
            "registration__ward",
            "registration__cell",
            "registration__workplace",
        ),
        pk=pk,
    )
    stay = exemption.registration
    if not can_run_stay(request.user, stay):
        raise PermissionDenied
    initial = {"version": exemption.version, "on": timezone.localdate()}
    form = EndExemptionForm(request.POST or None, initial=initial)

    def end(data):
        version = form.seen_version
        end_exemption(exemption, on=data["on"], version=version, by=request.user)

    done = "Đã kết thúc miễn sinh hoạt nơi cư trú."
    title = "Kết thúc miễn sinh hoạt"
    return run_step(request, form, end, title, stay, done, at=set(State))
