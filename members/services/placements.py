"""Where a stay belongs: opened, moved and closed with the stay."""

from datetime import date

from django.core.exceptions import ValidationError

from members.models import Placement, Registration
from members.queries.days import first_day_at, standing_since
from party76.shared.versions import save_versioned


def begin_placement(registration: Registration, *, on: date) -> Placement:
    """Place a stay that was received on a day; from the first day of its units, where
    they came later."""
    ward, cell = registration.ward, registration.cell
    since = standing_since([cell.pk] if cell else [])
    day = first_day_at(ward, cell, on, since)
    if registration.ended_on is not None:
        day = min(day, registration.ended_on)
    return open_placement(registration, on=day, cause=Placement.Cause.RECEIVED)


def open_placement(registration: Registration, *, on: date, cause: str) -> Placement:
    """Place a stay where its own columns say, from a day on."""
    placement = new_placement(registration, on=on, cause=cause)
    placement.save()
    return placement


def new_placement(registration: Registration, *, on: date, cause: str) -> Placement:
    """The placement where the stay's own columns say, from a day on; unsaved."""
    workplace = registration.workplace
    return Placement(
        registration=registration,
        ward=registration.ward,
        cell=registration.cell,
        workplace=workplace,
        sector=workplace.sector,
        outside_city=workplace.outside_city,
        valid_from=on,
        cause=cause,
    )


def close_placement(registration: Registration, *, on: date) -> None:
    """End the open placement on a day; none is open before the receipt.

    Raises ValidationError when the day lies before the placement began.
    """
    placement = registration.placements.filter(valid_to=None).first()
    if placement is None:
        return
    if on < placement.valid_from:
        raise ValidationError(
            f"Ngày thực hiện không được trước ngày {placement.valid_from:%d/%m/%Y}, "
            "là ngày bắt đầu của lần sắp xếp hiện nay."
        )
    placement.valid_to = on
    placement.save(update_fields=["valid_to"])


def move_placement(
    registration: Registration, *, on: date, cause: str, version: int
) -> None:
    """Write the stay's new cell and workplace, and let a placement there follow.

    A letter that is only asked for has no placement yet. Raises Conflict when the
    stay has changed since that version, ValidationError for a day on which the units
    were not there, or not in this ward.
    """
    _check_stands(registration, on)
    save_versioned(registration, fields=["cell", "workplace"], version=version)
    if registration.is_received:
        close_placement(registration, on=on)
        open_placement(registration, on=on, cause=cause)


def _check_stands(registration: Registration, on: date) -> None:
    cell, workplace = registration.cell, registration.workplace
    since = standing_since([cell.pk] if cell else [])
    first = first_day_at(registration.ward, cell, on, since)
    if on < first:
        raise ValidationError(
            f"{registration.place} hoạt động trong {registration.ward} từ ngày "
            f"{first:%d/%m/%Y}; ngày chuyển không được trước ngày ấy."
        )
    if workplace.valid_from and on < workplace.valid_from:
        raise ValidationError(
            f"{workplace} hoạt động từ ngày {workplace.valid_from:%d/%m/%Y}; ngày chuyển "
            "không được trước ngày ấy."
        )
