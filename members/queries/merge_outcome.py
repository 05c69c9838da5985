"""What becomes of two records when they are made one: nothing is written here.

kept is the record that stays; what it has not, it takes from dropped.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from members.models import Committee, Exemption, Member, Registration, Role
from members.queries.channels import is_on_paper, on_paper_among
from members.queries.pair_grounds import is_one_line, plain_card

State = Registration.State
Status = Member.Status
_RUNNING = {State.RECEIVED, State.SENT, State.LETTER_ASKED, State.DRAFT}
# Of several stays at one ward the first goes on.
_ORDER = [State.RECEIVED, State.SENT, State.LETTER_ASKED, State.DRAFT]
_LETTERS = {State.DRAFT, State.SENT}
_EXACTNESS = {"year": 1, "month": 2, "day": 3}
_COMPARED = {
    "search_key": "Họ tên",
    "gender": "Giới tính",
    "admitted_on": "Ngày vào Đảng",
    "official_on": "Ngày chính thức",
}
_PLAIN = ["gender", "card_number", "position"]


@dataclass(frozen=True)
class Sides:
    """Who must agree: None where a side is missing or on paper."""

    workplace: Committee | None
    ward: Committee | None

    @property
    def is_nobody(self) -> bool:
        return self.workplace is None and self.ward is None


@dataclass(frozen=True)
class Outcome:
    """Both records with their stays, and what is done with each of these."""

    kept: Member
    dropped: Member
    stays: list[Registration]
    exempt: frozenset[int] = field(default_factory=frozenset)  # stays exempt now

    @property
    def moved(self) -> list[Registration]:
        """The stays that go over to the kept record."""
        return [stay for stay in self.stays if stay.member_id == self.dropped.pk]

    @property
    def given_up(self) -> list[tuple[Registration, Registration]]:
        """(stay, the stay at the same ward that goes on in its place)."""
        by_ward: defaultdict[int, list[Registration]] = defaultdict(list)
        for stay in self.stays:
            if stay.state in _RUNNING:
                by_ward[stay.ward_id].append(stay)
        found = []
        for several in by_ward.values():
            first, *others = sorted(several, key=self._rank)
            found += [(other, first) for other in others]
        return found

    @property
    def going_on(self) -> list[Registration]:
        """The stays that run on afterwards."""
        lost = {stay.pk for stay, _ in self.given_up}
        return [
            stay
            for stay in self.stays
            if stay.state in _RUNNING and stay.pk not in lost
        ]

    @property
    def received(self) -> list[Registration]:
        """The received stays that run on; more than one stands in the way."""
        return [stay for stay in self.going_on if stay.is_received]

    @property
    def letters(self) -> list[Registration]:
        """The letters under way; more than one stands in the way."""
        return [stay for stay in self.going_on if stay.state in _LETTERS]

    def _rank(self, stay: Registration) -> tuple:
        return (
            _ORDER.index(State(stay.state)),
            stay.pk not in self.exempt,
            stay.cell_id is None,
            stay.received_on or date.max,
            stay.pk,
        )


def outcome_of(kept: Member, dropped: Member, *, on: date) -> Outcome:
    """The two with all their stays; two statements."""
    rows = Registration.objects.filter(member__in=[kept.pk, dropped.pk])
    stays = list(rows.select_related("ward", "cell", "workplace").order_by("pk"))
    exempt = Exemption.objects.in_force_on(on).filter(registration__in=stays)
    keys = frozenset(exempt.values_list("registration_id", flat=True))
    return Outcome(kept, dropped, stays, keys)


def better_kept(first: Member, second: Member) -> tuple[Member, Member]:
    """(kept, dropped) as proposed at first: the record whose identity a workplace owns.

    That is the one without any stay, of a workplace in the system, where just one of
    the two is so; else the older one.
    """
    older, younger = sorted((first, second), key=lambda member: member.pk)
    stayed = set(
        Registration.objects.filter(member__in=[older.pk, younger.pk]).values_list(
            "member_id", flat=True
        )
    )
    on_paper = on_paper_among([older.workplace, younger.workplace], Role.WORKPLACE)
    owned = [
        member
        for member in (older, younger)
        if member.pk not in stayed
        and member.workplace_id not in on_paper
        and not member.workplace.is_closed
    ]
    if owned == [younger]:
        return younger, older
    return older, younger


def sides_of(outcome: Outcome) -> Sides:
    """Who must agree to this.

    The workplace is that of the kept record; where that is on paper, that of the other,
    so that nobody's own record is dropped without his word. The residence is the ward
    that has the member, or has asked for the letter.
    """
    workplaces = [outcome.kept.workplace, outcome.dropped.workplace]
    on_paper = on_paper_among(workplaces, Role.WORKPLACE)
    speaking = [unit for unit in workplaces if unit.pk not in on_paper]
    ward = _ward_of(outcome)
    if ward is not None and is_on_paper(ward, Role.RESIDENCE_WARD):
        ward = None
    return Sides(next(iter(speaking), None), ward)


def _ward_of(outcome: Outcome) -> Committee | None:
    states = (State.RECEIVED, State.LETTER_ASKED)
    stays = (
        stay for state in states for stay in outcome.going_on if stay.state == state
    )
    return next((stay.ward for stay in stays), None)


def obstacles_in(outcome: Outcome, sides: Sides) -> list[str]:
    """Sentences on what must be settled before these two can be one."""
    kept, dropped = outcome.kept, outcome.dropped
    found = []
    if Status.MERGED in {kept.status, dropped.status}:
        return ["Một trong hai hồ sơ đã được ghép vào hồ sơ khác."]
    if sides.is_nobody:
        found.append(
            "Nơi công tác và nơi cư trú của đồng chí này đều chưa dùng hệ thống, chưa có "
            "bên nào xác nhận được. Ban Tổ chức lập tài khoản cho một bên trước."
        )
    found += _obstacles_of_work(outcome)
    found += _obstacles_of_stays(outcome)
    if _dies_beside_living(outcome):
        found.append(
            "Một hồ sơ ghi đồng chí này đã từ trần, hồ sơ kia còn đang theo dõi. Đồng chí "
            "ghi cho hai hồ sơ khớp nhau trước khi ghép."
        )
    return found


def _obstacles_of_work(outcome: Outcome) -> list[str]:
    kept, dropped = outcome.kept.workplace, outcome.dropped.workplace
    if kept.is_closed and status_after_merge(outcome) == Status.ACTIVE:
        return [
            (
                "Nơi công tác ghi ở hồ sơ giữ lại đã kết thúc hoạt động. Đồng chí giữ lại hồ "
                "sơ kia."
            )
        ]
    if is_one_line(kept.path, dropped.path):
        return []
    if on_paper_among([kept, dropped], Role.WORKPLACE):
        return []
    return [
        (
            "Hai hồ sơ ghi hai nơi công tác khác nhau, cả hai đều đang dùng hệ thống. Nơi công "
            "tác cũ chuyển đồng chí này sang nơi công tác hiện nay trước, sau đó ghép."
        )
    ]


def _obstacles_of_stays(outcome: Outcome) -> Iterable[str]:
    if len(outcome.received) > 1:
        wards = " và ".join(str(stay.ward) for stay in outcome.received)
        yield (
            f"{wards} đều đang tiếp nhận đồng chí này. Nơi cũ kết thúc theo dõi, từ ngày "
            "nơi mới tiếp nhận, trước khi ghép."
        )
    if len(outcome.letters) > 1:
        yield (
            "Cả hai hồ sơ đều có giấy giới thiệu chưa được tiếp nhận. Nơi công tác rút một "
            "giấy trước khi ghép."
        )


def _dies_beside_living(outcome: Outcome) -> bool:
    statuses = {outcome.kept.status, outcome.dropped.status}
    if Status.DEAD not in statuses:
        return False
    return Status.ACTIVE in statuses or bool(outcome.going_on)


def status_after_merge(outcome: Outcome) -> str:
    """Followed where either record is; dead where nobody follows and one says so."""
    statuses = {outcome.kept.status, outcome.dropped.status}
    for status in (Status.ACTIVE, Status.DEAD):
        if status in statuses:
            return status
    return outcome.kept.status


def warnings_on(kept: Member, dropped: Member) -> list[str]:
    """What both sides should compare first; no value of either record is told."""
    found = []
    cards = [plain_card(member.card_number) for member in (kept, dropped)]
    if all(cards) and cards[0] != cards[1]:
        found.append(
            "Số thẻ đảng viên của hai hồ sơ khác nhau. Hai bên đối chiếu với thẻ trước "
            "khi ghép; sau khi ghép giữ số thẻ của hồ sơ giữ lại."
        )
    found += [
        f"{words} ở hai hồ sơ khác nhau."
        for name, words in _COMPARED.items()
        if _differ(kept, dropped, name)
    ]
    if kept.search_key == dropped.search_key and (
        kept.marked_key != dropped.marked_key
    ):
        found.append("Họ tên ở hai hồ sơ viết dấu khác nhau.")
    if _differ(kept, dropped, "birth_date") and not _tells_more(dropped, kept):
        found.append("Ngày sinh ở hai hồ sơ ghi khác nhau.")
    return found


def _differ(kept: Member, dropped: Member, name: str) -> bool:
    values = [getattr(member, name) for member in (kept, dropped)]
    return all(values) and values[0] != values[1]


def values_after_merge(outcome: Outcome) -> dict[str, Any]:
    """{field: value} that the kept record takes: blanks of its identity from the other;
    phone, address and household from the record that a ward has received."""
    kept, dropped = outcome.kept, outcome.dropped
    found = {name: getattr(kept, name) or getattr(dropped, name) for name in _PLAIN}
    found |= _birth(kept, dropped) | _party_dates(kept, dropped)
    lives = dropped if _is_received(outcome, dropped) else kept
    other = kept if lives is dropped else dropped
    for name in ("phone", "address", "household_id"):
        found[name] = getattr(lives, name) or getattr(other, name)
    found["status"] = status_after_merge(outcome)
    return {
        name: value for name, value in found.items() if value != getattr(kept, name)
    }


def _is_received(outcome: Outcome, member: Member) -> bool:
    return any(stay.member_id == member.pk for stay in outcome.received)


def _birth(kept: Member, dropped: Member) -> dict[str, Any]:
    source = dropped if _tells_more(dropped, kept) else kept
    return {name: getattr(source, name) for name in ("birth_date", "birth_precision")}


def _tells_more(one: Member, other: Member) -> bool:
    """A birth date where the other has none, or more exact where both agree so far."""
    if not (one.birth_date and other.birth_date):
        return bool(one.birth_date)
    exact, vague = (_EXACTNESS[each.birth_precision] for each in (one, other))
    agrees = one.birth_date.year == other.birth_date.year and (
        vague == _EXACTNESS["year"] or one.birth_date.month == other.birth_date.month
    )
    return exact > vague and agrees


def _party_dates(kept: Member, dropped: Member) -> dict[str, date | None]:
    """Both dates, unless one taken over would stand in the wrong order."""
    admitted = kept.admitted_on or dropped.admitted_on
    official = kept.official_on or dropped.official_on
    if admitted and official and official < admitted:
        return {}
    return {"admitted_on": admitted, "official_on": official}
