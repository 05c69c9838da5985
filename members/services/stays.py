"""A stay at the residence: received, passed to a cell, ended."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from members.models import (
    Committee,
    EndReason,
    Exemption,
    Member,
    Placement,
    Registration,
    User,
)
from members.services.corrections import pass_on_requests
from members.services.exemptions import add_exemption
from members.services.leaving import close_what_waits, leave
from members.services.persons import (
    add_member,
    check_not_in_future,
    edit_dwelling,
    identity_of,
)
from members.services.placements import (
    begin_placement,
    close_placement,
    move_placement,
)
from members.services.steps import (
    check_can_be_introduced,
    check_cell,
    hold_members,
    record_stay,
    stays_in_the_way,
    take_step,
    why_not_received,
)
from members.services.tree_lock import hold_tree
from party76.audit.models import Action
from party76.shared.versions import save_versioned

State = Registration.State
# What the workplace takes note of.
NOTED = {State.ENDED, State.RETURNED}
END_FIELDS = ["ended_on", "end_reason", "end_number", "identity_at_end", "moved_to"]


@transaction.atomic
def receive_registration(
    registration: Registration,
    *,
    on: date,
    cell: Committee | None = None,
    number: str = "",
    letter_number: str = "",
    letter_date: date | None = None,
    version: int,
    by: User,
) -> Registration:
    """Receive a member by a sent letter, at once in a cell where one is given.

    number is that of the ward's own register, if it keeps one; what the letter says of
    itself is written in where nobody had written it.

    Raises ValidationError when another residence has the member still, or had him on
    that day, for a day to come or a cell of another ward; Conflict when the letter has
    changed.
    """
    check_not_in_future(on, "Ngày tiếp nhận")
    check_not_in_future(letter_date, "Ngày giấy giới thiệu")
    hold_tree(registration.ward, cell, registration.workplace)
    _check_received_nowhere(registration, on)
    check_cell(registration.ward, cell)
    registration.received_on = on
    registration.cell = cell
    registration.receipt_number = number
    registration.letter_number = registration.letter_number or letter_number
    registration.letter_date = registration.letter_date or letter_date
    fields = [
        "received_on",
        "cell",
        "receipt_number",
        "letter_number",
        "letter_date",
    ]
    take_step(registration, State.RECEIVED, fields, version=version, by=by)
    begin_placement(registration, on=on)
    _return_to_list(registration.member)
    return registration


@transaction.atomic
def receive_on_paper(registration: Registration, *, by: User) -> Registration:
    """Store a stay whose letter came on paper: received straight away.

    The unsaved instance names member, ward, received_on, and perhaps cell, letter
    and note; the workplace is the member's. Raises ValidationError as
    draft_letter and receive_registration do.
    """
    day = registration.received_on
    if day is None:
        raise ValidationError({"received_on": "Đồng chí nhập ngày tiếp nhận."})
    member = registration.member
    check_not_in_future(day, "Ngày tiếp nhận")
    check_not_in_future(registration.letter_date, "Ngày giấy giới thiệu")
    hold_tree(registration.ward, registration.cell, member.workplace)
    check_can_be_introduced(member, registration.ward)
    _check_received_nowhere(registration, day)
    check_cell(registration.ward, registration.cell)
    registration.workplace = member.workplace
    registration.state = State.RECEIVED
    registration.save()
    begin_placement(registration, on=day)
    _return_to_list(member)
    record_stay(Action.CREATE, registration, by=by)
    return registration


@transaction.atomic
def receive_new_member(
    member: Member,
    *,
    registration: Registration,
    exemption: Exemption | None = None,
    by: User,
) -> Registration:
    """Store a person not known yet, received on paper, perhaps exempt: all or nothing.

    The three instances are unsaved. Raises ValidationError as add_member,
    receive_on_paper and add_exemption do.
    """
    registration.member = add_member(member, by=by)
    receive_on_paper(registration, by=by)
    if exemption is not None:
        exemption.registration = registration
        add_exemption(exemption, by=by)
    return registration


@transaction.atomic
def receive_known_member(
    member: Member,
    *,
    registration: Registration,
    exemption: Exemption | None = None,
    phone: str = "",
    address: str = "",
    by: User,
) -> Registration:
    """Receive on paper somebody whose record is there already, so that none is made twice.

    Phone and address that the ward typed in are written, what it left empty stays.
    Raises ValidationError as receive_on_paper and add_exemption do.
    """
    registration.member = member
    receive_on_paper(registration, by=by)
    if phone or address:
        member.phone = phone or member.phone
        member.address = address or member.address
        edit_dwelling(member, version=member.version, by=by)
    if exemption is not None:
        exemption.registration = registration
        add_exemption(exemption, by=by)
    return registration


@transaction.atomic
def assign_cell(
    registration: Registration,
    *,
    cell: Committee | None,
    on: date,
    version: int,
    by: User,
) -> Registration:
    """Pass a received member to a cell of the ward from a day on (None: back to it).

    Raises ValidationError unless received, for a cell of another ward or a day
    before the present placement; Conflict when the stay has changed.
    """
    _must_be_received(registration)
    check_not_in_future(on, "Ngày chuyển")
    hold_tree(registration.ward, cell, registration.workplace)
    check_cell(registration.ward, cell)
    if cell == registration.cell:
        raise ValidationError(
            "Chưa có gì thay đổi: đồng chí chọn chi bộ khác nơi đang sinh hoạt."
        )
    registration.cell = cell
    cause = Placement.Cause.CELL_CHANGED
    move_placement(registration, on=on, cause=cause, version=version)
    pass_on_requests(registration.member, to=registration.place, about_dwelling=True)
    facts = {"cell": cell.code if cell else "", "on": on.isoformat()}
    record_stay(Action.UPDATE, registration, by=by, facts=facts)
    return registration


@transaction.atomic
def end_registration(
    registration: Registration,
    *,
    on: date,
    reason: str,
    number: str = "",
    comment: str = "",
    moved_to: Committee | None = None,
    version: int,
    by: User,
) -> Registration:
    """End a stay on a day, the first on which the member is no longer here.

    comment is what the old cell says of the time here, moved_to the ward where the
    workplace is offered to introduce the member next. A death ends everything that
    runs for the member at once; so does leaving for good. Raises ValidationError
    unless received, and Conflict.
    """
    hold_members([registration.member_id])
    _must_be_received(registration)
    check_not_in_future(on, "Ngày kết thúc")
    if registration.received_on and on < registration.received_on:
        raise ValidationError(
            {"ended_on": "Ngày kết thúc không được trước ngày tiếp nhận."}
        )
    check_moved_to(moved_to, reason)
    if moved_to is not None and moved_to.pk == registration.ward_id:
        raise ValidationError(
            {
                "moved_to": "Nơi cư trú mới trùng với nơi đang theo dõi. Chuyển trong cùng "
                "xã, phường thì đồng chí chuyển chi bộ."
            }
        )
    close_placement(registration, on=on)
    said = registration.closing_comment
    registration.closing_comment = comment or said
    put_end(registration, on=on, reason=reason, number=number, moved_to=moved_to)
    fields = [*END_FIELDS, "closing_comment"]
    take_step(registration, State.ENDED, fields, version=version, by=by)
    if registration.closing_comment != said:
        _record_comment(registration, by=by)
    checks = close_what_waits([registration], reason=reason, by=by)
    leave(
        [registration.member],
        reason=reason,
        on=on,
        ended=[registration],
        checks=checks,
        by=by,
    )
    return registration


@transaction.atomic
def write_closing_comment(
    registration: Registration, *, text: str, version: int, by: User
) -> Registration:
    """What the cell says of a member's time here: until the end of the stay, and once
    after it where nothing was said.

    Raises ValidationError for somebody who was never received, for a comment that
    others have read since the end, and Conflict.
    """
    if registration.state not in {State.RECEIVED, State.ENDED}:
        raise ValidationError(
            "Đồng chí này chưa được tiếp nhận, chưa có gì để nhận xét."
        )
    if registration.state == State.ENDED and registration.closing_comment:
        raise ValidationError(
            "Nhận xét này đã gửi đi khi kết thúc theo dõi, nơi công tác và nơi cư trú mới "
            "đã đọc được, không sửa được nữa."
        )
    registration.closing_comment = text
    save_versioned(registration, fields=["closing_comment"], version=version)
    _record_comment(registration, by=by)
    return registration


def put_end(
    registration: Registration,
    *,
    on: date,
    reason: str,
    number: str,
    moved_to: Committee | None,
) -> None:
    """Write the end into the columns of the stay, with the identity as it is now."""
    registration.moved_to = moved_to
    registration.ended_on = on
    registration.end_reason = reason
    registration.end_number = number
    registration.identity_at_end = identity_of(registration.member)


@transaction.atomic
def note_end(
    registration: Registration, *, on: date, version: int, by: User
) -> Registration:
    """The workplace takes note of an end, or of a letter or request that came back.

    Raises ValidationError for what still runs, and Conflict.
    """
    if registration.state not in NOTED:
        raise ValidationError(
            "Nơi cư trú chưa kết thúc theo dõi, cũng chưa trả lại giấy của đồng chí này."
        )
    registration.end_noted_on = on
    save_versioned(registration, fields=["end_noted_on"], version=version)
    record_stay(Action.UPDATE, registration, by=by, facts={"noted": on.isoformat()})
    return registration


def check_moved_to(moved_to: Committee | None, reason: str) -> None:
    """Raise ValidationError for a new ward of somebody who does not move away."""
    if moved_to is not None and reason != EndReason.MOVED_AWAY:
        raise ValidationError(
            {
                "moved_to": "Nơi cư trú mới chỉ ghi khi lý do là “Chuyển nơi cư trú”. Đồng "
                "chí đổi lý do, hoặc xóa nơi cư trú mới."
            }
        )


def _record_comment(registration: Registration, *, by: User) -> None:
    """Keep who wrote what the cell says of the time here."""
    record_stay(Action.UPDATE, registration, by=by, facts={"closing_comment": True})


def _must_be_received(registration: Registration) -> None:
    if not registration.is_received:
        raise ValidationError(
            "Việc này chỉ thực hiện khi đồng chí đang được tiếp nhận tại nơi cư trú."
        )


def _check_received_nowhere(registration: Registration, on: date) -> None:
    others = stays_in_the_way(
        [registration.member_id], on=on, besides=[registration.pk]
    )
    if other := others.select_related("ward").first():
        raise ValidationError(f"Đồng chí này {why_not_received(other)}")


def _return_to_list(member: Member) -> None:
    if member.status == Member.Status.LEFT:
        member.status = Member.Status.ACTIVE
        save_versioned(member, fields=["status"], version=member.version)
