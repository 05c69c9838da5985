"""Who somebody is, as far as a reader of one of his stays may know."""

from datetime import date
from typing import Any, cast

from members.models import Member, Registration, User
from members.permissions import Placed, stands_above


def identity_shown(stay: Registration, by: User, *, at: Placed | None = None) -> Member:
    """The member of a stay; as he was where a copy was made when it ended or its letter
    was returned, so that a side that is past learns nothing new (design 5).

    From above he is read as he is: above the stay, or the row of it that is at hand, at.
    """
    kept = cast("dict[str, Any] | None", stay.identity_at_end)
    if not kept or stands_above(by, at or stay):
        return stay.member
    return Member(
        full_name=kept["full_name"],
        gender=kept.get("gender", ""),
        birth_date=_day(kept.get("birth_date")),
        birth_precision=kept.get("birth_precision", Member.DatePrecision.DAY),
        card_number=kept.get("card_number"),
        admitted_on=_day(kept.get("admitted_on")),
        official_on=_day(kept.get("official_on")),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
