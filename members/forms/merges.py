from django import forms

from members.models import Member
from party76.shared.forms import BaseForm


class AgreeForm(BaseForm):
    """The word of one side: both records as they were when they were compared."""

    kept_version = forms.IntegerField(widget=forms.HiddenInput)
    dropped_version = forms.IntegerField(widget=forms.HiddenInput)

    def versions(self, kept: Member, dropped: Member) -> dict[int, int]:
        """{record: its version as it was compared}."""
        return {
            kept.pk: self.cleaned_data["kept_version"],
            dropped.pk: self.cleaned_data["dropped_version"],
        }


class ProposeForm(AgreeForm):
    """The first word; it says too which record is kept."""

    giu = forms.IntegerField(widget=forms.HiddenInput)


class CloseForm(BaseForm):
    """Two people after all, or parted again: the reason is kept with the pair."""

    note = forms.CharField(
        label="Lý do", max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
