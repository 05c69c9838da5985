"""Who decided a stage, when and how: the fields of every stage's page."""

from django import forms

from evaluations.services.decisions import Decision
from evaluations.services.steps import Consultation
from party76.shared.forms import BaseForm, DateField


class DecisionForm(BaseForm):
    """The decider is a person, not the account that types."""

    name = forms.CharField(
        label="Người quyết định (họ và tên)",
        max_length=80,
        help_text="Đồng chí thay mặt chi ủy, đảng ủy quyết định; có thể khác người nhập.",
    )
    post = forms.CharField(label="Chức vụ", max_length=120, required=False)
    on = DateField(label="Ngày quyết định")
    from_signed_paper = forms.BooleanField(
        label="Nhập thay theo bản giấy đã ký", required=False
    )

    def decision(self) -> Decision:
        values = self.cleaned_data
        return Decision(
            values["name"], values["post"], values["on"], values["from_signed_paper"]
        )


class ReasonedDecisionForm(DecisionForm):
    """A decision that has to say why."""

    reason = forms.CharField(label="Lý do", max_length=300)
    field_order = ["reason"]


class ConsultedDecisionForm(DecisionForm):
    """A proposal agreed with the Ban công tác Mặt trận (Quy định 213, Điều 4)."""

    consulted_on = DateField(label="Ngày họp với Ban công tác Mặt trận")
    consulted_with = forms.CharField(
        label="Thống nhất với (họ tên, chức vụ)", max_length=200
    )
    field_order = ["consulted_on", "consulted_with"]

    def consultation(self) -> Consultation:
        values = self.cleaned_data
        return Consultation(values["consulted_on"], values["consulted_with"])


class ReopenForm(BaseForm):
    """Why a closed year is opened again."""

    reason = forms.CharField(label="Lý do mở lại", max_length=300)
