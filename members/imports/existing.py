"""What is known already of the people in a list, fetched in two queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q

from members.models import Exemption, Member, Registration
from party76.shared.text import fold

# Above this many rows the whole table is quicker to read than to ask for.
_MANY = 4_000

_State = Registration.State
# The first of these that a member has at a ward is the stay that a list speaks of.
_RUNNING = [_State.RECEIVED, _State.SENT, _State.LETTER_ASKED]

_STAY_FIELDS = [
    "id",
    "member_id",
    "ward_id",
    "cell_id",
    "state",
    "received_on",
    "ended_on",
    "letter_number",
    "letter_date",
    "note",
    "version",
]
_PERSON_FIELDS = [
    "id",
    "full_name",
    "marked_key",
    "search_key",
    "gender",
    "birth_date",
    "birth_precision",
    "card_number",
    "admitted_on",
    "official_on",
    "position",
    "phone",
    "address",
    "workplace_id",
    "status",
    "version",
    "workplace__uses_system",
    "workplace__path",
]


@dataclass(slots=True)
class KnownStay:
    id: int
    member_id: int
    ward_id: int
    cell_id: int | None
    state: str
    received_on: date | None
    ended_on: date | None
    letter_number: str
    letter_date: date | None
    note: str
    version: int
    is_exempt: bool


@dataclass(slots=True)
class KnownPerson:
    id: int
    full_name: str
    marked_key: str
    search_key: str
    gender: str
    birth_date: date | None
    birth_precision: str
    card_number: str | None
    admitted_on: date | None
    official_on: date | None
    position: str
    phone: str
    address: str
    workplace_id: int
    status: str
    version: int
    workplace_uses_system: bool
    workplace_path: str
    stays: list[KnownStay] = field(default_factory=list)

    def stay_at(self, ward_id: int) -> KnownStay | None:
        """The stay that runs at a ward, or the letter that waits there."""
        here = [stay for stay in self.stays if stay.ward_id == ward_id]
        return next(
            (stay for state in _RUNNING for stay in here if stay.state == state), None
        )

    def ended_after(self, day: date) -> KnownStay | None:
        """A stay that had not ended yet on that day, and has since."""
        return next(
            (stay for stay in self.stays if stay.ended_on and stay.ended_on > day), None
        )


class Known:
    """People in the system under their cards and under their names."""

    def __init__(self, people: Iterable[KnownPerson]):
        self.by_card: dict[str, KnownPerson] = {}
        self._marked: dict[str, list[KnownPerson]] = defaultdict(list)
        self._plain: dict[str, list[KnownPerson]] = defaultdict(list)
        for person in people:
            if person.card_number:
                self.by_card[person.card_number] = person
            self._marked[person.marked_key].append(person)
            self._plain[person.search_key].append(person)

    @classmethod
    def load(cls, *, cards: set[str], names: set[str]) -> "Known":
        """Those who bear one of the cards or names; two queries."""
        asked = Q(card_number__in=cards) | Q(search_key__in={fold(n) for n in names})
        everybody = len(cards) + len(names) > _MANY
        members = Member.objects.all() if everybody else Member.objects.filter(asked)
        people = {
            row[0]: KnownPerson(*row) for row in members.values_list(*_PERSON_FIELDS)
        }
        stays = Registration.objects.exclude(
            state__in=[_State.RETURNED, _State.WITHDRAWN]
        )
        if not everybody:
            stays = stays.filter(member__in=members.values("pk"))
        exemption = Exemption.objects.filter(registration=OuterRef("pk"))
        rows = stays.annotate(is_exempt=Exists(exemption)).order_by("pk")
        for row in rows.values_list(*_STAY_FIELDS, "is_exempt"):
            if row[1] in people:
                people[row[1]].stays.append(KnownStay(*row))
        return cls(people.values())

    def named(self, name_key: str) -> list[KnownPerson]:
        """Those of this very name, diacritics and all."""
        return self._marked.get(name_key, [])

    def perhaps_named(self, name_key: str) -> list[KnownPerson]:
        """As named; a name typed without diacritics may be any that sounds so."""
        return self._plain.get(name_key) or self.named(name_key)
