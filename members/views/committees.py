from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from members.forms.committees import (
    CellForm,
    CommitteeForm,
    NewCellForm,
    NewCommitteeForm,
    PlaceForm,
)
from members.forms.units import UnitWidget
from members.imports.runs import ListKind, kinds_of
from members.models import Committee, CommitteePeriod, RoleAssignment, User
from members.permissions import (
    can_add_unit_below,
    can_administer,
    can_edit_tree,
    can_edit_whole_unit,
    can_place_units,
    can_see_figures,
)
from members.queries.accounts import role_names
from members.queries.committees import (
    OPTIONS_SHOWN,
    children_of,
    find_units,
    parent_chain,
    tree_to,
    unit_figures,
    unplaced_units,
)
from members.services.committees import (
    create_committee,
    edit_committee,
    place_committee,
    propose_code,
)
from members.views.pages import form_page, put_errors
from party76.shared.text import fold

LEAST_LETTERS = 2


@require_safe
def committee_tree(request):
    """The tree, open down to one unit; a name typed without a script is looked up."""
    found = None
    text = request.GET.get("don_vi_typed", "").strip()
    if request.GET.get("don_vi", "").isdigit():
        return redirect("members:committee_detail", request.GET["don_vi"])
    if len(fold(text)) >= LEAST_LETTERS:
        found = list(find_units(text)[:OPTIONS_SHOWN])
    opened = _unit_to_open(request)
    context = {
        "picker": _picker(text),
        "text": text,
        "found": found,
        "nodes": tree_to(request.user, opened, day=timezone.localdate()),
        "unplaced": list(unplaced_units()) if can_place_units(request.user) else [],
        "can_import": ListKind.COMMITTEES in kinds_of(request.user),
    }
    return render(request, "members/committee_tree.html", context)


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
    nodes = children_of(request.user, unit, day=timezone.localdate())
    return render(request, "members/_committee_nodes.html", {"nodes": nodes})


@require_safe
def unit_options(request):
    """Names of units for type-ahead: open to every account, without counts."""
    text = request.GET.get("q", "")
    if len(fold(text)) < LEAST_LETTERS:
        return JsonResponse({"units": []})
    units = find_units(text, wards_only="wards" in request.GET)[:OPTIONS_SHOWN]
    return JsonResponse({"units": [_option(unit) for unit in units]})


def _option(unit):
    above = f", thuộc {unit.parent.name}" if unit.parent else ""
    detail = f"{unit.get_kind_display()}{above} – mã {unit.code}"
    return {"id": unit.pk, "name": unit.name, "detail": detail}


@require_safe
def committee_detail(request, pk):
    unit = get_object_or_404(Committee.objects.select_related("parent"), pk=pk)
    day, user = timezone.localdate(), request.user
    is_mine = Committee.objects.visible_to(user).filter(pk=pk).exists()
    context = {
        "unit": unit,
        "is_mine": is_mine,
        "trail": _trail(parent_chain(unit)),
        "nodes": children_of(user, unit, day=day),
        "figures": unit_figures(user, unit, day=day),
        "list_urls": _list_urls(unit),
        "periods": _periods(unit) if is_mine else [],
        "holders": _posts(unit, day) if can_administer(user, unit) else [],
        "can_see_posts": can_administer(user, unit),
        "can_see_figures": can_see_figures(user, unit),
        "can_edit": can_edit_tree(user, unit),
        "can_add": can_add_unit_below(user, unit) and not unit.is_cell,
        "can_place": unit.is_unplaced and can_place_units(user),
    }
    return render(request, "members/committee_detail.html", context)


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


def _trail(units):
    first = [("Tổ chức đảng", reverse("members:committee_tree"))]
    return first + [
        (unit.name, reverse("members:committee_detail", args=[unit.pk]))
        for unit in units
    ]


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
        trail=_trail([*parent_chain(parent), parent]),
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
        trail=_trail(parent_chain(unit)),
    )


@require_http_methods(["GET", "POST"])
def committee_place(request, pk):
    """Give a unit that an import met its place in the tree."""
    if not can_place_units(request.user):
        raise PermissionDenied
    unit = get_object_or_404(unplaced_units(), pk=pk)
    form = PlaceForm(
        request.POST or None,
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
        trail=_trail([]),
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
