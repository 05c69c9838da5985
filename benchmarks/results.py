"""One line of the table: what was measured against what."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """A measurement beside its target, both as text; note says how it came about."""

    name: str
    measured: str
    target: str
    passed: bool
    note: str = ""
