"""The summary drawn as an office's own table: A4 landscape, one sheet."""

from collections.abc import Iterable

from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from party76.spreadsheets.writer import FONT, safe_sheet_name, set_cell, set_text
from reports.queries.columns import Column, columns_of
from reports.queries.signatures import Papers
from reports.queries.summary import Line, Summary

_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_RIGHT = Alignment(horizontal="right", vertical="center")
# QĐ 66-QĐ/TW: top and bottom 20, left 30, right 15 mm, here in inches.
_MARGINS = {"top": 0.79, "bottom": 0.79, "left": 1.18, "right": 0.59}
_HEADING_ROW = 9  # party heading, title and period stand above
_NAME_WIDTH = 30
_FIRST = 3  # columns A and B hold the number and the unit


class SummarySheet:
    """One sheet of a workbook, filled from a summary from top to bottom."""

    def __init__(self, sheet: Worksheet, found: Summary, papers: Papers):
        self.sheet = sheet
        self.found = found
        self.papers = papers
        self.columns = columns_of(found)
        self.width = _FIRST - 1 + len(self.columns)
        self.last = _HEADING_ROW + 1

    def draw(self, stamp: str) -> None:
        """Fill the sheet; stamp is the sentence that names this export."""
        self._party_heading()
        self._title()
        self._table_heading()
        self._body()
        self._notes(stamp)
        self._signature()
        self._page()

    def _party_heading(self) -> None:
        middle = max(3, self.width // 2)
        names = [
            (self.papers.superior, False),
            (self.papers.issuer, True),
            ("*", False),
        ]
        shown = [(text, bold) for text, bold in names if text]
        for row, (text, bold) in enumerate(shown, 1):
            self._span(row, 1, middle, text, size=13, bold=bold)
        self._span(
            1, middle + 1, self.width, "ĐẢNG CỘNG SẢN VIỆT NAM", size=14, bold=True
        ).font = Font(name=FONT, size=14, bold=True, underline="single")
        self._span(
            3,
            middle + 1,
            self.width,
            f"{self.papers.place}, ngày        tháng        năm 20…",
            size=13,
        ).font = Font(name=FONT, size=13, italic=True)

    def _title(self) -> None:
        found = self.found
        title = "TỔNG HỢP KẾT QUẢ NHẬN XÉT ĐẢNG VIÊN GIỮ MỐI LIÊN HỆ NƠI CƯ TRÚ"
        self._span(5, 1, self.width, title, size=15, bold=True)
        year = found.structure_words or f"Năm {found.year.year}"
        self._span(6, 1, self.width, year, size=14, bold=True)
        lines = 1 + len(year) * 3 // (2 * self._characters)  # larger and bold
        self.sheet.row_dimensions[6].height = 20 * lines
        period = (
            f"Thực hiện {found.year.rule_set.name}; số được tiếp nhận tính tại ngày "
            f"{found.day:%d/%m/%Y}, theo cơ cấu tổ chức của ngày "
            f"{found.structure_day:%d/%m/%Y}"
        )
        self._span(7, 1, self.width, period, size=12)
        self.sheet.row_dimensions[5].height = 22

    def _table_heading(self) -> None:
        self._heading_cell(1, "TT", rows=2)
        self._heading_cell(2, "Đơn vị", rows=2)
        for start, end, group in _runs(self.columns):
            first = _FIRST + start
            if not group:
                self._heading_cell(first, self.columns[start].label, rows=2)
                continue
            self._heading_cell(first, group, columns=end - start)
            for index in range(start, end):
                label = self.columns[index].label
                self._heading_cell(_FIRST + index, label, row=_HEADING_ROW + 1)
        self.sheet.row_dimensions[_HEADING_ROW].height = 50
        self.sheet.row_dimensions[_HEADING_ROW + 1].height = 64

    def _heading_cell(
        self, column: int, text: str, *, row=_HEADING_ROW, rows=1, columns=1
    ) -> None:
        for line in range(row, row + rows):
            for index in range(column, column + columns):
                self.sheet.cell(line, index).border = _BOX
        cell = self._write(row, column, text, bold=True, alignment=_CENTRE)
        if rows > 1 or columns > 1:
            self.sheet.merge_cells(
                start_row=row,
                end_row=row + rows - 1,
                start_column=column,
                end_column=column + columns - 1,
            )
        cell.border = _BOX

    def _body(self) -> None:
        for number, line in enumerate(self.found.lines, 1):
            self._line(line, number=number)
        self._line(self.found.total, bold=True)

    def _line(self, line: Line, *, number: int | None = None, bold=False) -> None:
        self.last += 1
        first = self._write(self.last, 1, number, kind="integer", bold=bold)
        first.alignment = _CENTRE
        self._write(self.last, 2, line.full_name, bold=bold, alignment=_LEFT)
        lines = 1 + len(line.full_name) // _NAME_WIDTH
        self.sheet.row_dimensions[self.last].height = 18 * lines + 2
        for index, column in enumerate(self.columns, _FIRST):
            self._number(index, column, line, bold=bold)
        for index in range(1, self.width + 1):
            self.sheet.cell(self.last, index).border = _BOX

    def _number(self, index: int, column: Column, line: Line, *, bold: bool) -> None:
        value = column.value(line)
        if not column.is_share:
            self._write(self.last, index, value, kind="integer", bold=bold)
        elif value is None:
            self._write(self.last, index, "–", bold=bold)
        else:
            # The rounded share itself, so that the sheet shows what the page shows.
            cell = self._write(self.last, index, value / 100, kind="percent", bold=bold)
            cell.number_format = self._percent_format
        self.sheet.cell(self.last, index).alignment = _RIGHT

    @property
    def _characters(self) -> int:
        """About how many characters of a note fit on one line of the table's width."""
        return int(5 + _NAME_WIDTH + 8.5 * len(self.columns))

    @property
    def _percent_format(self) -> str:
        decimals = self.found.year.rule_set.decimals
        return f"[$-42A]0{'.' if decimals else ''}{'0' * decimals}%"

    def _notes(self, stamp: str) -> None:
        notes = [*self.found.notes, stamp]
        if self.found.has_tiers:
            notes.insert(
                0, f"Tỷ lệ % tính trên {self.found.base}; {self.found.rounding}."
            )
        for row, text in enumerate(notes, self.last + 2):
            cell = self._span(row, 1, self.width, text, size=11)
            cell.alignment = _LEFT
            # A merged cell never grows by itself.
            lines = 1 + len(text) // self._characters
            self.sheet.row_dimensions[row].height = 15 * lines
        self.last += 1 + len(notes)

    def _signature(self) -> None:
        first = max(3, self.width - 5)
        papers, row = self.papers, self.last + 2
        self._span(row, first, self.width, papers.on_behalf, size=13, bold=True)
        self._span(row + 1, first, self.width, papers.title, size=13)
        self._span(row + 6, first, self.width, papers.signer, size=13, bold=True)
        self.last = row + 6

    def _page(self) -> None:
        sheet = self.sheet
        sheet.title = safe_sheet_name(f"Tổng hợp {self.found.year.year}")
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = f"{_HEADING_ROW}:{_HEADING_ROW + 1}"
        sheet.print_area = f"A1:{get_column_letter(self.width)}{self.last}"
        sheet.print_options.horizontalCentered = True
        for side, inches in _MARGINS.items():
            setattr(sheet.page_margins, side, inches)
        sheet.HeaderFooter.differentFirst = True  # page numbers from page 2 on
        sheet.oddHeader.center.text = f'&"{FONT}"&P'
        sheet.freeze_panes = sheet.cell(_HEADING_ROW + 2, _FIRST)
        widths = [5, _NAME_WIDTH, *(8.5 for _ in self.columns)]
        for index, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(index)].width = width

    def _write(self, row, column, value, *, kind="text", bold=False, alignment=None):
        cell = self.sheet.cell(row, column)
        set_cell(cell, value, kind)
        cell.font = Font(name=FONT, size=12, bold=bold)
        if alignment is not None:
            cell.alignment = alignment
        return cell

    def _span(self, row, first, last, text, *, size, bold=False):
        cell = self.sheet.cell(row, first)
        set_text(cell, text)
        cell.font = Font(name=FONT, size=size, bold=bold)
        cell.alignment = _CENTRE
        self.sheet.merge_cells(
            start_row=row, end_row=row, start_column=first, end_column=last
        )
        return cell


def _runs(columns: list[Column]) -> Iterable[tuple[int, int, str]]:
    """(first, after the last, group) of columns that share a heading."""
    start = 0
    for index in range(1, len(columns) + 1):
        group = columns[start].group
        if index < len(columns) and group and columns[index].group == group:
            continue
        yield start, index, group
        start = index
