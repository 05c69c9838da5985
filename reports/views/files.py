"""Answers that a browser saves: Word papers, or several of them in one archive."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from django.http import HttpResponse

from party76.shared.text import fold
from party76.spreadsheets.writer import safe_filename
from reports.documents.word import CONTENT_TYPE, zipped


def word_response(content: bytes, filename: str) -> HttpResponse:
    """A Word document under its Vietnamese name (RFC 5987)."""
    return _download(content, filename, CONTENT_TYPE)


def word_papers_response(contents: Sequence[bytes], name: str) -> HttpResponse:
    """One document, or an archive where offices with forms of their own made several."""
    if len(contents) == 1:
        return word_response(contents[0], f"{name}.docx")
    return _download(zipped(contents, name), f"{name}.zip", "application/zip")


def _download(content: bytes, filename: str, content_type: str) -> HttpResponse:
    name = safe_filename(filename)
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", fold(name)).strip("-") or "tep"
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
