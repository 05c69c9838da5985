from dataclasses import dataclass
from datetime import timedelta

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import timezone

from members.models import Committee, Kind
from members.queries.channels import paths_down_to
from party76.shared.forms import BaseForm, BaseModelForm, DateField
from residence.models import Measure, Notice, NoticeItem
from residence.queries.notices import SHELF_LABELS, Narrowing, Shelf
from residence.services.notice_drafts import People
from residence.services.notices import Reply

# So long a workplace is given to answer, where the ward names no other day.
_DAYS_TO_ANSWER = timedelta(days=30)
_DUE = "Đến hết ngày này chưa trả lời thì cả hai bên thấy là quá hạn."
_PAPER = Row(
    Column("number", css_class="col-sm-6"), Column("dated_on", css_class="col-sm-6")
)


class NoticeFilterForm(forms.Form):
    """Which notices a list shows: units, states and kinds, nothing personal."""

    phan = forms.ChoiceField(
        label="Tình trạng",
        required=False,
        choices=[(one.value, label) for one, label in SHELF_LABELS.items()],
    )
    loai = forms.ChoiceField(
        label="Loại thông báo",
        required=False,
        choices=[("", "Tất cả"), *Notice.Kind.choices],
    )
    noi = forms.CharField(
        label="Nơi công tác",
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={"placeholder": "tên đơn vị", "autocomplete": "off"}
        ),
    )
    phuong = forms.ModelChoiceField(
        label="Đảng ủy nơi cư trú",
        required=False,
        queryset=Committee.objects.none(),
        empty_label="Tất cả",
    )

    def __init__(self, *args, wards, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phuong"].queryset = wards
        if len(wards) < 2:
            del self.fields["phuong"]
        self.full_clean()

    @property
    def chosen(self) -> Narrowing:
        """What was chosen; a choice unknown narrows nothing."""
        data = self.cleaned_data
        return Narrowing(
            shelf=Shelf(data.get("phan") or Shelf.RUNNING),
            kind=data.get("loai") or "",
            workplace=data.get("noi") or "",
            ward=data.get("phuong"),
        )

    def chosen_pairs(self, *without: str) -> list[tuple[str, str]]:
        """What was chosen, for the links to other pages of the same list."""
        names = [name for name in self.fields if name not in without]
        return [(n, self.data[n]) for n in names if self.cleaned_data.get(n)]


class ContentForm(BaseForm):
    """What all the notices drafted at once say."""

    text = forms.CharField(
        label="Nội dung, đề nghị",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ghi chung cho các thông báo; sửa riêng từng thông báo được trước khi "
        "gửi.",
    )
    due_on = DateField(
        label="Đề nghị trả lời chậm nhất ngày",
        required=False,
        help_text=_DUE,
        initial=lambda: timezone.localdate() + _DAYS_TO_ANSWER,
    )


class NoticeForm(BaseModelForm):
    """What a draft says; its people stand in rows of their own beside it."""

    due_on = DateField(
        label="Đề nghị trả lời chậm nhất ngày", required=False, help_text=_DUE
    )
    dated_on = DateField(label="Ngày thông báo", required=False)

    class Meta:
        model = Notice
        fields = ["text", "due_on", "number", "dated_on"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}
        help_texts = {"number": "Để trống thì ghi tay sau khi ký."}
        error_messages = {"text": {"max_length": "Nội dung dài quá 2.000 ký tự."}}

    def clean_due_on(self):
        due = self.cleaned_data["due_on"]
        if due and due < timezone.localdate():
            raise forms.ValidationError(
                "Ngày đề nghị trả lời không được trước ngày hôm nay."
            )
        return due


class NoticeNumberForm(BaseModelForm):
    submit_label = "Ghi số, ngày"
    dated_on = DateField(label="Ngày thông báo", required=False)
    layout = Layout(_PAPER)

    class Meta:
        model = Notice
        fields = ["number", "dated_on"]


class SendForm(forms.Form):
    on = DateField(
        label="Ngày gửi",
        help_text="Gửi trên hệ thống thì là hôm nay; gửi bản giấy thì ghi ngày đã gửi.",
    )


class AnswerForm(forms.Form):
    """The general part of an answer; the measures stand in a row per person."""

    answer = forms.CharField(
        label="Trả lời chung",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    answered_on = DateField(
        label="Ngày trả lời", help_text="Ngày ghi trên văn bản trả lời."
    )

    def __init__(self, *args, on_paper: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not on_paper:
            del self.fields["answered_on"]


@dataclass(frozen=True)
class AnswerRow:
    """One person of an answer, with what was chosen so far."""

    item: NoticeItem
    measure: str
    words: str
    is_missing: bool = False


class AnswerGrid:
    """The measure for each person; one measure may fill what is not chosen."""

    choices = Measure.choices
    # A measure of its own is spelled out for each.
    common_choices = [one for one in Measure.choices if one[0] != Measure.OTHER]

    def __init__(self, items, posted=None):
        self.items = items
        self.posted = posted
        self.common = self._common(posted)

    @property
    def rows(self) -> list[AnswerRow]:
        """The rows as they were sent, those that lack something marked."""
        return [self._row(item) for item in self.items]

    def reply(self, text: str) -> Reply:
        """The answer as a service takes it, what was not chosen filled."""
        measures = {
            row.item.pk: (row.measure or self.common, row.words) for row in self.rows
        }
        return Reply(measures=measures, text=text)

    def _row(self, item: NoticeItem) -> AnswerRow:
        if self.posted is None:
            return AnswerRow(item, item.measure, item.measure_text)
        measure = self.posted.get(f"m{item.pk}", "")
        measure = measure if measure in Measure.values else ""
        words = self.posted.get(f"t{item.pk}", "").strip()[:300]
        lacks = not (measure or self.common)
        lacks = lacks or (measure == Measure.OTHER and not words)
        return AnswerRow(item, measure, words, is_missing=lacks)

    def _common(self, posted) -> str:
        value = posted.get("common", "") if posted else ""
        return value if value in dict(self.common_choices) else ""


@dataclass(frozen=True)
class PersonRow:
    item: NoticeItem
    note: str
    is_removed: bool


class PeopleGrid:
    """The people of a draft: a note for each, who is struck out, who is added."""

    def __init__(self, items, to_add, posted=None):
        self._items, self._to_add, self._posted = items, to_add, posted
        chosen = posted.getlist("add") if posted else []
        self._added = set(chosen)

    @property
    def rows(self) -> list[PersonRow]:
        return [self._row(item) for item in self._items]

    @property
    def more(self) -> list[tuple]:
        """(stay, ticked) of those who may be added."""
        return [(stay, str(stay.pk) in self._added) for stay in self._to_add]

    def people(self) -> People:
        """The changes as the service takes them."""
        return People(
            notes={row.item.pk: row.note for row in self.rows},
            removed=[row.item.pk for row in self.rows if row.is_removed],
            added=[stay.pk for stay, ticked in self.more if ticked],
        )

    def _row(self, item: NoticeItem) -> PersonRow:
        if self._posted is None:
            return PersonRow(item, item.note, is_removed=False)
        note = self._posted.get(f"note{item.pk}", "").strip()[:300]
        return PersonRow(item, note, str(item.pk) in self._posted.getlist("remove"))


def ward_above(unit: Committee) -> Committee | None:
    """The ward of a cell, or the ward itself."""
    if unit.kind == Kind.WARD:
        return unit
    wards = Committee.objects.filter(path__in=paths_down_to(unit.path), kind=Kind.WARD)
    return wards.order_by("-path").first()
