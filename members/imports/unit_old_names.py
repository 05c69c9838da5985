"""A row of a list of units whose name is an old one: it is not added a second time."""

from collections.abc import Sequence
from datetime import date

from members.imports.existing_units import KnownUnits
from members.imports.units import Successor, UnitIndex


def followers_at(
    parent_id: int | None, name: str, *, index: UnitIndex, known: KnownUnits
) -> list[Successor]:
    """Who goes on in place of units of this name: the parent itself, or units below it."""
    found = []
    for one in index.formerly(name):
        unit = known.by_id(one.unit.id)
        if unit and parent_id in (unit.id, unit.parent_id):
            found.append(one)
    return found


def is_newer(begins: date | None, followed: Sequence[Successor]) -> bool:
    """The row says a first day after the old units ended: a new unit bears the name."""
    return begins is not None and all(begins > one.old.until for one in followed)


def not_again(followed: Sequence[Successor]) -> str:
    """The sentence on a row that names a unit which goes on under another name."""
    told = " ".join(dict.fromkeys(one.words for one in followed))
    return (
        f"{told} Không thêm lại. Nếu đây là đơn vị mới mang tên cũ, đồng chí ghi ngày ở "
        "cột “Hoạt động từ ngày”."
    )
