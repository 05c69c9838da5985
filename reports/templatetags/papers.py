from datetime import date

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

from party76.spreadsheets.writer import ListColumn
from reports.queries import paper_words

register = template.Library()

register.filter("party_day", paper_words.party_day)
register.filter("number_line", paper_words.number_line)


# A column up to this wide in the file, and what stands in it on paper (paper.css).
_WIDTHS = {9: "number", 16: "short", 21: "note", 40: "name"}


@register.filter
def column_class(column: ListColumn) -> str:
    """How wide a column of a file is drawn on a dense paper."""
    if column.kind == "date":
        return "col-day"
    found = (name for width, name in _WIDTHS.items() if column.width <= width)
    return f"col-{next(found, 'text')}"


@register.filter
def register_cell(value: object) -> str:
    """A cell of a register: days as 07/10/1994, several facts on lines of their own."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    text = conditional_escape(str(value))
    return mark_safe("<br>".join(text.split("\n")))  # noqa: S308 escaped the line before
