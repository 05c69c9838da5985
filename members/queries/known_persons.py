"""Whose record is there already, so that a paper letter makes no second one."""

from dataclasses import dataclass
from datetime import date

from members.models import Committee, Member, User
from members.queries.merged import bearers_of
from members.queries.persons import possible_duplicates

_SHOWN = 5


@dataclass(frozen=True)
class Known:
    """A record that may be of the person on the letter, and why."""

    member: Member
    reason: str


def known_persons(
    *,
    card_number: str | None,
    full_name: str,
    birth_date: date | None,
    workplace: Committee | None,
    by: User,
) -> list[Known]:
    """Records of the same card, or of the same name and birth date; never by name alone.

    A record that the user may not see is told of only where the letter in his hand knows
    it as well: by its card, or by its workplace. Three statements at most.
    """
    found: dict[int, Known] = {}
    if card_number:
        for member in bearers_of(card_number).select_related("workplace"):
            found[member.pk] = Known(member, "cùng số thẻ đảng viên")
    if birth_date is not None:
        same = possible_duplicates(full_name=full_name, birth_date=birth_date)
        same = same.filter(birth_date=birth_date)
        seen = set(
            Member.objects.visible_to(by)
            .filter(pk__in=same.values("pk"))
            .values_list("pk", flat=True)
        )
        for member in same[:_SHOWN]:
            is_told = member.pk in seen or member.workplace == workplace
            if is_told and member.pk not in found:
                found[member.pk] = Known(member, "cùng họ tên và ngày sinh")
    return list(found.values())
