"""Whether a unit would be without an account, and who may take over a post."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from members.models import Role, RoleAssignment, User
from members.queries.channels import paths_down_to
from members.scopes import within

# Without an account of these, what the unit would write goes on paper.
_OF_CHANNELS = {Role.RESIDENCE_WARD, Role.WORKPLACE}


def leaves_nobody(post: RoleAssignment) -> bool:
    """True where no other account works in this role for the unit once the post ends.

    One statement; false for roles on which no channel hangs.
    """
    return post.role in _OF_CHANNELS and not _others(post).exists()


def posts_that_leave_nobody(user: User, *, on: date) -> list[RoleAssignment]:
    """The account's posts that nobody else holds; two statements and one a post."""
    held = RoleAssignment.objects.held_on(on).filter(user=user, role__in=_OF_CHANNELS)
    posts: Iterable[RoleAssignment] = held.select_related("committee").order_by("pk")
    return [post for post in posts if not _others(post).exists()]


def _others(post: RoleAssignment) -> QuerySet[RoleAssignment]:
    """Posts without an end, of other accounts, at the unit or one above it."""
    return RoleAssignment.objects.filter(
        role=post.role,
        user__is_active=True,
        committee__path__in=paths_down_to(post.committee.path),
        valid_to=None,
    ).exclude(user=post.user_id)


def possible_heirs(by: User, post: RoleAssignment) -> QuerySet[User]:
    """Active accounts all of whose posts to come lie in the administrator's scope."""
    inside = within("committee__path", by.paths_of(Role.ADMINISTRATOR))
    over = Q(valid_to__lte=timezone.localdate())
    outside = RoleAssignment.objects.exclude(over).exclude(inside)
    return (
        User.objects.visible_to(by)
        .filter(is_active=True)
        .exclude(pk__in=[by.pk, post.user_id])
        .exclude(pk__in=outside.values("user"))
        .order_by("full_name", "pk")
    )
