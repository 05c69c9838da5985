"""Steps that many take at once: all or nothing, in as many statements for 500 as for one.

What stands in the way of whom is told for all of them together, as the sentences of one
ValidationError; nothing is written before there is none.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from members.models import Committee, EndReason, Member, Placement, Registration, User
from members.queries.days import first_day_at, standing_since
from members.services.corrections import pass_on_requests_of
from members.services.leaving import close_what_waits, leave
from members.services.persons import check_not_in_future, identity_of
from members.services.placements import new_placement
from members.services.stays import END_FIELDS, check_moved_to, put_end
from members.services.steps import (
    GONE,
    check_cell,
    hold_members,
    stays_in_the_way,
    why_not_received,
)
from members.services.tree_lock import hold_tree
from party76.audit.models import Action
from party76.audit.services import record_many

State = Registration.State
Tell = Callable[[str, int], None]
_BATCH = 1_000


@dataclass(frozen=True)
class Line:
    """One stay of a batch: the edition that was looked at, and what is its own."""

    pk: int
    version: int
    cell: Committee | None = None
    number: str = ""


class Obstacles:
    """What stands in the way of whom."""

    def __init__(self) -> None:
        self._sentences: list[str] = []

    def add(self, name: str, sentence: str) -> None:
        self._sentences.append(f"Đồng chí {name}: {sentence}")

    def say(self, sentence: str) -> None:
        self._sentences.append(sentence)

    def compare(self, found: Sized, chosen: Sized) -> None:
        """Nobody was chosen, or who was chosen is no longer there."""
        if not chosen:
            self.say("Đồng chí chưa chọn ai.")
        elif len(found) < len(chosen):
            self.say("Có dòng đã chọn không còn nữa. Đồng chí chọn lại.")

    def refuse(self) -> None:
        """Raise one ValidationError with all sentences, if there are any."""
        if self._sentences:
            raise ValidationError(self._sentences)


def tell_nobody(text: str, share: int) -> None:
    """Where nobody waits for the progress."""


@transaction.atomic
def receive_letters(
    lines: Sequence[Line], *, on: date, by: User, tell: Tell = tell_nobody
) -> list[Registration]:
    """Receive many members by their letters, each in its cell, with its number.

    Raises ValidationError with a sentence for each who is received elsewhere, or was on
    that day, whose letter has changed meanwhile, or whose cell is closed or another ward's.
    """
    check_not_in_future(on, "Ngày tiếp nhận")
    tell("Đang kiểm tra", 10)
    hold_tree(*(line.cell for line in lines))
    stays, obstacles = held(lines, State.RECEIVED)
    _find_received_elsewhere(stays, on, obstacles)
    own = {line.pk: line for line in lines}
    for stay in stays:
        line = own[stay.pk]
        try:
            check_cell(stay.ward, line.cell)
        except ValidationError as error:
            obstacles.add(stay.member.full_name, " ".join(error.messages))
        stay.cell, stay.receipt_number = line.cell, line.number
        stay.received_on = on
    obstacles.refuse()
    tell("Đang ghi tiếp nhận", 40)
    fields = ["received_on", "cell", "receipt_number"]
    take_steps(stays, State.RECEIVED, fields, by=by)
    _place_received(stays, on)
    _return_to_list(stays)
    tell("Xong", 100)
    return stays


@transaction.atomic
def return_letters(
    lines: Sequence[Line], *, reason: str, by: User, tell: Tell = tell_nobody
) -> list[Registration]:
    """Send many letters back to their workplaces with one reason; raises as above."""
    tell("Đang kiểm tra", 10)
    stays, obstacles = held(lines, State.RETURNED)
    obstacles.refuse()
    for stay in stays:
        stay.return_reason = reason
        stay.identity_at_end = identity_of(stay.member)
    fields = ["return_reason", "identity_at_end"]
    take_steps(stays, State.RETURNED, fields, by=by)
    tell("Xong", 100)
    return stays


@transaction.atomic
def assign_cells(
    lines: Sequence[Line],
    *,
    cell: Committee,
    on: date,
    by: User,
    tell: Tell = tell_nobody,
) -> list[Registration]:
    """Pass many received members to one cell of their ward from a day on.

    Raises ValidationError with a sentence for each who is no longer received, is in
    that cell already, or came to the present one only later.
    """
    check_not_in_future(on, "Ngày chuyển")
    tell("Đang kiểm tra", 10)
    hold_tree(cell)
    stays, obstacles = held(lines, None)
    since = standing_since([cell.pk])
    begun = _open_placements(stays)
    for stay in stays:
        if sentence := _no_way_to_cell(stay, cell, on, since, begun.get(stay.pk)):
            obstacles.add(stay.member.full_name, sentence)
    obstacles.refuse()
    tell("Đang chuyển chi bộ", 40)
    keys = [stay.pk for stay in stays]
    Registration.objects.filter(pk__in=keys).update(cell=cell, version=F("version") + 1)
    for stay in stays:
        stay.cell, stay.version = cell, stay.version + 1
    _move_placements(stays, on, Placement.Cause.CELL_CHANGED)
    pass_on_requests_of(
        [stay.member_id for stay in stays], to=cell, about_dwelling=True
    )
    facts = {"cell": cell.code, "on": on.isoformat()}
    record_stays(Action.UPDATE, ((stay, facts) for stay in stays), by=by)
    tell("Xong", 100)
    return stays


@transaction.atomic
def end_stays(
    lines: Sequence[Line],
    *,
    on: date,
    reason: str,
    number: str = "",
    moved_to: Committee | None = None,
    by: User,
    tell: Tell = tell_nobody,
) -> list[Registration]:
    """End many stays for one reason, on one day, by one document; moved_to is the ward
    to which they all moved.

    Raises ValidationError with a sentence for each who is no longer received, came only
    later or lives in that ward; a death is nothing that is typed for many.
    """
    check_not_in_future(on, "Ngày kết thúc")
    if reason == EndReason.DIED:
        raise ValidationError("Từ trần thì ghi riêng từng đồng chí.")
    check_moved_to(moved_to, reason)
    tell("Đang kiểm tra", 10)
    keys = [line.pk for line in lines]
    people = Registration.objects.filter(pk__in=keys)
    hold_members(people.values_list("member_id", flat=True))
    stays, obstacles = held(lines, State.ENDED)
    _find_no_end(stays, on, moved_to, obstacles)
    obstacles.refuse()
    tell("Đang kết thúc theo dõi", 40)
    _close_placements(stays, on)
    for stay in stays:
        put_end(stay, on=on, reason=reason, number=number, moved_to=moved_to)
    take_steps(stays, State.ENDED, END_FIELDS, by=by)
    close_what_waits(stays, reason=reason, by=by)
    members = [stay.member for stay in stays]
    leave(members, reason=reason, on=on, ended=stays, by=by)
    tell("Xong", 100)
    return stays


def held(
    lines: Sequence[Line], to: State | None
) -> tuple[list[Registration], Obstacles]:
    """The stays, held until the end, and who of them cannot take the step.

    to is the state they shall get; None for what only the received do.
    """
    obstacles = Obstacles()
    versions = {line.pk: line.version for line in lines}
    rows = Registration.objects.filter(pk__in=versions).order_by("pk")
    rows = rows.select_related("member__workplace", "ward", "cell", "workplace")
    stays = list(rows.select_for_update(of=("self",), no_key=True))
    obstacles.compare(stays, versions)
    for stay in stays:
        name, state = stay.member.full_name, State(stay.state)
        allowed = stay.is_received if to is None else to in Registration.STEPS[state]
        if stay.version != versions[stay.pk]:
            obstacles.add(
                name,
                f"vừa có người khác xử lý, nay ở tình trạng “{state.label}”. Đồng chí "
                "chọn lại.",
            )
        elif not allowed:
            obstacles.add(name, f"đang ở tình trạng “{state.label}”.")
        elif to == State.RECEIVED and stay.member.status in GONE:
            obstacles.add(name, stay.member.get_status_display().lower() + ".")
    if to in {State.SENT, State.RECEIVED}:
        _find_chosen_twice(stays, obstacles)
    return stays, obstacles


def _find_chosen_twice(stays: Sequence[Registration], obstacles: Obstacles) -> None:
    """Letters of one member to two wards that became one, both in the list."""
    times = Counter(stay.member for stay in stays)
    for member, count in times.items():
        if count > 1:
            obstacles.add(
                member.full_name,
                f"có {count} giấy trong danh sách. Đồng chí chọn một giấy.",
            )


def _find_no_end(
    stays: Sequence[Registration],
    on: date,
    moved_to: Committee | None,
    obstacles: Obstacles,
) -> None:
    """Whose stay began only later, and who lives already where all are to move."""
    begun = _open_placements(stays)
    for stay in stays:
        days = [day for day in (stay.received_on, begun.get(stay.pk)) if day]
        first = max(days, default=on)  # who was never received is told of that above
        if on < first:
            obstacles.add(
                stay.member.full_name,
                f"ngày kết thúc không được trước ngày {first:%d/%m/%Y}, là ngày tiếp "
                "nhận hoặc ngày về chi bộ hiện nay.",
            )
        if moved_to is not None and moved_to.pk == stay.ward_id:
            obstacles.add(
                stay.member.full_name,
                f"đang ở {moved_to} rồi, chọn nơi cư trú mới khác.",
            )


def _find_received_elsewhere(
    stays: Sequence[Registration], on: date, obstacles: Obstacles
) -> None:
    members = {stay.member_id: stay.member for stay in stays}
    others = stays_in_the_way(members, on=on, besides=[stay.pk for stay in stays])
    for other in others.select_related("ward"):
        obstacles.add(members[other.member_id].full_name, why_not_received(other))


def _no_way_to_cell(stay, cell: Committee, on: date, since, begun) -> str:
    """Why somebody cannot go to the cell on that day; "" when he can."""
    try:
        check_cell(stay.ward, cell)
    except ValidationError as error:
        return " ".join(error.messages)
    if stay.cell_id == cell.pk:
        return f"đang sinh hoạt tại {cell} rồi."
    if begun and on < begun:
        return (
            f"ngày chuyển không được trước ngày {begun:%d/%m/%Y}, là ngày bắt đầu của "
            "lần sắp xếp hiện nay."
        )
    first = first_day_at(stay.ward, cell, on, since)
    if on < first:
        return f"{cell} hoạt động trong {stay.ward} từ ngày {first:%d/%m/%Y}."
    return ""


def take_steps(
    stays: Sequence[Registration], to: State, fields: list[str], *, by: User
) -> None:
    before = {stay.pk: stay.state for stay in stays}
    for stay in stays:
        stay.state = to
        stay.version += 1
    Registration.objects.bulk_update(stays, ["state", "version", *fields], _BATCH)
    steps = ((stay, {"from": before[stay.pk], "to": to}) for stay in stays)
    record_stays(Action.STEP, steps, by=by)


def _place_received(stays: Sequence[Registration], on: date) -> None:
    """A placement for each, as begin_placement makes one."""
    since = standing_since({stay.cell.pk for stay in stays if stay.cell})
    cause = Placement.Cause.RECEIVED
    rows = [
        new_placement(
            stay, on=first_day_at(stay.ward, stay.cell, on, since), cause=cause
        )
        for stay in stays
    ]
    Placement.objects.bulk_create(rows, batch_size=_BATCH)


def _open_placements(stays: Sequence[Registration]) -> dict[int, date]:
    """{stay: since when it is where it is}."""
    open_ones = Placement.objects.filter(registration__in=stays, valid_to=None)
    return dict(open_ones.values_list("registration_id", "valid_from"))


def _close_placements(stays: Sequence[Registration], on: date) -> None:
    open_ones = Placement.objects.filter(registration__in=stays, valid_to=None)
    open_ones.update(valid_to=on)


def _move_placements(stays: Sequence[Registration], on: date, cause: str) -> None:
    _close_placements(stays, on)
    rows = [new_placement(stay, on=on, cause=cause) for stay in stays]
    Placement.objects.bulk_create(rows, batch_size=_BATCH)


def _return_to_list(stays: Sequence[Registration]) -> None:
    left = [s.member_id for s in stays if s.member.status == Member.Status.LEFT]
    Member.objects.filter(pk__in=left).update(
        status=Member.Status.ACTIVE, version=F("version") + 1
    )


def record_stays(
    action: Action,
    stays: Iterable[tuple[Registration, dict[str, Any]]],
    *,
    by: User,
) -> None:
    events = (
        (stay, stay.place.code, {"member": stay.member_id, **facts})
        for stay, facts in stays
    )
    record_many(action, events, by=by)
