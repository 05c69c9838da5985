from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from members.exports import member_workbook
from members.forms.persons import (
    DwellingForm,
    IdentityForm,
    MemberFilterForm,
    NewMemberForm,
    WorkplaceChangeForm,
)
from members.imports.runs import kinds_of
from members.models import Member
from members.permissions import (
    can_add_member,
    can_edit_dwelling,
    can_edit_identity,
    can_introduce_from,
    can_list_members,
    can_receive_on_paper,
    can_see_pairs,
)
from members.queries.discretion import topmost_units, veil
from members.queries.persons import member_page, narrowed
from members.queries.registrations import letters_waiting
from members.services.persons import (
    add_member,
    edit_dwelling,
    edit_identity,
)
from members.services.workplaces import change_workplace
from members.views.pages import form_page, put_errors
from members.views.stay_tabs import stay_tabs
from party76.audit.models import Action
from party76.audit.services import record
from party76.spreadsheets.writer import xlsx_response

SEARCH_LENGTH = 80


@require_http_methods(["GET", "POST"])
def member_list(request):
    """Members in scope: narrowed by the address, found by name through a POST."""
    if not can_list_members(request.user):
        raise PermissionDenied
    form = MemberFilterForm(request.GET, by=request.user)
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    sent = request.POST if request.method == "POST" else request.GET
    page = member_page(
        _found(request.user, form, text),
        request.user,
        day=timezone.localdate(),
        after=_number(sent.get("after")),
        before=_number(sent.get("before")),
    )
    _record_list(request, Action.LIST, form, text, page.total)
    context = {
        "form": form,
        "page": page,
        "text": text,
        "kept": list(form.query().items()),
        "searched": [("q", text)],
        "query": urlencode(form.query()),
        "here": f"{request.path}?{urlencode(form.query())}",
        "waiting": letters_waiting(request.user),
        "can_add": can_add_member(request.user),
        "can_receive": can_receive_on_paper(request.user),
        "can_import": bool(kinds_of(request.user)),
        "can_see_pairs": can_see_pairs(request.user),
        "moves_url": next((tab.url for tab in stay_tabs(request, "")), ""),
    }
    return render(request, "members/member_list.html", context)


@require_http_methods(["GET", "POST"])
def member_export(request):
    """The same list as an Excel file; a name searched for comes by POST."""
    if not can_list_members(request.user):
        raise PermissionDenied
    form = MemberFilterForm(request.GET, by=request.user)
    text = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    found = _found(request.user, form, text)
    workbook, number = member_workbook(found, by=request.user, day=timezone.localdate())
    _record_list(request, Action.EXPORT, form, text, number)
    return xlsx_response(workbook, "Danh sách đảng viên.xlsx")


def _found(user, form: MemberFilterForm, text: str) -> QuerySet[Member]:
    members = narrowed(user, form.chosen(), day=timezone.localdate())
    return members.search(text) if text else members


def _record_list(request, action, form, text: str, number: int) -> None:
    record(
        action,
        "member",
        by=request.user,
        count=number,
        facts={"filters": form.query(), "by_name": bool(text)},
        personal={"name": text} if text else None,
    )


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isdigit() else None


@require_http_methods(["GET", "POST"])
def member_add(request):
    """A workplace adds one of its own members."""
    if not can_add_member(request.user):
        raise PermissionDenied
    form = NewMemberForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid() and _add(form, by=request.user):
        messages.success(
            request, "Đã thêm đảng viên. Việc tiếp theo: giới thiệu về nơi cư trú."
        )
        return redirect("reports:member_file", form.instance.pk)
    return identity_page(
        request, form, "Thêm đảng viên", reverse("members:member_list"), []
    )


def _add(form: NewMemberForm, *, by) -> bool:
    if not can_introduce_from(by, form.instance.workplace):
        form.add_error("workplace", "Đơn vị này không thuộc phạm vi của đồng chí.")
        return False
    try:
        add_member(form.instance, by=by)
    except ValidationError as error:
        put_errors(form, error)
        return False
    return True


@require_http_methods(["GET", "POST"])
def identity_edit(request, pk):
    """Name, birth, card and Party dates: the workplace's to write."""
    member = _member(request.user, pk)
    if not can_edit_identity(request.user, member):
        raise PermissionDenied
    reads_position = not topmost_units([member.workplace], to=request.user)
    form = IdentityForm(
        request.POST or None, instance=member, with_position=reads_position
    )
    if request.method == "POST" and form.is_valid():
        try:
            edit_identity(member, version=form.seen_version, by=request.user)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã lưu lý lịch.")
            return redirect("reports:member_file", pk)
    return identity_page(
        request, form, "Sửa lý lịch", _file(pk), [("Hồ sơ đảng viên", _file(pk))]
    )


def identity_page(request, form, title, back_url, trail):
    """The form, and whom of the same name and birth date the user may know of."""
    known = Member.objects.visible_to(request.user)
    seen = known.filter(pk__in=[member.pk for member in form.duplicates])
    duplicates = list(seen.select_related("workplace")) if form.duplicates else []
    veil(duplicates, to=request.user)
    context = {
        "form": form,
        "title": title,
        "back_url": back_url,
        "trail": [("Đảng viên", reverse("members:member_list")), *trail],
        "duplicates": duplicates,
        "hidden_duplicates": len(form.duplicates),
    }
    context["hidden_duplicates"] -= len(context["duplicates"])
    status = 422 if form.errors else 200
    return render(request, "members/identity_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def dwelling_edit(request, pk):
    """Phone and address: the residence's to write."""
    member = _member(request.user, pk)
    if not can_edit_dwelling(request.user, member):
        raise PermissionDenied
    form = DwellingForm(request.POST or None, instance=member)
    if request.method == "POST" and form.is_valid():
        edit_dwelling(member, version=form.seen_version, by=request.user)
        messages.success(request, "Đã lưu điện thoại và địa chỉ.")
        return redirect("reports:member_file", pk)
    return _page_of(request, form, "Sửa điện thoại, địa chỉ", member)


@require_http_methods(["GET", "POST"])
def workplace_change(request, pk):
    """A member goes over to another workplace; the residence stays as it is."""
    member = _member(request.user, pk)
    if not can_edit_identity(request.user, member):
        raise PermissionDenied
    initial = {"version": member.version, "on": timezone.localdate()}
    form = WorkplaceChangeForm(
        request.POST or None, initial=initial, by=request.user
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_workplace(
                member,
                workplace=form.cleaned_data["workplace"],
                on=form.cleaned_data["on"],
                version=form.seen_version,
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã chuyển nơi công tác của đồng chí này.")
            return redirect("members:member_list")
    return _page_of(request, form, "Chuyển nơi công tác", member)


def _page_of(request, form, title, member: Member):
    return form_page(
        request,
        form,
        title=title,
        subtitle=Member.objects.get(pk=member.pk).full_name,
        back_url=_file(member.pk),
        trail=[
            ("Đảng viên", reverse("members:member_list")),
            ("Hồ sơ đảng viên", _file(member.pk)),
        ],
    )


def _member(user, pk) -> Member:
    members = Member.objects.visible_to(user).select_related("workplace")
    return get_object_or_404(members, pk=pk)


def _file(pk) -> str:
    return reverse("reports:member_file", args=[pk])
