"""A decision from its list: begun, answered, confirmed now or for its day."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from members.imports.reforms.known import OpenUnit
from members.imports.reforms.proposal import Proposal, propose
from members.imports.reforms.successors import Rights
from members.imports.runs import REFORM, specs_of
from members.models import Reorganisation, User
from members.permissions import can_edit_whole_unit, can_reorganise
from members.queries.waiting_reforms import TOUCHED
from members.services.import_runs import draft_run, keep_run
from members.services.reorganisations.run import (
    Say,
    cancel_reorganisation,
    carry_out,
    draft_reorganisation,
    say_nothing,
    schedule_reorganisation,
)
from members.services.tree_lock import hold_tree_alone
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.versions import save_versioned
from party76.spreadsheets import services as spreadsheets
from party76.spreadsheets.queries import recognition_of
from party76.spreadsheets.reading import Workbook

_GRACE = timedelta(days=365)
CHANGED_SINCE = (
    "Từ khi xác nhận, đơn vị hoặc đảng viên trong danh sách đã thay đổi nên chưa tự thực hiện. "
    "Đồng chí đưa về bản xem trước, xem lại rồi xác nhận."
)
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
    return _proposal(reorganisation, _rights_of(by), advance)


def _proposal(
    reorganisation: Reorganisation,
    rights: Rights,
    advance: Callable[[], None] = lambda: None,
) -> Proposal:
    run = reorganisation.run
    if run is None or not run.payload:
        raise ValidationError("Danh sách của quyết định này không còn được lưu.")

    return propose(
        run.table,
        recognition_of(run, specs_of(REFORM)),
        committee=reorganisation.committee,
        on=reorganisation.effective_on,
        choices=run.choices,
        rights=rights,
        advance=advance,
    )


def _rights_of(user: User) -> Rights:
    def may(unit: OpenUnit) -> bool:
        return can_reorganise(user, unit)  # type: ignore[arg-type]

    def may_wholly(unit: OpenUnit) -> bool:
        return can_edit_whole_unit(user, unit)  # type: ignore[arg-type]

    return Rights(may, may_wholly)


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
    # Nobody moves the tree, the answers or the decision between this look and the act.
    hold_tree_alone()
    stored = _stored(reorganisation)
    proposal = proposal_of(stored, by=by)
    _require_clear(proposal, mark)
    if stored.effective_on > today:
        if stored.run is not None:
            # Carried out late, it is still needed.
            spreadsheets.keep_until(stored.run, stored.effective_on + _GRACE)
        stored.counts = {TOUCHED: sorted(proposal.plan.touched())}
        stored.save(update_fields=["counts"])
        return schedule_reorganisation(
            stored, mark=mark, today=today, version=stored.version, by=by
        )
    return _carry_out(stored, proposal, today=today, by=by, say=say)


def _stored(reorganisation: Reorganisation) -> Reorganisation:
    """The decision as it is now, with its list, kept still for this transaction."""
    rows = Reorganisation.objects.select_for_update(of=("self",))
    return rows.select_related("committee", "run", "confirmed_by").get(
        pk=reorganisation.pk
    )


def _require_clear(proposal: Proposal, mark: str) -> None:
    if proposal.stands_in_the_way:
        raise ValidationError(proposal.stands_in_the_way)
    if proposal.plan.is_empty:
        raise ValidationError("Danh sách không có gì để thực hiện.")
    if mark_of(proposal) != mark:
        raise ValidationError(CHANGED_MEANWHILE)


def _carry_out(
    stored: Reorganisation, proposal: Proposal, *, today: date, by: User, say: Say
) -> Reorganisation:
    done = carry_out(stored, proposal.plan, today=today, by=by, say=say)
    if stored.run is not None:
        spreadsheets.confirm_import(
            stored.run, preview=proposal.preview, result=_result(done)
        )
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
    reorganisation: Reorganisation, *, today: date, say: Say = say_nothing
) -> Reorganisation:
    """Carry out a decision that was confirmed ahead, on its day or later, in the name of
    whoever confirmed it, who need not hold his post any more.

    The list is understood anew. Raises ValidationError, and nothing is written, when it
    would do anything else now than what was confirmed.
    """
    try:
        return _carry_out_due(reorganisation, today=today, say=say)
    except IntegrityError as error:
        raise ValidationError(CHANGED_SINCE) from error


@transaction.atomic
def _carry_out_due(
    reorganisation: Reorganisation, *, today: date, say: Say
) -> Reorganisation:
    hold_tree_alone()
    stored = _stored(reorganisation)
    if stored.state != Reorganisation.State.SCHEDULED or stored.confirmed_by is None:
        raise ValidationError("Lần sắp xếp này chưa được xác nhận trước.")
    # The rights were asked when it was confirmed.
    proposal = _proposal(stored, Rights(may=lambda _: True, may_wholly=lambda _: True))
    if proposal.stands_in_the_way:
        raise ValidationError([CHANGED_SINCE, *proposal.stands_in_the_way])
    if mark_of(proposal) != stored.confirmed_mark:
        raise ValidationError(CHANGED_SINCE)
    return _carry_out(stored, proposal, today=today, by=stored.confirmed_by, say=say)


_OF_THE_LIST = ["file_name", "sha256", "payload", "sheet", "mapping", "choices"]


@transaction.atomic
def replace_list(
    reorganisation: Reorganisation,
    workbook: Workbook,
    *,
    choices: dict[str, Any] | None = None,
    version: int,
    by: User,
) -> Reorganisation:
    """Put another list in place of a draft's; what was answered before stays answered.

    version is that of the run, 0 where its list was removed. Raises ValidationError once
    the decision has been confirmed, and Conflict when somebody else was quicker.
    """
    stored = _stored(reorganisation)
    if stored.state != Reorganisation.State.DRAFT:
        raise ValidationError("Quyết định đã xác nhận, không thay danh sách được nữa.")
    run = stored.run
    kept = {} if run is None else {**run.choices, "encoding": ""}
    drafted = draft_run(
        workbook,
        kind=REFORM,
        committee=stored.committee,
        choices={**kept, **(choices or {})},
        by=by,
    )
    if run is None:
        stored.run = keep_run(drafted, by=by)
        stored.save(update_fields=["run"])
        return stored
    for name in _OF_THE_LIST:
        setattr(run, name, getattr(drafted, name))
    save_versioned(run, fields=_OF_THE_LIST, version=version)
    record(
        Action.UPDATE,
        run,
        by=by,
        committee_code=run.committee_code,
        facts={"kind": run.kind, "sha256": run.sha256, "rows": len(drafted.table.rows)},
    )
    return stored
