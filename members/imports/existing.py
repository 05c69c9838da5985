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

STAY_FIELDS = [
    "id",
    "member_id",
    "ward_id",
    "cell_id",
    "state",
    "received_on",
    "letter_number",
    "letter_date",
    "note",
    "version",
]
PERSON_FIELDS = [
    "id",
    "full_name",
    "marked_key",
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
]


@dataclass(slots=True)
class KnownStay:
    id: int
    member_id: int
    ward_id: int
    cell_id: int | None
    state: str
    received_on: date | None
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
        return next((stay for stay in self.stays if stay.ward_id == ward_id), None)


class Known:
    """People in the system under their cards and under their names."""

    def __init__(self, people: Iterable[KnownPerson]):
        self.by_card: dict[str, KnownPerson] = {}
        self.by_name: dict[str, list[KnownPerson]] = defaultdict(list)
        for person in people:
            if person.card_number:
                self.by_card[person.card_number] = person
            self.by_name[person.marked_key].append(person)

    @classmethod
    def load(cls, *, cards: set[str], names: set[str]) -> "Known":
        """Those who bear one of the cards or names; two queries."""
        asked = Q(card_number__in=cards) | Q(search_key__in={fold(n) for n in names})
        everybody = len(cards) + len(names) > _MANY
        members = Member.objects.all() if everybody else Member.objects.filter(asked)
        people = {
            row[0]: KnownPerson(*row)
            for row in members.values_list(
                *PERSON_FIELDS, "workplace__uses_system", "workplace__path"
            )
        }
        stays = Registration.objects.running().exclude(
            state=Registration.State.RETURNED
        )
        if not everybody:
            stays = stays.filter(member__in=members.values("pk"))
        exemption = Exemption.objects.filter(registration=OuterRef("pk"))
        for row in stays.annotate(is_exempt=Exists(exemption)).values_list(
            *STAY_FIELDS, "is_exempt"
        ):
            people[row[1]].stays.append(KnownStay(*row))
        return cls(people.values())
