"""Word papers out of a form: the form is filled in a process of its own (worker.py)."""

import base64
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from party76.spreadsheets.writer import clean_text
from reports.documents import refusals
from reports.documents.fields import FORM_FIELDS, names_of, samples_of
from reports.models import DocumentTemplate

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_BYTES = 2 * 1024 * 1024
WALL_SECONDS = 90
CHECK_SECONDS = 15

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_SHIPPED = _PACKAGE_ROOT / "reports" / "document_templates"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

Kind = DocumentTemplate.Kind


def shipped_form(kind: str) -> bytes:
    """The form that comes with the system, for offices that have none of their own."""
    return (_SHIPPED / f"{kind}.docx").read_bytes()


def check_form(content: bytes, kind: str) -> None:
    """Raise ValidationError, in a sentence, for what is no usable form of this kind."""
    if len(content) > MAX_BYTES:
        raise ValidationError(refusals.TOO_LARGE)
    if content.startswith(_OLE):
        raise ValidationError(refusals.OLD_WORD)
    if not content.startswith(b"PK"):
        raise ValidationError(refusals.NOT_WORD)
    _fill(content, kind, [samples_of(kind)], seconds=CHECK_SECONDS)


def sample_paper(content: bytes, kind: str) -> bytes:
    """The form filled for an invented person, to look at."""
    return _fill(content, kind, [samples_of(kind)], seconds=CHECK_SECONDS)


def word_papers(kind: str, papers: Sequence[tuple[Any, bytes]]) -> list[bytes]:
    """Word documents of (paper, form): one for all papers of the same form, in order.

    Raises ValidationError for a form that cannot be filled.
    """
    by_form: dict[bytes, list[Mapping[str, Any]]] = {}
    for paper, form in papers:
        by_form.setdefault(form, []).append(values_of(paper, kind))
    return [
        _fill(form, kind, some, seconds=WALL_SECONDS) for form, some in by_form.items()
    ]


def values_of(paper: Any, kind: str) -> dict[str, Any]:
    """{field: text} of a paper, rows as lists of the same."""
    return {field.name: field.value(paper) for field in FORM_FIELDS[Kind(kind)]}


def zipped(contents: Sequence[bytes], name: str) -> bytes:
    """Several documents as one archive: offices whose forms differ."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents, 1):
            archive.writestr(f"{name} {number}.docx", content)
    return packed.getvalue()


def _fill(
    form: bytes, kind: str, papers: Sequence[Mapping[str, Any]], *, seconds: int
) -> bytes:
    asked = {
        "form": base64.b64encode(form).decode(),
        "papers": [_cleaned(paper) for paper in papers],
        "fields": names_of(kind),
    }
    answer = _ask_worker(json.dumps(asked).encode(), seconds)
    if "refused" in answer:
        raise ValidationError(answer["refused"])
    return base64.b64decode(answer["content"])


def _ask_worker(asked: bytes, seconds: int) -> dict[str, str]:
    command = [sys.executable, "-m", "reports.documents.worker"]
    try:
        done = subprocess.run(  # noqa: S603 our own module, no part of the form
            command,
            input=asked,
            capture_output=True,
            timeout=seconds,
            cwd=_PACKAGE_ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONUTF8": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": refusals.TOO_HARD}
    if done.returncode < 0:  # ended by a limit on time or memory
        return {"refused": refusals.TOO_HARD}
    return json.loads(done.stdout) if not done.returncode else _broken()


def _broken() -> dict[str, str]:
    return {"refused": refusals.BROKEN}


def _cleaned(value: Any) -> Any:
    """Texts without what no XML may hold."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {name: _cleaned(one) for name, one in value.items()}
    return [_cleaned(one) for one in value]
