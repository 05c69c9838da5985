"""A scope is a range of paths: a unit of the tree and everything below it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

STEP = 4
LAST_CHILD = 10**STEP - 2  # the end of a scope must still be a step of its own


@dataclass(frozen=True)
class Scope:
    """One post of one user: the role and the unit it is held at."""

    role: str
    path: str
    committee_id: int


def scope_of(path: str) -> tuple[str, str]:
    """(first, end): first ≤ p < end holds exactly for the unit and all below it.

    Both are digits of one length, so that any collation compares them alike.
    """
    step = path[-STEP:]
    return path, f"{path[:-STEP]}{int(step) + 1:0{STEP}}"


def within(lookup: str, paths: Iterable[str]) -> Q:
    """The condition that the path under lookup lies in one of the scopes."""
    condition = Q(pk__in=[])
    for path in sorted(set(paths)):
        first, end = scope_of(path)
        condition |= Q(**{f"{lookup}__gte": first, f"{lookup}__lt": end})
    return condition


def contains(path: str, other: str) -> bool:
    """True when the unit at other is the unit at path or lies below it."""
    return other.startswith(path)


def settle(paths: Mapping[int, str], above: Mapping[int, int | None]) -> dict[int, str]:
    """{unit: its path} so that all agree with the units above; what is right stays.

    A unit without a path has "". A line that turns in a ring gets none.
    """
    last: defaultdict[str, int] = defaultdict(int)
    below: defaultdict[int | None, list[int]] = defaultdict(list)
    for key, path in paths.items():
        below[above[key]].append(key)
        if path[-STEP:].isdecimal():
            last[path[:-STEP]] = max(last[path[:-STEP]], int(path[-STEP:]))
    settled: dict[int, str] = {}
    waiting = [(key, "") for key in reversed(below[None])]
    while waiting:
        key, base = waiting.pop()
        path = paths[key]
        if not _is_directly_below(path, base):
            last[base] += 1
            path = f"{base}{last[base]:0{STEP}}"
        settled[key] = path
        waiting += [(child, path) for child in reversed(below[key])]
    return settled


def _is_directly_below(path: str, base: str) -> bool:
    step = path[-STEP:]
    return (
        path[:-STEP] == base
        and len(step) == STEP
        and step.isdecimal()
        and 1 <= int(step) <= LAST_CHILD
    )


def last_step(base: str, paths: Iterable[str]) -> int:
    """The highest number that any of the paths bears directly below base; 0 for none."""
    length = len(base) + STEP
    steps = (
        int(path[len(base) : length])
        for path in paths
        if len(path) >= length and path.startswith(base)
    )
    return max(steps, default=0)
