"""An exempt member who comes to a meeting all the same."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from members.views.pages import form_page, put_errors
from residence.forms.guests import GuestForm
from residence.permissions import require_running
from residence.services.guests import note_guest
from residence.views.meetings import meeting_in_scope


@require_http_methods(["GET", "POST"])
def meeting_guest_add(request, pk):
    """Note “dự” for somebody exempt that day; it counts in no percentage."""
    meeting = meeting_in_scope(request, pk)
    require_running(request.user, meeting.committee)
    form = GuestForm(request.POST or None, meeting=meeting)
    sheet = reverse("residence:meeting_attendance", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            note_guest(meeting, place=form.cleaned_data["place"], by=request.user)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã ghi “dự”, không tính vào tỷ lệ.")
            return redirect(sheet)
    return form_page(
        request,
        form,
        title="Người được miễn đến dự",
        subtitle=meeting.title,
        intro="Đồng chí được miễn sinh hoạt nơi cư trú mà vẫn đến thì ghi “dự”, không tính "
        "vào số phải dự và tỷ lệ dự họp.",
        back_url=sheet,
        trail=[
            ("Kỳ họp", reverse("residence:meeting_list")),
            (meeting.title, reverse("residence:meeting_detail", args=[pk])),
            ("Điểm danh", sheet),
        ],
    )
