"""Writing what is kept of imports. Callers record the audit events and own the data."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from party76.shared.versions import save_versioned
from party76.spreadsheets.models import ColumnMapping, ImportRun, ImportState
from party76.spreadsheets.preview import Preview
from party76.spreadsheets.reading import Workbook
from party76.spreadsheets.recognition import Recognition


def draft_import(
    workbook: Workbook,
    *,
    kind: str,
    committee_code: str,
    sheet: str,
    recognition: Recognition,
    choices: Mapping | None = None,
    by,
) -> ImportRun:
    """A run in preview that is not kept: for a dry run, or for start_import."""
    run = ImportRun(
        kind=kind,
        committee_code=committee_code,
        created_by_key=str(by.pk),
        created_by_name=by.get_username(),
        file_name=workbook.file_name,
        sha256=workbook.sha256,
        payload=workbook.dump(),
        sheet=sheet,
        mapping=_stored(recognition),
        choices=dict(choices or {}),
    )
    run.workbook = workbook
    return run


@transaction.atomic
def start_import(
    workbook: Workbook,
    *,
    kind: str,
    committee_code: str,
    sheet: str,
    recognition: Recognition,
    choices: Mapping | None = None,
    by,
) -> ImportRun:
    """Keep what was read as a run in preview; nothing else is written."""
    run = draft_import(
        workbook,
        kind=kind,
        committee_code=committee_code,
        sheet=sheet,
        recognition=recognition,
        choices=choices,
        by=by,
    )
    return keep_import(run)


def keep_import(run: ImportRun) -> ImportRun:
    """Store a drafted run."""
    run.save(force_insert=True)
    return run


@transaction.atomic
def choose_sheet(
    run: ImportRun,
    *,
    sheet: str,
    encoding: str | None,
    recognition: Recognition,
    version: int,
) -> ImportRun:
    """Turn to another sheet or reading of the letters, with its own columns."""
    _require_open(run)
    run.sheet = sheet
    run.choices = {**run.choices, "encoding": encoding or ""}
    run.mapping = _stored(recognition)
    save_versioned(run, fields=["sheet", "choices", "mapping"], version=version)
    return run


@transaction.atomic
def save_columns(
    run: ImportRun, *, recognition: Recognition, version: int
) -> ImportRun:
    """Keep corrected columns with the run, and remember them for this heading.

    Raises ValidationError naming the required columns that are missing.
    """
    _require_open(run)
    if missing := recognition.missing:
        labels = ", ".join(f"“{spec.label}”" for spec in missing)
        raise ValidationError(f"Chưa chọn cột cho {labels}.")
    run.mapping = _stored(recognition)
    save_versioned(run, fields=["mapping"], version=version)
    if recognition.fingerprint:
        ColumnMapping.objects.update_or_create(
            committee_code=run.committee_code,
            kind=run.kind,
            fingerprint=recognition.fingerprint,
            defaults={"columns": run.mapping["columns"]},
        )
    return run


@transaction.atomic
def save_choices(run: ImportRun, *, choices: Mapping, version: int) -> ImportRun:
    """Add the user's answers to the questions that the preview asked."""
    _require_open(run)
    run.choices = {**run.choices, **choices}
    save_versioned(run, fields=["choices"], version=version)
    return run


@transaction.atomic
def confirm_import(run: ImportRun, *, preview: Preview, result: Mapping) -> ImportRun:
    """Close the run with what became of each row.

    Called in the transaction that writes the rows, so that both happen or none.
    Raises ValidationError when the run has left its preview meanwhile.
    """
    run.counts = preview.counts
    run.result = dict(result)
    run.bad_rows = [row.as_bad_row() for row in preview.rows if row.is_bad]
    return _finish(run, ImportState.CONFIRMED)


@transaction.atomic
def cancel_import(run: ImportRun) -> ImportRun:
    """Give the run up; its table is emptied at once."""
    run.payload = b""
    return _finish(run, ImportState.CANCELLED)


@transaction.atomic
def keep_until(run: ImportRun, day: date | None) -> ImportRun:
    """Let no purge take the run before that day is over; None takes it back."""
    run.kept_until = day
    run.save(update_fields=["kept_until"])
    return run


def purge_imports(*, before: datetime) -> int:
    """Remove the runs begun before that moment that nobody waits for; returns how
    many."""
    awaited = Q(kept_until__gte=timezone.localdate())
    runs = ImportRun.objects.filter(created_at__lt=before).exclude(awaited)
    _, per_model = runs.delete()
    return per_model.get(ImportRun._meta.label, 0)


def _finish(run: ImportRun, state: ImportState) -> ImportRun:
    run.state, run.finished_at = state, timezone.now()
    written = ("state", "finished_at", "counts", "result", "bad_rows", "payload")
    # One statement decides which of two clicks confirms.
    rows = ImportRun.objects.filter(pk=run.pk, state=ImportState.PREVIEW)
    values = {name: getattr(run, name) for name in written}
    if not rows.update(**values, version=F("version") + 1):
        raise ValidationError(
            "Lần nhập này đã được xác nhận hoặc đã hủy, không làm lại được."
        )
    run.version += 1
    return run


def _require_open(run: ImportRun) -> None:
    if not run.is_open:
        raise ValidationError("Lần nhập này đã kết thúc, không sửa được nữa.")


def _stored(recognition: Recognition) -> dict:
    labels = {spec.key: spec.label for spec in recognition.specs}
    headings = dict(enumerate(recognition.headings))
    for index, key in recognition.mapping.items():
        headings[index] = headings.get(index) or labels[key]
    width = max(headings, default=-1) + 1
    return {
        "columns": {str(index): key for index, key in recognition.mapping.items()},
        "first_row": recognition.first_row,
        "headings": [headings.get(index, "") for index in range(width)],
    }
