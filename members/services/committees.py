"""Writing the tree of party organisations."""

from collections import Counter
from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Length, Substr

from members.models import Committee, CommitteePeriod, User
from members.scopes import LAST_CHILD, STEP
from members.services.tree_lock import hold_tree, hold_tree_alone
from party76.audit.models import Action
from party76.audit.services import changes, record, values_of
from party76.shared.versions import save_versioned

PERIOD_FIELDS = [
    "code",
    "name",
    "short_name",
    "kind",
    "sector",
    "parent",
    "outside_city",
]
EDITABLE_FIELDS = [
    "name",
    "short_name",
    "sector",
    "outside_city",
    "uses_system",
    "receives_members",
    "sort_key",
    "search_key",
]


@transaction.atomic
def create_committee(committee: Committee, *, valid_from: date, by: User) -> Committee:
    """Place a new unit under its parent and open its first period.

    Raises ValidationError when the parent is closed or holds no more units.
    """
    hold_tree(committee.parent)
    if committee.parent and committee.parent.is_closed:
        raise ValidationError(
            f"{committee.parent} đã kết thúc hoạt động, không thêm đơn vị trực thuộc."
        )
    committee.valid_from = valid_from
    committee.path = next_path(committee.parent)
    committee.save()
    open_period(committee, valid_from=valid_from)
    record(Action.CREATE, committee, by=by, committee_code=committee.code)
    return committee


def propose_code(parent: Committee) -> str:
    """A code of our own that no unit has had yet, made from the parent's."""
    taken = set(
        Committee.objects.filter(code__startswith=f"{parent.code}.").values_list(
            "code", flat=True
        )
    )
    number = len(taken) + 1
    while f"{parent.code}.{number:02}" in taken:
        number += 1
    return f"{parent.code}.{number:02}"


def open_period(committee: Committee, *, valid_from: date) -> CommitteePeriod:
    """Write the period that a unit's own columns copy."""
    values = {name: getattr(committee, name) for name in PERIOD_FIELDS}
    return CommitteePeriod.objects.create(
        committee=committee,
        valid_from=valid_from,
        valid_to=committee.valid_to,
        **values,
    )


def next_path(parent: Committee | None) -> str:
    """The first free path under a parent; paths are not given a second time."""
    base = parent.path if parent else ""
    number = last_steps([base])[base] + 1
    if number > LAST_CHILD:
        raise ValidationError("Đơn vị này đã có quá nhiều đơn vị trực thuộc.")
    return f"{base}{number:0{STEP}}"


def last_steps(bases: Collection[str]) -> Counter[str]:
    """{path: the highest number of a unit directly below it}, in one query.

    By path and not by parent: units that were closed stand below their heirs.
    """
    rows = (
        Committee.objects.annotate(base=Substr("path", 1, Length("path") - STEP))
        .filter(base__in=bases)
        .order_by()
        .values_list("base")
        .annotate(last=Max("path"))
    )
    return Counter({base: int(last[-STEP:]) for base, last in rows})


@transaction.atomic
def edit_committee(committee: Committee, *, version: int, by: User) -> Committee:
    """Correct what was mistyped of a unit; a renaming by decision is a reform.

    Raises Conflict when somebody else saved first.
    """
    stored = Committee.objects.get(pk=committee.pk)
    before = values_of(stored, EDITABLE_FIELDS)
    committee.set_keys()
    save_versioned(committee, fields=EDITABLE_FIELDS, version=version)
    CommitteePeriod.objects.filter(
        committee=committee, valid_to=committee.valid_to
    ).update(**{name: getattr(committee, name) for name in PERIOD_FIELDS})
    record(
        Action.UPDATE,
        committee,
        by=by,
        committee_code=committee.code,
        facts={"changes": changes(committee, before)},
    )
    return committee


@transaction.atomic
def place_committee(
    committee: Committee, *, parent: Committee, version: int, by: User
) -> Committee:
    """Give a unit that an import met its place; kind and sector are on the instance.

    Raises ValidationError for a unit that has its place, a closed parent, or a
    parent that lies below the unit itself; Conflict when it has changed.
    """
    hold_tree_alone()
    _check_place(committee, parent)
    old_path = committee.path
    committee.parent = parent
    committee.path = next_path(parent)
    committee.is_unplaced = False
    save_versioned(
        committee,
        fields=["parent", "path", "is_unplaced", "kind", "sector", "outside_city"],
        version=version,
    )
    _move_below(old_path, committee.path)
    committee.periods.filter(valid_to=committee.valid_to).update(
        **{name: getattr(committee, name) for name in PERIOD_FIELDS}
    )
    record(
        Action.UPDATE,
        committee,
        by=by,
        committee_code=committee.code,
        facts={"placed_below": parent.code},
    )
    return committee


def _check_place(committee: Committee, parent: Committee) -> None:
    if not committee.is_unplaced:
        raise ValidationError(
            "Đơn vị này đã có chỗ trong cây tổ chức. Chuyển giao sang cấp ủy khác được "
            "thực hiện theo quyết định sắp xếp tổ chức."
        )
    if parent.is_closed or parent.is_unplaced:
        raise ValidationError(
            {
                "parent": f"{parent} không phải là đơn vị đang hoạt động trong cây tổ chức."
            }
        )
    if parent.path.startswith(committee.path):
        raise ValidationError(
            {"parent": "Đơn vị không thể trực thuộc chính nó hoặc cấp dưới của nó."}
        )


def _move_below(old_path: str, new_path: str) -> None:
    below = list(Committee.objects.below(old_path))
    for unit in below:
        unit.path = new_path + unit.path[len(old_path) :]
    Committee.objects.bulk_update(below, ["path"])
