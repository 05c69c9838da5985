"""Choosing a unit by name: type-ahead with a script, plain search without one."""

from django import forms
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from members.models import Committee
from members.queries.committees import OPTIONS_SHOWN, find_units
from party76.shared.text import fold

TYPED = "_typed"


class UnitWidget(forms.Widget):
    """A text box for the name and a hidden number; the script joins the two."""

    input_type = "text"

    def __init__(self, *, wards_only: bool = False, attrs=None):
        super().__init__(attrs)
        self.wards_only = wards_only
        self.choices: list[Committee] = []

    def value_from_datadict(self, data, files, name):
        return data.get(name, ""), data.get(name + TYPED, "").strip()

    def value_omitted_from_data(self, data, files, name):
        return name not in data and name + TYPED not in data

    def id_for_label(self, id_):
        return id_

    def render(self, name, value, attrs=None, renderer=None):
        pk, typed = value if isinstance(value, tuple) else (value, "")
        unit = _unit_of(pk)
        given = self.build_attrs(self.attrs, attrs)
        box = {
            "type": "text",
            "name": name + TYPED,
            "value": typed or (unit.name if unit else ""),
            "maxlength": 200,
            "autocomplete": "off",
        }
        context = {
            "name": name,
            "pk": unit.pk if unit else "",
            "box": flatatt({**given, **box}),
            "box_id": given.get("id", name),
            "is_invalid": "is-invalid" in given.get("class", ""),
            "wards_only": self.wards_only,
            "choices": self.choices,
        }
        return mark_safe(render_to_string("members/_unit_picker.html", context))  # noqa: S308 a template of ours


class UnitField(forms.Field):
    """A unit out of the open directory, by number or by what was typed.

    What was typed wins when it no longer names the unit chosen before.
    """

    widget = UnitWidget
    default_error_messages = {
        "required": "Đồng chí nhập tên đơn vị.",
        "unknown": "Không tìm thấy đơn vị nào có tên hoặc mã như vậy.",
        "several": "Có nhiều đơn vị gần với tên này. Đồng chí chọn một đơn vị.",
    }

    def __init__(self, *, wards_only: bool = False, **kwargs):
        kwargs.setdefault("widget", UnitWidget(wards_only=wards_only))
        kwargs.setdefault(
            "help_text", "Gõ ít nhất hai chữ của tên đơn vị, có dấu hoặc không dấu."
        )
        super().__init__(**kwargs)
        self.wards_only = wards_only

    def prepare_value(self, value):
        return value.pk if isinstance(value, Committee) else value

    def clean(self, value):
        pk, typed = value if isinstance(value, tuple) else (value, "")
        unit = _unit_of(pk)
        if unit and _is_named(unit, typed):
            return unit
        if not typed:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"])
            return None
        return self._by_name(typed)

    def has_changed(self, initial, data):
        return True

    def _by_name(self, typed: str) -> Committee:
        found = list(find_units(typed, wards_only=self.wards_only)[:OPTIONS_SHOWN])
        exact = [unit for unit in found if typed in (unit.name, unit.code)]
        if len(exact) == 1 or len(found) == 1:
            return Committee.objects.get(pk=(exact or found)[0].pk)
        if not found:
            raise forms.ValidationError(self.error_messages["unknown"])
        self.widget.choices = found
        raise forms.ValidationError(self.error_messages["several"])


def _is_named(unit: Committee, typed: str) -> bool:
    return fold(typed) in unit.search_key or typed == unit.code


def _unit_of(pk) -> Committee | None:
    if not str(pk or "").isdigit():
        return None
    return Committee.objects.filter(pk=pk).first()
