"""What would become of each input row; preview and confirm build it alike.

The caller decides the outcome of each record and hands over one Row for every
row of the table, so that rows in are rows accounted for.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import TextChoices

from party76.spreadsheets.records import Record


class Outcome(TextChoices):
    NEW = "new", "Mới"
    CHANGED = "changed", "Thay đổi"
    UNCHANGED = "unchanged", "Không thay đổi"
    DUPLICATE = "duplicate", "Có thể trùng"
    ERROR = "error", "Lỗi"
    IGNORED = "ignored", "Bỏ qua"


# These rows come back as a file with the reason.
BAD = frozenset({Outcome.DUPLICATE, Outcome.ERROR})


@dataclass(frozen=True)
class Change:
    """One value that would be written over another."""

    label: str
    old: str
    new: str


@dataclass
class Row:
    """One input row and its one outcome; values are shown under the caller's labels."""

    number: int
    outcome: Outcome
    values: dict[str, object] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    target: int | None = None  # primary key of the row it would change
    context: str = ""

    @property
    def is_bad(self) -> bool:
        return self.outcome in BAD

    def as_bad_row(self) -> dict:
        return {
            "number": self.number,
            "outcome": str(self.outcome),
            "messages": self.messages,
            "context": self.context,
        }


def ignored_row(record: Record) -> Row:
    """The Row of a record that holds no data, with its text and the reason."""
    return Row(
        number=record.number,
        outcome=Outcome.IGNORED,
        values={"text": record.text_of_row},
        messages=[record.ignored],
        context=record.context,
    )


@dataclass
class Preview:
    """All rows of one table, each with its outcome.

    Raises ValueError when the rows are not exactly those of the table.
    """

    rows: Sequence[Row]
    row_count: int
    sheet: str = ""

    def __post_init__(self) -> None:
        numbers = sorted(row.number for row in self.rows)
        if numbers != list(range(1, self.row_count + 1)):
            raise ValueError("every row of the table needs exactly one outcome")

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows by outcome, all six of them in their order."""
        counted = Counter(row.outcome for row in self.rows)
        return {str(outcome): counted[outcome] for outcome in Outcome}

    def of(self, outcome: str) -> list[Row]:
        return [row for row in self.rows if row.outcome == outcome]

    @property
    def will_write(self) -> bool:
        """True when confirming would write anything."""
        return bool(self.counts["new"] or self.counts["changed"])
