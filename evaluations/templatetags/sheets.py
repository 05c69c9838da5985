from django import template
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

register = template.Library()

_MARKS = {True: mark_safe(" selected"), False: ""}


@register.simple_tag
def options(choice) -> str:
    """The options of a Choice on one line each: a sheet has thousands of them."""
    return format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        (
            (value, _MARKS[value == choice.chosen], text)
            for value, text in choice.options
        ),
    )
