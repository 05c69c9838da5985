"""Members, their stays, and where each stay belonged on every day."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from members.models import Committee, EndReason, Member, Placement, Registration
from members.services.persons import identity_of
from reports.demo.names import People
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
        registration = self.registration
        return Place(registration.ward, registration.cell, registration.workplace)


class Census:
    """Invents stays and writes them with members and placements."""

    def __init__(
        self,
        dice: Random,
        people: People,
        trades: dict[str, str],
        today: date,
    ) -> None:
        self.dice, self.people, self.today = dice, people, today
        self._trades = trades
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
        """Make the rows of a stay that is received, or was; reforms move them later."""
        place, member = stay.origin, stay.member
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
        placement = _placement(place, stay.received_on, stay.ended_on)
        placement.registration = registration
        stay.placements = [placement]

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

    def _address(self, stay: Stay) -> str:
        number = self.dice.randrange(1, 400)
        if stay.hamlet:
            return f"Số {number}, {stay.hamlet}"
        ward = stay.origin.ward.name.removeprefix("Đảng ủy ")
        cell = stay.origin.cell
        parts = [f"Số {number}", *([cell.name.removeprefix("Chi bộ ")] if cell else [])]
        return ", ".join([*parts, ward])


def _placement(place: Place, first: date, end: date | None) -> Placement:
    return Placement(
        ward=place.ward,
        cell=place.cell,
        workplace=place.workplace,
        sector=place.workplace.sector,
        outside_city=place.workplace.outside_city,
        valid_from=first,
        valid_to=end,
        cause=Placement.Cause.RECEIVED,
    )


def follow_reforms(stays: list[Stay], units: dict[int, Committee]) -> None:
    """Let the stays in memory say where the reforms have brought them; two queries."""
    keys = [stay.registration.pk for stay in stays]
    rows = Registration.objects.in_bulk(keys)
    workplaces = dict(Member.objects.values_list("pk", "workplace"))
    for stay in stays:
        row = rows[stay.registration.pk]
        row.member = stay.member
        row.ward, row.workplace = units[row.ward_id], units[row.workplace_id]
        row.cell = units[row.cell_id] if row.cell_id else None
        stay.registration = row
        stay.member.workplace = units[workplaces[stay.member.pk]]
        stay.member.version = 1


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
