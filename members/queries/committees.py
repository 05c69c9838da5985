"""The tree as a person looks at it: names for all, figures for those above."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from members.models import (
    Committee,
    Exemption,
    Member,
    Registration,
    Role,
    User,
)
from members.models.registrations import at_residence
from members.queries.day_tree import (
    DayTree,
    UnitThen,
    counts_on,
    last_day_of,
)
from members.scopes import STEP, contains, within

_FIGURES = (
    Role.RESIDENCE_WARD,
    Role.RESIDENCE_CELL,
    Role.DEPARTMENT,
    Role.INSPECTOR,
)
_STAFF = (Role.WORKPLACE, Role.DEPARTMENT, Role.INSPECTOR)


@dataclass
class Node:
    """A unit in the tree; received is None where the user may not see figures."""

    pk: int
    name: str
    has_children: bool
    received: int | None = None
    is_mine: bool = False
    forerunner_of: str = ""  # the user's unit that goes on in its place
    children: "list[Node]" = field(default_factory=list)
    is_open: bool = False


@dataclass(frozen=True)
class UnitFigures:
    """What a unit's page counts today; None where the user may not see it."""

    received: int | None = None
    exempt: int | None = None
    without_cell: int | None = None
    working: int | None = None
    introduced: int | None = None


def parent_chain(unit: Committee) -> list[Committee] | list[UnitThen]:
    """The units above, topmost first; of a closed unit those of its last day."""
    last = last_day_of(unit)
    if last is not None:
        return DayTree(last).above(unit.pk)
    ends = range(STEP, len(unit.path), STEP)
    paths = [unit.path[:end] for end in ends]
    return list(Committee.objects.filter(path__in=paths).order_by("path"))


def cells_of(ward: Committee) -> QuerySet[Committee]:
    """The open units below a ward that receive members."""
    below = Committee.objects.below(ward.path).exclude(pk=ward.pk)
    return below.filter(receives_members=True, valid_to=None).order_by("sort_key")


def tree_to(user: User, unit: Committee | None, *, day: date) -> list[Node]:
    """The topmost units of today with their children, opened down to one unit.

    The city's come first, those outside it after them.

    Two statements, however deep and wide.
    """
    paths = _prefixes(unit.path) if unit else []
    opened = Q(parent=None) | Q(parent__parent=None) | Q(parent__path__in=paths)
    units = list(_units_on(day).filter(opened, is_unplaced=False))
    received = received_by_path(user)
    nodes = {unit.pk: _node(unit, user, received) for unit in units}
    roots = []
    for unit in units:
        above = nodes.get(unit.parent_id or 0)
        if above is None:
            roots.append(unit)
        else:
            above.children.append(nodes[unit.pk])
            above.is_open = True
    roots.sort(key=lambda root: root.outside_city)
    return [nodes[root.pk] for root in roots]


def children_of(user: User, unit: Committee, *, day: date) -> list[Node]:
    """The units directly below, with counts where the user may see them."""
    received = received_by_path(user, below=unit.path)
    units = _units_on(day).filter(parent=unit)
    return [_node(child, user, received) for child in units]


def tree_on(user: User, unit: Committee | None, tree: DayTree) -> list[Node]:
    """The same for another day: with the names, the places and the people of then.

    A unit that did not exist yet is opened down to those it has followed. One
    statement beside the tree.
    """
    standing = []
    if unit is not None:
        then = tree.units.get(unit.pk)
        standing = [then] if then else tree.in_place_of(unit.path)
    line = {above.pk for unit in standing for above in tree.above(unit.pk)}
    line |= {unit.pk for unit in standing}
    counts = _counts_for(user, tree)
    return [
        _opened(root, user, tree, counts, line | {root.pk}) for root in tree.roots()
    ]


def children_on(user: User, key: int, tree: DayTree) -> list[Node]:
    """The units directly below one on that day, with counts where they may be seen."""
    counts = _counts_for(user, tree)
    return [
        _node_then(unit, user, tree, counts)
        for unit in tree.below_directly(key)
        if not unit.is_unplaced
    ]


def sees_figures_then(user: User, unit: UnitThen) -> bool:
    """A closed unit lies below its heir today: the successor reads its figures."""
    return _covers(user.paths_of(*_FIGURES), unit)


def received_by_path(user: User, *, below: str = "") -> Counter[str]:
    """Members received now, by the path of their cell (or ward without a cell).

    Only inside the units whose figures the user may see (can_see_figures).
    """
    stays = Registration.objects.filter(
        at_residence(user.paths_of(*_FIGURES)), state=Registration.State.RECEIVED
    )
    if below:
        stays = stays.filter(at_residence([below]))
    rows = (
        stays.values(ward_path=F("ward__path"), cell_path=F("cell__path"))
        .annotate(number=Count("pk"))
        .order_by()
    )
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["cell_path"] or row["ward_path"]] += row["number"]
    return counts


def unit_figures(user: User, unit: Committee, *, day: date) -> UnitFigures:
    """The counts of one unit and all below it that the user's role may see."""
    received = exempt = without_cell = working = introduced = None
    if _covers(user.paths_of(*_FIGURES), unit):
        at_unit = Registration.objects.filter(
            at_residence([unit.path]), state=Registration.State.RECEIVED
        )
        exemptions = Exemption.objects.in_force_on(day).filter(
            registration=OuterRef("pk")
        )
        counted = at_unit.annotate(is_exempt=Exists(exemptions)).aggregate(
            received=Count("pk"),
            exempt=Count("pk", filter=Q(is_exempt=True)),
            without_cell=Count("pk", filter=Q(cell=None)),
        )
        received, exempt = counted["received"], counted["exempt"]
        without_cell = counted["without_cell"]
    if _covers(user.paths_of(*_STAFF), unit):
        working, introduced = _staff_figures(unit)
    return UnitFigures(received, exempt, without_cell, working, introduced)


def unplaced_units() -> QuerySet[Committee]:
    """Units met in an import that still have no place in the tree."""
    return Committee.objects.filter(is_unplaced=True).order_by("sort_key", "id")


def _staff_figures(unit: Committee) -> tuple[int, int]:
    running = Registration.objects.filter(
        member=OuterRef("pk"), state=Registration.State.RECEIVED
    )
    counted = (
        Member.objects.filter(
            within("workplace__path", [unit.path]), status=Member.Status.ACTIVE
        )
        .annotate(is_received=Exists(running))
        .aggregate(
            working=Count("pk"), introduced=Count("pk", filter=Q(is_received=True))
        )
    )
    return counted["working"], counted["introduced"]


def _units_on(day: date) -> QuerySet[Committee]:
    units = Committee.objects.exclude(valid_to__lte=day)
    below = units.filter(parent=OuterRef("pk"))
    return units.annotate(has_children=Exists(below)).order_by("sort_key", "id")


def _counts_for(user: User, tree: DayTree) -> Counter[int]:
    return counts_on(tree) if user.paths_of(*_FIGURES) else Counter()


def _opened(
    unit: UnitThen, user: User, tree: DayTree, counts: Counter[int], line: set[int]
) -> Node:
    node = _node_then(unit, user, tree, counts)
    node.is_open = node.has_children and unit.pk in line
    if node.is_open:
        node.children = [
            _opened(child, user, tree, counts, line)
            for child in tree.below_directly(unit.pk)
            if not child.is_unplaced
        ]
    return node


def _node_then(unit: UnitThen, user: User, tree: DayTree, counts: Counter[int]) -> Node:
    mine = {post.committee_id: post.committee for post in user.posts}
    heir = mine.get(unit.heir_id or 0)
    # A unit that nobody of its own kind followed has its superior for an heir.
    is_followed = heir is not None and heir.kind == unit.kind
    return Node(
        pk=unit.pk,
        name=unit.name,
        has_children=unit.pk in tree.children,
        received=counts[unit.pk] if sees_figures_then(user, unit) else None,
        is_mine=unit.pk in mine,
        forerunner_of=heir.name if heir and is_followed else "",
    )


def _node(unit: Committee, user: User, received: Counter[str]) -> Node:
    shown = None
    if _covers(user.paths_of(*_FIGURES), unit):
        shown = sum(
            number for path, number in received.items() if contains(unit.path, path)
        )
    return Node(
        pk=unit.pk,
        name=unit.name,
        has_children=unit.has_children,  # type: ignore[attr-defined]
        received=shown,
        is_mine=any(scope.committee_id == unit.pk for scope in user.scopes),
    )


def _covers(paths: list[str], unit: Committee | UnitThen) -> bool:
    return any(contains(path, unit.path) for path in paths)


def _prefixes(path: str) -> list[str]:
    return [path[:end] for end in range(STEP, len(path) + 1, STEP)]
