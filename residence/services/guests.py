"""“Dự”: an exempt member who comes all the same, outside n/N (HD 33, kind 1.1)."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from members.models import Placement, User
from party76.audit.models import Action
from party76.audit.services import record
from residence.models import Attendance, Meeting
from residence.queries.guests import possible_guests
from residence.services.meetings import lock_meeting


@transaction.atomic
def note_guest(meeting: Meeting, *, place: Placement, by: User) -> Attendance:
    """Add a row with the mark “có mặt” that counts in no percentage.

    Raises ValidationError unless the meeting is under way and he is exempt that day.
    """
    meeting = lock_meeting(meeting)
    if meeting.state != Meeting.State.OPEN:
        raise ValidationError("Chỉ ghi được người đến dự khi kỳ họp đang diễn ra.")
    if not possible_guests(meeting).filter(pk=place.pk).exists():
        raise ValidationError(
            "Đồng chí này đã có trên danh sách, hoặc không thuộc diện miễn sinh hoạt vào "
            "ngày họp."
        )
    last = meeting.attendances.aggregate(last=Max("number"))["last"] or 0
    row = Attendance.objects.create(
        meeting=meeting,
        registration=place.registration,
        member=place.registration.member,
        number=last + 1,
        ward=place.ward,
        cell=place.cell,
        workplace=place.workplace,
        status=Attendance.Status.PRESENT,
        is_due=False,
    )
    record(
        Action.UPDATE,
        meeting,
        by=by,
        committee_code=meeting.committee.code,
        facts={"guest": row.pk, "number": row.number},
    )
    return row
