"""Which unit and year a summary is of, under whose units, and what a paper printed."""

from datetime import date

from django import forms

from evaluations.models import RatingYear
from party76.shared.forms import DateField
from reports.queries.regrouping import why_not


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


TODAY = "hom-nay"  # the units as they are now
OTHER_DAY = "khac"  # the units of a day that is typed beside


class StructureChoiceForm(UnitYearForm):
    """The same, and under whose units the year is shown."""

    co_cau = forms.ChoiceField(label="Theo cơ cấu", required=False)
    ngay = DateField(label="Cơ cấu của ngày", required=False)
    dia_ban = forms.ChoiceField(label="Địa bàn", required=False)

    def __init__(
        self,
        *args,
        year: RatingYear,
        ground: RatingYear | None,
        today: date,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.fields["co_cau"].choices = [
            ("", f"ngày chốt {year.reference_day:%d/%m/%Y}"),
            (TODAY, "hiện nay"),
            (OTHER_DAY, "ngày khác"),
        ]
        if today <= year.reference_day:
            del self.fields["co_cau"]
        if self.initial.get("co_cau") != OTHER_DAY:
            del self.fields["ngay"]
        if ground is None:
            del self.fields["dia_ban"]
        else:
            self.fields["dia_ban"].choices = [
                ("", "toàn bộ"),
                (str(ground.year), f"các đơn vị có từ năm {ground.year}"),
            ]


class StructureForm(forms.Form):
    """Under whose units a year is read, and on the ground of which earlier year."""

    co_cau = forms.CharField(required=False)
    dia_ban = forms.IntegerField(
        required=False,
        error_messages={
            "invalid": "Địa bàn được gọi bằng một năm nhận xét, ví dụ 2013."
        },
    )

    def __init__(
        self, *args, year: RatingYear, years: list[RatingYear], today: date, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.year, self.years, self.today = year, years, today

    def clean_co_cau(self) -> date | None:
        """The day, or None for the units of the reference day."""
        value, then = self.cleaned_data["co_cau"], self.year.reference_day
        if not value:
            return None
        if value == TODAY:
            return self.today if self.today > then else None
        if value == OTHER_DAY:
            raise forms.ValidationError(
                "Đồng chí nhập ngày ở ô “Cơ cấu của ngày” rồi bấm Xem."
            )
        day = DateField().clean(value)
        if refusal := why_not(then, day, today=self.today):
            raise forms.ValidationError(refusal)
        return None if day == then else day

    def clean_dia_ban(self) -> RatingYear | None:
        """The earlier rating year whose units are meant."""
        wanted = self.cleaned_data["dia_ban"]
        if wanted is None:
            return None
        for year in self.years:
            if year.year == wanted and year.reference_day < self.year.reference_day:
                return year
        raise forms.ValidationError(
            f"Không có năm nhận xét {wanted} trước năm {self.year.year} để so địa bàn."
        )


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
