"""How far a long act has come, for the page that waits for it.

Kept in small files beside one another, not in the database: the act runs in one
transaction, whose rows nobody else sees before its end.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

Tell = Callable[[str, int], None]  # the step in words, the share in percent
_KEPT_SECONDS = 3600


def tell_nobody(text: str, share: int) -> None:
    """Where nobody waits for the progress."""


class Running(TypedDict):
    """What the page shows: a share in percent and the step in words."""

    value: int
    max: int
    text: str


def note_running(key: str, text: str, share: int) -> None:
    """Say that the act under this key has come so far, in percent."""
    path = _path(key)
    state: Running = {"value": min(share, 100), "max": 100, "text": text}
    waiting = path.with_suffix(f".{os.getpid()}")
    waiting.write_text(json.dumps(state), encoding="utf-8")
    waiting.replace(path)


def read_running(key: str) -> Running:
    """How far the act has come; nothing yet where none is known."""
    try:
        path = _path(key)
        if time.time() - path.stat().st_mtime < _KEPT_SECONDS:
            return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        pass
    return {"value": 0, "max": 100, "text": ""}


def forget_running(key: str) -> None:
    """The act is over, in one way or the other."""
    _path(key).unlink(missing_ok=True)


def _path(key: str) -> Path:
    folder = Path(tempfile.gettempdir()) / f"party76-running-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / hashlib.sha256(key.encode()).hexdigest()[:32]
