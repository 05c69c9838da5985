"""What readers of reports choose and type in."""

from django import forms

from evaluations.models import RatingYear


class UnitYearForm(forms.Form):
    """Which unit and which year; the choices are what the reader may see."""

    don_vi = forms.TypedChoiceField(label="Đơn vị", coerce=int)
    nam = forms.TypedChoiceField(label="Năm", coerce=int)

    def __init__(
        self, *args, units: list[tuple[int, str]], years: list[RatingYear], **kw
    ):
        super().__init__(*args, **kw)
        self.fields["don_vi"].choices = units
        self.fields["nam"].choices = [(year.year, f"Năm {year.year}") for year in years]


class _CountField(forms.IntegerField):
    """A count as people type it: 22365 or 22.365."""

    widget = forms.TextInput

    def to_python(self, value):
        if isinstance(value, str):
            value = value.replace(".", "").replace(" ", "")
        return super().to_python(value)


class PrintedTotalForm(forms.Form):
    """A total as some paper printed it, to be set beside the counted one."""

    so_in = _CountField(
        label="Số in trong báo cáo giấy",
        min_value=0,
        max_value=100_000_000,
        help_text="Số được nhận xét hoặc được tiếp nhận, ví dụ 22.365. "
        "Hệ thống chỉ so sánh, không ghi lại.",
        error_messages={
            "required": "Đồng chí nhập số cần so sánh.",
            "invalid": "Đồng chí nhập một số nguyên, ví dụ 22.365.",
            "min_value": "Số không được âm.",
            "max_value": "Số quá lớn.",
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.fields["so_in"].widget.attrs["inputmode"] = "numeric"
