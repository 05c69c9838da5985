"""How numbers, dates, states and marks look on every page."""

import datetime as dt
from decimal import Decimal

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe

register = template.Library()

NOTHING = "–"
MINUS = "\N{MINUS SIGN}"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

# A state is never told by colour alone: each kind has its own mark.
BADGE_ICONS = {
    "success": "check",
    "warning": "clock",
    "danger": "stop",
    "info": "info",
    "neutral": "dot",
}
NOTICE_ICONS = {
    "success": "check",
    "warning": "alert",
    "danger": "stop",
    "info": "info",
}


@register.filter
def vn_number(value: int | Decimal | None, decimals: int | None = None) -> str:
    """22365 → 22.365; Decimal("1234.5") → 1.234,5; None → –."""
    if value is None or value == "":
        return NOTHING
    number = Decimal(value)
    places = _places(number) if decimals is None else decimals
    shown = f"{abs(number):,.{places}f}".translate({44: ".", 46: ","})
    return f"{MINUS}{shown}" if number < 0 else shown


@register.filter
def vn_percent(value: Decimal | None, decimals: int | None = None) -> str:
    """Decimal("96.89") → 96,89%; None, the share of a zero base, → –."""
    shown = vn_number(value, decimals)
    return shown if shown == NOTHING else f"{shown}%"


@register.filter
def vn_signed(value: int | None) -> str:
    """A difference: +270, −12, 0; None → –."""
    shown = vn_number(value)
    return f"+{shown}" if value and value > 0 else shown


@register.filter
def vn_date(value: dt.date | dt.datetime | None) -> str:
    """07/10/1994; a moment is shown in local time; None → empty."""
    if not value:
        return ""
    return _local(value).strftime("%d/%m/%Y")


@register.filter
def vn_time(value: dt.datetime | dt.time | None) -> str:
    """19:05; None → empty."""
    if not value:
        return ""
    return _local(value).strftime("%H:%M")


@register.filter
def vn_datetime(value: dt.datetime | None) -> str:
    """19:05, 07/10/2026; None → empty."""
    if not value:
        return ""
    return _local(value).strftime("%H:%M, %d/%m/%Y")


@register.filter
def partial_date(value: dt.date | None, precision: str = "day") -> str:
    """07/10/1994, 10/1994 or 1994, as much as is known (day, month, year)."""
    if not value:
        return ""
    formats = {"day": "%d/%m/%Y", "month": "%m/%Y", "year": "%Y"}
    return value.strftime(formats[precision])


@register.filter
def tel_link(number: str) -> str:
    """A phone number that can be tapped: 0913 456 789; empty → empty."""
    digits = "".join(sign for sign in number or "" if sign.isdigit() or sign == "+")
    if not digits:
        return number or ""
    shown = number.replace(" ", NO_BREAK_SPACE)
    return format_html('<a class="tel" href="tel:{}">{}</a>', digits, shown)


@register.simple_tag
def icon(name: str, label: str = "") -> str:
    """A mark from the sprite; without a label it is hidden from screen readers."""
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>',
            label,
            href,
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false">'
        '<use href="{}"></use></svg>',
        href,
    )


@register.simple_tag
def badge(label: str, kind: str = "neutral") -> str:
    """The state of a thing: success, warning, danger, info or neutral."""
    return format_html(
        '<span class="state state-{}">{}{}</span>', kind, icon(BADGE_ICONS[kind]), label
    )


@register.simple_tag
def notice_icon(kind: str) -> str:
    """The mark of a notice: success, warning, danger or info."""
    return icon(NOTICE_ICONS[kind])


@register.simple_tag
def current(active: bool) -> str:
    """Marks the link of the page one is on."""
    return mark_safe('aria-current="page"') if active else ""


@register.inclusion_tag("_components/breadcrumbs.html")
def breadcrumbs(*parts) -> dict:
    """Label, address, label, address …, and the label of this page last.

    A list of (label, address) pairs may stand anywhere between.
    """
    *links, here = parts
    trail: list[tuple[str, str]] = []
    pending = None
    for part in links:
        if isinstance(part, list | tuple):
            trail.extend(part)
        elif pending is None:
            pending = part
        else:
            trail.append((pending, part))
            pending = None
    if pending is not None:
        message = f"breadcrumbs: {pending!r} has no address"
        raise template.TemplateSyntaxError(message)
    return {"trail": trail, "here": here}


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _local(value):
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value
