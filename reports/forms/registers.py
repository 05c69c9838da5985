"""Whose register is opened, and of which time."""

from datetime import date, timedelta

from django import forms

from members.forms.old_units import LastingUnitField, in_use_first
from members.forms.units import UnitField, show_units_to
from members.models import Committee, User
from party76.shared.forms import DateField
from reports.queries.register_spans import Period, Side

FIRST_YEAR = 2000  # Quy định 76 is of the 15th of June 2000
MOST_PARTS = 300  # more are found by name, not chosen from a list


class RegisterUnitForm(forms.Form):
    """Whose register is opened, for those who stand above many units."""

    so = forms.ChoiceField(
        label="Sổ",
        choices=[(Side.RESIDENCE, "Nơi cư trú"), (Side.WORKPLACE, "Nơi công tác")],
    )
    don_vi = UnitField(label="Đơn vị")

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        show_units_to(self, by)


class RegisterForm(forms.Form):
    """Of which year, or between which days, and of which part of the unit."""

    nam = forms.TypedChoiceField(
        label="Năm", required=False, coerce=int, empty_value=None
    )
    tu_ngay = DateField(label="Hoặc từ ngày", required=False)
    den_ngay = DateField(label="đến hết ngày", required=False)
    bo_phan = LastingUnitField(
        Committee.objects.none(),
        label="Đơn vị trực thuộc",
        required=False,
        empty_label="Toàn đơn vị",
    )

    def __init__(self, data, *args, top: Committee, side: Side, today: date, **kwargs):
        data = data.copy()
        if data.get("tu_ngay") or data.get("den_ngay"):
            data["nam"] = ""
        elif not data.get("nam"):
            data["nam"] = str(today.year)
        super().__init__(data, *args, **kwargs)
        self.top, self.side, self.today = top, side, today
        years = range(today.year, FIRST_YEAR - 1, -1)
        self.fields["nam"].choices = [
            ("", "– theo hai ngày –"),
            *((year, f"Năm {year}") for year in years),
        ]
        parts = Committee.objects.below(top.path).exclude(pk=top.pk)
        if side is Side.RESIDENCE:
            parts = parts.filter(receives_members=True)
        if parts.count() > MOST_PARTS:
            parts = parts.none()
        self.fields["bo_phan"].queryset = in_use_first(parts.select_related("parent"))
        self.is_valid()

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("tu_ngay"), cleaned.get("den_ngay")
        if first and last and last < first:
            self.add_error("den_ngay", "Ngày cuối không được trước ngày đầu.")
        return cleaned

    @property
    def unit(self) -> Committee:
        """The part that was chosen, or the whole."""
        return self.cleaned_data.get("bo_phan") or self.top

    @property
    def period(self) -> Period:
        """The two days where one is given; else the year, or this one."""
        first, last = (
            self.cleaned_data.get("tu_ngay"),
            self.cleaned_data.get("den_ngay"),
        )
        if not self.errors and (first or last):
            last = last or self.today
            first = first or date(last.year, 1, 1)
            return Period(min(first, last), last + timedelta(days=1))
        year = self.cleaned_data.get("nam") or self.today.year
        return Period(date(year, 1, 1), date(year + 1, 1, 1))

    def chosen_pairs(self) -> list[tuple[str, str]]:
        """What was chosen, to be carried to the next page, the paper and the file."""
        return [(name, self.data[name]) for name in self.fields if self.data.get(name)]
