"""A pair on its way: held to be one person, agreed to by both sides, refused, undone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, Q
from django.utils import timezone

from members.models import Member, MemberMerge, User
from members.permissions import can_introduce_from, can_receive_at
from members.queries.merge_outcome import Outcome, Sides, outcome_of, sides_of
from members.services.ledger import Ledger
from members.services.merges.joining import Joined, join_records, obstacles_to
from members.services.merges.parting import part_records
from members.services.tree_lock import hold_tree
from party76.audit.models import Action
from party76.audit.services import record, record_many
from party76.shared.versions import save_versioned

State = MemberMerge.State
_WORDS = ["workplace", "ward", "workplace_agreed_by", "ward_agreed_by"]
_CLOSING = ["state", "closed_by", "closed_at", "note"]


@transaction.atomic
def propose_merge(
    kept: Member,
    dropped: Member,
    *,
    reasons: Sequence[str],
    versions: Mapping[int, int],
    on: date,
    by: User,
) -> MemberMerge:
    """Hold two records to be one person; done at once where no other side has a word.

    versions are those of the records as they were compared. Raises ValidationError with
    what stands in the way, or where a record has changed or waits already.
    """
    hold_tree()
    kept, dropped = _held(kept, dropped)
    _check_unchanged([kept, dropped], versions)
    _check_no_other(kept, dropped)
    outcome = outcome_of(kept, dropped, on=on)
    if obstacles := obstacles_to(outcome):
        raise ValidationError(obstacles)
    merge = MemberMerge(
        kept=kept, dropped=dropped, reasons=list(reasons), proposed_by=by
    )
    _take_words(merge, sides_of(outcome), by)
    merge.save()
    _record(Action.CREATE, merge, by=by)
    if _is_agreed(merge):
        _carry_out(merge, outcome, on=on, by=by)
    return merge


@transaction.atomic
def agree_merge(
    merge: MemberMerge,
    *,
    versions: Mapping[int, int],
    on: date,
    version: int,
    by: User,
) -> MemberMerge:
    """Give one side's word; the last one makes the two records one.

    versions are those of the records as they were compared. The sides are asked anew:
    where a member has meanwhile another workplace or ward, that one has its word.
    Raises ValidationError with what stands in the way, Conflict.
    """
    hold_tree()
    _check_step(merge, State.DONE)
    kept, dropped = _held(merge.kept, merge.dropped)
    _check_unchanged([kept, dropped], versions)
    outcome = outcome_of(kept, dropped, on=on)
    if obstacles := obstacles_to(outcome):
        raise ValidationError(obstacles)
    _take_words(merge, sides_of(outcome), by)
    save_versioned(merge, fields=_WORDS, version=version)
    _record(Action.STEP, merge, by=by)
    if _is_agreed(merge):
        _carry_out(merge, outcome, on=on, by=by)
    return merge


@transaction.atomic
def refuse_merge(
    merge: MemberMerge, *, note: str, version: int, by: User
) -> MemberMerge:
    """Two people after all: the pair is not offered again. Raises Conflict."""
    _check_step(merge, State.REFUSED)
    _close(merge, State.REFUSED, note=note, by=by)
    save_versioned(merge, fields=_CLOSING, version=version)
    _record(Action.STEP, merge, by=by)
    return merge


@transaction.atomic
def dismiss_pair(
    kept: Member, dropped: Member, *, reasons: Sequence[str], note: str, by: User
) -> MemberMerge:
    """Say of a pair that nobody proposed yet that these are two people."""
    kept, dropped = _held(kept, dropped)
    _check_no_other(kept, dropped)
    sides = sides_of(outcome_of(kept, dropped, on=timezone.localdate()))
    merge = MemberMerge(
        kept=kept,
        dropped=dropped,
        workplace=sides.workplace,
        ward=sides.ward,
        reasons=list(reasons),
        proposed_by=by,
    )
    _close(merge, State.REFUSED, note=note, by=by)
    merge.save()
    _record(Action.CREATE, merge, by=by)
    return merge


@transaction.atomic
def undo_merge(merge: MemberMerge, *, note: str, version: int, by: User) -> MemberMerge:
    """Part two records again, every row as it was before they were made one.

    Raises ValidationError with everything that stands on the merge by now, Conflict.
    """
    hold_tree()
    _check_step(merge, State.UNDONE)
    kept, dropped = _held(merge.kept, merge.dropped)
    stays = part_records(merge)
    _close(merge, State.UNDONE, note=note, by=by)
    save_versioned(merge, fields=_CLOSING, version=version)
    _record(Action.STEP, merge, by=by)
    facts = {"merge": merge.pk, "parted": True, "stays": stays}
    events = [(one, one.workplace.code, facts) for one in (kept, dropped)]
    record_many(Action.UPDATE, events, by=by)
    return merge


def _held(*members: Member) -> tuple[Member, ...]:
    """The records as they are stored, held until all is written; in the order given."""
    rows = Member.objects.filter(pk__in=[member.pk for member in members])
    locked = rows.select_related("workplace").order_by("pk")
    found = {one.pk: one for one in locked.select_for_update(of=("self",))}
    return tuple(found[member.pk] for member in members)


def _check_unchanged(members: Sequence[Member], versions: Mapping[int, int]) -> None:
    if any(versions.get(member.pk) != member.version for member in members):
        raise ValidationError(
            "Một trong hai hồ sơ vừa có người khác sửa. Đồng chí xem lại rồi ghép."
        )


def _check_no_other(kept: Member, dropped: Member) -> None:
    both = [kept.pk, dropped.pk]
    waiting = MemberMerge.objects.open().filter(Q(kept__in=both) | Q(dropped__in=both))
    if waiting.exists():
        raise ValidationError(
            "Một trong hai hồ sơ đang chờ xác nhận một đề nghị ghép khác. Đồng chí trả "
            "lời đề nghị đó trước."
        )


def _check_step(merge: MemberMerge, to: State) -> None:
    before = State(merge.state)
    if to not in MemberMerge.STEPS[before]:
        raise ValidationError(
            f"Đề nghị ghép hồ sơ này đang ở tình trạng “{before.label}”, không chuyển "
            f"sang “{to.label}” được."
        )


def _take_words(merge: MemberMerge, sides: Sides, by: User) -> None:
    """Who must agree now, and the words given so far with the one given here."""
    if merge.workplace_id != (sides.workplace.pk if sides.workplace else None):
        merge.workplace, merge.workplace_agreed_by = sides.workplace, None
    if merge.ward_id != (sides.ward.pk if sides.ward else None):
        merge.ward, merge.ward_agreed_by = sides.ward, None
    if sides.workplace and can_introduce_from(by, sides.workplace):
        merge.workplace_agreed_by = merge.workplace_agreed_by or by
    if sides.ward and can_receive_at(by, sides.ward):
        merge.ward_agreed_by = merge.ward_agreed_by or by


def _is_agreed(merge: MemberMerge) -> bool:
    pairs = (
        (merge.workplace_id, merge.workplace_agreed_by_id),
        (merge.ward_id, merge.ward_agreed_by_id),
    )
    return all(unit is None or word is not None for unit, word in pairs)


def _carry_out(merge: MemberMerge, outcome: Outcome, *, on: date, by: User) -> None:
    ledger = Ledger()
    joined = join_records(outcome, on=on, ledger=ledger, by=by)
    ledger.keep(merge.journal)
    _close(merge, State.DONE, note="", by=by)
    save_versioned(merge, fields=_CLOSING, version=merge.version)
    _record(Action.STEP, merge, by=by)
    _record_rows(merge, outcome, joined, by=by)


def _record_rows(
    merge: MemberMerge, outcome: Outcome, joined: Joined, *, by: User
) -> None:
    """A line for each record, each stay and what hangs on them; two statements."""
    kept, dropped = outcome.kept, outcome.dropped
    facts = {"merge": merge.pk}
    people = [
        (kept, kept.workplace.code, {**facts, "from_record": dropped.pk}),
        (dropped, dropped.workplace.code, {**facts, "into_record": kept.pk}),
    ]
    moved = [
        (stay, stay.place.code, {**facts, "member": kept.pk, "was": dropped.pk})
        for stay in joined.moved
    ]
    hanging = _hanging(joined, {**facts, "member": kept.pk})
    record_many(Action.UPDATE, [*people, *moved, *hanging], by=by)
    steps = [
        (
            stay,
            stay.place.code,
            {**facts, "member": kept.pk, "from": before, "to": stay.state},
        )
        for stay, before in joined.given_up
    ]
    record_many(Action.STEP, [*steps, *_closed(joined, facts)], by=by)


def _closed(
    joined: Joined, facts: dict[str, Any]
) -> Iterator[tuple[Model, str, dict[str, Any]]]:
    """Reports of no longer dwelling on stays that the merge ended."""
    for check in joined.closed:
        stay = check.registration
        yield (
            check,
            stay.ward.code,
            {**facts, "registration": stay.pk, "state": check.state},
        )


def _hanging(
    joined: Joined, facts: dict[str, Any]
) -> Iterator[tuple[Model, str, dict[str, Any]]]:
    """Exemptions and corrections that went from one record to the other."""
    for exemption in joined.handed:
        stay = exemption.registration
        yield exemption, stay.place.code, {**facts, "registration": stay.pk}
    for request in joined.passed:
        yield request, request.asked_of_committee.code, facts


def _close(merge: MemberMerge, state: State, *, note: str, by: User) -> None:
    merge.state, merge.note = state, note
    merge.closed_by, merge.closed_at = by, timezone.now()


def _record(action: Action, merge: MemberMerge, *, by: User) -> None:
    unit = merge.workplace or merge.ward or merge.kept.workplace
    record(
        action,
        merge,
        by=by,
        committee_code=unit.code,
        facts={
            "kept": merge.kept_id,
            "dropped": merge.dropped_id,
            "state": merge.state,
            "workplace_agreed": merge.workplace_agreed_by_id is not None,
            "ward_agreed": merge.ward_agreed_by_id is not None,
        },
        personal={"reasons": merge.reasons, "note": merge.note},
    )
