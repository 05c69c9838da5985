from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from members.drawings import draw_lineage
from members.forms.committees import (
    CellForm,
    CommitteeForm,
    NewCellForm,
    NewCommitteeForm,
    PlaceForm,
)
from members.forms.days import AskedDay
from members.forms.units import UnitWidget
from members.imports.runs import ListKind, kinds_of
from members.models import (
    Committee,
    CommitteePeriod,
    Reorganisation,
    RoleAssignment,
    User,
)
from members.permissions import (
    can_add_unit_below,
    can_administer,
    can_edit_tree,
    can_edit_whole_unit,
    can_place_units,
    can_read_reorganisations,
    can_reorganise,
    can_see_figures,
)
from members.queries.accounts import role_names
from members.queries.committees import (
    children_of,
    children_on,
    parent_chain,
    tree_on,
    tree_to,
    unit_figures,
    unplaced_units,
)
from members.queries.day_tree import DayTree, days_before_reforms
from members.queries.lineage_events import events_of
from members.queries.unit_names import find_units
from members.queries.unit_story import story_of
from members.queries.waiting_reforms import waiting_on
from members.services.committees import (
    create_committee,
    edit_committee,
    place_committee,
    propose_code,
)
from members.views.pages import form_page, put_errors
from members.views.trails import trail
from members.views.unit_options import LEAST_LETTERS
from party76.shared.text import fold


@require_safe
def committee_tree(request):
    """The tree, open down to one unit; a name typed without a script is looked up."""
    found = None
    text = request.GET.get("don_vi_typed", "").strip()
    if request.GET.get("don_vi", "").isdigit():
        return redirect("members:committee_detail", request.GET["don_vi"])
    if len(fold(text)) >= LEAST_LETTERS:
        found = find_units(text, to=request.user)
    asked = AskedDay.read(request.GET)
    context = {
        "picker": _picker(text),
        "text": text,
        "found": found,
        "asked": asked,
        "chosen": request.GET.get("mo", ""),
        "reforms": days_before_reforms(),
        "nodes": _tree(request, asked.day),
        "unplaced": _unplaced(request.user) if asked.day is None else [],
        "can_import": ListKind.COMMITTEES in kinds_of(request.user),
        "can_read_reforms": can_read_reorganisations(request.user),
    }
    return render(request, "members/committee_tree.html", context)


def _unplaced(user):
    return list(unplaced_units()) if can_place_units(user) else []


def _tree(request, day):
    opened = _unit_to_open(request)
    if day is None:
        return tree_to(request.user, opened, day=timezone.localdate())
    return tree_on(request.user, opened, DayTree(day))


def _unit_to_open(request):
    chosen = request.GET.get("mo", "")
    if chosen.isdigit():
        return get_object_or_404(Committee, pk=chosen)
    posts = request.user.posts
    return posts[0].committee if posts else None


def _picker(text):
    return UnitWidget().render(
        "don_vi", ("", text), {"id": "id_don_vi", "class": "form-control"}
    )


@require_safe
def committee_children(request, pk):
    """The units directly below one, to be put into the open tree."""
    unit = get_object_or_404(Committee, pk=pk)
    day = AskedDay.read(request.GET).day
    if day is None:
        nodes = children_of(request.user, unit, day=timezone.localdate())
    else:
        nodes = children_on(request.user, unit.pk, DayTree(day))
    context = {"nodes": nodes, "day": day}
    return render(request, "members/_committee_nodes.html", context)


@require_safe
def committee_detail(request, pk):
    units = Committee.objects.select_related("parent", "heir")
    unit = get_object_or_404(units, pk=pk)
    today, user = timezone.localdate(), request.user
    asked = AskedDay.read(request.GET)
    story = story_of(user, unit, asked=asked.day, today=today)
    is_mine = Committee.objects.visible_to(user).filter(pk=pk).exists()
    can_add = can_add_unit_below(user, unit) and not unit.is_cell
    events = events_of(story.lineage)
    context = {
        "unit": unit,
        "asked": asked,
        "story": story,
        "waiting": _waiting(user, unit),
        "readable": _readable_reforms(user, story, events),
        "name": story.then.name if story.then else unit.name,
        "kind": story.then.kind_label if story.then else unit.get_kind_display(),
        "above": story.above[-1].name if story.above else "",
        # The other columns are today's; they would belie a page on another day.
        "shows_all": is_mine and (asked.day is None or story.is_missing),
        "trail": trail(story.above, story.day),
        "figures": unit_figures(user, unit, day=today) if not story.day else None,
        "list_urls": _list_urls(unit),
        "drawing": draw_lineage(story.lineage),
        "events": events,
        "periods": _periods(unit) if is_mine else [],
        "holders": _posts(unit, today) if can_administer(user, unit) else [],
        "can_see_posts": can_administer(user, unit),
        "can_see_figures": can_see_figures(user, unit),
        "can_edit": can_edit_tree(user, unit),
        "can_add": can_add and not unit.is_closed,
        "can_place": unit.is_unplaced and can_place_units(user),
        "can_reorganise": not (unit.is_closed or unit.is_unplaced)
        and can_reorganise(user, unit),
    }
    return render(request, "members/committee_detail.html", context)


def _waiting(user, unit):
    """Decisions that are confirmed and wait for their day to change the unit."""
    return waiting_on([unit.pk], user) if can_read_reorganisations(user) else []


def _readable_reforms(user, story, events):
    """Those of the decisions on the page that the user may open."""
    told = {key for event in events for key, _ in event.joint.reforms}
    told |= {story.ending.reform} if story.ending and story.ending.reform else set()
    if not told or not can_read_reorganisations(user):
        return set()
    reforms = Reorganisation.objects.visible_to(user).filter(pk__in=told)
    return set(reforms.values_list("pk", flat=True))


def _list_urls(unit):
    """The member lists behind the counts."""
    wanted = {
        "received": {"noi_cu_tru": unit.pk, "trang_thai": "received"},
        "exempt": {"noi_cu_tru": unit.pk, "trang_thai": "received", "dien": "exempt"},
        "working": {"noi_cong_tac": unit.pk},
    }
    start = reverse("members:member_list")
    return {name: f"{start}?{urlencode(query)}" for name, query in wanted.items()}


def _posts(unit, day):
    """Who holds which role here, the role in the office's own words."""
    posts = RoleAssignment.objects.held_on(day).filter(committee=unit)
    names = role_names()
    return [
        (names[post.role], post)
        for post in posts.select_related("user").order_by("role", "user__full_name")
    ]


def _periods(unit):
    periods = CommitteePeriod.objects.filter(committee=unit)
    return list(periods.select_related("parent").order_by("-valid_from"))


@require_http_methods(["GET", "POST"])
def committee_add(request, pk):
    """A new unit below another: the department any, a ward its own cells."""
    parent = get_object_or_404(Committee.objects.visible_to(request.user), pk=pk)
    if not can_add_unit_below(request.user, parent):
        raise PermissionDenied
    whole = can_edit_whole_unit(request.user, parent)
    form_class = NewCommitteeForm if whole else NewCellForm
    form = form_class(
        request.POST or None,
        instance=Committee(parent=parent),
        initial={"code": propose_code(parent), "valid_from": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            unit = create_committee(
                form.instance,
                valid_from=form.cleaned_data["valid_from"],
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Đã thêm {unit.name}.")
            return redirect("members:committee_detail", unit.pk)
    return form_page(
        request,
        form,
        title="Thêm đơn vị trực thuộc",
        subtitle=parent.name,
        back_url=reverse("members:committee_detail", args=[parent.pk]),
        trail=trail([*parent_chain(parent), parent]),
    )


@require_http_methods(["GET", "POST"])
def committee_edit(request, pk):
    """Correct a unit's entry; a renaming by decision is a reorganisation."""
    unit = get_object_or_404(Committee.objects.visible_to(request.user), pk=pk)
    if not can_edit_tree(request.user, unit):
        raise PermissionDenied
    whole = can_edit_whole_unit(request.user, unit)
    form_class = CommitteeForm if whole else CellForm
    form = form_class(request.POST or None, instance=unit)
    if request.method == "POST" and form.is_valid():
        edit_committee(unit, version=form.seen_version, by=request.user)
        messages.success(request, "Đã lưu thông tin đơn vị.")
        return redirect("members:committee_detail", unit.pk)
    return form_page(
        request,
        form,
        title="Sửa thông tin đơn vị",
        subtitle=Committee.objects.get(pk=pk).name,
        intro="Sửa chỗ ghi sai. Đổi tên, sáp nhập, chia tách theo quyết định không làm ở "
        "trang này, để tên cũ vẫn còn trong quá trình của đơn vị.",
        back_url=reverse("members:committee_detail", args=[pk]),
        trail=trail(parent_chain(unit)),
    )


@require_http_methods(["GET", "POST"])
def committee_place(request, pk):
    """Give a unit that an import met its place in the tree."""
    if not can_place_units(request.user):
        raise PermissionDenied
    unit = get_object_or_404(unplaced_units(), pk=pk)
    form = PlaceForm(
        request.POST or None,
        by=request.user,
        initial={
            "version": unit.version,
            "kind": unit.kind,
            "sector": unit.sector,
            "outside_city": unit.outside_city,
        },
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and _place(unit, form, by=request.user)
    ):
        messages.success(request, f"Đã xếp {unit.name} vào cây tổ chức.")
        return redirect("members:committee_detail", unit.pk)
    return form_page(
        request,
        form,
        title="Xếp đơn vị vào cây tổ chức",
        subtitle=unit.name,
        back_url=reverse("members:committee_tree"),
        trail=trail([]),
    )


def _place(unit: Committee, form: PlaceForm, *, by: User) -> bool:
    parent = form.cleaned_data["parent"]
    if not can_edit_tree(by, parent):
        form.add_error("parent", "Đơn vị này không thuộc phạm vi của đồng chí.")
        return False
    for name in ("kind", "sector", "outside_city"):
        setattr(unit, name, form.cleaned_data[name])
    try:
        place_committee(unit, parent=parent, version=form.seen_version, by=by)
    except ValidationError as error:
        put_errors(form, error)
        return False
    return True
