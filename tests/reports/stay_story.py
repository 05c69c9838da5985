"""The stage of a random history of stays: the city, its clock, and how a step is taken."""

from collections import Counter
from copy import copy
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine, invariant

from members.models import Exemption, Kind, Member, Registration, Role
from party76.shared.versions import Conflict
from tests.factories.members import (
    make_committee,
    make_member,
    make_post,
    make_registration,
)
from tests.factories.world import make_world
from tests.reports.reforming import Choice, open_units
from tests.reports.staying import GONE, Tables, require_order, require_told

FIRST, LAST = date(2020, 1, 1), date(2025, 12, 31)
BORN = date(1970, 5, 19)
S = Registration.State
WARDS = ("ward", "sister_ward", "past_ward")
WORKPLACES = ("workplace", "other_workplace", "past_workplace", "outside_workplace")


def make_story_world():
    """Three wards with their cells, four workplaces, ten members, four of them twins."""
    world = make_world()
    for ward in (world.sister_ward, world.past_ward):
        make_committee(ward, kind=Kind.CELL, receives_members=True)
    for role, names in (
        (Role.RESIDENCE_WARD, WARDS),
        (Role.WORKPLACE, WORKPLACES[:3]),
    ):
        for name in names:
            make_post(world.department_user, role, getattr(world, name))
    for number in range(8):
        member = make_member(
            getattr(world, WORKPLACES[number % 4]),
            full_name=f"Trần Văn {'An' if number % 2 else 'Bé'}",
            birth_date=BORN,
        )
        if number < 3:
            make_registration(
                member,
                getattr(world, WARDS[number]),
                cell=world.cell if number == 0 else None,
                received_on=date(2018, 1 + number, 1),
            )
    return world


class Story(RuleBasedStateMachine):
    """Every example is rolled back at its end; every step keeps what must hold.

    A step is taken up, or refused with a sentence and then has written nothing at all.
    """

    taken: Counter[str] = Counter()  # by name, over all examples
    refused: Counter[str] = Counter()

    def __init__(self):
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.world = make_story_world()
        self.by = self.world.department_user
        self.now = FIRST
        self.day = FIRST  # the day of the step that is being taken
        self.shelf = []  # rows as somebody read them a while ago
        self.gone_on = {}  # {member: the day on which he died or left}
        self.reforms = []
        self.tables = Tables()

    def teardown(self):
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    @invariant()
    def all_is_in_order(self):
        require_order(self.tables, self.gone_on)

    # Time

    def time_passes(self, choice: Choice) -> date:
        """The day that the next step bears: mostly today, at times an earlier one."""
        ahead = [0, 0, 1, 20, 90][choice.number(5)]
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
        except (ValidationError, Conflict):
            self.refused[name] += 1
            assert Tables() == before, f"{name} was refused, and has written"
            return None
        self.taken[name] += 1
        self.tables = Tables()
        require_told(before, self.tables)
        self.note_who_went(before)
        return result

    def note_who_went(self, before: Tables) -> None:
        old = before.of(Member)
        for row in self.tables.changed_since(before, Member):
            if row["status"] in GONE and old.get(row["id"], row)["status"] not in GONE:
                self.gone_on[row["id"]] = self.day

    # Choosing

    def unit(self, choice: Choice, *kinds, below=None):
        return choice.of(open_units(*kinds, below=below))

    def cell_of(self, choice: Choice, ward):
        """Mostly one of the ward's own cells or none; at times that of another ward."""
        if choice.number(8) == 7:
            return self.unit(choice, Kind.CELL)
        return choice.of([None, *open_units(Kind.CELL, below=ward)])

    def member(self, choice: Choice, **filters) -> Member | None:
        return self._read(
            choice, Member.objects.select_related("workplace"), Member, filters
        )

    def stay(self, choice: Choice, *states) -> Registration | None:
        rows = Registration.objects.select_related(
            "member__workplace", "ward", "cell", "workplace"
        )
        return self._read(choice, rows, Registration, {"state__in": states})

    def stays(self, choice: Choice, *states) -> list[Registration]:
        """Some of them, as they are; at times one that is not in the state any more."""
        rows = Registration.objects.filter(state__in=states).order_by("pk")
        found = choice.some(rows.select_related("member"), 1 + choice.number(4))
        if choice.number(8) == 7:
            found += [one for one in self.shelf if isinstance(one, Registration)][:1]
        return list({one.pk: one for one in found}.values())

    def _read(self, choice: Choice, rows, model, filters):
        """A row as it is now; at times as somebody read it a while ago."""
        old = [one for one in self.shelf if isinstance(one, model)]
        if old and choice.number(10) == 9:
            return copy(choice.of(old))
        found = choice.of(rows.filter(**filters).order_by("pk"))
        if found is not None and choice.number(3) == 2:
            self.shelf = [*self.shelf[-5:], copy(found)]
        return found

    def exemption(self, choice: Choice, **fields) -> Exemption | None:
        """Half of the time none; at times one whose ground is not written down."""
        if choice.number(2):
            return None
        ground = choice.of([Exemption.Ground.STUDY, Exemption.Ground.OTHER])
        lasts = choice.of([None, 30, 400, 0])
        return Exemption(
            ground=ground,
            valid_from=self.day,
            valid_to=None if lasts is None else self.day + timedelta(days=lasts),
            **fields,
        )
