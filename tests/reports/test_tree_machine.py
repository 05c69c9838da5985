"""Any history of people moving and units reforming: no figure of the past moves."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from evaluations.models import Evaluation, RatingYear
from members.models import Committee, Kind, Member, Registration, Reorganisation
from members.queries.tree_check import check_tree
from members.services.letters import draft_letter, send_letter
from members.services.reorganisations.run import (
    carry_out,
    draft_reorganisation,
    take_back,
)
from members.services.stays import (
    assign_cell,
    end_registration,
    receive_on_paper,
    receive_registration,
)
from members.services.workplaces import change_workplace
from party76.shared.versions import Conflict
from reports.queries.regrouping import history
from reports.queries.summary import summary
from residence.models import Attendance, Meeting
from residence.services.meetings import list_meeting, plan_meeting
from tests.factories.evaluations import make_rating_year
from tests.factories.members import make_committee, make_member
from tests.reports.adding_up import require_sum_of_lines
from tests.reports.reforming import (
    PLANS,
    STATE,
    TODAY,
    Choice,
    Figures,
    make_reform_city,
    moved_by_reforms_alone,
    open_units,
    rows,
)

pytestmark = pytest.mark.django_db

FIRST = date(2016, 1, 1)
choices = st.lists(st.integers(0, 10_000), min_size=8, max_size=8).map(Choice)
# Mostly today's day of the story, at times an earlier or a later one.
shifts = st.sampled_from([0, 0, 0, 30, 90, 400, -1, -200, -900])
_OVER = [Meeting.State.CLOSED, Meeting.State.NOT_HELD]


class Tree(RuleBasedStateMachine):
    """A city whose clock goes on; every example is rolled back at its end."""

    def __init__(self):
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.city = make_reform_city()
        self.by = self.city.user
        self.now = FIRST
        self.done = []  # (reform, rows before, rows after)
        self.closed, self.told = None, {}  # the last closed year, what its pages told

    def teardown(self):
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    # People

    @rule(choice=choices, days=st.integers(0, 200))
    def time_passes_and_somebody_is_received(self, choice, days):
        self.now = min(self.now + timedelta(days=days), TODAY - timedelta(days=1))
        ward = choice.of(open_units(Kind.WARD))
        workplace = choice.of(open_units(Kind.GRASSROOTS, Kind.WARD))
        if ward is None or workplace is None:
            return
        cell = choice.of([None, *open_units(Kind.CELL, below=ward)])
        stay = Registration(
            member=make_member(workplace),
            ward=ward,
            cell=cell,
            received_on=max(self.now, since(cell or ward, workplace)),
        )
        attempt(receive_on_paper, stay, by=self.by)

    @rule(choice=choices)
    def letter_is_drafted_sent_or_received(self, choice):
        letter = choice.of(Registration.objects.filter(state__in=["draft", "sent"]))
        if letter is None or choice.number(2):
            ward = choice.of(open_units(Kind.WARD))
            workplace = choice.of(open_units(Kind.GRASSROOTS))
            if ward and workplace:
                member = make_member(workplace)
                attempt(draft_letter, member, ward=ward, by=self.by)
        elif letter.state == STATE.DRAFT:
            attempt(
                send_letter, letter, on=self.now, version=letter.version, by=self.by
            )
        else:
            cell = choice.of([None, *open_units(Kind.CELL, below=letter.ward)])
            on = max(self.now, since(cell or letter.ward, letter.workplace))
            attempt(
                receive_registration,
                letter,
                on=on,
                cell=cell,
                version=letter.version,
                by=self.by,
            )

    @rule(choice=choices)
    def somebody_goes_to_another_cell(self, choice):
        stay = self.somebody(choice)
        if stay is None:
            return
        cell = choice.of([None, *open_units(Kind.CELL, below=stay.ward)])
        on = max(self.now, since(cell or stay.ward, stay.workplace))
        attempt(assign_cell, stay, cell=cell, on=on, version=stay.version, by=self.by)

    @rule(choice=choices)
    def somebody_goes_to_another_workplace(self, choice):
        stay, workplace = self.somebody(choice), choice.of(open_units(Kind.GRASSROOTS))
        if stay is None or workplace is None:
            return
        member = Member.objects.get(pk=stay.member_id)
        attempt(
            change_workplace,
            member,
            workplace=workplace,
            on=max(self.now, since(stay.place, workplace)),
            version=member.version,
            by=self.by,
        )

    @rule(choice=choices, reason=st.sampled_from(["moved_away", "died", "retired"]))
    def stay_ends(self, choice, reason):
        stay = self.somebody(choice)
        if stay is not None:
            attempt(
                end_registration,
                stay,
                on=self.now,
                reason=reason,
                version=stay.version,
                by=self.by,
            )

    # Meetings, comments, new cells

    @rule(choice=choices, ahead=st.integers(-100, 300))
    def meeting_is_planned_and_perhaps_listed(self, choice, ahead):
        unit = choice.of(open_units(Kind.WARD, Kind.CELL))
        day = self.now + timedelta(days=ahead)
        if unit is None:
            return
        meeting = plan_meeting(
            Meeting(
                committee=unit,
                title="Sinh hoạt định kỳ",
                held_on=day,
                period_from=date(day.year, 1, 1),
                period_to=date(day.year + 1, 1, 1),
            ),
            by=self.by,
        )
        if choice.number(3):
            attempt(list_meeting, meeting, by=self.by)
        if choice.number(3) == 2:
            Meeting.objects.filter(pk=meeting.pk).update(state=Meeting.State.CLOSED)

    @rule(choice=choices, number=st.integers(0, 3))
    def rating_year_is_opened_and_some_of_it_returned(self, choice, number):
        year = self.now.year
        try:
            with transaction.atomic():
                opened = make_rating_year(
                    self.city.top,
                    by=self.by,
                    period=(date(year, 1, 1), date(year + 1, 1, 1)),
                )
        except ValidationError:
            return
        drafts = opened.evaluations.filter(outcome="undecided").order_by("pk")
        keys = [row.pk for row in choice.some(drafts, number)]
        Evaluation.objects.filter(pk__in=keys).update(
            outcome="commented", state=choice.of(["proposed", "returned", "locked"])
        )

    @rule()
    def year_that_is_over_is_closed(self):
        over = RatingYear.objects.filter(reference_day__lt=self.now, state="open")
        over.update(state="closed")
        self.closed = RatingYear.objects.filter(state="closed").last()
        self.told = self.closed and pages_of(self.city.top, self.closed)

    @rule(choice=choices)
    def cell_is_founded(self, choice):
        ward = choice.of(open_units(Kind.WARD))
        if ward is not None:
            make_committee(
                ward,
                kind=Kind.CELL,
                valid_from=max(self.now, since(ward)),
                receives_members=True,
            )

    # Reforms

    @rule(make=st.sampled_from(PLANS), choice=choices, shift=shifts)
    def units_reform(self, make, choice, shift):
        self.now = max(self.now, min(self.now + timedelta(days=max(shift, 0)), TODAY))
        plan = make(choice, min(self.now + timedelta(days=min(shift, 0)), TODAY))
        if plan is None:
            return
        reform = draft_reorganisation(
            Reorganisation(committee=self.city.top, effective_on=plan.on), by=self.by
        )
        before, figures = rows(), Figures()
        try:
            reform = carry_out(reform, plan, today=TODAY, by=self.by)
        except ValidationError:
            assert rows() == before
            return
        self.done.append((reform, before, rows()))
        require_same_figures(figures, Figures(), plan.on)
        require_sums(figures, Figures(), plan)
        require_same_history(before, rows(), plan.on)
        self.require_year(plan.on)

    @precondition(lambda self: self.done)
    @rule(choice=choices)
    def reform_is_taken_back(self, choice):
        position = len(self.done) - 1 - min(choice.number(2), len(self.done) - 1)
        reform, before, after = self.done[position]
        now = rows()
        try:
            taken = take_back(
                Reorganisation.objects.get(pk=reform.pk),
                reason="Nhầm",
                version=reform.version,
                by=self.by,
            )
        except ValidationError:
            assert rows() == now
            assert now != after, "nothing stands on it, and it is refused"
            return
        assert taken.state == "taken_back"
        del self.done[position]
        self.require_year(reform.effective_on)
        require_restored(before, after, now, rows())

    def require_year(self, on):
        """A year counted on or after the day tells the same in all, by its new tree."""
        if self.closed and on <= self.closed.reference_day:
            before, self.told = self.told, pages_of(self.city.top, self.closed)
            top = self.city.top.pk
            assert uncounted_workplaces(self.told[top]) == uncounted_workplaces(
                before[top]
            )

    # What holds after every step

    @invariant()
    def closed_year_tells_what_it_told(self):
        if self.closed:
            assert pages_of(self.city.top, self.closed) == self.told

    @invariant()
    def nothing_is_found_wrong(self):
        assert [str(finding) for finding in check_tree()] == []

    @invariant()
    def children_are_their_parent(self):
        figures = Figures()
        for day in figures.days:
            require_sums_of_children(figures, day)

    @invariant()
    def regrouped_is_the_sum_of_who_is_there_now(self):
        figures = Figures()
        for day in (FIRST - timedelta(days=1), figures.days[len(figures.days) // 2]):
            became = history(day, day, TODAY)
            for then, now in moved_by_reforms_alone(figures, day):
                image = became.image(then)
                assert now in {became.ward_now(unit) for unit in image.units}
                if image.is_one:
                    assert image.units == {now}

    def somebody(self, choice):
        received = Registration.objects.filter(state=STATE.RECEIVED)
        return choice.of(
            received.select_related("ward", "cell", "workplace").order_by("pk")
        )


def pages_of(top: Committee, year: RatingYear) -> dict:
    """{unit: (total, lines)} of the city and of every unit directly below it."""
    found = {top.pk: page_of(top, year)}
    for unit in Committee.objects.filter(pk__in=[*found[top.pk][1]]):
        found[unit.pk] = page_of(unit, year)
        assert found[unit.pk][0] == found[top.pk][1][unit.pk]
    return found


def page_of(unit: Committee, year: RatingYear) -> tuple:
    found = summary(unit, year)
    require_sum_of_lines(found)
    return found.total.figures, {line.unit_id: line.figures for line in found.lines}


def uncounted_workplaces(page: tuple):
    """The total, but for who works outside: a workplace may come into the city."""
    return replace(page[0], outside=0)


def since(*units: Committee) -> date:
    """From when all of these have stood where they stand."""
    found = []
    for lowest in units:
        unit: Committee | None = lowest
        while unit is not None:
            found.append(unit.periods.latest("valid_from").valid_from)
            unit = unit.parent
    return max(found)


def attempt(act, *arguments, **options):
    """Do it, or be told that it cannot be done; in a transaction of its own."""
    try:
        with transaction.atomic():
            act(*arguments, **options)
    except (ValidationError, Conflict):
        pass


def require_same_figures(before, after, on):
    """By a reform nobody comes or goes, and before its day nothing changes at all."""
    for day in {*before.days, *after.days, on - timedelta(days=1)}:
        stays = [
            sorted(place.registration_id for place in one.received(day))
            for one in (before, after)
        ]
        assert stays[0] == stays[1]
        if day < on:
            assert before.told(day) == after.told(day)


def require_sums(before, after, plan):
    """On the day of effect a successor has what its predecessors would have had."""
    if (
        plan.stays
        or plan.members
        or any("parent" in one for one in plan.changes.values())
    ):
        return
    then, now = (
        Counter(place.ward_id for place in one.received(plan.on))
        for one in (before, after)
    )
    wards = set(Committee.objects.filter(kind=Kind.WARD).values_list("pk", flat=True))
    heirs = dict(Committee.objects.exclude(heir=None).values_list("pk", "heir"))
    regrouped = Counter()
    for ward, count in then.items():
        regrouped[heirs[ward] if ward in plan.heirs else ward] += count
    if wards & {*plan.heirs}:
        assert regrouped == now


def require_same_history(before, after, on):
    """Rows of meetings that were held, and comments that were handed on."""
    kept = Attendance.objects.filter(meeting__held_on__lt=on) | (
        Attendance.objects.filter(meeting__state__in=_OVER)
    )
    fixed = Evaluation.objects.exclude(state=Evaluation.State.DRAFT)
    for table, keys in (
        ("residence_attendance", kept.values_list("pk", flat=True)),
        ("evaluations_evaluation", fixed.values_list("pk", flat=True)),
    ):
        for key in keys:
            assert before[table][key] == after[table][key]


def require_restored(before, after, now, restored):
    """What the reform had changed is as before it, and all else as a moment ago."""
    for table in restored:
        touched = {
            key
            for key in before[table].keys() | after[table].keys()
            if before[table].get(key) != after[table].get(key)
        }
        for key in restored[table].keys() | now[table].keys() | touched:
            expected = before[table].get(key) if key in touched else now[table].get(key)
            found = restored[table].get(key)
            if key not in touched and table == "members_committee":
                expected, found = without_path(expected), without_path(found)
            assert found == expected


def without_path(row):
    """A unit founded since may have stepped aside."""
    names = [one.attname for one in Committee._meta.concrete_fields]
    return row and [
        value for name, value in zip(names, row, strict=True) if name != "path"
    ]


def require_sums_of_children(figures, day):
    parents, counts = figures.parents(day), figures.by_unit(day)
    own = Counter(place.cell_id or place.ward_id for place in figures.received(day))
    for unit, count in counts.items():
        below = [child for child, parent in parents.items() if parent == unit]
        assert count == own[unit] + sum(counts.get(child, 0) for child in below)
    roots = [unit for unit, parent in parents.items() if parent is None]
    assert sum(counts.get(root, 0) for root in roots) == len(figures.received(day))


def play(*, examples, steps, derandomize=False):
    run_state_machine_as_test(
        Tree,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=derandomize,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
        ),
    )


def test_tree_through_any_history_keeps_every_figure_of_the_past():
    # The same histories every time; the long ones below are new ones.
    play(examples=20, steps=50, derandomize=True)


@pytest.mark.full
def test_tree_through_long_histories_keeps_every_figure_of_the_past():
    play(examples=20, steps=300)
