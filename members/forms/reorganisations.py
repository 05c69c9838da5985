"""Forms of a reorganisation: the decision, its list, the answers."""

import hashlib
from datetime import timedelta

from django import forms
from django.utils import timezone

from members.forms.imports import ListSourceForm
from members.forms.units import UnitField, tell_only
from members.imports.reforms.parts import NOBODY, PartQuestion
from members.imports.reforms.planner import ONLY_NAMES, POSTS_TO_END, Choice
from members.models import Committee, Reorganisation, Role
from members.scopes import contains
from party76.shared.forms import BaseForm, BaseModelForm, DateField
from party76.shared.templatetags.ui import vn_number
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
        tell_only(self, user)
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


class ReplacingListForm(ListSourceForm, BaseForm):
    """The list once more, mended."""

    field_order = ("file", "rows")

    def __init__(self, *args, run, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = run.version if run else 0


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
        above = _names_above(self.choices)
        for choice in self.choices:
            self.fields[_field("old", choice.key)] = _choice_field(choice, above)
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

    def clean(self):
        cleaned = super().clean()
        for part in self.parts:
            nobody = _field("nobody", part.key)
            others = [_field(kind, part.key) for kind in ("cells", "people")]
            if cleaned.get(nobody) and any(cleaned.get(name) for name in others):
                self.add_error(
                    nobody,
                    "Đã ghi chi bộ hoặc đồng chí chuyển đi thì bỏ chọn ô này; không có "
                    "đồng chí nào chuyển thì xóa các ô trên.",
                )
        return cleaned

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
                choices=[
                    (str(cell.id), _cell_label(cell, part)) for cell in part.cells
                ],
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


def _cell_label(cell, part: PartQuestion) -> str:
    return f"{cell.name} ({vn_number(part.people_in.get(cell.id, 0))} đồng chí)"


def _names_above(choices: list[Choice]) -> dict[int, str]:
    """{unit: its name} of the units above those to choose from; no query for none."""
    units = {one.parent_id for choice in choices for one in choice.units}
    if not units:
        return {}
    return dict(Committee.objects.filter(pk__in=units).values_list("pk", "name"))


def _choice_field(choice: Choice, above: dict[int, str]) -> forms.ChoiceField:
    def label(unit) -> str:
        ward = above.get(unit.parent_id or 0)
        return f"{unit.name}{f', {ward}' if ward else ''} (mã {unit.code})"

    return forms.ChoiceField(
        label=choice.text,
        required=False,
        choices=[
            ("", "Chưa chọn"),
            *((str(one.id), label(one)) for one in choice.units),
        ],
        initial=choice.answer,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


def _post_field(move) -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Xử lý",
        choices=[("move", "theo đơn vị kế tục"), ("end", "kết thúc vai trò")],
        initial="move" if move.moves else "end",
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class TakeBackForm(BaseForm):
    reason = forms.CharField(
        label="Lý do hoàn tác",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
