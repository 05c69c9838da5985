"""What a decision would do: each row of its list with its outcome, and the plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from members.imports.reforms.entries import ReformEntry, read_entry
from members.imports.reforms.grouping import Group
from members.imports.reforms.known import OpenTree
from members.imports.reforms.parts import PartQuestion
from members.imports.reforms.planner import Choice, Planner
from members.imports.reforms.successors import Rights
from members.models import Committee, Operation, Part
from members.services.reorganisations.plan import ReformPlan
from party76.spreadsheets.preview import Outcome, Preview, Row, ignored_row
from party76.spreadsheets.reading import Table
from party76.spreadsheets.recognition import Recognition
from party76.spreadsheets.records import Record, records


@dataclass
class Proposal:
    """The preview, the plan, and what has to be answered or mended first."""

    preview: Preview
    plan: ReformPlan
    groups: list[Group]
    parts: list[PartQuestion] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    renamed_cells: list[tuple[str, str]] = field(default_factory=list)
    unknown: int = 0  # old units that nobody knows here
    parents: dict[int, str] = field(default_factory=dict)  # above each unit, by name

    @property
    def stands_in_the_way(self) -> list[str]:
        """Sentences on what must be answered or mended before it can be confirmed."""
        found = list(self.problems)
        for question in self.parts:
            found += question.problems
            if not question.is_answered and not question.problems:
                found.append(
                    f"{question.old.name} được chia: đồng chí cho biết những ai về "
                    f"{question.new_name}."
                )
        wrong = self.preview.counts["error"]
        if wrong:
            found.append(f"{wrong} dòng của danh sách còn lỗi.")
        return found

    @property
    def can_be_confirmed(self) -> bool:
        return not self.stands_in_the_way and not self.plan.is_empty


def propose(
    table: Table,
    recognition: Recognition,
    *,
    committee: Committee,
    on: date,
    choices: Mapping[str, Any],
    rights: Rights,
    advance: Callable[[], None] = lambda: None,
) -> Proposal:
    """What the list of a decision would do on its day of effect; nothing is written.

    rights say which units the reader may reorganise.
    """
    understood: list[ReformEntry | Record] = []
    for one in records(table, recognition):
        understood.append(one if one.ignored else read_entry(one))
        advance()
    entries = [one for one in understood if isinstance(one, ReformEntry)]
    planner = Planner(committee, OpenTree.load(), on=on, choices=choices, rights=rights)
    planner.plan_rows(entries)
    rows = [
        _row(one, planner) if isinstance(one, ReformEntry) else ignored_row(one)
        for one in understood
    ]
    return Proposal(
        preview=Preview(rows, len(table.rows), sheet=table.name),
        plan=planner.plan,
        groups=planner.groups,
        parts=planner.parts,
        choices=planner.asked,
        problems=planner.problems,
        renamed_cells=planner.renamed,
        unknown=planner.unknown,
        parents=planner.names_above(),
    )


def _row(entry: ReformEntry, planner: Planner) -> Row:
    group = planner.group_of.get(entry.number)
    operation = group.operation_of(entry) if group else entry.operation
    return Row(
        number=entry.number,
        outcome=entry.outcome or Outcome.ERROR,
        values={
            "Đơn vị cũ": entry.old.name if entry.old else entry.old_name,
            "Đơn vị mới": group.name if group else entry.new_name,
            "Hình thức": Operation(operation).label if operation else "",
            "Phạm vi": Part(entry.part).label,
        },
        messages=entry.messages,
        target=entry.old.id if entry.old else None,
        context=entry.record.context,
    )
