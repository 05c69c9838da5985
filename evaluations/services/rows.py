"""Which rows a rating year must have, computed from stays and placements."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter

from django.db.models import F, QuerySet

from evaluations.models import Evaluation, RatingYear
from members.models import Exemption, Member, Placement, Registration
from members.models.registrations import EndReason
from members.queries.days import ParentsInTime

# No party member any more: nobody is left to be commented on.
GONE: dict[str, str] = {
    EndReason.DIED: "Từ trần",
    EndReason.EXPELLED: "Khai trừ",
    EndReason.STRUCK_OFF: "Xóa tên",
    EndReason.LEFT_PARTY: "Xin ra khỏi Đảng",
}
MOVED_ON = "Đã chuyển nơi cư trú, nơi cư trú mới nhận xét"
PLACE_FIELDS = ["ward_id", "cell_id", "workplace_id", "sector", "outside_city"]


@dataclass(frozen=True)
class _Spell:
    """A placement of a stay, as one line of the answer of the database."""

    registration_id: int
    member_id: int
    member_status: str
    received_on: date
    ended_on: date | None
    end_reason: str
    ward_id: int
    ward_path: str
    cell_id: int | None
    workplace_id: int
    sector: str
    outside_city: bool
    valid_from: date

    @property
    def is_dead_unwritten(self) -> bool:
        """The death is known, but the stay has not been ended yet."""
        return self.member_status == Member.Status.DEAD and self.ended_on is None

    def is_received_on(self, day: date) -> bool:
        return self.received_on <= day and (
            self.ended_on is None or day < self.ended_on
        )


_SPELL_COLUMNS = [
    "registration_id",
    "registration__member_id",
    "registration__member__status",
    "registration__received_on",
    "registration__ended_on",
    "registration__end_reason",
    "ward_id",
    "ward__path",
    "cell_id",
    "workplace_id",
    "sector",
    "outside_city",
    "valid_from",
]


@dataclass(frozen=True)
class Due:
    """The row that a stay must have in a rating year (design 4.4)."""

    registration_id: int
    member_id: int
    ward_id: int
    ward_path: str
    cell_id: int | None
    workplace_id: int
    sector: str
    outside_city: bool
    on_roll: bool
    outcome: str
    reason: str

    @property
    def sheet_key(self) -> tuple[int | None, int | None]:
        """(cell, ward) of its sheet: the cell alone, or the ward alone."""
        return (self.cell_id, None) if self.cell_id else (None, self.ward_id)

    def place(self) -> dict:
        return {name: getattr(self, name) for name in PLACE_FIELDS}


def due_rows(rating_year: RatingYear) -> list[Due]:
    """One per stay that touched the period, placed at or below the year's unit.

    Placed as on the reference day, or the last day there, or, if it came after
    the reference day, the first; below it by the tree of that day. Three queries.
    """
    exempt = _exemptions()
    top, tree = rating_year.committee_id, ParentsInTime()
    placed = [
        (spell, day)
        for spell, day in _spells_on_their_day(rating_year)
        if tree.is_below(spell.ward_id, top, day)
    ]
    reference = rating_year.reference_day
    settled = {
        spell.member_id for spell, _ in placed if spell.is_received_on(reference)
    }
    return [
        _due(
            spell,
            on_roll=spell.is_received_on(reference),
            is_exempt=any(
                first <= day and (end is None or day < end)
                for first, end in exempt.get(spell.registration_id, ())
            ),
            is_settled_elsewhere=spell.member_id in settled,
        )
        for spell, day in placed
    ]


def _exemptions() -> dict[int, list[tuple[date, date | None]]]:
    periods = defaultdict(list)
    rows = Exemption.objects.values_list("registration_id", "valid_from", "valid_to")
    for registration_id, first, end in rows:
        periods[registration_id].append((first, end))
    return periods


def _spells_on_their_day(rating_year: RatingYear) -> Iterator[tuple[_Spell, date]]:
    rows = _touching(rating_year).values_list(*_SPELL_COLUMNS)
    spells = (_Spell(*row) for row in rows.iterator(chunk_size=5000))
    for _, group in groupby(spells, attrgetter("registration_id")):
        stay = list(group)
        day = _day_that_counts(stay[0], rating_year.reference_day)
        yield _last_begun_by(stay, day), day


def _touching(rating_year: RatingYear) -> QuerySet[Placement]:
    """Placements of stays that held on at least one day of the period."""
    states = [Registration.State.RECEIVED, Registration.State.ENDED]
    return (
        Placement.objects.filter(
            registration__state__in=states,
            registration__received_on__lt=rating_year.period_to,
        )
        .exclude(registration__ended_on__lte=rating_year.period_from)
        .exclude(registration__ended_on=F("registration__received_on"))
        .order_by("registration_id", "valid_from", "pk")
    )


def _day_that_counts(spell: _Spell, reference: date) -> date:
    day = reference
    if spell.ended_on is not None and spell.ended_on <= day:
        day = spell.ended_on - timedelta(days=1)
    return max(day, spell.received_on)


def _last_begun_by(stay: list[_Spell], day: date) -> _Spell:
    begun = [spell for spell in stay if spell.valid_from <= day]
    return begun[-1] if begun else stay[0]


def _due(
    spell: _Spell, *, on_roll: bool, is_exempt: bool, is_settled_elsewhere: bool
) -> Due:
    outcome, reason = Evaluation.Outcome.UNDECIDED, ""
    if is_exempt:
        outcome = Evaluation.Outcome.EXEMPT
    elif not on_roll and is_settled_elsewhere:
        outcome, reason = Evaluation.Outcome.ELSEWHERE, MOVED_ON
    elif spell.is_dead_unwritten:
        outcome, reason = Evaluation.Outcome.NOT_RATED, GONE[EndReason.DIED]
    elif not on_roll and spell.end_reason in GONE:
        outcome, reason = Evaluation.Outcome.NOT_RATED, GONE[spell.end_reason]
    return Due(
        registration_id=spell.registration_id,
        member_id=spell.member_id,
        ward_id=spell.ward_id,
        ward_path=spell.ward_path,
        cell_id=spell.cell_id,
        workplace_id=spell.workplace_id,
        sector=spell.sector,
        outside_city=spell.outside_city,
        on_roll=on_roll,
        outcome=outcome,
        reason=reason,
    )
