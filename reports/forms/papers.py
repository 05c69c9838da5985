"""Which letters are put on paper, and the Word forms they are made with."""

from dataclasses import fields

from crispy_forms.layout import Layout
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from members.forms.old_units import LastingUnitField, in_use_first
from members.forms.persons import Row
from members.forms.units import UnitField, show_units_to
from members.models import Committee, Registration, User
from members.queries.inbox import workplaces_in
from members.scopes import within
from party76.shared.forms import BaseForm, DateField
from reports.documents import refusals
from reports.documents.word import MAX_BYTES
from reports.queries.signatures import Papers

State = Registration.State
ALL = "tat-ca"


class PapersFilterForm(forms.Form):
    """Which letters a list shows; no name among the choices."""

    loai = forms.CharField(required=False, widget=forms.HiddenInput)
    tinh_trang = forms.ChoiceField(label="Tình trạng", required=False)
    tu_ngay = DateField(label="Trả lời từ ngày", required=False)
    noi_cong_tac = forms.TypedChoiceField(
        label="Nơi công tác", required=False, coerce=int, empty_value=None
    )
    noi_cu_tru = LastingUnitField(
        Committee.objects.none(),
        label="Nơi cư trú",
        required=False,
        empty_label="Tất cả",
    )

    def __init__(
        self,
        *args,
        letters: QuerySet[Registration],
        states: list[State],
        is_reply: bool,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.letters = letters
        first = ("", "Tất cả") if is_reply else ("", "Chưa tiếp nhận")
        every = [] if is_reply else [(ALL, "Tất cả")]
        by_state = [(state.value, state.label) for state in states]
        self.fields["tinh_trang"].choices = [first, *by_state, *every]
        # Of the armed forces the whole alone is offered, as the residence knows it.
        self.units = {unit.pk: unit for unit in workplaces_in(letters)}
        self.fields["noi_cong_tac"].choices = [
            ("", "Tất cả"),
            *((unit.pk, unit.name) for unit in self.units.values()),
        ]
        wards = letters.order_by().values("ward")
        self.fields["noi_cu_tru"].queryset = in_use_first(
            Committee.objects.filter(pk__in=wards)
        )
        self.is_reply = is_reply
        if not is_reply:
            del self.fields["tu_ngay"]
        self.is_valid()

    def narrowed(self) -> QuerySet[Registration]:
        """The letters that fit; a choice that makes no sense is left out."""
        chosen = self.cleaned_data
        condition = self._of_state(chosen.get("tinh_trang", ""))
        if day := chosen.get("tu_ngay"):
            returned = Q(state=State.RETURNED, sent_on__gte=day)
            condition &= Q(received_on__gte=day) | returned
        if unit := self.units.get(chosen.get("noi_cong_tac")):
            condition &= within("workplace__path", [unit.path])
        if ward := chosen.get("noi_cu_tru"):
            condition &= Q(ward=ward)
        keys = Registration.objects.filter(condition).values("pk")
        return self.letters.filter(pk__in=keys) if condition else self.letters

    def _of_state(self, chosen: str) -> Q:
        """What is still on its way comes first: that is what is printed."""
        if chosen == ALL or (self.is_reply and not chosen):
            return Q()
        return Q(state__in=[chosen] if chosen else [State.DRAFT, State.SENT])

    def chosen_pairs(self) -> list[tuple[str, str]]:
        """What was chosen, to be carried from page to page."""
        names = [name for name in self.fields if name != "loai"]
        return [(name, self.data[name]) for name in names if self.data.get(name)]


class FormOfUnitForm(forms.Form):
    """Of which unit below the forms are shown."""

    don_vi = UnitField(label="Đơn vị", required=False)

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        show_units_to(self, by)


class _DatedFormForm(BaseForm):
    valid_from = DateField(label="Áp dụng từ ngày")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class PutFormForm(_DatedFormForm):
    """A Word form of the office, in place of ours."""

    submit_label = "Dùng mẫu này"
    layout = Layout("file", "valid_from", "seen")

    file = forms.FileField(
        label="Tệp Word (.docx)",
        widget=forms.FileInput(attrs={"accept": ".docx"}),
        help_text="Tối đa 2 MB. Hệ thống điền thử ngay; mẫu nào không điền được thì không "
        "nhận.",
        error_messages={
            "required": "Đồng chí chọn tệp mẫu.",
            "empty": "Tệp trống, không có nội dung nào.",
        },
    )

    def __init__(self, *args, **kwargs):
        kwargs["initial"] = {"valid_from": timezone.localdate()} | kwargs["initial"]
        super().__init__(*args, **kwargs)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(refusals.TOO_LARGE)
        return file


class HeadingForm(_DatedFormForm):
    """What stands above and below the papers of a unit."""

    submit_label = "Lưu"
    layout = Layout(
        Row("superior", "issuer"),
        Row("place", "on_behalf"),
        Row("title", "signer"),
        "valid_from",
        "seen",
    )

    superior = forms.CharField(
        label="Cấp trên (dòng đầu, bên trái)",
        max_length=120,
        required=False,
        help_text="Ví dụ: THÀNH ỦY CẦN THƠ. Không có thì để trống.",
    )
    issuer = forms.CharField(
        label="Cơ quan ban hành (dòng dưới)",
        max_length=120,
        help_text="Ví dụ: ĐẢNG ỦY PHƯỜNG NINH KIỀU.",
    )
    place = forms.CharField(
        label="Địa danh",
        max_length=60,
        help_text="In trước ngày tháng, ví dụ: Ninh Kiều.",
    )
    on_behalf = forms.CharField(
        label="Thay mặt",
        max_length=120,
        help_text="Ví dụ: T/M ĐẢNG ỦY, T/M BAN THƯỜNG VỤ.",
    )
    title = forms.CharField(
        label="Chức danh người ký", max_length=80, help_text="Ví dụ: PHÓ BÍ THƯ."
    )
    signer = forms.CharField(
        label="Họ tên người ký",
        max_length=80,
        required=False,
        help_text="Mỗi lần một người ký khác nhau thì để trống, ghi tay khi ký.",
    )

    def papers(self) -> Papers:
        """What was entered, once the form is valid."""
        values = self.cleaned_data
        return Papers(**{field.name: values[field.name] for field in fields(Papers)})


class ReturnToOursForm(_DatedFormForm):
    """From which day the system's own form is used again."""

    submit_label = "Trở lại mẫu của hệ thống"
    layout = Layout("valid_from", "seen")
