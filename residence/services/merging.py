"""What meetings and notices say of somebody who had two records."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from members.services.ledger import Ledger
from residence.models import Attendance, Meeting, NoticeItem

_COMING = [Meeting.State.LISTED, Meeting.State.OPEN]


@transaction.atomic
def follow_stays(stays: Collection[int], *, to: int) -> None:
    """Marks and lines of notices belong to the member of their stay.

    No version rises: nobody who is filling in a sheet is told of a change.
    """
    marks = Attendance.objects.filter(registration__in=stays)
    marks.exclude(member=to).update(member=to)
    lines = NoticeItem.objects.filter(registration__in=stays)
    lines.exclude(member=to).update(member=to)


def list_once(ended: Collection[int], *, on: date, ledger: Ledger) -> None:
    """Who was listed twice at one ward is due once at the meetings ahead."""
    rows = Attendance.objects.filter(
        registration__in=ended,
        status=Attendance.Status.NOT_MARKED,
        meeting__state__in=_COMING,
        meeting__held_on__gte=on,
    )
    for row in ledger.hold(rows.order_by("pk")):
        row.is_due = False
    ledger.write(Attendance)
