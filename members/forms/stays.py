"""Forms of the stay: received, passed on, exempt, ended; a letter asked for."""

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils import timezone

from members.forms.letters import UNTIL_HELP
from members.forms.persons import IDENTITY_ROWS, IdentityForm, PhoneField, Row
from members.forms.units import UnitField, show_units_to
from members.models import (
    Committee,
    EndReason,
    Exemption,
    Member,
    Registration,
    Role,
    User,
)
from members.queries.committees import cells_of
from members.queries.discretion import shown_workplace
from members.queries.inbox import places_open_to, receiving_cells, wards_of
from members.queries.known_persons import Known, known_persons
from party76.shared.forms import BaseForm, BaseModelForm, DateField

_NO_CELL = "Chưa phân chi bộ"
_PERSON_ROWS = ("known", *IDENTITY_ROWS, "workplace", Row("phone", "address"))


def _cell_field(ward: Committee, *, empty: str = _NO_CELL):
    return forms.ModelChoiceField(
        cells_of(ward), label="Chi bộ nơi cư trú", required=False, empty_label=empty
    )


class PersonHereForm(IdentityForm):
    """A person of another unit's that a residence writes down: identity, dwelling, place.

    Where a record of that person is there already, it is offered, so that none is made
    a second time; chosen is that record, or None for a new person.
    """

    OTHER = "other"

    known = forms.CharField(
        label="Đã có hồ sơ", required=False, widget=forms.HiddenInput
    )
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

    class Meta(IdentityForm.Meta):
        fields = [*IdentityForm.Meta.fields, "phone", "address"]
        field_classes = {"phone": PhoneField}

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.by = by
        show_units_to(self, by)
        self.chosen: Member | None = None
        self.found: list[Known] = []
        wards, cells = self.places()
        self.fields["ward"].queryset = wards
        self.fields["cell"].queryset = cells
        for name, few in (("ward", list(wards[:2])), ("cell", list(cells[:2]))):
            if len(few) == 1:
                self.initial.setdefault(name, few[0])

    def places(self):
        """The wards and cells to choose from, as querysets."""
        raise NotImplementedError

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("workplace"):
            self.instance.workplace = cleaned["workplace"]
        return cleaned

    def validate_unique(self):
        """The card of a record that is offered, or was chosen, is no mistake."""
        if self.chosen is None and "known" not in self.errors:
            super().validate_unique()

    def _ask_about_duplicates(self, cleaned):
        self.found = known_persons(
            card_number=(cleaned.get("card_number") or "").strip() or None,
            full_name=cleaned["full_name"],
            birth_date=self.instance.birth_date,
            workplace=cleaned.get("workplace"),
            by=self.by,
        )
        answer = cleaned.get("known")
        records = {str(known.member.pk): known.member for known in self.found}
        if answer in records:
            self.chosen = records[answer]
        elif self.found and answer != self.OTHER:
            self._offer()
        elif answer != self.OTHER:
            super()._ask_about_duplicates(cleaned)

    def _offer(self) -> None:
        shown = [self._offered(known) for known in self.found]
        other = (self.OTHER, "Là người khác, lập hồ sơ mới")
        self.fields["known"].widget = forms.RadioSelect(choices=[*shown, other])
        self.add_error(
            "known",
            "Đã có hồ sơ có thể của chính đồng chí này. Đồng chí chọn dùng hồ sơ đó hoặc "
            "lập hồ sơ mới, rồi lưu lại.",
        )

    def _offered(self, known: Known) -> tuple[str, str]:
        member = known.member
        facts = [
            f"sinh\u00a0{member.birth_text or 'chưa rõ ngày'}",
            shown_workplace(member.workplace, to=self.by),
            *known.told,
        ]
        return str(member.pk), (
            f"Dùng hồ sơ đã có: {member.full_name}, {', '.join(facts)} ({known.reason})"
        )


class PaperReceiptForm(PersonHereForm):
    """A member whose letter came on paper: person, receipt, cell, exemption at once."""

    submit_label = "Ghi tiếp nhận"

    received_on = DateField(label="Ngày tiếp nhận")
    receipt_number = forms.CharField(
        label="Số tiếp nhận", max_length=40, required=False
    )
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
    exemption_to = DateField(
        label="Đến trước ngày", required=False, help_text=UNTIL_HELP
    )

    layout = Layout(
        Fieldset("Đảng viên", *_PERSON_ROWS, css_class="form-part"),
        Fieldset(
            "Tiếp nhận",
            Row("ward", "cell"),
            Row("received_on", "receipt_number"),
            Row("letter_number", "letter_date"),
            "is_letter_unknown",
            css_class="form-part",
        ),
        Fieldset(
            "Miễn sinh hoạt nơi cư trú",
            Row("exemption_ground", "exemption_document"),
            Row("exemption_from", "exemption_to"),
            css_class="form-part",
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("received_on", timezone.localdate())

    def places(self):
        return wards_of(self.by), receiving_cells(self.by)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("exemption_ground") and not cleaned.get("exemption_from"):
            cleaned["exemption_from"] = cleaned.get("received_on")
        return cleaned

    def registration(self) -> Registration:
        """The stay that was filled in, not stored."""
        names = [
            "ward",
            "cell",
            "received_on",
            "receipt_number",
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
            valid_to=self.cleaned_data["exemption_to"],
        )


class AskLetterForm(PersonHereForm):
    """Somebody lives here without a letter: the workplace is asked for it."""

    submit_label = "Ghi và đề nghị giới thiệu"

    asked_on = DateField(label="Ngày ghi nhận")
    note = forms.CharField(
        label="Ghi chú cho nơi công tác", max_length=500, required=False
    )

    layout = Layout(
        Fieldset("Đồng chí đang cư trú", *_PERSON_ROWS, css_class="form-part"),
        Fieldset(
            "Nơi cư trú",
            Row("ward", "cell"),
            Row("asked_on", "note"),
            css_class="form-part",
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("asked_on", timezone.localdate())

    def places(self):
        wards, cells = places_open_to(self.by)
        units = Committee.objects.all()
        return (
            units.filter(pk__in=[ward.pk for ward in wards]).order_by("path"),
            units.filter(pk__in=[cell.pk for cell in cells]).order_by("sort_key", "pk"),
        )

    def clean_cell(self):
        """A cell's own account writes into its own cell alone."""
        cell = self.cleaned_data["cell"]
        if cell is None and not self.by.has_role(Role.RESIDENCE_WARD):
            raise forms.ValidationError("Đồng chí chọn chi bộ của mình.")
        return cell


class ReceiveForm(BaseForm):
    submit_label = "Tiếp nhận"
    on = DateField(label="Ngày tiếp nhận")
    number = forms.CharField(
        label="Số tiếp nhận",
        max_length=40,
        required=False,
        help_text="Số trong sổ của đảng ủy, nếu có.",
    )

    def __init__(self, *args, stay: Registration, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cell"] = _cell_field(stay.ward)
        self.initial.setdefault("cell", stay.cell_id)
        if not stay.letter_number:
            self.fields["letter_number"] = forms.CharField(
                label="Số giấy giới thiệu", max_length=40, required=False
            )
        if not stay.letter_date:
            self.fields["letter_date"] = DateField(
                label="Ngày giấy giới thiệu", required=False
            )


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
    moved_to = UnitField(
        label="Nơi cư trú mới",
        required=False,
        wards_only=True,
        help_text="Khi chuyển nơi cư trú: nơi công tác được nhắc giới thiệu về đó.",
    )
    closing_comment = forms.CharField(
        label="Nhận xét ngắn của chi bộ",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Nơi cư trú mới nhận xét cuối năm, cần biết thời gian ở đây thế nào.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A death has a page of its own, for either side, and can be taken back there.
        reasons = [one for one in EndReason.choices if one[0] != EndReason.DIED]
        self.fields["end_reason"].choices = [("", "Chọn lý do"), *reasons]


class ClosingCommentForm(BaseForm):
    submit_label = "Lưu nhận xét"
    text = forms.CharField(
        label="Nhận xét ngắn của chi bộ",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Nơi công tác và nơi cư trú mới đọc được khi việc theo dõi ở đây kết "
        "thúc.",
    )


class ExemptionForm(BaseModelForm):
    submit_label = "Ghi miễn sinh hoạt"
    valid_from = DateField(label="Miễn từ ngày")
    valid_to = DateField(
        label="Đến trước ngày",
        required=False,
        help_text=UNTIL_HELP,
    )

    class Meta:
        model = Exemption
        fields = ["ground", "document", "valid_from", "valid_to"]


class EndExemptionForm(BaseForm):
    submit_label = "Kết thúc miễn sinh hoạt"
    on = DateField(
        label="Sinh hoạt trở lại từ ngày",
    )
