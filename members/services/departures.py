"""Off the workplace's list: who retired or left before any residence received him."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from members.models import Member, Registration, User
from members.services.leaving import LEAVES, leave
from members.services.persons import check_not_in_future
from members.services.steps import RUNNING
from members.services.tree_lock import hold_tree
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.versions import Conflict


@transaction.atomic
def take_off_list(
    member: Member, *, reason: str, on: date, number: str = "", version: int, by: User
) -> Member:
    """Let a member leave for good for one of LEAVES, from a day on; letters are given up.

    Raises ValidationError for another reason, a day to come, who is followed no more, or
    whom a residence has received (it ends the stay); Conflict when changed meanwhile.
    """
    check_not_in_future(on, "Ngày ra khỏi danh sách")
    if reason not in LEAVES:
        raise ValidationError("Lý do này không đưa đồng chí ra khỏi danh sách.")
    hold_tree()
    held = _held(member, version)
    leave([held], reason=reason, on=on, by=by)
    record(
        Action.UPDATE,
        held,
        by=by,
        committee_code=held.workplace.code,
        facts={"reason": reason, "on": on.isoformat(), "number": number},
    )
    return held


def _held(member: Member, version: int) -> Member:
    """The member and all that runs for him, held, so that nobody receives meanwhile."""
    rows = Member.objects.select_related("workplace")
    held = rows.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    if held.status != Member.Status.ACTIVE:
        raise ValidationError("Đồng chí này không còn trong danh sách đang sinh hoạt.")
    if held.version != version:
        raise Conflict(held.version, [], str(held))
    stays = held.registrations.filter(state__in=RUNNING).select_related("ward")
    for stay in stays.select_for_update(of=("self",), no_key=True).order_by("pk"):
        if stay.state == Registration.State.RECEIVED:
            raise ValidationError(
                f"{stay.ward} đang theo dõi đồng chí này. Nơi đó kết thúc theo dõi với lý "
                "do ấy thì đồng chí này ra khỏi danh sách."
            )
    return held
