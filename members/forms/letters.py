"""Forms of the letter of introduction, as the workplace writes it."""

from collections.abc import Sequence

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.utils import timezone

from members.forms.persons import Row
from members.forms.units import UnitField
from members.models import Exemption, Registration
from members.queries.unit_names import FoundUnit
from party76.shared.forms import BaseForm, BaseModelForm, DateField
from party76.shared.numbering import FirstNumberField

GROUNDS = [("", "Không miễn"), *Exemption.Ground.choices]
# The button that keeps a letter for later.
KEPT = "is_draft"
UNTIL_HELP = "Để trống khi chưa biết ngày hết miễn."


class LetterForm(BaseModelForm):
    """Giấy giới thiệu to a ward; number and date may be written in later.

    Whoever is to be exempt (HD 33, kind 1.1) is named so in the same letter.
    """

    submit_label = "Gửi giấy giới thiệu"
    ward = UnitField(label="Đảng ủy nơi cư trú", wards_only=True)
    letter_date = DateField(label="Ngày giấy giới thiệu", required=False)
    ground = forms.ChoiceField(label="Căn cứ miễn", choices=GROUNDS, required=False)
    document = forms.CharField(
        label="Văn bản về việc miễn", max_length=200, required=False
    )
    valid_from = DateField(label="Miễn từ ngày", required=False)
    valid_to = DateField(label="Đến trước ngày", required=False, help_text=UNTIL_HELP)

    class Meta:
        model = Registration
        fields = ["letter_number", "note"]

    layout = Layout(
        Fieldset(
            "Giấy giới thiệu",
            "ward",
            Row("letter_number", "letter_date"),
            "note",
            css_class="form-part",
        ),
        Fieldset(
            "Miễn sinh hoạt nơi cư trú (Hướng dẫn 33, loại 1.1)",
            "ground",
            Row("valid_from", "valid_to"),
            "document",
            css_class="form-part",
        ),
    )

    def __init__(
        self, *args, suggested: Sequence[FoundUnit] = (), why: str = "", **kwargs
    ):
        super().__init__(*args, **kwargs)
        number = self.fields["letter_number"]
        number.help_text = "Chưa có số thì để trống, ghi sau khi ký."
        proposed = self.initial.get("ward")
        if proposed and why:
            self._explain(f"Đề xuất {proposed.name}: {why}.")
        if proposed in [one.unit for one in suggested]:
            return
        if len(suggested) == 1 and not proposed and not self.is_bound:
            self._fill_in(suggested[0])
        else:
            self.fields["ward"].offer(suggested, title="Theo địa chỉ của đảng viên")

    @property
    def helper(self) -> FormHelper:
        """With a second button, that keeps the letter and does not send it."""
        helper = super().helper
        css_class = "btn-outline-primary"
        helper.add_input(Submit(KEPT, "Lưu nháp, chưa gửi", css_class=css_class))
        return helper

    @property
    def is_draft(self) -> bool:
        return KEPT in self.data

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("ground"):
            day = cleaned.get("letter_date") or timezone.localdate()
            cleaned["valid_from"] = cleaned.get("valid_from") or day
        return cleaned

    def exemption(self) -> Exemption | None:
        """The exemption that was filled in, not stored; None for an ordinary member."""
        if not self.cleaned_data["ground"]:
            return None
        names = ["ground", "document", "valid_from", "valid_to"]
        return Exemption(**{name: self.cleaned_data[name] for name in names})

    def _fill_in(self, found: FoundUnit) -> None:
        """The only ward that the address tells; it can be typed over."""
        self.initial["ward"] = found.unit
        former = f" ({found.former})" if found.former else ""
        self._explain(f"Theo địa chỉ: {found.unit.name}{former}.")

    def _explain(self, words: str) -> None:
        self.fields[
            "ward"
        ].help_text = f"{words} Nếu không đúng, đồng chí gõ tên đơn vị khác."


class SendForm(BaseForm):
    submit_label = "Gửi giấy giới thiệu"
    on = DateField(label="Ngày gửi")


class WithdrawForm(BaseForm):
    submit_label = "Rút giấy giới thiệu"


class WriteInForm(BaseForm):
    """Number and date as they stand on the letter that was signed."""

    submit_label = "Ghi vào giấy giới thiệu"
    number = forms.CharField(label="Số giấy giới thiệu", max_length=40)
    dated = DateField(label="Ngày giấy giới thiệu", required=False)


class NoteEndForm(BaseForm):
    submit_label = "Đã ghi nhận"


class SendManyForm(BaseForm):
    """What is the same for all letters that are sent at once."""

    on = DateField(label="Ngày gửi")
    first_number = FirstNumberField(
        label="Số của giấy đầu tiên chưa có số",
        max_length=30,
        help_text="Các số sau tăng dần theo thứ tự bên dưới. Chưa có số thì để trống.",
    )
    dated = DateField(
        label="Ngày của giấy chưa ghi ngày",
        required=False,
        help_text="Để trống thì ghi sau.",
    )
