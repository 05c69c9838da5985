"""An uploaded file or pasted text becomes tables; nothing else of it is kept.

    workbook = read_upload(request.FILES["file"])   # or read_pasted(text)
    workbook.tables[0].rows[6][1]                   # "Họ và tên"

Every failure is one UnreadableFile whose text an office can act on. Excel files
are parsed in a process of their own with limits on time and memory (worker.py).
Cells are str, int, float, bool, date, datetime or None.
"""

import csv
import datetime as dt
import hashlib
import io
import json
import os
import subprocess
import sys
import unicodedata
import zlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from party76.shared.text import normalize_vi
from party76.spreadsheets import archive, errors, legacy
from party76.spreadsheets.errors import UnreadableFile

MAX_BYTES = 20 * 1024 * 1024
WALL_SECONDS = 30
DATE_MARK = "\x01"  # as in worker.py

Cell = str | int | float | bool | dt.date | dt.datetime | None

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = [
    (b"%PDF", errors.PDF),
    (b"\x89PNG", errors.PICTURE),
    (b"\xff\xd8\xff", errors.PICTURE),
    (b"GIF8", errors.PICTURE),
    (b"II*\x00", errors.PICTURE),
    (b"MM\x00*", errors.PICTURE),
    (b"{\\rtf", errors.WORD),
    (b"Rar!", errors.COMPRESSED),
    (b"7z\xbc\xaf", errors.COMPRESSED),
    (b"\x1f\x8b", errors.COMPRESSED),
]
# Two letters may begin a text as well.
_BINARY_KINDS = [(b"BM", errors.PICTURE), (b"MZ", errors.NOT_A_WORKBOOK)]
_OLE_KINDS = [
    ("EncryptedPackage", errors.LOCKED),
    ("WordDocument", errors.WORD),
    ("PowerPoint Document", errors.SLIDES),
]


@dataclass(frozen=True)
class Table:
    """One sheet: rows[i] is the row that Excel numbers i + 1."""

    name: str
    rows: list[list[Cell]]
    # (top, left, bottom, right), counted from 0, both ends included
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    # (row, column) → the formula's text, also where Excel stored its result
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)

    @cached_property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    def legacy_encoding(self) -> str | None:
        """'tcvn3' or 'vni' when the letters are those of an old font, else None."""
        texts = [cell for row in self.rows for cell in row if isinstance(cell, str)]
        return legacy.looks_legacy(texts)

    def converted(self, encoding: str) -> "Table":
        """The same table with its letters turned from an old font into Unicode."""
        rows = [
            [
                legacy.convert(cell, encoding) if isinstance(cell, str) else cell
                for cell in row
            ]
            for row in self.rows
        ]
        return replace(self, rows=rows)


@dataclass(frozen=True)
class Workbook:
    """What was read: the tables, and the sheets that could not be taken with why."""

    file_name: str
    sha256: str
    tables: list[Table]
    skipped: list[tuple[str, str]] = field(default_factory=list)

    def table(self, name: str) -> Table:
        """The sheet of this name, or the first."""
        return next((one for one in self.tables if one.name == name), self.tables[0])

    def dump(self) -> bytes:
        """Compressed, for a database; read again by load."""
        sheets = [
            {
                "name": table.name,
                "rows": [[_encode(cell) for cell in row] for row in table.rows],
                "merged": table.merged,
                "formulas": [[*place, text] for place, text in table.formulas.items()],
            }
            for table in self.tables
        ]
        payload = {
            "file_name": self.file_name,
            "sha256": self.sha256,
            "sheets": sheets,
            "skipped": self.skipped,
        }
        return zlib.compress(json.dumps(payload, ensure_ascii=False).encode(), 3)

    @classmethod
    def load(cls, stored: bytes) -> "Workbook":
        payload = json.loads(zlib.decompress(stored))
        return cls(
            file_name=payload["file_name"],
            sha256=payload["sha256"],
            tables=[_table(sheet) for sheet in payload["sheets"]],
            skipped=[(name, why) for name, why in payload["skipped"]],
        )


def read_upload(file, name: str = "") -> Workbook:
    """The tables of an opened upload or path; raises UnreadableFile."""
    name = name or Path(getattr(file, "name", None) or str(file)).name
    data = _bytes(file)
    if not data.strip(b"\0 \r\n\t"):
        raise UnreadableFile(errors.EMPTY)
    _refuse_other_kinds(data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE)):
        sheets, skipped = _parse_apart(data)
    else:
        sheets, skipped = [_text_sheet(_decode(data), Path(name).stem)], []
    return _workbook(name, data, sheets, skipped)


def read_pasted(text: str) -> Workbook:
    """Rows pasted from Excel or Word (tabs), or typed with semicolons or commas."""
    data = text.encode("utf-8", "surrogatepass")
    if not text.strip():
        raise UnreadableFile(errors.NOTHING_PASTED)
    if len(data) > MAX_BYTES:
        raise UnreadableFile(errors.TOO_LARGE.format(megabytes=MAX_BYTES >> 20))
    sheet = _text_sheet(text, "Danh sách dán vào")
    return _workbook("Danh sách dán vào", data, [sheet], [])


def _workbook(name: str, data: bytes, sheets: list[dict], skipped: list) -> Workbook:
    tables = [_table(sheet) for sheet in sheets]
    filled = [table for table in tables if any(map(_any_value, table.rows))]
    if not filled:
        raise UnreadableFile(skipped[0][1] if skipped else errors.NO_ROWS)
    return Workbook(
        file_name=normalize_vi(name)[:255],
        sha256=hashlib.sha256(data).hexdigest(),
        tables=filled,
        skipped=[(title, why) for title, why in skipped],
    )


def _any_value(row: list[Cell]) -> bool:
    return any(cell is not None and cell != "" for cell in row)


def _bytes(file) -> bytes:
    if isinstance(file, str | Path):
        with Path(file).open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    else:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableFile(errors.TOO_LARGE.format(megabytes=MAX_BYTES >> 20))
    return data


def _refuse_other_kinds(data: bytes) -> None:
    kinds = [*_KINDS, *_BINARY_KINDS] if b"\0" in data[:64] else _KINDS
    for magic, sentence in kinds:
        if data.startswith(magic):
            raise UnreadableFile(sentence)
    if data[4:12] in (b"ftypheic", b"ftypmif1") or data[8:12] == b"WEBP":
        raise UnreadableFile(errors.PICTURE)
    # Streams of an OLE container are listed by their names in UTF-16.
    for stream, sentence in _OLE_KINDS if data.startswith(_OLE) else ():
        if stream.encode("utf-16-le") in data:
            raise UnreadableFile(sentence)
    start = data[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta")):
        raise UnreadableFile(errors.WEB_PAGE)


def _parse_apart(data: bytes) -> tuple[list[dict], list]:
    command = [sys.executable, "-m", "party76.spreadsheets.worker"]
    try:
        done = subprocess.run(  # noqa: S603 our own module, no part of the input
            command,
            input=data,
            capture_output=True,
            timeout=WALL_SECONDS,
            cwd=_PACKAGE_ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONUTF8": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as delay:
        raise UnreadableFile(errors.TOO_HARD) from delay
    if done.returncode < 0:  # ended by a limit on time or memory
        raise UnreadableFile(errors.TOO_HARD)
    if done.returncode:
        raise UnreadableFile(errors.BROKEN)
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise UnreadableFile(answer["refused"])
    return answer["sheets"], answer["skipped"]


def _table(sheet: dict) -> Table:
    return Table(
        name=sheet["name"],
        rows=[_decoded(row) for row in sheet["rows"]],
        merged=[tuple(box) for box in sheet["merged"]],
        formulas={(row, column): text for row, column, text in sheet["formulas"]},
    )


def _decoded(row: list) -> list[Cell]:
    return [
        _moment(cell[1:]) if type(cell) is str and cell[:1] == DATE_MARK else cell
        for cell in row
    ]


def _moment(text: str) -> dt.date | dt.datetime:
    if len(text) == len("2026-01-31"):
        return dt.date.fromisoformat(text)
    return dt.datetime.fromisoformat(text)


def _encode(cell: Cell) -> str | float | None:
    return DATE_MARK + cell.isoformat() if isinstance(cell, dt.date) else cell


def _text_sheet(text: str, name: str) -> dict:
    if "\0" in text:
        raise UnreadableFile(errors.NOT_A_WORKBOOK)
    text = "".join(one for one in text if one >= " " or one in "\t\r\n")
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), **_dialect(text)))
    except csv.Error as problem:
        raise UnreadableFile(errors.NOT_A_TABLE) from problem
    if len(lines) > archive.MAX_ROWS:
        raise UnreadableFile(errors.TOO_MANY_ROWS.format(rows="100.000"))
    if max(map(len, lines), default=0) > archive.MAX_COLUMNS:
        sentence = errors.TOO_MANY_COLUMNS.format(columns=archive.MAX_COLUMNS)
        raise UnreadableFile(sentence)
    rows = [[cell if cell.strip() else None for cell in line] for line in lines]
    return {"name": name, "rows": rows, "merged": [], "formulas": []}


def _dialect(text: str) -> dict:
    delimiter = max("\t;,|", key=text[:20_000].count) if text else "\t"
    # A lone " is how offices write “the same as above”; with tabs it is text
    # unless it opens a field of several lines.
    if delimiter == "\t" and '"' in text and not _has_quoted_lines(text):
        return {"delimiter": delimiter, "quoting": csv.QUOTE_NONE}
    return {"delimiter": delimiter}


def _has_quoted_lines(text: str) -> bool:
    return any(
        field.startswith('"') and field.count('"') % 2 and len(field) > 1
        for line in text.splitlines()
        for field in line.split("\t")
    )


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        raise UnreadableFile(errors.NOT_A_WORKBOOK)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Windows wrote it in its Vietnamese code page, or in the bytes of an old font.
        readings = [
            unicodedata.normalize("NFC", data.decode(encoding, "replace"))
            for encoding in ("cp1258", "cp1252")
        ]
        return max(readings, key=legacy.share_of_syllables)
