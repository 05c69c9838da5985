from django import forms

from members.models.persons import field_label
from party76.shared.forms import BaseForm


class CorrectionForm(BaseForm):
    """Đề nghị đính chính: which field, what it should say, and on what ground."""

    submit_label = "Gửi đề nghị"
    field = forms.ChoiceField(label="Mục cần đính chính")
    new_value = forms.CharField(
        label="Đề nghị ghi là",
        max_length=200,
        help_text="Ngày ghi dạng ngày/tháng/năm; giới tính ghi “Nam” hoặc “Nữ”.",
    )
    reason = forms.CharField(
        label="Căn cứ", max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, fields: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(name, field_label(name)) for name in fields]
        self.fields["field"].choices = [("", "Chọn mục"), *choices]


class AnswerForm(BaseForm):
    """Accept, and the value is written; or refuse, and say why."""

    submit_label = "Trả lời"
    decision = forms.ChoiceField(
        label="Trả lời",
        choices=[("accept", "Đúng, sửa hồ sơ theo đề nghị"), ("refuse", "Không sửa")],
        widget=forms.RadioSelect,
        error_messages={"required": "Đồng chí chọn một cách trả lời."},
    )
    answer = forms.CharField(
        label="Lý do không sửa",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("decision") == "refuse" and not cleaned.get("answer"):
            self.add_error("answer", "Đồng chí ghi lý do không sửa.")
        return cleaned
