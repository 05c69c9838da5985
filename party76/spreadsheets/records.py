"""The rows below a heading: each is a record, or ignored with a reason.

    for record in records(table, recognition, context_words=("chi bộ",)):
        if record.ignored:
            ...
        name = record.name("full_name")
        born = record.date("born", today=today)
        record.problems            # the sentences that the two calls found

Sub-heading rows are carried down as record.context; “nt” is replaced by the value
above it; a cell merged over several rows counts for each of them.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from party76.shared.text import fold, marked_key
from party76.spreadsheets import values
from party76.spreadsheets.reading import Cell, Table
from party76.spreadsheets.recognition import Recognition
from party76.spreadsheets.values import BadValue, PartialDate

BLANK = "dòng trống"
ABOVE = "phần tiêu đề phía trên bảng"
HEADING = "dòng tiêu đề của bảng"
NUMBERS_OF_COLUMNS = "dòng đánh số cột"
SUB_HEADING = "dòng tiêu đề nhóm"
TOTAL = "dòng cộng"
ONLY_NUMBER = "dòng chỉ có số thứ tự"
OUTSIDE = "dòng chỉ có dữ liệu ở các cột không nhận"
BELOW = "phần ghi chú, ký tên dưới bảng"

# With marks where the list has them: “Tống Công Minh” is a person.
_TOTAL = re.compile(
    r"(?:tổng(?: cộng| số| hợp)?|cộng(?: dồn)?|tong(?: cong| so)?|cong)"
    r"(?:\s*[:\d(=].*|\s*)"
)
_TOTAL_OF = re.compile(r"(?:tổng cộng|tổng số|danh sách (?:này )?(?:có|gồm))\b")
_COLUMN_NUMBER = re.compile(r"\(?(?:\d{1,2}|[a-z])\)?")
_ORDINAL = re.compile(r"(?:[ivx]{1,6}|[a-h]|\d{1,3})[.)]?|[*\-+•]")

_T = TypeVar("_T")


@dataclass
class Record:
    """One row; parsing a value adds to problems the sentence that it failed with."""

    number: int  # as Excel numbers it
    values: dict[str, Cell]
    labels: dict[str, str]
    context: str = ""
    ignored: str = ""
    text_of_row: str = ""
    formulas: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def text(self, key: str) -> str:
        return self._parsed(key, values.text) or ""

    def name(self, key: str) -> str:
        if key in self.formulas:
            self.problems.append(
                f"{self.labels[key]}: ô chứa công thức “{self.formulas[key][:60]}”, "
                "không phải chữ; hãy gõ lại thành chữ."
            )
            return ""
        return self._parsed(key, values.name) or ""

    def code(self, key: str, *, decimals: int = 0) -> str:
        return self._parsed(key, lambda it: values.code(it, decimals=decimals)) or ""

    def date(self, key: str, *, today: dt.date) -> PartialDate | None:
        return self._parsed(key, lambda it: values.date(it, today=today))

    def mark(self, key: str) -> bool | None:
        return self._parsed(key, values.mark)

    def decimal(self, key: str) -> Decimal | None:
        return self._parsed(key, values.number)

    def _parsed(self, key: str, parse: Callable[[Cell], _T]) -> _T | None:
        cell = self.values.get(key)
        if cell is None:
            if key in self.formulas:
                self._report(key, "ô chứa công thức mà chưa có kết quả.")
            return None
        try:
            return parse(cell)
        except BadValue as problem:
            self._report(key, str(problem))
            return None

    def _report(self, key: str, sentence: str) -> None:
        self.problems.append(f"{self.labels.get(key, key)}: {sentence}")


def records(
    table: Table, recognition: Recognition, *, context_words: Sequence[str] = ()
) -> Iterator[Record]:
    """Every row of the table in its order, the ignored ones too.

    context_words begin the text of sub-heading rows where their shape alone
    does not tell (“chi bộ”, “khu vực”), diacritics not minded.
    """
    for number in range(1, recognition.first_row + 1):
        row = table.rows[number - 1]
        above = number <= recognition.heading_row
        reason = BLANK if _is_blank(row) else ABOVE if above else HEADING
        yield _ignored(number, row, reason)
    yield from _Reader(table, recognition, context_words).rows()


def _ignored(number: int, row: list[Cell], reason: str, context: str = "") -> Record:
    shown = " ".join(filter(None, map(values.text, row)))
    return Record(
        number=number,
        values={},
        labels={},
        context=context,
        ignored=reason,
        text_of_row=shown,
    )


class _Reader:
    """One pass over the rows below the heading."""

    def __init__(self, table: Table, found: Recognition, context_words: Sequence[str]):
        specs = {spec.key: spec for spec in found.specs}
        self.table, self.found = table, found
        self.labels = {key: spec.label for key, spec in specs.items()}
        self.keys = [
            (column, key, specs[key].kind) for column, key in found.mapping.items()
        ]
        self.counters = {column for column, _, kind in self.keys if kind == "counter"}
        self.columns = {column for column, _, _ in self.keys} - self.counters
        self.names = {column for column, _, kind in self.keys if kind == "name"}
        self.contexts = tuple(fold(word) for word in context_words)
        self.boxes = self._boxes()
        self.last = self._last_sure_row()
        self.above: dict[str, Cell] = {}
        self.context = ""

    def rows(self) -> Iterator[Record]:
        table = self.table
        is_below = False
        for index in range(self.found.first_row, len(table.rows)):
            row = table.rows[index]
            is_below = is_below or self._starts_the_end(index, row)
            reason = BELOW if is_below else self._reason(index, row)
            if _is_blank(row):
                reason = BLANK
            elif is_below and _is_total(row):
                reason = TOTAL
            if reason == SUB_HEADING:
                self.context = self._text_of_group(row)
            if reason:
                yield _ignored(index + 1, row, reason, self.context)
            else:
                yield self._record(index, row)

    def _starts_the_end(self, index: int, row: list[Cell]) -> bool:
        # A gap or a total after the last sure row; names of signers follow it.
        if index <= self.last:
            return False
        has_name = any(_at(row, column) is not None for column in self.names)
        return _is_blank(row) or _is_total(row) or bool(self.names and not has_name)

    def _last_sure_row(self) -> int:
        rows = self.table.rows
        below = range(len(rows) - 1, self.found.first_row - 1, -1)
        return next(
            (index for index in below if self._is_sure(rows[index])),
            self.found.first_row - 1,
        )

    def _is_sure(self, row: list[Cell]) -> bool:
        """Surely one of the list: numbered, or filled in many columns."""
        filled = sum(_at(row, column) is not None for column in self.columns)
        if not filled or _is_total(row):
            return False
        if any(_is_count(_at(row, column)) for column in self.counters):
            return True
        enough = max(4, len(self.columns) // 2) if self.counters else 3
        return filled >= min(enough, len(self.columns))

    def _reason(self, index: int, row: list[Cell]) -> str:
        if _is_blank(row):
            return BLANK
        if index == self.found.first_row and _numbers_columns(row):
            return NUMBERS_OF_COLUMNS
        if self._repeats_heading(row):
            return HEADING
        if _is_total(row):
            return TOTAL
        if self._is_group(index, row):
            return SUB_HEADING
        if any(_at(row, column) is not None for column in self.columns):
            return ""
        others = len(self.counters) < sum(cell is not None for cell in row)
        return OUTSIDE if others else ONLY_NUMBER

    def _repeats_heading(self, row: list[Cell]) -> bool:
        heading = range(max(self.found.heading_row, 0), self.found.first_row)
        filled = [(column, cell) for column, cell in enumerate(row) if cell is not None]
        return len(filled) > 1 and any(
            all(_at(self.table.rows[top], column) == cell for column, cell in filled)
            for top in heading
        )

    def _is_group(self, index: int, row: list[Cell]) -> bool:
        """One text alone, perhaps numbered: I | Chi bộ Khu vực 1."""
        filled = [(column, cell) for column, cell in enumerate(row) if cell is not None]
        if len(filled) > 2:
            return False
        texts = [(column, cell) for column, cell in filled if not _is_ordinal(cell)]
        if len(texts) != 1:
            return False
        column, cell = texts[0]
        if not isinstance(cell, str):
            return False
        if self.contexts and values.text(cell) and _starts(cell, self.contexts):
            return True
        if len(filled) == 1 and (index, column) in self.boxes.wide:
            return True
        if column in self.names or (column in self.columns and len(filled) > 1):
            return any(_is_roman(one) for _, one in filled)
        return column not in self.columns and index < self.last

    def _text_of_group(self, row: list[Cell]) -> str:
        texts = [cell for cell in row if cell is not None and not _is_ordinal(cell)]
        return values.text(texts[0])

    def _record(self, index: int, row: list[Cell]) -> Record:
        record = Record(index + 1, {}, self.labels, self.context)
        formulas, tall, found = self.table.formulas, self.boxes.tall, record.values
        for column, key, _ in self.keys:
            cell = _at(row, column)
            if cell is None and tall:
                cell = tall.get((index, column))
            if (index, column) in formulas:
                record.formulas[key] = formulas[index, column]
            elif type(cell) is str and values.looks_like_formula(cell):
                record.formulas[key] = cell
            if cell is not None:
                found[key] = _joined(found[key], cell) if key in found else cell
        self._resolve_dittos(record)
        return record

    def _resolve_dittos(self, record: Record) -> None:
        for _, key, kind in self.keys:
            cell = record.values.get(key)
            if cell is None:
                continue
            if not values.is_ditto(cell):
                continue
            if kind in ("name", "code", "counter") or key not in self.above:
                del record.values[key]
                record.problems.append(
                    f"{self.labels[key]}: ghi “{values.text(cell)}” (như trên) nhưng "
                    "không lấy theo dòng trên được; hãy ghi rõ."
                )
            else:
                record.values[key] = self.above[key]
        self.above = record.values

    def _boxes(self) -> "_Boxes":
        boxes = _Boxes()
        half = max(2, len(self.keys) // 2)
        for top, left, bottom, right in self.table.merged:
            if bottom < self.found.first_row:
                continue
            if top == bottom and right - left + 1 >= half:
                boxes.wide.add((top, left))
            if left == right and bottom > top and top >= self.found.first_row:
                cell = _at(self.table.rows[top], left)
                last = min(bottom, len(self.table.rows) - 1)
                boxes.tall |= {(row, left): cell for row in range(top + 1, last + 1)}
        return boxes


@dataclass
class _Boxes:
    """Merged cells below the heading: over columns, and over rows."""

    wide: set[tuple[int, int]] = field(default_factory=set)
    tall: dict[tuple[int, int], Cell] = field(default_factory=dict)


def _joined(first: Cell, second: Cell) -> str:
    return f"{values.text(first)} {values.text(second)}"


def _is_blank(row: list[Cell]) -> bool:
    return all(cell is None or (type(cell) is str and not cell.strip()) for cell in row)


def _is_total(row: list[Cell]) -> bool:
    if len(row) - row.count(None) > len(row) // 2 + 1:
        return False
    first = next((cell for cell in row if isinstance(cell, str) and cell.strip()), None)
    if first is None:
        return False
    plain = marked_key(first)
    return bool(_TOTAL.fullmatch(plain) or _TOTAL_OF.match(plain))


def _numbers_columns(row: list[Cell]) -> bool:
    filled = [fold(values.text(cell)) for cell in row if cell is not None]
    short = [cell for cell in filled if _COLUMN_NUMBER.fullmatch(cell)]
    return len(filled) > 2 and short == filled


def _is_count(cell: Cell) -> bool:
    if isinstance(cell, str):
        return cell.strip(" .)").isdigit()
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _is_ordinal(cell: Cell) -> bool:
    return _is_count(cell) or bool(_ORDINAL.fullmatch(fold(values.text(cell))))


def _is_roman(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(
        re.fullmatch(r"[IVXA-H]{1,5}[.)]?", cell.strip())
    )


def _starts(cell: str, words: tuple[str, ...]) -> bool:
    plain = fold(cell).lstrip("0123456789ivx.)-*+ ")
    return fold(cell).startswith(words) or plain.startswith(words)


def _at(row: list[Cell], column: int) -> Cell:
    return row[column] if column < len(row) else None
