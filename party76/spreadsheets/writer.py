"""The one way a cell is written, with XlsxWriter and with openpyxl.

Text never becomes a formula, a link or a broken file; numbers and dates stay
real ones that are shown as in Vietnam: 22.365, 96,89, 05/11/2026.

    content = write_list(
        [ListColumn("Họ và tên", width=28), ListColumn("Ngày sinh", kind="date")],
        queryset.values_list("name", "born").iterator(),
        title="DANH SÁCH ĐẢNG VIÊN",
    )
    return xlsx_response(content, "Danh sách.xlsx")
"""

import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, TypeGuard
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse
from openpyxl.cell import Cell
from openpyxl.styles import numbers
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from party76.shared.text import fold, normalize_vi

Kind = Literal["text", "code", "integer", "decimal", "percent", "date"]

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FONT = "Times New Roman"
MAX_TEXT = 32_767
_SURELY_SHORT = MAX_TEXT // 2  # Excel counts UTF-16 units
# 42A is Vietnamese; the escaped slash stays a slash whatever the computer's region.
NUMBER_FORMATS: dict[Kind, str] = {
    "text": numbers.FORMAT_GENERAL,
    "code": numbers.FORMAT_TEXT,
    "integer": "[$-42A]#,##0",
    "decimal": "[$-42A]#,##0.00",
    "percent": "[$-42A]0.00%",
    "date": r"[$-42A]dd\/mm\/yyyy",
}

OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": FONT, "font_size": 12},
}
HEADING_STYLE = {
    "bold": True,
    "border": 1,
    "align": "center",
    "valign": "vcenter",
    "text_wrap": True,
    "bg_color": "#F2F2F2",
}
# A page that is bound: ruled, long words on several lines.
BOOK_STYLE = {"border": 1, "text_wrap": True, "valign": "top", "font_size": 11}

_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_A_FILENAME = re.compile(
    r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]'
)
_NAME_LENGTH = 120
_DAY_ZERO = dt.date(1899, 12, 30).toordinal()
_FIRST_EXCEL_DAY = dt.date(1900, 3, 1)

_Write = Callable[[int, object], None]


@dataclass(frozen=True)
class ListColumn:
    """A column of a list; width is in characters.

    A code, such as a card or phone number, stays text when its cell is edited.
    """

    label: str
    kind: Kind = "text"
    width: float = 16


def clean_text(value: object) -> str:
    """The text as a cell may hold it: legal in XML, at most 32,767 characters."""
    text = value if isinstance(value, str) else str(value)
    if not text.isprintable():
        text = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if text.startswith("<r>"):
        # XlsxWriter takes what begins and ends so for markup of its own.
        text = " " + text
    return text if len(text) < _SURELY_SHORT else _capped(text)


def _capped(text: str) -> str:
    units = text.encode("utf-16-le")[: MAX_TEXT * 2]
    return units.decode("utf-16-le", "ignore")


def starts_like_formula(text: str) -> bool:
    """True for a text that a spreadsheet may run when its cell is edited."""
    return text[:1] in _FORMULA_STARTS


def set_text(cell: Cell, value: object) -> None:
    """Write text into a cell of openpyxl, whatever it looks like."""
    text = clean_text("" if value is None else value)
    cell.value = text or None
    if text:
        cell.data_type = "s"
        cell.quotePrefix = starts_like_formula(text)


def set_cell(cell: Cell, value: object, kind: Kind = "text") -> None:
    """Write a value into a cell of openpyxl as a real number, date or text."""
    if value is None or value == "":
        cell.value = None
    elif kind in ("text", "code") or isinstance(value, str | bool):
        set_text(cell, value)
        if kind == "code":
            cell.number_format = NUMBER_FORMATS[kind]
    elif kind == "date" and not is_excel_day(value):
        set_text(cell, _day_as_text(value))
    else:
        cell.value = value
        cell.number_format = NUMBER_FORMATS[kind]


def write_list(
    columns: Sequence[ListColumn],
    rows: Iterable[Sequence[object]],
    *,
    title: str,
    above: Sequence[str] = (),
    below: Sequence[str] = (),
    sheet_name: str = "Danh sách",
    cover: Sequence[str] = (),
    output: str | Path | BinaryIO | None = None,
) -> bytes:
    """A list as an .xlsx of A4 landscape pages; rows may be an endless iterator.

    above stands over the title (the party heading, filters, “as of”), below
    under the last row. Rows are as long as columns and are held one at a time.
    With a cover it is a book to be bound: these lines on a page of their own, every
    cell ruled and wrapped, room at the left. Returns the bytes, or b"" when an output
    was given.
    """
    content = io.BytesIO()
    target = content if output is None else output
    with xlsxwriter.Workbook(
        str(target) if isinstance(target, Path) else target,
        {**OPTIONS, "constant_memory": True},
    ) as workbook:
        if cover:
            _write_cover(workbook, cover)
        _fill(
            workbook, columns, rows, title, above, below, sheet_name, book=bool(cover)
        )
    return content.getvalue()


def _write_cover(workbook, lines: Sequence[str]) -> None:
    """The title page; the first line below an empty one is the title itself."""
    sheet = workbook.add_worksheet("Bìa")
    looks = {"align": "center", "valign": "vcenter", "text_wrap": True, "font_size": 14}
    plain = workbook.add_format({**looks, "quote_prefix": True})
    bold = workbook.add_format({**looks, "bold": True, "font_size": 20})
    sheet.set_column(0, 0, 120)
    title = lines.index("") + 1 if "" in lines else 0
    for number, text in enumerate(lines):
        sheet.set_row(number, 80 if number == title else 26)
        sheet.write_string(
            number, 0, clean_text(text), bold if number == title else plain
        )
    _set_paper(sheet)
    sheet.fit_to_pages(1, 1)
    sheet.center_vertically()


def _fill(
    workbook, columns, rows, title, above, below, sheet_name, *, book: bool
) -> None:
    sheet = workbook.add_worksheet(safe_sheet_name(sheet_name))
    bold = workbook.add_format({"bold": True, "font_size": 14})
    plain = workbook.add_format({"quote_prefix": True})
    line = 0
    for text in above:
        sheet.write_string(line, 0, clean_text(text), plain)
        line += 1
    sheet.write_string(line, 0, clean_text(title), bold)
    heading = line + 2
    _write_heading(workbook, sheet, columns, heading)
    writers = _writers(workbook, sheet, columns, BOOK_STYLE if book else {})
    last = _write_rows(sheet, writers, rows, heading + 1, book=book)
    for number, text in enumerate(below, last + 2):
        sheet.write_string(number, 0, clean_text(text), plain)
    _set_page(sheet, heading, max(last, heading + 1), len(columns))
    if book:
        sheet.set_margins(left=0.9, right=0.5, top=0.6, bottom=0.7)


def _write_heading(workbook, sheet: Worksheet, columns, heading: int) -> None:
    style = workbook.add_format(HEADING_STYLE)
    as_text = workbook.add_format({"num_format": NUMBER_FORMATS["code"]})
    sheet.set_row(heading, 34)
    for index, column in enumerate(columns):
        kept = as_text if column.kind == "code" else None
        sheet.set_column(index, index, column.width, kept)
        sheet.write_string(heading, index, clean_text(column.label), style)


def _set_page(sheet: Worksheet, heading: int, last: int, width: int) -> None:
    sheet.freeze_panes(heading + 1, 0)
    sheet.autofilter(heading, 0, last, width - 1)
    sheet.repeat_rows(heading)
    _set_paper(sheet)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.hide_gridlines(0)  # shown on paper too
    sheet.set_footer('&C&"Times New Roman"Trang &P/&N')


def _set_paper(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4


def _write_rows(
    sheet: Worksheet,
    writers: list[_Write],
    rows: Iterable[Sequence[object]],
    line: int,
    *,
    book: bool,
) -> int:
    """Write the rows from this line on; returns the last line written."""
    for line, row in enumerate(rows, line):  # noqa: B020 counts on from where it began
        for write, value in zip(writers, row, strict=True):
            # In a book the rules go through empty cells too.
            if book or (value is not None and value != ""):
                write(line, "" if value is None else value)
    return line


def _writers(workbook, sheet: Worksheet, columns, looks) -> list[_Write]:
    quoted = workbook.add_format({**looks, "quote_prefix": True})
    plain = workbook.add_format(looks) if looks else None
    writers: list[_Write] = []
    for index, column in enumerate(columns):
        write_text = _text_writer(sheet, index, quoted, plain)
        if column.kind in ("text", "code"):
            writers.append(write_text)
            continue
        shown_as = {"num_format": NUMBER_FORMATS[column.kind]}
        style = workbook.add_format({**looks, **shown_as})
        make = _date_writer if column.kind == "date" else _number_writer
        writers.append(make(sheet, index, style, write_text))
    return writers


def _text_writer(
    sheet: Worksheet, column: int, quoted: Format, plain: Format | None
) -> _Write:
    write_string, odd_starts = sheet.write_string, _FORMULA_STARTS | {"<"}

    def write(line: int, value) -> None:
        # Nearly every text is plain; only the others pay for the cleaning.
        if (
            type(value) is str
            and value[:1] not in odd_starts
            and value.isprintable()
            and len(value) < _SURELY_SHORT
        ):
            write_string(line, column, value, plain)
        elif text := clean_text(value):
            style = quoted if starts_like_formula(text) else plain
            write_string(line, column, text, style)

    return write


def _number_writer(
    sheet: Worksheet, column: int, style: Format, write_text: _Write
) -> _Write:
    write_number = sheet.write_number

    def write(line: int, value) -> None:
        if isinstance(value, str | bool):
            write_text(line, value)
        else:
            write_number(line, column, value, style)

    return write


def _date_writer(
    sheet: Worksheet, column: int, style: Format, write_text: _Write
) -> _Write:
    write_number = sheet.write_number

    def write(line: int, value) -> None:
        if not is_excel_day(value):
            write_text(line, _day_as_text(value))
        else:
            write_number(line, column, value.toordinal() - _DAY_ZERO, style)

    return write


def is_excel_day(value: object) -> TypeGuard[dt.date]:
    """True for a date that Excel can count; those before March 1900 stay text."""
    if isinstance(value, dt.datetime):
        value = value.date()
    return isinstance(value, dt.date) and value >= _FIRST_EXCEL_DAY


def excel_day(value: dt.date) -> int:
    """The number that write_datetime would compute by way of a duration."""
    return value.toordinal() - _DAY_ZERO


def _day_as_text(value: object) -> str:
    return value.strftime("%d/%m/%Y") if isinstance(value, dt.date) else str(value)


def safe_sheet_name(name: str) -> str:
    """At most 31 characters and none that Excel forbids."""
    kept = re.sub(r"[\[\]:*?/\\]", " ", clean_text(name))
    return normalize_vi(kept).strip("'")[:31] or "Danh sách"


def safe_filename(name: str) -> str:
    """A file name with Vietnamese letters and nothing that a system forbids."""
    kept = normalize_vi(_NOT_IN_A_FILENAME.sub(" ", name)).strip(". ")
    stem, dot, ending = kept.rpartition(".") if "." in kept else (kept, "", "")
    return f"{stem[:_NAME_LENGTH].rstrip() or 'Danh sách'}{dot}{ending[:10]}"


def xlsx_response(content: bytes, filename: str) -> HttpResponse:
    """A download that browsers save under its Vietnamese name (RFC 5987)."""
    name = safe_filename(filename)
    ascii_name = re.sub(r"[^A-Za-z0-9._-]+", "-", fold(name)).strip("-") or "tep.xlsx"
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = (
        f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
