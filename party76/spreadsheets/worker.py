"""Reads one workbook from standard input and writes its cells as JSON.

Started by reading.py as a process of its own with limits on time and memory,
so that a hostile file harms nothing but this process. Imports no Django.
"""

import datetime as dt
import io
import json
import math
import re
import resource
import sys

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from party76.spreadsheets import archive, errors
from party76.spreadsheets.errors import UnreadableFile

CPU_SECONDS = 10
MEMORY_BYTES = 768 * 1024 * 1024
MAX_OUTPUT = 64 * 1024 * 1024
MAX_SHEETS = 30
# Marks a date among texts; no text keeps a control character (see _text).
DATE_MARK = "\x01"

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|_x00[01][0-9A-Fa-f]_")


def main() -> None:
    limit_process()
    try:
        answer = read(sys.stdin.buffer.read())
    except UnreadableFile as refusal:
        answer = json.dumps({"refused": str(refusal)})
    except MemoryError:
        answer = json.dumps({"refused": errors.TOO_HARD})
    except CalamineError:
        answer = json.dumps({"refused": errors.BROKEN})
    sys.stdout.write(answer)


def limit_process() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def read(data: bytes) -> str:
    """The sheets of an .xlsx or .xls as JSON; raises UnreadableFile."""
    is_zip = data.startswith(b"PK")
    scans = archive.scan_workbook(data) if is_zip else []
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError as refusal:
        raise UnreadableFile(errors.LOCKED) from refusal
    sheets: list[dict] = []
    skipped: list[list[str]] = []
    for index, metadata in enumerate(workbook.sheets_metadata):
        if (
            metadata.typ is not SheetTypeEnum.WorkSheet
            or metadata.visible is not SheetVisibleEnum.Visible
        ):
            continue
        if len(sheets) == MAX_SHEETS:
            skipped.append([metadata.name, errors.TOO_MANY_SHEETS])
            continue
        scan = scans[index] if index < len(scans) else archive.SheetScan()
        if not scan.problem:
            sheet = workbook.get_sheet_by_index(index)
            scan.problem = _problem_of_size(sheet)
        if scan.problem:
            skipped.append([metadata.name, scan.problem])
        else:
            sheets.append(_sheet(sheet, scan))
    answer = json.dumps({"sheets": sheets, "skipped": skipped})
    if len(answer) > MAX_OUTPUT:
        raise UnreadableFile(errors.TOO_HARD)
    return answer


def _problem_of_size(sheet: CalamineSheet) -> str:
    height, width = sheet.total_height, sheet.total_width
    if height > archive.MAX_ROWS:
        return errors.TOO_MANY_ROWS.format(rows="100.000")
    if width > archive.MAX_COLUMNS:
        return errors.TOO_MANY_COLUMNS.format(columns=archive.MAX_COLUMNS)
    if height * width > archive.MAX_CELLS:
        return errors.TOO_MANY_CELLS.format(cells="2.000.000")
    return ""


def _sheet(sheet: CalamineSheet, scan: archive.SheetScan) -> dict:
    rows = [
        [_value(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)
    ]
    merged = [
        [top, left, bottom, right]
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
        if top < len(rows)
    ]
    return {
        "name": _text(sheet.name),
        "rows": rows,
        "merged": merged,
        "formulas": scan.formulas,
    }


def _value(cell):
    if cell == "":
        return None
    kind = type(cell)
    if kind is str:
        return cell if cell.isprintable() and "_x0" not in cell else _text(cell)
    if kind is float:
        if not math.isfinite(cell):
            return str(cell)
        return int(cell) if cell.is_integer() else cell
    if kind in (int, bool):
        return cell
    if kind is dt.datetime and cell.time() == dt.time():
        cell = cell.date()
    if isinstance(cell, dt.date):
        return DATE_MARK + cell.isoformat()
    return str(cell)


def _text(text: str) -> str:
    return _CONTROL.sub("", text)


if __name__ == "__main__":
    main()
