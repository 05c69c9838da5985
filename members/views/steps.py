"""What the pages of one step of one stay have in common."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from members.models import Member, Registration
from members.views.pages import form_page, put_errors


def stay_of(user, pk) -> Registration:
    """The stay, if this user may see it, with its member and units; 404 otherwise."""
    stays = Registration.objects.visible_to(user)
    with_units = stays.select_related("member__workplace", "ward", "cell", "workplace")
    return get_object_or_404(with_units, pk=pk)


def start_of(stay: Registration) -> dict:
    """What the form of a step begins with: the edition looked at, and today."""
    return {"version": stay.version, "on": timezone.localdate()}


def run_step(request, form, act, title, stay: Registration, done: str, *, intro=""):
    """Form, one service, message, back to the file; act gets the cleaned data."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, done)
            return redirect("reports:member_file", stay.member_id)
    return step_page(request, form, title, stay.member, intro=intro)


def step_page(request, form, title, member: Member, *, intro=""):
    """The page of one form about one member."""
    file = reverse("reports:member_file", args=[member.pk])
    return form_page(
        request,
        form,
        title=title,
        subtitle=f"Đồng chí {member.full_name}",
        intro=intro,
        back_url=file,
        trail=[
            ("Đảng viên", reverse("members:member_list")),
            ("Hồ sơ đảng viên", file),
        ],
    )
