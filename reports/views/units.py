"""What the pages of a unit's year have in common: unit, year, right, choices."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from evaluations.models import RatingYear
from members.models import Committee, Role, User
from members.permissions import can_see_figures
from members.scopes import contains
from reports.queries.tree import Node, Tree
from reports.queries.years import years_of

_READERS = (
    Role.DEPARTMENT,
    Role.INSPECTOR,
    Role.RESIDENCE_WARD,
    Role.RESIDENCE_CELL,
)
_MANY = 400  # more units than anybody looks through in a list to choose from


@dataclass(frozen=True)
class UnitYear:
    unit: Committee
    year: RatingYear
    years: list[RatingYear]


def own_unit(user: User) -> Committee:
    """The widest unit whose figures the user may read; PermissionDenied for none."""
    posts = [post for post in user.posts if post.role in _READERS]
    if not posts:
        raise PermissionDenied
    return min(posts, key=lambda post: len(post.committee.path)).committee


def unit_year(user: User, pk: int, year: int) -> UnitYear:
    """404 outside the user's scope or for a year unknown there, 403 without the right."""
    unit = get_object_or_404(Committee.objects.visible_to(user), pk=pk)
    if not can_see_figures(user, unit):
        raise PermissionDenied
    years = years_of(unit, user)
    for found in years:
        if found.year == year:
            return UnitYear(unit, found, years)
    raise Http404


def can_open(user: User, node: Node) -> bool:
    return any(contains(path, node.path) for path in user.paths_of(*_READERS))


def can_open_unit(user: User, unit: Committee) -> bool:
    return any(contains(path, unit.path) for path in user.paths_of(*_READERS))


def unit_choices(user: User, tree: Tree, unit: Committee) -> list[tuple[int, str]]:
    """The units of that day in the user's scope, indented as they hang together."""
    shown = [node for node in tree.in_order() if can_open(user, node[1])]
    if len(shown) > _MANY:
        near = {unit.pk, *tree.children.get(unit.pk, ())}
        near |= {node.id for node in tree.above(unit.pk)}
        shown = [(depth, node) for depth, node in shown if node.id in near]
    least = min((depth for depth, _ in shown), default=0)
    choices = [
        (node.id, "\N{NO-BREAK SPACE}" * 4 * (depth - least) + node.name)
        for depth, node in shown
    ]
    if unit.pk not in {key for key, _ in choices}:
        choices.insert(0, (unit.pk, unit.name))
    return choices


def trail(
    user: User,
    tree: Tree,
    unit: Committee,
    year: int,
    kept: Mapping[str, str] | None = None,
) -> list[tuple[str, str]]:
    """(name, address) of the units above, as far as the user may open them."""
    if unit.pk not in tree:
        return []
    query = f"?{urlencode(kept)}" if kept else ""
    return [
        (node.label, reverse("reports:summary_unit", args=[node.id, year]) + query)
        for node in tree.above(unit.pk)
        if can_open(user, node)
    ]
