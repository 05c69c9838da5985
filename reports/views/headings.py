"""Phần đầu và chữ ký: what stands above and below the papers of a unit."""

from dataclasses import asdict

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from members.models import Committee
from members.views.pages import form_page, put_errors
from reports.forms.papers import HeadingForm
from reports.permissions import can_change_heading
from reports.queries.signatures import latest_block, papers_of
from reports.services.headings import mark_of, put_heading

_LIST = "reports:template_list"


@require_http_methods(["GET", "POST"])
def heading_change(request, pk):
    """Put in force from a day on what the unit's papers bear."""
    units = Committee.objects.visible_to(request.user).select_related("parent")
    unit = get_object_or_404(units, pk=pk)
    if not can_change_heading(request.user, unit):
        raise PermissionDenied
    form = HeadingForm(request.POST or None, initial=_present(unit))
    if request.method == "POST" and form.is_valid():
        try:
            put_heading(
                unit,
                form.papers(),
                valid_from=form.cleaned_data["valid_from"],
                seen=form.cleaned_data["seen"],
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Đã lưu phần đầu và chữ ký của {unit}.")
            return redirect(_LIST)
    address = reverse(_LIST)
    return form_page(
        request,
        form,
        title="Phần đầu và chữ ký trên văn bản",
        subtitle=unit.name,
        intro="In trên giấy giới thiệu, trả lời, thông báo, sổ và biểu của đơn vị.",
        back_url=address,
        trail=[
            ("Sổ sách", reverse("reports:register_start")),
            ("Mẫu văn bản", address),
        ],
    )


def _present(unit: Committee) -> dict:
    """The form begins with what is printed today."""
    latest, today = latest_block(unit), timezone.localdate()
    on = max(latest.valid_from, today) if latest else today
    values = asdict(papers_of(unit, on=on))
    if latest is None:
        values["place"] = ""  # dots are for the pen, not for the form
    return {**values, "valid_from": on, "seen": mark_of(latest)}
