"""Choosing among units of which some are there no more."""

from datetime import timedelta

from django import forms
from django.db.models import F, QuerySet

from members.models import Committee


class LastingUnitField(forms.ModelChoiceField):
    """Units in use first; one that ended says until when it was there."""

    def label_from_instance(self, obj: Committee) -> str:
        if obj.valid_to is None:
            return obj.name
        return f"{obj.name} (đến {obj.valid_to - timedelta(days=1):%d/%m/%Y})"


def in_use_first(units: QuerySet[Committee]) -> QuerySet[Committee]:
    """Units of today by name, then those that ended, the latest end first."""
    return units.order_by(F("valid_to").desc(nulls_first=True), "sort_key", "pk")
