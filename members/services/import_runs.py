"""The steps of one import: begun, columns, answers, confirmed or cancelled."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from members.imports.committees import CommitteePlan
from members.imports.runs import ListKind, Plan, mark_of, plan_run, specs_of
from members.models import Committee, User
from members.services.committee_batches import write_units
from members.services.imports import write_incoming
from members.services.tree_lock import hold_tree, hold_tree_alone
from party76.audit.models import Action
from party76.audit.services import record
from party76.spreadsheets import services as spreadsheets
from party76.spreadsheets.models import ImportRun
from party76.spreadsheets.queries import recognition_of, remembered_mappings
from party76.spreadsheets.reading import Workbook
from party76.spreadsheets.recognition import (
    recognise,
    recognise_best,
    with_mapping,
)

_CHANGED_MEANWHILE = (
    "Dữ liệu trong hệ thống vừa thay đổi nên kết quả không còn như bản xem trước. Chưa ghi "
    "gì; đồng chí xem lại rồi xác nhận."
)


def draft_run(
    workbook: Workbook,
    *,
    kind: str,
    committee: Committee,
    sheet: str = "",
    choices: Mapping[str, Any] | None = None,
    by: User,
) -> ImportRun:
    """What was read, with its columns as recognised; nothing is kept yet.

    Of several sheets the one that looks most like a list, unless one is named.
    """
    specs = specs_of(kind)
    remembered = remembered_mappings(committee_code=committee.code, kind=kind)
    if sheet:
        table = workbook.table(sheet)
        recognition = recognise(table, specs, remembered=remembered)
    else:
        table, recognition = recognise_best(workbook, specs, remembered=remembered)
    return spreadsheets.draft_import(
        workbook,
        kind=kind,
        committee_code=committee.code,
        sheet=table.name,
        recognition=recognition,
        choices=choices,
        by=by,
    )


@transaction.atomic
def keep_run(run: ImportRun, *, by: User) -> ImportRun:
    """Keep a drafted run in preview, to be looked at and confirmed."""
    spreadsheets.keep_import(run)
    _record(Action.CREATE, run, by=by, rows=len(run.table.rows))
    return run


@transaction.atomic
def turn_to_sheet(
    run: ImportRun, *, sheet: str, encoding: str, version: int, by: User
) -> ImportRun:
    """Take another sheet, or read its letters as those of an old font."""
    table = run.workbook.table(sheet)
    if encoding:
        table = table.converted(encoding)
    remembered = remembered_mappings(committee_code=run.committee_code, kind=run.kind)
    recognition = recognise(table, specs_of(run.kind), remembered=remembered)
    spreadsheets.choose_sheet(
        run,
        sheet=table.name,
        encoding=encoding,
        recognition=recognition,
        version=version,
    )
    _record(Action.UPDATE, run, by=by, sheet=True, encoding=encoding)
    return run


@transaction.atomic
def correct_columns(
    run: ImportRun,
    *,
    mapping: Mapping[int, str],
    first_row: int,
    version: int,
    by: User,
) -> ImportRun:
    """Keep the columns as corrected; first_row is the first row of data, from 0.

    Raises ValidationError naming required columns that are missing, and Conflict.
    """
    recognition = with_mapping(recognition_of(run, specs_of(run.kind)), mapping)
    if first_row != recognition.first_row:
        recognition = replace(
            recognition, first_row=first_row, heading_row=first_row - 1
        )
    spreadsheets.save_columns(run, recognition=recognition, version=version)
    _record(Action.UPDATE, run, by=by, columns=len(mapping))
    return run


@transaction.atomic
def answer_questions(
    run: ImportRun, *, answers: Mapping[str, Any], version: int, by: User
) -> ImportRun:
    """Add answers to the questions of the preview; an empty one takes it back."""
    spreadsheets.save_choices(run, choices=answers, version=version)
    _record(Action.UPDATE, run, by=by, answers=len(answers))
    return run


def confirm_run(
    run: ImportRun, *, committee: Committee, mark: str, today: date, by: User
) -> ImportRun:
    """Plan again and write, all or nothing; mark is that of the preview shown.

    Raises ValidationError, and then nothing is written, when the outcome would not be
    the one that was shown, or the run has left its preview.
    """
    try:
        return _confirm(run, committee=committee, mark=mark, today=today, by=by)
    except IntegrityError as error:
        raise ValidationError(_CHANGED_MEANWHILE) from error


@transaction.atomic
def _confirm(
    run: ImportRun, *, committee: Committee, mark: str, today: date, by: User
) -> ImportRun:
    if run.kind == ListKind.COMMITTEES:
        hold_tree_alone()
    else:
        hold_tree()
    plan = plan_run(run, committee=committee, today=today)
    if mark_of(plan.preview) != mark:
        raise ValidationError(_CHANGED_MEANWHILE)
    result = _write(plan, run, committee, today=today, by=by)
    return spreadsheets.confirm_import(run, preview=plan.preview, result=result)


@transaction.atomic
def cancel_run(run: ImportRun, *, by: User) -> ImportRun:
    """Give an import up; raises ValidationError when it has left its preview."""
    spreadsheets.cancel_import(run)
    _record(Action.STEP, run, by=by, to="cancelled")
    return run


def _write(
    plan: Plan, run: ImportRun, committee: Committee, *, today: date, by: User
) -> dict[str, int]:
    source = {"run": run.pk, "sha256": run.sha256, "kind": run.kind}
    if isinstance(plan, CommitteePlan):
        units = write_units(plan.incoming, committee=committee, source=source, by=by)
        return asdict(units)
    written = write_incoming(
        plan.incoming, committee=committee, today=today, source=source, by=by
    )
    return asdict(written)


def _record(action: Action, run: ImportRun, *, by: User, **facts: Any) -> None:
    record(
        action,
        run,
        by=by,
        committee_code=run.committee_code,
        facts={"kind": run.kind, "sha256": run.sha256, **facts},
    )
