from django.core.exceptions import ValidationError
from django.dispatch import receiver

from members.signals import (
    member_left,
    member_returned,
    members_merged,
    members_merging,
    stays_passed,
    units_reorganised,
    workplace_changed,
)
from residence.models import Attendance, Meeting, Notice, NoticeItem
from residence.services.leavers import (
    put_back_on_lists,
    take_off_lists,
    take_out_of_drafts,
)
from residence.services.merging import follow_stays, list_once
from residence.services.succession import move_notices

_NOT_OVER = [Meeting.State.PLANNED, Meeting.State.LISTED, Meeting.State.OPEN]


@receiver(units_reorganised)
def move_coming_meetings(sender, reform, ledger, **kwargs):
    """Meetings that are not over are held by the heir; what was held stays where it was.

    Rows of a list made for a day under the new tree say where people stand then.
    """
    meetings = Meeting.objects.filter(
        committee__in=sorted(reform.closed), state__in=_NOT_OVER
    )
    for meeting in ledger.hold(meetings.order_by("pk")):
        heir = reform.closed[meeting.committee_id]
        if heir is None:
            raise ValidationError(
                f"{reform.unit(meeting.committee_id)} còn kỳ họp chưa kết thúc (ngày "
                f"{meeting.held_on:%d/%m/%Y}) nhưng chưa có đơn vị kế tục."
            )
        meeting.committee_id = heir
    count = ledger.write(Meeting)
    _move_lists(reform, ledger)
    return {"meetings": count}


@receiver(units_reorganised)
def move_unanswered_notices(sender, reform, ledger, **kwargs):
    """What a workplace has not answered yet, its heir answers, to the heir of the ward."""
    return {"notices": move_notices(reform, ledger)}


def _move_lists(reform, ledger):
    rows = Attendance.objects.filter(
        meeting__state__in=_NOT_OVER, meeting__held_on__gte=reform.on
    ).filter(reform.concerns())
    days = dict(rows.values_list("pk", "meeting__held_on"))
    for row in ledger.hold(rows.order_by("pk")):
        standing = reform.standing_where_there_is_one(
            row.registration_id,
            row.member_id,
            row.ward_id,
            row.cell_id,
            row.workplace_id,
            day=days[row.pk],
        )
        if standing is not None:
            row.ward_id, row.cell_id = standing.ward_id, standing.cell_id
            row.workplace_id = standing.workplace_id
    ledger.write(Attendance)


@receiver(member_left)
def forget_who_left(sender, members, on, by, **kwargs):
    """No invitation, no mark and no notice follows a death or leaving for good."""
    take_off_lists(members, on=on, by=by)
    take_out_of_drafts(members, by=by)


@receiver(member_returned)
def list_again(sender, member, on, by, **kwargs):
    """A death typed by mistake: the member is due again at the meetings ahead."""
    put_back_on_lists(member, on=on, by=by)


@receiver(workplace_changed)
def strike_out_of_drafts(sender, members, by, **kwargs):
    """A notice to the old workplace that was not sent yet no longer names them."""
    take_out_of_drafts(members, by=by)


@receiver(members_merging)
def settle_drafts_first(sender, kept, moved, **kwargs):
    """A notice being written to the old workplace speaks of somebody who works elsewhere
    once the two records are one."""
    stays = [stay.pk for stay in moved if stay.workplace_id != kept.workplace_id]
    drafts = NoticeItem.objects.filter(
        registration__in=stays, notice__state=Notice.State.DRAFT
    ).exclude(notice__workplace=kept.workplace_id)
    if not drafts.exists():
        return []
    return [
        (
            "Nơi cư trú đang soạn thông báo gửi nơi công tác cũ về đồng chí này. Đồng chí gửi "
            "hoặc rút thông báo đó trước khi ghép."
        )
    ]


@receiver(stays_passed)
def follow_the_stay(sender, stays, to, **kwargs):
    """Whose mark and whose line it is, the stay says."""
    follow_stays(stays, to=to)


@receiver(members_merged)
def list_one_stay(sender, ended, on, ledger, **kwargs):
    """The second stay at one ward is on no list of a meeting ahead."""
    list_once(ended, on=on, ledger=ledger)
