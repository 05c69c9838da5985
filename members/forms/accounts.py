"""Accounts and the posts they hold."""

import re

from django import forms
from django.utils import timezone

from members.forms.units import UnitField, show_units_to
from members.models import Committee, User
from members.permissions import can_administer
from members.queries.accounts import role_names
from party76.shared.forms import BaseForm, BaseModelForm, DateField
from party76.shared.text import normalize_vi

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")


class AccountForm(BaseModelForm):
    """What an administrator writes of an account that exists."""

    class Meta:
        model = User
        fields = ["full_name", "post", "phone"]

    def clean_full_name(self):
        return normalize_vi(self.cleaned_data["full_name"])


class PostForm(BaseForm):
    """A role at a unit inside the administrator's scope."""

    submit_label = "Giao vai trò"
    committee = UnitField(label="Tại đơn vị")
    role = forms.ChoiceField(label="Vai trò")
    valid_from = DateField(label="Từ ngày")
    valid_to = DateField(
        label="Đến trước ngày",
        required=False,
        help_text="Để trống khi chưa biết ngày kết thúc.",
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        show_units_to(self, user)
        _offer_roles(self)

    def clean_committee(self):
        return _inside_scope(self.user, self.cleaned_data["committee"])


class NewAccountForm(AccountForm):
    """An account with its first post."""

    submit_label = "Tạo tài khoản"
    committee = UnitField(label="Tại đơn vị")
    role = forms.ChoiceField(label="Vai trò")
    valid_from = DateField(label="Giữ vai trò từ ngày", initial=timezone.localdate)

    class Meta:
        model = User
        fields = ["username", "full_name", "post", "phone"]
        help_texts = {
            "username": "Chữ thường không dấu, chữ số, dấu chấm; ví dụ phuong.ninhkieu."
        }

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        show_units_to(self, user)
        _offer_roles(self)

    def clean_username(self):
        return clean_username(self.cleaned_data["username"])

    def clean_committee(self):
        return _inside_scope(self.user, self.cleaned_data["committee"])


class OwnAccountForm(BaseModelForm):
    """What everybody writes of his own account: where reminders go, if he wants them."""

    class Meta:
        model = User
        fields = ["email", "wants_reminders"]
        help_texts = {
            "wants_reminders": "Mỗi ngày nhiều nhất một thư, chỉ nêu loại việc và số "
            "lượng; không có họ tên, không có nội dung nhận xét."
        }

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("wants_reminders") and not cleaned.get("email"):
            self.add_error("email", "Đồng chí nhập thư điện tử để nhận thư nhắc việc.")
        return cleaned


class EndPostForm(BaseForm):
    submit_label = "Kết thúc vai trò"
    on = DateField(label="Không giữ vai trò này từ ngày", initial=timezone.localdate)


def clean_username(typed: str) -> str:
    """The user name as it is stored; raises ValidationError for other signs."""
    username = typed.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise forms.ValidationError(
            "Tên đăng nhập có từ 3 ký tự: chữ thường không dấu, chữ số, dấu chấm, "
            "gạch ngang."
        )
    return username


def _offer_roles(form: forms.BaseForm) -> None:
    form.fields["role"].choices = [("", "– chọn vai trò –"), *role_names().items()]


def _inside_scope(user: User, committee: Committee) -> Committee:
    if not can_administer(user, committee):
        raise forms.ValidationError("Đơn vị này ngoài phạm vi đồng chí quản trị.")
    return committee
