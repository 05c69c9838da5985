"""Running numbers of papers and books, as an office writes them: 015/NK, 016/NK, …"""

import re

from django import forms
from django.core.exceptions import ValidationError

_NUMBER = re.compile(r"(\D*)(\d{1,9})(.*)", re.DOTALL)


def running_numbers(first: str, count: int) -> list[str]:
    """As many as asked for: the first run of digits rises, since a year or a sign may
    follow it (01/2026, 02/2026); empty texts where no first one is given.

    Raises ValidationError for a first one without digits.
    """
    first = first.strip()
    if not first:
        return [""] * count
    parts = _NUMBER.fullmatch(first)
    if parts is None:
        raise ValidationError("Số đầu tiên phải có chữ số, ví dụ 15 hoặc 015/NK.")
    before, digits, after = parts.groups()
    start, width = int(digits), len(digits)
    return [f"{before}{start + step:0{width}}{after}" for step in range(count)]


class FirstNumberField(forms.CharField):
    """The number that the first of many gets; may be left empty."""

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def validate(self, value):
        super().validate(value)
        running_numbers(value, 1)
