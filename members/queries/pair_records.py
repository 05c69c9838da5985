"""The two records of a pair as one side may read them, with every reason."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from members.models import Committee, Member, Registration, Role, User
from members.queries.addresses import wards_in_addresses
from members.queries.discretion import topmost_units
from members.queries.pair_grounds import GROUND_WORDS, Ground, supports
from members.queries.pairs import Candidate
from members.scopes import contains

State = Registration.State
HIDDEN = "(không hiển thị)"
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)
_HERE = {State.SENT, State.LETTER_ASKED, State.RECEIVED}
_UNSEEN = [State.DRAFT, State.WITHDRAWN, State.RETURNED]


@dataclass(frozen=True)
class Record:
    """One record of a pair: whole on one's own side, else no more than its unit."""

    member: Member
    is_read: bool
    name: str
    place: str


@dataclass(frozen=True)
class Pair:
    first: Record
    second: Record
    reasons: list[str]
    is_weak: bool
    remark: str = ""


def told_pairs(candidates: Sequence[Candidate], user: User) -> list[Pair]:
    """The pairs with both records and all reasons; statements do not grow with them."""
    keys = {key for one in candidates for key in (one.first, one.second)}
    members = Member.objects.select_related("workplace").in_bulk(keys)
    stays = _stays_of(keys)
    wards = _wards_of_addresses(members)
    reader = _Reader(user, members.values(), stays)
    return [_told(one, members, stays, wards, reader) for one in candidates]


def names_read(pairs: Sequence[tuple[Member, Member]], user: User) -> list[str]:
    """For each pair the name on the first record that the user reads; two statements.

    Fetch the members with their workplaces.
    """
    members = {member.pk: member for pair in pairs for member in pair}
    reader = _Reader(user, members.values(), _stays_of(members))
    return [
        next((member.full_name for member in pair if reader.reads(member)), HIDDEN)
        for pair in pairs
    ]


def _told(
    one: Candidate,
    members: dict[int, Member],
    stays: dict[int, list[Registration]],
    wards: dict[int, dict[int, str]],
    reader: "_Reader",
) -> Pair:
    first, second = members[one.first], members[one.second]
    by_name = any(ground is not Ground.CARD for ground in one.grounds)
    return Pair(
        first=reader.record(first, by_name=by_name),
        second=reader.record(second, by_name=by_name),
        reasons=[
            *(GROUND_WORDS[ground] for ground in one.grounds),
            *_supports(first, second, stays, wards),
        ],
        is_weak=all(ground.is_weak for ground in one.grounds),
        remark=_remark(one.parted_on),
    )


def _supports(
    first: Member,
    second: Member,
    stays: dict[int, list[Registration]],
    wards: dict[int, dict[int, str]],
) -> list[str]:
    of_first, of_second = wards.get(first.pk, {}), wards.get(second.pk, {})
    lived = {
        told[stay.ward_id]
        for told, other in ((of_first, second), (of_second, first))
        for stay in stays[other.pk]
        if stay.ward_id in told
    }
    same = bool(of_first.keys() & of_second.keys())
    return supports(first, second, wards=lived, same_wards=same)


def _remark(parted_on: date | None) -> str:
    return f"Đã ghép rồi tách lại ngày {parted_on:%d/%m/%Y}." if parted_on else ""


def _stays_of(keys: Iterable[int]) -> dict[int, list[Registration]]:
    """Stays that others than the writer may know of, the latest first; one statement."""
    found: defaultdict[int, list[Registration]] = defaultdict(list)
    rows = Registration.objects.filter(member__in=keys).exclude(state__in=_UNSEEN)
    for stay in rows.select_related("ward").order_by("-pk"):
        found[stay.member_id].append(stay)
    return found


def _wards_of_addresses(members: dict[int, Member]) -> dict[int, dict[int, str]]:
    """{member: {ward: its name} that his address speaks of}; four statements."""
    told = [member for member in members.values() if member.address]
    found = wards_in_addresses([member.address for member in told])
    return {
        member.pk: {one.unit.pk: one.unit.name for one in wards}
        for member, wards in zip(told, found, strict=True)
    }


class _Reader:
    """What the user may read of each record; one statement, or none."""

    def __init__(
        self,
        user: User,
        members: Iterable[Member],
        stays: dict[int, list[Registration]],
    ):
        self.stays = stays
        self.at_work = user.paths_of(Role.WORKPLACE, *_ABOVE)
        self.at_ward = user.paths_of(Role.RESIDENCE_WARD)
        self.above = user.paths_of(*_ABOVE)
        self.learns_workplace = bool(self.at_ward or self.above)
        workplaces = [member.workplace for member in members]
        self.tops: dict[int, Committee] = topmost_units(workplaces, to=user)

    def record(self, member: Member, *, by_name: bool) -> Record:
        """The name is told where it is one's own record's name as well."""
        is_read = self.reads(member)
        return Record(
            member=member,
            is_read=is_read,
            name=member.full_name if is_read or by_name else HIDDEN,
            place=self._place(member, is_read=is_read),
        )

    def reads(self, member: Member) -> bool:
        """His present workplace, the ward that has him, and who stands above either."""
        if any(contains(path, member.workplace.path) for path in self.at_work):
            return True
        here = (stay for stay in self.stays[member.pk] if stay.state in _HERE)
        return any(
            contains(path, stay.ward.path)
            for stay in here
            for path in (*self.at_ward, *self.above)
        )

    def _place(self, member: Member, *, is_read: bool) -> str:
        """Workplace and ward by name; a workplace learns no more than the ward."""
        units = []
        if is_read or self.learns_workplace:
            top = self.tops.get(member.workplace_id, member.workplace)
            units.append(top.name)
        here = [stay for stay in self.stays[member.pk] if stay.state in _HERE]
        last = here[:1] or self.stays[member.pk][:1]
        units += [stay.ward.name for stay in last]
        return " · ".join(units)
