"""Accounts and the posts they hold."""

import secrets
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from members.models import Committee, RoleAssignment, User
from members.services.tree_lock import hold_tree
from party76.audit.models import Action
from party76.audit.services import changes, record, values_of
from party76.shared.versions import save_versioned

ACCOUNT_FIELDS = ["full_name", "post", "phone"]
# Without letters and digits that are taken for each other on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 4


def one_time_password() -> str:
    """A random password to be told once and changed at the first login."""
    groups = (
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH))
        for _ in range(_GROUPS)
    )
    return "-".join(groups)


@transaction.atomic
def create_account(
    user: User,
    *,
    committee: Committee,
    role: str,
    valid_from: date,
    password: str,
    by: User,
) -> User:
    """Store a new account with its first post; the password must be changed.

    Raises ValidationError when the user name is taken.
    """
    if User.objects.filter(username=user.username).exists():
        raise ValidationError({"username": "Tên đăng nhập này đã có người dùng."})
    user.set_password(password)
    user.must_change_password = True
    user.save()
    record(
        Action.CREATE,
        user,
        by=by,
        committee_code=committee.code,
        personal={"username": user.username, **values_of(user, ACCOUNT_FIELDS)},
    )
    grant_post(user, committee=committee, role=role, valid_from=valid_from, by=by)
    return user


@transaction.atomic
def edit_account(user: User, *, version: int, by: User) -> User:
    """Write name, post and phone; raises Conflict when somebody else saved first."""
    before = values_of(User.objects.get(pk=user.pk), ACCOUNT_FIELDS)
    save_versioned(user, fields=ACCOUNT_FIELDS, version=version)
    changed = changes(user, before)
    record(
        Action.UPDATE,
        user,
        by=by,
        facts={"fields": sorted(changed)},
        personal={"changes": changed},
    )
    return user


@transaction.atomic
def deactivate_account(user: User, *, version: int, by: User) -> User:
    """Lock an account; its sessions end with its next request."""
    return _set_active(user, active=False, version=version, by=by)


@transaction.atomic
def activate_account(user: User, *, version: int, by: User) -> User:
    """Open a locked account again."""
    return _set_active(user, active=True, version=version, by=by)


@transaction.atomic
def reset_password(user: User, *, password: str, version: int, by: User) -> User:
    """Give an account a one-time password; all its sessions end."""
    user.set_password(password)
    user.must_change_password = True
    save_versioned(user, fields=["password", "must_change_password"], version=version)
    record(Action.UPDATE, user, by=by, facts={"fields": ["password"], "one_time": True})
    return user


@transaction.atomic
def change_own_password(user: User, *, password: str) -> User:
    """Set the password that the user chose; the one-time password is done with."""
    user.set_password(password)
    user.must_change_password = False
    save_versioned(
        user, fields=["password", "must_change_password"], version=user.version
    )
    record(Action.UPDATE, user, by=user, facts={"fields": ["password"]})
    return user


@transaction.atomic
def edit_own_account(user: User, *, version: int) -> User:
    """Write where the user wants reminders sent, and whether; raises Conflict."""
    fields = ["email", "wants_reminders"]
    before = values_of(User.objects.get(pk=user.pk), fields)
    save_versioned(user, fields=fields, version=version)
    changed = changes(user, before)
    record(
        Action.UPDATE,
        user,
        by=user,
        facts={"fields": sorted(changed)},
        personal={"changes": changed},
    )
    return user


@transaction.atomic
def grant_post(
    user: User,
    *,
    committee: Committee,
    role: str,
    valid_from: date,
    valid_to: date | None = None,
    by: User,
) -> RoleAssignment:
    """Give a role at a unit from a day until before another.

    Raises ValidationError for a closed unit, dates in the wrong order, or a post
    of the same role and unit that overlaps.
    """
    hold_tree(committee)
    if committee.is_closed:
        raise ValidationError({"committee": f"{committee} đã kết thúc hoạt động."})
    if valid_to and valid_to <= valid_from:
        raise ValidationError({"valid_to": "Ngày kết thúc phải sau ngày bắt đầu."})
    same = user.assignments.filter(committee=committee, role=role)
    overlapping = same.exclude(valid_to__lte=valid_from)
    if valid_to:
        overlapping = overlapping.filter(valid_from__lt=valid_to)
    if overlapping.exists():
        raise ValidationError(
            "Đồng chí này đã giữ vai trò đó tại đơn vị trong thời gian này."
        )
    post = RoleAssignment.objects.create(
        user=user,
        committee=committee,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    _record_post(Action.CREATE, post, by=by)
    return post


@transaction.atomic
def end_post(
    post: RoleAssignment, *, on: date, version: int, by: User
) -> RoleAssignment:
    """Let a post be held for the last time on the day before on.

    One that has not begun by then never holds. Raises ValidationError for a post
    that has ended earlier, and Conflict.
    """
    if post.valid_to and post.valid_to <= on:
        raise ValidationError(
            {"on": f"Vai trò này đã kết thúc từ ngày {post.valid_to:%d/%m/%Y}."}
        )
    post.valid_to = max(on, post.valid_from)
    save_versioned(post, fields=["valid_to"], version=version)
    _record_post(Action.UPDATE, post, by=by)
    return post


def _set_active(user: User, *, active: bool, version: int, by: User) -> User:
    if user.is_active == active:
        state = "đang hoạt động" if active else "đã khóa"
        raise ValidationError(f"Tài khoản này {state} từ trước.")
    user.is_active = active
    save_versioned(user, fields=["is_active"], version=version)
    record(Action.UPDATE, user, by=by, facts={"is_active": active})
    return user


def _record_post(action: Action, post: RoleAssignment, *, by: User) -> None:
    record(
        action,
        post,
        by=by,
        committee_code=post.committee.code,
        facts={
            "user": post.user_id,
            "role": post.role,
            "from": post.valid_from.isoformat(),
            "to": post.valid_to.isoformat() if post.valid_to else None,
        },
    )
