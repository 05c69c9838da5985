"""Many members go over to another workplace at once: a body is merged or divided."""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from members.models import Committee, Member, Placement, Registration, User
from members.queries.days import first_day_at, standing_since
from members.services.corrections import pass_on_requests_of
from members.services.persons import check_not_in_future
from members.services.placements import new_placement
from members.services.stay_batches import Obstacles, Tell, tell_nobody
from members.services.tree_lock import hold_tree
from members.signals import workplace_changed
from party76.audit.models import Action
from party76.audit.services import record_many

State = Registration.State
_BATCH = 1_000


@transaction.atomic
def transfer_members(
    versions: Mapping[int, int],
    *,
    workplace: Committee,
    on: date,
    number: str = "",
    by: User,
    tell: Tell = tell_nobody,
) -> list[Member]:
    """Let many members, {key: version}, belong to another workplace from a day on.

    Their stays go on where they live. All or nothing: raises one ValidationError with a
    sentence for each who has changed, has a letter under way or whose place began later.
    """
    check_not_in_future(on, "Ngày chuyển nơi công tác")
    _check_workplace(workplace, on)
    tell("Đang kiểm tra", 10)
    hold_tree(workplace)
    members = _held(versions)
    stays = _running_stays(members)
    obstacles = Obstacles()
    _find_changed(members, versions, workplace, obstacles)
    _find_letters(members, obstacles)
    _find_later(stays, on, obstacles)
    obstacles.compare(members, versions)
    obstacles.refuse()
    tell("Đang chuyển nơi công tác", 40)
    before = {member.pk: member.workplace.code for member in members}
    _move(members, stays, workplace, on)
    record_many(
        Action.UPDATE,
        (
            (
                member,
                workplace.code,
                {
                    "from": before[member.pk],
                    "to": workplace.code,
                    "on": on.isoformat(),
                    "number": number,
                },
            )
            for member in members
        ),
        by=by,
    )
    keys = [member.pk for member in members]
    workplace_changed.send(sender=Member, members=keys, by=by)
    tell("Xong", 100)
    return members


def _check_workplace(workplace: Committee, on: date) -> None:
    if workplace.is_closed:
        raise ValidationError({"workplace": f"{workplace} đã kết thúc hoạt động."})
    if workplace.valid_from and on < workplace.valid_from:
        raise ValidationError(
            {
                "on": f"{workplace} hoạt động từ ngày {workplace.valid_from:%d/%m/%Y}; "
                "ngày chuyển không được trước ngày ấy."
            }
        )


def _held(versions: Mapping[int, int]) -> list[Member]:
    rows = Member.objects.filter(pk__in=versions).select_related("workplace")
    rows = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    return list(rows)


def _running_stays(members: list[Member]) -> list[Registration]:
    rows = Registration.objects.filter(
        member__in=members, state__in=[State.RECEIVED, State.LETTER_ASKED]
    )
    rows = rows.select_related("member", "ward", "cell", "workplace").order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def _find_changed(
    members: list[Member],
    versions: Mapping[int, int],
    workplace: Committee,
    obstacles: Obstacles,
) -> None:
    for member in members:
        if member.version != versions[member.pk]:
            obstacles.add(
                member.full_name, "hồ sơ vừa có người khác sửa. Đồng chí chọn lại."
            )
        elif member.status != Member.Status.ACTIVE:
            obstacles.add(member.full_name, f"{member.get_status_display().lower()}.")
        elif member.workplace_id == workplace.pk:
            obstacles.add(member.full_name, f"đang công tác tại {workplace} rồi.")


def _find_letters(members: list[Member], obstacles: Obstacles) -> None:
    letters = Registration.objects.filter(
        member__in=members, state__in=[State.DRAFT, State.SENT]
    )
    for letter in letters.select_related("member", "ward").order_by("pk"):
        obstacles.add(
            letter.member.full_name,
            f"có giấy giới thiệu về {letter.ward} chưa được tiếp nhận. Đồng chí rút giấy "
            "đó trước khi chuyển.",
        )


def _find_later(stays: list[Registration], on: date, obstacles: Obstacles) -> None:
    open_ones = Placement.objects.filter(registration__in=stays, valid_to=None)
    begun = dict(open_ones.values_list("registration_id", "valid_from"))
    since = standing_since({stay.cell.pk for stay in stays if stay.cell})
    for stay in stays:
        first = first_day_at(stay.ward, stay.cell, begun.get(stay.pk, on), since)
        if on < first:
            obstacles.add(
                stay.member.full_name,
                f"ngày chuyển không được trước ngày {first:%d/%m/%Y}, là ngày bắt đầu "
                f"của lần sắp xếp hiện nay tại {stay.place}.",
            )


def _move(
    members: list[Member], stays: list[Registration], workplace: Committee, on: date
) -> None:
    keys = [member.pk for member in members]
    rise = {"workplace": workplace, "version": F("version") + 1}
    Member.objects.filter(pk__in=keys).update(**rise)
    Registration.objects.filter(pk__in=[stay.pk for stay in stays]).update(**rise)
    for member in members:
        member.workplace = workplace
        member.version += 1
    for stay in stays:
        stay.workplace = workplace
        stay.version += 1
    received = [stay for stay in stays if stay.is_received]
    open_ones = Placement.objects.filter(registration__in=received, valid_to=None)
    open_ones.update(valid_to=on)
    cause = Placement.Cause.WORKPLACE_CHANGED
    rows = [new_placement(stay, on=on, cause=cause) for stay in received]
    Placement.objects.bulk_create(rows, batch_size=_BATCH)
    pass_on_requests_of(keys, to=workplace, about_dwelling=False)
