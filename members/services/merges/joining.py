"""Making two records one: what the dropped one has goes over, all through the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q

from members.models import (
    CorrectionRequest,
    DwellingCheck,
    EndReason,
    Exemption,
    Member,
    Placement,
    Registration,
    User,
)
from members.models.persons import DWELLING_FIELDS
from members.queries.merge_outcome import (
    Outcome,
    obstacles_in,
    sides_of,
    values_after_merge,
)
from members.services.ledger import Ledger
from members.services.persons import identity_of
from members.services.placements import new_placement
from members.signals import members_merged, members_merging, stays_passed

State = Registration.State
_RUNNING = {State.DRAFT, State.SENT, State.LETTER_ASKED, State.RECEIVED}
_WHY = "Ghép hồ sơ: đồng chí này đã có lần theo dõi khác tại đây."


@dataclass(frozen=True)
class Joined:
    """What was done, for the record: the stays given up with the state before, and
    what hung on the two records."""

    moved: list[Registration]
    given_up: list[tuple[Registration, str]]
    handed: list[Exemption]  # to the stay that goes on
    closed: list[DwellingCheck]
    passed: list[CorrectionRequest]


def obstacles_to(outcome: Outcome) -> list[str]:
    """Everything that must be settled first, also by what the apps above hold."""
    found = obstacles_in(outcome, sides_of(outcome))
    answers = members_merging.send(
        sender=Member,
        kept=outcome.kept,
        dropped=outcome.dropped,
        moved=outcome.moved,
    )
    for _, sentences in answers:
        found += sentences or []
    return found


def join_records(outcome: Outcome, *, on: date, ledger: Ledger, by: User) -> Joined:
    """Let everything of the dropped record belong to the kept one.

    Raises ValidationError with every sentence on what stands in the way.
    """
    if obstacles := obstacles_to(outcome):
        raise ValidationError(obstacles)
    # The dropped one first: it lays its card down before the other takes it up.
    dropped, kept = ledger.hold([outcome.dropped, outcome.kept])
    ledger.hold(outcome.stays)
    moved, given_up = outcome.moved, outcome.given_up
    handed = _hand_down(given_up, on, ledger)
    _fill(outcome, ledger)
    before = [(stay, stay.state) for stay, _ in given_up]
    ended = _give_up(given_up, kept, on, ledger)
    closed = _close_checks(ended, on, by, ledger)
    _move(moved, kept, on, ledger)
    passed = _pass_requests(outcome, ledger)
    keys = [stay.pk for stay in moved]
    stays_passed.send(sender=Member, stays=keys, to=kept.pk)
    members_merged.send(
        sender=Member,
        kept=kept,
        dropped=dropped,
        ended=[stay.pk for stay in ended],
        on=on,
        ledger=ledger,
    )
    return Joined(moved, before, handed, closed, passed)


def _fill(outcome: Outcome, ledger: Ledger) -> None:
    """The blanks of the kept record; the other rests, and lends its card no longer."""
    kept, dropped = outcome.kept, outcome.dropped
    values = values_after_merge(outcome)
    if "card_number" in values:
        dropped.card_number = None
    dropped.household_id = None
    dropped.status = Member.Status.MERGED
    for name, value in values.items():
        setattr(kept, name, value)
    ledger.write(Member)


def _hand_down(
    given_up: Iterable[tuple[Registration, Registration]], on: date, ledger: Ledger
) -> list[Exemption]:
    """Number of the letter and exemption go on with the stay that goes on; returns the
    exemptions that do."""
    handed = []
    for stay, heir in given_up:
        if stay.letter_number and not heir.letter_number:
            heir.letter_number, heir.letter_date = stay.letter_number, stay.letter_date
            heir.is_letter_unknown = False
        later = Q(valid_to=None) | Q(valid_to__gt=on)
        if heir.exemptions.filter(later).exists():
            continue
        for exemption in ledger.hold(stay.exemptions.filter(later)):
            exemption.registration = heir
            handed.append(exemption)
    ledger.write(Exemption)
    return handed


def _give_up(
    given_up: Iterable[tuple[Registration, Registration]],
    kept: Member,
    on: date,
    ledger: Ledger,
) -> list[Registration]:
    """End, withdraw or return the stays that another stands for; returns the ended.

    They leave first: at no moment has anybody two received stays or two letters.
    """
    ended = []
    for stay, _ in given_up:
        if stay.state == State.RECEIVED:
            ended.append(stay)
            _end(stay, kept, on)
        elif stay.state == State.LETTER_ASKED:
            stay.state, stay.return_reason = State.RETURNED, _WHY
            stay.identity_at_end = identity_of(kept)
        else:
            stay.state = State.WITHDRAWN
    ledger.write(Registration)
    for place in ledger.hold(_open_places(ended)):
        place.valid_to = max(on, place.valid_from)
    ledger.write(Placement)
    return ended


def _end(stay: Registration, kept: Member, on: date) -> None:
    stay.state, stay.ended_on = State.ENDED, on
    stay.end_reason = EndReason.OTHER
    stay.note = f"{stay.note} {_WHY}".strip()[:500]
    stay.end_noted_on = on
    stay.identity_at_end = identity_of(kept)


def _close_checks(
    ended: list[Registration], on: date, by: User, ledger: Ledger
) -> list[DwellingCheck]:
    waiting = DwellingCheck.objects.open().filter(registration__in=ended)
    checks = ledger.hold(waiting.select_related("registration__ward"))
    for check in checks:
        check.state, check.answer = DwellingCheck.State.DISMISSED, _WHY
        check.answered_on, check.answered_by = on, by
    ledger.write(DwellingCheck)
    return checks


def _move(moved: list[Registration], kept: Member, on: date, ledger: Ledger) -> None:
    """Give the stays to the kept record; those that run follow its workplace."""
    following = []
    for stay in moved:
        stay.member = kept
        if stay.state in _RUNNING and stay.workplace_id != kept.workplace_id:
            stay.workplace = kept.workplace
            following.append(stay)
    ledger.write(Registration)
    received = {stay.pk: stay for stay in following if stay.is_received}
    places = ledger.hold(_open_places(received.values()))
    cause = Placement.Cause.WORKPLACE_CHANGED
    for place in places:
        place.valid_to = max(on, place.valid_from)
    ledger.write(Placement)
    news = [
        new_placement(
            received[place.registration_id], on=max(on, place.valid_from), cause=cause
        )
        for place in places
    ]
    ledger.add(Placement, news)


def _open_places(stays: Iterable[Registration]):
    keys = [stay.pk for stay in stays]
    return Placement.objects.filter(registration__in=keys, valid_to=None).order_by("pk")


def _pass_requests(outcome: Outcome, ledger: Ledger) -> list[CorrectionRequest]:
    """Corrections go along; open ones wait at the unit that owns their field now.

    Returns those that went, or wait elsewhere now.
    """
    kept, dropped = outcome.kept, outcome.dropped
    received = next(iter(outcome.received), None)
    requests = CorrectionRequest.objects.filter(member__in=[kept.pk, dropped.pk])
    passed = []
    for request in ledger.hold(
        requests.select_related("asked_of_committee").order_by("pk")
    ):
        before = (request.member_id, request.asked_of_committee_id)
        request.member_id = kept.pk
        if request.is_open and request.field not in DWELLING_FIELDS:
            request.asked_of_committee = kept.workplace
        elif request.is_open and received is not None:
            request.asked_of_committee = received.place
        if before != (request.member_id, request.asked_of_committee_id):
            passed.append(request)
    ledger.write(CorrectionRequest)
    return passed
