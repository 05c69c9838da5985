from django.core.exceptions import ValidationError
from django.dispatch import receiver

from members.signals import units_reorganised
from residence.models import Attendance, Meeting

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
