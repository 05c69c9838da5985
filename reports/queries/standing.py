"""Where the rows of a year stand on its reference day.

Rows keep the units they were written with. Where a unit had ended or stood elsewhere by
that day (a reform came after the rows, or was dated back), they are counted at the unit
that goes on for it. A divided unit has several: there the placements of the person tell,
and where they do not the row stays at its unit, on a line of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Value, When

from evaluations.models import Evaluation, RatingYear
from members.models import Placement
from party76.shared.text import text_sort_key
from reports.queries.regrouping import History, Image, history_until
from reports.queries.tree import Node, is_below_ward
from reports.queries.year_rows import LASTED, current_rows, placements_in


class Names(NamedTuple):
    """The columns that tell ward and cell of a row."""

    ward: str
    cell: str


WRITTEN = Names("ward_id", "cell_id")
THEN = Names("ward_then", "cell_then")


class Spot(NamedTuple):
    """A ward, and a cell in it or none yet."""

    ward: int
    cell: int | None = None


@dataclass
class Table:
    """Where rows stand that were written with one pair of units or another.

    By units; by the row itself where its unit was divided.
    """

    units: dict[Spot, Spot] = field(default_factory=dict)
    rows: dict[int, Spot] = field(default_factory=dict)
    unknown: set[Spot] = field(default_factory=set)  # not there, and nobody can tell

    def spot(self, pk: int, ward: int, cell: int | None) -> Spot:
        """The same for one row already read."""
        written = Spot(ward, cell)
        return self.rows.get(pk) or self.units.get(written, written)

    def placed(self, rows: QuerySet) -> QuerySet:
        """The rows with the units they stand at, as ward_then and cell_then."""
        return rows.annotate(
            ward_then=_case([*self._wards_of_rows(), *self._wards()], WRITTEN.ward),
            cell_then=_case([*self._cells_of_rows(), *self._cells()], WRITTEN.cell),
        )

    def _wards(self) -> Iterator[tuple[Q, int]]:
        """A ward that went as a whole needs no look at the cells."""
        goes: defaultdict[int, set[int]] = defaultdict(set)
        for written, spot in self.units.items():
            goes[written.ward].add(spot.ward)
        whole: defaultdict[int, list[int]] = defaultdict(list)
        parts: defaultdict[tuple[int, int], list[int | None]] = defaultdict(list)
        for written, spot in self.units.items():
            if written.ward != spot.ward and len(goes[written.ward]) > 1:
                parts[written.ward, spot.ward].append(written.cell)
        for ward, to in goes.items():
            if len(to) == 1 and to != {ward}:
                whole[min(to)].append(ward)
        for target, wards in whole.items():
            yield Q(ward__in=wards), target
        for (ward, target), cells in parts.items():
            yield Q(ward=ward) & _in(cells), target

    def _cells(self) -> Iterator[tuple[Q, int | None]]:
        for written, spot in self.units.items():
            if written.cell != spot.cell:
                yield Q(ward=written.ward, cell=written.cell), spot.cell

    def _wards_of_rows(self) -> Iterator[tuple[Q, int]]:
        return _by_target((pk, spot.ward) for pk, spot in self.rows.items())

    def _cells_of_rows(self) -> Iterator[tuple[Q, int | None]]:
        return _by_target((pk, spot.cell) for pk, spot in self.rows.items())


def _by_target(pairs: Iterable[tuple[int, Any]]) -> Iterator[tuple[Q, Any]]:
    found: defaultdict[Any, list[int]] = defaultdict(list)
    for pk, target in pairs:
        found[target].append(pk)
    return ((Q(pk__in=keys), target) for target, keys in found.items())


def _in(cells: list[int | None]) -> Q:
    known = [cell for cell in cells if cell is not None]
    without = Q(cell=None) if None in cells else Q()
    return Q(cell__in=known) | without if known else without


def _case(moved: Iterable[tuple[Q, int | None]], written: str) -> Case:
    return Case(
        *(When(condition, then=Value(to)) for condition, to in moved),
        default=F(written),
        output_field=BigIntegerField(),
    )


class Units:
    """What goes on for which unit on a day, as far as units alone can tell."""

    def __init__(self, told: History) -> None:
        self._told = told
        self._images: dict[int, Image] = {}

    def __contains__(self, unit: int) -> bool:
        return unit in self._told.tree_now

    def image(self, unit: int) -> Image:
        """Every unit that something of it went to, whenever that was."""
        if unit not in self._images:
            self._images[unit] = self._told.followed(unit, since=date.min)
        return self._images[unit]

    def whole(self, written: Spot) -> Spot | None:
        """Where all that was written with these units stands; None where it parted."""
        if written.cell is None:
            return self._of_ward(written.ward)
        image = self.image(written.cell)
        if image.is_one:
            spot = self._spot(min(image.units))
            if spot is not None:
                return spot
        elif image.units:
            return self._of_parted(written.cell, image)
        spot = self._of_ward(written.ward)
        return spot and Spot(spot.ward, written.cell)

    def is_divided(self, written: Spot) -> bool:
        """True where a part of ward or cell went elsewhere, whether it lives on or not."""
        return any(
            self._told.parted(unit) or not self.image(unit).is_one
            for unit in written
            if unit is not None
        )

    def told_by(self, written: Spot, places: Iterable[Spot]) -> Spot | None:
        """Where a row of a divided unit stands, by the person's places in turn."""
        default = self.whole(written)
        of_ward = self.image(written.ward).passed
        of_cell = self.image(written.cell).passed if written.cell else frozenset()
        for place in places:
            if written.cell and place.cell == written.cell and default:
                return default
            went_on = place.cell in of_ward or (
                (place.cell or place.ward) in of_cell - {written.cell}
            )
            if not went_on and default and place.ward == default.ward:
                return default
            if went_on or not of_ward.isdisjoint(place):
                spot = self.whole(place)
                if spot is not None:
                    return spot
        return default

    def above_all(self, unit: int) -> int | None:
        """The lowest unit above everything that goes on for one that is not there."""
        tree = self._told.tree_now
        lines = [
            [node.id for node in tree.above(key)] for key in self.image(unit).units
        ]
        if not lines:
            return min(self._told.left_at(unit), default=None)
        common = None
        for level in zip(*lines, strict=False):
            if len(set(level)) > 1:
                break
            common = level[0]
        return common

    def node(self, unit: int) -> Node | None:
        """The unit as it was on the day, or last before."""
        return self._told.node_then(unit)

    def ended_on(self, unit: int) -> date | None:
        """The first day on which a unit was no more."""
        return self._told.ended_on(unit)

    def names(self, unit: int) -> str:
        """What the units are called that something of one went to."""
        nodes = self._told.tree_now.nodes
        names = (nodes[key].name for key in self.image(unit).units)
        return ", ".join(sorted(names, key=text_sort_key))

    def _of_ward(self, ward: int) -> Spot | None:
        image = self.image(ward)
        if image.is_one:
            return self._spot(min(image.units))
        return Spot(ward) if ward in self else None

    def _of_parted(self, cell: int, image: Image) -> Spot | None:
        wards = {self._told.ward_now(unit) for unit in image.units}
        if cell in self:
            return self._spot(cell)
        return Spot(min(wards), cell) if len(wards) == 1 else None

    def _spot(self, unit: int) -> Spot | None:
        if not is_below_ward(self._told.tree_now.nodes[unit].kind):
            return Spot(unit)
        ward = self._told.ward_now(unit)
        return None if ward == unit else Spot(ward, unit)


class Standing:
    """Where comments and placements of a year stand by the tree of its reference day.

    Three queries, two more where a unit was divided; one, or three, once placements
    of the period are asked for.
    """

    def __init__(self, year: RatingYear) -> None:
        self._year = year
        self._units = Units(history_until(year.reference_day))
        self.strays = self._strays()

    def placed(self, rows: QuerySet) -> QuerySet:
        """The rows with the units they stand at, as ward_then and cell_then."""
        is_comment = rows.model is Evaluation
        return (self._of_comments if is_comment else self.of_placements).placed(rows)

    def note_of(self, unit: int) -> str:
        """What became of a unit that has a line though it was not there on the day."""
        if unit not in self.strays:
            return ""
        names = self._units.names(unit)
        return f"đã chia: về {names}" if names else "đã kết thúc hoạt động"

    @property
    def kept(self) -> set[int]:
        """Units not there on the day that rows still stand at."""
        spots = self._of_comments.unknown
        return {unit for spot in spots for unit in spot if unit is not None}

    @property
    def since(self) -> date:
        """A day on which all these units were there."""
        ends = filter(None, map(self._units.ended_on, self.strays))
        return min(ends, default=date.max) - timedelta(days=1)

    @cached_property
    def _of_comments(self) -> Table:
        rows = current_rows(self._year)
        table, asked = self._by_units(rows, asks_living=True)
        if asked:
            stays = rows.filter(_written_with(asked))
            before = Placement.objects.filter(
                LASTED, valid_from__lte=self._year.reference_day
            )
            places = _places(before, stays, "-valid_from", "-pk")
            for pk, stay, *units in stays.values_list("pk", "registration", *WRITTEN):
                written = Spot(*units)
                seen = _until_written(places[stay], written.ward)
                self._ask(table, pk, written, (spot for _, spot in seen))
        return table

    @cached_property
    def of_placements(self) -> Table:
        """The same of places; one in a unit that lives on is what it says."""
        rows = placements_in(self._year)
        table, asked = self._by_units(rows, asks_living=False)
        if asked:
            there = rows.filter(_written_with(asked))
            places = _places(rows, there, "valid_from", "pk")
            for pk, stay, end, *units in there.values_list(
                "pk", "registration", "valid_to", *WRITTEN
            ):
                seen = (spot for first, spot in places[stay] if end and first >= end)
                self._ask(table, pk, Spot(*units), seen)
        return table

    def _by_units(self, rows: QuerySet, *, asks_living: bool) -> tuple[Table, set]:
        """The table as far as units tell, and those of which people have to."""
        table, asked = Table(), set()
        pairs = rows.order_by().values_list(*WRITTEN).distinct()
        for written in map(Spot._make, pairs):
            spot = self._units.whole(written)
            table.units[written] = spot or written
            if spot is None or (asks_living and self._units.is_divided(written)):
                asked.add(written)
        return table, asked

    def _ask(
        self, table: Table, pk: int, written: Spot, places: Iterable[Spot]
    ) -> None:
        spot = self._units.told_by(written, places)
        if spot is None:
            table.unknown.add(written)
        elif spot != table.units[written]:
            table.rows[pk] = spot

    def _strays(self) -> dict[int, Node]:
        """{unit: it, below what holds all that goes on for it} of the rows that stay."""
        found = {}
        for ward in {spot.ward for spot in self._of_comments.unknown}:
            node, above = self._units.node(ward), self._units.above_all(ward)
            if ward not in self._units and node and above:
                found[ward] = node._replace(parent_id=above)
        return found


def _written_with(units: Iterable[Spot]) -> Q:
    cells: defaultdict[int, list[int | None]] = defaultdict(list)
    for spot in units:
        cells[spot.ward].append(spot.cell)
    condition = Q()
    for ward, found in cells.items():
        condition |= Q(ward=ward) & _in(found)
    return condition


def _places(
    placements: QuerySet[Placement], of: QuerySet, *order: str
) -> defaultdict[int, list[tuple[date, Spot]]]:
    """{registration: (first day, place) in this order}. One query."""
    rows = placements.filter(registration__in=of.values("registration"))
    found: defaultdict[int, list[tuple[date, Spot]]] = defaultdict(list)
    for stay, first, *units in rows.order_by(*order).values_list(
        "registration_id", "valid_from", *WRITTEN
    ):
        found[stay].append((first, Spot(*units)))
    return found


def _until_written(
    places: Iterable[tuple[date, Spot]], ward: int
) -> Iterator[tuple[date, Spot]]:
    """Back to where the row was written: what was before says nothing of it."""
    for place in places:
        yield place
        if place[1].ward == ward:
            return
