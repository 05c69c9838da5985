from collections.abc import Sequence

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils import timezone

from members.forms.persons import IDENTITY_ROWS, IdentityForm, Row, units_of
from members.forms.units import UnitField
from members.models import (
    Committee,
    Exemption,
    Kind,
    Member,
    Registration,
    Role,
    User,
)
from members.queries.committees import cells_of
from members.queries.unit_names import FoundUnit
from party76.shared.forms import BaseForm, BaseModelForm, DateField

_NO_CELL = "Chưa giới thiệu về chi bộ"


def _cell_field(ward: Committee, *, empty: str = _NO_CELL):
    return forms.ModelChoiceField(
        cells_of(ward), label="Chi bộ nơi cư trú", required=False, empty_label=empty
    )


class PaperReceiptForm(IdentityForm):
    """A member whose letter came on paper: person, receipt, cell, exemption at once."""

    submit_label = "Ghi tiếp nhận"

    workplace = UnitField(label="Nơi công tác")
    ward = forms.ModelChoiceField(
        Committee.objects.none(),
        label="Đảng ủy nơi cư trú",
        error_messages={"required": "Đồng chí chọn đảng ủy nơi cư trú."},
    )
    cell = forms.ModelChoiceField(
        Committee.objects.none(),
        label="Chi bộ nơi cư trú",
        required=False,
        empty_label=_NO_CELL,
    )
    received_on = DateField(label="Ngày tiếp nhận")
    letter_number = forms.CharField(
        label="Số giấy giới thiệu", max_length=40, required=False
    )
    letter_date = DateField(label="Ngày giấy giới thiệu", required=False)
    is_letter_unknown = forms.BooleanField(
        label="Không rõ số, ngày giấy giới thiệu", required=False
    )
    exemption_ground = forms.ChoiceField(
        label="Căn cứ miễn",
        required=False,
        choices=[("", "Không miễn"), *Exemption.Ground.choices],
    )
    exemption_document = forms.CharField(
        label="Văn bản về việc miễn", max_length=200, required=False
    )
    exemption_from = DateField(label="Miễn từ ngày", required=False)

    class Meta:
        model = Member
        fields = [*IdentityForm.Meta.fields, "phone", "address"]
        widgets = {"phone": forms.TextInput(attrs={"inputmode": "tel"})}

    layout = Layout(
        Fieldset(
            "Đảng viên",
            *IDENTITY_ROWS,
            "workplace",
            Row("phone", "address"),
            css_class="form-part",
        ),
        Fieldset(
            "Tiếp nhận",
            Row("ward", "cell"),
            Row("received_on", "letter_number", "letter_date"),
            "is_letter_unknown",
            css_class="form-part",
        ),
        Fieldset(
            "Miễn sinh hoạt nơi cư trú",
            Row("exemption_ground", "exemption_from"),
            "exemption_document",
            css_class="form-part",
        ),
    )

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        own = units_of(by, Role.RESIDENCE_WARD)
        self.fields["ward"].queryset = own.filter(kind=Kind.WARD)
        self.fields["cell"].queryset = own.filter(receives_members=True).exclude(
            kind=Kind.WARD
        )
        only = list(self.fields["ward"].queryset[:2])
        if len(only) == 1:
            self.initial.setdefault("ward", only[0])
        self.initial.setdefault("received_on", timezone.localdate())

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("workplace"):
            self.instance.workplace = cleaned["workplace"]
        if cleaned.get("exemption_ground") and not cleaned.get("exemption_from"):
            cleaned["exemption_from"] = cleaned.get("received_on")
        return cleaned

    def registration(self) -> Registration:
        """The stay that was filled in, not stored."""
        names = [
            "ward",
            "cell",
            "received_on",
            "letter_number",
            "letter_date",
            "is_letter_unknown",
        ]
        return Registration(**{name: self.cleaned_data[name] for name in names})

    def exemption(self) -> Exemption | None:
        """The exemption that was filled in, not stored; None for an ordinary member."""
        if not self.cleaned_data["exemption_ground"]:
            return None
        return Exemption(
            ground=self.cleaned_data["exemption_ground"],
            document=self.cleaned_data["exemption_document"],
            valid_from=self.cleaned_data["exemption_from"],
        )


class LetterForm(BaseModelForm):
    """Giấy giới thiệu to a ward; number and date may be written in later."""

    submit_label = "Gửi giấy giới thiệu"
    ward = UnitField(label="Đảng ủy nơi cư trú", wards_only=True)
    letter_date = DateField(label="Ngày giấy giới thiệu", required=False)
    is_draft = forms.BooleanField(
        label="Chỉ lưu nháp, chưa gửi cho nơi cư trú", required=False
    )

    class Meta:
        model = Registration
        fields = ["letter_number", "note"]

    field_order = ["ward", "letter_number", "letter_date", "note", "is_draft"]

    def __init__(self, *args, suggested: Sequence[FoundUnit] = (), **kwargs):
        super().__init__(*args, **kwargs)
        asked = self.initial.get("ward")
        if asked in [one.unit for one in suggested]:
            return
        if len(suggested) == 1 and not asked and not self.is_bound:
            self._fill_in(suggested[0])
        else:
            self.fields["ward"].offer(suggested, title="Theo địa chỉ của đảng viên")

    def _fill_in(self, found: FoundUnit) -> None:
        """The only ward that the address tells; it can be typed over."""
        self.initial["ward"] = found.unit
        former = f" ({found.former})" if found.former else ""
        self.fields["ward"].help_text = (
            f"Theo địa chỉ: {found.unit.name}{former}. Nếu không đúng, đồng chí gõ tên "
            "đơn vị khác."
        )


class SendForm(BaseForm):
    submit_label = "Gửi giấy giới thiệu"
    on = DateField(label="Ngày gửi")


class ReceiveForm(BaseForm):
    submit_label = "Tiếp nhận"
    on = DateField(label="Ngày tiếp nhận")

    def __init__(self, *args, ward: Committee, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cell"] = _cell_field(ward)


class ReturnForm(BaseForm):
    submit_label = "Trả lại giấy giới thiệu"
    reason = forms.CharField(
        label="Lý do trả lại",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Nơi công tác đọc được lý do này.",
    )


class AssignForm(BaseForm):
    submit_label = "Giới thiệu về chi bộ"
    on = DateField(label="Từ ngày")

    def __init__(self, *args, ward: Committee, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cell"] = _cell_field(ward, empty="Không thuộc chi bộ nào")
        self.order_fields(["cell", "on"])


class EndForm(BaseForm):
    submit_label = "Kết thúc theo dõi"
    end_reason = forms.ChoiceField(label="Lý do kết thúc")
    ended_on = DateField(
        label="Từ ngày", help_text="Ngày đầu tiên đồng chí này không còn được theo dõi."
    )
    end_number = forms.CharField(label="Số văn bản", max_length=40, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reasons = Registration._meta.get_field("end_reason").choices or []
        self.fields["end_reason"].choices = [("", "Chọn lý do"), *reasons]


class ExemptionForm(BaseModelForm):
    submit_label = "Ghi miễn sinh hoạt"
    valid_from = DateField(label="Miễn từ ngày")
    valid_to = DateField(
        label="Đến trước ngày",
        required=False,
        help_text="Để trống khi chưa biết ngày hết miễn.",
    )

    class Meta:
        model = Exemption
        fields = ["ground", "document", "valid_from", "valid_to"]


class EndExemptionForm(BaseForm):
    submit_label = "Kết thúc miễn sinh hoạt"
    on = DateField(
        label="Sinh hoạt trở lại từ ngày",
    )
