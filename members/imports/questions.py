"""Names in a list that no unit bears become questions; their answers are kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from members.imports.units import EVERYWHERE, Among, Unit, UnitIndex, unit_key

# Answers besides the number of a unit: make a new one, or leave the cell out.
CREATE, LEAVE_OUT = "create", "none"
CREATE_ALL = "create_units"

# A unit that is known, or the name of one to be made.
Named = Unit | str


@dataclass(frozen=True, slots=True)
class Asking:
    """What kind of unit a column names, where it may lie, and what may be answered."""

    kind: str
    label: str
    among: Among = EVERYWHERE
    may_create: bool = False
    may_leave_out: bool = False


@dataclass(frozen=True)
class Question:
    """A name that no unit, or more than one, bears."""

    key: str  # under which the answer is kept with the run
    name: str
    asking: Asking
    rows: int
    answer: str
    is_settled: bool


class Questions:
    """Resolves the names of one list by the index and by what was answered."""

    def __init__(self, index: UnitIndex, choices: Mapping[str, Any]):
        self.index, self.choices = index, choices
        self._found: dict[str, tuple[bool, Named | None]] = {}
        self._remarks: dict[str, list[str]] = {}
        self._asked: dict[str, tuple[str, Asking]] = {}
        self._rows: Counter[str] = Counter()

    def resolve(self, name: str, asking: Asking) -> tuple[bool, Named | None]:
        """(settled, unit): not settled is a question; None when it is left out."""
        key = _key(name, asking)
        if key not in self._found:
            self._found[key] = self._look_up(key, name, asking)
        self._rows[key] += 1
        return self._found[key]

    def remarks(self, name: str, asking: Asking) -> list[str]:
        """That a name is an old one, where the unit it was settled on has followed."""
        key = _key(name, asking)
        if key not in self._remarks:
            _, unit = self._found[key]
            followed = self.index.successors(name, asking.among)
            told = [one for one in followed if one.unit == unit]
            self._remarks[key] = [told[-1].words] if told else []
        return self._remarks[key]

    def why_unknown(self, name: str, asking: Asking) -> str:
        """What follows a name that is not settled: several bear it, bore it, or none."""
        if several := len(self.index.named(name, asking.among)):
            return f"là tên của {several} đơn vị."
        if followed := self.index.successors(name, asking.among):
            now = dict.fromkeys(one.unit.name for one in followed)
            return f"là tên cũ, nay thuộc: {'; '.join(now)}."
        return "chưa có trong danh mục."

    def all(self) -> list[Question]:
        """Every name that was or is asked about, in the order of the list."""
        return [
            Question(
                key,
                name,
                asking,
                rows=self._rows[key],
                answer=self._shown_answer(key),
                is_settled=self._found[key][0],
            )
            for key, (name, asking) in self._asked.items()
        ]

    def similar(self, question: Question) -> list[Unit]:
        """Units that may be meant: of the very name, who followed one of it, near names."""
        among = question.asking.among
        found = self.index.named(question.name, among)
        followed = self.index.successors(question.name, among)
        found += {one.unit.id: one.unit for one in followed}.values()
        known = {unit.id for unit in found}
        near = self.index.similar(question.name, among)
        return found + [unit for unit in near if unit.id not in known]

    def _look_up(
        self, key: str, name: str, asking: Asking
    ) -> tuple[bool, Named | None]:
        answer = str(self._answer(key))
        if not answer and (unit := self.index.find(name, asking.among)):
            return True, unit
        self._asked[key] = (name, asking)
        if not answer and (followed := self.index.successor(name, asking.among)):
            return True, followed.unit
        if answer.isdigit():
            chosen = self.index.by_id(int(answer))
            if chosen and asking.among.holds(chosen):
                return True, chosen
        if answer == LEAVE_OUT and asking.may_leave_out:
            return True, None
        wants_new = answer == CREATE or (
            self.choices.get(CREATE_ALL)
            and not answer
            and not self.index.named(name, asking.among)
            and not self.index.successors(name, asking.among)
        )
        if wants_new and asking.may_create:
            return True, name
        return False, None

    def _answer(self, key: str) -> Any:
        return self.choices.get(key) or ""

    def _shown_answer(self, key: str) -> str:
        """An old name is settled by itself, and may be settled otherwise."""
        _, unit = self._found[key]
        answer = str(self._answer(key))
        return answer or (str(unit.id) if isinstance(unit, Unit) else "")


def _key(name: str, asking: Asking) -> str:
    return f"{asking.kind}:{unit_key(name)}"
