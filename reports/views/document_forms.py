"""Mẫu văn bản: which Word forms an office uses, and putting its own in place of ours."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from members.models import Committee, Role
from members.views.pages import form_page, put_errors
from party76.shared.paging import Cursor, page_of
from reports.documents.fields import FORM_FIELDS
from reports.documents.word import sample_paper, shipped_form
from reports.forms.papers import FormOfUnitForm, PutFormForm, ReturnToOursForm
from reports.models import DocumentTemplate
from reports.permissions import (
    ABOVE,
    can_change_form,
    can_change_heading,
    can_see_forms,
)
from reports.queries.document_forms import FormsOfUnits, forms_in_use, latest_of
from reports.queries.signatures import Papers, papers_of
from reports.services.document_forms import mark_of, put_form, return_to_ours
from reports.views.files import word_response

Kind = DocumentTemplate.Kind
_LIST = "reports:template_list"
# What kinds are called in addresses.
_SLUGS = {
    Kind.LETTER: "giay-gioi-thieu",
    Kind.REPLY: "tra-loi",
    Kind.NOTICE: "thong-bao",
}


@dataclass(frozen=True)
class KindOfUnit:
    """One kind of paper at one unit: its form in force, and what may be done."""

    kind: Kind
    template: DocumentTemplate | None
    coming: DocumentTemplate | None  # put in place for a day to come
    can_change: bool
    can_return: bool

    @property
    def slug(self) -> str:
        return _SLUGS[self.kind]


@dataclass(frozen=True)
class FormsOfUnit:
    """What one unit's papers bear, and the forms they are made with."""

    unit: Committee
    papers: Papers
    can_change_heading: bool
    kinds: list[KindOfUnit]


@require_safe
def template_list(request):
    """The forms that one's units use, and all that were put in place below."""
    user = request.user
    if not can_see_forms(user):
        raise PermissionDenied
    form = FormOfUnitForm(request.GET if "don_vi" in request.GET else None, by=user)
    units = _asked_for(user, form) or _own_units(user)
    seen = DocumentTemplate.objects.visible_to(user).defer("content")
    page = page_of(
        seen.select_related("committee", "uploaded_by"), Cursor.read(request.GET)
    )
    context = {
        "form": form if user.has_role(*ABOVE) else None,
        "units": [_of_unit(user, unit) for unit in units],
        "page": page,
        "kinds": [(slug, kind.label) for kind, slug in _SLUGS.items()],
    }
    return render(request, "reports/template_list.html", context)


@require_safe
def template_fields(request, kind):
    """The fields that a form of this kind may name."""
    if not can_see_forms(request.user):
        raise PermissionDenied
    kind = _kind(kind)
    fields = FORM_FIELDS[kind]
    context = {
        "slug": _SLUGS[kind],
        "label": kind.label,
        "fields": [one for one in fields if not one.is_list],
        "lists": [one for one in fields if one.is_list],
    }
    return render(request, "reports/template_fields.html", context)


@require_safe
def template_ours(request, kind):
    """The form that comes with the system, to begin one's own with."""
    if not can_see_forms(request.user):
        raise PermissionDenied
    kind = _kind(kind)
    return word_response(shipped_form(kind), f"Mẫu {kind.label}.docx")


@require_safe
def template_present(request, pk, kind):
    """The form that holds for a unit today, wherever it was put in place."""
    unit, kind = _unit(request.user, pk), _kind(kind)
    content = _present(unit, kind)
    return word_response(content, f"Mẫu {kind.label} đang dùng.docx")


@require_safe
def template_sample(request, pk, kind):
    """The same filled for an invented person."""
    unit, kind = _unit(request.user, pk), _kind(kind)
    try:
        content = sample_paper(_present(unit, kind), kind)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(_LIST)
    return word_response(content, f"{kind.label} - số liệu mẫu.docx")


@require_safe
def template_download(request, pk):
    """One that was put in place, as it was given."""
    seen = DocumentTemplate.objects.visible_to(request.user)
    template = get_object_or_404(seen.exclude(file_name=""), pk=pk)
    return word_response(bytes(template.content), template.file_name)


@require_http_methods(["GET", "POST"])
def template_add(request, pk, kind):
    """Put a form of the office in place of the one in force."""
    unit, kind = _unit_to_change(request.user, pk, kind)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PutFormForm(*sent, initial={"seen": mark_of(latest_of(unit, kind))})
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            put_form(
                unit,
                kind,
                valid_from=form.cleaned_data["valid_from"],
                file_name=file.name[-120:],
                content=file.read(),
                seen=form.cleaned_data["seen"],
                by=request.user,
            )
        except ValidationError as error:
            _put_on_file(form, error)
        else:
            messages.success(request, f"{unit} dùng mẫu mới cho {kind.label}.")
            return redirect(_LIST)
    intro = (
        "Mẫu này dùng cho đơn vị và mọi đơn vị trực thuộc chưa có mẫu riêng. Nên bắt đầu "
        "từ mẫu đang dùng: tải về, sửa bằng Word, giữ nguyên các trường."
    )
    return _step_page(request, form, f"Thay mẫu {kind.label}", unit, intro=intro)


@require_http_methods(["GET", "POST"])
def template_return(request, pk, kind):
    """From a day on the system's own form again."""
    unit, kind = _unit_to_change(request.user, pk, kind)
    initial = {
        "seen": mark_of(latest_of(unit, kind)),
        "valid_from": timezone.localdate(),
    }
    form = ReturnToOursForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            return_to_ours(
                unit,
                kind,
                valid_from=data["valid_from"],
                seen=data["seen"],
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"{unit} trở lại mẫu của hệ thống.")
            return redirect(_LIST)
    intro = "Mẫu của đơn vị vẫn được giữ trong danh sách, lúc nào cũng tải lại được."
    title = f"Trở lại mẫu của hệ thống: {kind.label}"
    return _step_page(request, form, title, unit, intro=intro)


def _step_page(request, form, title: str, unit: Committee, *, intro: str):
    address = reverse(_LIST)
    return form_page(
        request,
        form,
        title=title,
        subtitle=unit.name,
        intro=intro,
        back_url=address,
        trail=[
            ("Sổ sách", reverse("reports:register_start")),
            ("Mẫu văn bản", address),
        ],
    )


def _put_on_file(form: PutFormForm, error: ValidationError) -> None:
    """What is wrong with the form stands beside the file."""
    if hasattr(error, "error_dict"):
        put_errors(form, error)
    else:
        form.add_error("file", error)


def _of_unit(user, unit: Committee) -> FormsOfUnit:
    return FormsOfUnit(
        unit=unit,
        papers=papers_of(unit, on=timezone.localdate()),
        can_change_heading=can_change_heading(user, unit),
        kinds=_kinds_of(user, unit),
    )


def _kinds_of(user, unit: Committee) -> list[KindOfUnit]:
    today = timezone.localdate()
    found = []
    for kind, template in forms_in_use(unit, on=today).items():
        can_change = can_change_form(user, unit, kind)
        if not can_change and not user.has_role(*ABOVE):
            continue
        latest = latest_of(unit, kind)
        found.append(
            KindOfUnit(
                kind=kind,
                template=template,
                coming=latest if latest and latest.valid_from > today else None,
                can_change=can_change,
                can_return=can_change and template is not None,
            )
        )
    return found


def _asked_for(user, form: FormOfUnitForm) -> list[Committee]:
    """The unit that was searched for, if it lies in the user's scope."""
    if not form.is_bound or not form.is_valid():
        return []
    unit = form.cleaned_data["don_vi"]
    if unit is None:
        return []
    if not Committee.objects.visible_to(user).filter(pk=unit.pk).exists():
        form.add_error("don_vi", "Đơn vị này ngoài phạm vi của đồng chí.")
        return []
    return [unit]


def _own_units(user) -> list[Committee]:
    """The units at which the user holds a post that has papers, each once."""
    roles = {Role.RESIDENCE_WARD, Role.WORKPLACE, *ABOVE}
    units = {one.committee_id: one.committee for one in user.posts if one.role in roles}
    return sorted(units.values(), key=lambda unit: unit.path)


def _present(unit: Committee, kind: Kind) -> bytes:
    forms = FormsOfUnits(kind, [unit])
    template = forms.of(unit, on=timezone.localdate())
    if template is None:
        return shipped_form(kind)
    return forms.contents([template])[template.pk]


def _unit(user, pk) -> Committee:
    """The unit, if it is one of the user's or below: 404 or 403 otherwise."""
    unit = get_object_or_404(Committee.objects.visible_to(user), pk=pk)
    if not can_see_forms(user):
        raise PermissionDenied
    return unit


def _unit_to_change(user, pk, kind: str) -> tuple[Committee, Kind]:
    unit, known = _unit(user, pk), _kind(kind)
    if not can_change_form(user, unit, known):
        raise PermissionDenied
    return unit, known


def _kind(text: str) -> Kind:
    for kind, slug in _SLUGS.items():
        if slug == text:
            return kind
    raise Http404
