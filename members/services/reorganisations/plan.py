"""What a decision asks for, as data: made from a list or a form, carried out by run.

Units are named by a key: the primary key of one that is there, or a negative number
for one that is to be formed.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from members.models import Part


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to be formed on the day of effect; key is negative."""

    key: int
    parent: int | None
    name: str
    kind: str
    sector: str
    short_name: str = ""
    code: str = ""  # empty: one of the parent's is given
    statistics_code: str = ""
    outside_city: bool = False
    uses_system: bool = True
    receives_members: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One old unit, or a part of it, going on as one new one; kept as a Succession."""

    operation: str
    old: int | None
    old_name: str
    new: int | None
    part: str = Part.WHOLE


@dataclass
class ReformPlan:
    """Everything one decision does on its day of effect."""

    on: date
    new_units: list[NewUnit] = field(default_factory=list)
    # What changes of a unit that lives on: name, short_name, kind, sector, parent, …
    changes: dict[int, dict[str, Any]] = field(default_factory=dict)
    # Units that end, and the unit that goes on in their place; None where none does.
    heirs: dict[int, int | None] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    # Of divided units: who does not simply follow. Stays to a ward or cell, members
    # to a workplace.
    stays: dict[int, int] = field(default_factory=dict)
    members: dict[int, int] = field(default_factory=dict)
    # Posts that end on the day instead of passing to the heir.
    posts_to_end: set[int] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        return not (self.new_units or self.changes or self.heirs or self.steps)

    def heir_of(self, key: int | None) -> int | None:
        """The unit that goes on in place of one after this very decision."""
        seen: set[int] = set()
        while key is not None and key in self.heirs and key not in seen:
            seen.add(key)
            key = self.heirs[key]
        return key

    def touched(self) -> set[int]:
        """Units there are today that it ends, changes, or lets others go to."""
        ends = [(step.old, step.new) for step in self.steps]
        named = {*self.changes, *self.heirs, *self.heirs.values(), *sum(ends, ())}
        return {key for key in named if key is not None and key > 0}

    def divided(self) -> set[int]:
        """Units of which only a part goes to one of their successors."""
        return {
            step.old
            for step in self.steps
            if step.old is not None and step.part != Part.WHOLE
        }
