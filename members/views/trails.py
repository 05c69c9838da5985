"""The way from the tree down to a unit, on its own day."""

from django.urls import reverse


def trail(units, day=None):
    """(name, address) of the tree and the units above, each of them as of the day."""
    asked = f"?ngay={day:%d/%m/%Y}" if day else ""
    first = [("Tổ chức đảng", reverse("members:committee_tree") + asked)]
    return first + [
        (unit.name, reverse("members:committee_detail", args=[unit.pk]) + asked)
        for unit in units
    ]
