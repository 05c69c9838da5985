"""What stands in the way of a decision as a whole: names that could not be told apart,
people who would be left without a ward. Said in the preview, not on the day."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from django.db.models import Count

from members.imports.reforms.entries import ReformEntry
from members.imports.reforms.grouping import Group
from members.imports.reforms.known import OpenTree, OpenUnit
from members.models import Kind, Part, Placement, Registration
from members.services.reorganisations.plan import NewUnit, ReformPlan
from party76.shared.text import marked_key

_UNDER_WAY = [
    Registration.State.DRAFT,
    Registration.State.SENT,
    Registration.State.LETTER_ASKED,
]
# (ward, cell or None): where people stand today.
Home = tuple[int, int | None]


class After:
    """The tree as it would stand after the plan, one unit at a time."""

    def __init__(self, plan: ReformPlan, tree: OpenTree) -> None:
        self.plan, self.tree = plan, tree
        self._formed: dict[int, NewUnit] = {new.key: new for new in plan.new_units}

    def unit(self, key: int) -> OpenUnit | NewUnit | None:
        return self._formed.get(key) or self.tree.unit(key)

    def name(self, key: int) -> str:
        unit = self.unit(key)
        changed = self.plan.changes.get(key, {}).get("name")
        return changed or (unit.name if unit else "")

    def kind(self, key: int) -> str:
        unit = self.unit(key)
        changed = self.plan.changes.get(key, {}).get("kind")
        return changed or (unit.kind if unit else "")

    def parent(self, key: int) -> int | None:
        """The unit above, or whoever goes on in its place."""
        if key in self._formed:
            told = self._formed[key].parent
        else:
            unit = self.tree.unit(key)
            own = unit.parent_id if unit else None
            told = self.plan.changes.get(key, {}).get("parent", own)
        return self.plan.heir_of(told)

    def ward_of(self, key: int | None) -> int | None:
        """The ward at or above a unit, if it stands below one."""
        seen: set[int] = set()
        while key is not None and key not in seen:
            if self.kind(key) == Kind.WARD:
                return key
            seen.add(key)
            key = self.parent(key)
        return None

    def open_siblings(self) -> dict[tuple[int | None, str], list[int]]:
        """{(parent, spelling of the name): the units that would bear it}"""
        found: defaultdict[tuple[int | None, str], list[int]] = defaultdict(list)
        keys = [unit.id for unit in self.tree.units() if unit.id not in self.plan.heirs]
        for key in [*keys, *self._formed]:
            found[self.parent(key), marked_key(self.name(key))].append(key)
        return found


def same_names(after: After, groups: Iterable[Group]) -> Iterator[Group]:
    """The groups whose unit would bear the name of another one beside it."""
    plan = after.plan
    told = {new.key for new in plan.new_units} | {
        key
        for key, changes in plan.changes.items()
        if {"name", "parent"} & set(changes)
    }
    doubled = {
        key
        for keys in after.open_siblings().values()
        if len(keys) > 1 and told & set(keys)
        for key in keys
    }
    for group in groups:
        if group.ref in doubled and group.ref in told:
            yield group


def same_name_sentence(group: Group) -> str:
    return (
        f"Sẽ có hai đơn vị cùng tên “{group.name}” ở một nơi. Nếu nhập vào đơn vị đang "
        "hoạt động thì đồng chí ghi “sáp nhập”; nếu là đơn vị khác thì đặt tên khác."
    )


def cannot_receive(
    after: After, groups: Iterable[Group]
) -> Iterator[tuple[ReformEntry, str]]:
    """(row, sentence) of old residences whose named heir receives nobody."""
    for group in groups:
        heir = after.unit(group.ref)
        if (
            heir is None
            or heir.receives_members
            or not (group.survivor or group.is_new)
        ):
            continue
        for row in group.rows:
            old = row.old
            if old is None or not old.receives_members or old.id == group.ref:
                continue
            yield row, _CANNOT_RECEIVE.format(heir=group.name, old=old.name)


_CANNOT_RECEIVE = (
    "{heir} không tiếp nhận đảng viên giữ mối liên hệ nên không kế tục {old} được. Đồng "
    "chí chọn đảng ủy xã, phường hoặc chi bộ khu vực, ấp, khóm."
)


def left_without_ward(after: After, groups: Iterable[Group]) -> dict[ReformEntry, int]:
    """{row: people who are at its unit today, or at a cell below, and would belong to no
    ward}; two queries."""
    lost: Counter[ReformEntry] = Counter()
    before = After(ReformPlan(on=after.plan.on), after.tree)
    rows = _rows_by_unit(groups)
    for (ward, cell), people in _homes().items():
        key = cell or ward
        if before.ward_of(key) is None:
            continue  # no work of this decision: check_tree speaks of it
        if after.ward_of(after.plan.heir_of(key)) is None:
            row = _row_of(key, rows, after)
            if row is not None:
                lost[row] += people
    return lost


def _homes() -> Counter[Home]:
    found: Counter[Home] = Counter()
    placed = Placement.objects.filter(valid_to=None)
    letters = Registration.objects.filter(state__in=_UNDER_WAY)
    for rows in (placed, letters):
        counted = rows.order_by().values_list("ward_id", "cell_id")
        for ward, cell, people in counted.annotate(n=Count("*")):
            found[ward, cell] += people
    return found


def _rows_by_unit(groups: Iterable[Group]) -> dict[int, ReformEntry]:
    """{old unit: the row that takes it whole, or its rest}"""
    return {
        row.old.id: row
        for group in groups
        for row in group.rows
        if row.old is not None and row.part != Part.PART
    }


def _row_of(
    key: int, rows: Mapping[int, ReformEntry], after: After
) -> ReformEntry | None:
    """The row that speaks of a unit, or of the nearest one above it."""
    current: int | None = key
    while current is not None and current not in rows:
        unit = after.tree.unit(current)
        current = unit.parent_id if unit else None
    return rows.get(current or 0)
