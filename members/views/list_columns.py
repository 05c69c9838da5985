"""The page on which the columns of any list are looked at and corrected."""

from django.core.exceptions import ValidationError

from members.forms.imports import ColumnsForm, SheetForm
from members.imports.runs import specs_of
from members.services.import_runs import correct_columns, turn_to_sheet
from party76.spreadsheets.legacy import LABELS as OLD_FONTS
from party76.spreadsheets.models import ImportRun
from party76.spreadsheets.queries import recognition_of, remembered_mappings
from party76.spreadsheets.recognition import columns


def columns_form(request, run: ImportRun) -> ColumnsForm:
    """The columns as recognised, each with its first values."""
    found = recognition_of(run, specs_of(run.kind))
    return ColumnsForm(
        request.POST or None,
        run=run,
        columns=columns(run.table, found),
        specs=found.specs,
        first_row=found.first_row,
        rows=len(run.table.rows),
    )


def keep_columns(request, run: ImportRun, form: ColumnsForm) -> bool:
    """True when they were kept; else the form says what is missing."""
    try:
        correct_columns(
            run,
            mapping=form.mapping(),
            first_row=form.cleaned_data["first_row"] - 1,
            version=form.seen_version,
            by=request.user,
        )
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def columns_context(run: ImportRun, form: ColumnsForm) -> dict:
    """What members/_columns_forms.html reads, without its two addresses."""
    found = recognition_of(run, specs_of(run.kind))
    old_font = run.workbook.table(run.sheet).legacy_encoding()
    return {
        "run": run,
        "form": form,
        "sheet_form": SheetForm(run=run, has_old_font=bool(old_font or run.encoding)),
        "can_turn": len(run.workbook.tables) > 1 or old_font or run.encoding,
        "old_font": OLD_FONTS.get(old_font or "") if not run.encoding else "",
        "missing": found.missing,
        "remembered": found.fingerprint
        in remembered_mappings(committee_code=run.committee_code, kind=run.kind),
        "skipped": run.workbook.skipped,
    }


def turn_sheet(request, run: ImportRun) -> None:
    """Turn to another sheet, or to another reading of the letters."""
    form = SheetForm(request.POST, run=run)
    if form.is_valid():
        turn_to_sheet(
            run,
            sheet=form.cleaned_data["sheet"],
            encoding=form.cleaned_data["encoding"],
            version=form.seen_version,
            by=request.user,
        )
