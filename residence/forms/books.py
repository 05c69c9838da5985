from django import forms
from django.utils import timezone

from members.models import Committee
from members.scopes import contains
from party76.shared.forms import BaseForm, DateField
from party76.shared.numbering import FirstNumberField
from residence.queries import READERS
from residence.queries.books import (
    STAGE_LABELS,
    Stage,
    cells_with_books,
    wards_with_books,
    years_with_books,
)


class BookFilterForm(forms.Form):
    """Which books a page shows: ward, cell, year and how far they are."""

    don_vi = forms.ModelChoiceField(
        label="Đảng ủy xã, phường",
        required=False,
        queryset=Committee.objects.none(),
        empty_label=None,
    )
    chi_bo = forms.ModelChoiceField(
        label="Chi bộ",
        required=False,
        queryset=Committee.objects.none(),
        empty_label="Tất cả",
    )
    nam = forms.TypedChoiceField(
        label="Năm", required=False, coerce=int, empty_value=None
    )
    tinh_trang = forms.ChoiceField(
        label="Tình trạng",
        required=False,
        choices=[
            ("", "Tất cả"),
            *((one.value, label) for one, label in STAGE_LABELS.items()),
        ],
    )

    def __init__(self, data, *, user, on):
        # A form that is sent shows what it was sent, so say the year where none was.
        data = data.copy()
        if not data.get("nam", "").isdecimal():
            data["nam"] = str(on.year)
        super().__init__(data)
        self.on, self.scope = on, user.paths_of(*READERS)
        wards = wards_with_books(user)
        self.fields["don_vi"].queryset = wards
        self.ward = _named(wards, data.get("don_vi")) or wards.first()
        self.fields["chi_bo"].queryset = (
            cells_with_books(user, self.ward).order_by("sort_key", "pk")
            if self.ward
            else Committee.objects.none()
        )
        years = years_with_books(self.ward, on=on) if self.ward else [on.year]
        self.fields["nam"].choices = [(year, year) for year in years]
        self.full_clean()

    @property
    def unit(self) -> Committee | None:
        """The cell chosen, else the ward, or the one cell that the user knows of it."""
        if cell := self.cleaned_data.get("chi_bo"):
            return cell
        if self.ward is None or self._sees(self.ward):
            return self.ward
        cells = list(self.fields["chi_bo"].queryset[:2])
        return cells[0] if len(cells) == 1 else self.ward

    def _sees(self, unit: Committee) -> bool:
        return any(contains(path, unit.path) for path in self.scope)

    @property
    def year(self) -> int:
        return self.cleaned_data.get("nam") or self.on.year

    @property
    def year_text(self) -> str:
        return str(self.year)

    @property
    def stage(self) -> Stage | None:
        value = self.cleaned_data.get("tinh_trang")
        return Stage(value) if value else None

    def pairs(self, *without: str) -> list[tuple[str, str]]:
        """What was chosen, to go along with links and acts."""
        chosen = {
            "don_vi": self.ward.pk if self.ward else "",
            "chi_bo": getattr(self.cleaned_data.get("chi_bo"), "pk", ""),
            "nam": self.year,
            "tinh_trang": self.stage.value if self.stage else "",
        }
        return [(k, str(v)) for k, v in chosen.items() if v and k not in without]


class BookActForm(BaseForm):
    """What is the same for everybody ticked."""

    on = DateField(label="Ngày")
    first_number = FirstNumberField(
        label="Số sổ đầu tiên (khi cấp)",
        max_length=20,
        help_text="Ví dụ 001 hoặc 001/NK: các số sau tăng dần theo chi bộ và họ tên. Để "
        "trống thì cấp sổ không số.",
    )

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("initial", {}).setdefault("on", timezone.localdate())
        super().__init__(*args, **kwargs)


def _named(units, key) -> Committee | None:
    return units.filter(pk=key).first() if key and key.isdecimal() else None
