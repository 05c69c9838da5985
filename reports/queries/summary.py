"""The yearly summary of a unit: who was received, who was rated, and how."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Value

from evaluations.models import Evaluation, RatingYear, Tier
from members.models import Committee, Placement
from party76.shared.numbers import ROUNDING_LABELS, Rounding, shares
from reports.queries.places import Key, OldUnit, Place
from reports.queries.standing import WRITTEN
from reports.queries.structures import place_for
from reports.queries.year_rows import current_rows

_Outcome = Evaluation.Outcome
# Outcomes of people still received on the reference day, and where they count.
_ON_ROLL: dict[str, str] = {
    _Outcome.NOT_RATED: "not_rated",
    _Outcome.EXEMPT: "exempt",
    _Outcome.ELSEWHERE: "elsewhere",
    _Outcome.UNDECIDED: "undecided",
}
_ASSESSED = {_Outcome.COMMENTED, _Outcome.RATED}


@dataclass(frozen=True)
class Figures:
    """Counts of one unit; the unit of count is the registration."""

    received: int = 0
    outside: int = 0
    commented: int = 0  # without a tier
    rated: int = 0
    not_rated: int = 0
    exempt: int = 0
    elsewhere: int = 0
    undecided: int = 0
    rows_on_roll: int = 0
    ended_assessed: int = 0  # ended before the reference day, but commented or rated
    ended_otherwise: int = 0
    tiers: tuple[int, ...] = ()

    @property
    def assessed(self) -> int:
        return self.commented + self.rated

    @property
    def excess(self) -> int:
        """How many more were commented or rated than were still received."""
        return self.assessed - self.received

    def __add__(self, other: "Figures") -> "Figures":
        counts = {name: getattr(self, name) + getattr(other, name) for name in _COUNTS}
        tiers = tuple(map(sum, zip(self.tiers, other.tiers, strict=True)))
        return Figures(**counts, tiers=tiers)


_COUNTS = [field.name for field in fields(Figures) if field.name != "tiers"]


@dataclass(frozen=True)
class Line:
    """A unit directly below, or the total, or what belongs to no unit below."""

    name: str
    figures: Figures
    shares: tuple[Decimal | None, ...]
    key: Key = None
    note: str = ""  # what a reader must know of it: divided, ended, lacking a part

    @property
    def unit_id(self) -> int | None:
        return self.key.id if isinstance(self.key, OldUnit) else self.key

    @property
    def is_of_then(self) -> bool:
        """True for a unit of the reference day on a page of later units."""
        return isinstance(self.key, OldUnit)

    @property
    def full_name(self) -> str:
        return f"{self.name} ({self.note})" if self.note else self.name

    @property
    def tiers(self) -> list[tuple[int, Decimal | None]]:
        return list(zip(self.figures.tiers, self.shares, strict=True))


@dataclass(frozen=True)
class Summary:
    """All that page, file and command line print of a unit's year."""

    unit: Committee
    name: str
    year: RatingYear
    place: Place
    tiers: tuple[Tier, ...]
    lines: tuple[Line, ...]
    total: Line

    @property
    def day(self) -> date:
        return self.year.reference_day

    @property
    def structure_day(self) -> date:
        return self.place.tree.day

    @property
    def is_regrouped(self) -> bool:
        """True where the year stands under the units of a later day."""
        return self.place.is_regrouped

    @property
    def structure_words(self) -> str:
        """Under whose units the figures stand, where not under those of their day."""
        return self.place.words(self.year.year)

    @property
    def notes(self) -> tuple[str, ...]:
        return self.place.notes

    @property
    def year_text(self) -> str:
        return str(self.year.year)

    @property
    def has_tiers(self) -> bool:
        return bool(self.tiers)

    @property
    def base(self) -> str:
        """What the percentages are shares of, in words."""
        return "số đảng viên được nhận xét, xếp loại"

    @property
    def rounding(self) -> str:
        """The rule of rounding, in words."""
        rule_set = self.year.rule_set
        label = ROUNDING_LABELS[Rounding(rule_set.rounding)]
        return f"{rule_set.decimals} chữ số thập phân, {label}{self._sum_of_shares}"

    @property
    def _sum_of_shares(self) -> str:
        """What the printed shares of the total add up to; nothing without a base."""
        printed = [share for share in self.total.shares if share is not None]
        if not printed:
            return ""
        return f"; các mức cộng lại {sum(printed)}%".replace(".", ",")

    @property
    def every_line(self) -> tuple[Line, ...]:
        return (self.total, *self.lines)


def summary(
    unit: Committee,
    year: RatingYear,
    *,
    structure_day: date | None = None,
    ground_year: RatingYear | None = None,
) -> Summary:
    """The summary of a unit for a rating year, with a line for each unit below.

    Counts registrations received on the reference day and the current rows of the
    year; under the units of structure_day (the reference day unless told), and only
    on the ground of an earlier year where one is given. Four queries whatever the
    number of units, three where year comes with its tiers; one more under other units,
    and those of Standing where units had changed by the reference day.
    """
    place = place_for(unit, year, structure_day=structure_day, ground_year=ground_year)
    tiers = tuple(year.rule_set.tiers.all())
    counted = _counted(place, year, tiers)
    total = sum(counted.values(), start=_nothing(tiers))
    return Summary(
        unit=unit,
        name=place.name,
        year=year,
        place=place,
        tiers=tiers,
        lines=tuple(_lines(place, counted, year, tiers)),
        total=_line(place.total_name, total, year, key=unit.pk),
    )


def empty_line(found: Summary, key: Key) -> Line:
    """A line of nothing for a unit below, or for what belongs to none."""
    return _line_of(found.place, key, _nothing(found.tiers), found.year)


def evaluation_rows(place: Place, year: RatingYear):
    """(ward, cell or None, outcome, tier, on roll, n): one scan of the year's index."""
    columns = place.columns(place.names)
    found = (
        place.here(current_rows(year))
        .values_list(*columns, "outcome", "tier_id", "on_roll")
        .annotate(n=Count("*"))
    )
    return found if len(columns) == 2 else ((row[0], None, *row[1:]) for row in found)


def received_rows(place: Place, day: date):
    """(ward, cell or None, received, of which from outside the city) on a day."""
    # On the day itself everybody is placed where the tree of the day has him.
    rows = Placement.objects.on(day).filter(place.condition(WRITTEN))
    columns = place.columns(WRITTEN)
    # Counted beside, not grouped by: so the index is read in its own order.
    found = rows.values_list(*columns).annotate(
        n=Count("*"), outside=Count(Value(1), filter=Q(outside_city=True))
    )
    return found if len(columns) == 2 else ((row[0], None, *row[1:]) for row in found)


def _counted(
    place: Place, year: RatingYear, tiers: tuple[Tier, ...]
) -> dict[Key, Figures]:
    """{unit directly below, or None for what belongs to none: its figures}."""
    position = {tier.pk: index for index, tier in enumerate(tiers)}
    counted: defaultdict[Key, dict] = defaultdict(lambda: _blank(tiers))
    for ward, cell, received, outside in received_rows(place, year.reference_day):
        figures = counted[place.line_of(ward, cell)]
        figures["received"] += received
        figures["outside"] += outside
    for ward, cell, outcome, tier, on_roll, n in evaluation_rows(place, year):
        _add(
            counted[place.line_of(ward, cell)], outcome, position.get(tier), on_roll, n
        )
    return {unit: _frozen(figures) for unit, figures in counted.items()}


def _add(figures: dict, outcome: str, tier: int | None, on_roll: bool, n: int) -> None:
    if on_roll:
        figures["rows_on_roll"] += n
    if outcome in _ASSESSED:
        figures["rated" if outcome == _Outcome.RATED else "commented"] += n
        if tier is not None:
            figures["tiers"][tier] += n
        if not on_roll:
            figures["ended_assessed"] += n
    elif on_roll:
        figures[_ON_ROLL[outcome]] += n
    else:
        figures["ended_otherwise"] += n


def _blank(tiers: tuple[Tier, ...]) -> dict:
    return dict.fromkeys(_COUNTS, 0) | {"tiers": [0] * len(tiers)}


def _frozen(figures: dict) -> Figures:
    return Figures(**(figures | {"tiers": tuple(figures["tiers"])}))


def _nothing(tiers: tuple[Tier, ...]) -> Figures:
    return Figures(tiers=(0,) * len(tiers))


def _line(
    name: str, figures: Figures, year: RatingYear, *, key: Key = None, note: str = ""
) -> Line:
    rules = year.rule_set
    percentages = shares(
        figures.tiers, decimals=rules.decimals, rounding=Rounding(rules.rounding)
    )
    return Line(name, figures, tuple(percentages), key, note)


def _line_of(place: Place, key: Key, figures: Figures, year: RatingYear) -> Line:
    return _line(place.name_of(key), figures, year, key=key, note=place.note_of(key))


def _lines(
    place: Place,
    counted: dict[Key, Figures],
    year: RatingYear,
    tiers: tuple[Tier, ...],
) -> Iterable[Line]:
    for key in place.lines(counted):
        yield _line_of(place, key, counted.get(key, _nothing(tiers)), year)
