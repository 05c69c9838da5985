"""What is known already of the people in a list, fetched in two queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    Subquery,
)

from members.models import Exemption, Member, MemberMerge, Registration, Role
from members.queries.channels import on_paper
from members.queries.discretion import armed_units
from members.queries.merged import last_of
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
    "workplace__path",
    "works_on_paper",
    "is_armed",
    "merged_into",
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

    def is_past_after(self, day: date) -> bool:
        return self.ended_on is not None and (
            self.ended_on > day and self.ended_on != self.received_on
        )


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
    workplace_path: str
    works_on_paper: bool
    is_armed: bool  # at work in the armed forces
    merged_into: int | None
    stays: list[KnownStay] = field(default_factory=list)
    # Of records that were merged into this one: the same person bore them.
    former_cards: set[str] = field(default_factory=set)

    def stay_at(self, ward_id: int) -> KnownStay | None:
        """The stay that runs at a ward, or the letter that waits there."""
        here = [stay for stay in self.stays if stay.ward_id == ward_id]
        return next(
            (stay for state in _RUNNING for stay in here if stay.state == state), None
        )

    def ended_after(self, day: date) -> KnownStay | None:
        """A stay that had not ended yet on that day, and has since; it held on some day."""
        return next((stay for stay in self.stays if stay.is_past_after(day)), None)


class Known:
    """People in the system under their cards and under their names."""

    def __init__(
        self,
        people: Iterable[KnownPerson],
        merged: Iterable[tuple[KnownPerson, KnownPerson]] = (),
    ):
        """merged are pairs of a record merged away and the one that stands for it."""
        self.by_card: dict[str, KnownPerson] = {}
        self._marked: dict[str, list[KnownPerson]] = defaultdict(list)
        self._plain: dict[str, list[KnownPerson]] = defaultdict(list)
        for person in people:
            if person.card_number:
                self.by_card[person.card_number] = person
            self._marked[person.marked_key].append(person)
            self._plain[person.search_key].append(person)
        for record, person in merged:
            self._stand_for(record, person)

    def _stand_for(self, record: KnownPerson, person: KnownPerson) -> None:
        """Let a person be found by what a record merged into his says."""
        if record.card_number:
            self.by_card.setdefault(record.card_number, person)
            person.former_cards.add(record.card_number)
        marked, plain = self._marked[record.marked_key], self._plain[record.search_key]
        for names in (marked, plain):
            if all(one is not person for one in names):
                names.append(person)

    @classmethod
    def load(cls, *, cards: set[str], names: set[str]) -> "Known":
        """Those who bear one of the cards or names, or stand for one who does; two queries."""
        done = MemberMerge.objects.filter(state=MemberMerge.State.DONE)
        asked = Q(card_number__in=cards) | Q(search_key__in={fold(n) for n in names})
        asked |= Q(pk__in=done.values("kept"))
        everybody = len(cards) + len(names) > _MANY
        members = Member.objects.all() if everybody else Member.objects.filter(asked)
        told = members.annotate(
            works_on_paper=_truth_of(on_paper("workplace", Role.WORKPLACE)),
            is_armed=_truth_of(Q(workplace__in=armed_units().values("pk"))),
            merged_into=Subquery(
                done.filter(dropped=OuterRef("pk")).values("kept")[:1]
            ),
        )
        people = {
            row[0]: KnownPerson(*row) for row in told.values_list(*_PERSON_FIELDS)
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
        into = {key: one.merged_into for key, one in people.items() if one.merged_into}
        merged = [(people[key], people[last_of(key, into)]) for key in into]
        stand = [person for key, person in people.items() if key not in into]
        return cls(stand, merged)

    def named(self, name_key: str) -> list[KnownPerson]:
        """Those of this very name, diacritics and all."""
        return self._marked.get(name_key, [])

    def perhaps_named(self, name_key: str) -> list[KnownPerson]:
        """As named; a name typed without diacritics may be any that sounds so."""
        return self._plain.get(name_key) or self.named(name_key)


def _truth_of(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())
