import re

import pytest
from django.urls import reverse

from members.models import Role, RoleAssignment, User
from party76.audit.models import AuditEvent
from tests.factories.members import make_committee, make_post, make_user
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db

OLD, NEW = "mot-lan-roi-doi-ngay", "mat-khau-rieng-cua-toi"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def as_admin(client, world):
    client.force_login(world.admin_user)
    return client


def new_account(committee, **fields):
    return {
        "username": "chibo.kv2",
        "full_name": "Trần  Thị  Mới",
        "committee": committee.pk,
        "committee_typed": committee.name,
        "role": Role.RESIDENCE_CELL,
        "valid_from": "01/01/2026",
        **fields,
    }


def test_new_account_gets_a_post_and_a_password_told_once(as_admin, world):
    answer = as_admin.post(reverse("members:user_add"), new_account(world.sister_cell))

    account = User.objects.get(username="chibo.kv2")
    first = as_admin.get(answer["Location"]).content.decode()
    password = re.search(r"<code>(.+?)</code>", first)[1]
    assert account.check_password(password)
    assert account.must_change_password
    assert account.full_name == "Trần Thị Mới"
    assert [post.committee for post in account.posts] == [world.sister_cell]
    assert "<code>" not in as_admin.get(answer["Location"]).content.decode()


def test_new_account_at_a_unit_outside_the_scope_is_refused(as_admin, world):
    answer = as_admin.post(
        reverse("members:user_add"), new_account(world.outside_workplace)
    )

    assert answer.status_code == 422
    assert "ngoài phạm vi" in answer.content.decode()
    assert not User.objects.filter(username="chibo.kv2").exists()


@pytest.mark.parametrize("username", ["a", "Có Dấu", "x y", "chibo/kv1"])
def test_new_account_with_an_odd_user_name_is_refused(as_admin, world, username):
    answer = as_admin.post(
        reverse("members:user_add"), new_account(world.cell, username=username)
    )

    assert answer.status_code == 422
    assert "Tên đăng nhập có từ 3 ký tự" in answer.content.decode()


def test_administrator_of_a_ward_cannot_touch_an_account_with_a_post_above(
    client, world
):
    clerk = make_user(Role.ADMINISTRATOR, world.ward)
    above = make_user(Role.ADMINISTRATOR, world.city)
    make_post(above, Role.RESIDENCE_WARD, world.ward)
    client.force_login(clerk)

    for name in ["user_edit", "user_deactivate", "user_reset_password", "post_grant"]:
        url = reverse(f"members:{name}", args=[above.pk])
        assert client.post(url).status_code == 403, name


def test_administrator_cannot_grant_himself_a_post(as_admin, world):
    url = reverse("members:post_grant", args=[world.admin_user.pk])

    assert as_admin.get(url).status_code == 403


def test_list_finds_by_name_without_marks(as_admin, world):
    make_user(Role.RESIDENCE_CELL, world.cell, full_name="Phạm Thị Ửng")
    make_user(Role.RESIDENCE_CELL, world.cell, full_name="Trần Văn Khác")

    page = as_admin.post(reverse("members:user_list"), {"q": "ung"}).content.decode()

    assert "Phạm Thị Ửng" in page
    assert "Trần Văn Khác" not in page


def test_list_hides_accounts_of_other_administrators(client, world):
    clerk = make_user(Role.ADMINISTRATOR, world.ward)
    make_user(Role.RESIDENCE_WARD, world.sister_ward, full_name="Người Phường Bạn")
    client.force_login(clerk)

    page = client.get(reverse("members:user_list")).content.decode()

    assert "Người Phường Bạn" not in page


@pytest.mark.parametrize("accounts", [1, 3])
def test_list_takes_the_same_queries_for_one_account_or_three(
    as_admin, world, accounts, django_assert_num_queries
):
    for _ in range(accounts):
        make_user(Role.RESIDENCE_CELL, make_committee(world.ward, kind="cell"))

    with django_assert_num_queries(7):
        as_admin.get(reverse("members:user_list"))


def test_reset_password_ends_the_sessions_of_the_account(as_admin, world, client_class):
    other = client_class()
    other.force_login(world.cell_user)
    url = reverse("members:user_reset_password", args=[world.cell_user.pk])

    as_admin.post(url, {"version": world.cell_user.version})

    assert other.get(reverse("reports:home")).status_code == 302


def test_reset_password_on_an_older_edition_is_a_conflict(as_admin, world):
    url = reverse("members:user_reset_password", args=[world.cell_user.pk])
    key = "3f0c8a57-26cf-4be7-9a0e-0f6fb6d4d0a1"

    answer = as_admin.post(url, {"version": 99, "submission_key": key})

    assert answer.status_code == 409


def test_locked_account_can_no_longer_log_in(as_admin, world, client_class):
    other = client_class()
    other.force_login(world.cell_user)

    as_admin.post(
        reverse("members:user_deactivate", args=[world.cell_user.pk]),
        {"version": world.cell_user.version},
    )

    assert other.get(reverse("reports:home")).status_code == 302


def test_ended_post_takes_the_rights_at_once(as_admin, world, client_class):
    other = client_class()
    other.force_login(world.cell_user)
    post = RoleAssignment.objects.get(user=world.cell_user)

    as_admin.post(
        reverse("members:post_end", args=[post.pk]),
        {"on": "01/01/2020", "version": post.version},
    )

    assert other.get(reverse("residence:meeting_list")).status_code in {403, 404}


def test_one_time_password_must_be_changed_before_all_else(client, world):
    user = make_user(
        Role.RESIDENCE_CELL, world.cell, password=OLD, must_change_password=True
    )
    client.post(reverse("login"), {"username": user.username, "password": OLD})

    assert client.get(reverse("reports:home"))["Location"] == reverse("password_change")
    client.post(
        reverse("password_change"),
        {"old_password": OLD, "new_password1": NEW, "new_password2": NEW},
    )

    user.refresh_from_db()
    assert not user.must_change_password
    assert user.check_password(NEW)
    assert client.get(reverse("reports:home")).status_code == 200


def test_login_logout_and_failure_stand_in_the_audit(client, world):
    user = make_user(password=OLD)
    client.post(reverse("login"), {"username": user.username, "password": "sai"})
    client.post(reverse("login"), {"username": user.username, "password": OLD})
    client.post(reverse("logout"))

    kept = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(kept) == ["login_failed", "login", "logout"]
