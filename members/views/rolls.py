"""Who was received at a unit on a day: the list behind a count of the tree."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from members.exports import roll_workbook
from members.forms.days import AskedDay
from members.models import Committee
from members.permissions import can_see_figures
from members.queries.day_tree import DayTree, days_before_reforms
from members.queries.roll import roll_page
from members.views.trails import trail
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.paging import Cursor
from party76.spreadsheets.writer import xlsx_response


@require_safe
def unit_roll(request, pk):
    unit, asked, tree = _asked_for(request, pk)
    then = tree.units.get(unit.pk)
    roll = roll_page(unit, tree, Cursor.read(request.GET), by=request.user)
    _record(request, Action.LIST, unit, tree, roll.named)
    context = {
        "unit": unit,
        "asked": asked,
        "day": tree.day,
        "then": then,
        "forerunners": [] if then else tree.in_place_of(unit.path),
        "name": tree.name_of(unit.pk, unit.name),
        "trail": trail(tree.above(unit.pk), asked.day),
        "reforms": days_before_reforms(),
        "roll": roll,
        "kept": [("ngay", f"{tree.day:%d/%m/%Y}")],
    }
    return render(request, "members/committee_roll.html", context)


@require_safe
def unit_roll_export(request, pk):
    unit, _, tree = _asked_for(request, pk)
    workbook, number = roll_workbook(unit, tree, by=request.user)
    _record(request, Action.EXPORT, unit, tree, number)
    return xlsx_response(workbook, f"Đảng viên ngày {tree.day:%d-%m-%Y}.xlsx")


def _asked_for(request, pk):
    """The unit, if its people may be counted by this reader, and the tree of the day."""
    unit = get_object_or_404(Committee.objects.visible_to(request.user), pk=pk)
    if not can_see_figures(request.user, unit):
        raise PermissionDenied
    asked = AskedDay.read(request.GET)
    return unit, asked, DayTree(asked.day or timezone.localdate())


def _record(request, action, unit, tree, number) -> None:
    record(
        action,
        "member",
        by=request.user,
        committee_code=unit.code,
        count=number,
        facts={"received_on_day": tree.day.isoformat()},
    )
