"""Sổ theo dõi of either side: who stood in it in a period, and the sums that close it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from evaluations.models import Evaluation
from members.models import Committee, Placement, Registration, User
from members.permissions import is_own, stands_above
from members.queries.day_tree import DayTree
from members.queries.discretion import topmost_units
from members.queries.identity import identity_shown
from members.queries.letters import recorded_day
from party76.audit.models import Action
from reports.queries.register_spans import (
    Period,
    Side,
    Spell,
    UnitsBelow,
    clipped,
    spells_by_stay,
    units_below,
)
from reports.queries.register_words import ORDINARY, born, category, letter_words

State = Registration.State
_LETTERS = [State.SENT, State.RECEIVED, State.RETURNED, State.ENDED]
_LEFT_BY = {
    Placement.Cause.CELL_CHANGED: "Chuyển chi bộ",
    Placement.Cause.WORKPLACE_CHANGED: "Chuyển nơi công tác",
    Placement.Cause.REORGANISATION: "Sắp xếp tổ chức",
    Placement.Cause.RECEIVED: "Chuyển đi",
}


@dataclass(frozen=True)
class Totals:
    """start + received + moved in − ended − moved out = end, whatever happened."""

    at_start: int = 0
    received: int = 0
    moved_in: int = 0
    ended: int = 0
    moved_out: int = 0
    at_end: int = 0

    @property
    def closes(self) -> bool:
        came = self.at_start + self.received + self.moved_in
        return came - self.ended - self.moved_out == self.at_end


@dataclass(frozen=True)
class LetterTotals:
    """waiting at the start + introduced − received − returned = waiting at the end."""

    waiting_at_start: int = 0
    introduced: int = 0
    received: int = 0
    returned: int = 0
    waiting_at_end: int = 0


@dataclass(frozen=True)
class Waiting:
    """The time a letter was on its way, and how that ended."""

    first: date
    end: date | None
    is_returned: bool


@dataclass(frozen=True)
class RegisterRow:
    """A line: one stay, or one letter, as it stood in the period; nothing of later."""

    pk: int  # of the registration
    member_id: int
    number: int
    name: str
    born: date | str
    admitted_on: date | None
    official_on: date | None
    workplace: str
    ward: str
    letter: str
    received_on: date | None
    cell: str
    category: str
    left_on: date | None
    left_why: str
    comments: str
    note: str


@dataclass(frozen=True)
class Register:
    """Who is in it, in Vietnamese order, and the sums; rows are read page by page."""

    unit: Committee
    side: Side
    period: Period
    stays: list[int]
    spells: dict[int, list[Spell]]
    waiting: dict[int, Waiting]
    totals: Totals
    letters: LetterTotals

    @property
    def last_day(self) -> date:
        return self.period.end - timedelta(days=1)


def register_of(unit: Committee, side: Side, period: Period) -> Register:
    """The register of a unit; four statements at most, however many people."""
    below = units_below(unit, side)
    spells = spells_by_stay(unit, side, period, below)
    waiting = _waiting(below, period) if below and side is Side.WORKPLACE else {}
    keys = {stay: of[0].placed.sort_key for stay, of in spells.items()}
    keys |= {stay: sort_key for stay, (sort_key, _) in waiting.items()}
    return Register(
        unit=unit,
        side=side,
        period=period,
        stays=sorted(keys, key=lambda stay: (keys[stay], stay)),
        spells=spells,
        waiting={stay: one for stay, (_, one) in waiting.items()},
        totals=_totals(spells, period),
        letters=_letter_totals((one for _, one in waiting.values()), period),
    )


def rows_of(
    register: Register, user: User, *, start: int = 0, size: int | None = None
) -> list[RegisterRow]:
    """The lines from a position on; seven statements, however many lines."""
    wanted = register.stays[start : start + size if size else None]
    stays = _stays(register, wanted)
    units = _units(register, stays.values())
    known = _Known(
        user=user,
        register=register,
        tree=DayTree(register.last_day),
        units=units,
        tops=topmost_units(units.values(), to=user),
        results=_results(register, wanted, user),
    )
    return [
        _row(stays[pk], number, known)
        for number, pk in enumerate(wanted, start + 1)
        if pk in stays
    ]


@dataclass(frozen=True)
class _Known:
    """What was read for all lines of a page."""

    user: User
    register: Register
    tree: DayTree
    units: dict[int, Committee]
    tops: dict[int, Committee]
    results: dict[int, list[Evaluation]]

    def name(self, key: int | None) -> str:
        """What a unit was called at the end of the period, or at its own end."""
        if key is None:
            return ""
        unit = self.tops.get(key, self.units[key])
        return self.tree.name_of(unit.pk, unit.name)


def _totals(spells: dict[int, list[Spell]], period: Period) -> Totals:
    every = [one for some in spells.values() for one in some]
    came = [one for one in every if period.holds(one.first)]
    left = [one for one in every if period.holds(one.end)]
    return Totals(
        at_start=sum(one.first < period.first for one in every),
        received=sum(one.is_receipt for one in came),
        moved_in=sum(not one.is_receipt for one in came),
        ended=sum(one.is_over for one in left),
        moved_out=sum(not one.is_over for one in left),
        at_end=sum(one.end is None or one.end >= period.end for one in every),
    )


def _letter_totals(letters: Iterable[Waiting], period: Period) -> LetterTotals:
    letters = list(letters)
    left = [one for one in letters if period.holds(one.end)]
    return LetterTotals(
        waiting_at_start=sum(one.first < period.first for one in letters),
        introduced=sum(period.holds(one.first) for one in letters),
        received=sum(not one.is_returned for one in left),
        returned=sum(one.is_returned for one in left),
        waiting_at_end=sum(one.end is None or one.end >= period.end for one in letters),
    )


def _waiting(below: UnitsBelow, period: Period) -> dict[int, tuple[str, Waiting]]:
    """{letter: (key to sort by, its time on the way)} of a workplace; two statements."""
    first_place = Placement.objects.order_by("valid_from", "pk")
    letters = Registration.objects.filter(
        Q(workplace__in=below.keys()) | Q(placements__workplace__in=below.keys()),
        state__in=_LETTERS,
    ).distinct()
    rows = letters.annotate(returned_on=recorded_day(Action.STEP, to=State.RETURNED))
    senders = dict(
        first_place.filter(registration__in=letters.values("pk"))
        .reverse()
        .values_list("registration", "workplace")
    )
    found = {}
    for row in rows.values(
        "pk",
        "state",
        "workplace",
        "sent_on",
        "letter_date",
        "received_on",
        "returned_on",
        "member__sort_key",
    ):
        one = _on_the_way(row)
        sender = senders.get(row["pk"], row["workplace"])
        is_ours = one and clipped((one.first, one.first), below.spans(sender))
        if one and is_ours and period.touches((one.first, one.end)):
            found[row["pk"]] = (row["member__sort_key"], one)
    return found


def _on_the_way(row) -> Waiting | None:
    """From the day it was sent; None for one of which no day is known."""
    is_returned = row["state"] == State.RETURNED
    began = row["sent_on"] or row["letter_date"] or row["received_on"]
    if began is None:
        return None
    end = (row["returned_on"] or began) if is_returned else row["received_on"]
    return Waiting(min(began, end) if end else began, end, is_returned)


def _stays(register: Register, wanted: Sequence[int]) -> dict[int, Registration]:
    written = recorded_day(Action.UPDATE, fact="letter")
    stays = (
        Registration.objects.filter(pk__in=wanted)
        .select_related("member", "ward", "cell", "workplace")
        .annotate(letter_written_on=written)
    )
    return {stay.pk: stay for stay in stays.prefetch_related("exemptions")}


def _units(register: Register, stays: Iterable[Registration]) -> dict[int, Committee]:
    """Every unit that a line names; one statement."""
    keys: set[int | None] = set()
    for stay in stays:
        keys |= {stay.ward_id, stay.cell_id, stay.workplace_id}
        for spell in register.spells.get(stay.pk, ()):
            placed = spell.placed
            keys |= {placed.ward, placed.cell, placed.workplace}
    return Committee.objects.in_bulk(key for key in keys if key is not None)


def _results(
    register: Register, wanted: Sequence[int], user: User
) -> dict[int, list[Evaluation]]:
    """{stay: what was returned for the years of the period}; drafts never come here."""
    found: defaultdict[int, list[Evaluation]] = defaultdict(list)
    rows: QuerySet[Evaluation] = (
        Evaluation.objects.visible_to(user)
        .returned()
        .current()
        .filter(
            registration__in=wanted,
            rating_year__year__gte=register.period.first.year,
            rating_year__year__lte=register.last_day.year,
        )
    )
    for row in rows.select_related("rating_year", "tier", "comment").order_by(
        "rating_year__year", "pk"
    ):
        found[row.registration_id].append(row)
    return found


def _row(stay: Registration, number: int, known: _Known) -> RegisterRow:
    register = known.register
    spells = register.spells.get(stay.pk, [])
    spell = spells[-1] if spells else None
    reads_all = _reads_all(stay, known.user)
    person = identity_shown(stay, known.user)
    ward, cell, workplace = _place(stay, spell)
    came = stay.received_on if spell else None
    # Up to when the reader knew the stay; None for whoever reads it to its end.
    until = None if reads_all or spell is None else spell.end
    return RegisterRow(
        pk=stay.pk,
        member_id=stay.member_id,
        number=number,
        name=person.full_name,
        born=born(person),
        admitted_on=person.admitted_on if reads_all else None,
        official_on=person.official_on if reads_all else None,
        workplace=known.name(workplace),
        ward=known.name(ward),
        letter=letter_words(stay, until),
        received_on=came,
        cell=known.name(cell),
        category=category(stay, register.period, until) if spell else ORDINARY,
        **_end(stay, spell, register.period),
        comments="\n".join(map(_result, known.results.get(stay.pk, ()))),
        note=_note(stay, spell, known, reads_all=reads_all),
    )


def _reads_all(stay: Registration, user: User) -> bool:
    """False where the stay went on in units that are not the reader's: as the rights
    table says, he keeps what he had and learns nothing more."""
    return stands_above(user, stay) or is_own(user, stay)


def _place(stay: Registration, spell: Spell | None) -> tuple[int, int | None, int]:
    if spell is None:
        return stay.ward_id, None, stay.workplace_id
    return spell.placed.ward, spell.placed.cell, spell.placed.workplace


def _end(stay: Registration, spell: Spell | None, period: Period) -> dict:
    """Day and reason, if it ended for this unit before the period did."""
    if spell is None or not period.holds(spell.end):
        return {"left_on": None, "left_why": ""}
    if spell.is_over:
        number = f", số {stay.end_number}" if stay.end_number else ""
        why = f"{stay.get_end_reason_display()}{number}"
    else:
        why = _LEFT_BY.get(Placement.Cause(spell.left_by), "Chuyển đi")
    return {"left_on": spell.end, "left_why": why}


def _result(row: Evaluation) -> str:
    text = row.comment.text if hasattr(row, "comment") else ""
    return f"{row.rating_year.year}: {row.result}{f'. {text}' if text else ''}"


def _note(
    stay: Registration, spell: Spell | None, known: _Known, *, reads_all: bool
) -> str:
    """How the letter stood, what the cell said at the end, and what was noted."""
    register = known.register
    on_the_way = register.waiting.get(stay.pk)
    parts: list[str] = []
    if spell is None and on_the_way:
        parts.append(_state_of(stay, on_the_way, register.period))
    elif stay.receipt_number:
        parts.append(f"Số tiếp nhận {stay.receipt_number}")
    is_told = spell is not None and spell.is_over and register.period.holds(spell.end)
    if is_told and stay.closing_comment:
        parts.append(stay.closing_comment)
    if reads_all and stay.note:
        parts.append(stay.note)
    return "\n".join(parts)


def _state_of(stay: Registration, one: Waiting, period: Period) -> str:
    if not period.holds(one.end):
        return "Chờ tiếp nhận"
    day = f"ngày {one.end:%d/%m/%Y}"
    if one.is_returned:
        return f"Trả lại {day}: {stay.return_reason}"
    return f"Đã tiếp nhận {day}"
