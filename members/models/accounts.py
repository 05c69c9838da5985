"""Accounts and the posts they hold. An account is not a member."""

from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from members.models.committees import Committee
from members.scopes import Scope, within
from party76.shared.models import Versioned


class Role(models.TextChoices):
    """Rights hang on these; what an office calls them is data (RoleName)."""

    RESIDENCE_WARD = "residence_ward", "Đảng ủy nơi cư trú"
    RESIDENCE_CELL = "residence_cell", "Chi ủy nơi cư trú"
    WORKPLACE = "workplace", "Cấp ủy nơi công tác"
    DEPARTMENT = "department", "Ban Tổ chức"
    INSPECTOR = "inspector", "Kiểm tra"
    ADMINISTRATOR = "administrator", "Quản trị"


class RoleName(models.Model):
    role = models.CharField(max_length=20, choices=Role, primary_key=True)
    name = models.CharField("tên gọi", max_length=100)

    def __str__(self):
        return self.name


class UserQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Accounts that hold, or held, a post in the user's administration scope."""
        paths = user.paths_of(Role.ADMINISTRATOR)
        posts = RoleAssignment.objects.filter(within("committee__path", paths))
        return self.filter(Q(pk__in=posts.values("user")) | Q(pk=user.pk))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, username, password=None, **fields):
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, Versioned):
    """Who logs in. Rights come from dated posts (RoleAssignment) alone."""

    username = models.CharField("tên đăng nhập", max_length=60, unique=True)
    full_name = models.CharField("họ và tên", max_length=80)
    post = models.CharField("chức vụ", max_length=120, blank=True)
    phone = models.CharField("điện thoại", max_length=20, blank=True)
    email = models.EmailField("thư điện tử", blank=True)
    # Off unless its owner asks for it: once a day, what waits, without names.
    wants_reminders = models.BooleanField("nhận thư nhắc việc hằng ngày", default=False)
    is_active = models.BooleanField("đang hoạt động", default=True)
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]

    objects = UserManager()

    def __str__(self):
        return self.full_name or self.username

    @cached_property
    def posts(self) -> "tuple[RoleAssignment, ...]":
        """The posts held today; read once a request, so a change acts at once."""
        held = RoleAssignment.objects.held_on(timezone.localdate())
        return tuple(held.filter(user=self).select_related("committee").order_by("pk"))

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """Role and path of each post held today."""
        return tuple(
            Scope(post.role, post.committee.path, post.committee_id)
            for post in self.posts
        )

    @property
    def acting_as(self) -> str:
        """The posts in words, as the audit keeps them."""
        return "; ".join(f"{post.role} {post.committee.code}" for post in self.posts)

    def paths_of(self, *roles: str) -> list[str]:
        """Paths of the units where the user holds one of these roles today."""
        return [scope.path for scope in self.scopes if scope.role in roles]

    def has_role(self, *roles: str) -> bool:
        return bool(self.paths_of(*roles))


class RoleAssignmentQuerySet(models.QuerySet):
    def held_on(self, day):
        return self.filter(valid_from__lte=day).exclude(valid_to__lte=day)

    def visible_to(self, user):
        """Posts in units that the user administers, and his own."""
        paths = user.paths_of(Role.ADMINISTRATOR)
        return self.filter(within("committee__path", paths) | Q(user=user))


class RoleAssignment(Versioned):
    """A post held at a unit from a day until before another; several per user."""

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="assignments", verbose_name="đơn vị"
    )
    role = models.CharField("vai trò", max_length=20, choices=Role)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True, blank=True)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                # Equal: given by mistake and taken back before it held for a day.
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="post_ends_not_before_it_begins",
            ),
            models.UniqueConstraint(
                fields=["user", "committee", "role"],
                condition=Q(valid_to=None),
                name="one_open_post_per_user_committee_and_role",
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()} – {self.committee}"
