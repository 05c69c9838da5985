"""The stage of a random history of stays: the city, its clock, and how a step is taken."""

from collections import Counter
from copy import copy
from datetime import date, timedelta
from random import Random

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from members.models import Exemption, Kind, Member, MemberMerge, Registration, Role
from party76.shared.versions import Conflict
from tests.factories.evaluations import make_rule_set
from tests.factories.members import (
    make_committee,
    make_member,
    make_post,
    make_registration,
)
from tests.factories.world import make_world
from tests.reports.reforming import Choice, open_units
from tests.reports.staying import (
    GONE,
    Tables,
    require_order,
    require_told,
    stays_at_once,
)

FIRST, LAST = date(2021, 1, 1), date(2025, 12, 31)
BORN = date(1970, 5, 19)
S = Registration.State
WARDS = ("ward", "sister_ward", "past_ward")
WORKPLACES = ("workplace", "other_workplace", "past_workplace", "outside_workplace")


def make_story_world():
    """Three wards with their cells, four workplaces, twelve members of few names."""
    world = make_world()
    for ward in (world.sister_ward, world.past_ward):
        make_committee(ward, kind=Kind.CELL, receives_members=True)
    for role, names in (
        (Role.RESIDENCE_WARD, WARDS),
        (Role.WORKPLACE, WORKPLACES[:3]),
    ):
        for name in names:
            make_post(world.department_user, role, getattr(world, name))
    for number in range(12):
        member = make_member(
            getattr(world, WORKPLACES[number % 4]),
            full_name=f"Trần Văn {'An' if number % 3 else 'Bé'}",
            birth_date=BORN,
        )
        ward = getattr(world, WARDS[number % 3])
        if number % 4 < 2:
            cell = world.cell if ward == world.ward else None
            day = date(2018, 1 + number, 1)
            make_registration(member, ward, cell=cell, received_on=day)
        elif number % 4 == 2:
            state = [S.DRAFT, S.SENT, S.LETTER_ASKED][number // 4]
            _letter(member, ward, state)
    return world


def _letter(member: Member, ward, state) -> None:
    Registration.objects.create(
        member=member, ward=ward, workplace=member.workplace, state=state
    )


class Drawn(Choice):
    """All chances of one step, by one number.

    A history shrinks by leaving out steps, hardly by the numbers inside them.
    """

    def __init__(self, seed: int):
        super().__init__([])
        self.seed = seed
        self.random = Random(seed)

    def number(self, below: int) -> int:
        return self.random.randrange(below)

    def is_so(self) -> bool:
        return bool(self.number(2))

    def __repr__(self) -> str:
        return f"Drawn({self.seed})"


# Of more than 24 bits Hypothesis would mostly draw small ones.
choices = st.integers(0, 2**24 - 1).map(Drawn)


def act(is_possible=None, *, weight: int = 1):
    """One thing that people do; only where it is possible at all, if that is told."""

    def mark(method):
        method.is_possible = is_possible or (lambda story: True)
        method.weight = weight
        return method

    return mark


def has(*states):
    """Some stay is in one of these states."""
    return lambda story: any(story.tables.stays[one] for one in states)


def some(model, **fields):
    """Some row has these values."""

    def is_there(story) -> bool:
        rows = story.tables.of(model).values()
        return any(fields.items() <= row.items() for row in rows)

    return is_there


def told(arguments, options) -> str:
    """For whoever reads a history that failed: the rows by their keys."""
    named = [*enumerate(arguments), *options.items()]
    return ", ".join(f"{name}={getattr(one, 'pk', one)}" for name, one in named)


class Story(RuleBasedStateMachine):
    """Every example is rolled back at its end; every step keeps what must hold.

    A step is taken up, or refused with a sentence and then has written nothing at all.
    """

    taken: Counter[str] = Counter()  # by name, over all examples
    refused: Counter[str] = Counter()

    def __init__(self):
        super().__init__()
        self.acts = [
            one for one in vars(type(self)).values() if hasattr(one, "is_possible")
        ]
        self.steps = 0
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.world = make_story_world()
        self.by = self.world.department_user
        self.rules = make_rule_set(self.world.city, "213", by=self.by)
        self.now = FIRST
        self.day = FIRST  # the day of the step that is being taken
        self.shelf = []  # rows as somebody read them a while ago
        self.gone_on = {}  # {member: the day on which he died or left}
        self.joined = set()  # stays of the same days, in two records that became one
        self.reforms = []
        self.tables, self.looked_at = Tables(), None

    def teardown(self):
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    @rule(choice=choices)
    def somebody_acts(self, choice):
        """Any of the acts that are possible: left alone Hypothesis dwells on a few."""
        self.steps += 1
        # It also likes to draw nothing but zeros.
        choice = choice if choice.seed else Drawn(self.steps)
        possible = [one for one in self.acts if one.is_possible(self)]
        one = choice.of([one for one in possible for _ in range(one.weight)])
        note(one.__name__)
        one(self, choice)

    @invariant()
    def all_is_in_order(self):
        if self.looked_at is not self.tables:  # not again where nothing was written
            require_order(self.tables, self.gone_on, self.joined)
            self.looked_at = self.tables

    # Time

    def time_passes(self, choice: Choice) -> date:
        """The day that the next step bears: mostly today, at times an earlier one."""
        ahead = [0, 0, 1, 10, 40][choice.number(5)]
        self.now = min(self.now + timedelta(days=ahead), LAST)
        back = [0, 0, 0, 0, 1, 30, 500][choice.number(7)]
        self.day = self.now - timedelta(days=back)
        return self.day

    # Taking a step

    def attempt(self, act, *arguments, **options):
        """What it returns; None where it was refused, and then nothing is written."""
        before, name = self.tables, act.__name__
        try:
            result = act(*arguments, **options)
        except (ValidationError, Conflict) as error:
            note(f"  {name} {told(arguments, options)}, refused: {error}")
            self.refused[name] += 1
            assert Tables(before).is_as(before), f"{name} was refused, and has written"
            return None
        note(f"  {name} {told(arguments, options)}")
        self.tables = Tables(before)
        self.taken[name] += not self.tables.is_as(before)
        require_told(before, self.tables)
        self.note_who_went(before)
        return result

    def note_who_went(self, before: Tables) -> None:
        old = before.of(Member)
        for row in self.tables.changed_since(before, Member):
            if row["status"] in GONE and old.get(row["id"], row)["status"] not in GONE:
                self.gone_on[row["id"]] = self.day
        for pair in self.tables.changed_since(before, MemberMerge):
            self.note_who_is_one(pair["kept_id"], pair["dropped_id"])
            self.note_what_both_told(before, pair)

    def note_what_both_told(self, before: Tables, pair) -> None:
        """Of the same days either record may tell of another ward, or of the same one:
        what was recorded stays as it was, only now it is one person's."""
        if pair["state"] != MemberMerge.State.DONE:
            return
        old = {key: row["member_id"] for key, row in before.of(Registration).items()}
        for stays in stays_at_once(self.tables):
            if {old[stay] for stay in stays} == {pair["kept_id"], pair["dropped_id"]}:
                self.joined.add(stays)

    def note_who_is_one(self, kept: int, dropped: int) -> None:
        """What stood when the one left for good, stands with the record of both."""
        days = [self.gone_on[one] for one in (kept, dropped) if one in self.gone_on]
        if kept in self.gone_on:
            self.gone_on[kept] = max(days)

    # Choosing

    def unit(self, choice: Choice, *kinds, below=None):
        return choice.of(open_units(*kinds, below=below))

    def cell_of(self, choice: Choice, ward):
        """Mostly one of the ward's own cells or none; at times that of another ward."""
        if choice.number(8) == 7:
            return self.unit(choice, Kind.CELL)
        return choice.of([None, *open_units(Kind.CELL, below=ward)])

    def member(self, choice: Choice, **filters) -> Member | None:
        return self.read(
            choice, Member.objects.select_related("workplace"), Member, filters
        )

    def stay(self, choice: Choice, *states) -> Registration | None:
        rows = Registration.objects.select_related(
            "member__workplace", "ward", "cell", "workplace"
        )
        return self.read(choice, rows, Registration, {"state__in": states})

    def stays(self, choice: Choice, *states) -> list[Registration]:
        """Some of them, as they are; at times one that is not in the state any more."""
        rows = Registration.objects.filter(state__in=states).order_by("pk")
        found = choice.some(rows.select_related("member"), 1 + choice.number(4))
        if choice.number(8) == 7:
            found += [one for one in self.shelf if isinstance(one, Registration)][-1:]
        return list({one.pk: one for one in found}.values())

    def read(self, choice: Choice, rows, model, filters):
        """A row as it is now; at times as somebody read it a while ago."""
        old = [one for one in self.shelf if isinstance(one, model)]
        if old and choice.number(12) == 0:
            return copy(choice.of(old))
        found = choice.of(rows.filter(**filters).order_by("pk"))
        if found is not None and choice.number(3) == 2:
            self.shelf = [*self.shelf[-5:], copy(found)]
        return found

    def exemption(self, choice: Choice) -> Exemption | None:
        """As a letter names it: half of the time none."""
        return self.ground(choice) if choice.number(2) else None

    def ground(self, choice: Choice, **fields) -> Exemption:
        """An exemption; at times one whose ground is not written down, or of no day."""
        ground = choice.of([Exemption.Ground.STUDY, Exemption.Ground.OTHER])
        lasts = choice.of([None, 30, 400, 0])
        return Exemption(
            ground=ground,
            valid_from=self.day,
            valid_to=None if lasts is None else self.day + timedelta(days=lasts),
            **fields,
        )
