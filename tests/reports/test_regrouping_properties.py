"""Any history of reforms: what is regrouped is the sum of what it was made of."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from members.models import Committee, Kind, Operation, Part
from members.services.reorganisations.plan import ReformPlan, Step
from reports.queries import figures
from reports.queries.summary import summary
from tests.factories.members import make_committee
from tests.factories.reforms import new_ward, reform
from tests.factories.reports import make_city

FIRST = date(2014, 1, 1)
HOMES = 5  # wards of then, with two cells each

acts = st.tuples(
    st.sampled_from(["merge", "absorb", "divide", "rename", "move_cell", "end"]),
    st.integers(0, 20),
    st.integers(0, 20),
)


class World:
    """Wards and cells as the services keep them, and a model beside that is told.

    of_ward: {ward of then: wards now that got anything of the ward itself}
    of_cell: {cell: (ward of then, ward now)}
    """

    def __init__(self, people):
        self.place = make_city()
        self.city = self.place.city
        self.wards = [
            make_committee(self.city, name=f"Phường {n}", receives_members=True)
            for n in range(HOMES)
        ]
        self.of_ward = {ward.pk: {ward.pk} for ward in self.wards}
        self.of_cell = {}
        self.cells = []
        for ward in self.wards:
            for n in (1, 2):
                cell = make_committee(
                    ward, kind=Kind.CELL, name=f"Chi bộ {n}", receives_members=True
                )
                self.cells.append(cell)
                self.of_cell[cell.pk] = (ward.pk, ward.pk)
        self.open = [ward.pk for ward in self.wards]
        for ward, cell, stays in people:
            self.live(self.wards[ward], cell, stays)
        self.day, self.count = FIRST, 0

    def live(self, ward, cell, stays):
        home = None if cell == 2 else self.cells[self.wards.index(ward) * 2 + cell]
        self.place.stay(
            tier=1 + cell,
            ward=ward,
            cell=home,
            ended_on=None if stays else date(2014, 1, 1),
        )

    def images(self):
        found = {ward: set(units) for ward, units in self.of_ward.items()}
        for ward, now in self.of_cell.values():
            found[ward].add(now)
        return found

    def act(self, name, one, other):
        """One decision a month; what the services refuse did not happen."""
        self.day += timedelta(days=31)
        self.count += 1
        a = self.open[one % len(self.open)]
        b = self.open[other % len(self.open)]
        if a == b and name not in {"rename", "end"}:
            return
        try:
            getattr(self, name)(a, b, one)
        except ValidationError:
            return

    def carry_out(self, **plan):
        reform(self.city, ReformPlan(on=self.day, **plan), by=None)

    def merge(self, a, b, _):
        self.carry_out(
            new_units=[new_ward(-self.count, self.city, f"Phường mới {self.count}")],
            heirs={a: -self.count, b: -self.count},
            steps=[Step(Operation.MERGE, old, "", -self.count) for old in (a, b)],
        )
        new = Committee.objects.get(code=f"N{self.count}").pk
        self.open.append(new)
        self.goes(a, {new})
        self.goes(b, {new})

    def absorb(self, a, b, _):
        self.carry_out(heirs={a: b}, steps=[Step(Operation.ABSORB, a, "", b)])
        self.goes(a, {b})

    def divide(self, a, b, one):
        """A part of a goes to b, the rest to the ward after it."""
        rest = next(
            (key for key in self.open[one % len(self.open) :] if key not in {a, b}),
            None,
        )
        if rest is None:
            return
        below = [key for key, (_, now) in self.of_cell.items() if now == a]
        given = below[: one % 2]
        self.carry_out(
            changes={cell: {"parent": b} for cell in given},
            heirs={a: rest},
            steps=[
                Step(Operation.SPLIT, a, "", b, Part.PART),
                Step(Operation.SPLIT, a, "", rest, Part.REST),
            ],
        )
        for cell in given:
            self.of_cell[cell] = (self.of_cell[cell][0], b)
        self.goes(a, {b, rest}, cells_to=rest)

    def rename(self, a, _, one):
        self.carry_out(
            changes={a: {"name": f"Phường đổi tên {self.count}"}},
            steps=[Step(Operation.RENAME, a, "", a)],
        )

    def move_cell(self, a, b, one):
        below = [key for key, (_, now) in self.of_cell.items() if now == a]
        if below:
            cell = below[one % len(below)]
            self.carry_out(changes={cell: {"parent": b}})
            self.of_cell[cell] = (self.of_cell[cell][0], b)

    def end(self, a, _, one):
        """Refused while anybody is placed there; its cells end with it."""
        if len(self.open) == 1:
            return
        cells = [key for key, (_, now) in self.of_cell.items() if now == a]
        self.carry_out(
            heirs={a: None, **dict.fromkeys(cells)},
            steps=[Step(Operation.END, key, "", None) for key in (a, *cells)],
        )
        self.open.remove(a)
        self.replace(a, {None})
        for cell in cells:
            del self.of_cell[cell]

    def replace(self, old, new):
        for units in self.of_ward.values():
            if old in units:
                units.remove(old)
                units.update(new)

    def goes(self, old, new, cells_to=None):
        self.open.remove(old)
        self.replace(old, new)
        (heir,) = new if cells_to is None else {cells_to}
        for cell, (ward, now) in self.of_cell.items():
            if now == old:
                self.of_cell[cell] = (ward, heir)


@pytest.mark.django_db
class RegroupingProperties(TestCase):
    @settings(
        max_examples=30,
        deadline=None,
        report_multiple_bugs=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        people=st.lists(
            st.tuples(st.integers(0, HOMES - 1), st.integers(0, 2), st.booleans()),
            max_size=10,
        ),
        history=st.lists(acts, min_size=1, max_size=7),
    )
    def test_regrouped_is_the_sum_and_what_was_divided_stays_whole(
        self, people, history
    ):
        world = World(people)
        year = world.place.year
        then = summary(world.city, year)
        by_ward = {line.unit_id: line.figures for line in then.lines}
        told = []
        for act in history:
            world.act(*act)
            told.append((world.day, world.images()))

        for day, images in told[-1:] + told[:1]:
            found = summary(world.city, year, structure_day=day)
            self.check(found, by_ward, images)
            assert found.total.figures == then.total.figures

        self.check_lists(summary(world.city, year, structure_day=told[-1][0]))

    def check(self, found, by_ward, images):
        tree = found.place.tree
        for line in found.lines:
            if line.is_of_then:
                assert len(images[line.unit_id]) > 1 or images[line.unit_id] == {None}
                assert line.figures == by_ward[line.unit_id]
                continue
            below = {line.unit_id, *tree.below(line.unit_id)}
            whole = [
                by_ward[ward]
                for ward, units in images.items()
                if units and units <= below
            ]
            assert line.figures == sum(whole, start=type(line.figures)(tiers=(0,) * 4))

    def check_lists(self, found):
        year = found.year
        for line in found.lines:
            unit = Committee.objects.get(pk=line.unit_id)
            day = None if line.is_of_then else found.structure_day
            own = summary(unit, year, structure_day=day)
            assert own.total.figures == line.figures, line
            rows = figures.rows_behind(figures.ASSESSED, own.place, year)
            assert rows.count() == line.figures.assessed, line
