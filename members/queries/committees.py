"""The tree as a person looks at it: names for all, figures for those above."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from members.models import (
    Committee,
    Exemption,
    Kind,
    Member,
    Registration,
    Role,
    User,
)
from members.models.registrations import at_residence
from members.scopes import STEP, contains, within

OPTIONS_SHOWN = 20
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

    unit: Committee
    has_children: bool
    received: int | None = None
    is_mine: bool = False
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


def find_units(text: str, *, wards_only: bool = False) -> QuerySet[Committee]:
    """Open units whose name or code holds the text, for type-ahead; any account."""
    units = Committee.objects.directory().matching(text).filter(valid_to=None)
    if wards_only:
        units = units.filter(kind=Kind.WARD)
    named = units.select_related("parent")
    return named.only("id", "code", "name", "kind", "valid_to", "parent__name")


def parent_chain(unit: Committee) -> list[Committee]:
    """The units above, topmost first."""
    ends = range(STEP, len(unit.path), STEP)
    paths = [unit.path[:end] for end in ends]
    return list(Committee.objects.filter(path__in=paths).order_by("path"))


def cells_of(ward: Committee) -> QuerySet[Committee]:
    """The open units below a ward that receive members."""
    below = Committee.objects.below(ward.path).exclude(pk=ward.pk)
    return below.filter(receives_members=True, valid_to=None).order_by("sort_key")


def tree_to(user: User, unit: Committee | None, *, day: date) -> list[Node]:
    """The topmost units with their children, opened down to one unit.

    The city's come first, those outside it after them.

    Two statements, however deep and wide.
    """
    paths = _prefixes(unit.path) if unit else []
    opened = Q(parent=None) | Q(parent__parent=None) | Q(parent__path__in=paths)
    units = list(_units_on(day).filter(opened, is_unplaced=False))
    received = received_by_path(user)
    nodes = {unit.pk: _node(unit, user, received) for unit in units}
    roots = []
    for node in nodes.values():
        above = nodes.get(node.unit.parent_id or 0)
        if above is None:
            roots.append(node)
        else:
            above.children.append(node)
            above.is_open = True
    return sorted(roots, key=lambda root: root.unit.outside_city)


def children_of(user: User, unit: Committee, *, day: date) -> list[Node]:
    """The units directly below, with counts where the user may see them."""
    received = received_by_path(user, below=unit.path)
    units = _units_on(day).filter(parent=unit)
    return [_node(child, user, received) for child in units]


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


def _node(unit: Committee, user: User, received: Counter[str]) -> Node:
    shown = None
    if _covers(user.paths_of(*_FIGURES), unit):
        shown = sum(
            number for path, number in received.items() if contains(unit.path, path)
        )
    return Node(
        unit=unit,
        has_children=unit.has_children,  # type: ignore[attr-defined]
        received=shown,
        is_mine=any(scope.committee_id == unit.pk for scope in user.scopes),
    )


def _covers(paths: list[str], unit: Committee) -> bool:
    return any(contains(path, unit.path) for path in paths)


def _prefixes(path: str) -> list[str]:
    return [path[:end] for end in range(STEP, len(path) + 1, STEP)]
