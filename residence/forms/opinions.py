import re

from django import forms

from members.models import Committee
from party76.shared.forms import BaseModelForm, DateField
from party76.shared.text import fold
from residence.models import Opinion
from residence.services.opinions import editable_fields

_LEADING_NUMBER = re.compile(r"(\d{1,5})\s*(?:[–.-].*)?")


class OpinionForm(BaseModelForm):
    """What was said and what became of it; fields no longer open are left out."""

    submit_label = "Lưu ý kiến"
    given_on = DateField(label="Ngày nêu")

    class Meta:
        model = Opinion
        fields = ["given_on", "subject", "text", "answer", "state"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 5}),
            "answer": forms.Textarea(attrs={"rows": 4}),
        }
        error_messages = {
            "text": {"max_length": "Nội dung dài quá 2.000 ký tự."},
            "answer": {"max_length": "Trả lời dài quá 2.000 ký tự."},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            kept = {*editable_fields(self.instance), "submission_key", "version"}
            for name in self.fields.keys() - kept:
                del self.fields[name]

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if given.get("state") == Opinion.State.SETTLED and not given.get("answer"):
            self.add_error("answer", "Ý kiến đã giải quyết phải ghi nội dung trả lời.")
        return given


class MeetingOpinionForm(OpinionForm):
    """The same at a meeting, where people are told by their number on the sheet."""

    person = forms.CharField(
        label="Đồng chí nêu ý kiến",
        help_text="Số thứ tự trên danh sách, hoặc họ tên.",
        widget=forms.TextInput(attrs={"list": "nguoi-du", "autocomplete": "off"}),
    )
    field_order = ["person"]

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = list(rows)

    def clean_person(self):
        """The row of the sheet that the number, or the only such name, points at."""
        typed = self.cleaned_data["person"].strip()
        if counted := _LEADING_NUMBER.fullmatch(typed):
            found = [row for row in self.rows if row.number == int(counted[1])]
        else:
            key = fold(typed)
            found = [row for row in self.rows if row.member.search_key == key]
        if not found:
            raise forms.ValidationError("Không có trên danh sách của kỳ họp này.")
        if len(found) > 1:
            numbers = ", ".join(str(row.number) for row in found)
            raise forms.ValidationError(
                f"Có {len(found)} đồng chí cùng họ tên (số {numbers}); "
                "đồng chí ghi số thứ tự."
            )
        return found[0]


class OpinionFilterForm(forms.Form):
    """Which opinions a list shows; nothing personal, so it may stand in the URL."""

    nam = forms.TypedChoiceField(
        label="Năm", required=False, coerce=int, empty_value=None
    )
    tinh_trang = forms.ChoiceField(
        label="Tình trạng",
        required=False,
        choices=[("", "Tất cả"), *Opinion.State.choices],
    )
    don_vi = forms.ModelChoiceField(
        label="Đơn vị",
        required=False,
        queryset=Committee.objects.none(),
        empty_label="Tất cả",
    )

    def __init__(self, *args, seen, years, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["nam"].choices = [("", "Tất cả"), *((y, y) for y in years)]
        self.fields["don_vi"].queryset = Committee.objects.filter(
            pk__in=seen.values("committee")
        ).order_by("path")

    def narrow(self, opinions):
        """The opinions that fit what was chosen."""
        self.full_clean()
        chosen = self.cleaned_data
        if year := chosen.get("nam"):
            opinions = opinions.filter(given_on__year=year)
        if state := chosen.get("tinh_trang"):
            opinions = opinions.filter(state=state)
        if unit := chosen.get("don_vi"):
            opinions = opinions.filter(committee=unit)
        return opinions

    def chosen_pairs(self) -> list[tuple[str, str]]:
        """What was chosen, for the links to other pages of the same list."""
        return [(name, self.data[name]) for name in self.chosen_names()]

    def chosen_names(self) -> list[str]:
        return [name for name in self.fields if self.cleaned_data.get(name)]
