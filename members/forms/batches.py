"""Forms of steps that many take at once: what is the same for all of them."""

from collections.abc import Iterable

from django import forms

from members.forms.units import UnitField, show_units_to
from members.models import Committee, EndReason, User
from members.queries.inbox import receiving_cells, workplaces_in
from party76.shared.forms import BaseForm, DateField
from party76.shared.numbering import FirstNumberField


def _cells(by: User, *, empty: str, required: bool = False):
    return forms.ModelChoiceField(
        receiving_cells(by),
        label="Chi bộ nơi cư trú",
        required=required,
        empty_label=empty,
        error_messages={"required": "Đồng chí chọn chi bộ."},
    )


class ReceiveManyForm(BaseForm):
    on = DateField(label="Ngày tiếp nhận")
    first_number = FirstNumberField(
        label="Số tiếp nhận đầu tiên",
        max_length=30,
        help_text="Các số sau tăng dần theo thứ tự bên dưới. Không ghi số thì để trống.",
    )

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cell"] = _cells(by, empty="Chưa phân chi bộ")
        self.fields["cell"].label = "Chi bộ cho tất cả"
        self.fields[
            "cell"
        ].help_text = "Ai về chi bộ khác thì chọn ở dòng của người đó."


class ReturnManyForm(BaseForm):
    reason = forms.CharField(
        label="Lý do trả lại",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Các nơi công tác đọc được lý do này.",
    )


class AssignManyForm(BaseForm):
    on = DateField(label="Từ ngày")

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cell"] = _cells(by, empty="Chọn chi bộ", required=True)
        self.order_fields(["cell", "on"])


class EndManyForm(BaseForm):
    end_reason = forms.ChoiceField(label="Lý do kết thúc")
    on = DateField(
        label="Từ ngày", help_text="Ngày đầu tiên các đồng chí không còn được theo dõi."
    )
    number = forms.CharField(label="Số văn bản", max_length=40, required=False)
    moved_to = UnitField(
        label="Nơi cư trú mới của tất cả",
        required=False,
        wards_only=True,
        help_text="Khi chuyển nơi cư trú: nơi công tác được nhắc giới thiệu về đó. Về "
        "nhiều nơi thì ghi từng nhóm.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A death is entered for each by itself.
        reasons = [one for one in EndReason.choices if one[0] != EndReason.DIED]
        self.fields["end_reason"].choices = [("", "Chọn lý do"), *reasons]


class TransferManyForm(BaseForm):
    workplace = UnitField(label="Nơi công tác mới")
    on = DateField(label="Từ ngày")
    number = forms.CharField(label="Số quyết định", max_length=40, required=False)

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        show_units_to(self, by)


class InboxFilterForm(forms.Form):
    """Narrows the letters that wait; nothing personal, so it stands in the address."""

    noi_cong_tac = forms.ChoiceField(label="Nơi công tác", required=False)

    def __init__(self, *args, letters, **kwargs):
        super().__init__(*args, **kwargs)
        self.units = {str(unit.pk): unit for unit in workplaces_in(letters)}
        self.fields["noi_cong_tac"].choices = [
            ("", "Tất cả"),
            *((key, unit.name) for key, unit in self.units.items()),
        ]

    def chosen(self) -> Committee | None:
        self.is_valid()
        return self.units.get(self.cleaned_data.get("noi_cong_tac", ""))


class PickFilterForm(forms.Form):
    """Narrows whom to choose from: without a cell, of one cell, or all."""

    WITHOUT = "chua"

    chi_bo = forms.ChoiceField(label="Chi bộ", required=False)

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.cells = {str(cell.pk): cell for cell in receiving_cells(by)}
        self.fields["chi_bo"].choices = [
            ("", "Tất cả"),
            (self.WITHOUT, "Chưa phân chi bộ"),
            *((key, cell.name) for key, cell in self.cells.items()),
        ]

    def narrow(self, stays):
        """The stays that fit what was chosen."""
        self.is_valid()
        chosen = self.cleaned_data.get("chi_bo", "")
        if chosen == self.WITHOUT:
            return stays.filter(cell=None)
        if chosen in self.cells:
            return stays.filter(cell=self.cells[chosen])
        return stays


def chosen_rows(values: Iterable[str]) -> dict[int, tuple[int, str]]:
    """{key: (version, what is its own)} of the lines that were sent, in their order.

    A line is “12.3” or “12.3.55”; what is none is left out.
    """
    found: dict[int, tuple[int, str]] = {}
    for value in values:
        key, _, rest = value.partition(".")
        version, _, own = rest.partition(".")
        if key.isdecimal() and version.isdecimal() and len(key) < 19:
            found[int(key)] = (int(version), own)
    return found
