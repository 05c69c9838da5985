"""A member goes over to another workplace; the residence keeps its stay."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from members.models import Committee, Member, Placement, Registration, User
from members.services.corrections import pass_on_requests
from members.services.persons import check_not_in_future
from members.services.placements import move_placement
from members.services.tree_lock import hold_tree
from members.signals import workplace_changed
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.versions import save_versioned


@transaction.atomic
def change_workplace(
    member: Member, *, workplace: Committee, on: date, version: int, by: User
) -> Member:
    """Let a member belong to another workplace from a day; the stay goes on.

    Raises ValidationError for who died or left, while a letter of the old workplace is
    under way, for a closed unit or a day to come, and Conflict when somebody else saved
    first.
    """
    hold_tree(workplace)
    _check_workplace_change(member, workplace, on)
    before = member.workplace
    member.workplace = workplace
    save_versioned(member, fields=["workplace"], version=version)
    running = member.registrations.filter(
        state__in=[Registration.State.RECEIVED, Registration.State.LETTER_ASKED]
    )
    for registration in running.select_related("ward", "cell"):
        registration.workplace = workplace
        move_placement(
            registration,
            on=on,
            cause=Placement.Cause.WORKPLACE_CHANGED,
            version=registration.version,
        )
    pass_on_requests(member, to=workplace, about_dwelling=False)
    record(
        Action.UPDATE,
        member,
        by=by,
        committee_code=workplace.code,
        facts={"from": before.code, "to": workplace.code, "on": on.isoformat()},
    )
    workplace_changed.send(sender=Member, members=[member.pk], by=by)
    return member


def _check_workplace_change(member: Member, workplace: Committee, on: date) -> None:
    check_not_in_future(on, "Ngày chuyển nơi công tác")
    if workplace.is_closed:
        raise ValidationError(f"{workplace} đã kết thúc hoạt động.")
    if workplace.pk == member.workplace_id:
        raise ValidationError("Nơi công tác mới trùng với nơi công tác hiện nay.")
    # Who writes a letter for him at this moment is waited for, and waits for this.
    rows = Member.objects.select_for_update(no_key=True)
    held = rows.only("status").get(pk=member.pk)
    if held.status != Member.Status.ACTIVE:
        raise ValidationError(
            f"Đồng chí này {held.get_status_display().lower()}, không chuyển nơi công "
            "tác được."
        )
    letters = member.registrations.filter(
        state__in=[Registration.State.DRAFT, Registration.State.SENT]
    )
    if letters.exists():
        raise ValidationError(
            "Đồng chí này có giấy giới thiệu chưa được tiếp nhận. Nơi công tác hiện nay "
            "cần rút giấy giới thiệu trước khi chuyển."
        )
