"""One crispy form for the whole house: guard fields, one button, plain dates."""

import uuid

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout, Submit
from django import forms


class DateField(forms.DateField):
    """A date typed as 05/11/2026; browsers' own date boxes show other orders."""

    def __init__(self, **kwargs):
        widget = forms.DateInput(
            format="%d/%m/%Y",
            attrs={
                "inputmode": "numeric",
                "placeholder": "ngày/tháng/năm",
                "autocomplete": "off",
                "maxlength": 10,
            },
        )
        kwargs.setdefault("widget", widget)
        kwargs.setdefault(
            "error_messages",
            {
                "invalid": "Ngày không đúng. Đồng chí nhập theo dạng ngày/tháng/năm, "
                "ví dụ 05/11/2026.",
                "required": "Đồng chí nhập ngày.",
            },
        )
        super().__init__(**kwargs)


class GuardMixin:
    """Adds submission key and version, and the helper that draws the form."""

    submit_label = "Lưu"
    layout: Layout | None = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # use_required_attribute would let the browser answer in its own language.
        self.use_required_attribute = False
        self.fields["submission_key"] = forms.UUIDField(
            widget=forms.HiddenInput, required=False, initial=uuid.uuid4
        )
        self.fields["version"] = forms.IntegerField(
            widget=forms.HiddenInput,
            required=False,
            initial=getattr(getattr(self, "instance", None), "version", None),
        )
        _give_plain_messages(self.fields.values())
        _name_empty_choices(self.fields.values())

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper(self)
        helper.attrs = {"novalidate": "", "data-guard-unsaved": "", "data-once": ""}
        if self.layout is not None:
            helper.layout = Layout(
                Field("submission_key"), Field("version"), self.layout
            )
        helper.add_input(Submit("save", self.submit_label, css_class="btn-primary"))
        return helper

    @property
    def seen_version(self) -> int:
        """The edition of the row that the form was filled from; 0 when unknown."""
        return self.cleaned_data.get("version") or 0


class BaseForm(GuardMixin, forms.Form):
    pass


class BaseModelForm(GuardMixin, forms.ModelForm):
    """Validates and fills its instance; a service does the writing."""


def _give_plain_messages(fields) -> None:
    for field in fields:
        if field.error_messages.get("required") == _DJANGO_REQUIRED:
            field.error_messages["required"] = "Đồng chí chưa nhập mục này."
        field.error_messages.setdefault(
            "min_value", "Nhập số từ %(limit_value)s trở lên."
        )


def _name_empty_choices(fields) -> None:
    """Say “chọn” where Django draws a row of dashes."""
    for field in fields:
        if isinstance(field, forms.ModelChoiceField):
            if field.empty_label == _DASHES:
                field.empty_label = NOT_CHOSEN
        elif isinstance(field, forms.ChoiceField):
            field.choices = [
                (value, NOT_CHOSEN if label == _DASHES else label)
                for value, label in field.choices
            ]


NOT_CHOSEN = "– chọn –"
_DASHES = "---------"
_DJANGO_REQUIRED = forms.Field.default_error_messages["required"]
