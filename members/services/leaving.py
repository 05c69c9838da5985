"""What ends with a stay, and with a member who died or left for good; for one or many."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F
from django.utils import timezone

from members.models import DwellingCheck, EndReason, Member, Registration, User
from members.services.corrections import close_requests
from members.services.persons import identity_of
from members.signals import member_left
from party76.audit.models import Action
from party76.audit.services import record_many

State = Registration.State
_BATCH = 1_000
_LETTERS = [State.DRAFT, State.SENT, State.LETTER_ASKED]
_NO_LONGER_HERE = "Đồng chí này không còn được theo dõi tại nơi cư trú đó."
_DEAD = "Đồng chí này đã từ trần."

# Who leaves for one of these reasons is no longer followed by anybody.
LEAVES = {
    EndReason.CHANGED_WORK,
    EndReason.RETIRED,
    EndReason.EXPELLED,
    EndReason.STRUCK_OFF,
    EndReason.LEFT_PARTY,
}


@dataclass(frozen=True)
class Touched:
    """Rows that ended with a member, each [key, version after] and the state before, so
    that a death typed by mistake can be taken back while nothing stands on it."""

    ended: list[list[Any]] = field(default_factory=list)
    letters: list[list[Any]] = field(default_factory=list)
    checks: list[list[Any]] = field(default_factory=list)


def status_after(reason: str) -> str:
    """What becomes of the member when a stay ends for a reason; "" for nothing."""
    if reason == EndReason.DIED:
        return Member.Status.DEAD
    return Member.Status.LEFT if reason in LEAVES else ""


def close_what_waits(
    stays: Sequence[Registration], *, reason: str, by: User
) -> list[list[Any]]:
    """Close reports and corrections that the end of these stays settles.

    Returns [key, version] of the reports of no longer dwelling. Three statements.
    """
    members = [stay.member_id for stay in stays]
    close_requests(members, about_dwelling=True, answer=_NO_LONGER_HERE, by=by)
    return close_checks(
        [stay.pk for stay in stays],
        answer=f"Đã kết thúc theo dõi: {EndReason(reason).label}",
        by=by,
    )


def close_checks(stays: Collection[int], *, answer: str, by: User) -> list[list[Any]]:
    """Answer the open reports of no longer dwelling on stays that are over."""
    waiting = DwellingCheck.objects.open().filter(registration__in=stays)
    checks = list(waiting.select_related("registration__ward"))
    for check in checks:
        check.state = DwellingCheck.State.CONFIRMED
        check.answer = answer
        check.answered_on = timezone.localdate()
        check.answered_by = by
        check.version += 1
    if checks:
        fields = ["state", "answer", "answered_on", "answered_by", "version"]
        DwellingCheck.objects.bulk_update(checks, fields, _BATCH)
        events = (
            (check, check.registration.ward.code, {"state": check.state})
            for check in checks
        )
        record_many(Action.STEP, events, by=by)
    return [[check.pk, check.version] for check in checks]


def leave(
    members: Sequence[Member],
    *,
    reason: str,
    on: date,
    ended: Sequence[Registration] = (),
    checks: Sequence[list[Any]] = (),
    by: User,
) -> None:
    """Death and leaving for good reach everything that still runs; else nothing.

    ended are the stays that ended with it, checks what close_what_waits returned. A
    constant number of statements, and one signal for all.
    """
    status = status_after(reason)
    if not status or not members:
        return
    keys = [member.pk for member in members]
    Member.objects.filter(pk__in=keys).update(status=status, version=F("version") + 1)
    if status == Member.Status.DEAD:  # stays with a workplace that may end
        close_requests(keys, about_dwelling=False, answer=_DEAD, by=by)
    touched: dict[int, Touched] = {key: Touched() for key in keys}
    for stay in ended:
        touched[stay.member_id].ended.append([stay.pk, stay.version])
    for letter, before in _give_up(keys, EndReason(reason).label, by=by):
        touched[letter.member_id].letters.append([letter.pk, letter.version, before])
    if len(keys) == 1:
        touched[keys[0]].checks.extend(checks)
    for member in members:
        member.status = status
        member.version += 1
    record_many(
        Action.UPDATE,
        (
            (
                member,
                member.workplace.code,
                {
                    "status": status,
                    "on": on.isoformat(),
                    "ended": touched[member.pk].ended,
                    "letters": touched[member.pk].letters,
                    "checks": touched[member.pk].checks,
                },
            )
            for member in members
        ),
        by=by,
    )
    member_left.send(sender=Member, members=keys, on=on, by=by)


def _give_up(
    members: Collection[int], reason: str, *, by: User
) -> list[tuple[Registration, str]]:
    """Withdraw the drafts and return the letters of these members; with the states
    they were in."""
    running = Registration.objects.filter(member__in=members, state__in=_LETTERS)
    with_units = running.select_related("member__workplace", "ward", "cell")
    letters = list(with_units.order_by("pk").select_for_update(of=("self",)))
    if not letters:
        return []
    given_up = [(letter, letter.state) for letter in letters]
    drafts = [letter for letter in letters if letter.state == State.DRAFT]
    others = [letter for letter in letters if letter.state != State.DRAFT]
    for letter in letters:
        letter.version += 1
    for letter in drafts:
        letter.state = State.WITHDRAWN
    for letter in others:
        letter.state = State.RETURNED
        letter.return_reason = reason
        letter.identity_at_end = identity_of(letter.member)
    Registration.objects.bulk_update(drafts, ["state", "version"], _BATCH)
    fields = ["state", "return_reason", "identity_at_end", "version"]
    Registration.objects.bulk_update(others, fields, _BATCH)
    record_many(
        Action.STEP,
        (
            (
                letter,
                letter.place.code,
                {"member": letter.member_id, "from": before, "to": letter.state},
            )
            for letter, before in given_up
        ),
        by=by,
    )
    return given_up
