"""Cells of several wards that meet in one: those of one name get their ward's."""

from collections import Counter
from collections.abc import Iterable, Iterator

from members.imports.reforms.known import OpenTree, OpenUnit
from members.imports.units import unit_key
from members.services.reorganisations.plan import ReformPlan


def tell_cells_apart(plan: ReformPlan, tree: OpenTree) -> list[tuple[str, str]]:
    """Add a name to cells that would bear one of their new ward's; (old, new) of each."""
    moving = list(_moving_cells(plan, tree))
    names = _names_below({parent for _, parent in moving}, moving, plan, tree)
    renamed = []
    for cell, parent in moving:
        told = plan.changes.get(cell.id, {})
        if "name" in told or names[parent][unit_key(cell.name)] < 2:
            continue
        ward = tree.unit(cell.parent_id)
        bare = ward.name.removeprefix("Đảng ủy ") if ward else cell.code
        name = f"{cell.name} ({bare})"[:200]
        plan.changes[cell.id] = {**told, "name": name}
        renamed.append((f"{cell.name}, {bare}", name))
    return renamed


def _moving_cells(
    plan: ReformPlan, tree: OpenTree
) -> Iterator[tuple[OpenUnit, int | None]]:
    """(cell, new parent) of every cell that changes its ward by this decision."""
    for old, heir in plan.heirs.items():
        for child in tree.children(old):
            told = plan.changes.get(child.id, {})
            if child.is_below_ward and child.id not in plan.heirs:
                yield child, plan.heir_of(told.get("parent", heir))
    for key, changes in plan.changes.items():
        unit = tree.unit(key)
        is_told = "parent" in changes and unit is not None and unit.is_below_ward
        if is_told and unit is not None and unit.parent_id not in plan.heirs:
            yield unit, changes["parent"]


def _names_below(
    parents: set[int | None],
    moving: Iterable[tuple[OpenUnit, int | None]],
    plan: ReformPlan,
    tree: OpenTree,
) -> dict[int | None, Counter[str]]:
    """How many cells would bear a name below each of these units."""
    names: dict[int | None, Counter[str]] = {parent: Counter() for parent in parents}
    for parent in parents:
        for child in tree.children(parent or 0):
            told = plan.changes.get(child.id, {})
            if child.id not in plan.heirs and "parent" not in told:
                names[parent][unit_key(told.get("name", child.name))] += 1
    for cell, parent in moving:
        told = plan.changes.get(cell.id, {})
        names[parent][unit_key(told.get("name", cell.name))] += 1
    for new in plan.new_units:
        if new.parent in names:
            names[new.parent][unit_key(new.name)] += 1
    return names
