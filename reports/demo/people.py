"""Members, their stays, and where each stay belonged on every day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from members.models import Committee, EndReason, Member, Placement, Registration
from members.services.persons import identity_of
from reports.demo.names import People
from reports.demo.reforms import Reform
from reports.demo.tree import BATCH

State = Registration.State

_POSITIONS = {
    "office": ("Chuyên viên", "Chuyên viên", "Chuyên viên chính", "Phó Trưởng phòng",
               "Trưởng phòng", "Kế toán", "Văn thư", "Phó Giám đốc"),
    "hospital": ("Bác sĩ", "Bác sĩ", "Điều dưỡng", "Điều dưỡng", "Dược sĩ",
                 "Trưởng khoa", "Kỹ thuật viên"),
    "school": ("Giáo viên", "Giáo viên", "Giáo viên", "Tổ trưởng chuyên môn",
               "Phó Hiệu trưởng", "Hiệu trưởng", "Nhân viên văn phòng"),
    "university": ("Giảng viên", "Giảng viên", "Giảng viên chính", "Trưởng bộ môn",
                   "Chuyên viên", "Phó Trưởng khoa"),
    "company": ("Kỹ sư", "Công nhân", "Công nhân", "Nhân viên kinh doanh", "Kế toán",
                "Quản đốc", "Trưởng phòng", "Phó Giám đốc"),
    "police": ("Cán bộ", "Cán bộ", "Đội phó", "Đội trưởng", "Điều tra viên"),
    "army": ("Sĩ quan", "Sĩ quan", "Trợ lý", "Quân nhân chuyên nghiệp", "Trưởng ban"),
    "commune": ("Công chức", "Công chức", "Phó Chủ tịch", "Cán bộ Mặt trận",
                "Văn phòng - thống kê"),
}  # fmt: skip
_REASONS = {
    EndReason.MOVED_AWAY: 46,
    EndReason.CHANGED_WORK: 30,
    EndReason.NOT_DWELLING: 8,
    EndReason.DIED: 8,
    EndReason.STRUCK_OFF: 3,
    EndReason.EXPELLED: 1,
    EndReason.LEFT_PARTY: 2,
    EndReason.OTHER: 2,
}


@dataclass(frozen=True)
class Place:
    """Ward, cell (None: not yet passed to one) and workplace of a stay."""

    ward: Committee
    cell: Committee | None
    workplace: Committee

    def after(self, reform: Reform) -> "Place":
        """The same stay from the day of a reform on; itself when nothing changed."""
        ward, cell = self.ward, self.cell
        if cell is None:
            ward = reform.wards.get(ward.code, ward)
        elif cell.code in reform.cells:
            ward, cell = reform.cells[cell.code]
        workplace = reform.workplaces.get(self.workplace.code, self.workplace)
        moved = Place(ward, cell, workplace)
        is_same = (ward is self.ward) and (workplace is self.workplace)
        return self if is_same and cell is self.cell else moved


@dataclass
class Stay:
    """One stay: who, where it began, how long, and the rows made of it."""

    member: Member
    origin: Place
    received_on: date
    ended_on: date | None = None
    end_reason: str = ""
    hamlet: str = ""  # address as it was called when the stay began
    registration: Registration = field(default_factory=Registration)
    placements: list[Placement] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where the stay is now, or was on its last day."""
        last = self.placements[-1]
        return Place(last.ward, last.cell, last.workplace)


class Census:
    """Invents stays and writes them with members and placements."""

    def __init__(
        self,
        dice: Random,
        people: People,
        reforms: list[Reform],
        trades: dict[str, str],
        today: date,
    ) -> None:
        self.dice, self.people, self.today = dice, people, today
        self._reforms, self._trades = reforms, trades
        self._letters = 0

    def stay(
        self,
        ward: Committee,
        cell: Committee | None,
        workplace: Committee,
        *,
        born: tuple[int, int, int],
        received: tuple[date, date],
        hamlet: str = "",
    ) -> Stay:
        """A new stay; born is the triangle (first, last, most frequent) of years."""
        dice, first_day, last_day = self.dice, *received
        gender = self.people.gender()
        year = int(dice.triangular(*born))
        if gender == Member.Gender.FEMALE:
            year = max(year, born[0] + 6)  # women retire earlier
        grown_up = date(min(year + 23, last_day.year), 1, 1)
        received_on = self.day_between(
            min(max(first_day, grown_up), last_day), last_day
        )
        member = self.people.member(
            gender=gender, born=year, joined_by=received_on - timedelta(days=60)
        )
        return Stay(member, Place(ward, cell, workplace), received_on, hamlet=hamlet)

    def day_between(self, first: date, last: date) -> date:
        return first + timedelta(days=self.dice.randrange((last - first).days + 1))

    def place_on(self, place: Place, day: date) -> Place:
        """Where somebody of that place in 2013 belongs on a later day."""
        for reform in self._reforms:
            if reform.on <= day:
                place = place.after(reform)
        return place

    def retirement(self, member: Member) -> date:
        """Roughly the day on which the member retires."""
        if member.birth_date is None:
            raise ValueError(member)
        age = 60 if member.gender == Member.Gender.MALE else 55
        return date(member.birth_date.year + age, member.birth_date.month, 1) + (
            timedelta(days=45)
        )

    def random_end(self, first: date, last: date) -> tuple[date, str]:
        """A day and a reason other than retirement."""
        reason = self.dice.choices(list(_REASONS), list(_REASONS.values()))[0]
        return self.day_between(first, last), reason

    def settle(self, stay: Stay) -> None:
        """Make the rows of a stay that is received, or was."""
        stay.placements = list(self._placements(stay))
        place, member = stay.place, stay.member
        member.workplace = place.workplace
        trade = self._trades.get(stay.origin.workplace.code, "office")
        # One in ten leaves the line of the position empty.
        if self.dice.random() > 0.1:
            member.position = self.dice.choice(_POSITIONS[trade])
        member.address = self._address(stay)
        registration = stay.registration
        registration.member = member
        registration.ward, registration.cell = place.ward, place.cell
        registration.workplace = place.workplace
        registration.received_on = stay.received_on
        registration.state = State.RECEIVED
        self.write_letter(registration, before=stay.received_on)
        if stay.ended_on:
            self._end(stay)
        for placement in stay.placements:
            placement.registration = registration

    def write_letter(self, registration: Registration, *, before: date) -> None:
        """Number and date of the letter; of a few, neither is known."""
        self._letters += 1
        if self.dice.random() < 0.06:
            registration.is_letter_unknown = True
            return
        day = before - timedelta(days=self.dice.randrange(3, 30))
        registration.letter_date = registration.sent_on = day
        registration.letter_number = f"{self._letters % 180 + 1}-GGT/ĐU"

    def _end(self, stay: Stay) -> None:
        registration, member = stay.registration, stay.member
        registration.state = State.ENDED
        registration.ended_on = stay.ended_on
        registration.end_reason = stay.end_reason
        if stay.end_reason != EndReason.DIED and self.dice.random() < 0.6:
            registration.end_number = f"{self.dice.randrange(1, 240)}-TB/ĐU"
        registration.identity_at_end = identity_of(member)
        if stay.end_reason == EndReason.DIED:
            member.status = Member.Status.DEAD
        else:
            # Who moved away moved out of the city: nobody here follows him any more.
            member.status = Member.Status.LEFT

    def _placements(self, stay: Stay) -> Iterable[Placement]:
        place, begins = stay.origin, stay.received_on
        cause = Placement.Cause.RECEIVED
        for reform in self._reforms:
            if stay.ended_on and reform.on >= stay.ended_on:
                break
            moved = place.after(reform)
            if moved is not place and reform.on > stay.received_on:
                yield _placement(place, begins, reform.on, cause)
                begins, cause = reform.on, Placement.Cause.REORGANISATION
            place = moved
        yield _placement(place, begins, stay.ended_on, cause)

    def _address(self, stay: Stay) -> str:
        number = self.dice.randrange(1, 400)
        if stay.ended_on and stay.hamlet:
            return f"Số {number}, {stay.hamlet}"
        ward = stay.place.ward.name.removeprefix("Đảng ủy ")
        cell = stay.place.cell
        parts = [f"Số {number}", *([cell.name.removeprefix("Chi bộ ")] if cell else [])]
        return ", ".join([*parts, ward])


def _placement(place: Place, first: date, end: date | None, cause: str) -> Placement:
    return Placement(
        ward=place.ward,
        cell=place.cell,
        workplace=place.workplace,
        sector=place.workplace.sector,
        outside_city=place.workplace.outside_city,
        valid_from=first,
        valid_to=end,
        cause=cause,
    )


def save_stays(stays: list[Stay]) -> None:
    """Write members, stays and placements."""
    Member.objects.bulk_create([stay.member for stay in stays], batch_size=BATCH)
    Registration.objects.bulk_create(
        [stay.registration for stay in stays], batch_size=BATCH
    )
    Placement.objects.bulk_create(
        [placement for stay in stays for placement in stay.placements],
        batch_size=BATCH,
    )
