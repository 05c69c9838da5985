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


class PrintedTotalForm(forms.Form):
    """A total as some paper printed it, to be set beside the counted one."""

    so_in = forms.IntegerField(
        label="Số đảng viên được nhận xét (hoặc tiếp nhận) in trong báo cáo giấy",
        min_value=0,
        max_value=100_000_000,
        localize=True,
        help_text="Ví dụ 22365. Hệ thống so với số tính được, không ghi lại.",
    )
