"""Không còn cư trú, không liên lạc được: reported by the cell, verified by the ward."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from members.models import DwellingCheck, EndReason, Registration, User
from members.services.persons import check_not_in_future
from members.services.stays import end_registration
from members.services.steps import held_state, hold_members
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.versions import save_versioned

State = DwellingCheck.State
_ANSWER = ["state", "answer", "answered_on", "answered_by"]


@transaction.atomic
def report_not_dwelling(
    registration: Registration, *, reason: str, on: date, by: User
) -> DwellingCheck:
    """The cell says that somebody no longer lives here, or cannot be reached.

    Raises ValidationError unless received, for a day to come, and while an earlier
    report waits.
    """
    if held_state(registration) != Registration.State.RECEIVED:
        raise ValidationError("Đồng chí này không còn được theo dõi tại đây.")
    check_not_in_future(on, "Ngày phản ánh")
    if registration.dwelling_checks.open().exists():
        raise ValidationError(
            "Đã có một phản ánh về đồng chí này chờ đảng ủy xác minh."
        )
    check = DwellingCheck.objects.create(
        registration=registration, reason=reason, reported_on=on, reported_by=by
    )
    _record(Action.CREATE, check, by=by)
    return check


@transaction.atomic
def confirm_not_dwelling(
    check: DwellingCheck,
    *,
    on: date,
    answer: str = "",
    number: str = "",
    version: int,
    by: User,
) -> DwellingCheck:
    """The ward has found it so: the stay ends on that day, and the workplace learns.

    Raises ValidationError when it is answered already or the day does not fit, and
    Conflict when somebody else was quicker.
    """
    stay = check.registration
    hold_members([stay.member_id])
    _answer(check, State.CONFIRMED, answer, version=version, by=by)
    end_registration(
        stay,
        on=on,
        reason=EndReason.NOT_DWELLING,
        number=number,
        version=stay.version,
        by=by,
    )
    return check


@transaction.atomic
def dismiss_not_dwelling(
    check: DwellingCheck, *, answer: str, version: int, by: User
) -> DwellingCheck:
    """The ward has found that he lives here still; the cell reads the answer."""
    if not answer.strip():
        raise ValidationError(
            {"answer": "Đồng chí ghi kết quả xác minh cho chi bộ đọc."}
        )
    return _answer(check, State.DISMISSED, answer, version=version, by=by)


def _answer(
    check: DwellingCheck, state: State, answer: str, *, version: int, by: User
) -> DwellingCheck:
    if not check.is_open:
        raise ValidationError("Phản ánh này đã được xác minh.")
    check.state = state
    check.answer = answer
    check.answered_on = timezone.localdate()
    check.answered_by = by
    save_versioned(check, fields=_ANSWER, version=version)
    _record(Action.STEP, check, by=by)
    return check


def _record(action: Action, check: DwellingCheck, *, by: User) -> None:
    stay = check.registration
    record(
        action,
        check,
        by=by,
        committee_code=stay.place.code,
        facts={
            "registration": stay.pk,
            "member": stay.member_id,
            "state": check.state,
        },
    )
