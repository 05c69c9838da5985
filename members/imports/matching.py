"""Who a row of a list is: somebody known, somebody new, or a doubt to be settled."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from members.imports.entries import Entry
from members.imports.existing import Known, KnownPerson
from members.models import Committee
from members.scopes import contains
from party76.shared.text import fold
from party76.spreadsheets.values import PartialDate

# Answers to “is this somebody we know?”.
NEW_PERSON, SAME_PERSON = "new", "same"


@dataclass(frozen=True)
class Doubt:
    """Why a row may be somebody who is there already, and what may be answered."""

    sentence: str
    may_be_new: bool = True
    may_be_same: bool = False
    key: str = ""  # under which the answer is kept


@dataclass(frozen=True)
class Match:
    person: KnownPerson | None = None
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class _Before:
    """An earlier row of the same list that bears the same name."""

    number: int
    birth_date: date | None
    birth_precision: str
    card_number: str | None


class Matcher:
    """Compares who the rows are, with the system and with the rows before."""

    def __init__(
        self,
        committee: Committee,
        known: Known,
        *,
        is_residents: bool,
        choices: Mapping[str, Any],
        cards: Collection[str],
    ):
        self.committee, self.known = committee, known
        self.is_residents, self.choices = is_residents, choices
        self.cards_in_list = set(cards)
        self._card_rows: dict[str, int] = {}
        self._person_rows: dict[int, int] = {}
        self._before: dict[str, list[_Before]] = defaultdict(list)

    def repeated_card(self, entry: Entry) -> str:
        """The sentence on a card that an earlier row of the list bears, or nothing."""
        card, number = entry.values["card_number"], entry.record.number
        first = self._card_rows.setdefault(card, number) if card else number
        if first == number:
            return ""
        return f"Số thẻ {card} đã có ở dòng {first} của danh sách này."

    def match(self, entry: Entry) -> Match:
        """The person a row speaks of, nobody for a new one, or a doubt."""
        found = self._find(entry)
        if found.doubt:
            found = self._answered(entry, found)
        self._remember(entry)
        return found

    def repeated_person(self, entry: Entry, person: KnownPerson) -> str:
        """The sentence on an earlier row that spoke of the same person, or nothing."""
        first = self._person_rows.setdefault(person.id, entry.record.number)
        if first == entry.record.number:
            return ""
        return f"Dòng {first} của danh sách này đã ghi cho cùng một đồng chí."

    def in_scope(self, person: KnownPerson) -> bool:
        """Whether the office of the list may see this person's record already."""
        if contains(self.committee.path, person.workplace_path):
            return not self.is_residents or self._stays_here(person)
        return self.is_residents and self._stays_here(person)

    def namesake(self, entry: Entry) -> str:
        """The remark on another of the same name who is surely somebody else."""
        before = [
            one
            for one in self._before[entry.name_key]
            if one.number != entry.record.number
        ]
        if before:
            return (
                f"Cùng họ tên với dòng {before[0].number} nhưng khác ngày sinh hoặc khác "
                "số thẻ: là người khác."
            )
        if any(map(self.in_scope, self.known.named(entry.name_key))):
            return (
                "Cùng họ tên với một đồng chí đã có nhưng khác ngày sinh hoặc khác số "
                "thẻ: là người khác."
            )
        return ""

    def _find(self, entry: Entry) -> Match:
        values = entry.values
        card = values["card_number"]
        if card and (found := self.known.by_card.get(card)):
            return self._same_card(entry, found)
        here = self._surely_here(entry)
        if len(here) == 1:
            return Match(here[0])
        if doubt := self._doubt(entry):
            return Match(here[0] if here else None, doubt)
        return Match()

    def _surely_here(self, entry: Entry) -> list[KnownPerson]:
        """Without a card to go by: here already, same birth, same workplace."""
        card = entry.values["card_number"]
        return [
            one
            for one in self.known.named(entry.name_key)
            if not (card and one.card_number)
            and one.card_number not in self.cards_in_list
            and same_birth(entry.values, one)
            and _id_of(entry.workplace) == one.workplace_id
            and self.in_scope(one)
        ]

    def _doubt(self, entry: Entry) -> Doubt | None:
        values, card = entry.values, entry.values["card_number"]
        for one in self._before[entry.name_key]:
            if same_birth(values, one) and _cards_may_be_one(values, one):
                return Doubt(
                    f"Trùng họ tên, ngày sinh với dòng {one.number} của danh sách này"
                    + _card_words(card, one.card_number)
                )
        for person in self.known.perhaps_named(entry.name_key):
            if person.card_number in self.cards_in_list:
                continue
            if same_birth(values, person) and _cards_may_be_one(values, person):
                return Doubt(
                    "Đã có một đồng chí cùng họ tên, cùng ngày sinh trong hệ thống"
                    + _card_words(card, person.card_number),
                    may_be_same=self.in_scope(person),
                )
        return None

    def _answered(self, entry: Entry, found: Match) -> Match:
        doubt = found.doubt
        if doubt is None or not doubt.may_be_new:
            return found
        name = fold(entry.values["full_name"])
        key = f"row:{entry.record.number}:{name}"
        answer = self.choices.get(key)
        if answer == NEW_PERSON:
            return Match()
        if answer == SAME_PERSON and doubt.may_be_same:
            return Match(self._likely(entry))
        return Match(
            doubt=Doubt(doubt.sentence, doubt.may_be_new, doubt.may_be_same, key)
        )

    def _likely(self, entry: Entry) -> KnownPerson | None:
        return next(
            one
            for one in self.known.perhaps_named(entry.name_key)
            if same_birth(entry.values, one)
            and one.card_number not in self.cards_in_list
            and self.in_scope(one)
        )

    def _same_card(self, entry: Entry, found: KnownPerson) -> Match:
        values = entry.values
        if fold(values["full_name"]) != found.search_key:
            sentence = (
                f"Số thẻ {values['card_number']} đã ghi cho một đồng chí khác họ tên. "
                "Đồng chí kiểm tra lại số thẻ."
            )
            return Match(doubt=Doubt(sentence, may_be_new=False))
        born = values["birth_date"]
        if born and found.birth_date and not same_birth(values, found):
            sentence = (
                "Cùng số thẻ, cùng họ tên nhưng ngày sinh khác: danh sách ghi "
                f"{birth_text(values)}"
            )
            if self.in_scope(found):
                known = PartialDate(found.birth_date, found.birth_precision)  # type: ignore[arg-type]
                sentence += f", hệ thống ghi {known}"
            return Match(doubt=Doubt(f"{sentence}.", may_be_new=False))
        return Match(found)

    def _stays_here(self, person: KnownPerson) -> bool:
        return person.stay_at(self.committee.pk) is not None

    def _remember(self, entry: Entry) -> None:
        values = entry.values
        self._before[entry.name_key].append(
            _Before(
                entry.record.number,
                values["birth_date"],
                values["birth_precision"],
                values["card_number"],
            )
        )


def same_birth(values: Mapping[str, Any], other: Any) -> bool:
    """Equal as far as both are known; unknown equals nothing."""
    born, theirs = values["birth_date"], other.birth_date
    if born is None or theirs is None or born.year != theirs.year:
        return False
    precisions = {values["birth_precision"], other.birth_precision}
    if "year" in precisions:
        return True
    return born.month == theirs.month and ("month" in precisions or born == theirs)


def birth_text(values: Mapping[str, Any]) -> str:
    """The birth date of a row as exactly as it was told; empty for none."""
    day = values["birth_date"]
    return str(PartialDate(day, values["birth_precision"])) if day else ""


def _cards_may_be_one(values: Mapping[str, Any], other: Any) -> bool:
    """Two cards are two people, unless the very day agrees: then one is mistyped."""
    if not values["card_number"] or not other.card_number:
        return True
    return values["birth_precision"] == "day" == other.birth_precision


def _card_words(card: str | None, other: str | None) -> str:
    if card and other:
        return (
            ", nhưng khác số thẻ. Đồng chí kiểm tra lại số thẻ; nếu là hai người thì chọn "
            "“là người khác”."
        )
    return ". Đồng chí ghi thêm số thẻ để phân biệt; nếu là hai người thì chọn “là người khác”."


def _id_of(unit: Any) -> int | str | None:
    return getattr(unit, "id", unit)
