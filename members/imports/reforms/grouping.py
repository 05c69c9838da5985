"""Rows that together make one new unit, and whether it is new or one that lives on.

A name is no identity: a unit formed by merger is a new one even where it keeps the
name of a predecessor. It lives on only where the list says so (giữ nguyên, đổi tên,
chuyển giao, sáp nhập vào …), where one row alone speaks of it, or where it stands in
the tree and not in the list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from members.imports.reforms.entries import ReformEntry
from members.imports.reforms.known import OpenTree, OpenUnit
from members.imports.units import unit_key
from members.models import Operation, Part

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
        if self.survivor is None:
            return named
        # A unit that lives on may be named by its code.
        is_code = named.casefold() == self.survivor.code.casefold()
        return self.survivor.name if is_code else named or self.survivor.name

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
        if unit_key(self.name) != unit_key(self.survivor.name):
            return Operation.RENAME
        return Operation.TRANSFER if self.first("new_parent") else Operation.UNCHANGED


def group_rows(entries: Sequence[ReformEntry], tree: OpenTree) -> list[Group]:
    """The groups in the order of the list, each with the unit that lives on, if any."""
    groups: dict[tuple, list[ReformEntry]] = {}
    for entry in entries:
        groups.setdefault(_key(entry), []).append(entry)
    ending = {entry.old.id for entry in entries if entry.old and _gives_up(entry)}
    found = [Group(key, rows) for key, rows in groups.items()]
    for group in found:
        _find_survivor(group, tree, ending)
    return found


def _key(entry: ReformEntry) -> tuple:
    if not entry.new_name:
        return ("alone", entry.number)
    return entry.new_key


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
    if not group.name:
        return
    named = tree.find(group.name, group.first("new_parent"))
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
    named = tree.find(group.name, group.first("new_parent"))
    own = {unit.id for unit in group.olds}
    staying = [unit for unit in named if unit.id not in ending or unit.id in own]
    if not _says_absorbed(group):
        staying = [unit for unit in staying if unit.id not in own]
    return staying[0] if len(staying) == 1 else None
