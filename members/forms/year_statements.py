from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from members.forms.persons import Row
from members.models import WorkplaceYearStatement
from members.services.year_statements import FIELDS, FIRST_YEAR
from party76.shared.forms import BaseModelForm

_NUMBERS = FIELDS[:4]


class YearStatementForm(BaseModelForm):
    """What a workplace states for one year; no names anywhere."""

    submit_label = "Lưu thống kê"

    class Meta:
        model = WorkplaceYearStatement
        fields = FIELDS
        labels = {
            "total_members": "Tổng số đảng viên",
            "not_introduced_reason": "Lý do chưa giới thiệu",
            "is_approximate": "Số gần đúng (“khoảng”, “hơn”)",
        }
        help_texts = {
            "exempt_from_introduction": "Hướng dẫn 33, loại 1.2: chỉ ghi số, không ghi tên.",
            "not_introduced": "Trong số thuộc đối tượng giới thiệu.",
            "not_introduced_reason": "Ví dụ: mới kết nạp, đang chuyển sinh hoạt. Không "
            "ghi tên người.",
        }
        widgets = {name: forms.NumberInput(attrs={"min": 0}) for name in _NUMBERS}

    layout = Layout(
        Row("total_members", "subject"),
        Row("exempt_from_introduction", "not_introduced"),
        "not_introduced_reason",
        "is_approximate",
    )


class YearFilterForm(forms.Form):
    """Which year, and whether only those who have stated nothing."""

    nam = forms.TypedChoiceField(label="Năm", coerce=int, required=False)
    ds = forms.ChoiceField(
        label="Đơn vị",
        required=False,
        choices=[
            ("", "Tất cả"),
            ("chua", "Chưa khai thống kê"),
            ("roi", "Đã khai thống kê"),
        ],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.this_year = timezone.localdate().year
        years = range(self.this_year, FIRST_YEAR - 1, -1)
        self.fields["nam"].choices = [(year, str(year)) for year in years]
        self.initial.setdefault("nam", self.this_year)

    def chosen(self) -> tuple[int, str]:
        """(year, which units); a choice that makes no sense is left out."""
        self.is_valid()
        year = self.cleaned_data.get("nam") or self.this_year
        return year, self.cleaned_data.get("ds", "")
