"""Hồ sơ đảng viên: both sides of one member, each part as far as one's right goes."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from members.models import Member, Registration
from members.permissions import (
    can_edit_dwelling,
    can_edit_identity,
    can_introduce_from,
    can_receive_at,
    can_run_stay,
)
from members.queries.corrections import askable
from party76.audit.models import Action
from party76.audit.services import record
from reports.queries.member_file import MemberFile, Stay
from reports.queries.member_file import member_file as read_file

State = Registration.State


@require_safe
def member_file(request, pk):
    members = Member.objects.visible_to(request.user).select_related("workplace")
    member = get_object_or_404(members, pk=pk)
    record(Action.VIEW, member, by=request.user, committee_code=member.workplace.code)
    file = read_file(member, request.user, day=timezone.localdate())
    context = {
        "file": file,
        "can_edit_identity": can_edit_identity(request.user, member),
        "can_edit_dwelling": can_edit_dwelling(request.user, member),
        "can_ask": bool(askable(request.user, member)),
        "can_introduce": _can_introduce(request.user, file),
        "stays": _with_acts(request.user, file),
    }
    return render(request, "reports/member_file.html", context)


def _can_introduce(user, file: MemberFile) -> bool:
    """The workplace, while no letter is on its way."""
    letters = {State.DRAFT, State.SENT}
    running = any(stay.registration.state in letters for stay in file.stays)
    is_active = file.member.status != Member.Status.DEAD
    return is_active and not running and can_introduce_from(user, file.member.workplace)


def _with_acts(user, file: MemberFile) -> list[tuple[Stay, list[tuple[str, str]]]]:
    """Each stay with what the user may do now: label and address of the page."""
    return [
        (stay, _acts_on(user, stay.registration) if stay.is_now else [])
        for stay in file.stays
    ]


def _acts_on(user, stay: Registration) -> list[tuple[str, str]]:
    found = []
    if can_run_stay(user, stay):
        if stay.state in {State.SENT, State.LETTER_ASKED}:
            found.append(("Tiếp nhận", "members:registration_receive"))
            found.append(("Trả lại giấy giới thiệu", "members:letter_return"))
        if stay.is_received:
            found.append(("Miễn sinh hoạt", "members:exemption_add"))
            found.append(("Kết thúc theo dõi", "members:registration_end"))
    if stay.is_received and can_receive_at(user, stay.ward):
        label = "Chuyển chi bộ" if stay.cell_id else "Giới thiệu về chi bộ"
        found.insert(0, (label, "members:registration_assign"))
    if can_introduce_from(user, stay.workplace):
        if stay.state == State.DRAFT:
            found.append(("Gửi giấy giới thiệu", "members:letter_send"))
        if stay.state in {State.DRAFT, State.SENT}:
            found.append(("Rút giấy giới thiệu", "members:letter_withdraw"))
    return [(label, reverse(name, args=[stay.pk])) for label, name in found]
