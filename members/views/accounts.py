"""Accounts and posts, for the administrators of their units."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from members.forms.accounts import (
    AccountForm,
    EndPostForm,
    NewAccountForm,
    OwnAccountForm,
    PostForm,
)
from members.models import Committee, Role, RoleAssignment, User
from members.permissions import can_administer, can_administer_account
from members.queries.accounts import accounts_for_list, role_names
from members.queries.posts import leaves_nobody, posts_that_leave_nobody
from members.services.accounts import (
    activate_account,
    create_account,
    deactivate_account,
    edit_account,
    edit_own_account,
    end_post,
    grant_post,
    one_time_password,
    reset_password,
)
from members.views.pages import form_page, put_errors
from party76.audit.models import Action
from party76.audit.services import record

# Shown on one page and forgotten; never in a message or an address.
PASSWORD_TO_TELL = "password_to_tell"  # noqa: S105 a key of the session


@require_http_methods(["GET", "POST"])
def user_list(request):
    """Everybody in the administrator's scope; a name is searched for by POST."""
    _require_administrator(request.user)
    typed = request.POST.get("q", "").strip()
    accounts = accounts_for_list(request.user, typed, day=timezone.localdate())
    record(Action.LIST, "user", by=request.user, count=len(accounts))
    names = role_names()
    rows = [
        (account, [(names[post.role], post) for post in account.posts_now])
        for account in accounts
    ]
    return render(request, "members/user_list.html", {"rows": rows, "typed": typed})


@require_http_methods(["GET", "POST"])
def user_add(request):
    _require_administrator(request.user)
    unit = _unit_asked_for(request)
    form = NewAccountForm(
        request.POST or None, user=request.user, initial={"committee": unit}
    )
    if request.method == "POST" and form.is_valid():
        password = one_time_password()
        data = form.cleaned_data
        try:
            account = create_account(
                form.instance,
                committee=data["committee"],
                role=data["role"],
                valid_from=data["valid_from"],
                password=password,
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            request.session[PASSWORD_TO_TELL] = [account.pk, password]
            return redirect("members:user_detail", account.pk)
    return form_page(
        request,
        form,
        title="Tạo tài khoản",
        intro="Hệ thống sinh mật khẩu dùng một lần; người dùng phải đổi khi đăng nhập "
        "lần đầu.",
        back_url=reverse("members:user_list"),
        trail=_trail(),
    )


@require_safe
def user_detail(request, pk):
    account = _account(request.user, pk)
    password = _password_to_tell(request, account)
    names = role_names()
    posts = account.assignments.select_related("committee").order_by("-valid_from")
    today = timezone.localdate()
    context = {
        "account": account,
        "password": password,
        "held_posts": [
            (names[post.role], post, post.valid_to is None or post.valid_to > today)
            for post in posts
        ],
        "can_edit": can_administer_account(request.user, account),
        "trail": _trail(),
    }
    return render(request, "members/user_detail.html", context)


@require_http_methods(["GET", "POST"])
def user_edit(request, pk):
    account = _account_to_change(request.user, pk)
    form = AccountForm(request.POST or None, instance=account)
    if request.method == "POST" and form.is_valid():
        edit_account(account, version=form.seen_version, by=request.user)
        messages.success(request, "Đã lưu thông tin tài khoản.")
        return redirect("members:user_detail", pk)
    return form_page(
        request,
        form,
        title="Sửa tài khoản",
        subtitle=account.username,
        back_url=reverse("members:user_detail", args=[pk]),
        trail=_trail(account),
    )


@require_http_methods(["GET", "POST"])
def user_deactivate(request, pk):
    account = _account_to_change(request.user, pk)
    if request.method == "POST":
        return _apply(request, account, deactivate_account, "Đã khóa tài khoản.")
    return _confirm(
        request,
        account,
        title="Khóa tài khoản",
        kind="danger",
        consequences=[
            f"Không cho {account.full_name} đăng nhập nữa, kể từ thao tác tiếp theo.",
            "Giữ nguyên mọi việc đồng chí ấy đã làm trong nhật ký.",
            *_left_without(account),
        ],
    )


@require_http_methods(["GET", "POST"])
def user_activate(request, pk):
    account = _account_to_change(request.user, pk)
    if request.method == "POST":
        return _apply(request, account, activate_account, "Đã mở lại tài khoản.")
    return _confirm(
        request,
        account,
        title="Mở lại tài khoản",
        consequences=[f"Cho {account.full_name} đăng nhập trở lại."],
    )


@require_http_methods(["GET", "POST"])
def user_reset_password(request, pk):
    account = _account_to_change(request.user, pk)
    if request.method == "POST":
        password = one_time_password()
        reset_password(
            account, password=password, version=_version(request), by=request.user
        )
        request.session[PASSWORD_TO_TELL] = [account.pk, password]
        return redirect("members:user_detail", pk)
    return _confirm(
        request,
        account,
        title="Cấp lại mật khẩu",
        kind="danger",
        consequences=[
            "Sinh một mật khẩu dùng một lần, chỉ hiện một lần cho đồng chí.",
            f"Kết thúc mọi phiên làm việc đang mở của {account.full_name}.",
        ],
    )


@require_http_methods(["GET", "POST"])
def post_grant(request, pk):
    account = _account_to_change(request.user, pk)
    form = PostForm(
        request.POST or None,
        user=request.user,
        initial={"valid_from": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            grant_post(
                account,
                committee=data["committee"],
                role=data["role"],
                valid_from=data["valid_from"],
                valid_to=data["valid_to"],
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã giao vai trò.")
            return redirect("members:user_detail", pk)
    return form_page(
        request,
        form,
        title="Giao vai trò",
        subtitle=account.full_name,
        back_url=reverse("members:user_detail", args=[pk]),
        trail=_trail(account),
    )


@require_http_methods(["GET", "POST"])
def post_end(request, pk):
    posts = RoleAssignment.objects.visible_to(request.user)
    post = get_object_or_404(posts.select_related("user", "committee"), pk=pk)
    own_right = can_administer(request.user, post.committee)
    if post.user_id == request.user.pk or not own_right:
        raise PermissionDenied
    form = EndPostForm(request.POST or None, initial={"version": post.version})
    if request.method == "POST" and form.is_valid():
        try:
            end_post(
                post,
                on=form.cleaned_data["on"],
                version=form.seen_version,
                by=request.user,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã kết thúc vai trò.")
            return redirect("members:user_detail", post.user_id)
    return form_page(
        request,
        form,
        title="Kết thúc vai trò",
        subtitle=f"{role_names()[post.role]} – {post.committee}",
        back_url=reverse("members:user_detail", args=[post.user_id]),
        trail=_trail(post.user),
        warning=_nobody_left(post) if leaves_nobody(post) else "",
    )


@require_http_methods(["GET", "POST"])
def own_account(request):
    """Everybody's own page: posts held, and whether reminders come by mail."""
    user = request.user
    form = OwnAccountForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        edit_own_account(user, version=form.seen_version)
        messages.success(request, "Đã lưu.")
        return redirect("members:own_account")
    status = 422 if form.errors else 200
    context = {
        "form": form,
        "account": user,
        "held": [(role_names()[post.role], post) for post in user.posts],
        "sends_mail": bool(settings.EMAIL_HOST),
    }
    return render(request, "members/own_account.html", context, status=status)


def _nobody_left(post: RoleAssignment) -> str:
    return (
        f"Sau ngày này không còn tài khoản nào giữ vai trò {role_names()[post.role]} tại "
        f"{post.committee}. Bên kia sẽ ghi thay theo giấy, và Ban Tổ chức được báo. Nếu có "
        "người thay, đồng chí dùng “Bàn giao”."
    )


def _left_without(account: User) -> list[str]:
    """Which units nobody works for any more once the account is locked."""
    posts = posts_that_leave_nobody(account, on=timezone.localdate())
    names = role_names()
    return [
        f"Để {post.committee} không còn tài khoản nào giữ vai trò {names[post.role]}: bên "
        "kia ghi thay theo giấy, Ban Tổ chức được báo."
        for post in posts
    ]


def _require_administrator(user: User) -> None:
    if not user.has_role(Role.ADMINISTRATOR):
        raise PermissionDenied


def _account(user: User, pk: int) -> User:
    account = get_object_or_404(User.objects.visible_to(user), pk=pk)
    _require_administrator(user)
    return account


def _account_to_change(user: User, pk: int) -> User:
    account = _account(user, pk)
    if not can_administer_account(user, account):
        raise PermissionDenied
    return account


def _unit_asked_for(request) -> Committee | None:
    asked = request.GET.get("don_vi", "")
    units = Committee.objects.visible_to(request.user)
    return units.filter(pk=asked).first() if asked.isdigit() else None


def _version(request) -> int:
    typed = request.POST.get("version", "")
    return int(typed) if typed.isdigit() else 0


def _apply(request, account: User, service, sentence: str):
    try:
        service(account, version=_version(request), by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, sentence)
    return redirect("members:user_detail", account.pk)


def _confirm(request, account: User, *, title, consequences, kind=""):
    context = {
        "account": account,
        "title": title,
        "consequences": consequences,
        "kind": kind,
        "cancel_url": reverse("members:user_detail", args=[account.pk]),
        "trail": _trail(account),
    }
    return render(request, "members/user_confirm.html", context)


def _password_to_tell(request, account: User) -> str:
    kept = request.session.get(PASSWORD_TO_TELL)
    if not kept or kept[0] != account.pk:
        return ""
    del request.session[PASSWORD_TO_TELL]
    return kept[1]


def _trail(account: User | None = None):
    trail = [("Tài khoản", reverse("members:user_list"))]
    if account is not None:
        own = reverse("members:user_detail", args=[account.pk])
        trail.append((account.full_name, own))
    return trail
