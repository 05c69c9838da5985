import uuid

from django import template
from django.middleware.csrf import get_token
from django.utils.html import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def form_guard(context, instance=None, version=None):
    """CSRF token, submission key and version: what every POST form carries."""
    shown_version = version or getattr(instance, "version", None)
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="submission_key" value="{}">'
        '<input type="hidden" name="version" value="{}">',
        get_token(_request_of(context)),
        uuid.uuid4(),
        shown_version or "",
    )


@register.simple_tag(takes_context=True)
def csrf_guard(context):
    """CSRF token alone, for a POST that only asks: a search by name."""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">',
        get_token(_request_of(context)),
    )


def _request_of(context):
    """Also inside an include with “only”, which leaves the variables behind."""
    return context.get("request") or context.request
