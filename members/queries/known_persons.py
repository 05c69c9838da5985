"""Whose record is there already, so that a paper letter makes no second one."""

from dataclasses import dataclass, replace
from datetime import date

from members.models import Committee, Member, Registration, User
from members.queries.merged import bearers_of
from members.queries.persons import possible_duplicates

_SHOWN = 5
_END_OF_CARD = 3
State = Registration.State
_RUNNING = [State.SENT, State.LETTER_ASKED, State.RECEIVED]


@dataclass(frozen=True)
class Known:
    """A record that may be of the person on the letter, and why."""

    member: Member
    reason: str
    # His card and where he stands, to tell two of one name and birth apart.
    told: tuple[str, ...] = ()


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
    it as well: by its card, or by its workplace. Four statements at most.
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
    return _with_facts(list(found.values()), card_number, by)


def _with_facts(found: list[Known], card_number: str | None, by: User) -> list[Known]:
    """Each with its card and state; where the user has no stay of his, the end of the
    card, which the letter in the hand tells as well."""
    if not found:
        return []
    stays = Registration.objects.visible_to(by).filter(
        member__in=[known.member.pk for known in found], state__in=_RUNNING
    )
    here = {stay.member_id: stay for stay in stays.select_related("ward")}
    return [
        replace(
            known, told=_facts(known.member, here.get(known.member.pk), card_number)
        )
        for known in found
    ]


def _facts(
    member: Member, stay: Registration | None, typed: str | None
) -> tuple[str, ...]:
    card = member.card_number
    if not card:
        shown = "chưa ghi số thẻ"
    elif stay or card == typed:
        shown = f"số thẻ {card}"
    else:
        shown = f"số thẻ tận cùng {card[-_END_OF_CARD:]}"
    state = member.get_status_display().lower()
    if stay:
        state = f"{stay.get_state_display().lower()} ở {stay.ward.name}"
    return shown, state
