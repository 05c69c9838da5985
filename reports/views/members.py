"""Hồ sơ đảng viên: both sides of one member, each part as far as one's right goes."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from members.models import Member, Registration
from members.permissions import (
    can_change_workplace,
    can_edit_dwelling,
    can_edit_identity,
    can_introduce_from,
    can_receive_at,
    can_report_death,
    can_report_dwelling,
    can_run_stay,
)
from members.queries.corrections import askable
from members.queries.deaths import can_take_back_death
from members.queries.merge_hints import merge_hint
from members.queries.merged import standing_record
from party76.audit.models import Action
from party76.audit.services import record
from reports.permissions import can_print_letter, can_print_reply
from reports.queries.member_file import MemberFile
from reports.queries.member_file import member_file as read_file
from reports.queries.member_records import Stay
from residence.models import Notice

State = Registration.State


@require_safe
def member_file(request, pk):
    """The file; that of a record merged into another leads to the one that stands."""
    member = _seen(request.user).filter(pk=pk).first()
    if member is None:
        standing = get_object_or_404(_seen(request.user), pk=standing_record(pk))
        return redirect("reports:member_file", standing.pk)
    record(Action.VIEW, member, by=request.user, committee_code=member.workplace.code)
    file = read_file(member, request.user, day=timezone.localdate())
    is_active = member.status == Member.Status.ACTIVE
    context = {
        "file": file,
        "can_edit_identity": not member.is_dead
        and can_edit_identity(request.user, member),
        "can_change_workplace": is_active
        and can_change_workplace(request.user, member),
        "can_edit_dwelling": can_edit_dwelling(request.user, member),
        "acts": _acts_on_member(request.user, file),
        "stays": _with_acts(request.user, file),
        "merge_hint": merge_hint(request.user, member),
    }
    return render(request, "reports/member_file.html", context)


@require_safe
def member_file_print(request, pk):
    """The same file on paper, to lay into the folder of the member."""
    member = _member(request, pk)
    record(
        Action.EXPORT,
        member,
        by=request.user,
        committee_code=member.workplace.code,
        count=1,
        facts={"paper": "member_file"},
    )
    day = timezone.localdate()
    file = read_file(member, request.user, day=day)
    units = sorted({post.committee.name for post in request.user.posts})
    context = {"file": file, "day": day, "units": units}
    return render(request, "reports/member_file_print.html", context)


def _member(request, pk) -> Member:
    return get_object_or_404(_seen(request.user), pk=pk)


def _seen(user) -> QuerySet[Member]:
    return Member.objects.visible_to(user).select_related("workplace")


def _acts_on_member(user, file: MemberFile) -> list[tuple[str, str, str]]:
    """(label, address, class of the button) of what concerns no single stay."""
    found = []
    member = file.member
    if _can_introduce(user, file):
        found.append(_introduction(file))
    if askable(user, member):
        found.append(("Đề nghị đính chính", "correction_add", "btn-outline-primary"))
    if _can_take_off(user, file):
        found.append(("Ra khỏi danh sách", "member_leave", "btn-link"))
    if member.status == Member.Status.ACTIVE and can_report_death(user, member):
        found.append(("Ghi từ trần", "death_add", "btn-link"))
    if member.is_dead and can_take_back_death(user, member):
        found.append(("Hoàn tác việc ghi từ trần", "death_undo", "btn-outline-danger"))
    return [
        (label, reverse(f"members:{name}", args=[member.pk]), kind)
        for label, name, kind in found
    ]


def _introduction(file: MemberFile) -> tuple[str, str, str]:
    """The first thing to do for one whom no residence has; else one among others."""
    if any(stay.registration.is_received for stay in file.stays):
        label = "Giới thiệu sang nơi cư trú khác"
        return label, "letter_add", "btn-outline-primary"
    return "Giới thiệu về nơi cư trú", "letter_add", "btn-primary"


def _can_introduce(user, file: MemberFile) -> bool:
    """The workplace, while no letter is on its way and the member is followed."""
    letters = {State.DRAFT, State.SENT}
    running = any(stay.registration.state in letters for stay in file.stays)
    followed = file.member.status in {Member.Status.ACTIVE, Member.Status.LEFT}
    return followed and not running and can_introduce_from(user, file.member.workplace)


def _can_take_off(user, file: MemberFile) -> bool:
    """The workplace, of a member whom it has and no residence has received."""
    is_received = any(stay.registration.is_received for stay in file.stays)
    is_followed = file.member.status == Member.Status.ACTIVE and not is_received
    return is_followed and can_introduce_from(user, file.member.workplace)


def _with_acts(user, file: MemberFile) -> list[tuple[Stay, list[tuple[str, str]]]]:
    """Each stay with what the user may do now: label and address of the page."""
    return [(stay, _acts_on(user, stay, file.member)) for stay in file.stays]


def _acts_on(user, stay: Stay, member: Member) -> list[tuple[str, str]]:
    letter = stay.registration
    found = _after_the_end(user, stay)
    if stay.is_now:
        found += _at_home(user, letter) + _at_work(user, letter)
    found += _papers(user, letter)
    acts = [(label, reverse(name, args=[letter.pk])) for label, name in found]
    if letter.is_received and member.status == Member.Status.ACTIVE:
        acts += _notice(user, letter)
    return acts


def _notice(user, letter: Registration) -> list[tuple[str, str]]:
    """The ward tells the workplace about the one it follows; the kind is chosen there."""
    if not can_receive_at(user, letter.ward):
        return []
    query = {
        "loai": Notice.Kind.ABSENCE,
        "don_vi": letter.ward_id,
        "dong_chi": letter.pk,
    }
    return [
        (
            "Lập thông báo cho nơi công tác",
            f"{reverse('residence:notice_start')}?{urlencode(query)}",
        )
    ]


def _at_home(user, letter: Registration) -> list[tuple[str, str]]:
    found = []
    if letter.is_received and can_receive_at(user, letter.ward):
        label = "Chuyển chi bộ" if letter.cell_id else "Giới thiệu về chi bộ"
        found.append((label, "members:registration_assign"))
    if can_run_stay(user, letter):
        if letter.state in {State.SENT, State.LETTER_ASKED}:
            found.append(("Tiếp nhận", "members:registration_receive"))
            found.append(("Trả lại giấy giới thiệu", "members:letter_return"))
        if letter.is_received:
            found.append(("Miễn sinh hoạt", "members:exemption_add"))
            found.append(("Kết thúc theo dõi", "members:registration_end"))
    if letter.is_received and can_report_dwelling(user, letter):
        found.append(("Không còn cư trú", "members:dwelling_report"))
        found.append(("Nhận xét khi chuyển đi", "members:closing_comment"))
    return found


def _at_work(user, letter: Registration) -> list[tuple[str, str]]:
    found = []
    if can_introduce_from(user, letter.workplace):
        if letter.state == State.DRAFT:
            found.append(("Gửi giấy giới thiệu", "members:letter_send"))
        if not letter.letter_number or not letter.letter_date:
            found.append(("Ghi số, ngày giấy giới thiệu", "members:letter_write_in"))
        if letter.state in {State.DRAFT, State.SENT}:
            found.append(("Rút giấy giới thiệu", "members:letter_withdraw"))
    return found


def _papers(user, letter: Registration) -> list[tuple[str, str]]:
    found = []
    if can_print_letter(user, letter):
        found.append(("In giấy giới thiệu", "reports:letter_print"))
    if can_print_reply(user, letter):
        found.append(("In thông báo kết quả", "reports:reply_print"))
    return found


def _after_the_end(user, stay: Stay) -> list[tuple[str, str]]:
    """The workplace takes note of an end; the old cell may still say its word."""
    letter = stay.registration
    if letter.state != State.ENDED or not stay.reads_end:
        return []
    found = []
    if letter.end_noted_on is None and can_introduce_from(user, letter.workplace):
        found.append(("Đã ghi nhận việc kết thúc", "members:letter_note_end"))
    if not letter.closing_comment and can_report_dwelling(user, letter):
        found.append(("Nhận xét khi chuyển đi", "members:closing_comment"))
    return found
