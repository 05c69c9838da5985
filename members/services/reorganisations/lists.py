"""A decision from its list: begun, answered, confirmed now or for its day."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from members.imports.reforms.known import OpenUnit
from members.imports.reforms.proposal import Proposal, propose
from members.imports.runs import REFORM, specs_of
from members.models import Reorganisation, User
from members.permissions import can_reorganise
from members.services.import_runs import draft_run, keep_run
from members.services.reorganisations.run import (
    Say,
    cancel_reorganisation,
    carry_out,
    draft_reorganisation,
    say_nothing,
    schedule_reorganisation,
)
from party76.spreadsheets import services as spreadsheets
from party76.spreadsheets.queries import recognition_of
from party76.spreadsheets.reading import Workbook

_GRACE = timedelta(days=365)
CHANGED_MEANWHILE = (
    "Dữ liệu trong hệ thống vừa thay đổi nên kết quả không còn như bản xem trước. Chưa ghi "
    "gì; đồng chí xem lại rồi xác nhận."
)


@transaction.atomic
def begin_reorganisation(
    reorganisation: Reorganisation,
    workbook: Workbook,
    *,
    sheet: str = "",
    choices: dict[str, Any] | None = None,
    by: User,
) -> Reorganisation:
    """Keep the unsaved decision with what was read of its list; nothing else is written."""
    run = draft_run(
        workbook,
        kind=REFORM,
        committee=reorganisation.committee,
        sheet=sheet,
        choices=choices,
        by=by,
    )
    reorganisation.run = keep_run(run, by=by)
    return draft_reorganisation(reorganisation, by=by)


def proposal_of(
    reorganisation: Reorganisation,
    *,
    by: User,
    advance: Callable[[], None] = lambda: None,
) -> Proposal:
    """What the decision would do as its list and answers stand now. A constant number
    of queries, however long the list."""
    run = reorganisation.run
    if run is None or not run.payload:
        raise ValidationError("Danh sách của quyết định này không còn được lưu.")

    def may(unit: OpenUnit) -> bool:
        return can_reorganise(by, unit)  # type: ignore[arg-type]

    return propose(
        run.table,
        recognition_of(run, specs_of(REFORM)),
        committee=reorganisation.committee,
        on=reorganisation.effective_on,
        choices=run.choices,
        may=may,
        advance=advance,
    )


def mark_of(proposal: Proposal) -> str:
    """A short mark that two proposals share only when they would do the same."""
    plan = proposal.plan
    said = [
        plan.on,
        plan.new_units,
        sorted(plan.changes.items()),
        sorted(plan.heirs.items()),
        plan.steps,
        sorted(plan.stays.items()),
        sorted(plan.members.items()),
        sorted(plan.posts_to_end),
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def confirm_reorganisation(
    reorganisation: Reorganisation,
    *,
    mark: str,
    today: date,
    by: User,
    say: Say = say_nothing,
) -> Reorganisation:
    """Do what was shown, all or nothing; or, before its day, keep it for that day.

    mark is that of the proposal shown. Raises ValidationError, and then nothing is
    written, when something stands in the way or the proposal would be another now.
    """
    try:
        return _confirm(reorganisation, mark=mark, today=today, by=by, say=say)
    except IntegrityError as error:
        raise ValidationError(CHANGED_MEANWHILE) from error


@transaction.atomic
def _confirm(
    reorganisation: Reorganisation, *, mark: str, today: date, by: User, say: Say
) -> Reorganisation:
    say("Đọc danh sách của quyết định", 1)
    proposal = proposal_of(reorganisation, by=by)
    if proposal.stands_in_the_way:
        raise ValidationError(proposal.stands_in_the_way)
    if mark_of(proposal) != mark:
        raise ValidationError(CHANGED_MEANWHILE)
    if reorganisation.effective_on > today:
        if reorganisation.run is not None:
            # Carried out late, it is still needed.
            spreadsheets.keep_until(
                reorganisation.run, reorganisation.effective_on + _GRACE
            )
        return schedule_reorganisation(
            reorganisation, today=today, version=reorganisation.version, by=by
        )
    done = carry_out(reorganisation, proposal.plan, today=today, by=by, say=say)
    run = reorganisation.run
    if run is not None:
        spreadsheets.confirm_import(run, preview=proposal.preview, result=_result(done))
    return done


def _result(done: Reorganisation) -> dict[str, Any]:
    return {name: n for name, n in done.counts.items() if name != "last_keys"}


@transaction.atomic
def give_up(reorganisation: Reorganisation, *, version: int, by: User) -> None:
    """Cancel a decision before it was carried out, and empty its list."""
    cancel_reorganisation(reorganisation, version=version, by=by)
    if reorganisation.run is not None and reorganisation.run.is_open:
        spreadsheets.cancel_import(reorganisation.run)


def carry_out_due(
    reorganisation: Reorganisation, *, today: date, by: User, say: Say = say_nothing
) -> Reorganisation:
    """Carry out a decision that was confirmed ahead, on its day or later.

    The list is understood anew, because people and units may have changed since.
    """
    proposal = proposal_of(reorganisation, by=by)
    return confirm_reorganisation(
        reorganisation, mark=mark_of(proposal), today=today, by=by, say=say
    )
