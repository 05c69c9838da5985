"""The joints of a unit's history one by one, as lines of a table and as sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from members.models import Part
from members.queries.lineage import Branch, Joint, Lineage, Stage


@dataclass(frozen=True)
class Event:
    """A joint as a line of a table: from which stages to which, and how much of each."""

    joint: Joint
    old_names: list[tuple[Stage, str]]
    new_names: list[tuple[Stage, str]]
    older_left_out: int = 0
    newer_left_out: int = 0


PART_WORDS = {Part.PART: "một phần", Part.REST: "phần còn lại"}


def part_words(part: str) -> str:
    """“một phần”, “phần còn lại”; nothing for a whole unit."""
    return PART_WORDS.get(Part(part), "")


def events_of(lineage: Lineage) -> list[Event]:
    """Every joint of the drawing in the order of time."""
    found = [
        Event(
            branch.joint,
            old_names=_stages_of(branch),
            new_names=[(branch.stage, ""), *_parted_of(branch)],
            older_left_out=branch.left_out,
        )
        for branch in _all(lineage.before)
        if branch.joint
    ]
    found += [
        Event(
            branch.joint,
            old_names=[(branch.stage, "")],
            new_names=_stages_of(branch),
            newer_left_out=branch.left_out,
        )
        for branch in _all(lineage.after)
        if branch.joint
    ]
    return sorted(found, key=lambda event: event.joint.on)


def _all(branch: Branch) -> Iterator[Branch]:
    yield branch
    for other in branch.branches:
        yield from _all(other)


def _stages_of(branch: Branch) -> list[tuple[Stage, str]]:
    return [(other.stage, part_words(other.part)) for other in branch.branches]


def _parted_of(branch: Branch) -> list[tuple[Stage, str]]:
    return [(stage, part_words(part)) for stage, part in branch.parted]
