from django import forms

from party76.shared.forms import BaseForm
from residence.models import Meeting
from residence.queries.guests import possible_guests


class _GuestField(forms.ModelChoiceField):
    def label_from_instance(self, place):
        cell = f" – {place.cell.name}" if place.cell else ""
        return f"{place.registration.member.full_name}{cell}"


class GuestForm(BaseForm):
    """One of those who are exempt that day and not on the list."""

    submit_label = "Ghi “dự”"

    def __init__(self, *args, meeting: Meeting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"] = _GuestField(
            possible_guests(meeting),
            label="Đồng chí được miễn sinh hoạt",
            empty_label="Chọn đồng chí",
            error_messages={"required": "Đồng chí chọn người đến dự."},
        )
