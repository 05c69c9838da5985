"""Who came after 2013, who is exempt, whose letters are under way today."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from members.models import (
    Committee,
    EndReason,
    Exemption,
    Member,
    Registration,
    Sector,
    User,
)
from members.services.persons import identity_of
from party76.audit.models import Action
from party76.audit.services import record_many
from reports.demo.lists import COMPLETE, THIRD
from reports.demo.old_city import OldCity, OldWard
from reports.demo.people import Census, Stay
from reports.demo.reforms import Reformed
from reports.demo.tree import BATCH
from reports.demo.workplaces import UNPLACED

State = Registration.State

_NEW_COMPLETE, _NEW_ELSEWHERE, _NEW_JOINED = 120, 24, 12
_FROM_HEALTH = {"Phường Ninh Kiều": 15}  # of Sở Y tế, which has an account
_FROM_HEALTH_ELSEWHERE = 6
_WITH_HEALTH, _WITH_SCHOOL, _PAST_AGE = 12, 12, 2  # of Shared
_JOINED = (
    "Phường Vị Thanh",
    "Phường Ngã Bảy",
    "Phường Long Mỹ",
    "Phường Phú Lợi",
    "Phường Mỹ Xuyên",
    "Phường Vĩnh Châu",
    "Phường Ngã Năm",
    "Xã Phụng Hiệp",
)
_FROM_HEALTH_TODAY = (
    State.SENT,
    State.SENT,
    State.RETURNED,
    State.DRAFT,
    State.LETTER_ASKED,
    State.WITHDRAWN,
)
_END_THIS_YEAR = (EndReason.MOVED_AWAY, EndReason.RETIRED, EndReason.CHANGED_WORK)
_RETURN_REASONS = (
    "Địa chỉ trong giấy thuộc khu vực của phường khác",
    "Giấy giới thiệu thiếu chữ ký và dấu của cấp ủy nơi công tác",
)


@dataclass
class Newcomers:
    """Stays begun after 2013, by full name of the ward of today."""

    stays: dict[str, list[Stay]] = field(default_factory=dict)

    @property
    def all(self) -> list[Stay]:
        return [stay for stays in self.stays.values() for stay in stays]


@dataclass(frozen=True)
class Shared:
    """Stays at phường Ninh Kiều of two workplaces with accounts: each is led through
    something that both sides have a part in."""

    health: list[Stay]
    school: list[Stay]  # all of one cell, which has an account too

    @property
    def all(self) -> list[Stay]:
        return [*self.health, *self.school]


def first_list_day(today: date) -> date:
    """When lists of this office year began to come in."""
    return today - timedelta(days=150)


def newcomers_of_old_city(
    old: OldCity, ward_today: dict[str, str], census: Census
) -> Newcomers:
    """Newcomers of every ward of today, by its cells of 2013; more where it is shown
    complete."""
    homes: dict[str, list[tuple[OldWard, Committee]]] = {}
    for ward in old.wards:
        for cell in ward.cells:
            homes.setdefault(ward_today[cell.code], []).append((ward, cell))
    found = Newcomers(
        {
            name: list(_newcomers(name, cells, old, census))
            for name, cells in homes.items()
        }
    )
    for stay in found.all:
        census.settle(stay)
    return found


def add_newcomers_of_today(
    newcomers: Newcomers, reformed: Reformed, old: OldCity, census: Census
) -> list[Stay]:
    """Who came after the reforms, to wards and cells of today."""
    found: dict[str, list[Stay]] = {}
    for name in COMPLETE:
        ward = reformed.wards[name]
        found[name] = list(_without_cell(ward, reformed, old, census))
        found[name] += _from_unplaced(ward, reformed, old, census)
    for name in _JOINED:
        found[name] = list(_joined(reformed.wards[name], reformed, old, census))
    for name, stays in found.items():
        for stay in stays:
            census.settle(stay)
        newcomers.stays.setdefault(name, []).extend(stays)
    return [stay for stays in found.values() for stay in stays]


def share_people(
    reformed: Reformed, health: Committee, school: Committee, census: Census
) -> Shared:
    """The stays that both sides write something about; they are settled, not saved."""
    ward = reformed.wards["Phường Ninh Kiều"]
    cells = reformed.cells(ward)
    first = THIRD + timedelta(days=14)
    # Before the year begins: they are due at every meeting of it.
    last = max(first, date(census.today.year - 1, 12, 20))

    def stay(
        cell: Committee,
        workplace: Committee,
        born: tuple[int, int, int],
        received: tuple[date, date] = (first, last),
    ) -> Stay:
        return census.stay(ward, cell, workplace, born=born, received=received)

    young, year = _born(census), census.today.year
    old = (year - 70, year - 63, year - 64)
    these_days = (census.today - timedelta(days=21), census.today - timedelta(days=4))
    shared = Shared(
        [stay(cells[n % len(cells)], health, young) for n in range(_WITH_HEALTH)]
        + [stay(cells[0], health, old) for _ in range(_PAST_AGE)],
        [stay(cells[0], school, young) for _ in range(_WITH_SCHOOL)]
        + [stay(cells[0], school, old) for _ in range(_PAST_AGE)]
        + [stay(cells[0], school, young, these_days)],
    )
    for one in shared.all:
        census.settle(one)
    return shared


def _born(census: Census) -> tuple[int, int, int]:
    year = census.today.year
    return year - 53, year - 26, year - 38


def _newcomers(
    name: str, cells: list[tuple[OldWard, Committee]], old: OldCity, census: Census
) -> Iterator[Stay]:
    dice, today = census.dice, census.today
    health = old.workplaces.by_name["Sở Y tế"]
    from_health = 0
    if name in COMPLETE:
        from_health = _FROM_HEALTH.get(name, _FROM_HEALTH_ELSEWHERE)
    for number in range(_NEW_COMPLETE if name in COMPLETE else _NEW_ELSEWHERE):
        ward, cell = dice.choice(cells)
        workplace = (
            health
            if number < from_health
            else old.workplaces.choose_outside(dice)
            if dice.random() < 0.12
            else old.workplaces.choose(dice, ward.district)
        )
        stay = census.stay(
            ward.unit,
            cell,
            workplace,
            born=_born(census),
            received=(date(2014, 2, 3), today - timedelta(days=40)),
        )
        new_year = date(today.year, 1, 1)
        if name in COMPLETE and number >= _NEW_COMPLETE - 3:
            _let_end_this_year(stay, max(new_year, stay.received_on), census)
        yield stay


def _let_end_this_year(stay: Stay, first: date, census: Census) -> None:
    last = census.today - timedelta(days=12)
    if first < last:
        stay.ended_on = census.day_between(first + timedelta(days=1), last)
        stay.end_reason = census.dice.choice(_END_THIS_YEAR)


def _without_cell(
    ward: Committee, reformed: Reformed, old: OldCity, census: Census
) -> Iterator[Stay]:
    """Received these days, and not yet passed to a cell."""
    today = census.today
    for _ in range(census.dice.randrange(3, 7)):
        yield census.stay(
            ward,
            None,
            reformed.today(old.workplaces.choose(census.dice, "Quận Ninh Kiều")),
            born=_born(census),
            received=(today - timedelta(days=20), today - timedelta(days=3)),
        )


def _from_unplaced(
    ward: Committee, reformed: Reformed, old: OldCity, census: Census
) -> Iterator[Stay]:
    """One each of the workplaces that nobody knows yet."""
    first = first_list_day(census.today)
    for name in UNPLACED:
        yield census.stay(
            ward,
            census.dice.choice(reformed.cells(ward)),
            old.workplaces.by_name[name],
            born=_born(census),
            received=(first, first + timedelta(days=60)),
        )


def _joined(
    ward: Committee, reformed: Reformed, old: OldCity, census: Census
) -> Iterator[Stay]:
    cells = reformed.cells(ward)
    for _ in range(_NEW_JOINED):
        yield census.stay(
            ward,
            census.dice.choice(cells),
            reformed.today(old.workplaces.choose(census.dice, "Quận Ninh Kiều")),
            born=_born(census),
            received=(THIRD + timedelta(days=14), census.today - timedelta(days=10)),
        )


def exempt(stays: list[Stay], census: Census) -> int:
    """Miễn sinh hoạt nơi cư trú for some of those received; returns how many."""
    dice = census.dice
    rows = []
    for stay in stays:
        if stay.ended_on or stay.registration.cell is None:
            continue
        is_armed = stay.place.workplace.sector == Sector.ARMED_FORCES
        if dice.random() > (0.22 if is_armed else 0.04):
            continue
        grounds = Exemption.Ground
        ground = (
            grounds.BARRACKS
            if is_armed
            else dice.choice([grounds.FAR_AWAY, grounds.STUDY])
        )
        rows.append(
            Exemption(
                registration=stay.registration,
                ground=ground,
                document=f"Công văn số {dice.randrange(5, 160)}-CV/ĐU",
                valid_from=max(stay.received_on, date(census.today.year - 1, 1, 1)),
            )
        )
    Exemption.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def send_letters(
    old: OldCity, reforms: Reformed, newcomers: Newcomers, census: Census, *, by: User
) -> None:
    """Letters that wait, were returned, are being written, or were asked for."""
    dice = census.dice
    health = reforms.today(old.workplaces.by_name["Sở Y tế"])
    letters: list[Registration] = []
    for name, ward in reforms.wards.items():
        if name in COMPLETE:
            number = 7 if name == "Phường Ninh Kiều" else 4
            states = [*[State.SENT] * number, State.RETURNED, State.LETTER_ASKED]
        elif name in newcomers.stays and dice.random() < 0.7:
            states = [State.SENT] * dice.randrange(1, 3)
        else:
            continue
        letters += [
            _letter(state, ward, None, reforms, old, census) for state in states
        ]
    ninh_kieu = reforms.wards["Phường Ninh Kiều"]
    letters += [
        _letter(state, ninh_kieu, health, reforms, old, census)
        for state in _FROM_HEALTH_TODAY
    ]
    letters.append(
        _letter(
            State.DRAFT, reforms.wards["Phường Cái Khế"], health, reforms, old, census
        )
    )
    Member.objects.bulk_create([letter.member for letter in letters], batch_size=BATCH)
    Registration.objects.bulk_create(letters, batch_size=BATCH)
    _record(letters, by=by)


def _record(letters: list[Registration], *, by: User) -> None:
    """Since when a draft lies, and a letter is back, is told from the record."""
    created = [
        (letter, letter.ward.code, {"member": letter.member_id}) for letter in letters
    ]
    record_many(Action.CREATE, created, by=by)
    returned = [
        (letter, letter.ward.code, {"from": State.SENT, "to": State.RETURNED})
        for letter in letters
        if letter.state == State.RETURNED
    ]
    record_many(Action.STEP, returned, by=by)


def _letter(
    state: str,
    ward: Committee,
    workplace: Committee | None,
    reforms: Reformed,
    old: OldCity,
    census: Census,
) -> Registration:
    dice, today = census.dice, census.today
    first, last, usual = _born(census)
    chosen = workplace or old.workplaces.choose(dice, "Quận Ninh Kiều")
    member = census.people.member(
        gender=census.people.gender(),
        born=int(dice.triangular(first + 6, last, usual)),
        joined_by=today - timedelta(days=120),
    )
    member.workplace = reforms.today(chosen)
    label = ward.name.removeprefix("Đảng ủy ")
    member.address = f"Số {dice.randrange(1, 300)}, {label}"
    letter = Registration(
        member=member, ward=ward, workplace=member.workplace, state=state
    )
    if state == State.LETTER_ASKED:
        letter.asked_on = today - timedelta(days=dice.randrange(5, 45))
    else:
        census.write_letter(letter, before=today)
    if state == State.DRAFT:
        letter.sent_on = None
    elif state == State.SENT:
        letter.sent_on = letter.sent_on or today - timedelta(days=9)
    elif state == State.RETURNED:
        letter.return_reason = dice.choice(_RETURN_REASONS)
        letter.identity_at_end = identity_of(member)
    return letter
