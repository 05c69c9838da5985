"""Bàn giao vai trò: who takes over a post, beside what waits at its unit."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from members.forms.handover import HandoverForm
from members.models import RoleAssignment
from members.permissions import can_administer, can_administer_account
from members.queries.accounts import role_names
from members.services.accounts import one_time_password
from members.services.handover import hand_over, hand_over_to_new
from members.views.accounts import PASSWORD_TO_TELL
from members.views.pages import put_errors
from reports.queries.home import todos_of_post


@require_http_methods(["GET", "POST"])
def post_hand_over(request, pk):
    """End one account's post on a day and begin another's the same day."""
    post = _post(request.user, pk)
    form = HandoverForm(
        request.POST or None,
        handed=post,
        by=request.user,
        initial={"version": post.version},
    )
    if request.method == "POST" and form.is_valid():
        try:
            heir = _hand_over(request, post, form)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã bàn giao vai trò.")
            return redirect("members:user_detail", heir.user_id)
    giver = reverse("members:user_detail", args=[post.user_id])
    context = {
        "form": form,
        "handed": post,
        "role": role_names()[post.role],
        "todos": todos_of_post(post, on=timezone.localdate()),
        "back_url": giver,
        "trail": [
            ("Tài khoản", reverse("members:user_list")),
            (post.user.full_name, giver),
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "reports/post_hand_over.html", context, status=status)


def _post(user, pk) -> RoleAssignment:
    """A running post of another account that this administrator may change."""
    posts = RoleAssignment.objects.visible_to(user).select_related("user", "committee")
    post = get_object_or_404(posts, pk=pk)
    if not can_administer(user, post.committee):
        raise PermissionDenied
    if not can_administer_account(user, post.user):
        raise PermissionDenied
    return post


def _hand_over(request, post: RoleAssignment, form: HandoverForm) -> RoleAssignment:
    on, version = form.cleaned_data["on"], form.seen_version
    account = form.new_account()
    if account is None:
        chosen = form.cleaned_data["account"]
        return hand_over(post, to=chosen, on=on, version=version, by=request.user)
    password = one_time_password()
    heir = hand_over_to_new(
        post,
        account=account,
        password=password,
        on=on,
        version=version,
        by=request.user,
    )
    request.session[PASSWORD_TO_TELL] = [heir.user_id, password]
    return heir
