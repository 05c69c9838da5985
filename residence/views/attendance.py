from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from members.permissions import can_run_residence
from members.queries.discretion import veil
from party76.audit.models import Action
from party76.audit.services import record
from residence.forms.attendance import AttendanceGrid, grouped_by_cell
from residence.models import Attendance, Meeting
from residence.services.marks import SavedMarks, save_marks
from residence.views.meetings import meeting_in_scope

_MARKABLE = {Meeting.State.OPEN, Meeting.State.CLOSED}
BLANK_LINES = range(10)
# Half the time of the page would go into columns that it does not show.
_SHOWN = [
    "number",
    "version",
    "status",
    "is_late",
    "is_due",
    "reason",
    "represented_by_id",
    "represented_by_name",
    "representative_relation",
    "member__full_name",
    "member__birth_date",
    "cell__name",
    "workplace__name",
    "workplace__short_name",
    "workplace__path",
]


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_attendance(request, pk):
    """Everybody due, on one page, in the order of the sheet."""
    meeting = meeting_in_scope(request, pk)
    can_mark = can_run_residence(request.user, meeting.committee)
    if request.method == "POST":
        if not can_mark:
            raise PermissionDenied
        return _save(request, meeting)
    grid = AttendanceGrid(meeting, _rows(request, meeting))
    _record_list(request, meeting, Action.LIST, len(grid.rows))
    return _page(request, meeting, grid, can_mark=can_mark)


@require_safe
def meeting_print(request, pk):
    """The numbered sheet to sign; the names as on the screen, ten lines to spare."""
    meeting = meeting_in_scope(request, pk)
    rows = _rows(request, meeting)
    _record_list(request, meeting, Action.EXPORT, len(rows))
    context = {
        "meeting": meeting,
        "superior": meeting.committee.parent,
        "groups": grouped_by_cell(rows),
        "number": len(rows),
        "blank_lines": BLANK_LINES,
    }
    return render(request, "residence/meeting_print.html", context)


def _save(request, meeting: Meeting):
    grid = AttendanceGrid(meeting, _rows(request, meeting))
    entry = grid.read(request.POST)
    try:
        saved = save_marks(meeting, marks=entry.marks, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("residence:meeting_detail", meeting.pk)
    saved = replace(saved, errors=saved.errors | entry.errors)
    if not (saved.conflicts or saved.errors):
        messages.success(request, _told(saved))
        return redirect("residence:meeting_attendance", meeting.pk)
    unsaved = saved.conflicts.keys() | saved.errors.keys()
    choices = {number: entry.choices[number] for number in unsaved}
    # Read again: what was saved, and what others saved, stands in the page.
    fresh = AttendanceGrid(meeting, _rows(request, meeting))
    return _page(
        request,
        meeting,
        fresh,
        can_mark=True,
        choices=choices,
        saved=saved,
        status=409 if saved.conflicts else 422,
    )


def _page(request, meeting, grid, *, can_mark, choices=None, saved=None, status=200):
    editable = can_mark and meeting.state in _MARKABLE
    context = {
        "meeting": meeting,
        "grid": grid,
        "groups": grid.groups(choices, saved) if editable else [],
        "table": [] if editable and not grid.reasons_only else grid.table(),
        "saved": saved,
        "can_mark": can_mark,
    }
    return render(request, "residence/meeting_attendance.html", context, status=status)


def _rows(request, meeting: Meeting) -> list[Attendance]:
    rows = list(
        Attendance.objects.visible_to(request.user)
        .filter(meeting=meeting)
        .select_related("member", "cell", "workplace")
        .only(*_SHOWN)
        .order_by("number")
    )
    veil(rows, to=request.user)
    return rows


def _record_list(request, meeting: Meeting, action: Action, number: int) -> None:
    record(
        action,
        meeting,
        by=request.user,
        committee_code=meeting.committee.code,
        count=number,
    )


def _told(saved: SavedMarks) -> str:
    if not saved.written:
        return "Không có thay đổi nào để lưu."
    now = timezone.localtime()
    return f"Đã lưu {saved.written} thay đổi lúc {now:%H:%M}."
