"""The rows of a decision understood together, and the plan they make."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from members.imports.reforms.cells import tell_cells_apart
from members.imports.reforms.entries import ReformEntry
from members.imports.reforms.grouping import Group, group_rows
from members.imports.reforms.known import OpenTree, OpenUnit
from members.imports.reforms.limits import (
    After,
    cannot_receive,
    left_without_ward,
    same_name_sentence,
    same_names,
)
from members.imports.reforms.parts import PartQuestion, find_people, question_of
from members.imports.reforms.successors import Rights, Successors
from members.imports.units import unit_key
from members.models import Committee, Member, Part, Placement
from members.queries.name_keys import province_key
from members.queries.old_names import OldName, old_names
from members.services.ledger import Ledger
from members.services.reorganisations.plan import ReformPlan, Step
from members.services.reorganisations.structure import Structure
from party76.shared.text import differ_in_marks
from party76.spreadsheets.preview import Outcome

# Answers that are kept with the run.
ONLY_NAMES = "only_names"  # old units that were never kept here go in by name alone
POSTS_TO_END = "posts_to_end"


@dataclass(frozen=True)
class Choice:
    """An old name that several units bear."""

    key: str
    text: str
    units: list[OpenUnit]
    answer: str


class Planner:
    """Understands the rows together and turns them into one plan."""

    def __init__(
        self,
        committee: Committee,
        tree: OpenTree,
        *,
        on: date,
        choices: Mapping[str, Any],
        rights: Rights,
    ) -> None:
        self.committee, self.tree, self.rights = committee, tree, rights
        self.choices = choices
        self.plan = ReformPlan(on=on, posts_to_end=set(choices.get(POSTS_TO_END, [])))
        self.group_of: dict[int, Group] = {}
        self.asked: list[Choice] = []
        self.problems: list[str] = []
        self.unknown = 0
        self.groups: list[Group] = []
        self.parts: list[PartQuestion] = []
        self.renamed: list[tuple[str, str]] = []
        self._old_names: defaultdict[str, list[OldName]] | None = None

    def plan_rows(self, entries: Sequence[ReformEntry]) -> None:
        """Decide every row, and put what they do together into the plan."""
        for entry in entries:
            self._find_old(entry)
        good = [entry for entry in entries if not entry.problems]
        self.groups = group_rows(good, self.tree)
        for number, group in enumerate(self.groups, 1):
            group.ref = group.survivor.id if group.survivor else -number
            self.group_of |= {row.number: group for row in group.rows}
        self._check_olds(good)
        for group in self.groups:
            self._end_olds(group)
        successors = Successors(
            self.committee, self.tree, self.plan, self.groups, rights=self.rights
        )
        # What stands below a new unit is settled after it.
        for group in sorted(self.groups, key=lambda one: bool(one.first("new_parent"))):
            successors.settle(group)
        self.parts = self._ask_parts()
        self._take_steps()
        self.renamed = tell_cells_apart(self.plan, self.tree)
        self._require_successors()
        self._require_places()
        self._arrange(entries)
        self._say_outcomes(entries)

    def names_above(self) -> dict[int, str]:
        """{unit: the name of the unit it stands below after the decision}."""
        formed = {new.key: new for new in self.plan.new_units}
        found = {}
        for group in self.groups:
            parent = group.survivor.parent_id if group.survivor else None
            if group.ref in formed:
                parent = formed[group.ref].parent
            parent = self.plan.changes.get(group.ref, {}).get("parent", parent)
            parent = self.plan.heir_of(parent)
            above = self.tree.unit(parent)
            if above is not None:
                found[group.ref] = above.name
            elif parent in formed:
                found[group.ref] = formed[parent].name
        return found

    # What the rows name

    def _find_old(self, entry: ReformEntry) -> None:
        if not entry.old_text:
            return
        found = self.tree.find(entry.old_text, entry.old_parent)
        key = f"old:{unit_key(entry.old_name)}"
        answer = str(self.choices.get(key) or "")
        if answer.isdigit():
            found = [unit for unit in found if str(unit.id) == answer] or found
        if len(found) == 1:
            entry.old = found[0]
            if not self.rights.may(found[0]):
                entry.problems.append(
                    f"{found[0].name} không thuộc phạm vi đồng chí được sắp xếp."
                )
        elif found:
            own = [unit for unit in found if self.rights.may(unit)] or found
            self.asked.append(Choice(key, entry.old_name, own, answer))
            entry.problems.append(
                f"Có {len(found)} đơn vị tên “{entry.old_text}”. Đồng chí chọn đơn vị ở "
                "phần “Đồng chí quyết định”, hoặc ghi thêm cột “Trực thuộc (cũ)”."
            )
        else:
            self._take_name_alone(entry)

    def _take_name_alone(self, entry: ReformEntry) -> None:
        """A unit of another province was never kept here: its name goes in alone."""
        if self._is_elsewhere(entry.old_province) or self.choices.get(ONLY_NAMES):
            entry.is_outside = True
            return
        ended = self._ended_under(entry)
        if ended:
            entry.problems.append(ended)
            return
        self.unknown += 1
        entry.problems.append(
            f"Không có đơn vị “{entry.old_name}” đang hoạt động trong cây tổ chức. Đồng "
            "chí kiểm tra lại tên và cột “Trực thuộc (cũ)”; nếu đơn vị này trước đây ở "
            "ngoài hệ thống thì chọn “chỉ ghi tên”."
        )

    def _is_elsewhere(self, province: str) -> bool:
        """True for another province than that of the unit at the top of our own tree."""
        if not unit_key(province):
            return False
        unit = self.tree.unit(self.committee.pk)
        top = [unit, *self.tree.above(unit)][-1] if unit else None
        ours = province_key(top.name if top else self.committee.name)
        return province_key(province) != ours

    def _ended_under(self, entry: ReformEntry) -> str:
        """What became of a unit of that name which ended before, if one did."""
        if self._old_names is None:
            self._old_names = defaultdict(list)
            for old in old_names():
                self._old_names[unit_key(old.name)].append(old)
        for old in self._old_names[unit_key(entry.old_text)]:
            if old.unit is not None and not differ_in_marks(entry.old_text, old.name):
                units = map(self.tree.unit, old.followers)
                now = ", ".join(unit.name for unit in units if unit is not None)
                follows = f", nay là {now}" if now else ""
                return f"Đã kết thúc hoạt động: {old.words}{follows}."
        return ""

    def _check_olds(self, entries: Sequence[ReformEntry]) -> None:
        """A unit goes whole into one, or in parts of which one takes the rest."""
        by_old: defaultdict[int, list[ReformEntry]] = defaultdict(list)
        for entry in entries:
            if entry.old is not None:
                by_old[entry.old.id].append(entry)
        for rows in by_old.values():
            name = rows[0].old.name if rows[0].old else ""
            rest = sum(row.part == Part.REST for row in rows)
            if not any(row.is_part for row in rows):
                if len(rows) > 1:
                    self._refuse(
                        rows[1:],
                        f"{name} đã có ở dòng {rows[0].number}. Nếu đơn vị này được chia, "
                        "đồng chí ghi “một phần” và “phần còn lại”.",
                    )
            elif rest != 1 or len(rows) < 2 or not all(row.is_part for row in rows):
                self._refuse(
                    rows,
                    f"{name} được chia: mỗi phần một dòng, đúng một dòng ghi “phần còn "
                    "lại”, các dòng khác ghi “một phần”.",
                )

    def _refuse(self, rows: Sequence[ReformEntry], sentence: str) -> None:
        for row in rows:
            row.problems.append(sentence)

    def _end_olds(self, group: Group) -> None:
        for row in group.rows:
            if row.old is None or row.part == Part.PART or row.problems:
                continue
            if group.is_end:
                heir = group.ref if group.survivor else row.old.parent_id
                self.plan.heirs[row.old.id] = heir
            elif row.old.id != group.ref:
                self.plan.heirs[row.old.id] = group.ref

    # Who goes where in divided units

    def _ask_parts(self) -> list[PartQuestion]:
        questions = [
            question_of(row.old, group.name, group.ref, self.tree, self.choices)
            for group in self.groups
            for row in group.rows
            if row.part == Part.PART and row.old is not None
        ]
        find_people(questions)
        for question in questions:
            question.told_by_list = any(
                self._new_parent(child.id) == question.ref
                for child in self.tree.children(question.old.id)
            )
            for cell in question.chosen_cells:
                if cell not in self.plan.heirs:
                    self.plan.changes.setdefault(cell, {})["parent"] = question.ref
            for person in question.people:
                if person.stay_id is None:
                    self.plan.members[person.member_id] = question.ref
                else:
                    self.plan.stays[person.stay_id] = question.ref
        return questions

    def _new_parent(self, cell: int) -> int | None:
        """The unit that the list itself puts a cell, or whoever follows it, below."""
        heir = self.plan.heir_of(cell)
        changes = self.plan.changes.get(heir or 0, {})
        formed = (new.parent for new in self.plan.new_units if new.key == heir)
        return changes.get("parent") or next(formed, None)

    def _take_steps(self) -> None:
        for group in self.groups:
            for row in group.rows:
                if row.old is None and not row.old_text:
                    continue
                self.plan.steps.append(
                    Step(
                        operation=group.operation_of(row),
                        old=row.old.id if row.old else None,
                        old_name=row.old.name if row.old else row.old_name,
                        new=self._new_of(group, row),
                        part=row.part,
                    )
                )

    def _new_of(self, group: Group, row: ReformEntry) -> int | None:
        if not group.is_end:
            return group.ref
        return self.plan.heirs.get(row.old.id) if row.old else None

    # What stands in the way

    def _require_successors(self) -> None:
        """A workplace that ends hands its people to a unit that is named."""
        blank = {
            row.old.id: row
            for group in self.groups
            if group.is_end and group.survivor is None
            for row in group.rows
            if row.old is not None and not row.old.is_cell_of_residence
        }
        staffed = set(
            Member.objects.filter(workplace__in=sorted(blank))
            .exclude(status__in=[Member.Status.DEAD, Member.Status.MERGED])
            .values_list("workplace", flat=True)
        )
        staffed |= set(
            Placement.objects.filter(
                workplace__in=sorted(blank), valid_to=None
            ).values_list("workplace", flat=True)
        )
        for key in staffed:
            row = blank[key]
            name = row.old.name if row.old else ""
            row.problems.append(
                f"{name} còn đảng viên công tác. Đồng chí ghi đơn vị kế tục ở cột “Đơn vị "
                "mới”."
            )

    def _require_places(self) -> None:
        """Units of one place keep names of their own; nobody is left without a ward."""
        after = After(self.plan, self.tree)
        for group in same_names(after, self.groups):
            group.problems.append(same_name_sentence(group))
        for row, sentence in cannot_receive(after, self.groups):
            row.problems.append(sentence)
        for row, people in left_without_ward(after, self.groups).items():
            name = row.old.name if row.old else ""
            row.problems.append(
                f"{name} còn {people} đồng chí giữ mối liên hệ, sau lần này sẽ không thuộc "
                "đảng ủy xã, phường nào. Đồng chí ghi đơn vị kế tục có tiếp nhận đảng viên."
            )

    def _arrange(self, entries: Sequence[ReformEntry]) -> None:
        """Let the tree itself say whether it would hold together."""
        for group in self.groups:
            if group.problems:
                self._refuse(group.rows, " ".join(group.problems))
        if any(entry.problems for entry in entries):
            return
        try:
            Structure(Ledger()).arrange(self.plan)
        except ValidationError as error:
            self.problems += error.messages

    def _say_outcomes(self, entries: Sequence[ReformEntry]) -> None:
        for entry in entries:
            entry.messages = list(dict.fromkeys(entry.problems))
            if entry.problems:
                entry.outcome = Outcome.ERROR
                continue
            group = self.group_of[entry.number]
            if group.is_new:
                entry.outcome = Outcome.NEW
            elif entry.old and entry.old.id == group.ref:
                changed = group.ref in self.plan.changes
                entry.outcome = Outcome.CHANGED if changed else Outcome.UNCHANGED
            else:
                entry.outcome = Outcome.CHANGED
            if entry.is_outside:
                entry.messages.append(
                    "Đơn vị cũ không có trong hệ thống: chỉ ghi tên làm tiền thân."
                )
