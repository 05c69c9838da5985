"""Accounts as their administrators see them."""

from datetime import date

from django.db.models import Prefetch

from members.models import Role, RoleAssignment, RoleName, User
from party76.shared.text import fold


def role_names() -> dict[str, str]:
    """What each role is called here: the office's own word, or the usual one."""
    own = dict(RoleName.objects.values_list("role", "name"))
    return {role.value: own.get(role.value, str(role.label)) for role in Role}


def accounts_for_list(user: User, typed: str, *, day: date) -> list[User]:
    """Accounts in the user's scope, with the posts they hold that day in posts_now.

    typed narrows by user name, or by the person's name with or without marks;
    names have no stored key, so few enough accounts are compared here.
    """
    held = RoleAssignment.objects.held_on(day).select_related("committee")
    posts = Prefetch(
        "assignments", held.order_by("committee__sort_key"), to_attr="posts_now"
    )
    found = User.objects.visible_to(user).prefetch_related(posts).order_by("username")
    plain = fold(typed)
    return [
        account
        for account in found
        if plain in account.username or plain in fold(account.full_name)
    ]
