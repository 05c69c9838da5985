"""What each row of a list of members would become; preview and confirm ask alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from members.imports.columns import CELL_WORDS
from members.imports.comparing import (
    Comparison,
    shown,
    unit_id_or_name,
    unit_name,
)
from members.imports.entries import Entry, EntryReader
from members.imports.existing import Known, KnownPerson
from members.imports.matching import Doubt, Matcher
from members.imports.questions import Question, Questions
from members.imports.units import UnitIndex
from members.models import Committee, Exemption
from members.services.imports import Incoming
from party76.spreadsheets.preview import Outcome, Preview, Row, ignored_row
from party76.spreadsheets.reading import Table
from party76.spreadsheets.recognition import Recognition
from party76.spreadsheets.records import Record, records


@dataclass(frozen=True)
class MemberPlan:
    """The preview of a list, what confirming would write, and what is asked first."""

    preview: Preview
    incoming: list[Incoming]
    names: Questions
    doubts: dict[int, Doubt]  # by row number
    rows_without_day: int

    @property
    def questions(self) -> list[Question]:
        return self.names.all()


def plan_members(
    table: Table,
    recognition: Recognition,
    *,
    committee: Committee,
    is_residents: bool,
    choices: Mapping[str, Any],
    today: date,
    advance: Callable[[], None] = lambda: None,
) -> MemberPlan:
    """Decide each row of a list of a ward's residents or of a workplace's own members.

    Five queries whatever the length. choices are the answers to questions, and
    received_on the day for rows that name none; advance is called once a row.
    """
    names = Questions(UnitIndex.load(), choices)
    reader = EntryReader(committee, names, is_residents=is_residents, today=today)
    understood: list[Entry | Record] = []
    for one in records(table, recognition, context_words=CELL_WORDS):
        understood.append(one if one.ignored else reader.read(one))
        advance()
    planner = _planner(understood, reader)
    rows = [
        planner.decide(one) if isinstance(one, Entry) else ignored_row(one)
        for one in understood
    ]
    return MemberPlan(
        Preview(rows, len(table.rows), sheet=table.name),
        planner.incoming,
        names,
        planner.doubts,
        reader.rows_without_day,
    )


def _planner(understood: list[Entry | Record], reader: EntryReader) -> "_Planner":
    entries = [one.values for one in understood if isinstance(one, Entry)]
    cards = {one["card_number"] for one in entries if one["card_number"]}
    names = {one["full_name"] for one in entries if one["full_name"]}
    matcher = Matcher(
        reader.committee,
        Known.load(cards=cards, names=names),
        is_residents=reader.is_residents,
        choices=reader.choices,
        cards=cards,
    )
    return _Planner(matcher, reader.index)


class _Planner:
    """Decides one row after another."""

    def __init__(self, matcher: Matcher, index: UnitIndex):
        self.matcher, self.index = matcher, index
        self.committee, self.is_residents = matcher.committee, matcher.is_residents
        self.incoming: list[Incoming] = []
        self.doubts: dict[int, Doubt] = {}

    def decide(self, entry: Entry) -> Row:
        """The one outcome of a row, with its sentences."""
        row = Row(
            number=entry.record.number,
            outcome=Outcome.NEW,
            values=self._shown(entry),
            messages=list(entry.remarks),
            context=entry.record.context,
        )
        problems = [*entry.record.problems, *self._not_told_apart(entry)]
        if repeated := self.matcher.repeated_card(entry):
            problems.append(repeated)
        if problems:
            row.outcome, row.messages = Outcome.ERROR, problems
            return row
        found = self.matcher.match(entry)
        if found.doubt:
            row.outcome = Outcome.DUPLICATE
            row.messages.append(found.doubt.sentence)
            if found.doubt.may_be_new:
                self.doubts[row.number] = found.doubt
        elif found.person is None:
            self._add(entry, row)
        else:
            self._compare(entry, found.person, row)
        return row

    def _not_told_apart(self, entry: Entry) -> list[str]:
        """Neither card nor birth: the next list could not find this person again."""
        values = entry.values
        if values["card_number"] or values["birth_date"] or entry.record.problems:
            return []
        sentence = (
            "Thiếu cả số thẻ và ngày sinh nên không phân biệt được với người cùng tên. "
            "Đồng chí ghi thêm số thẻ hoặc ít nhất năm sinh."
        )
        return [sentence]

    def _add(self, entry: Entry, row: Row) -> None:
        if remark := self.matcher.namesake(entry):
            row.messages.append(remark)
        asked = Incoming(
            person=entry.values, workplace=unit_id_or_name(entry.workplace)
        )
        if self.is_residents:
            asked.ward = self.committee.pk
            asked.stay = entry.stay
            asked.cell = unit_id_or_name(entry.cell)
            asked.ground = entry.ground
            asked.ground_document = entry.stay["note"][:200] if entry.ground else ""
        self.incoming.append(asked)

    def _compare(self, entry: Entry, found: KnownPerson, row: Row) -> None:
        if repeated := self.matcher.repeated_person(entry, found):
            row.outcome, row.messages = Outcome.ERROR, [repeated]
            return
        comparison = Comparison(
            entry,
            found,
            committee=self.committee,
            index=self.index,
            is_residents=self.is_residents,
            in_scope=self.matcher.in_scope(found),
        )
        comparison.run()
        comparison.fill(row)
        if row.outcome == Outcome.CHANGED:
            self.incoming.append(comparison.asked)

    def _shown(self, entry: Entry) -> dict[str, object]:
        values, record = entry.values, entry.record
        told = {
            "Họ và tên": values["full_name"] or record.text_of_row,
            "Ngày sinh": shown(values, "birth_date"),
            "Số thẻ": values["card_number"] or "",
            "Đơn vị công tác": unit_name(entry.workplace)
            or _written(record, "workplace"),
        }
        if self.is_residents:
            told |= {
                "Chi bộ nơi cư trú": unit_name(entry.cell),
                "Ngày tiếp nhận": shown(entry.stay, "received_on"),
                "Miễn sinh hoạt": Exemption.Ground(entry.ground).label
                if entry.ground
                else "",
            }
        return told


def _written(record: Record, key: str) -> str:
    cell = record.values.get(key)
    return str(cell) if cell is not None else ""
