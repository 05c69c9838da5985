"""What happened to a member between both sides, the latest first, and who did it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from members.models import Exemption, Placement, Registration, User
from party76.audit.models import Action, AuditEvent

State = Registration.State
_MAKES = {Action.CREATE, Action.STEP, Action.UPDATE}


@dataclass(frozen=True)
class Moment:
    day: date
    title: str
    text: str = ""
    by: str = ""
    kind: str = ""

    @property
    def when(self) -> str:
        return self.day.strftime("%d/%m/%Y")


class ReadableStay(Protocol):
    """A stay with the placements and exemptions that the reader may see."""

    @property
    def registration(self) -> Registration: ...
    @property
    def placements(self) -> list[Placement]: ...
    @property
    def exemptions(self) -> list[Exemption]: ...
    @property
    def reads_end(self) -> bool: ...


def timeline_of(stays: Iterable[ReadableStay], *, with_names: bool) -> list[Moment]:
    """The moments of these stays; the names of those who acted only where allowed."""
    stays = list(stays)
    doers = _doers([stay.registration for stay in stays]) if with_names else {}
    moments = [moment for stay in stays for moment in _moments(stay, doers)]
    return sorted(moments, key=lambda moment: moment.day, reverse=True)


def _moments(stay: ReadableStay, doers: dict[tuple[int, str], str]):
    letter = stay.registration
    by = {state: doers.get((letter.pk, state), "") for state in State.values}
    first = _first_ward(stay)
    if letter.sent_on:
        yield Moment(
            letter.sent_on,
            f"Giới thiệu về {first}",
            _letter(letter),
            by[State.SENT],
            "info",
        )
    if letter.received_on and _began_here(stay):
        yield Moment(
            letter.received_on,
            f"{first} tiếp nhận",
            "" if letter.sent_on else _letter(letter),
            by[State.RECEIVED] or doers.get((letter.pk, ""), ""),
            "success",
        )
    yield from _moves(stay)
    for exemption in stay.exemptions:
        yield from _exemption(exemption)
    if letter.ended_on and stay.reads_end:
        yield Moment(
            letter.ended_on,
            f"Kết thúc theo dõi tại {letter.ward.name}",
            letter.get_end_reason_display(),
            by[State.ENDED],
            "warning",
        )


def _first_ward(stay: ReadableStay) -> str:
    """The ward as it was then; the stay's own column follows every reorganisation."""
    units = [placement.ward for placement in stay.placements[:1]]
    return next(iter(units), stay.registration.ward).name


def _letter(letter: Registration) -> str:
    number = (
        f"Giấy giới thiệu số {letter.letter_number}" if letter.letter_number else ""
    )
    day = f"ngày {letter.letter_date:%d/%m/%Y}" if letter.letter_date else ""
    return " ".join(part for part in (number, day) if part)


def _began_here(stay: ReadableStay) -> bool:
    """True when the reader may see the placement that the receipt opened."""
    return any(p.cause == Placement.Cause.RECEIVED for p in stay.placements)


def _moves(stay: ReadableStay):
    for placement in stay.placements:
        if placement.cause == Placement.Cause.RECEIVED:
            continue
        is_work = placement.cause == Placement.Cause.WORKPLACE_CHANGED
        unit = placement.workplace if is_work else placement.place
        yield Moment(
            placement.valid_from, f"{placement.get_cause_display()}: {unit.name}"
        )


def _exemption(exemption: Exemption):
    ground = exemption.get_ground_display()
    text = f"{ground}. {exemption.document}" if exemption.document else ground
    yield Moment(exemption.valid_from, "Miễn sinh hoạt nơi cư trú", text)
    if exemption.valid_to:
        yield Moment(exemption.valid_to, "Hết miễn sinh hoạt nơi cư trú")


def _doers(letters: list[Registration]) -> dict[tuple[int, str], str]:
    """Who took a stay to each state; "" stands for its first entry. Two queries."""
    keys = [str(letter.pk) for letter in letters]
    events = AuditEvent.objects.filter(
        object_type="registration", object_key__in=keys, action__in=_MAKES
    ).order_by("pk")
    taken = [
        ((int(event.object_key), event.facts.get("to", "")), event.actor_key)
        for event in events
    ]
    names = {
        str(user.pk): user.full_name
        for user in User.objects.filter(pk__in={key for _, key in taken if key})
    }
    doers: dict[tuple[int, str], str] = {}
    for step, key in taken:
        doers.setdefault(step, names.get(key, ""))
    return doers
