"""Từ trần: entered by either side, effective everywhere at once; undone by that side."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from members.models import DwellingCheck, EndReason, Member, Registration, User
from members.queries.deaths import Death, can_take_back_death, death_of
from members.services.leaving import leave
from members.services.persons import check_not_in_future
from members.services.stays import end_registration
from members.services.steps import can_run_again, hold_members
from members.services.tree_lock import hold_tree
from members.signals import member_returned
from party76.audit.models import Action
from party76.audit.services import record, record_many
from party76.shared.versions import require_version, save_versioned

State = Registration.State
_CHANGED = (
    "Sau khi ghi từ trần, hồ sơ của đồng chí này đã có thay đổi khác, không hoàn tác được "
    "nữa. Đồng chí báo Ban Tổ chức."
)
_REFORMED = (
    "Sau khi ghi từ trần, đơn vị của đồng chí này đã được sắp xếp lại, không hoàn tác được "
    "nữa. Đồng chí báo Ban Tổ chức."
)


@transaction.atomic
def report_death(
    member: Member, *, on: date, document: str = "", version: int, by: User
) -> Member:
    """End all that runs for a member who died on that day; no side has to wait.

    Raises ValidationError for a day to come or before the receipt, and Conflict.
    """
    check_not_in_future(on, "Ngày từ trần")
    hold_members([member.pk])
    if member.status != Member.Status.ACTIVE:
        raise ValidationError("Đồng chí này không còn trong danh sách đang sinh hoạt.")
    require_version(member, version)
    received = member.registrations.filter(state=State.RECEIVED)
    stay = received.select_related("member__workplace", "ward", "cell").first()
    if stay is None:
        leave([member], reason=EndReason.DIED, on=on, by=by)
        return member
    end_registration(
        stay,
        on=on,
        reason=EndReason.DIED,
        number=document,
        version=stay.version,
        by=by,
    )
    return stay.member


@transaction.atomic
def undo_death(member: Member, *, version: int, by: User) -> Member:
    """Take back a death typed by mistake, by the unit that did, while nothing stands on it.

    The stay goes on as if it had not ended, letters wait again, reports are open again.
    Raises ValidationError for another unit's entry, a record that has changed since, and
    units that were reorganised since.
    """
    hold_tree()
    death = death_of(member)
    if death is None or not can_take_back_death(by, member):
        raise ValidationError(
            "Chỉ đơn vị đã ghi từ trần hoặc Ban Tổ chức cấp trên hoàn tác được."
        )
    if member.workplace.is_closed:
        raise ValidationError(_REFORMED)
    member.status = Member.Status.ACTIVE
    save_versioned(member, fields=["status"], version=version)
    _put_back_stays(death, by=by)
    _put_back_letters(death, by=by)
    _put_back_checks(death, by=by)
    record(
        Action.UPDATE,
        member,
        by=by,
        committee_code=member.workplace.code,
        facts={"status": member.status, "taken_back": Member.Status.DEAD},
    )
    member_returned.send(sender=Member, member=member.pk, on=death.on, by=by)
    return member


def _put_back_stays(death: Death, *, by: User) -> None:
    for stay in _unchanged(Registration, death.ended):
        _check_units(stay)
        last = stay.placements.filter(valid_to=stay.ended_on).order_by("-pk").first()
        if last is not None:
            last.valid_to = None
            last.save(update_fields=["valid_to"])
        stay.state = State.RECEIVED
        stay.ended_on = None
        stay.end_reason = stay.end_number = ""
        stay.identity_at_end = None
        _save_put_back(stay, State.ENDED, by=by)


def _put_back_letters(death: Death, *, by: User) -> None:
    before = {pk: state for pk, _, state in death.letters}
    for letter in _unchanged(Registration, death.letters):
        _check_units(letter)
        was = letter.state
        letter.state = before[letter.pk]
        letter.return_reason = ""
        letter.identity_at_end = None
        _save_put_back(letter, was, by=by)


def _put_back_checks(death: Death, *, by: User) -> None:
    checks = _unchanged(DwellingCheck, death.checks)
    for check in checks:
        check.state = DwellingCheck.State.REPORTED
        check.answer, check.answered_on, check.answered_by = "", None, None
        check.save()
    events = (
        (check, check.registration.ward.code, {"state": check.state})
        for check in checks
    )
    record_many(Action.STEP, events, by=by)


def _unchanged(model, touched: list[list[Any]]) -> list:
    """The rows, as the death left them; raises ValidationError for any that is not."""
    versions = {pk: version for pk, version, *_ in touched}
    rows = list(model.objects.filter(pk__in=versions).select_for_update(of=("self",)))
    if any(row.version != versions[row.pk] for row in rows):
        raise ValidationError(_CHANGED)
    for row in rows:
        row.version += 1
    return rows


def _check_units(stay: Registration) -> None:
    """Nobody is put back where a decision has closed or moved what he belonged to."""
    if not can_run_again(stay):
        raise ValidationError(_REFORMED)


def _save_put_back(stay: Registration, before: str, *, by: User) -> None:
    stay.save()
    facts = {"member": stay.member_id, "from": before, "to": stay.state}
    record_many(Action.STEP, [(stay, stay.place.code, facts)], by=by)
