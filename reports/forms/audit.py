from datetime import date, datetime, time, timedelta

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from members.models import User
from party76.audit.models import Action, AuditEvent
from party76.shared.forms import DateField
from reports.queries.events import OBJECT_LABELS, overseen_users


class AuditFilterForm(forms.Form):
    """Which events the record shows; account by key, never by name."""

    tu_ngay = DateField(label="Từ ngày", required=False)
    den_ngay = DateField(label="Đến hết ngày", required=False)
    viec = forms.ChoiceField(
        label="Việc", required=False, choices=[("", "Tất cả"), *Action.choices]
    )
    doi_tuong = forms.ChoiceField(
        label="Đối tượng",
        required=False,
        choices=[("", "Tất cả"), *OBJECT_LABELS.items()],
    )
    tai_khoan = forms.ModelChoiceField(
        User.objects.none(), label="Tài khoản", required=False, empty_label="Tất cả"
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["tai_khoan"].queryset = overseen_users(user)

    def narrow(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """The events that fit; a choice that makes no sense is left out."""
        self.is_valid()
        chosen = self.cleaned_data
        if day := chosen.get("tu_ngay"):
            events = events.filter(at__gte=_beginning_of(day))
        if day := chosen.get("den_ngay"):
            events = events.filter(at__lt=_beginning_of(day + timedelta(days=1)))
        if action := chosen.get("viec"):
            events = events.filter(action=action)
        if kind := chosen.get("doi_tuong"):
            events = events.filter(object_type=kind)
        if account := chosen.get("tai_khoan"):
            events = events.filter(actor_key=str(account.pk))
        return events

    def chosen_pairs(self) -> list[tuple[str, str]]:
        """What was chosen, to be carried from page to page."""
        return [(name, self.data[name]) for name in self.fields if self.data.get(name)]


def _beginning_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
