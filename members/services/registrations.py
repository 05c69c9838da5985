"""The steps of a stay: introduced, received, passed to a cell, ended."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from members.models import (
    Committee,
    EndReason,
    Exemption,
    Kind,
    Member,
    Placement,
    Registration,
    User,
)
from members.services.corrections import close_requests, pass_on_requests
from members.services.exemptions import add_exemption
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
_RUNNING = [State.DRAFT, State.SENT, State.LETTER_ASKED, State.RECEIVED]


@transaction.atomic
def draft_letter(
    member: Member,
    *,
    ward: Committee,
    letter_number: str = "",
    letter_date: date | None = None,
    note: str = "",
    by: User,
) -> Registration:
    """Begin a letter of introduction to a ward; nobody else sees it before it is sent.

    Raises ValidationError for a dead member, a unit that receives nobody, a member
    received there already, or another letter under way.
    """
    _check_can_be_introduced(member, ward)
    registration = Registration.objects.create(
        member=member,
        workplace=member.workplace,
        ward=ward,
        state=State.DRAFT,
        letter_number=letter_number,
        letter_date=letter_date,
        note=note,
    )
    _record(Action.CREATE, registration, by=by)
    return registration


@transaction.atomic
def introduce(
    member: Member,
    *,
    ward: Committee,
    letter_number: str = "",
    letter_date: date | None = None,
    note: str = "",
    by: User,
) -> Registration:
    """Write a letter of introduction and send it today; raises as draft_letter.

    Where the ward has asked for the letter, it is the answer to that request.
    """
    today = timezone.localdate()
    asked = member.registrations.filter(ward=ward, state=State.LETTER_ASKED)
    letter = asked.select_related("ward", "cell").first() or draft_letter(
        member, ward=ward, by=by
    )
    letter.letter_number = letter_number
    letter.letter_date = letter_date
    letter.note = note or letter.note
    letter.sent_on = today
    fields = ["letter_number", "letter_date", "note", "sent_on"]
    return _step(letter, State.SENT, fields, version=letter.version, by=by)


@transaction.atomic
def send_letter(
    registration: Registration, *, on: date, version: int, by: User
) -> Registration:
    """Send a drafted letter, so that the ward sees it."""
    check_not_in_future(on, "Ngày gửi giấy giới thiệu")
    registration.sent_on = on
    return _step(registration, State.SENT, ["sent_on"], version=version, by=by)


@transaction.atomic
def withdraw_letter(
    registration: Registration, *, version: int, by: User
) -> Registration:
    """Take back a letter that nobody has received."""
    return _step(registration, State.WITHDRAWN, [], version=version, by=by)


@transaction.atomic
def return_letter(
    registration: Registration, *, reason: str, version: int, by: User
) -> Registration:
    """Send a letter back to the workplace with the reason."""
    registration.return_reason = reason
    registration.identity_at_end = identity_of(registration.member)
    fields = ["return_reason", "identity_at_end"]
    return _step(registration, State.RETURNED, fields, version=version, by=by)


@transaction.atomic
def receive_registration(
    registration: Registration,
    *,
    on: date,
    cell: Committee | None = None,
    version: int,
    by: User,
) -> Registration:
    """Receive a member by a sent letter, at once in a cell where one is given.

    Raises ValidationError when another residence still has the member, for a day
    to come or a cell of another ward; Conflict when the letter has changed.
    """
    check_not_in_future(on, "Ngày tiếp nhận")
    _check_not_received_elsewhere(registration)
    _check_cell(registration.ward, cell)
    registration.received_on = on
    registration.cell = cell
    _step(registration, State.RECEIVED, ["received_on", "cell"], version=version, by=by)
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
    _check_can_be_introduced(member, registration.ward)
    _check_not_received_elsewhere(registration)
    _check_cell(registration.ward, registration.cell)
    registration.workplace = member.workplace
    registration.state = State.RECEIVED
    registration.save()
    begin_placement(registration, on=day)
    _return_to_list(member)
    _record(Action.CREATE, registration, by=by)
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
    _check_cell(registration.ward, cell)
    if cell == registration.cell:
        raise ValidationError(
            "Chưa có gì thay đổi: đồng chí chọn chi bộ khác nơi đang sinh hoạt."
        )
    registration.cell = cell
    cause = Placement.Cause.CELL_CHANGED
    move_placement(registration, on=on, cause=cause, version=version)
    pass_on_requests(registration.member, to=registration.place, about_dwelling=True)
    facts = {"cell": cell.code if cell else "", "on": on.isoformat()}
    _record(Action.UPDATE, registration, by=by, facts=facts)
    return registration


@transaction.atomic
def end_registration(
    registration: Registration,
    *,
    on: date,
    reason: str,
    number: str = "",
    version: int,
    by: User,
) -> Registration:
    """End a stay on a day, the first on which the member is no longer here.

    A death ends everything that runs for the member at once; so does leaving for
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
    registration.identity_at_end = identity_of(registration.member)
    fields = ["ended_on", "end_reason", "end_number", "identity_at_end"]
    _step(registration, State.ENDED, fields, version=version, by=by)
    close_requests(registration.member, answer=_NO_LONGER_HERE, by=by)
    _leave(registration.member, reason, by=by)
    return registration


def _step(
    registration: Registration,
    to: State,
    fields: list[str],
    *,
    version: int,
    by: User,
) -> Registration:
    """Take one allowed step, write its fields, record it; Conflict for an old version."""
    before = State(registration.state)
    if to not in Registration.STEPS[before]:
        raise ValidationError(
            f"Giấy giới thiệu này đang ở tình trạng “{before.label}”, không chuyển "
            f"sang “{to.label}” được."
        )
    registration.state = to
    save_versioned(registration, fields=["state", *fields], version=version)
    _record(Action.STEP, registration, by=by, facts={"from": before, "to": to})
    return registration


def _record(action, registration: Registration, *, by: User, facts=None) -> None:
    record(
        action,
        registration,
        by=by,
        committee_code=registration.place.code,
        facts={"member": registration.member_id, **(facts or {})},
    )


def _must_be_received(registration: Registration) -> None:
    if not registration.is_received:
        raise ValidationError(
            "Việc này chỉ thực hiện khi đồng chí đang được tiếp nhận tại nơi cư trú."
        )


def _check_can_be_introduced(member: Member, ward: Committee) -> None:
    if member.is_dead:
        raise ValidationError("Đồng chí này đã từ trần.")
    if ward.kind != Kind.WARD or ward.is_closed:
        raise ValidationError(
            {
                "ward": f"{ward} không tiếp nhận đảng viên giữ mối liên hệ. Đồng chí chọn "
                "đảng ủy xã, phường, thị trấn hoặc đặc khu đang hoạt động."
            }
        )
    running = member.registrations.filter(state__in=_RUNNING)
    if running.filter(ward=ward, state=State.LETTER_ASKED).exists():
        raise ValidationError(
            f"{ward} đã ghi đồng chí này đang cư trú và đề nghị giới thiệu. Nơi công tác "
            "gửi ngay giấy giới thiệu, nơi cư trú tiếp nhận trên đề nghị đó."
        )
    if running.filter(state__in=[State.DRAFT, State.SENT]).exists():
        raise ValidationError(
            "Đồng chí này có một giấy giới thiệu khác chưa được tiếp nhận."
        )
    if running.filter(ward=ward).exists():
        raise ValidationError(f"Đồng chí này đang được {ward} theo dõi.")


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


def _check_cell(ward: Committee, cell: Committee | None) -> None:
    if cell is None:
        return
    if not cell.path.startswith(ward.path) or cell == ward or cell.is_closed:
        raise ValidationError(
            {"cell": f"{cell} không phải là chi bộ đang hoạt động của {ward}."}
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
    for letter in member.registrations.filter(state__in=_RUNNING):
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
