"""What the pages with one form have in common."""

from django.core.exceptions import ValidationError
from django.shortcuts import render


def form_page(
    request,
    form,
    *,
    title,
    back_url,
    trail,
    subtitle="",
    intro="",
    warning="",
    facts=(),
    hint=None,
):
    """The page of one form, perhaps with facts (label, value) to read while filling it
    in; 422 when what was sent cannot be taken."""
    context = {
        "form": form,
        "title": title,
        "subtitle": subtitle,
        "intro": intro,
        "warning": warning,
        "facts": facts,
        "hint": hint,
        "back_url": back_url,
        "trail": trail,
    }
    status = 422 if form.errors else 200
    return render(request, "members/form_page.html", context, status=status)


def put_errors(form, error: ValidationError) -> None:
    """Set a service's sentences beside the fields they speak of."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
