from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from members.forms.registrations import (
    AssignForm,
    EndExemptionForm,
    EndForm,
    ExemptionForm,
    LetterForm,
    PaperReceiptForm,
    ReceiveForm,
    ReturnForm,
    SendForm,
)
from members.models import Exemption, Member, Registration, Role
from members.permissions import (
    can_introduce_from,
    can_receive_at,
    can_receive_on_paper,
    can_run_stay,
)
from members.queries.addresses import wards_in_address
from members.queries.registrations import (
    letters_of_workplace,
    letters_to_receive,
    ward_that_asked,
)
from members.services.exemptions import add_exemption, end_exemption
from members.services.letters import (
    draft_letter,
    introduce,
    return_letter,
    send_letter,
    withdraw_letter,
)
from members.services.stays import (
    assign_cell,
    end_registration,
    receive_new_member,
    receive_registration,
)
from members.views.pages import form_page, put_errors
from members.views.persons import identity_page
from party76.audit.models import Action
from party76.audit.services import record

LETTERS_SHOWN = 200
State = Registration.State


@require_safe
def letter_list(request):
    """Letters that wait for an answer here, and letters of one's own workplace."""
    user = request.user
    if not user.has_role(Role.RESIDENCE_WARD, Role.WORKPLACE):
        raise PermissionDenied
    with_units = ("member", "workplace", "ward")
    to_receive = letters_to_receive(user).select_related(*with_units)
    own = letters_of_workplace(user).select_related(*with_units)
    context = {
        "to_receive": list(to_receive[:LETTERS_SHOWN]),
        "own": list(own[:LETTERS_SHOWN]),
        "receives": user.has_role(Role.RESIDENCE_WARD),
        "introduces": user.has_role(Role.WORKPLACE),
    }
    number = len(context["to_receive"]) + len(context["own"])
    record(Action.LIST, "registration", by=user, count=number)
    return render(request, "members/letter_list.html", context)


@require_http_methods(["GET", "POST"])
def letter_add(request, pk):
    """The workplace introduces one of its members to a ward: draft, or sent at once."""
    members = Member.objects.visible_to(request.user).select_related("workplace")
    member = get_object_or_404(members, pk=pk)
    if not can_introduce_from(request.user, member.workplace):
        raise PermissionDenied
    form = LetterForm(
        request.POST or None,
        initial={"ward": ward_that_asked(member)},
        suggested=wards_in_address(member.address),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        write = draft_letter if data["is_draft"] else introduce
        try:
            write(
                member,
                ward=data["ward"],
                letter_number=data["letter_number"],
                letter_date=data["letter_date"],
                note=data["note"],
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            done = "Đã lưu nháp" if data["is_draft"] else "Đã gửi"
            messages.success(request, f"{done} giấy giới thiệu.")
            return redirect("reports:member_file", pk)
    return _page(request, form, "Giới thiệu về nơi cư trú", member)


@require_http_methods(["GET", "POST"])
def paper_receive(request):
    """A ward writes down a member whose letter reached it on paper."""
    if not can_receive_on_paper(request.user):
        raise PermissionDenied
    form = PaperReceiptForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            stay = receive_new_member(
                form.instance,
                registration=form.registration(),
                exemption=form.exemption(),
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã ghi tiếp nhận theo giấy giới thiệu.")
            return redirect("reports:member_file", stay.member_id)
    return identity_page(
        request,
        form,
        "Ghi tiếp nhận theo giấy giới thiệu",
        reverse("members:member_list"),
        [],
    )


@require_http_methods(["GET", "POST"])
def letter_send(request, pk):
    stay = _stay(request.user, pk)
    if not can_introduce_from(request.user, stay.workplace):
        raise PermissionDenied
    form = SendForm(request.POST or None, initial=_start(stay))

    def send(data):
        send_letter(stay, on=data["on"], version=form.seen_version, by=request.user)

    done = "Đã gửi giấy giới thiệu."
    return _run(request, form, send, "Gửi giấy giới thiệu", stay, done)


@require_http_methods(["GET", "POST"])
def letter_withdraw(request, pk):
    stay = _stay(request.user, pk)
    if not can_introduce_from(request.user, stay.workplace):
        raise PermissionDenied
    form = SendForm(request.POST or None, initial=_start(stay))
    del form.fields["on"]
    form.submit_label = "Rút giấy giới thiệu"

    def withdraw(data):
        withdraw_letter(stay, version=form.seen_version, by=request.user)

    done = "Đã rút giấy giới thiệu."
    intro = f"{stay.ward} sẽ không còn thấy giấy giới thiệu này."
    return _run(request, form, withdraw, "Rút giấy giới thiệu", stay, done, intro=intro)


@require_http_methods(["GET", "POST"])
def letter_return(request, pk):
    stay = _stay(request.user, pk)
    if not can_run_stay(request.user, stay):
        raise PermissionDenied
    form = ReturnForm(request.POST or None, initial=_start(stay))

    def give_back(data):
        version = form.seen_version
        return_letter(stay, reason=data["reason"], version=version, by=request.user)

    done = "Đã trả lại giấy giới thiệu cho nơi công tác."
    return _run(request, form, give_back, "Trả lại giấy giới thiệu", stay, done)


@require_http_methods(["GET", "POST"])
def registration_receive(request, pk):
    stay = _stay(request.user, pk)
    if not can_run_stay(request.user, stay):
        raise PermissionDenied
    form = ReceiveForm(request.POST or None, ward=stay.ward, initial=_start(stay))

    def receive(data):
        receive_registration(
            stay,
            on=data["on"],
            cell=data["cell"],
            version=form.seen_version,
            by=request.user,
        )

    return _run(request, form, receive, "Tiếp nhận", stay, "Đã tiếp nhận.")


@require_http_methods(["GET", "POST"])
def registration_assign(request, pk):
    stay = _stay(request.user, pk)
    if not can_receive_at(request.user, stay.ward):
        raise PermissionDenied
    initial = {**_start(stay), "cell": stay.cell_id}
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
    return _run(request, form, assign, "Giới thiệu về chi bộ", stay, done)


@require_http_methods(["GET", "POST"])
def registration_end(request, pk):
    stay = _stay(request.user, pk)
    if not can_run_stay(request.user, stay):
        raise PermissionDenied
    initial = {"version": stay.version, "ended_on": timezone.localdate()}
    form = EndForm(request.POST or None, initial=initial)

    def end(data):
        end_registration(
            stay,
            on=data["ended_on"],
            reason=data["end_reason"],
            number=data["end_number"],
            version=form.seen_version,
            by=request.user,
        )

    done = "Đã kết thúc theo dõi tại nơi cư trú."
    intro = (
        "Nếu đồng chí này từ trần hoặc ra khỏi diện theo dõi, giấy giới thiệu đang chờ ở "
        "nơi khác cũng được trả lại. Chuyển nơi cư trú thì nơi công tác gửi giấy giới "
        "thiệu mới."
    )
    return _run(request, form, end, "Kết thúc theo dõi", stay, done, intro=intro)


@require_http_methods(["GET", "POST"])
def exemption_add(request, pk):
    stay = _stay(request.user, pk)
    if not can_run_stay(request.user, stay):
        raise PermissionDenied
    exemption = Exemption(registration=stay)
    form = ExemptionForm(request.POST or None, instance=exemption)

    def add(data):
        add_exemption(exemption, by=request.user)

    done = "Đã ghi miễn sinh hoạt nơi cư trú."
    return _run(request, form, add, "Miễn sinh hoạt nơi cư trú", stay, done)


@require_http_methods(["GET", "POST"])
def exemption_end(request, pk):
    stays = Registration.objects.visible_to(request.user)
    exemptions = Exemption.objects.filter(registration__in=stays)
    exemption = get_object_or_404(
        exemptions.select_related(
            "registration__ward", "registration__cell", "registration__workplace"
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
    return _run(request, form, end, "Kết thúc miễn sinh hoạt", stay, done)


def _stay(user, pk) -> Registration:
    stays = Registration.objects.visible_to(user)
    with_units = stays.select_related("member__workplace", "ward", "cell", "workplace")
    return get_object_or_404(with_units, pk=pk)


def _start(stay: Registration) -> dict:
    return {"version": stay.version, "on": timezone.localdate()}


def _run(request, form, act, title, stay: Registration, done: str, *, intro=""):
    """The common part of every step: form, one service, message, back to the file."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, done)
            return redirect("reports:member_file", stay.member_id)
    return _page(request, form, title, stay.member, intro=intro)


def _page(request, form, title, member: Member, *, intro=""):
    file = reverse("reports:member_file", args=[member.pk])
    return form_page(
        request,
        form,
        title=title,
        subtitle=f"Đồng chí {member.full_name}",
        intro=intro,
        back_url=file,
        trail=[
            ("Đảng viên", reverse("members:member_list")),
            ("Hồ sơ đảng viên", file),
        ],
    )
