"""Where everybody belongs from the day of effect: a reform ends no stay and begins none."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from members.models import (
    Committee,
    Member,
    Placement,
    Registration,
)
from members.services.ledger import Ledger, slices
from members.services.reorganisations.plan import ReformPlan
from members.services.reorganisations.structure import Structure

_STATE = Registration.State
# Changes of a workplace after which its people are counted otherwise.
_COUNTED = {"sector", "outside_city"}
_UNDER_WAY = [_STATE.DRAFT, _STATE.SENT, _STATE.LETTER_ASKED]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a stay belongs: keys of the units, and how its workplace is counted."""

    ward_id: int
    cell_id: int | None
    workplace_id: int
    sector: str
    outside_city: bool


class Reform:
    """What a decision changed, for whoever keeps rows that name units.

    Sent to the apps above with the ledger; they move what is not history yet.
    """

    def __init__(self, plan: ReformPlan, structure: Structure) -> None:
        self.on: date = plan.on
        self._structure = structure
        real = structure.real
        self._stays = {key: real(unit) for key, unit in plan.stays.items()}
        self._members = {key: real(unit) for key, unit in plan.members.items()}
        self._divided = plan.divided()
        self.closed: dict[int, int | None] = {
            key: structure.units[key].heir_id for key in plan.heirs
        }
        self.affected = self._affected(plan)
        self._later_days = sorted(structure.days_from(plan.on) - {plan.on})

    def unit(self, key: int) -> Committee:
        """A unit as it is from that day."""
        return self._structure.units[key]

    def heir_of(self, key: int) -> int:
        """The unit that goes on in its place; itself where it lives on."""
        return self.closed.get(key) or key

    def concerns(self) -> Q:
        """The condition that a row names a unit whose people may have moved."""
        units = sorted(self.affected)
        return Q(ward__in=units) | Q(cell__in=units) | Q(workplace__in=units)

    def is_open(self, key: int, day: date) -> bool:
        """True when the unit exists on that day."""
        return self._structure.period_on(key, day) is not None

    def ward_of(self, cell: int, ward: int, *, day: date) -> int:
        """The ward above a cell on a day; the old one where none is."""
        return self._structure.ward_above(cell, day) or self.heir_of(ward)

    def workplace_of(self, member_id: int, workplace_id: int) -> int:
        """Where a member works from that day."""
        if member_id in self._members and workplace_id in self._divided:
            return self._members[member_id]
        return self.heir_of(workplace_id)

    def standing_of(
        self,
        stay_id: int,
        member_id: int,
        ward: int,
        cell: int | None,
        workplace: int,
        *,
        day: date,
    ) -> Standing:
        """Where a stay belongs on a day from that one on, by where it belonged before.

        Raises ValidationError where a unit that ends has no successor for it, or the
        one named cannot have it on that day.
        """
        target = self.heir_of(ward if cell is None else cell)
        if stay_id in self._stays and {ward, cell} & self._divided:
            target = self._stays[stay_id]
        ward, cell = self._residence(target, ward, day)
        workplace = self.workplace_of(member_id, workplace)
        work = self._structure.period_on(workplace, day)
        for key in (ward, cell, workplace):
            if key is not None:
                self.require_open(key, day)
        assert work is not None  # noqa: S101 required a line above
        return Standing(ward, cell, workplace, work.sector, work.outside_city)

    def standing_where_there_is_one(self, *row: Any, day: date) -> Standing | None:
        """As standing_of; None for a copy that speaks of a unit nobody is in any more."""
        try:
            return self.standing_of(*row, day=day)
        except ValidationError:
            return None

    def require_open(self, key: int, day: date) -> None:
        """Nobody is left in a unit that has ended, or put into one to come."""
        if key in self.closed:
            raise ValidationError(
                f"{self.unit(key)} còn đảng viên nhưng chưa có đơn vị kế tục. Đồng chí "
                "cho biết các đồng chí ấy chuyển về đâu."
            )
        if not self.is_open(key, day):
            raise ValidationError(
                f"{self.unit(key)} không hoạt động vào ngày {day:%d/%m/%Y}, không chuyển "
                "đảng viên về đơn vị này từ ngày ấy được."
            )

    def require_lasting(self, standing: Standing, *, until: date | None) -> None:
        """A decision of a past day finds everything as it has been since that day.

        Where it has changed again, decisions must be carried out in the order of
        their days.
        """
        target = standing.cell_id or standing.ward_id
        for day in self._later_days:
            if until is not None and until <= day:
                return
            work = self._structure.period_on(standing.workplace_id, day)
            if self._structure.ward_above(target, day) != standing.ward_id or (
                work is None
                or (work.sector, work.outside_city)
                != (standing.sector, standing.outside_city)
            ):
                raise ValidationError(
                    f"Nơi nhận đảng viên ({self.unit(target)}; "
                    f"{self.unit(standing.workplace_id)}) lại thay đổi từ ngày "
                    f"{day:%d/%m/%Y}, sau ngày hiệu lực {self.on:%d/%m/%Y}. Đồng chí "
                    "thực hiện các quyết định theo thứ tự ngày hiệu lực."
                )

    def _residence(self, target: int, ward: int, day: date) -> tuple[int, int | None]:
        """(ward, cell) of somebody who goes to a ward or to one of its cells."""
        above = self._structure.ward_above(target, day)
        if above is None:
            self.require_open(target, day)
            raise ValidationError(
                f"{self.unit(target)} còn đảng viên giữ mối liên hệ nhưng từ ngày "
                f"{day:%d/%m/%Y} không thuộc đảng ủy xã, phường nào. Đồng chí cho biết "
                "các đồng chí ấy chuyển về đâu."
            )
        return above, None if above == target else target

    def _affected(self, plan: ReformPlan) -> set[int]:
        """Units whose people may have to be moved: closed or divided, counted
        otherwise, or standing elsewhere with what lies below them."""
        counted_otherwise = {
            key for key, values in plan.changes.items() if _COUNTED & set(values)
        }
        moved = self._structure.moved_below_wards()
        return {*plan.heirs, *self._divided, *counted_otherwise, *moved}


def move_people(reform: Reform, plan: ReformPlan, ledger: Ledger) -> dict[str, int]:
    """Divide the placements at the day, let letters and members follow.

    Returns the counts of what was written.
    """
    moved = _move_placements(reform, plan, ledger)
    return {
        "stays": len(moved),
        "letters": _move_letters(reform, ledger),
        "members": _move_members(reform, plan, ledger),
    }


def _move_placements(reform: Reform, plan: ReformPlan, ledger: Ledger) -> set[int]:
    by_member = Registration.objects.filter(member__in=sorted(plan.members))
    stays = {*plan.stays, *by_member.values_list("pk", flat=True)}
    rows = (
        Placement.objects.filter(reform.concerns() | Q(registration__in=sorted(stays)))
        .exclude(valid_to__lt=reform.on)
        .exclude(valid_to=reform.on, valid_from__lt=reform.on)
    )
    members = dict(
        rows.values_list("registration_id", "registration__member_id").order_by()
    )
    later: list[Placement] = []
    moved: set[int] = set()
    for row in ledger.hold(rows.order_by("registration_id", "valid_from")):
        if row.valid_to == row.valid_from:
            continue  # of no day
        standing = reform.standing_of(
            row.registration_id,
            members[row.registration_id],
            row.ward_id,
            row.cell_id,
            row.workplace_id,
            day=max(row.valid_from, reform.on),
        )
        if standing == _standing(row):
            continue
        reform.require_lasting(standing, until=row.valid_to)
        moved.add(row.registration_id)
        if row.valid_from < reform.on:
            later.append(_divide(row, standing, reform.on))
        else:
            _put(row, standing)
    ledger.write(Placement)
    ledger.add(Placement, later)
    _follow_placements(moved, ledger)
    return moved


def _divide(row: Placement, standing: Standing, on: date) -> Placement:
    part = Placement(
        registration_id=row.registration_id,
        valid_from=on,
        valid_to=row.valid_to,
        cause=Placement.Cause.REORGANISATION,
    )
    row.valid_to = on
    _put(part, standing)
    return part


def _standing(row: Placement) -> Standing:
    return Standing(
        row.ward_id, row.cell_id, row.workplace_id, row.sector, row.outside_city
    )


def _put(row: Placement, standing: Standing) -> None:
    row.ward_id, row.cell_id = standing.ward_id, standing.cell_id
    row.workplace_id = standing.workplace_id
    row.sector, row.outside_city = standing.sector, standing.outside_city


def _follow_placements(moved: set[int], ledger: Ledger) -> None:
    """A stay copies where it stands, or stood last."""
    for keys in slices(sorted(moved)):
        rows = Placement.objects.filter(registration__in=keys)
        last = {
            stay: places
            for stay, *places in rows.order_by("valid_from", "pk").values_list(
                "registration_id", "ward_id", "cell_id", "workplace_id"
            )
        }
        for stay in ledger.hold(Registration.objects.filter(pk__in=keys)):
            stay.ward_id, stay.cell_id, stay.workplace_id = last[stay.pk]
    ledger.write(Registration)


def _move_letters(reform: Reform, ledger: Ledger) -> int:
    """Letters under way, which have no placement yet, wait at the heir."""
    letters = Registration.objects.filter(reform.concerns(), state__in=_UNDER_WAY)
    for letter in ledger.hold(letters):
        standing = reform.standing_of(
            letter.pk,
            letter.member_id,
            letter.ward_id,
            letter.cell_id,
            letter.workplace_id,
            day=date.max,  # as everything stands in the end
        )
        letter.ward_id, letter.cell_id = standing.ward_id, standing.cell_id
        letter.workplace_id = standing.workplace_id
    return ledger.write(Registration)


def _move_members(reform: Reform, plan: ReformPlan, ledger: Ledger) -> int:
    """Everybody alive works where his workplace goes on."""
    members = Member.objects.filter(
        Q(workplace__in=sorted(reform.closed)) | Q(pk__in=sorted(plan.members))
    ).exclude(status=Member.Status.DEAD)
    for member in ledger.hold(members):
        member.workplace_id = reform.workplace_of(member.pk, member.workplace_id)
        if member.status == Member.Status.ACTIVE:
            reform.require_open(member.workplace_id, date.max)
    return ledger.write(Member)
