from datetime import date

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import timezone

from members.models import Committee
from members.scopes import within
from party76.shared.forms import BaseForm, BaseModelForm, DateField
from residence.models import Attendance, Meeting
from residence.periods import half_year, period_label
from residence.queries import RESIDENCE

AS_HELD = ""
_PLAN = [
    "title",
    Row(
        Column("held_on", css_class="col-sm-6"),
        Column("starts_at", css_class="col-sm-6"),
    ),
    "place",
    Row(Column("kind", css_class="col-sm-6"), Column("half", css_class="col-sm-6")),
    "counts",
    "chair",
    "agenda",
]


def units_run_by(user):
    """Open units that receive members and where this user holds meetings."""
    return (
        Committee.objects.filter(within("path", user.paths_of(*RESIDENCE)))
        .filter(receives_members=True, valid_to=None)
        .order_by("path")
    )


class MeetingForm(BaseModelForm):
    """A meeting from its plan to its conclusions; the unit stays what it was."""

    submit_label = "Lưu nội dung kỳ họp"
    held_on = DateField(label="Ngày họp")
    starts_at = forms.TimeField(
        label="Giờ bắt đầu",
        required=False,
        input_formats=["%H:%M", "%Hh%M", "%Hh", "%H giờ %M", "%H giờ"],
        widget=forms.TimeInput(
            format="%H:%M", attrs={"placeholder": "giờ:phút", "autocomplete": "off"}
        ),
        error_messages={"invalid": "Giờ không đúng. Đồng chí nhập như 19:30."},
    )
    half = forms.ChoiceField(
        label="Tính cho kỳ",
        required=False,
        help_text="Kỳ họp được tính vào số buổi của nửa năm này.",
    )

    class Meta:
        model = Meeting
        fields = [
            "title",
            "kind",
            "held_on",
            "starts_at",
            "place",
            "counts",
            "chair",
            "agenda",
            "local_report",
            "conclusions",
        ]
        widgets = {
            "agenda": forms.Textarea(attrs={"rows": 5}),
            "local_report": forms.Textarea(attrs={"rows": 6}),
            "conclusions": forms.Textarea(attrs={"rows": 5}),
        }

    layout = Layout(*_PLAN, "local_report", "conclusions")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["half"].choices = self._halves()
        self.fields["half"].initial = self._present_half()
        self.fields["held_on"].disabled = self._is_listed()

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("held_on"):
            first, end = self._chosen_period(cleaned)
            self.instance.period_from, self.instance.period_to = first, end
        return cleaned

    def _chosen_period(self, cleaned) -> tuple[date, date]:
        chosen = cleaned.get("half")
        if chosen == AS_HELD:
            return half_year(cleaned["held_on"])
        first, _, end = chosen.partition("/")
        return date.fromisoformat(first), date.fromisoformat(end)

    def _halves(self) -> list[tuple[str, str]]:
        year = timezone.localdate().year
        firsts = [date(y, m, 1) for y in range(year + 1, year - 4, -1) for m in (7, 1)]
        choices = {
            _half_key(*half_year(day)): period_label(*half_year(day)) for day in firsts
        }
        if self.instance.pk:
            # A period of its own kind, an old one too, stays choosable.
            choices.setdefault(self._present_half(), self.instance.period_label)
        return [(AS_HELD, "Nửa năm của ngày họp"), *choices.items()]

    def _present_half(self) -> str:
        if not self.instance.pk:
            return AS_HELD
        return _half_key(self.instance.period_from, self.instance.period_to)

    def _is_listed(self) -> bool:
        return bool(self.instance.pk) and self.instance.state != Meeting.State.PLANNED


class MeetingPlanForm(MeetingForm):
    """What is known beforehand: unit, day, place, agenda."""

    submit_label = "Lưu kỳ họp"

    class Meta(MeetingForm.Meta):
        fields = ["committee", *MeetingForm.Meta.fields[:-2]]

    layout = Layout("committee", *_PLAN)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["committee"].queryset = units_run_by(user)
        self.fields["committee"].empty_label = None


class MeetingFilterForm(forms.Form):
    """Which meetings a list shows; nothing personal, so it may stand in the URL."""

    STATES = {
        "chua-hop": ("Chưa họp", [Meeting.State.PLANNED, Meeting.State.LISTED]),
        "dang-hop": ("Đang họp", [Meeting.State.OPEN]),
        "da-ket-thuc": ("Đã kết thúc", [Meeting.State.CLOSED]),
        "khong-hop": ("Không tổ chức được", [Meeting.State.NOT_HELD]),
    }
    nam = forms.TypedChoiceField(
        label="Năm", required=False, coerce=int, empty_value=None
    )
    tinh_trang = forms.ChoiceField(label="Tình trạng", required=False)
    don_vi = forms.ModelChoiceField(
        label="Đơn vị",
        required=False,
        queryset=Committee.objects.none(),
        empty_label="Tất cả",
    )

    def __init__(self, *args, user, years, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["nam"].choices = [("", "Tất cả"), *((y, y) for y in years)]
        states = [(key, label) for key, (label, _) in self.STATES.items()]
        self.fields["tinh_trang"].choices = [("", "Tất cả"), *states]
        self.fields["don_vi"].queryset = units_with_meetings(user)

    def narrow(self, meetings):
        """The meetings that fit what was chosen; a choice unknown narrows nothing."""
        self.full_clean()
        chosen = self.cleaned_data
        if year := chosen.get("nam"):
            meetings = meetings.filter(held_on__year=year)
        if state := chosen.get("tinh_trang"):
            meetings = meetings.filter(state__in=self.STATES[state][1])
        if unit := chosen.get("don_vi"):
            meetings = meetings.filter(committee=unit)
        return meetings

    def chosen_pairs(self) -> list[tuple[str, str]]:
        """What was chosen, for the links to other pages of the same list."""
        return [(name, self.data[name]) for name in self.chosen_names()]

    def chosen_names(self) -> list[str]:
        return [name for name in self.fields if self.cleaned_data.get(name)]


def units_with_meetings(user):
    """Units whose meetings this user may see, in the order of the tree."""
    seen = Meeting.objects.visible_to(user)
    return Committee.objects.filter(pk__in=seen.values("committee")).order_by("path")


class CloseForm(BaseForm):
    """How unmarked rows are to be written; asked only when there are any."""

    unmarked = forms.ChoiceField(
        label="Những đồng chí chưa điểm danh thì ghi thế nào?",
        widget=forms.RadioSelect,
        choices=[
            (Attendance.Status.ABSENT, "Vắng, chưa rõ lý do (bổ sung lý do sau được)"),
            (
                Attendance.Status.NOT_MARKED,
                "Để nguyên “chưa điểm danh” (vẫn tính vào số phải dự)",
            ),
        ],
        error_messages={"required": "Đồng chí chọn một cách ghi."},
    )

    def __init__(self, *args, has_unmarked: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not has_unmarked:
            del self.fields["unmarked"]


class NotHeldForm(BaseForm):
    submit_label = "Ghi không tổ chức được"
    reason = forms.CharField(
        label="Lý do không tổ chức được",
        max_length=300,
        error_messages={"required": "Đồng chí ghi lý do không tổ chức được kỳ họp."},
    )


def _half_key(first: date, end: date) -> str:
    return f"{first.isoformat()}/{end.isoformat()}"
