from crispy_forms.layout import Div, Layout
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from members.forms.units import UnitField, show_units_to
from members.models import Committee, EndReason, Member, Role, User
from members.queries.persons import (
    LISTED_LABELS,
    Chosen,
    Listed,
    possible_duplicates,
)
from members.scopes import within
from members.services.leaving import LEAVES
from party76.shared.forms import BaseForm, BaseModelForm, DateField
from party76.shared.phones import check_phone
from party76.spreadsheets.values import BadValue, date, name

# So many units are chosen from a list; more are found by typing.
MOST_IN_A_SELECT = 60


class Row(Div):
    """Fields side by side on a wide screen, one below the other on a phone."""

    def __init__(self, *fields):
        columns = (Div(field, css_class="col-md") for field in fields)
        super().__init__(*columns, css_class="row")


IDENTITY_ROWS = (
    "is_other_person",
    Row("full_name", "gender"),
    Row("birth", "card_number"),
    Row("admitted_on", "official_on"),
    "position",
)


class PhoneField(forms.CharField):
    """A phone number as people write it, with blanks or dots."""

    widget = forms.TextInput(attrs={"inputmode": "tel"})
    default_validators = [check_phone]


class PartialDateField(forms.CharField):
    """A date typed as ngày/tháng/năm, tháng/năm or năm; gives a PartialDate or None."""

    def __init__(self, **kwargs):
        kwargs.setdefault(
            "widget",
            forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        )
        kwargs.setdefault(
            "help_text",
            "Ngày/tháng/năm; chỉ biết năm hoặc tháng và năm thì ghi 1975 hoặc 03/1975.",
        )
        super().__init__(max_length=30, **kwargs)

    def clean(self, value):
        try:
            found = date(super().clean(value), today=timezone.localdate())
        except BadValue as error:
            raise forms.ValidationError(str(error)) from error
        if found and found.date > timezone.localdate():
            raise forms.ValidationError("Ngày sinh không được sau ngày hôm nay.")
        return found


class IdentityForm(BaseModelForm):
    """What the workplace owns of a member."""

    birth = PartialDateField(label="Ngày sinh", required=False)
    admitted_on = DateField(label="Ngày vào Đảng", required=False)
    official_on = DateField(label="Ngày chính thức", required=False)
    is_other_person = forms.BooleanField(
        label="Đây là người khác, vẫn lưu", required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = Member
        fields = ["full_name", "gender", "card_number", "position"]
        error_messages = {
            "card_number": {
                "unique": "Số thẻ này đã ghi cho một đồng chí khác. Đồng chí kiểm tra lại."
            }
        }

    layout = Layout(*IDENTITY_ROWS)

    def __init__(self, *args, with_position: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        if not with_position:
            self.fields.pop("position")
            self.layout = Layout(*IDENTITY_ROWS[:-1])
        self.duplicates: list[Member] = []
        self.fields["gender"].choices = [
            ("", "chưa ghi"),
            *Member.Gender.choices,
        ]
        member = self.instance
        self.initial.setdefault("birth", member.birth_text)
        self.initial.setdefault("admitted_on", member.admitted_on)
        self.initial.setdefault("official_on", member.official_on)

    def clean_full_name(self):
        try:
            return name(self.cleaned_data["full_name"])
        except BadValue as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self):
        cleaned = super().clean()
        born = cleaned.get("birth")
        self.instance.birth_date = born.date if born else None
        self.instance.birth_precision = born.precision if born else "day"
        self.instance.admitted_on = cleaned.get("admitted_on")
        self.instance.official_on = cleaned.get("official_on")
        if not self.errors:
            self._ask_about_duplicates(cleaned)
        return cleaned

    def _ask_about_duplicates(self, cleaned):
        if cleaned.get("is_other_person") or not self._is_named_anew(cleaned):
            return
        self.duplicates = list(
            possible_duplicates(
                full_name=cleaned["full_name"],
                birth_date=self.instance.birth_date,
                except_pk=self.instance.pk,
            )[:5]
        )
        if self.duplicates:
            self.fields["is_other_person"].widget = forms.CheckboxInput()
            self.add_error(
                "is_other_person",
                "Đã có đồng chí cùng họ tên và ngày sinh. Nếu đúng là người khác, đồng "
                "chí đánh dấu vào ô này rồi lưu lại.",
            )

    def _is_named_anew(self, cleaned) -> bool:
        if self.instance.pk is None:
            return True
        stored = Member.objects.get(pk=self.instance.pk)
        return (stored.full_name, stored.birth_date) != (
            cleaned["full_name"],
            self.instance.birth_date,
        )


class NewMemberForm(IdentityForm):
    """A member that a workplace adds to its own."""

    submit_label = "Thêm đảng viên"

    class Meta(IdentityForm.Meta):
        fields = [*IdentityForm.Meta.fields, "workplace"]

    layout = Layout("workplace", *IDENTITY_ROWS)

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        own = units_of(by, Role.WORKPLACE)
        self.fields["workplace"] = unit_choice(own, label="Nơi công tác")
        show_units_to(self, by)
        if own.count() == 1:
            self.initial.setdefault("workplace", own.first())


class DwellingForm(BaseModelForm):
    """What the residence owns of a member."""

    class Meta:
        model = Member
        fields = ["phone", "address"]
        field_classes = {"phone": PhoneField}


class WorkplaceChangeForm(BaseForm):
    submit_label = "Chuyển nơi công tác"
    workplace = UnitField(label="Nơi công tác mới")
    on = DateField(label="Từ ngày")

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        show_units_to(self, by)


class LeaveForm(BaseForm):
    """Off the workplace's list, for one of the reasons for which one leaves for good."""

    submit_label = "Đưa ra khỏi danh sách"
    reason = forms.ChoiceField(
        label="Lý do",
        choices=[
            ("", "Chọn lý do"),
            *((key, label) for key, label in EndReason.choices if key in LEAVES),
        ],
    )
    on = DateField(label="Từ ngày")
    number = forms.CharField(label="Số văn bản", max_length=40, required=False)


class MemberFilterForm(forms.Form):
    """Narrows the list of members; nothing personal, so it stands in the address."""

    trang_thai = forms.ChoiceField(
        label="Tình trạng",
        required=False,
        choices=[(value.value, label) for value, label in LISTED_LABELS.items()],
    )
    dien = forms.ChoiceField(
        label="Diện",
        required=False,
        choices=[
            ("", "Tất cả"),
            ("ordinary", "Thuộc diện sinh hoạt"),
            ("exempt", "Miễn sinh hoạt nơi cư trú"),
        ],
    )

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        at_home = units_of(by, Role.RESIDENCE_WARD, Role.RESIDENCE_CELL).filter(
            receives_members=True
        )
        at_work = units_of(by, Role.WORKPLACE)
        self.fields["noi_cu_tru"] = unit_choice(
            at_home, label="Nơi cư trú", required=False
        )
        self.fields["noi_cong_tac"] = unit_choice(
            at_work, label="Nơi công tác", required=False
        )
        show_units_to(self, by)

    def chosen(self) -> Chosen:
        """What to narrow to; a choice that makes no sense is left out."""
        self.is_valid()
        data = self.cleaned_data
        category = data.get("dien")
        return Chosen(
            listed=Listed(data.get("trang_thai") or Listed.CURRENT),
            workplace=data.get("noi_cong_tac"),
            residence=data.get("noi_cu_tru"),
            is_exempt=None if not category else category == "exempt",
        )

    def query(self) -> dict[str, str]:
        """The choices as they stand in an address."""
        chosen = self.chosen()
        found = {
            "trang_thai": "" if chosen.listed is Listed.CURRENT else chosen.listed,
            "dien": self.cleaned_data.get("dien"),
            "noi_cu_tru": chosen.residence.pk if chosen.residence else "",
            "noi_cong_tac": chosen.workplace.pk if chosen.workplace else "",
        }
        return {name: str(value) for name, value in found.items() if value}


def units_of(user: User, *roles: str) -> QuerySet[Committee]:
    """The open units in the scope of the user's posts of these roles."""
    paths = user.paths_of(*roles)
    units = Committee.objects.filter(within("path", paths), valid_to=None)
    return units.order_by("path")


def unit_choice(units: QuerySet[Committee], *, label: str, required: bool = True):
    """A list of one's own units where they are few, type-ahead over all otherwise."""
    few = list(units[: MOST_IN_A_SELECT + 1])
    if not few or len(few) > MOST_IN_A_SELECT:
        return UnitField(label=label, required=required)
    return forms.ModelChoiceField(
        units,
        label=label,
        required=required,
        empty_label="Chọn đơn vị" if required else "Tất cả",
        error_messages={
            "required": "Đồng chí chọn đơn vị.",
            "invalid_choice": "Đơn vị này không thuộc phạm vi của đồng chí.",
        },
    )
