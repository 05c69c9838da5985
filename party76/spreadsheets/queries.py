"""Reading what is kept of imports."""

from collections.abc import Sequence
from dataclasses import replace

from party76.spreadsheets.models import ColumnMapping, ImportRun
from party76.spreadsheets.recognition import (
    ColumnSpec,
    Recognition,
    recognise,
    with_mapping,
)


def remembered_mappings(*, committee_code: str, kind: str) -> dict:
    """Fingerprint of a heading → {column: key}, as this office corrected them."""
    kept = ColumnMapping.objects.filter(committee_code=committee_code, kind=kind)
    return {
        fingerprint: {int(index): key for index, key in columns.items()}
        for fingerprint, columns in kept.values_list("fingerprint", "columns")
    }


def recognition_of(run: ImportRun, specs: Sequence[ColumnSpec]) -> Recognition:
    """Heading and columns of a run's table, as they were saved with the run."""
    found = recognise(run.table, specs)
    saved = run.mapping.get("columns")
    if saved is None:
        return found
    # A shorter table may have been put in the place of the one this was saved for.
    first_row = min(run.mapping.get("first_row", found.first_row), len(run.table.rows))
    if first_row != found.first_row:
        found = replace(found, first_row=first_row, heading_row=first_row - 1)
    return with_mapping(found, saved)
