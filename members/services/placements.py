"""Where a stay belongs: opened, moved and closed with the stay."""

from datetime import date

from django.core.exceptions import ValidationError

from members.models import Placement, Registration
from party76.shared.versions import save_versioned


def open_placement(registration: Registration, *, on: date, cause: str) -> Placement:
    """Place a stay where its own columns say, from a day on."""
    workplace = registration.workplace
    return Placement.objects.create(
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
    stay has changed since that version.
    """
    save_versioned(registration, fields=["cell", "workplace"], version=version)
    if registration.is_received:
        close_placement(registration, on=on)
        open_placement(registration, on=on, cause=cause)
