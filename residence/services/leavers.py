"""Who died, left, or went to another workplace is taken off what has not happened yet."""

from collections import Counter
from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import F

from members.models import Placement, User
from party76.audit.models import Action
from party76.audit.services import record_many
from residence.models import AdvanceExcuse, Attendance, Meeting, Notice, NoticeItem
from residence.services.meetings import put_on_list

_COMING = [Meeting.State.LISTED, Meeting.State.OPEN]


@transaction.atomic
def take_off_lists(members: Collection[int], *, on: date, by: User) -> None:
    """Remove the unmarked rows of these members from meetings on or after a day.

    Who stands in for somebody on the sheet keeps the row, no longer due. What was
    marked or is closed stays as it happened. A constant number of statements.
    """
    coming = Meeting.objects.filter(
        state__in=_COMING, held_on__gte=on, attendances__member__in=members
    )
    keys = list(coming.order_by("pk").values_list("pk", flat=True).distinct())
    if not keys:
        return
    # One writer per meeting, as lock_meeting has it.
    held = Meeting.objects.filter(pk__in=keys).select_related("committee")
    meetings = list(held.order_by("pk").select_for_update(no_key=True, of=("self",)))
    rows = Attendance.objects.filter(
        meeting__in=meetings,
        member__in=members,
        status=Attendance.Status.NOT_MARKED,
    )
    taken = Counter(rows.values_list("meeting_id", flat=True))
    AdvanceExcuse.objects.filter(
        meeting__in=meetings, registration__in=rows.values("registration")
    ).delete()
    rows.filter(stands_in_for__isnull=False).update(
        is_due=False, version=F("version") + 1
    )
    rows.filter(stands_in_for=None).delete()
    events = (
        (meeting, meeting.committee.code, {"taken_off": taken[meeting.pk]})
        for meeting in meetings
        if taken[meeting.pk]
    )
    record_many(Action.UPDATE, events, by=by)


@transaction.atomic
def put_back_on_lists(member: int, *, on: date, by: User) -> None:
    """List somebody again at the meetings of his units that were listed and lie ahead;
    what others are listed for stays as it is."""
    coming = Meeting.objects.filter(
        state__in=_COMING,
        held_on__gte=on,
        committee__in=_units_of(member),
    )
    for meeting in coming.select_related("committee").order_by("pk"):
        put_on_list(meeting, member, by=by)


def _units_of(member: int) -> set[int]:
    """The ward and the cell where the member is placed now."""
    placed = Placement.objects.filter(registration__member=member, valid_to=None)
    pairs = placed.values_list("ward_id", "cell_id")
    return {unit for pair in pairs for unit in pair if unit is not None}


@transaction.atomic
def take_out_of_drafts(members: Collection[int], *, by: User) -> None:
    """Strike these members from notices not sent yet; a notice on nobody is withdrawn."""
    items = NoticeItem.objects.filter(
        member__in=members, notice__state=Notice.State.DRAFT
    )
    keys = sorted(set(items.values_list("notice_id", flat=True)))
    if not keys:
        return
    drafts = Notice.objects.filter(pk__in=keys).select_related("committee")
    notices = list(drafts.order_by("pk").select_for_update(of=("self",)))
    items.delete()
    left = set(
        NoticeItem.objects.filter(notice__in=notices).values_list(
            "notice_id", flat=True
        )
    )
    empty = [notice for notice in notices if notice.pk not in left]
    Notice.objects.filter(pk__in=[notice.pk for notice in empty]).update(
        state=Notice.State.WITHDRAWN, version=F("version") + 1
    )
    events = (
        (
            notice,
            notice.committee.code,
            {"struck_out": True, "withdrawn": notice in empty},
        )
        for notice in notices
    )
    record_many(Action.UPDATE, events, by=by)
