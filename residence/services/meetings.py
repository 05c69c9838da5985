"""From planned to closed: each verb is one transaction and one audit event."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from members.models import User
from members.services.tree_lock import hold_tree
from party76.audit.models import Action
from party76.audit.services import changes, record, values_of
from party76.shared.versions import save_versioned
from residence.models import Attendance, Meeting
from residence.queries import due_at, unclear_representatives

EDITABLE_FIELDS = [
    "title",
    "kind",
    "held_on",
    "starts_at",
    "place",
    "period_from",
    "period_to",
    "counts",
    "chair",
    "agenda",
    "local_report",
    "conclusions",
]
_OVER = {Meeting.State.CLOSED, Meeting.State.NOT_HELD}


@dataclass(frozen=True)
class ListChanges:
    """How many people a brought-up-to-date list gained, and how many are not due."""

    added: int
    not_due: int


@transaction.atomic
def plan_meeting(meeting: Meeting, *, by: User) -> Meeting:
    """Store a new meeting of a cell or ward; nobody is listed yet."""
    hold_tree(meeting.committee)
    meeting.state = Meeting.State.PLANNED
    meeting.save()
    record(Action.CREATE, meeting, by=by, committee_code=meeting.committee.code)
    return meeting


@transaction.atomic
def edit_meeting(meeting: Meeting, *, version: int, by: User) -> Meeting:
    """Change plan, agenda, report or conclusions until the meeting is over.

    Raises Conflict when somebody else saved first, ValidationError when it is over
    or when the day would change after the list was fixed for that day.
    """
    stored = lock_meeting(meeting)
    if stored.state in _OVER:
        raise ValidationError("Kỳ họp đã kết thúc, không sửa được nội dung.")
    if stored.state != Meeting.State.PLANNED and stored.held_on != meeting.held_on:
        raise ValidationError(
            "Danh sách đã lập cho ngày họp này, không đổi được ngày họp."
        )
    before = values_of(stored, EDITABLE_FIELDS)
    save_versioned(meeting, fields=EDITABLE_FIELDS, version=version)
    record(
        Action.UPDATE,
        meeting,
        by=by,
        committee_code=meeting.committee.code,
        personal={"changes": changes(meeting, before)},
    )
    return meeting


@transaction.atomic
def list_meeting(meeting: Meeting, *, by: User) -> Meeting:
    """Make one row for everybody due on the day, numbered by cell, then by name."""
    hold_tree()  # before the meeting: a decision that moves it takes them in this order
    meeting = lock_meeting(meeting)
    _require_step(meeting, Meeting.State.LISTED)
    placements = list(due_at(meeting.committee, meeting.held_on))
    if not placements:
        raise ValidationError(
            "Đến ngày họp chưa có đồng chí nào thuộc diện dự tại đơn vị này."
        )
    Attendance.objects.bulk_create(_rows(meeting, placements, first_number=1))
    return _take_step(meeting, Meeting.State.LISTED, by=by, count=len(placements))


@transaction.atomic
def append_to_list(meeting: Meeting, *, by: User) -> ListChanges:
    """Add whoever became due since the list was fixed; numbers given stay.

    Unmarked rows of people who left, died or were exempted before the day are no
    longer due; those who came back are due again. Only while listed or open.
    """
    hold_tree()
    meeting = lock_meeting(meeting)
    if meeting.state not in {Meeting.State.LISTED, Meeting.State.OPEN}:
        raise ValidationError("Chỉ cập nhật được danh sách đã lập và chưa kết thúc.")
    placements = due_at(meeting.committee, meeting.held_on)
    due = {place.registration_id: place for place in placements}
    rows = list(meeting.attendances.all())
    listed = {row.registration_id for row in rows}
    missing = [place for key, place in due.items() if key not in listed]
    last = max((row.number for row in rows), default=0)
    Attendance.objects.bulk_create(_rows(meeting, missing, first_number=last + 1))
    gone = _change_due(rows, due.keys())
    if missing or gone:
        record(
            Action.UPDATE,
            meeting,
            by=by,
            committee_code=meeting.committee.code,
            count=len(missing),
            facts={"added": len(missing), "not_due": gone},
        )
    return ListChanges(added=len(missing), not_due=gone)


@transaction.atomic
def put_on_list(meeting: Meeting, member: int, *, by: User) -> None:
    """Put one member on a fixed list again where he is due; no other row changes.

    Nothing happens where the meeting is over by now.
    """
    hold_tree()
    meeting = lock_meeting(meeting)
    if meeting.state not in {Meeting.State.LISTED, Meeting.State.OPEN}:
        return
    placements = due_at(meeting.committee, meeting.held_on)
    places = list(placements.filter(registration__member=member))
    rows = meeting.attendances.filter(
        registration__in=[place.registration_id for place in places]
    )
    listed = set(rows.values_list("registration_id", flat=True))
    missing = [place for place in places if place.registration_id not in listed]
    last = meeting.attendances.aggregate(last=Max("number"))["last"] or 0
    Attendance.objects.bulk_create(_rows(meeting, missing, first_number=last + 1))
    back = rows.filter(is_due=False).update(is_due=True, version=F("version") + 1)
    if missing or back:
        record(
            Action.UPDATE,
            meeting,
            by=by,
            committee_code=meeting.committee.code,
            facts={"member": member, "put_back": len(missing) + back},
        )


@transaction.atomic
def open_meeting(meeting: Meeting, *, by: User) -> Meeting:
    """Begin marking; the list is made now, or brought up to date, if need be."""
    meeting = lock_meeting(meeting)
    if meeting.state == Meeting.State.PLANNED:
        meeting = list_meeting(meeting, by=by)
    else:
        _require_step(meeting, Meeting.State.OPEN)
        append_to_list(meeting, by=by)
    return _take_step(meeting, Meeting.State.OPEN, by=by)


@transaction.atomic
def close_meeting(
    meeting: Meeting, *, unmarked: str, at: datetime, by: User
) -> Meeting:
    """End the meeting and lock its marks; nothing is filled in without being asked.

    unmarked says what becomes of rows not marked: ABSENT (without known reason) or
    NOT_MARKED (stay so); "" is refused while there are any. Raises ValidationError
    before the day, or while it is not said who came for whom.
    """
    meeting = lock_meeting(meeting)
    _require_step(meeting, Meeting.State.CLOSED)
    if meeting.held_on > timezone.localdate(at):
        raise ValidationError("Chưa đến ngày họp, chưa kết thúc được kỳ họp.")
    if count := len(unclear_representatives(meeting)):
        raise ValidationError(
            f"Còn {count} đồng chí cử người dự thay chưa ghi rõ người dự thay."
        )
    left = meeting.attendances.filter(is_due=True, status=Attendance.Status.NOT_MARKED)
    numbers = list(left.order_by("number").values_list("number", flat=True))
    if numbers and unmarked not in {
        Attendance.Status.ABSENT,
        Attendance.Status.NOT_MARKED,
    }:
        raise ValidationError(
            f"Còn {len(numbers)} đồng chí chưa điểm danh; đồng chí chọn cách ghi."
        )
    if unmarked == Attendance.Status.ABSENT:
        left.update(status=unmarked, version=F("version") + 1)
    return _take_step(
        meeting,
        Meeting.State.CLOSED,
        by=by,
        closed_at=at,
        facts={"unmarked": unmarked if numbers else "", "numbers": numbers},
    )


@transaction.atomic
def record_not_held(meeting: Meeting, *, reason: str, by: User) -> Meeting:
    """“Không tổ chức được”: the unit says why; it is no member's fault."""
    meeting = lock_meeting(meeting)
    _require_step(meeting, Meeting.State.NOT_HELD)
    if not reason.strip():
        raise ValidationError("Đồng chí ghi lý do không tổ chức được kỳ họp.")
    return _take_step(
        meeting, Meeting.State.NOT_HELD, by=by, not_held_reason=reason.strip()
    )


def lock_meeting(meeting: Meeting) -> Meeting:
    """The stored row, held until the transaction ends: one writer per meeting.

    Whoever changes rows of a meeting holds it first, so that marks, list and state
    cannot change under each other and no two writers wait for one another.
    """
    stored = Meeting.objects.select_related("committee")
    return stored.select_for_update(no_key=True, of=("self",)).get(pk=meeting.pk)


def _require_step(meeting: Meeting, state: Meeting.State) -> None:
    if state not in Meeting.STEPS[Meeting.State(meeting.state)]:
        raise ValidationError(
            f"Kỳ họp đang ở bước “{meeting.get_state_display()}”, "
            f"không chuyển sang “{state.label}” được."
        )


def _take_step(meeting, state, *, by, count=None, facts=None, **values) -> Meeting:
    before = meeting.state
    meeting.state = state
    for name, value in values.items():
        setattr(meeting, name, value)
    save_versioned(meeting, fields=["state", *values], version=meeting.version)
    record(
        Action.STEP,
        meeting,
        by=by,
        committee_code=meeting.committee.code,
        count=count,
        facts={"from": before, "to": state, **(facts or {})},
    )
    return meeting


def _rows(meeting: Meeting, placements, *, first_number: int) -> list[Attendance]:
    return [
        Attendance(
            meeting=meeting,
            registration=place.registration,
            member=place.registration.member,
            number=number,
            ward_id=place.ward_id,
            cell_id=place.cell_id,
            workplace_id=place.workplace_id,
        )
        for number, place in enumerate(placements, first_number)
    ]


def _change_due(rows, due) -> int:
    """Note who is no longer due, and who is again; returns how many left."""
    unmarked = [row for row in rows if row.status == Attendance.Status.NOT_MARKED]
    gone = [row.pk for row in unmarked if row.is_due and row.registration_id not in due]
    back = [row.pk for row in rows if not row.is_due and row.registration_id in due]
    for keys, is_due in ((gone, False), (back, True)):
        if keys:
            Attendance.objects.filter(pk__in=keys).update(
                is_due=is_due, version=F("version") + 1
            )
    return len(gone)
