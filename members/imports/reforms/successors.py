"""What the units of a decision become: formed anew, or living on with changes."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from members.imports.kinds import (
    is_residence_cell,
    kind_in,
    kind_of,
    sector_in,
    sector_of,
)
from members.imports.reforms.grouping import Group
from members.imports.reforms.known import OpenTree, OpenUnit
from members.imports.units import unit_key
from members.models import Committee, Kind, Operation
from members.scopes import contains
from members.services.reorganisations.plan import NewUnit, ReformPlan
from party76.shared.text import fold

_CELLS = {Kind.CELL, Kind.GRASSROOTS_CELL}

# Says whether the reader may do something with a unit.
May = Callable[[OpenUnit], bool]


@dataclass(frozen=True)
class Rights:
    """How far the reader may go: reorganise a unit, or say what it wholly is (its kind,
    its sector, committees below it), which is the organisation department's."""

    may: May
    may_wholly: May


class Successors:
    """Fills the plan of one decision with its new units and its changed ones."""

    def __init__(
        self,
        committee: Committee,
        tree: OpenTree,
        plan: ReformPlan,
        groups: Sequence[Group],
        *,
        rights: Rights,
    ) -> None:
        self.committee, self.tree, self.plan = committee, tree, plan
        self.rights = rights
        self._codes: set[str] = set()
        self._formed: dict[int | None, NewUnit] = {}
        self._new_by_name: defaultdict[str, list[Group]] = defaultdict(list)
        for group in groups:
            if group.is_new:
                self._new_by_name[group.key[0]].append(group)

    def settle(self, group: Group) -> None:
        """Put the unit of a group into the plan; what is wrong is the group's problem."""
        if group.is_end:
            self._require_heir(group)
            return
        parent = self._parent_of(group)
        if group.is_new:
            self._form(group, parent)
        else:
            self._change(group, parent)

    def _require_heir(self, group: Group) -> None:
        """Whoever is named to go on for units that end must be the reader's to give to."""
        heir = group.survivor
        if heir is not None and not self.rights.may(heir):
            self._require_right(group, heir)

    def _parent_of(self, group: Group) -> int | None:
        """The parent that is named, or the lowest unit above all the old ones that
        goes on; the unit of the decision where none of them is known."""
        words = group.first("new_parent")
        if words:
            return self._named_parent(group, words)
        if group.survivor is not None:
            return None  # stays, or follows the parent where that one ends
        if not group.olds:
            return self.committee.pk
        common = self._common_parent(group.olds)
        return self.plan.heir_of(common) if common else None

    def _named_parent(self, group: Group, words: str) -> int | None:
        named = self._new_by_name.get(unit_key(words), [])
        formed = [other.ref for other in named if other is not group]
        if len(formed) == 1:
            return formed[0]
        found = self.tree.find(words)
        if len(found) != 1:
            why = "không có trong cây tổ chức" if not found else "là tên nhiều đơn vị"
            group.problems.append(f"Trực thuộc (mới): “{words}” {why}.")
            return None
        return self.plan.heir_of(found[0].id)

    def _common_parent(self, olds: Sequence[OpenUnit]) -> int | None:
        chains = [[unit.id for unit in self.tree.above(old)] for old in olds]
        for candidate in chains[0]:
            if all(candidate in chain for chain in chains):
                return candidate
        return None

    def _form(self, group: Group, parent: int | None) -> None:
        olds = group.olds
        above = self.tree.unit(parent)
        kind = self._kind_of(group, parent)
        if not kind:
            group.problems.append(
                f"Loại đơn vị mới: tên “{group.name}” chưa cho biết là đảng ủy hay chi bộ."
            )
            return
        sector = sector_of(group.name, kind, self._kind_above(parent))
        outside = above.outside_city if above else self.committee.outside_city
        receives = is_residence_cell(group.name) if not olds else False
        new = NewUnit(
            key=group.ref,
            parent=parent,
            name=group.name,
            kind=kind,
            sector=olds[0].sector if olds else sector,
            code=self._free_code(group),
            statistics_code=group.first("statistics_code"),
            outside_city=outside,
            uses_system=any(old.uses_system for old in olds) or not olds,
            receives_members=kind == Kind.WARD
            or receives
            or any(old.receives_members for old in olds),
        )
        self._formed[group.ref] = new
        self.plan.new_units.append(new)
        self._require_right(group, above)
        if kind not in _CELLS and not self._may_form_below(parent):
            group.problems.append(
                f"{group.name}: chỉ Ban Tổ chức được lập đảng ủy; đồng chí lập được chi bộ."
            )

    def _may_form_below(self, parent: int | None) -> bool:
        """A committee below a unit, or below one that the decision itself forms."""
        while parent in self._formed:
            parent = self._formed[parent].parent
        above = self.tree.unit(parent)
        return above is None or self.rights.may_wholly(above)

    def _kind_of(self, group: Group, parent: int | None) -> str:
        told = _kind_told(group)
        by_name = kind_of(group.name, self._kind_above(parent))
        return told or by_name or (group.olds[0].kind if group.olds else "")

    def _kind_above(self, parent: int | None) -> str:
        """The kind of a parent, also of one that the same decision forms."""
        above = self.tree.unit(parent)
        if above is not None:
            return above.kind
        formed = self._formed.get(parent)
        return formed.kind if formed else ""

    def _free_code(self, group: Group) -> str:
        code = group.first("code")
        if not code:
            return ""
        if not self._codes:
            # Of closed units too; once, however many units the list forms.
            known = Committee.objects.values_list("code", flat=True)
            self._codes = {one.casefold() for one in known}
        if code.casefold() in self._codes:
            group.problems.append(
                f"Mã {code} đã dùng cho một đơn vị. Mã của đơn vị cũ cũng không dùng lại."
            )
        self._codes.add(code.casefold())
        return code

    def _require_right(self, group: Group, unit: OpenUnit | None) -> None:
        if unit is None or contains(self.committee.path, unit.path):
            return
        if self.rights.may(unit):
            return
        group.problems.append(
            f"{unit.name} nằm ngoài phạm vi của {self.committee.name}."
        )

    def _change(self, group: Group, parent: int | None) -> None:
        unit = group.survivor
        if unit is None:
            return
        if not self.rights.may(unit):
            group.problems.append(
                f"{unit.name} không thuộc phạm vi đồng chí được sắp xếp."
            )
        changes: dict[str, Any] = {}
        if group.is_renamed:
            changes["name"] = group.name
        if group.first("statistics_code"):
            changes["statistics_code"] = group.first("statistics_code")
        changes |= self._other_kind(group, unit)
        if parent is not None and parent != unit.parent_id:
            changes["parent"] = parent
            self._require_right(group, self.tree.unit(parent))
        if changes:
            self.plan.changes.setdefault(unit.id, {}).update(changes)

    def _other_kind(self, group: Group, unit: OpenUnit) -> dict[str, Any]:
        """Kind or sector of a unit that is reclassified; the list may repeat what any
        other unit is, and no more."""
        words = group.first("new_kind")
        if not words:
            return {}
        kind, sector = _kind_told(group), sector_in(words)
        if not any(row.operation == Operation.RECLASSIFY for row in group.rows):
            if kind and kind != unit.kind:
                group.problems.append(
                    f"Loại đơn vị mới: {unit.name} là “{Kind(unit.kind).label}”. Nếu quyết "
                    "định đổi loại đơn vị này, đồng chí ghi hình thức “đổi loại”."
                )
            return {}
        return self._reclassified(group, unit, kind, "" if kind else sector)

    def _reclassified(
        self, group: Group, unit: OpenUnit, kind: str, sector: str
    ) -> dict[str, Any]:
        if not kind and not sector:
            words = group.first("new_kind")
            group.problems.append(f"Loại đơn vị mới: chưa rõ “{words}” là loại nào.")
        elif not self.rights.may_wholly(unit):
            group.problems.append(
                f"{unit.name}: chỉ Ban Tổ chức được đổi loại tổ chức và khối."
            )
        elif (kind or unit.kind) == unit.kind and (
            sector or unit.sector
        ) == unit.sector:
            group.problems.append(f"{unit.name} đã thuộc loại này, không có gì để đổi.")
        elif kind:
            return {"kind": kind}
        else:
            return {"sector": sector}
        return {}


def _kind_told(group: Group) -> str:
    """The kind in the words of the list; “Đảng ủy” of a phường is a ward's."""
    told = kind_in(group.first("new_kind"))
    is_bare = told == Kind.GRASSROOTS and "co so" not in fold(group.first("new_kind"))
    return Kind.WARD if is_bare and kind_of(group.name, "") == Kind.WARD else told
