"""Choosing a unit by name: type-ahead with a script, plain search without one."""

from collections.abc import Sequence
from typing import NamedTuple

from django import forms
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from members.models import Committee, User
from members.queries.discretion import told_to
from members.queries.unit_names import FoundUnit, find_units, order_near
from party76.shared.text import fold

TYPED, PICKED = "_typed", "_picked"


class Entered(NamedTuple):
    """What came from the page: a number, what was typed, and whether it was ticked."""

    pk: str | int
    text: str
    is_picked: bool = False


class UnitWidget(forms.Widget):
    """A text box for the name and a hidden number; the script joins the two."""

    input_type = "text"

    def __init__(
        self, *, wards_only: bool = False, near: Committee | None = None, attrs=None
    ):
        super().__init__(attrs)
        self.wards_only, self.near = wards_only, near
        self.reader: User | None = None
        self.choices: Sequence[FoundUnit] = []
        self.choices_title = ""

    def value_from_datadict(self, data, files, name):
        picked = data.get(name + PICKED, "")
        typed = data.get(name + TYPED, "").strip()
        return Entered(picked or data.get(name, ""), typed, bool(picked))

    def value_omitted_from_data(self, data, files, name):
        return name not in data and name + TYPED not in data

    def id_for_label(self, id_):
        return id_

    def render(self, name, value, attrs=None, renderer=None):
        entered = _entered(value)
        unit, typed = _unit_of(entered.pk, self), entered.text
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
            "detail": FoundUnit(unit).detail if unit else "",
            "near": self.near.pk if self.near else None,
            "box": flatatt({**given, **box}),
            "box_id": given.get("id", name),
            "is_invalid": "is-invalid" in given.get("class", ""),
            "wards_only": self.wards_only,
            "choices": self.choices,
            "choices_title": self.choices_title,
            "picked": unit.pk if unit and entered.is_picked else None,
        }
        return mark_safe(render_to_string("members/_unit_picker.html", context))  # noqa: S308 a template of ours


class UnitField(forms.Field):
    """A unit out of the open directory, by number or by what was typed.

    What was typed wins when it no longer names the unit chosen before. It finds what
    all accounts may know by name; show_units_to, what the reader may.
    """

    widget = UnitWidget
    default_error_messages = {
        "required": "Đồng chí nhập tên đơn vị.",
        "unknown": "Không tìm thấy đơn vị nào có tên hoặc mã như vậy.",
        "several": "Có nhiều đơn vị gần với tên này. Đồng chí chọn một đơn vị.",
    }

    def __init__(
        self, *, wards_only: bool = False, near: Committee | None = None, **kwargs
    ):
        kwargs.setdefault("widget", UnitWidget(wards_only=wards_only, near=near))
        kwargs.setdefault(
            "help_text", "Gõ ít nhất hai chữ của tên đơn vị, có dấu hoặc không dấu."
        )
        super().__init__(**kwargs)
        self.wards_only, self.near = wards_only, near

    def prepare_value(self, value):
        return value.pk if isinstance(value, Committee) else value

    def clean(self, value):
        entered = _entered(value)
        unit, typed = _unit_of(entered.pk, self.widget), entered.text
        if unit and _is_named(unit, typed):
            return unit
        if not typed:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"])
            return None
        return self._by_name(typed, unit if entered.is_picked else None)

    def has_changed(self, initial, data):
        return True

    def offer(self, found: Sequence[FoundUnit], *, title: str) -> None:
        """Show units below the box, to be ticked instead of typing."""
        self.widget.choices, self.widget.choices_title = found, title

    def _by_name(self, typed: str, picked: Committee | None) -> Committee:
        """The only unit of this name, present or old, or the one ticked among several."""
        found = find_units(
            typed,
            wards_only=self.wards_only,
            order=order_near(self.near),
            to=self.widget.reader,
        )
        units = [one.unit for one in found]
        if picked and picked in units:
            return picked
        exact = [
            one.unit
            for one in found
            if not one.former and typed in (one.unit.name, one.unit.code)
        ]
        if len(exact) == 1 or len(units) == 1:
            return Committee.objects.get(pk=(exact or units)[0].pk)
        if not found:
            raise forms.ValidationError(self.error_messages["unknown"])
        self.offer(found, title="Chọn đơn vị")
        raise forms.ValidationError(self.error_messages["several"])


def show_units_to(form: forms.BaseForm, reader: User) -> None:
    """Let the unit boxes of a form know what this reader may be told by name.

    With a script the list of names sees to that; without one what was typed, or a number
    made up, would else come back as a name.
    """
    for field in form.fields.values():
        if isinstance(field, UnitField):
            field.widget.reader = reader


def _entered(value) -> Entered:
    return Entered(*value) if isinstance(value, tuple) else Entered(value, "")


def _is_named(unit: Committee, typed: str) -> bool:
    return fold(typed) in unit.search_key or typed == unit.code


def _unit_of(pk, asked: UnitWidget) -> Committee | None:
    """The unit of a number that came from a page, as far as the box may hold it."""
    if not str(pk or "").isdigit():
        return None
    units = Committee.objects.filter(told_to(asked.reader), pk=pk)
    if asked.wards_only:
        units = units.residences()
    return units.select_related("parent").first()
