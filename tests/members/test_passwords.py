import pytest
from django.urls import reverse

from tests.factories.members import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "một câu dài dễ nhớ"
REFUSED = "Tên đăng nhập hoặc mật khẩu chưa đúng."


def test_login_when_the_password_is_right_leads_on(client):
    make_user(username="phuong", password=PASSWORD)

    response = client.post(
        reverse("login"), {"username": "phuong", "password": PASSWORD}
    )

    assert response.status_code == 302


@pytest.mark.parametrize(
    ("username", "password"), [("phuong", "sai"), ("khong-co", PASSWORD)]
)
def test_login_when_anything_is_wrong_says_the_same(client, username, password):
    make_user(username="phuong", password=PASSWORD)

    response = client.post(
        reverse("login"), {"username": username, "password": password}
    )

    assert REFUSED in response.content.decode()


def test_login_when_the_account_is_locked_says_the_same(client):
    make_user(username="phuong", password=PASSWORD, is_active=False)

    response = client.post(
        reverse("login"), {"username": "phuong", "password": PASSWORD}
    )

    assert REFUSED in response.content.decode()


def test_own_password_when_the_present_one_is_wrong_is_refused(client):
    user = make_user(password=PASSWORD)
    client.force_login(user)
    fields = {
        "old_password": "sai",
        "new_password1": "câu mới cũng dài",
        "new_password2": "câu mới cũng dài",
    }

    response = client.post(reverse("password_change"), fields)

    user.refresh_from_db()
    assert "Mật khẩu đang dùng chưa đúng." in response.content.decode()
    assert user.check_password(PASSWORD)
