from django import forms

from members.forms.units import UnitField, show_units_to
from members.models import Committee, Kind, Sector, User
from party76.shared.forms import BaseForm, BaseModelForm, DateField
from party76.shared.text import normalize_vi

_NAMES = ["name", "short_name"]
_FLAGS = ["outside_city", "uses_system", "receives_members"]


class CellForm(BaseModelForm):
    """What a ward writes of its own cells."""

    class Meta:
        model = Committee
        fields = [*_NAMES, "receives_members"]

    def clean_name(self):
        return normalize_vi(self.cleaned_data["name"])


class CommitteeForm(CellForm):
    """What the organisation department writes of any unit below it."""

    class Meta:
        model = Committee
        fields = [*_NAMES, "sector", *_FLAGS]


class _NewMixin(forms.Form):
    def clean_code(self):
        code = self.cleaned_data["code"].strip()
        if Committee.objects.filter(code=code).exists():
            raise forms.ValidationError(
                "Mã đơn vị này đã dùng. Mã của đơn vị cũ cũng không dùng lại."
            )
        return code


class NewCellForm(_NewMixin, CellForm):
    valid_from = DateField(label="Hoạt động từ ngày")

    class Meta(CellForm.Meta):
        fields = ["code", *_NAMES, "receives_members"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.kind = Kind.CELL
        self.instance.sector = Sector.COMMUNE


class NewCommitteeForm(_NewMixin, CommitteeForm):
    valid_from = DateField(label="Hoạt động từ ngày")

    class Meta(CommitteeForm.Meta):
        fields = ["code", *_NAMES, "kind", "sector", *_FLAGS]


class PlaceForm(BaseForm):
    """Where a unit met in an import belongs."""

    submit_label = "Xếp vào cây tổ chức"
    parent = UnitField(label="Trực thuộc")
    kind = forms.ChoiceField(label="Loại tổ chức", choices=Kind)
    sector = forms.ChoiceField(label="Khối", choices=Sector)
    outside_city = forms.BooleanField(label="Ngoài Đảng bộ thành phố", required=False)

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        show_units_to(self, by)
