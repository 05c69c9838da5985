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
from members.services.corrections import close_requests, pass_on_requests
from members.services.exemptions import add_exemption
from members.services.letters import return_letter, withdraw_letter
from members.services.persons import (
    add_member,
    check_not_in_future,
    identity_of,
)
from members.services.placements import (
    begin_placement,
    close_placement,
    move_placement,
)
from members.services.steps import (
    RUNNING,
    check_can_be_introduced,
    check_cell,
    record_stay,
    take_step,
)
from members.services.tree_lock import hold_tree
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.versions import save_versioned

State = Registration.State

# Who leaves for one of these reasons is no longer followed by anybody.
LEAVES = {
    EndReason.CHANGED_WORK,
    EndReason.RETIRED,
    EndReason.EXPELLED,
    EndReason.STRUCK_OFF,
    EndReason.LEFT_PARTY,
}
_NO_LONGER_HERE = "Đồng chí này không còn được theo dõi tại nơi cư trú đó."


@transaction.atomic
def receive_registration(
    registration: Registration,
    *,
    on: date,
    cell: Committee | None = None,
    number: str = "",
    version: int,
    by: User,
) -> Registration:
    """Receive a member by a sent letter, at once in a cell where one is given.

    number is that of the ward's own register, if it keeps one.

    Raises ValidationError when another residence still has the member, for a day
    to come or a cell of another ward; Conflict when the letter has changed.
    """
    check_not_in_future(on, "Ngày tiếp nhận")
    hold_tree(registration.ward, cell, registration.workplace)
    _check_not_received_elsewhere(registration)
    check_cell(registration.ward, cell)
    registration.received_on = on
    registration.cell = cell
    registration.receipt_number = number
    fields = ["received_on", "cell", "receipt_number"]
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
    hold_tree(registration.ward, registration.cell, member.workplace)
    check_can_be_introduced(member, registration.ward)
    _check_not_received_elsewhere(registration)
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
    workplace is offered to introduce the member next. A death ends everything that runs for the member at once; so does leaving for
    good. Raises ValidationError unless received, and Conflict.
    """
    _must_be_received(registration)
    check_not_in_future(on, "Ngày kết thúc")
    if registration.received_on and on < registration.received_on:
        raise ValidationError(
            {"ended_on": "Ngày kết thúc không được trước ngày tiếp nhận."}
        )
    close_placement(registration, on=on)
    registration.ended_on = on
    registration.end_reason = reason
    registration.end_number = number
    registration.closing_comment = comment
    registration.moved_to = moved_to
    registration.identity_at_end = identity_of(registration.member)
    fields = [
        "ended_on",
        "end_reason",
        "end_number",
        "closing_comment",
        "moved_to",
        "identity_at_end",
    ]
    take_step(registration, State.ENDED, fields, version=version, by=by)
    close_requests(registration.member, answer=_NO_LONGER_HERE, by=by)
    _leave(registration.member, reason, by=by)
    return registration


@transaction.atomic
def note_end(
    registration: Registration, *, on: date, version: int, by: User
) -> Registration:
    """The workplace takes note that the residence has ended a stay; raises Conflict."""
    if registration.state != State.ENDED:
        raise ValidationError("Nơi cư trú chưa kết thúc theo dõi đồng chí này.")
    registration.end_noted_on = on
    save_versioned(registration, fields=["end_noted_on"], version=version)
    record_stay(Action.UPDATE, registration, by=by, facts={"noted": on.isoformat()})
    return registration


def _must_be_received(registration: Registration) -> None:
    if not registration.is_received:
        raise ValidationError(
            "Việc này chỉ thực hiện khi đồng chí đang được tiếp nhận tại nơi cư trú."
        )


def _check_not_received_elsewhere(registration: Registration) -> None:
    received = Registration.objects.filter(
        member=registration.member, state=State.RECEIVED
    ).exclude(pk=registration.pk or 0)
    other = received.select_related("ward").first()
    if other:
        raise ValidationError(
            f"Đồng chí này đang được {other.ward} tiếp nhận. Nơi đó cần kết thúc việc "
            "theo dõi trước."
        )


def _leave(member: Member, reason: str, *, by: User) -> None:
    """Death and leaving for good reach every stay that still runs."""
    if reason == EndReason.DIED:
        status = Member.Status.DEAD
    elif reason in LEAVES:
        status = Member.Status.LEFT
    else:
        return
    member.status = status
    save_versioned(member, fields=["status"], version=member.version)
    record(
        Action.UPDATE,
        member,
        by=by,
        committee_code=member.workplace.code,
        facts={"status": status},
    )
    for letter in member.registrations.filter(state__in=RUNNING):
        _give_up(letter, EndReason(reason).label, by=by)


def _give_up(letter: Registration, reason: str, *, by: User) -> None:
    if letter.state == State.DRAFT:
        withdraw_letter(letter, version=letter.version, by=by)
    else:
        return_letter(letter, reason=reason, version=letter.version, by=by)


def _return_to_list(member: Member) -> None:
    if member.status == Member.Status.LEFT:
        member.status = Member.Status.ACTIVE
        save_versioned(member, fields=["status"], version=member.version)
