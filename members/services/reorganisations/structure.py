"""Units, their periods and their places in the tree, changed in memory and written once."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError

from members.models import Committee, CommitteePeriod, Kind
from members.scopes import LAST_CHILD, STEP, settle
from members.services.committee_batches import free_codes
from members.services.committees import PERIOD_FIELDS
from members.services.ledger import Ledger
from members.services.reorganisations.plan import NewUnit, ReformPlan

_LONGEST_PATH = Committee._meta.get_field("path").max_length or 0
_TAKEN_OVER_BY_PERIOD = [name for name in PERIOD_FIELDS if name != "parent"]
_OF_THE_PERIOD = [*_TAKEN_OVER_BY_PERIOD, "statistics_code"]
_TAKEN_OVER = [*_TAKEN_OVER_BY_PERIOD, "uses_system", "receives_members"]
_BELOW_WARDS = {Kind.DIVISION, Kind.CELL, Kind.GRASSROOTS_CELL}
_ROOTS = "DV"  # codes of units that stand below none


class Structure:
    """Every unit under its key, new ones under negative keys until they are stored."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.units: dict[int, Committee] = {
            unit.pk: unit for unit in ledger.hold(Committee.objects.all())
        }
        self.periods: defaultdict[int, list[CommitteePeriod]] = defaultdict(list)
        for period in ledger.hold(CommitteePeriod.objects.order_by("valid_from")):
            self.periods[period.committee_id].append(period)
        self._new: dict[int, tuple[NewUnit, Committee]] = {}
        self._new_periods: list[CommitteePeriod] = []
        # Keys that differ from what is stored: of parents, heirs, parents of periods.
        self._parents: dict[int, int | None] = {}
        self._heirs: dict[int, int | None] = {}
        self._adopted: list[tuple[CommitteePeriod, int | None]] = []

    def apply(self, plan: ReformPlan) -> None:
        """Form, change and close units, and store them; raises as arrange does."""
        self.arrange(plan)
        self._store()

    def arrange(self, plan: ReformPlan) -> None:
        """The tree as it would be, in memory alone.

        Raises ValidationError where it would not hold together.
        """
        for new in plan.new_units:
            self._form(new, plan.on)
        for key, values in plan.changes.items():
            self._revise(key, plan.on, dict(values))
        self._hand_down(plan)
        for key, heir in plan.heirs.items():
            self._close(key, heir, plan.on)
        self._settle_heirs()
        self._check(plan.on)
        self._give_codes()
        self._give_paths()

    def real(self, key: int) -> int:
        """The primary key of a unit, also of one that was just formed."""
        return self._new[key][1].pk if key < 0 else key

    def heir_of(self, key: int) -> int:
        """The unit that goes on in its place from that day; itself where it lives on."""
        return self.units[key].heir_id or key

    def period_on(self, key: int, day: date) -> CommitteePeriod | None:
        """What a stored unit is on a day, this decision carried out; None before and
        after it exists."""
        for period in reversed(self.periods[key]):
            if period.valid_from <= day:
                is_over = period.valid_to is not None and period.valid_to <= day
                return None if is_over else period
        return None

    def ward_above(self, key: int, day: date) -> int | None:
        """The ward a cell belongs to on a day; the ward itself for a ward."""
        period = self.period_on(key, day)
        while period is not None and period.kind != Kind.WARD:
            period = self.period_on(period.parent_id or 0, day)
        return None if period is None else period.committee_id

    def moved_below_wards(self) -> set[int]:
        """Cells that stand elsewhere now, with whatever stands below them."""
        below: defaultdict[int, list[int]] = defaultdict(list)
        for key, unit in self.units.items():
            below[unit.parent_id or 0].append(key)
        waiting = [
            key
            for key in self._parents
            if key > 0 and self.units[key].kind in _BELOW_WARDS
        ]
        found: set[int] = set()
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += below[key]
        return found

    def _form(self, new: NewUnit, on: date) -> None:
        unit = Committee(
            **{name: getattr(new, name) for name in _TAKEN_OVER}, valid_from=on
        )
        unit.set_keys()
        self.units[new.key] = unit
        self._new[new.key] = (new, unit)
        self._parents[new.key] = new.parent

    def _revise(self, key: int, on: date, values: dict[str, Any]) -> None:
        """Let a unit be called, or stand, otherwise from a day on."""
        unit = self.units[key]
        self._require_last_change(key, on)
        periods = self._periods_from(key, on)
        if "parent" in values:
            self._adopt(key, values.pop("parent"), periods)
        for name, value in values.items():
            for period in periods if name in _OF_THE_PERIOD else ():
                setattr(period, name, value)
            if name != "statistics_code":
                setattr(unit, name, value)
        unit.set_keys()

    def _require_last_change(self, key: int, on: date) -> None:
        """Nothing may be put before what was already changed by a later decision."""
        last = self.periods[key][-1]
        if last.valid_to is not None:
            raise ValidationError(f"{self.units[key]} đã kết thúc hoạt động từ trước.")
        if last.valid_from > on:
            raise ValidationError(
                f"{self._told_apart(key)} có thay đổi từ ngày {last.valid_from:%d/%m/%Y}, "
                f"sau ngày hiệu lực {on:%d/%m/%Y} của quyết định này. Đồng chí thực hiện "
                "các quyết định theo thứ tự ngày hiệu lực."
            )

    def _told_apart(self, key: int) -> str:
        """A cell with its ward, other units by name alone."""
        unit = self.units[key]
        above = self.units.get(unit.parent_id or 0)
        return f"{unit}, {above}" if unit.is_cell and above else str(unit)

    def _adopt(
        self, key: int, parent: int | None, periods: list[CommitteePeriod]
    ) -> None:
        self._parents[key] = parent
        self._adopted += [(period, parent) for period in periods]

    def _hand_down(self, plan: ReformPlan) -> None:
        """What stands below a unit that ends goes to its heir, unless it was told."""
        below = self._below_from(plan.on)
        for key, heir in plan.heirs.items():
            for child in sorted(below[key]):
                if child in plan.heirs or "parent" in plan.changes.get(child, {}):
                    continue
                if heir is None:
                    raise ValidationError(
                        f"{self.units[key]} kết thúc hoạt động nhưng {self.units[child]} "
                        "còn trực thuộc. Đồng chí cho biết đơn vị này chuyển về đâu."
                    )
                # Where a later decision has put it already, it stays.
                here = self._periods_from(child, plan.on, below=key)
                self._adopted += [(period, heir) for period in here]
                if self.units[child].parent_id == key:
                    self._parents[child] = heir

    def _below_from(self, on: date) -> defaultdict[int, set[int]]:
        """{unit: units that stand below it on that day or on a later one}."""
        below: defaultdict[int, set[int]] = defaultdict(set)
        for child, periods in self.periods.items():
            for period in periods:
                if period.parent_id and (
                    period.valid_to is None or period.valid_to > on
                ):
                    below[period.parent_id].add(child)
        return below

    def _periods_from(
        self, key: int, on: date, *, below: int | None = None
    ) -> list[CommitteePeriod]:
        """The periods from a day on, perhaps only those below one unit; one that spans
        the day is divided there."""
        found = []
        for period in list(self.periods[key]):
            if period.valid_to is not None and period.valid_to <= on:
                continue
            if below is not None and period.parent_id != below:
                continue
            found.append(self._divide(period, on) if period.valid_from < on else period)
        return found

    def _divide(self, period: CommitteePeriod, on: date) -> CommitteePeriod:
        later = CommitteePeriod(
            committee_id=period.committee_id,
            parent_id=period.parent_id,
            valid_from=on,
            valid_to=period.valid_to,
            **{name: getattr(period, name) for name in _OF_THE_PERIOD},
        )
        period.valid_to = on
        self.periods[period.committee_id].append(later)
        self.periods[period.committee_id].sort(key=attrgetter("valid_from"))
        self._new_periods.append(later)
        return later

    def _close(self, key: int, heir: int | None, on: date) -> None:
        unit, last = self.units[key], self.periods[key][-1]
        self._require_last_change(key, on)
        if last.valid_from == on and last in self._new_periods:
            raise ValidationError(f"{unit} vừa thay đổi vừa kết thúc trong một lần.")
        if last.valid_from == on:
            raise ValidationError(
                f"{unit} có thay đổi đúng ngày {on:%d/%m/%Y}, không kết thúc hoạt động "
                "từ chính ngày ấy được."
            )
        last.valid_to = unit.valid_to = on
        self._heirs[key] = heir

    def _settle_heirs(self) -> None:
        """An heir is the last of a chain: who inherited from a unit now inherits from
        whoever follows that one."""
        for key, unit in self.units.items():
            if unit.heir_id in self._heirs:
                self._heirs[key] = self._heirs[unit.heir_id]
        for key in list(self._heirs):
            heir, seen = self._heirs[key], {key}
            while heir is not None and self._heirs.get(heir) is not None:
                if heir in seen:
                    raise ValidationError(
                        f"{self.units[key]} không thể kế tục chính nó."
                    )
                seen.add(heir)
                heir = self._heirs[heir]
            if heir in seen:
                raise ValidationError(f"{self.units[key]} không thể kế tục chính nó.")
            self._heirs[key] = heir

    def _check(self, on: date) -> None:
        """No unit below itself, none below one that has ended or is not there yet."""
        for key in {*self._parents, *self._heirs}:
            self._require_no_ring(key, self._parent)
        for day in self.days_from(on):
            parents = self._parents_on(day)
            for period, _ in self._adopted:
                self._require_no_ring(period.committee_id, parents.get)
        followed = {*self._parents.items(), *self._heirs.items()}
        for key, other in followed:
            if other is not None:
                self._require_open(key, self.units[other], on)

    def _require_no_ring(
        self, key: int, parent_of: Callable[[int], int | None]
    ) -> None:
        seen, current = {key}, parent_of(key)
        while current is not None:
            if current in seen:
                raise ValidationError(
                    f"{self.units[key]} không thể trực thuộc chính nó hoặc cấp dưới của nó."
                )
            seen.add(current)
            current = parent_of(current)

    def days_from(self, on: date) -> set[date]:
        """The day and every later one on which something of the tree changes."""
        later = (
            period.valid_from for periods in self.periods.values() for period in periods
        )
        return {on, *(day for day in later if day > on)}

    def _parents_on(self, day: date) -> dict[int, int | None]:
        """Who would stand below whom on a day from the day of effect on."""
        adopted = {id(period): parent for period, parent in self._adopted}
        parents: dict[int, int | None] = {
            key: new.parent for key, (new, _) in self._new.items()
        }
        for key, periods in self.periods.items():
            for period in periods:
                if period.valid_from <= day and (
                    period.valid_to is None or day < period.valid_to
                ):
                    parents[key] = adopted.get(id(period), period.parent_id)
        return parents

    def _require_open(self, key: int, other: Committee, on: date) -> None:
        if other.is_closed:
            raise ValidationError(
                f"{self.units[key]} không thể chuyển về {other} đã kết thúc hoạt động."
            )
        if other.valid_from and other.valid_from > on:
            raise ValidationError(
                f"{other} mới hoạt động từ ngày {other.valid_from:%d/%m/%Y}, sau ngày "
                f"hiệu lực {on:%d/%m/%Y} của quyết định này."
            )

    def _parent(self, key: int) -> int | None:
        return self._parents[key] if key in self._parents else self.units[key].parent_id

    def _scope_parent(self, key: int) -> int | None:
        heir = self._heirs[key] if key in self._heirs else self.units[key].heir_id
        return self._parent(key) if heir is None else heir

    def _give_codes(self) -> None:
        """Codes of our own for new units that the decision gives none."""
        for level in self._levels():
            without: defaultdict[int | None, list[Committee]] = defaultdict(list)
            for new, unit in level:
                if not unit.code:
                    without[new.parent].append(unit)
            for parent, units in without.items():
                stem = self.units[parent].code if parent is not None else _ROOTS
                spoken_for = [unit.code for unit in self.units.values()]
                codes = free_codes(stem, len(units), spoken_for=spoken_for)
                for unit, code in zip(units, codes, strict=True):
                    unit.code = code

    def _give_paths(self) -> None:
        """Where everybody stands in today's scopes; what stays keeps its path."""
        paths = settle(
            {key: unit.path for key, unit in self.units.items()},
            {key: self._scope_parent(key) for key in self.units},
        )
        for key, path in paths.items():
            if int(path[-STEP:]) > LAST_CHILD or len(path) > _LONGEST_PATH:
                raise ValidationError(
                    "Một đơn vị có quá nhiều đơn vị hoặc cấp trực thuộc."
                )
            self.units[key].path = path

    def _store(self) -> None:
        for level in self._levels():
            for new, unit in level:
                unit.parent_id = None if new.parent is None else self.real(new.parent)
            for unit in self.ledger.add(Committee, [unit for _, unit in level]):
                self.units[unit.pk] = unit
        self._open_periods()
        for key, parent in self._parents.items():
            if key > 0:
                self.units[key].parent_id = (
                    None if parent is None else self.real(parent)
                )
        for period, parent in self._adopted:
            period.parent_id = None if parent is None else self.real(parent)
        for key, heir in self._heirs.items():
            self.units[key].heir_id = None if heir is None else self.real(heir)
        self.ledger.write(Committee)
        self.ledger.write(CommitteePeriod)
        self.ledger.add(CommitteePeriod, self._new_periods)

    def _open_periods(self) -> None:
        """The first period of each new unit."""
        for new, unit in self._new.values():
            period = CommitteePeriod(
                committee=unit,
                valid_from=unit.valid_from,
                statistics_code=new.statistics_code,
                **{name: getattr(unit, name) for name in _TAKEN_OVER_BY_PERIOD},
                parent_id=unit.parent_id,
            )
            self.periods[unit.pk].append(period)
            self._new_periods.append(period)

    def _levels(self) -> Iterator[list[tuple[NewUnit, Committee]]]:
        """New units, each after the new unit it stands below."""
        waiting = dict(self._new)
        while waiting:
            ready = [
                key for key, (new, _) in waiting.items() if new.parent not in waiting
            ]
            yield [waiting.pop(key) for key in ready]
