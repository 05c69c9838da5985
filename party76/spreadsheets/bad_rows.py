"""The rows that did not go in, as an Excel file to correct and upload again."""

import datetime as dt
import io

import xlsxwriter

from party76.spreadsheets import values, writer
from party76.spreadsheets.models import ImportRun
from party76.spreadsheets.reading import Cell, Table

REASON, SOURCE = "Lý do chưa nhập", "Dòng trong tệp gốc"


def bad_rows_workbook(run: ImportRun, *, title: str = "Dòng chưa nhập") -> bytes:
    """The bad rows under their own heading, with the reason and their old number.

    Sub-headings are repeated and “nt” is written out, so the file can go in again. Rows
    with a reason are coloured, for lists that hold good ones as well.
    """
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, writer.OPTIONS) as book:
        _Sheet(book, run, title).fill()
    return output.getvalue()


class _Sheet:
    def __init__(self, book: xlsxwriter.Workbook, run: ImportRun, title: str):
        self.table, self.run = run.table, run
        width = self.table.width
        kept = list(run.mapping.get("headings", []))
        self.headings = (kept + [""] * width)[:width]
        self.sheet = book.add_worksheet(title)
        self.head = book.add_format(writer.HEADING_STYLE)
        self.group = book.add_format({"bold": True, "quote_prefix": True})
        self.text = book.add_format({"quote_prefix": True, "num_format": "@"})
        self.reason = book.add_format(
            {"text_wrap": True, "font_color": "#9C0006", "bg_color": "#FFE5E5"}
        )
        self.date = book.add_format({"num_format": writer.NUMBER_FORMATS["date"]})

    def fill(self) -> None:
        self._write_headings()
        line, context = 1, ""
        for bad in self.run.bad_rows:
            if bad["context"] != context:
                context = bad["context"]
                self._write_group(line, context)
                line += 1
            self._write_bad(line, bad)
            line += 1

    def _write_headings(self) -> None:
        width = len(self.headings)
        for column, text in enumerate([*self.headings, REASON, SOURCE]):
            self.sheet.write_string(0, column, writer.clean_text(text), self.head)
        self.sheet.set_column(0, width - 1, 18)
        self.sheet.set_column(width, width, 60)
        self.sheet.set_row(0, 34)
        self.sheet.freeze_panes(1, 0)
        for first, last in _equal_neighbours(self.headings):
            text = writer.clean_text(self.headings[first])
            self.sheet.merge_range(0, first, 0, last, text, self.head)

    def _write_group(self, line: int, context: str) -> None:
        text = writer.clean_text(context)
        if len(self.headings) > 1:
            last = len(self.headings) - 1
            self.sheet.merge_range(line, 0, line, last, text, self.group)
        else:
            self.sheet.write_string(line, 0, text, self.group)

    def _write_bad(self, line: int, bad: dict) -> None:
        index, width = bad["number"] - 1, len(self.headings)
        for column in range(width):
            self._write_cell(line, column, cell_as_meant(self.table, index, column))
        reasons = writer.clean_text("\n".join(bad["messages"]))
        self.sheet.write_string(line, width, reasons, self.reason)
        self.sheet.write_number(line, width + 1, bad["number"])

    def _write_cell(self, line: int, column: int, cell: Cell) -> None:
        if cell is None:
            return
        if writer.is_excel_day(cell):
            serial = writer.excel_day(cell)
            self.sheet.write_number(line, column, serial, self.date)
        elif isinstance(cell, int | float) and not isinstance(cell, bool):
            self.sheet.write_number(line, column, cell)
        else:
            text = values.text(cell) if isinstance(cell, dt.date) else str(cell)
            self.sheet.write_string(line, column, writer.clean_text(text), self.text)


def cell_as_meant(table: Table, index: int, column: int) -> Cell:
    """The cell, a formula as its text, “the same as above” as what stands above."""
    if (index, column) in table.formulas:
        return table.formulas[index, column]
    while index >= 0:
        row = table.rows[index]
        cell = row[column] if column < len(row) else None
        if not values.is_ditto(cell):
            return cell
        index -= 1
    return None


def _equal_neighbours(headings: list[str]) -> list[tuple[int, int]]:
    """Runs of columns that stood under one heading, as (first, last)."""
    runs: list[tuple[int, int]] = []
    first = 0
    for column in range(1, len(headings) + 1):
        if column == len(headings) or headings[column] != headings[first]:
            if column - first > 1 and headings[first]:
                runs.append((first, column - 1))
            first = column
    return runs
