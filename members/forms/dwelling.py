from django import forms

from members.models import Exemption
from members.queries.retirement import Ages
from party76.shared.forms import BaseForm, DateField


class ReportDwellingForm(BaseForm):
    submit_label = "Gửi đảng ủy xác minh"
    reason = forms.CharField(
        label="Chi bộ phản ánh",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ví dụ: đã bán nhà, chuyển đi từ tháng 3, gọi điện nhiều lần không liên "
        "lạc được.",
    )
    on = DateField(label="Ngày phản ánh")


class AnswerDwellingForm(BaseForm):
    """What the ward found: gone, or still here."""

    submit_label = "Ghi kết quả xác minh"
    GONE, HERE = "gone", "here"

    found = forms.ChoiceField(
        label="Kết quả xác minh",
        choices=[
            (GONE, "Đúng: không còn cư trú, không liên lạc được – kết thúc theo dõi"),
            (HERE, "Không đúng: vẫn đang cư trú"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Đồng chí chọn kết quả xác minh."},
    )
    answer = forms.CharField(
        label="Trả lời chi bộ",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Chi bộ đọc được. Nếu vẫn cư trú thì ghi rõ đã xác minh thế nào.",
    )
    ended_on = DateField(
        label="Kết thúc theo dõi từ ngày",
        required=False,
        help_text="Chỉ khi không còn cư trú: ngày đầu tiên không còn được theo dõi.",
    )
    number = forms.CharField(label="Số văn bản", max_length=40, required=False)

    def clean(self):
        cleaned = super().clean()
        found = cleaned.get("found")
        is_told = cleaned.get("ended_on") or "ended_on" in self.errors
        if found == self.GONE and not is_told:
            self.add_error("ended_on", "Đồng chí nhập ngày kết thúc theo dõi.")
        return cleaned


class DeathForm(BaseForm):
    submit_label = "Ghi từ trần"
    on = DateField(label="Ngày từ trần")
    document = forms.CharField(
        label="Số văn bản, giấy báo",
        max_length=40,
        required=False,
        help_text="Số trích lục khai tử hoặc văn bản báo, nếu có.",
    )


class UndoDeathForm(BaseForm):
    submit_label = "Hoàn tác việc ghi từ trần"


class ExemptionFilterForm(forms.Form):
    """Narrows the list of the exempt; nothing personal, so it stands in the address."""

    NOW, SOON, ENDED, ALL = "", "sap-het", "vua-het", "tat-ca"

    can_cu = forms.ChoiceField(
        label="Căn cứ",
        required=False,
        choices=[("", "Tất cả"), *Exemption.Ground.choices],
    )
    thoi_han = forms.ChoiceField(
        label="Thời hạn",
        required=False,
        choices=[
            (NOW, "Đang miễn"),
            (SOON, "Hết trong 30 ngày tới"),
            (ENDED, "Vừa hết, chưa có lần mới"),
            (ALL, "Tất cả, cả lần đã hết"),
        ],
    )

    def query(self) -> dict[str, str]:
        """The choices as they stand in an address."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class AgesForm(forms.Form):
    """The ages at which to look at people; empty is the schedule of the decree."""

    nam_tuoi = forms.IntegerField(
        label="Nam, tuổi", required=False, min_value=40, max_value=90
    )
    nam_thang = forms.IntegerField(
        label="Nam, thêm tháng", required=False, min_value=0, max_value=11
    )
    nu_tuoi = forms.IntegerField(
        label="Nữ, tuổi", required=False, min_value=40, max_value=90
    )
    nu_thang = forms.IntegerField(
        label="Nữ, thêm tháng", required=False, min_value=0, max_value=11
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages |= {
                "invalid": "Đồng chí nhập số.",
                "min_value": "Đồng chí nhập số từ %(limit_value)s trở lên.",
                "max_value": "Đồng chí nhập số đến %(limit_value)s.",
            }

    def ages(self) -> Ages:
        """What was asked for; what makes no sense is left to the schedule."""
        self.is_valid()
        return Ages(men=self._months("nam"), women=self._months("nu"))

    def query(self) -> dict[str, str]:
        self.is_valid()
        return {
            name: str(value)
            for name, value in self.cleaned_data.items()
            if value is not None
        }

    def _months(self, who: str) -> int | None:
        years = self.cleaned_data.get(f"{who}_tuoi")
        if years is None:
            return None
        return years * 12 + (self.cleaned_data.get(f"{who}_thang") or 0)
