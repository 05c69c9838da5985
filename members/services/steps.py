"""One step of a stay, allowed, written and recorded."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet

from members.models import Committee, Kind, Member, Registration, User
from members.queries.letters import state_in_words
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.versions import save_versioned

State = Registration.State
RUNNING = [State.DRAFT, State.SENT, State.LETTER_ASKED, State.RECEIVED]
# Who is introduced nowhere any more, and the sentence that says so. Whoever left may
# come back: a letter is the way, and its receipt puts him on the list again.
GONE: dict[str, str] = {
    Member.Status.DEAD: "Đồng chí này đã từ trần.",
    Member.Status.MERGED: "Hồ sơ này đã ghép vào hồ sơ khác của cùng một người.",
}


def take_step(
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
        # The caller has put its own days on the object; the stored ones are told.
        raise ValidationError(
            state_in_words(Registration.objects.get(pk=registration.pk))
        )
    registration.state = to
    save_versioned(registration, fields=["state", *fields], version=version)
    record_stay(Action.STEP, registration, by=by, facts={"from": before, "to": to})
    return registration


def held_state(registration: Registration) -> State:
    """The state as it is stored, held until the end.

    For what hangs on a stay without changing it: nobody ends the stay meanwhile.
    """
    rows = Registration.objects.select_for_update(no_key=True)
    return State(rows.values_list("state", flat=True).get(pk=registration.pk))


def hold_members(members: Collection[int]) -> None:
    """These members and all their stays, held until the end.

    Always the member first, then the stays: whoever introduces, receives or ends at the
    same moment waits, and no two wait for one another.
    """
    rows = Member.objects.filter(pk__in=members).order_by("pk")
    stays = Registration.objects.filter(member__in=members).order_by("pk")
    for held in (rows, stays):
        list(held.select_for_update(no_key=True).values_list("pk"))


def can_run_again(registration: Registration) -> bool:
    """Whether what a stay belonged to is still there, before an end is taken back."""
    stay = registration
    units = [stay.ward, stay.workplace, *([stay.cell] if stay.cell else [])]
    is_within = stay.place.path.startswith(stay.ward.path)
    return is_within and not any(unit.is_closed for unit in units)


def record_stay(
    action: Action,
    registration: Registration,
    *,
    by: User,
    facts: dict[str, Any] | None = None,
) -> None:
    """One audit event about a stay, with its member."""
    record(
        action,
        registration,
        by=by,
        committee_code=registration.place.code,
        facts={"member": registration.member_id, **(facts or {})},
    )


def check_can_be_introduced(member: Member, ward: Committee) -> None:
    """Raise ValidationError for a dead member, a unit that receives nobody, or a stay or
    letter in the way."""
    # Two who introduce one member at once wait for one another here.
    rows = Member.objects.select_for_update(no_key=True)
    held = rows.only("status", "workplace").get(pk=member.pk)
    if sentence := GONE.get(held.status, ""):
        raise ValidationError(sentence)
    if held.workplace_id != member.workplace_id:
        raise ValidationError(
            "Đồng chí này vừa chuyển nơi công tác. Đồng chí tải lại trang rồi làm lại."
        )
    if ward.kind != Kind.WARD or ward.is_closed:
        raise ValidationError(
            {
                "ward": f"{ward} không tiếp nhận đảng viên giữ mối liên hệ. Đồng chí chọn "
                "đảng ủy xã, phường, thị trấn hoặc đặc khu đang hoạt động."
            }
        )
    running = member.registrations.filter(state__in=RUNNING)
    if running.filter(ward=ward, state=State.LETTER_ASKED).exists():
        raise ValidationError(
            f"{ward} đã ghi đồng chí này đang cư trú và đề nghị giới thiệu. Nơi công tác "
            "gửi ngay giấy giới thiệu, nơi cư trú tiếp nhận trên đề nghị đó."
        )
    check_no_other_letter(member)
    if running.filter(ward=ward).exists():
        raise ValidationError(f"Đồng chí này đang được {ward} theo dõi.")


def check_no_other_letter(member: Member, besides: Registration | None = None) -> None:
    """Raise ValidationError while a letter, besides this one, is under way."""
    letters = member.registrations.filter(state__in=[State.DRAFT, State.SENT])
    if letters.exclude(pk=besides.pk if besides else None).exists():
        raise ValidationError(
            "Đồng chí này có một giấy giới thiệu khác chưa được tiếp nhận."
        )


def stays_in_the_way(
    members: Collection[int], *, on: date, besides: Collection[int | None] = ()
) -> QuerySet[Registration]:
    """Stays at which these members still are on a day on which they shall be received.

    besides are the stays that are to be received. What ended on the day on which it
    began held on no day.
    """
    held_later = Q(ended_on__gt=on) & ~Q(ended_on=F("received_on"))
    still_here = Q(state=State.RECEIVED) | held_later
    stays = Registration.objects.filter(still_here, member__in=members)
    others = stays.exclude(pk__in=[pk for pk in besides if pk])
    return others.order_by(F("ended_on").desc(nulls_first=True), "pk")


def why_not_received(other: Registration) -> str:
    """What a stay in the way says, after “Đồng chí …”."""
    if other.ended_on is None:
        return f"đang được {other.ward} tiếp nhận. Nơi đó cần kết thúc việc theo dõi trước."
    return (
        f"đã được {other.ward} theo dõi đến trước ngày {other.ended_on:%d/%m/%Y}; ngày tiếp "
        "nhận không được trước ngày ấy."
    )


def check_cell(ward: Committee, cell: Committee | None) -> None:
    """Raise ValidationError for a cell that is closed or of another ward."""
    if cell is None:
        return
    if not cell.path.startswith(ward.path) or cell == ward or cell.is_closed:
        raise ValidationError(
            {"cell": f"{cell} không phải là chi bộ đang hoạt động của {ward}."}
        )
