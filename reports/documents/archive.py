"""The look into a .docx before any parser: what it holds, and how much of it.

Runs in the limited worker and needs only the standard library.
"""

import io
import re
import zipfile
from pathlib import PurePosixPath

from reports.documents import refusals
from reports.documents.refusals import Refused

MAX_ENTRIES = 300
MAX_UNPACKED = 30 * 1024 * 1024
BODY = "word/document.xml"

_FORBIDDEN = ("vbaproject", "vbadata", "embeddings/", "activex", "afchunk", ".bin")
_EXTERNAL = re.compile(
    rb"<(?:\w+:)?Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(rb"<[^>]*>")
_FIELD = re.compile(rb"\{\{|\{%|\{#")
# Pages and notes around the body; what stands there is the same on every paper.
_AROUND = re.compile(r"word/(header|footer|footnotes|endnotes|comments)\d*\.xml")


def check_archive(data: bytes) -> None:
    """Raise Refused unless this is a plain Word document of a decent size."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_entries(archive.infolist())
            for entry in archive.infolist():
                if entry.filename.endswith((".xml", ".rels")):
                    _check_part(entry.filename, archive.read(entry))
    except Refused:
        raise
    # A damaged archive raises whatever its damage happens to touch.
    except Exception as damage:
        raise Refused(refusals.BROKEN) from damage


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = {entry.filename.replace("\\", "/") for entry in entries}
    if BODY not in names:
        raise Refused(refusals.NOT_WORD)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused(refusals.OLD_WORD)
    if any(part in name.lower() for name in names for part in _FORBIDDEN):
        raise Refused(refusals.MACRO)
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED:
        raise Refused(refusals.TOO_HARD)
    if len(names) != len(entries) or any(map(_is_odd, names)):
        raise Refused(refusals.BROKEN)


def _is_odd(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts


def _check_part(name: str, content: bytes) -> None:
    # UTF-16 hides words from a search of bytes; Word writes UTF-8 only.
    if b"<!DOCTYPE" in content or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused(refusals.BROKEN)
    if name.endswith(".rels"):
        external = _EXTERNAL.findall(content)
        if any(b"/hyperlink" not in one for one in external):
            raise Refused(refusals.EXTERNAL)
    is_around = _AROUND.fullmatch(name) or name.startswith("docProps/")
    if is_around and _FIELD.search(_TAG.sub(b"", content)):
        raise Refused(refusals.OUTSIDE_BODY)
