"""Forms of an import: which file, which columns, which unit is meant."""

import hashlib
from dataclasses import dataclass

from django import forms
from django.utils import timezone

from members.forms.units import UnitField, show_units_to
from members.imports.committees import VALID_FROM, CommitteePlan
from members.imports.entries import RECEIVED_ON
from members.imports.matching import NEW_PERSON, SAME_PERSON, Doubt
from members.imports.questions import (
    CREATE,
    CREATE_ALL,
    LEAVE_OUT,
    Question,
    Questions,
)
from members.imports.runs import ListKind, Plan, can_import, kinds_of
from members.imports.units import Unit
from members.models import User
from party76.shared.forms import BaseForm, DateField
from party76.spreadsheets.errors import UnreadableFile
from party76.spreadsheets.legacy import LABELS as OLD_FONTS
from party76.spreadsheets.reading import Workbook, read_pasted, read_upload
from party76.spreadsheets.recognition import Column, ColumnSpec

QUESTIONS_SHOWN, SETTLED_SHOWN = 20, 100


class ListSourceForm(forms.Form):
    """A list: a file, or rows pasted."""

    file = forms.FileField(
        label="Tệp Excel (.xlsx hoặc .xls)",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
        help_text="Tải lên danh sách như đơn vị đang giữ, không cần sửa theo mẫu; tối đa 20 MB.",
        error_messages={"empty": "Tệp trống, không có nội dung nào."},
    )
    rows = forms.CharField(
        label="Hoặc dán danh sách",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Chép các dòng trong Excel hoặc Word, kể cả dòng tiêu đề, rồi dán vào đây.",
    )

    def clean(self):
        cleaned = super().clean()
        file, rows = cleaned.get("file"), (cleaned.get("rows") or "").strip()
        if "file" in self.errors:
            return cleaned
        if file and rows:
            self.add_error(
                "rows", "Đồng chí chọn một cách: tải tệp lên, hoặc dán danh sách."
            )
        elif not file and not rows:
            self.add_error("file", "Đồng chí chọn tệp, hoặc dán danh sách vào ô dưới.")
        return cleaned

    def read(self) -> Workbook | None:
        """What the file or the rows hold; None, and the reason on the form, if nothing."""
        file = self.cleaned_data["file"]
        try:
            return read_upload(file) if file else read_pasted(self.cleaned_data["rows"])
        except UnreadableFile as refusal:
            self.add_error("file" if file else "rows", str(refusal))
            return None


class ImportStartForm(ListSourceForm, BaseForm):
    """Whose list it is, and the list itself."""

    kind = forms.ChoiceField(label="Danh sách gồm", widget=forms.RadioSelect)
    committee = UnitField(label="Danh sách của đơn vị nào")
    field_order = ("kind", "committee", "file", "rows")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        show_units_to(self, user)
        kinds = kinds_of(user)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        self.fields["kind"].initial = kinds[0] if kinds else None
        if len(kinds) == 1:
            self.fields["kind"].widget = forms.HiddenInput()

    def clean(self):
        cleaned = super().clean()
        kind, committee = cleaned.get("kind"), cleaned.get("committee")
        if kind and committee and not can_import(self.user, kind, committee):
            self.add_error("committee", self._why_not(kind))
        return cleaned

    @staticmethod
    def _why_not(kind):
        if kind == ListKind.RESIDENTS:
            return (
                "Danh sách giữ mối liên hệ nơi cư trú nhập cho đảng ủy xã, phường, thị trấn "
                "hoặc đặc khu mà đồng chí phụ trách."
            )
        return "Đơn vị này không thuộc phạm vi đồng chí được nhập danh sách."


class SheetForm(BaseForm):
    """Another sheet of the workbook, or another reading of its letters."""

    sheet = forms.ChoiceField(label="Trang tính")
    encoding = forms.ChoiceField(
        label="Phông chữ của danh sách",
        required=False,
        choices=[("", "Unicode (không chuyển đổi)"), *OLD_FONTS.items()],
    )

    def __init__(self, *args, run, has_old_font=True, **kwargs):
        given = {
            "sheet": run.sheet,
            "encoding": run.encoding or "",
            "version": run.version,
        }
        super().__init__(*args, initial=given, **kwargs)
        names = [table.name for table in run.workbook.tables]
        self.fields["sheet"].choices = [(name, name) for name in names]
        if len(names) == 1:
            self.fields["sheet"].widget = forms.HiddenInput()
        if not has_old_font:
            self.fields["encoding"].widget = forms.HiddenInput()


class ColumnsForm(BaseForm):
    """What each column of the list means, and where its rows begin."""

    first_row = forms.IntegerField(
        label="Dữ liệu bắt đầu từ dòng số",
        min_value=1,
        error_messages={"invalid": "Đồng chí nhập số của dòng."},
    )

    def __init__(self, *args, run, columns, specs, first_row, rows, **kwargs):
        given = {"version": run.version, "first_row": first_row + 1}
        super().__init__(*args, initial=given, **kwargs)
        self.columns: list[Column] = columns
        self.specs: tuple[ColumnSpec, ...] = specs
        self.row_count = rows
        keys = [(spec.key, spec.label) for spec in specs]
        for column in columns:
            self.fields[_column_field(column)] = forms.ChoiceField(
                label=f"Cột {column.letter}: {column.heading or 'không có tiêu đề'}",
                required=False,
                choices=[("", "Không nhận cột này"), *keys],
                initial=column.key or "",
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def clean_first_row(self):
        first = self.cleaned_data["first_row"]
        if first > self.row_count:
            raise forms.ValidationError(
                f"Danh sách chỉ có {self.row_count} dòng. Đồng chí nhập số nhỏ hơn."
            )
        return first

    def rows(self):
        """Each column with its box, for the table."""
        return [(column, self[_column_field(column)]) for column in self.columns]

    def clean(self):
        cleaned = super().clean()
        joinable = {spec.key for spec in self.specs if spec.kind in ("name", "text")}
        taken = {}
        for column in self.columns:
            key = cleaned.get(_column_field(column))
            if key and key in taken and key not in joinable:
                self.add_error(
                    _column_field(column),
                    f"Cột {taken[key].letter} đã được chọn cho mục này.",
                )
            taken.setdefault(key, column)
        return cleaned

    def mapping(self):
        """{column: key} of the columns that are taken."""
        named = {
            column.index: self.cleaned_data.get(_column_field(column))
            for column in self.columns
        }
        return {index: key for index, key in named.items() if key}


@dataclass
class Item:
    """A question as the page shows it."""

    question: Question
    answer: forms.BoundField
    search: forms.BoundField | None


class AnswersForm(BaseForm):
    """Answers to what the preview asks; only what was sent counts as an answer."""

    create_all = forms.BooleanField(
        label="Thêm tất cả các đơn vị chưa có trong danh mục thành đơn vị chưa xếp",
        required=False,
    )
    common_day = DateField(required=False)

    def __init__(self, *args, run, plan: Plan, by: User, doubts=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.run, self.names = run, plan.names
        self.fields["version"].initial = run.version
        questions = plan.questions
        unsettled = [one for one in questions if not one.is_settled]
        settled = [one for one in questions if one.is_settled]
        self.hidden_questions = max(0, len(unsettled) - QUESTIONS_SHOWN)
        self.questions = settled[:SETTLED_SHOWN] + unsettled[:QUESTIONS_SHOWN]
        for question in self.questions:
            self._add_question(question)
        show_units_to(self, by)
        self.doubts: dict[int, Doubt] = doubts or {}
        for number, doubt in self.doubts.items():
            self.fields[f"row_{number}"] = _doubt_field(doubt, run.choices)
        show_units_to(self, by)
        self._add_common_day(plan)
        can_create = [one for one in unsettled if one.asking.may_create]
        if len(can_create) < 2 and not run.choices.get(CREATE_ALL):
            del self.fields["create_all"]
        else:
            self.fields["create_all"].initial = bool(run.choices.get(CREATE_ALL))

    def open_items(self) -> list[Item]:
        return [self._item(one) for one in self.questions if not one.is_settled]

    def answered_items(self) -> list[Item]:
        return [self._item(one) for one in self.questions if one.is_settled]

    def doubt_of(self, number: int):
        """The box beside a row that may be somebody known, or None."""
        return self[f"row_{number}"] if number in self.doubts else None

    def clean(self):
        cleaned = super().clean()
        day = cleaned.get("common_day")
        if day and day > timezone.localdate():
            self.add_error("common_day", "Ngày không được sau ngày hôm nay.")
        for question in self.questions:
            unit = cleaned.get(_search_field(question))
            if unit and not question.asking.among.holds(unit):
                self.add_error(
                    _search_field(question),
                    "Đơn vị này nằm ngoài phạm vi của danh sách.",
                )
        return cleaned

    def answers(self):
        """What was answered, under the keys that are kept with the run."""
        answers = {}
        for question in self.questions:
            unit = self.cleaned_data.get(_search_field(question))
            if unit:
                answers[question.key] = str(unit.pk)
            elif _answer_field(question) in self.data:
                answers[question.key] = self.cleaned_data[_answer_field(question)]
        for number, doubt in self.doubts.items():
            if f"row_{number}" in self.data:
                answers[doubt.key] = self.cleaned_data[f"row_{number}"]
        if "common_day" in self.data:
            day = self.cleaned_data.get("common_day")
            answers[self.day_key] = day.isoformat() if day else ""
        if "create_all" in self.fields and "common_questions" in self.data:
            answers[CREATE_ALL] = self.cleaned_data["create_all"]
        return answers

    def _add_question(self, question: Question) -> None:
        self.fields[_answer_field(question)] = forms.ChoiceField(
            label="Chọn đơn vị hoặc cách xử lý",
            required=False,
            choices=_answers_to(question, self.names),
            initial=question.answer,
        )
        if not question.asking.may_leave_out:
            self.fields[_search_field(question)] = UnitField(
                label="Hoặc tìm trong danh mục",
                required=False,
                help_text="",
            )

    def _add_common_day(self, plan: Plan) -> None:
        is_units = isinstance(plan, CommitteePlan)
        self.day_key = VALID_FROM if is_units else RECEIVED_ON
        if not is_units and not plan.rows_without_day:
            del self.fields["common_day"]
            return
        field = self.fields["common_day"]
        kept = self.run.choices.get(self.day_key)
        field.initial = kept and timezone.datetime.fromisoformat(kept).date()
        if is_units:
            field.label = "Ngày bắt đầu hoạt động của các đơn vị không ghi ngày"
            field.help_text = "Để trống thì lấy ngày của đơn vị cấp trên."
        else:
            field.label = (
                f"Ngày tiếp nhận chung cho {plan.rows_without_day} dòng không ghi ngày"
            )

    def _item(self, question: Question) -> Item:
        search = _search_field(question)
        return Item(
            question,
            self[_answer_field(question)],
            self[search] if search in self.fields else None,
        )


def _column_field(column: Column) -> str:
    return f"column_{column.index}"


def _short(question: Question) -> str:
    return hashlib.sha256(question.key.encode()).hexdigest()[:12]


def _answer_field(question: Question) -> str:
    return f"answer_{_short(question)}"


def _search_field(question: Question) -> str:
    return f"unit_{_short(question)}"


def _answers_to(question: Question, names: Questions) -> list[tuple[str, str]]:
    units = names.similar(question)
    if question.asking.may_leave_out:
        listed = {unit.id for unit in units}
        others = names.index.all_among(question.asking.among)
        units += [unit for unit in others if unit.id not in listed]
    if question.answer.isdigit():
        chosen = names.index.by_id(int(question.answer))
        units += [chosen] if chosen and chosen not in units else []
    answers = [("", "Chưa chọn")]
    answers += [(str(unit.id), _label(unit)) for unit in units]
    if question.asking.may_create:
        is_cell = question.asking.may_leave_out
        where = "chi bộ mới" if is_cell else "đơn vị chưa xếp vào cây tổ chức"
        answers.append((CREATE, f"Thêm “{question.name}” thành {where}"))
    if question.asking.may_leave_out:
        answers.append((LEAVE_OUT, "Để chưa phân về chi bộ nào"))
    return answers


def _label(unit: Unit) -> str:
    """With the unit above and the code, because names repeat."""
    above = f"thuộc {unit.parent_name}, " if unit.parent_name else ""
    return f"{unit.name} ({above}mã {unit.code})"


def _doubt_field(doubt: Doubt, choices) -> forms.ChoiceField:
    answers = [("", "Chưa nhập dòng này")]
    if doubt.may_be_same:
        answers.append((SAME_PERSON, "Đúng là đồng chí đã có"))
    answers.append((NEW_PERSON, "Là người khác, thêm mới"))
    return forms.ChoiceField(
        label="Xử lý",
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        choices=answers,
        initial=choices.get(doubt.key, ""),
    )
