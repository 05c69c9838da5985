"""A small city to be reformed at random, and the decisions that reform it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.apps import apps

from members.models import (
    Committee,
    CommitteePeriod,
    Kind,
    Member,
    Operation,
    Part,
    Placement,
    Registration,
    Reorganisation,
    ReorganisationJournal,
    Role,
    Sector,
    Succession,
)
from members.services.reorganisations.plan import NewUnit, ReformPlan, Step
from tests.factories.members import (
    make_committee,
    make_member,
    make_registration,
    make_user,
)

TODAY = date(2026, 1, 1)
_NOT_RESTORED = {Reorganisation, ReorganisationJournal}
_APPS = ("members", "residence", "evaluations")
STATE = Registration.State


@dataclass
class City:
    top: Committee
    user: object


def make_reform_city() -> City:
    """Two districts, five wards, ten cells, five workplaces, twelve members."""
    top = make_committee(kind=Kind.CITY, name="Thành ủy", code="TU")
    districts = [
        make_committee(top, kind=Kind.DISTRICT, name=f"Quận ủy {n}", code=f"Q{n}")
        for n in (1, 2)
    ]
    homes = [districts[0], districts[0], districts[1], districts[1], top]
    wards = [
        make_committee(
            home, name=f"Đảng ủy phường {n}", code=f"P{n}", receives_members=True
        )
        for n, home in enumerate(homes)
    ]
    cells = [
        make_committee(
            ward, kind=Kind.CELL, name=f"Chi bộ Khu vực {n}", receives_members=True
        )
        for ward in wards
        for n in (1, 2)
    ]
    workplaces = [
        make_committee(
            None if n == 0 else top,
            kind=Kind.GRASSROOTS,
            name=f"Cơ quan {n}",
            sector=Sector.AGENCY,
            outside_city=n == 0,
        )
        for n in range(5)
    ]
    for n in range(12):
        cell = cells[n % len(cells)]
        make_registration(
            make_member(workplaces[n % 5]),
            cell.parent,
            cell=None if n % 4 == 3 else cell,
            received_on=date(2012 + n % 3, 1, 1),
            ended_on=date(2015, 5, 5) if n == 5 else None,
        )
        make_user(Role.RESIDENCE_CELL, cell)
    for ward in wards:
        make_user(Role.RESIDENCE_WARD, ward)
    return City(top, make_user(Role.DEPARTMENT, top))


def open_units(*kinds: str, below: Committee | None = None) -> list[Committee]:
    units = Committee.objects.filter(kind__in=kinds, valid_to=None).order_by("pk")
    return list(units.filter(parent=below) if below else units)


def rows() -> dict[str, dict]:
    """{table: {key: row}} of everything a reform may write and take back."""
    return {
        model._meta.db_table: {row[0]: row for row in model.objects.values_list()}
        for app in _APPS
        for model in apps.get_app_config(app).get_models()
        if model not in _NOT_RESTORED
    }


@dataclass
class Figures:
    """Who was received where on any day, and where that stood."""

    def __post_init__(self):
        self.periods = list(CommitteePeriod.objects.all())
        self.places = list(
            Placement.objects.select_related("registration").exclude(
                registration__state__in=[STATE.DRAFT, STATE.SENT]
            )
        )
        self.days = sorted(
            {period.valid_from for period in self.periods}
            | {place.valid_from for place in self.places}
            | {place.valid_to for place in self.places if place.valid_to}
        )

    def parents(self, day) -> dict:
        return {
            period.committee_id: period.parent_id
            for period in self.periods
            if period.valid_from <= day
            and (period.valid_to is None or day < period.valid_to)
        }

    def received(self, day) -> list[Placement]:
        return [
            place
            for place in self.places
            if place.valid_from <= day
            and (place.valid_to is None or day < place.valid_to)
        ]

    def by_unit(self, day) -> dict:
        """{unit: (received at it or below it)} by the tree of that day."""
        parents, counts = self.parents(day), Counter()
        for place in self.received(day):
            unit = place.cell_id or place.ward_id
            seen = set()
            while unit is not None:
                assert unit in parents, "placed in a unit that does not exist then"
                assert unit not in seen, "the tree turns in a ring"
                seen.add(unit)
                counts[unit] += 1
                unit = parents[unit]
        return dict(counts)

    def told(self, day) -> tuple:
        """Everything a page of that day would say of the tree and of the counts."""
        names = {
            period.committee_id: (period.name, period.kind, period.sector)
            for period in self.periods
            if period.committee_id in self.parents(day)
            and period.valid_from <= day
            and (period.valid_to is None or day < period.valid_to)
        }
        works = Counter(
            (place.workplace_id, place.sector, place.outside_city)
            for place in self.received(day)
        )
        return self.parents(day), names, self.by_unit(day), works


def moved_by_reforms_alone(figures: Figures, day: date) -> list[tuple[int, int]]:
    """(ward then, ward now) of who was received on a day and never moved by himself.

    Whom a decision took along that is dated before he came to the unit it names is left
    out: in the words of the decisions he went another way.
    """
    named = _named_on_each_day()
    later: dict[int, list[Placement]] = {}
    for place in figures.places:
        if place.valid_from > day:
            later.setdefault(place.registration_id, []).append(place)
    found = []
    for place in figures.received(day):
        after = later.get(place.registration_id, [])
        is_still_here = place.registration.state == STATE.RECEIVED
        if is_still_here and all(_was_named(one, named) for one in after):
            found.append((place.ward_id, place.registration.ward_id))
    return found


def _was_named(place: Placement, named: dict[date, set[int]]) -> bool:
    units = named.get(place.valid_from, set())
    return place.cause == "reorganisation" and bool(
        units & {place.ward_id, place.cell_id}
    )


def _named_on_each_day() -> dict[date, set[int]]:
    """The units that went on by a decision of each day."""
    found: dict[date, set[int]] = {}
    for day, new in Succession.objects.values_list("effective_on", "new_id"):
        found.setdefault(day, set()).add(new)
    return found


class Choice:
    """Numbers drawn ahead, so that a history does not hang on primary keys."""

    def __init__(self, numbers):
        self.numbers = list(numbers)

    def number(self, below: int) -> int:
        return self.numbers.pop() % below if self.numbers else 0

    def of(self, things):
        things = list(things)
        return things[self.number(len(things))] if things else None

    def some(self, things, count):
        things, found = list(things), []
        while things and len(found) < count:
            found.append(things.pop(self.number(len(things))))
        return found


LEVELS = [
    (Kind.WARD, [Kind.WARD]),
    (Kind.CELL, [Kind.CELL]),
    (Kind.GRASSROOTS, [Kind.GRASSROOTS]),
    (Kind.DISTRICT, [Kind.DISTRICT]),
]


def merge(choice: Choice, on: date) -> ReformPlan | None:
    """Two or three units become a new one, at times under the name of one of them."""
    kind, kinds = choice.of(LEVELS)
    olds = choice.some(open_units(*kinds), 2 + choice.number(2))
    if len(olds) < 2:
        return None
    name = olds[0].name if choice.number(2) else f"{olds[0].name} mới"
    new = NewUnit(
        -1,
        olds[0].parent_id,
        name,
        kind,
        olds[0].sector,
        receives_members=kind in {Kind.WARD, Kind.CELL},
    )
    return ReformPlan(
        on=on,
        new_units=[new],
        heirs={unit.pk: -1 for unit in olds},
        steps=[Step(Operation.MERGE, unit.pk, "", -1) for unit in olds],
    )


def absorb(choice: Choice, on: date) -> ReformPlan | None:
    _, kinds = choice.of(LEVELS)
    two = choice.some(open_units(*kinds), 2)
    if len(two) < 2:
        return None
    old, new = two
    return ReformPlan(
        on=on,
        heirs={old.pk: new.pk},
        steps=[Step(Operation.ABSORB, old.pk, "", new.pk)],
    )


def split_by_cells(choice: Choice, on: date) -> ReformPlan | None:
    """A ward ends: some cells go to one neighbour, the rest to another or a new one."""
    wards = choice.some(open_units(Kind.WARD), 3)
    if len(wards) < 3:
        return None
    old, one, other = wards
    cells = open_units(Kind.CELL, below=old)
    moved = choice.some(cells, 1 + choice.number(2))
    plan = ReformPlan(
        on=on,
        changes={cell.pk: {"parent": one.pk} for cell in moved},
        heirs={old.pk: other.pk},
    )
    if choice.number(2):
        plan.new_units = [
            NewUnit(
                -1,
                old.parent_id,
                old.name,
                Kind.WARD,
                Sector.COMMUNE,
                receives_members=True,
            )
        ]
        plan.heirs[old.pk] = -1
    plan.steps = [
        Step(Operation.SPLIT, old.pk, "", one.pk, Part.PART),
        Step(Operation.SPLIT, old.pk, "", plan.heirs[old.pk], Part.REST),
    ]
    return plan


def split_by_people(choice: Choice, on: date) -> ReformPlan | None:
    """A cell or ward lives on or ends; the people named go to another."""
    olds = choice.some(open_units(Kind.WARD, Kind.CELL), 2)
    if len(olds) < 2:
        return None
    old, new = olds
    here = Registration.objects.filter(ward=old) | Registration.objects.filter(cell=old)
    stays = choice.some(here.order_by("pk"), 2)
    plan = ReformPlan(on=on, stays={stay.pk: new.pk for stay in stays})
    plan.steps = [Step(Operation.SPLIT, old.pk, "", new.pk, Part.PART)]
    if choice.number(2):
        plan.heirs = {old.pk: new.pk}
    return plan


def split_workplace(choice: Choice, on: date) -> ReformPlan | None:
    """A workplace is divided; the members named go to a new one."""
    old = choice.of(open_units(Kind.GRASSROOTS))
    if old is None:
        return None
    members = choice.some(Member.objects.filter(workplace=old).order_by("pk"), 2)
    new = NewUnit(-1, old.parent_id, f"{old.name} tách", Kind.GRASSROOTS, old.sector)
    return ReformPlan(
        on=on,
        new_units=[new],
        members={member.pk: -1 for member in members},
        steps=[
            Step(Operation.SPLIT, old.pk, "", -1, Part.PART),
            Step(Operation.SPLIT, old.pk, "", old.pk, Part.REST),
        ],
    )


def rename(choice: Choice, on: date) -> ReformPlan | None:
    """To a name of its own, or one that a unit that ended has left."""
    unit = choice.of(Committee.objects.filter(valid_to=None).order_by("pk"))
    names = Succession.objects.order_by("pk").values_list("old_name", flat=True)
    name = choice.of(names) or f"{unit.name} đổi"
    return ReformPlan(
        on=on,
        changes={unit.pk: {"name": name}},
        steps=[Step(Operation.RENAME, unit.pk, "", unit.pk)],
    )


def transfer(choice: Choice, on: date) -> ReformPlan | None:
    """A unit goes below another one, which does not always fit."""
    unit = choice.of(open_units(Kind.WARD, Kind.CELL, Kind.GRASSROOTS, Kind.DISTRICT))
    to = choice.of(open_units(Kind.CITY, Kind.DISTRICT, Kind.WARD, Kind.GRASSROOTS))
    if unit is None or to is None:
        return None
    return ReformPlan(
        on=on,
        changes={unit.pk: {"parent": to.pk}},
        steps=[Step(Operation.TRANSFER, unit.pk, "", unit.pk)],
    )


def reclassify(choice: Choice, on: date) -> ReformPlan | None:
    unit = choice.of(open_units(Kind.GRASSROOTS, Kind.WARD, Kind.CELL))
    sector = choice.of(Sector.values)
    changes = {"sector": sector, "outside_city": bool(choice.number(2))}
    return ReformPlan(
        on=on,
        changes={unit.pk: changes},
        steps=[Step(Operation.RECLASSIFY, unit.pk, "", unit.pk)],
    )


def end(choice: Choice, on: date) -> ReformPlan | None:
    """Nobody follows; what stands below goes up, if the decision says so."""
    unit = choice.of(open_units(Kind.DISTRICT, Kind.WARD, Kind.CELL, Kind.GRASSROOTS))
    if unit is None:
        return None
    plan = ReformPlan(on=on, heirs={unit.pk: None})
    if choice.number(3):
        plan.changes = {
            child.pk: {"parent": unit.parent_id}
            for child in Committee.objects.filter(parent=unit, valid_to=None)
        }
    plan.steps = [Step(Operation.END, unit.pk, "", None)]
    return plan


PLANS = [
    merge,
    absorb,
    split_by_cells,
    split_by_people,
    split_workplace,
    rename,
    transfer,
    reclassify,
    end,
]
