"""Whatever two records hold: what a merge leaves, and what parting them gives back."""

from datetime import date, timedelta
from itertools import pairwise, zip_longest

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from evaluations.models import Evaluation
from members.models import (
    CorrectionRequest,
    Exemption,
    Household,
    Member,
    MemberMerge,
    Registration,
    Role,
)
from members.queries.stay_check import check_stays
from members.queries.tree_snapshot import Snapshot
from members.services.merges.steps import undo_merge
from residence.models import Attendance, ContactBook, Meeting, Opinion
from tests.factories.members import (
    make_exemption,
    make_member,
    make_placement,
    make_post,
    make_registration,
)
from tests.factories.merges import everything, propose
from tests.factories.reports import make_evaluation, make_rating_year
from tests.factories.residence import make_attendance, make_meeting, make_opinion
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
Stay = Registration.State
FIRST, DAY = date(2012, 1, 1), date(2026, 6, 1)

days = st.dates(FIRST, DAY - timedelta(days=2))
stays = st.fixed_dictionaries(
    {
        "state": st.sampled_from(
            [Stay.ENDED, Stay.ENDED, Stay.RETURNED, Stay.WITHDRAWN, Stay.LETTER_ASKED]
        ),
        "ward": st.sampled_from(["ward", "sister_ward", "past_ward"]),
        "day": days,
        "lasts": st.integers(0, 600),
        "moves": st.booleans(),
        "extras": st.sets(
            st.sampled_from(["attendance", "opinion", "exemption", "book", "rated"])
        ),
    }
)
running = st.none() | st.fixed_dictionaries(
    {
        "state": st.sampled_from([Stay.RECEIVED, Stay.SENT, Stay.DRAFT]),
        "ward": st.sampled_from(["ward", "ward", "sister_ward"]),
        "day": days,
        "moves": st.booleans(),
        "extras": st.sets(st.sampled_from(["attendance", "opinion", "exemption"])),
    }
)
records = st.fixed_dictionaries(
    {
        "workplace": st.sampled_from(
            ["workplace", "workplace", "outside_workplace", "other_workplace"]
        ),
        "card": st.booleans(),
        "phone": st.sampled_from(["", "0913456789"]),
        "admitted_on": st.none() | st.just(date(1995, 9, 2)),
        "birth": st.sampled_from(["", "year", "month", "day"]),
        "status": st.sampled_from(["active", "active", "left", "dead"]),
        "household": st.booleans(),
        "asks": st.booleans(),
        "past": st.lists(stays, max_size=2),
        "running": running,
    }
)


@pytest.fixture
def world():
    """A ward user who speaks for every unit of the city that can be a side."""
    world = make_world()
    for role, units in (
        (Role.WORKPLACE, ["workplace", "other_workplace"]),
        (Role.RESIDENCE_WARD, ["sister_ward", "past_ward"]),
    ):
        for unit in units:
            make_post(world.ward_user, role, getattr(world, unit))
    return world


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records, records, st.booleans())
def test_any_two_records_become_one_and_are_parted_byte_for_byte(
    world, one, other, swap
):
    with transaction.atomic():
        built = Builder(world)
        pair = [built.record(one, number=1), built.record(other, number=2)]
        kept, dropped = reversed(pair) if swap else pair
        before = everything()

        merge = _merged(world, kept, dropped)

        if merge is None:
            event("refused")
        else:
            event("merged")
            _check_merged(kept, dropped)
            undo_merge(merge, note="", version=merge.version, by=world.ward_user)
        assert differences(before, everything()) == []
        transaction.set_rollback(True)


def _merged(world, kept, dropped) -> MemberMerge | None:
    """Done at once, for the user holds both sides; None where something is in the way."""
    try:
        merge = propose(kept, dropped, by=world.ward_user, on=DAY)
    except ValidationError:
        return None
    assert merge.state == MemberMerge.State.DONE
    return MemberMerge.objects.get(pk=merge.pk)


def differences(before: dict, after: dict) -> list:
    return [
        (table, one, two)
        for table in before
        for one, two in zip_longest(before[table], after[table])
        if one != two
    ]


def _check_merged(kept: Member, dropped: Member) -> None:
    of_kept = list(Registration.objects.filter(member=kept).order_by("pk"))
    states = [stay.state for stay in of_kept]
    assert states.count(Stay.RECEIVED) <= 1
    assert sum(state in {Stay.DRAFT, Stay.SENT} for state in states) <= 1
    assert not Registration.objects.filter(member=dropped).exists()
    for table in (Attendance, Evaluation, CorrectionRequest):
        assert not table.objects.filter(member=dropped).exists()
    for stay in of_kept:
        _check_places(stay)
    told = [str(found) for found in check_stays(Snapshot.read())]
    assert told == []


def _check_places(stay: Registration) -> None:
    """From the receipt to the end, without gap or overlap, and the copies agree."""
    places = sorted(stay.placements.all(), key=lambda p: (p.valid_from, p.pk))
    if not places:
        return
    assert places[0].valid_from == stay.received_on
    assert places[-1].valid_to == stay.ended_on
    assert all(one.valid_to == two.valid_from for one, two in pairwise(places))
    last = places[-1]
    assert (last.ward_id, last.cell_id, last.workplace_id) == (
        stay.ward_id,
        stay.cell_id,
        stay.workplace_id,
    )


class Builder:
    """Draws become rows of one small city."""

    def __init__(self, world):
        self.world = world
        self.year = make_rating_year(world.city, year=2024)
        self.meeting = make_meeting(world.ward, held_on=DAY, state=Meeting.State.LISTED)
        self.rated: set[int] = set()
        self.numbers = 0

    def record(self, drawn: dict, *, number: int) -> Member:
        member = make_member(
            getattr(self.world, drawn["workplace"]),
            full_name="Trần Thị Hòa",
            card_number=f"11.{number}" if drawn["card"] else None,
            phone=drawn["phone"],
            admitted_on=drawn["admitted_on"],
            birth_date=date(1970, 5, 19) if drawn["birth"] else None,
            birth_precision=drawn["birth"] or "day",
            status="active" if drawn["running"] else drawn["status"],
            household=self._household() if drawn["household"] else None,
        )
        asked: set[str] = set()
        for past in drawn["past"]:
            if past["state"] == Stay.LETTER_ASKED and past["ward"] in asked:
                continue
            asked.add(past["ward"])
            self._past(member, past)
        if drawn["running"] and drawn["running"]["ward"] not in asked:
            self._running(member, drawn["running"])
        if drawn["asks"]:
            self._ask(member)
        return member

    def _household(self) -> Household:
        return Household.objects.create(committee=self.world.ward)

    def _past(self, member: Member, drawn: dict) -> None:
        ward = getattr(self.world, drawn["ward"])
        state, day = drawn["state"], drawn["day"]
        if state == Stay.ENDED:
            end = min(day + timedelta(days=drawn["lasts"]), DAY - timedelta(days=1))
            stay = make_registration(member, ward, received_on=day, ended_on=end)
            self._extras(stay, drawn["extras"])
            return
        Registration.objects.create(
            member=member,
            workplace=member.workplace,
            ward=ward,
            state=state,
            asked_on=day if state == Stay.LETTER_ASKED else None,
        )

    def _running(self, member: Member, drawn: dict) -> None:
        ward, day = getattr(self.world, drawn["ward"]), drawn["day"]
        if drawn["state"] != Stay.RECEIVED:
            Registration.objects.create(
                member=member,
                workplace=member.workplace,
                ward=ward,
                state=drawn["state"],
                sent_on=day if drawn["state"] == Stay.SENT else None,
                letter_number="12",
            )
            return
        cell = self.world.cell if ward == self.world.ward else None
        stay = make_registration(member, ward, cell=cell, received_on=day)
        if drawn["moves"]:
            self._move(stay, day + timedelta(days=1))
        self._extras(stay, drawn["extras"])

    def _move(self, stay: Registration, day: date) -> None:
        """Back to the ward without a cell, from that day."""
        stay.placements.update(valid_to=day)
        stay.cell = None
        stay.save()
        make_placement(stay, valid_from=day, cause="cell_changed")

    def _extras(self, stay: Registration, extras: set[str]) -> None:
        self.numbers += 1
        if "attendance" in extras:
            make_attendance(self.meeting, stay, number=self.numbers)
        if "opinion" in extras:
            make_opinion(stay)
        if "exemption" in extras:
            make_exemption(stay, valid_from=stay.received_on)
        if "book" in extras:
            ContactBook.objects.create(
                registration=stay, year=2024, issued_on=stay.received_on
            )
        if "rated" in extras and stay.member_id not in self.rated:
            self.rated.add(stay.member_id)
            make_evaluation(stay, self.year, tier=1, state="locked")

    def _ask(self, member: Member) -> None:
        CorrectionRequest.objects.create(
            member=member,
            field="phone",
            new_value="0911111111",
            reason="Đổi số",
            asked_by_committee=member.workplace,
            asked_of_committee=self.world.ward,
            asked_by=self.world.workplace_user,
        )


def test_every_kind_of_row_was_drawn():
    """The tables above are those that hang on a member or a stay."""
    hanging = {
        one.related_model
        for model in (Member, Registration)
        for one in model._meta.related_objects
        if one.related_model is not None
    }

    assert {Attendance, Opinion, Exemption, ContactBook, Evaluation} <= hanging
