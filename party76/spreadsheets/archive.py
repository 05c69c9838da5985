"""The look into an .xlsx before any parser: what it holds, and how much of it.

Runs in the limited worker and needs only the standard library.
"""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from party76.spreadsheets import errors
from party76.spreadsheets.errors import UnreadableFile

MAX_ENTRIES = 200
MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO = 100
# Small files of equal rows compress a hundredfold without any harm.
RATIO_MATTERS_FROM = 10 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 60
MAX_CELLS = 2_000_000
MAX_FORMULAS = 200_000
MAX_BLANK_ROWS = 1_048_576

_CHUNK = 1 << 20
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_ROW_NUMBER = re.compile(rb'\A[^>]*?\br="(\d{1,9})"')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is|f)[ >/]")
# A cell right of column BH, the sixtieth, that is not an empty <c …/>.
_FAR_CELL = re.compile(
    rb'<(?:\w+:)?c\b[^>/]*\br="(?:[A-Z]{3}|[C-Z][A-Z]|B[I-Z])\d+"[^>/]*>'
)
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*'
    rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]{0,200}))"
)
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")


@dataclass
class SheetScan:
    """What was counted in one sheet; problem is the sentence that bars it."""

    formulas: list[tuple[int, int, str]] = field(default_factory=list)
    problem: str = ""


def check_directory(archive: zipfile.ZipFile) -> None:
    """Refuse by the list of entries alone: kind, number, sizes, names, secrets."""
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    _check_kind({name.replace("\\", "/") for name in names})
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnreadableFile(errors.LOCKED)
    if any("vbaProject" in name or "macrosheets" in name for name in names):
        raise UnreadableFile(errors.MACRO)
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise UnreadableFile(errors.EXTERNAL_LINKS)
    if len(names) != len(entries) or any(map(_is_odd, entries)):
        raise UnreadableFile(errors.SUSPECT)
    _check_sizes(entries)


def _check_kind(names: set[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    kinds = [
        ("xl/workbook.bin", errors.BINARY_WORKBOOK),
        ("word/document.xml", errors.WORD),
        ("ppt/presentation.xml", errors.SLIDES),
        ("content.xml", errors.OPEN_DOCUMENT),
        ("[Content_Types].xml", errors.BROKEN),
    ]
    for name, sentence in kinds:
        if name in names:
            raise UnreadableFile(sentence)
    raise UnreadableFile(errors.COMPRESSED)


def _is_odd(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    known = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return path.is_absolute() or ".." in path.parts or entry.compress_type not in known


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise UnreadableFile(errors.SUSPECT)
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    inflated = unpacked > RATIO_MATTERS_FROM and unpacked > MAX_RATIO * packed
    if inflated or unpacked > MAX_UNPACKED:
        raise UnreadableFile(errors.INFLATED)


def scan_workbook(data: bytes) -> list[SheetScan]:
    """One SheetScan per sheet, in the order of the workbook; raises UnreadableFile."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_directory(archive)
            _refuse_doctype(archive)
            return [_scan_sheet(archive, part) for part in _sheet_parts(archive)]
    except UnreadableFile:
        raise
    # A damaged archive raises whatever its damage happens to touch.
    except Exception as damage:
        raise UnreadableFile(errors.BROKEN) from damage


def _refuse_doctype(archive: zipfile.ZipFile) -> None:
    for entry in archive.infolist():
        if not entry.filename.endswith((".xml", ".rels", ".vml")):
            continue
        with archive.open(entry) as stream:
            start = stream.read(4096)
        # UTF-16 hides the word from a search of bytes; Excel writes UTF-8 only.
        if b"<!DOCTYPE" in start or start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise UnreadableFile(errors.SUSPECT)


def _sheet_parts(archive: zipfile.ZipFile) -> list[str]:
    workbook = archive.read("xl/workbook.xml")
    relations = archive.read("xl/_rels/workbook.xml.rels")
    targets = {
        _attribute(tag, "Id"): _attribute(tag, "Target")
        for tag in _RELATION.findall(relations)
    }
    parts = []
    for tag in _SHEET.findall(workbook):
        target = targets.get(_attribute(tag, r"\w+:id"), "")
        parts.append(target[1:] if target.startswith("/") else f"xl/{target}")
    return parts


def _attribute(tag: bytes, name: str) -> str:
    found = re.search(rf"""\s{name}\s*=\s*["']([^"']*)["']""".encode(), tag)
    return found[1].decode() if found else ""


def _scan_sheet(archive: zipfile.ZipFile, part: str) -> SheetScan:
    scan = SheetScan()
    if part not in archive.namelist():
        scan.problem = errors.BROKEN
        return scan
    with archive.open(part) as stream:
        scan.problem = _count_rows(_rows(stream), scan.formulas)
    return scan


def _rows(stream) -> Iterator[bytes]:
    """The text of each row element, without its opening “<row”."""
    rest = b""
    first = True
    while chunk := stream.read(_CHUNK):
        pieces = _ROW.split(rest + chunk)
        rest = pieces.pop()
        # What stands before the first row is the head of the sheet.
        yield from pieces[1:] if first and pieces else pieces
        first = first and not pieces
        if len(rest) > MAX_UNPACKED // 10:
            raise UnreadableFile(errors.SUSPECT)
    if not first:
        yield rest


def _count_rows(rows: Iterator[bytes], formulas: list[tuple[int, int, str]]) -> str:
    """The sentence that bars the sheet, or nothing; collects formulas."""
    filled = blank = 0
    for row in rows:
        if not _VALUE.search(row):
            blank += 1
            if blank > MAX_BLANK_ROWS:
                return errors.INFLATED
            continue
        filled += 1
        number = _ROW_NUMBER.match(row)
        if filled > MAX_ROWS or (number and int(number[1]) > MAX_ROWS):
            return errors.TOO_MANY_ROWS.format(rows="100.000")
        if _FAR_CELL.search(row):
            return errors.TOO_MANY_COLUMNS.format(columns=MAX_COLUMNS)
        if (b"<f" in row or b":f" in row) and (found := _FORMULA.findall(row)):
            formulas.extend(map(_formula, found))
            if len(formulas) > MAX_FORMULAS:
                return errors.TOO_HARD
    return ""


def _formula(found: tuple[bytes, bytes, bytes]) -> tuple[int, int, str]:
    letters, number, text = found
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    shown = html.unescape(text.decode("utf-8", "replace"))
    return int(number) - 1, column - 1, "=" + shown
