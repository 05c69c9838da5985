"""Forms of a reorganisation: the decision, its list, one unit at once, the answers."""

import hashlib
from datetime import timedelta

from django import forms
from django.utils import timezone

from members.forms.imports import ListSourceForm
from members.forms.units import UnitField
from members.imports.reforms.parts import NOBODY, PartQuestion
from members.imports.reforms.planner import ONLY_NAMES, POSTS_TO_END, Choice
from members.models import Kind, Operation, Reorganisation, Role, Sector
from members.scopes import contains
from party76.shared.forms import BaseForm, BaseModelForm, DateField
from party76.shared.text import normalize_vi

_FURTHEST = timedelta(days=730)


class DecisionForm(BaseModelForm):
    """Number and days of the decision, in whose name it is carried out."""

    decided_on = DateField(label="Ngày quyết định", required=False)
    effective_on = DateField(
        label="Ngày hiệu lực",
        help_text="Ngày các đơn vị mới bắt đầu hoạt động; có thể là ngày đã qua hoặc sắp tới.",
    )

    class Meta:
        model = Reorganisation
        fields = ["decision_number", "decided_on", "effective_on", "title"]
        help_texts = {
            "decision_number": "Để trống nếu chưa rõ số; ghi bổ sung được trước khi xác nhận.",
            "title": "Ví dụ: sắp xếp đơn vị hành chính cấp xã năm 2025.",
        }

    def clean_effective_on(self):
        day = self.cleaned_data["effective_on"]
        if day > timezone.localdate() + _FURTHEST:
            raise forms.ValidationError(
                "Ngày hiệu lực quá hai năm nữa. Đồng chí kiểm tra lại năm."
            )
        return day

    def clean_decision_number(self):
        return normalize_vi(self.cleaned_data["decision_number"])


class ReformListForm(ListSourceForm, DecisionForm):
    """A decision with its list."""

    committee = UnitField(label="Thực hiện trong phạm vi của")
    field_order = (*DecisionForm.Meta.fields, "committee", "file", "rows")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["file"].help_text = (
            "Danh sách kèm theo quyết định, mỗi dòng một đơn vị cũ và đơn vị mới của nó; "
            "tối đa 20 MB."
        )

    def clean_committee(self):
        unit = self.cleaned_data["committee"]
        paths = self.user.paths_of(Role.DEPARTMENT, Role.RESIDENCE_WARD)
        if not any(contains(path, unit.path) for path in paths):
            raise forms.ValidationError(
                "Đơn vị này không thuộc phạm vi đồng chí được sắp xếp."
            )
        return unit


OPERATIONS = {
    Operation.MERGE: "Cùng một hoặc nhiều đơn vị khác thành một đơn vị mới; các đơn vị cũ kết thúc.",
    Operation.ABSORB: "Nhập vào một đơn vị đang hoạt động; đơn vị này kết thúc.",
    Operation.SPLIT: "Một phần chuyển sang đơn vị khác hoặc lập đơn vị mới; đơn vị này vẫn hoạt động.",
    Operation.RENAME: "Vẫn là đơn vị này dưới tên mới; tên cũ còn trong quá trình của đơn vị.",
    Operation.TRANSFER: "Chuyển sang trực thuộc cấp ủy khác, cùng các đơn vị bên dưới.",
    Operation.RECLASSIFY: "Đổi loại tổ chức (chi bộ, đảng ủy …) hoặc khối (cơ quan, doanh nghiệp …).",
    Operation.END: "Thôi hoạt động; nếu còn đảng viên thì có đơn vị kế tục.",
}
_OF_CELLS = (
    Operation.MERGE,
    Operation.ABSORB,
    Operation.SPLIT,
    Operation.RENAME,
    Operation.END,
)
# The boxes of each operation, in their order, and what they are called there.
_BOXES = {
    Operation.MERGE: {
        "with_2": "Hợp nhất với đơn vị",
        "with_3": "và đơn vị",
        "with_4": "và đơn vị nữa",
        "new_name": "Tên của đơn vị mới",
    },
    Operation.ABSORB: {"target": "Nhập vào đơn vị"},
    Operation.SPLIT: {
        "new_name": "Lập đơn vị mới tên là",
        "target": "Hoặc chuyển một phần sang đơn vị đang hoạt động",
    },
    Operation.RENAME: {"new_name": "Tên mới"},
    Operation.TRANSFER: {"target": "Chuyển sang trực thuộc"},
    Operation.RECLASSIFY: {"new_kind": "Loại tổ chức hoặc khối mới"},
    Operation.END: {"target": "Đơn vị kế tục, nếu có"},
}
_MUST = {
    Operation.MERGE: ("with_2", "new_name"),
    Operation.ABSORB: ("target",),
    Operation.RENAME: ("new_name",),
    Operation.TRANSFER: ("target",),
    Operation.RECLASSIFY: ("new_kind",),
}
HEADING = (
    "Đơn vị cũ",
    "Đơn vị mới",
    "Loại đơn vị mới",
    "Trực thuộc mới",
    "Toàn bộ hay một phần",
    "Hình thức",
)


def operations_on(unit, user) -> list[tuple[str, str, str]]:
    """(operation, its name, what it does) of those the user may do to the unit."""
    paths = user.paths_of(Role.DEPARTMENT)
    whole = unit.outside_city or any(contains(path, unit.path) for path in paths)
    offered = OPERATIONS if whole else _OF_CELLS
    return [(one.value, one.label, OPERATIONS[one]) for one in offered]


class UnitReformForm(DecisionForm):
    """One operation on one unit; filled in, it is a list of a few rows."""

    submit_label = "Xem trước"

    def __init__(self, *args, unit, operation, **kwargs):
        super().__init__(*args, **kwargs)
        self.unit, self.operation = unit, Operation(operation)
        boxes = _BOXES[self.operation]
        for name, label in boxes.items():
            self.fields[name] = _box(name, label)
            self.fields[name].required = name in _MUST.get(self.operation, ())
        self.order_fields([*boxes, *DecisionForm.Meta.fields])

    @property
    def others(self):
        found = (self.cleaned_data.get(f"with_{number}") for number in range(2, 5))
        return [unit for unit in found if unit is not None]

    def clean(self):
        cleaned = super().clean()
        for name in _BOXES[self.operation]:
            if cleaned.get(name) == self.unit:
                self.add_error(name, "Đồng chí chọn một đơn vị khác.")
        if self.operation == Operation.SPLIT:
            named = [bool(cleaned.get(name)) for name in ("new_name", "target")]
            if named == [False, False]:
                self.add_error(
                    "new_name", "Đồng chí nhập tên đơn vị mới, hoặc chọn đơn vị nhận."
                )
            elif named == [True, True]:
                self.add_error("target", "Đồng chí chỉ điền một trong hai ô.")
        return cleaned

    def rows(self) -> list[tuple[str, ...]]:
        """The heading and the rows that the operation comes to, units by their codes."""
        data, how, code = self.cleaned_data, self.operation.label, self.unit.code
        target = data["target"].code if data.get("target") else ""
        name = normalize_vi(data.get("new_name") or "")
        if self.operation == Operation.MERGE:
            codes = [code, *(unit.code for unit in self.others)]
            return [HEADING, *[(one, name, "", "", "Toàn bộ", how) for one in codes]]
        if self.operation == Operation.SPLIT:
            return [
                HEADING,
                (code, name or target, "", "", "Một phần", how),
                (code, code, "", "", "Phần còn lại", "Giữ nguyên"),
            ]
        new, kind, parent = {
            Operation.RENAME: (name, "", ""),
            Operation.TRANSFER: (code, "", target),
            Operation.RECLASSIFY: (code, data.get("new_kind", ""), ""),
        }.get(self.operation, (target, "", ""))
        return [HEADING, (code, new, kind, parent, "Toàn bộ", how)]


def _box(name: str, label: str) -> forms.Field:
    if name == "new_name":
        return forms.CharField(label=label, max_length=200)
    if name == "new_kind":
        groups = [("Loại tổ chức", Kind.labels), ("Khối", Sector.labels)]
        choices = [(group, [(one, one) for one in labels]) for group, labels in groups]
        return forms.ChoiceField(label=label, choices=[("", "– chọn –"), *choices])
    return UnitField(label=label)


class ReformAnswersForm(BaseForm):
    """Answers to what the preview asks: which unit, who goes where, whose post ends."""

    only_names = forms.BooleanField(
        label="Các đơn vị cũ không có trong hệ thống: chỉ ghi tên làm tiền thân",
        required=False,
    )

    def __init__(self, *args, proposal, posts, run, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = run.version
        self.fields["only_names"].initial = bool(run.choices.get(ONLY_NAMES))
        if not proposal.unknown and not run.choices.get(ONLY_NAMES):
            del self.fields["only_names"]
        self.choices: list[Choice] = proposal.choices
        self.parts: list[PartQuestion] = proposal.parts
        self.posts = posts
        for choice in self.choices:
            self.fields[_field("old", choice.key)] = _choice_field(choice)
        for part in self.parts:
            self._add_part(part)
        for move in posts:
            if move.may_move:
                self.fields[f"post_{move.post.pk}"] = _post_field(move)

    def choice_items(self):
        return [(one, self[_field("old", one.key)]) for one in self.choices]

    def part_items(self):
        """(question, cells box or None, people box, nobody box) of each divided unit."""
        return [
            (
                part,
                self[name]
                if (name := _field("cells", part.key)) in self.fields
                else None,
                self[_field("people", part.key)],
                self[_field("nobody", part.key)],
            )
            for part in self.parts
        ]

    def post_items(self):
        """(what becomes of the post, its box or None where there is no choice)."""
        return [
            (move, self[f"post_{move.post.pk}"] if move.may_move else None)
            for move in self.posts
        ]

    def answers(self):
        """What was answered, under the keys that are kept with the run."""
        data = self.cleaned_data
        answers = {
            choice.key: data[_field("old", choice.key)] for choice in self.choices
        }
        for part in self.parts:
            answers[part.key] = {
                "cells": [int(pk) for pk in data.get(_field("cells", part.key)) or []],
                "people": data[_field("people", part.key)],
                NOBODY: data[_field("nobody", part.key)],
            }
        answers[POSTS_TO_END] = [
            move.post.pk
            for move in self.posts
            if move.may_move and data.get(f"post_{move.post.pk}") == "end"
        ]
        if "only_names" in self.fields:
            answers[ONLY_NAMES] = data["only_names"]
        return answers

    def _add_part(self, part: PartQuestion) -> None:
        if part.cells:
            self.fields[_field("cells", part.key)] = forms.MultipleChoiceField(
                label="Các chi bộ chuyển cả chi bộ",
                required=False,
                choices=[(str(cell.id), cell.name) for cell in part.cells],
                initial=[str(pk) for pk in part.chosen_cells],
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields[_field("people", part.key)] = forms.CharField(
            label="Từng đồng chí chuyển riêng",
            required=False,
            initial=part.people_text,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text="Mỗi dòng một đồng chí: số thẻ, hoặc họ tên; trùng tên thì thêm dấu phẩy và "
            "ngày sinh.",
        )
        self.fields[_field("nobody", part.key)] = forms.BooleanField(
            label="Không có đồng chí nào chuyển",
            required=False,
            initial=part.nobody,
        )


def _field(kind: str, key: str) -> str:
    return f"{kind}_{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _choice_field(choice: Choice) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=choice.text,
        required=False,
        choices=[
            ("", "Chưa chọn"),
            *((str(one.id), f"{one.name} (mã {one.code})") for one in choice.units),
        ],
        initial=choice.answer,
    )


def _post_field(move) -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Xử lý",
        choices=[("move", f"chuyển sang {move.heir}"), ("end", "kết thúc vai trò")],
        initial="move" if move.moves else "end",
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class TakeBackForm(BaseForm):
    reason = forms.CharField(
        label="Lý do hoàn tác",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
