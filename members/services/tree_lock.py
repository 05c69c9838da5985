"""One decision at a time on the tree, and nobody placed into a tree that just moved."""

from django.core.exceptions import ValidationError
from django.db import connection

from members.models import Committee

# 7601 is the number of our advisory lock.
_ALONE = "SELECT pg_advisory_xact_lock(7601)"
_TOGETHER = "SELECT pg_advisory_xact_lock_shared(7601)"

MOVED_MEANWHILE = (
    "Cơ cấu tổ chức vừa thay đổi theo một quyết định sắp xếp. Chưa ghi gì; đồng chí tải lại "
    "trang rồi làm lại."
)


def hold_tree_alone() -> None:
    """Until the end of the transaction nobody else changes the tree or places people.

    On SQLite a transaction that writes is alone anyway.
    """
    _lock(_ALONE)


def hold_tree(*units: Committee | None) -> None:
    """Until the end of the transaction no decision moves the tree.

    Raises ValidationError when one of the units, read before, has ended or stands
    elsewhere since: it waited for a decision that was just carried out.
    """
    _lock(_TOGETHER)
    read = {unit.pk: unit for unit in units if unit is not None}
    stored = Committee.objects.filter(pk__in=read).values_list(
        "pk", "valid_to", "parent_id", "kind"
    )
    for pk, *now in stored:
        unit = read[pk]
        if [unit.valid_to, unit.parent_id, unit.kind] != now:
            raise ValidationError(MOVED_MEANWHILE)


def _lock(statement: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement)
