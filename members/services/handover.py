"""Bàn giao vai trò: one account ends a post on a day, another begins it the same day."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from members.models import RoleAssignment, User
from members.services.accounts import create_account, end_post, grant_post


@transaction.atomic
def hand_over(
    post: RoleAssignment, *, to: User, on: date, version: int, by: User
) -> RoleAssignment:
    """Let another account hold the post from a day on; returns its new post.

    What waits at the unit hangs on the unit, so it passes on by itself. Raises
    ValidationError for a post that has ended or not begun by then, the same or a
    locked account, or one that holds the post already; Conflict.
    """
    _check(post, on)
    if to.pk == post.user_id:
        raise ValidationError({"account": "Đồng chí chọn tài khoản khác để nhận."})
    if not to.is_active:
        raise ValidationError({"account": "Tài khoản này đang bị khóa."})
    end_post(post, on=on, version=version, by=by)
    return grant_post(
        to, committee=post.committee, role=post.role, valid_from=on, by=by
    )


@transaction.atomic
def hand_over_to_new(
    post: RoleAssignment,
    *,
    account: User,
    password: str,
    on: date,
    version: int,
    by: User,
) -> RoleAssignment:
    """The same to an account that is made for it (unsaved, with a one-time password)."""
    _check(post, on)
    end_post(post, on=on, version=version, by=by)
    create_account(
        account,
        committee=post.committee,
        role=post.role,
        valid_from=on,
        password=password,
        by=by,
    )
    return account.assignments.get()


def _check(post: RoleAssignment, on: date) -> None:
    if post.committee.is_closed:
        raise ValidationError(
            f"{post.committee} đã kết thúc hoạt động, không bàn giao vai trò ở đó được."
        )
    if on <= post.valid_from:
        raise ValidationError(
            {
                "on": "Ngày bàn giao phải sau ngày bắt đầu giữ vai trò "
                f"({post.valid_from:%d/%m/%Y})."
            }
        )
