"""Names that no longer hold, and the open units that what they named goes on in.

Two queries, whatever the number of units. Old names stand in the periods (of closed
units, and of open ones that were renamed) and, for units that were never kept here,
in the words of the decisions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q

from members.models import CommitteePeriod, Part, Succession
from members.queries.name_keys import exact_forms, unit_key, unit_words
from party76.shared.text import fold

_DAY = timedelta(days=1)
_DIVIDED = Q(part__in=[Part.PART, Part.REST])
_PERIOD_FIELDS = [
    "committee_id",
    "name",
    "short_name",
    "valid_from",
    "valid_to",
    "parent__name",
    "parent__parent__name",
    "committee__valid_to",
    "committee__heir_id",
    "committee__name",
]


@dataclass(frozen=True)
class OldName:
    """A name as a unit bore it until a day; followers are open units, perhaps none."""

    name: str
    unit: int | None  # None for a unit that was never kept here
    above: tuple[str, ...]  # the units above, nearest first, as far as they are known
    until: date  # the last day
    short_name: str = ""
    # The open unit → whether it took over a part only.
    followers: dict[int, bool] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Đảng ủy phường An Hội, thuộc Quận ủy Ninh Kiều, đến 31/12/2019."""
        # Of a unit kept here the nearest tells enough.
        told = ", ".join(self.above if self.unit is None else self.above[:1])
        above = f", thuộc {told}" if told else ""
        return f"{self.name}{above}, đến {self.until:%d/%m/%Y}"

    def told_of(self, unit_id: int) -> str:
        """How this name leads to one of its followers."""
        link = "một phần của" if self.followers[unit_id] else "trước là"
        return f"{link} {self.words}"


class Succeeded:
    """What became of units: walks decisions until it comes to open ones."""

    def __init__(self, steps: Iterable[Succession]):
        self._steps: defaultdict[int, list[Succession]] = defaultdict(list)
        self._heirs: dict[int, int | None] = {}  # of closed units
        for step in steps:
            if step.old_id is not None:
                self._steps[step.old_id].append(step)
            for unit in (step.old, step.new):
                if unit is not None and unit.is_closed:
                    self.note_closed(unit.pk, unit.heir_id)

    def note_closed(self, unit_id: int, heir_id: int | None) -> None:
        """Say that a unit has ended, where no step tells it."""
        self._heirs[unit_id] = heir_id

    def is_open(self, unit_id: int) -> bool:
        return unit_id not in self._heirs

    def followers(
        self, unit_id: int, *, since: date, is_part: bool = False
    ) -> dict[int, bool]:
        """{open unit: took only a part} of what a unit was on the day since."""
        found: dict[int, bool] = {}
        waiting, seen = [(unit_id, since, is_part)], set()
        while waiting:
            key, day, partly = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            steps = self._onwards(key, day)
            partly_here = partly or any(step.part != Part.WHOLE for step in steps)
            if self.is_open(key):
                found[key] = partly_here
            elif not steps and (heir := self._heirs[key]):
                found[heir] = found.get(heir, True) and partly
            waiting += [
                (step.new_id, step.effective_on, partly or step.part != Part.WHOLE)
                for step in steps
                if step.new_id is not None
            ]
        return found

    def _onwards(self, key: int, day: date) -> list[Succession]:
        """The steps to other units; of one that lives on only the parts it gave away."""
        steps = [
            step
            for step in self._steps.get(key, ())
            if step.effective_on > day and step.new_id != key
        ]
        if self.is_open(key):
            return [step for step in steps if step.part != Part.WHOLE]
        return steps


def old_names(matching: str = "") -> list[OldName]:
    """Every old name, or those that hold a text, each with who goes on in its place."""
    key = fold(matching)
    rows = _past_periods(key)
    steps = list(_steps(key))
    succeeded = Succeeded(steps)
    for row in rows:
        if row["committee__valid_to"]:
            succeeded.note_closed(row["committee_id"], row["committee__heir_id"])
    found = [_of_period(row, succeeded) for row in rows]
    found += _of_decisions(steps, succeeded, found)
    return [name for name in found if name.followers and holds(name, key)]


def _past_periods(text: str) -> list[dict]:
    """The last period under each name that is not the unit's own name today, and the
    first day of the name.
    """
    closed = Q(committee__valid_to__isnull=False)
    if text:
        closed &= Q(committee__search_key__contains=text) | Q(
            committee__search_key__in=exact_forms(text)
        )
    periods = CommitteePeriod.objects.filter(valid_to__isnull=False).filter(
        closed | ~Q(name=F("committee__name"))
    )
    last: dict[tuple[int, str], dict] = {}
    for row in periods.order_by("valid_from", "pk").values(*_PERIOD_FIELDS):
        key = row["committee_id"], fold(row["name"])
        first = last[key]["first"] if key in last else row["valid_from"]
        last[key] = {**row, "first": first}
    return list(last.values())


def _steps(key: str) -> Iterator[Succession]:
    """Steps whose old name fits, and those that a walk may need beyond heirs."""
    steps = Succession.objects.select_related("old", "new")
    if key:
        named = Q(search_key__contains=key) | Q(search_key__contains=unit_words(key))
        steps = steps.filter(named | _DIVIDED | Q(new__valid_to__isnull=False))
    columns = [
        f"{side}__{name}" for side in ("old", "new") for name in ("valid_to", "heir")
    ]
    return (
        steps.order_by("effective_on", "pk")
        .only(
            "reorganisation_id",
            "effective_on",
            "part",
            "old_id",
            "old_name",
            "new_id",
            "search_key",
            "old__name",
            *columns,
        )
        .iterator(chunk_size=2_000)
    )


def _of_period(row: dict, succeeded: Succeeded) -> OldName:
    return OldName(
        name=row["name"],
        short_name=row["short_name"],
        unit=row["committee_id"],
        above=names_above(row),
        until=row["valid_to"] - _DAY,
        followers=succeeded.followers(row["committee_id"], since=row["first"]),
    )


def names_above(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the unit above a period, and of the one above that."""
    names = (row["parent__name"], row["parent__parent__name"])
    return tuple(name for name in names if name)


def _of_decisions(
    steps: list[Succession], succeeded: Succeeded, known: list[OldName]
) -> list[OldName]:
    """Names that stand in decisions alone; one for all the parts of a divided unit."""
    told = {(name.unit, unit_key(name.name)) for name in known}
    found: dict[tuple, OldName] = {}
    for step in steps:
        name = _of_step(step)
        # With the units above: two units of one name may have gone two ways.
        key = unit_key(name.name if step.old_id else step.old_name)
        if (step.old_id, key) in told or _is_own_name(step, key, succeeded):
            continue
        name = found.setdefault((step.reorganisation_id, step.old_id, key), name)
        for unit_id, is_part in _reached(step, succeeded).items():
            name.followers[unit_id] = name.followers.get(unit_id, True) and is_part
    return list(found.values())


def _is_own_name(step: Succession, key: str, succeeded: Succeeded) -> bool:
    """The unit still bears the name; only a part that it gave away leads elsewhere."""
    if step.old is None or not succeeded.is_open(step.old.pk):
        return False
    gave_away = step.part != Part.WHOLE and step.new_id != step.old_id
    return unit_key(step.old.name) == key and not gave_away


def _of_step(step: Succession) -> OldName:
    """“Xã Đông Phước, Huyện Châu Thành, Hậu Giang”: units above follow the commas."""
    name, *above = (part.strip() for part in step.old_name.split(","))
    return OldName(
        name=name, unit=step.old_id, above=tuple(above), until=step.effective_on - _DAY
    )


def _reached(step: Succession, succeeded: Succeeded) -> dict[int, bool]:
    if step.new_id is None:
        return {}
    return succeeded.followers(
        step.new_id, since=step.effective_on, is_part=step.part != Part.WHOLE
    )


def holds(name: OldName, key: str) -> bool:
    """True where the name has the folded text in it, or is what it stands for."""
    folded = fold(f"{name.name} {name.short_name}")
    return key in folded or fold(name.name) in exact_forms(key)
