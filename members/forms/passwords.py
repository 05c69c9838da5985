"""Django's own forms, in the words of an office."""

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm

from members.services.accounts import change_own_password


class LoginForm(AuthenticationForm):
    """The same sentence for a wrong name, a wrong password and a locked account."""

    error_messages = {
        "invalid_login": "Tên đăng nhập hoặc mật khẩu chưa đúng. Đồng chí nhập lại; "
        "mật khẩu phân biệt chữ hoa, chữ thường.",
        "inactive": "Tên đăng nhập hoặc mật khẩu chưa đúng. Đồng chí nhập lại; "
        "mật khẩu phân biệt chữ hoa, chữ thường.",
    }

    use_required_attribute = False


class OwnPasswordForm(PasswordChangeForm):
    """A new password for the person who knows the present one."""

    error_messages = {
        "password_mismatch": "Hai lần nhập mật khẩu mới không giống nhau.",
        "password_incorrect": "Mật khẩu đang dùng chưa đúng. Đồng chí nhập lại.",
    }

    use_required_attribute = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Mật khẩu đang dùng"
        new, again = self.fields["new_password1"], self.fields["new_password2"]
        new.help_text = (
            "Ít nhất 12 ký tự; không dùng mật khẩu dễ đoán, "
            "không trùng với tên hay số điện thoại của mình."
        )
        again.label = "Nhập lại mật khẩu mới"
        again.help_text = ""
        for field in self.fields.values():
            field.error_messages["required"] = "Đồng chí chưa nhập mục này."

    def save(self, commit=True):
        return change_own_password(
            self.user, password=self.cleaned_data["new_password1"]
        )
