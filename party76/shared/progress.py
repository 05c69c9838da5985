"""How far a long command is: a bar on a terminal, plain lines anywhere else."""

import sys
import time
from types import TracebackType
from typing import Self, TextIO

_WIDTH = 24
_BETWEEN_BARS, _BETWEEN_LINES = 0.1, 5.0  # seconds


class Progress:
    """Counts work done out of a total and shows it on stderr with the time taken.

    Use it as a context; on leaving it says the last state and ends its line.
    """

    def __init__(
        self, total: int, *, label: str = "", stream: TextIO | None = None
    ) -> None:
        self.total, self.label, self.done = total, label, 0
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._pause = _BETWEEN_BARS if self._is_terminal else _BETWEEN_LINES
        self._began = time.monotonic()
        self._shown_at = self._began

    def __enter__(self) -> Self:
        if self._is_terminal:
            self._show()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._show()
        if self._is_terminal:
            self._stream.write("\n")
            self._stream.flush()

    def advance(self, count: int = 1) -> None:
        """Note that so much more is done; shown at most ten times a second."""
        self.done += count
        if time.monotonic() - self._shown_at >= self._pause:
            self._show()

    def say(self, label: str) -> None:
        """Name what is being done from now on, and show it at once."""
        self.label = label
        self._show()

    def _show(self) -> None:
        self._shown_at = time.monotonic()
        line = progress_line(
            self.label, self.done, self.total, self._shown_at - self._began
        )
        # The rest of a longer line before is wiped by the terminal's own code.
        self._stream.write(f"\r{line}\x1b[K" if self._is_terminal else f"{line}\n")
        self._stream.flush()


def progress_line(label: str, done: int, total: int, seconds: float) -> str:
    """[██████------]  50% 0:07 label: one line that a person reads."""
    share = min(done / total, 1.0) if total else 1.0
    filled = int(_WIDTH * share)
    bar = "█" * filled + "·" * (_WIDTH - filled)
    minutes, rest = divmod(int(seconds), 60)
    return f"[{bar}] {share:4.0%} {minutes}:{rest:02} {label}".rstrip()
