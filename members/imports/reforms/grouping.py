"""Rows that together make one new unit, and whether it is new or one that lives on.

A name is no identity: a unit formed by merger is a new one even where it keeps the
name of a predecessor. It lives on only where the list says so (giữ nguyên, đổi tên,
chuyển giao, sáp nhập vào …), where one row alone speaks of it, or where it stands in
the tree and not in the list.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from members.imports.kinds import kind_of
from members.imports.reforms.entries import ReformEntry, complete_name
from members.imports.reforms.known import OpenTree, OpenUnit
from members.imports.units import unit_key
from members.models import Operation, Part
from party76.shared.text import differ_in_marks

_LIVES_ON = {
    Operation.UNCHANGED,
    Operation.RENAME,
    Operation.TRANSFER,
    Operation.RECLASSIFY,
}


@dataclass
class Group:
    """One unit after the reform and the rows that lead to it."""

    key: tuple
    rows: list[ReformEntry]
    survivor: OpenUnit | None = None
    problems: list[str] = field(default_factory=list)
    ref: int = 0  # key of the unit in the plan: its own, or negative for a new one

    @property
    def name(self) -> str:
        named = self.first("new_name")
        like = self.survivor or next(iter(self.olds), None)
        if like is None:
            return named
        if self.survivor is not None:
            # A unit that lives on may be named by its code.
            is_code = named.casefold() == self.survivor.code.casefold()
            if is_code or not named:
                return self.survivor.name
        tells_kind = bool(kind_of(named, "")) or self.first("new_kind")
        return named if tells_kind else complete_name(named, like)

    @property
    def is_renamed(self) -> bool:
        """True where the unit that lives on bears another name from that day."""
        if self.survivor is None:
            return False
        old, new = self.survivor.name, self.name
        if any(row.operation == Operation.RENAME for row in self.rows):
            return old != new
        return unit_key(old) != unit_key(new) or differ_in_marks(old, new)

    @property
    def is_end(self) -> bool:
        """Rows of a unit that ends; each stands alone where nobody follows."""
        return all(row.operation == Operation.END for row in self.rows)

    @property
    def is_new(self) -> bool:
        return self.survivor is None and not self.is_end

    @property
    def olds(self) -> list[OpenUnit]:
        return [row.old for row in self.rows if row.old is not None]

    def first(self, name: str) -> str:
        """The first value that a row of the group gives for a column."""
        return next((getattr(row, name) for row in self.rows if getattr(row, name)), "")

    def operation_of(self, row: ReformEntry) -> str:
        """The operation a row is kept under."""
        if row.operation == Operation.MERGE and not row.old_text:
            return Operation.FOUND
        if row.operation:
            return row.operation
        if row.is_part:
            return Operation.SPLIT
        if row.old is None:
            return Operation.MERGE if row.old_text else Operation.FOUND
        if self.survivor is None:
            return Operation.MERGE
        if self.survivor.id != row.old.id:
            return Operation.ABSORB
        if self.is_renamed:
            return Operation.RENAME
        return Operation.TRANSFER if self.first("new_parent") else Operation.UNCHANGED


def group_rows(entries: Sequence[ReformEntry], tree: OpenTree) -> list[Group]:
    """The groups in the order of the list, each with the unit that lives on, if any."""
    groups: dict[tuple, list[ReformEntry]] = {}
    parents = _parents_told(entries)
    for entry in entries:
        groups.setdefault(_key(entry, parents, groups), []).append(entry)
    ending = {entry.old.id for entry in entries if entry.old and _gives_up(entry)}
    found = [Group(key, rows) for key, rows in groups.items()]
    for group in found:
        _find_survivor(group, tree, ending)
    return found


def _key(
    entry: ReformEntry,
    parents: Mapping[str, set[str]],
    groups: Mapping[tuple, list[ReformEntry]],
) -> tuple:
    """What the rows of one new unit share: its name, its parent, its marks."""
    if not entry.new_name:
        return ("alone", entry.number)
    name, parent = entry.new_key
    told = parents[name]
    if not parent and len(told) == 1:
        parent = next(iter(told))  # told once, meant for all rows of the name
    spellings = (key for key in groups if key[:2] == (name, parent))
    for key in spellings:
        if not differ_in_marks(groups[key][0].new_name, entry.new_name):
            return key
    return (name, parent, entry.new_name)


def _parents_told(entries: Iterable[ReformEntry]) -> Mapping[str, set[str]]:
    """{key of a new name: the parents that its rows name}"""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        name, parent = entry.new_key
        if parent:
            found[name].add(parent)
    return found


def _gives_up(entry: ReformEntry) -> bool:
    return entry.operation not in _LIVES_ON


def _find_survivor(group: Group, tree: OpenTree, ending: set[int]) -> None:
    if group.is_end:
        _find_heir(group, tree)
        return
    said = [row.old for row in group.rows if row.operation in _LIVES_ON and row.old]
    same_rest = [
        row.old
        for row in group.rows
        if row.part == Part.REST
        and row.old
        and group.key[0] in row.old.keys
        and row.operation in {"", Operation.SPLIT}
    ]
    if len({unit.id for unit in said}) > 1:
        names = ", ".join(unit.name for unit in said)
        group.problems.append(
            f"Nhiều đơn vị cùng tiếp tục hoạt động thành {group.name}: {names}. Đồng chí "
            "chỉ giữ một đơn vị, các đơn vị khác ghi “sáp nhập”."
        )
    elif said or same_rest:
        group.survivor = (said or same_rest)[0]
    elif _is_alone(group):
        group.survivor = group.rows[0].old
    elif not _says_new(group.rows):
        group.survivor = _standing(group, tree, ending)
    if _says_absorbed(group) and group.survivor is None:
        group.problems.append(
            f"Không tìm thấy {group.name} đang hoạt động để sáp nhập vào. Nếu đây là đơn "
            "vị mới, đồng chí ghi hình thức “hợp nhất”."
        )


def _find_heir(group: Group, tree: OpenTree) -> None:
    """Who goes on in place of units that end: the unit named, or none."""
    if not group.first("new_name"):
        return
    named = _named_in(group, tree)
    if len(named) == 1:
        group.survivor = named[0]
    else:
        group.problems.append(f"Không rõ đơn vị kế tục “{group.name}” là đơn vị nào.")


def _is_alone(group: Group) -> bool:
    """One whole unit under a row that says nothing else: it lives on."""
    row = group.rows[0]
    return len(group.rows) == 1 and not row.is_part and not row.operation


def _says_new(rows: Iterable[ReformEntry]) -> bool:
    return any(row.operation == Operation.MERGE for row in rows)


def _says_absorbed(group: Group) -> bool:
    return any(row.operation == Operation.ABSORB for row in group.rows)


def _standing(group: Group, tree: OpenTree, ending: set[int]) -> OpenUnit | None:
    """An open unit of that name which the list does not bring to an end."""
    named = _named_in(group, tree)
    own = {unit.id for unit in group.olds}
    staying = [unit for unit in named if unit.id not in ending or unit.id in own]
    if not _says_absorbed(group):
        staying = [unit for unit in staying if unit.id not in own]
    return staying[0] if len(staying) == 1 else None


def _named_in(group: Group, tree: OpenTree) -> list[OpenUnit]:
    """The units that the words of the list name, a code or a name, bare or complete."""
    parent = group.first("new_parent")
    return tree.find(group.first("new_name"), parent) or tree.find(group.name, parent)
