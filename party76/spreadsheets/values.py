"""What a cell says: dates of three precisions, names, codes, marks, numbers.

Each parser takes a cell as it was read and returns a value, None for an empty
cell, or raises BadValue with a sentence that quotes what was written.
"""

import calendar
import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from party76.shared.text import fold, normalize_vi

Precision = Literal["day", "month", "year"]
FIRST_YEAR, LAST_YEAR = 1900, 2100

_SEPARATOR = r"\s*[/.,\-–\s]\s*"
_TIME = r"(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DAY_MONTH_YEAR = re.compile(
    rf"(\d{{1,2}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}'?(\d{{4}}|\d{{2}}){_TIME}"
)
_ISO = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_TIME}")
_MONTH_YEAR = re.compile(rf"(\d{{1,2}}){_SEPARATOR}(\d{{4}})")
_YEAR = re.compile(r"(\d{4})")
_WORDS = re.compile(r"\b(?:ngay|thang|nam|sinh|mung)\b")
# …/…/1975, --/10/1981: what is not known is left open by dots or dashes.
_OPEN_PART = re.compile(r"^(?:[\s.…_?x\-]+/)+")
_CAPITAL_WORD = re.compile(r"[^\W\d_]+")
_DITTO = re.compile(r"""["“”''‘’`″〃,\-–.()/ ]*""")
_DITTO_STARTS = frozenset("""nN"“”'‘’`″〃,-–./( """)
_FORMULA_STARTS = ("=", "@", "＝", "＠", " =")


class BadValue(ValueError):  # noqa: N818 a situation, not a fault
    """The cell cannot be taken; str() is a sentence in Vietnamese."""


@dataclass(frozen=True)
class PartialDate:
    """A date of which the day, or day and month, may be unknown (then 1)."""

    date: dt.date
    precision: Precision

    def __str__(self) -> str:
        pattern = {"day": "%d/%m/%Y", "month": "%m/%Y", "year": "%Y"}[self.precision]
        return self.date.strftime(pattern)


def text(cell) -> str:
    """The cell as one line: NFC, single blanks; 1975.0 is "1975", dates dd/mm/yyyy."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "có" if cell else "không"
    if isinstance(cell, dt.datetime):
        return cell.strftime("%d/%m/%Y %H:%M")
    if isinstance(cell, dt.date):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, float):
        return f"{cell:.10f}".rstrip("0").rstrip(".")
    return normalize_vi(str(cell).replace("\u200b", "").replace("\ufeff", ""))


def name(cell) -> str:
    """A person's name; words typed in capitals or small letters get name case."""
    written = text(cell)
    if not written:
        return ""
    if isinstance(cell, int | float | dt.date) or not any(map(str.isalpha, written)):
        raise BadValue(f"“{written}” không phải là họ tên.")
    if looks_like_formula(written) or written[0] in "+-":
        raise BadValue(
            f"“{_short(written)}” là công thức hoặc ký hiệu, không phải tên."
        )
    if any(map(str.isdigit, written)):
        raise BadValue(f"“{_short(written)}” có chữ số, không phải là họ tên.")
    return " ".join(map(_name_case, written.split()))


def _name_case(word: str) -> str:
    if word.isupper() or word.islower():
        return _CAPITAL_WORD.sub(lambda part: part[0].capitalize(), word)
    return word


def code(cell, *, decimals: int = 0) -> str:
    """Letters and digits of a number kept as text, such as that of a card.

    A cell that Excel turned into a number has lost its last noughts; decimals
    says how many digits stand behind the point.
    """
    if isinstance(cell, float) and decimals:
        return f"{cell:.{decimals}f}"
    return text(cell).lstrip("'").replace(" ", "")


def mark(cell) -> bool | None:
    """x, có, 1 → True; không, 0, - → False; None for an empty cell."""
    written = fold(text(cell)).strip(".! ")
    if text(cell) in ("✓", "✔", "√", "þ", "×"):
        return True
    if not written:
        return False if text(cell) else None
    if written in ("x", "xx", "co", "1", "true", "dung", "da", "roi", "yes", "v"):
        return True
    if written in ("khong", "0", "false", "chua", "no", "o", "-"):
        return False
    raise BadValue(f"“{_short(text(cell))}” không rõ là có hay không.")


def number(cell) -> Decimal | None:
    """22.365 is a whole number and 96,89 a broken one, as in Vietnam."""
    if cell is None or isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return Decimal(str(cell))
    written = text(cell).replace(" ", "")
    if not written:
        return None
    plain = written.rstrip("%")
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d+)?", plain):
        plain = plain.replace(".", "")
    try:
        parsed = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        raise BadValue(f"“{_short(written)}” không phải là số.") from None
    if not parsed.is_finite():
        raise BadValue(f"“{_short(written)}” không phải là số.")
    return parsed


def date(cell, *, today: dt.date) -> PartialDate | None:
    """A date as offices write it; today settles the century of two-digit years."""
    if cell is None or isinstance(cell, bool):
        return None
    if isinstance(cell, dt.date):
        return _real_date(cell)
    if isinstance(cell, int | float):
        return _date_from_number(cell)
    written = text(cell)
    if not written:
        return None
    plain = _WORDS.sub("/", fold(written)).strip(" ./,-:'")
    plain = _OPEN_PART.sub("", re.sub(r"\s*/[\s/:]*", "/", plain))
    return _date_from_text(plain, written, today)


def _real_date(cell: dt.date) -> PartialDate:
    day = cell.date() if isinstance(cell, dt.datetime) else cell
    _check_year(day.year, day.strftime("%d/%m/%Y"))
    return PartialDate(day, "day")


def _date_from_number(cell: float) -> PartialDate:
    if not math.isfinite(cell):
        raise BadValue(f"“{cell}” không phải là ngày tháng.")
    if FIRST_YEAR <= cell <= LAST_YEAR and cell == int(cell):
        return PartialDate(dt.date(int(cell), 1, 1), "year")
    # A date whose cell lost its format: days since 30/12/1899, from 1910 on.
    if 3653 < cell < 73050 and cell == int(cell):
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(cell))
        return PartialDate(day, "day")
    # 10.1981 typed as month and year and taken for a number by Excel.
    month, year = int(cell), round((cell - int(cell)) * 10_000)
    if 1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR:
        return PartialDate(dt.date(year, month, 1), "month")
    raise BadValue(f"“{text(cell)}” không phải là ngày tháng.")


def _date_from_text(plain: str, written: str, today: dt.date) -> PartialDate:
    if found := _ISO.fullmatch(plain):
        return _exact(int(found[3]), int(found[2]), int(found[1]), written)
    if found := _DAY_MONTH_YEAR.fullmatch(plain):
        year = _full_year(found[3], written, today)
        return _exact(int(found[1]), int(found[2]), year, written)
    if found := _MONTH_YEAR.fullmatch(plain):
        return _exact(0, int(found[1]), int(found[2]), written)
    if found := _YEAR.fullmatch(plain):
        return _exact(0, 0, int(found[1]), written)
    raise BadValue(
        f"“{_short(written)}” không phải là ngày tháng; "
        "viết ngày/tháng/năm, tháng/năm hoặc năm."
    )


def _full_year(digits: str, written: str, today: dt.date) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    century = today.year - today.year % 100
    if year > today.year % 100:
        return century - 100 + year
    earlier, later = century - 100 + year, century + year
    raise BadValue(
        f"“{_short(written)}”: năm viết hai chữ số, chưa rõ là {earlier} hay {later}."
    )


def _exact(day: int, month: int, year: int, written: str) -> PartialDate:
    _check_year(year, written)
    if month > 12:
        raise BadValue(
            f"“{_short(written)}”: không có tháng {month} (thứ tự là ngày/tháng/năm)."
        )
    if month == 0:
        return PartialDate(dt.date(year, 1, 1), "year")
    days = calendar.monthrange(year, month)[1]
    if day > days:
        raise BadValue(
            f"“{_short(written)}”: không có ngày này, "
            f"tháng {month} năm {year} chỉ có {days} ngày."
        )
    return PartialDate(dt.date(year, month, day or 1), "day" if day else "month")


def _check_year(year: int, written: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadValue(f"“{_short(written)}”: năm {year} không hợp lý.")


def is_ditto(cell) -> bool:
    """nt, -nt-, " and “như trên”: the same as in the row above."""
    # Asked of every cell, so the first letter decides for nearly all of them.
    if type(cell) is not str or len(cell) > 20 or cell[:1] not in _DITTO_STARTS:
        return False
    return _says_the_same(cell)


@lru_cache(maxsize=1000)
def _says_the_same(cell: str) -> bool:
    written = text(cell)
    inner = _DITTO.sub("", fold(written)) if len(written) > 1 else ""
    if inner in ("nt", "nhutren", "ntren"):
        return True
    marks = written.replace(" ", "").strip("-–")
    return marks in ('"', "”", "“", "″", "〃", "''", "’’", "‘‘", "``", '""', ",,", "//")


def looks_like_formula(written: str) -> bool:
    """A text that a spreadsheet would run: starts with = (also full width) or @."""
    return written.startswith(_FORMULA_STARTS) and len(written.strip()) > 1


def _short(written: str) -> str:
    return written if len(written) <= 60 else written[:59] + "…"
