"""To whom a post is handed over: an account that exists, or a new one."""

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils import timezone

from members.forms.accounts import clean_username
from members.models import RoleAssignment, User
from members.queries.posts import possible_heirs
from party76.shared.forms import BaseForm, DateField
from party76.shared.text import normalize_vi


class HandoverForm(BaseForm):
    """The day, and exactly one of the two: a chosen account, or a user name."""

    submit_label = "Bàn giao"
    on = DateField(label="Bàn giao từ ngày", initial=timezone.localdate)
    account = forms.ModelChoiceField(
        User.objects.none(),
        label="Tài khoản đã có",
        required=False,
        empty_label="– tạo tài khoản mới ở phần dưới –",
    )
    username = forms.CharField(
        label="Tên đăng nhập",
        max_length=60,
        required=False,
        help_text="Chữ thường không dấu, chữ số, dấu chấm; ví dụ phuong.ninhkieu.",
    )
    full_name = forms.CharField(label="Họ và tên", max_length=80, required=False)
    post = forms.CharField(label="Chức vụ", max_length=120, required=False)
    phone = forms.CharField(label="Điện thoại", max_length=20, required=False)

    layout = Layout(
        "on",
        Fieldset("Giao cho một tài khoản đã có", "account"),
        Fieldset("Hoặc tạo tài khoản mới", "username", "full_name", "post", "phone"),
    )

    def __init__(self, *args, handed: RoleAssignment, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        heirs = self.fields["account"]
        heirs.queryset = possible_heirs(by, handed)
        heirs.label_from_instance = _told

    def clean_username(self):
        username = self.cleaned_data["username"]
        return clean_username(username) if username else ""

    def clean(self):
        cleaned = super().clean()
        chosen, username = cleaned.get("account"), cleaned.get("username")
        if "username" in self.errors or "account" in self.errors:
            return cleaned
        if chosen and username:
            self.add_error(
                "account",
                "Đồng chí chọn một tài khoản đã có, hoặc tạo tài khoản mới; không cả hai.",
            )
        if not chosen and not username:
            self.add_error(
                "account", "Đồng chí chọn một tài khoản, hoặc nhập tài khoản mới."
            )
        if username and not cleaned.get("full_name"):
            self.add_error("full_name", "Đồng chí nhập họ và tên người nhận.")
        return cleaned

    def new_account(self) -> User | None:
        """The account to be made, unsaved; None where one was chosen."""
        data = self.cleaned_data
        if data["account"]:
            return None
        return User(
            username=data["username"],
            full_name=normalize_vi(data["full_name"]),
            post=data["post"],
            phone=data["phone"],
        )


def _told(account: User) -> str:
    return f"{account.full_name} ({account.username})"
