"""Two people on one row: the second is shown both values, nothing is overwritten."""

from dataclasses import dataclass

from django.db import models
from django.db.models import F


@dataclass(frozen=True)
class Difference:
    label: str
    theirs: str
    yours: str


class Conflict(Exception):  # noqa: N818 a situation, not a fault
    """The row has changed since the form was opened; carries both values.

    about says whose row it is, where that is known.
    """

    def __init__(self, version: int, differences: list[Difference], about: str = ""):
        super().__init__("the row has changed since the form was opened")
        self.version = version
        self.differences = differences
        self.about = about


def save_versioned(instance: models.Model, *, fields: list[str], version: int) -> None:
    """Write the named fields if the stored row still has this version.

    Raises Conflict with the differing fields where somebody was quicker.
    """
    values = {name: getattr(instance, name) for name in fields}
    rows = instance._meta.model._base_manager.filter(pk=instance.pk, version=version)
    if not rows.update(**values, version=F("version") + 1):
        raise Conflict(*_stored_beside(instance, fields))
    instance.version = version + 1


def require_version(instance: models.Model, version: int) -> None:
    """Raise Conflict when a step was asked for on an older edition of the row."""
    stored = instance._meta.model._base_manager.get(pk=instance.pk)
    if stored.version != version:
        raise Conflict(stored.version, [], _whose(stored))


def _stored_beside(instance, fields: list[str]) -> tuple[int, list[Difference], str]:
    stored = instance._meta.model._base_manager.get(pk=instance.pk)
    differences = [
        Difference(
            label=str(stored._meta.get_field(name).verbose_name),
            theirs=shown_value(stored, name),
            yours=shown_value(instance, name),
        )
        for name in fields
        if getattr(stored, name) != getattr(instance, name)
    ]
    return stored.version, differences, _whose(stored)


def _whose(row) -> str:
    """The person a row is about, where it is about one; else the row itself."""
    row = getattr(row, "registration", row)
    return str(getattr(row, "member", row))


def shown_value(instance: models.Model, name: str) -> str:
    """The value of a field as a person reads it; empty text for nothing."""
    field = instance._meta.get_field(name)
    if getattr(field, "choices", None):
        return str(getattr(instance, f"get_{name}_display")())
    value = getattr(instance, name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "có" if value else "không"
    return value.strftime("%d/%m/%Y") if hasattr(value, "strftime") else str(value)
