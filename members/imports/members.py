"""What each row of a list of members would become; preview and confirm ask alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from members.imports.columns import CELL_WORDS
from members.imports.entries import Entry, EntryReader, Question
from members.imports.existing import Known, KnownPerson, KnownStay
from members.imports.units import Unit, UnitIndex
from members.models import Committee, Exemption, Kind, Member, Registration
from members.services.imports import Incoming
from party76.shared.text import fold, marked_key
from party76.spreadsheets.preview import Change, Outcome, Preview, Row, ignored_row
from party76.spreadsheets.reading import Table
from party76.spreadsheets.recognition import Recognition
from party76.spreadsheets.records import Record, records
from party76.spreadsheets.values import PartialDate

_LABELS = {
    "full_name": "Họ và tên",
    "gender": "Giới tính",
    "birth_date": "Ngày sinh",
    "card_number": "Số thẻ",
    "admitted_on": "Ngày vào Đảng",
    "official_on": "Ngày chính thức",
    "position": "Chức vụ",
    "phone": "Điện thoại",
    "address": "Địa chỉ",
    "cell": "Chi bộ nơi cư trú",
    "letter_number": "Số giấy giới thiệu",
    "letter_date": "Ngày giấy giới thiệu",
    "note": "Ghi chú",
    "state": "Tiếp nhận",
    "exemption": "Miễn sinh hoạt nơi cư trú",
}
_IDENTITY = [
    "full_name",
    "gender",
    "birth_date",
    "card_number",
    "admitted_on",
    "official_on",
    "position",
]
_DWELLING = ["phone", "address"]
_STAY = ["letter_number", "letter_date", "note"]


@dataclass(frozen=True)
class MemberPlan:
    """The preview of a list, what confirming would write, and what is asked first."""

    preview: Preview
    incoming: list[Incoming]
    questions: list[Question]


def plan_members(
    table: Table,
    recognition: Recognition,
    *,
    committee: Committee,
    choices: dict[str, Any],
    today: date,
) -> MemberPlan:
    """Decide each row of a list of a ward's residents or of a workplace's own members.

    A ward's list makes stays there; any other unit's list makes its workers.
    Three queries whatever the length. choices are the answers to questions, and
    received_on the day for rows that name none.
    """
    index = UnitIndex.load()
    reader = EntryReader(committee, index, choices, today)
    planner = _Planner(committee, index)
    understood: list[Entry | Record] = [
        one if one.ignored else reader.read(one)
        for one in records(table, recognition, context_words=CELL_WORDS)
    ]
    entries = [one for one in understood if isinstance(one, Entry)]
    known = Known.load(
        cards={
            one.values["card_number"] for one in entries if one.values["card_number"]
        },
        names={one.values["full_name"] for one in entries if one.values["full_name"]},
    )
    rows = [
        planner.decide(one, known) if isinstance(one, Entry) else ignored_row(one)
        for one in understood
    ]
    preview = Preview(rows, len(table.rows), sheet=table.name)
    return MemberPlan(preview, planner.incoming, reader.questions())


class _Planner:
    """Compares one row after another with the system and with the rows before it."""

    def __init__(self, committee: Committee, index: UnitIndex):
        self.committee, self.index = committee, index
        self.is_ward = committee.kind == Kind.WARD
        self.incoming: list[Incoming] = []
        self._cards: dict[str, int] = {}
        self._people: dict[tuple, int] = {}
        self._names: dict[str, int] = {}

    def decide(self, entry: Entry, known: Known) -> Row:
        """The one outcome of a row, with its sentences."""
        row = Row(
            number=entry.record.number,
            outcome=Outcome.NEW,
            values=_shown(entry),
            context=entry.record.context,
        )
        twice = self._repeated(entry)
        if entry.record.problems or twice:
            row.outcome = Outcome.ERROR
            row.messages = [*entry.record.problems, *twice]
            return row
        row.messages = list(entry.remarks)
        match, doubt = self._match(entry, known)
        if doubt:
            row.outcome, row.messages = Outcome.DUPLICATE, [*row.messages, doubt]
        elif match is None:
            self._add(entry)
            row.messages += self._namesake(entry, known)
        else:
            self._compare(entry, match, row)
        return row

    def _repeated(self, entry: Entry) -> list[str]:
        """The same card, or without one the same person, in an earlier row."""
        values, number = entry.values, entry.record.number
        card, name = values["card_number"], marked_key(values["full_name"])
        if card:
            first = self._cards.setdefault(card, number)
            if first != number:
                return [f"Số thẻ {card} đã có ở dòng {first} của danh sách này."]
        born, workplace = values["birth_date"], _id_or_name(entry.workplace)
        if not name or born is None:
            return []
        first = self._people.setdefault((name, born, workplace, card), number)
        if first == number or card:
            return []
        sentence = (
            f"Trùng họ tên, ngày sinh, đơn vị công tác với dòng {first} của danh sách "
            "này; nếu là hai người, đồng chí ghi thêm số thẻ."
        )
        return [sentence]

    def _match(self, entry: Entry, known: Known) -> tuple[KnownPerson | None, str]:
        """The same person in the system, or the doubt that keeps the row out."""
        values = entry.values
        card = values["card_number"]
        if card and (found := known.by_card.get(card)):
            return self._same_card(entry, found)
        namesakes = known.by_name.get(marked_key(values["full_name"]), [])
        for found in namesakes:
            if card and found.card_number:
                continue
            if self._is_here(entry, found):
                return found, ""
        for found in namesakes:
            if (card and found.card_number) or not _same_birth(values, found):
                continue
            return None, (
                "Đã có một đồng chí cùng họ tên, cùng ngày sinh trong hệ thống. Đồng chí "
                "ghi thêm số thẻ để phân biệt, hoặc mở hồ sơ đó để xem."
            )
        return None, ""

    def _same_card(
        self, entry: Entry, found: KnownPerson
    ) -> tuple[KnownPerson | None, str]:
        values = entry.values
        if fold(values["full_name"]) != fold(found.full_name):
            return None, (
                f"Số thẻ {values['card_number']} đã ghi cho một đồng chí khác họ tên. "
                "Đồng chí kiểm tra lại số thẻ."
            )
        born = values["birth_date"]
        if born and found.birth_date and not _same_birth(values, found):
            return None, (
                f"Cùng số thẻ, cùng họ tên nhưng ngày sinh khác: danh sách ghi "
                f"{_birth_text(values['birth_date'], values['birth_precision'])}, hệ thống "
                f"ghi {_birth_text(found.birth_date, found.birth_precision)}."
            )
        return found, ""

    def _is_here(self, entry: Entry, found: KnownPerson) -> bool:
        """Surely the same without a card: here already, same birth, same workplace."""
        if not _same_birth(entry.values, found):
            return False
        if _id_or_name(entry.workplace) != found.workplace_id:
            return False
        return not self.is_ward or found.stay_at(self.committee.pk) is not None

    def _namesake(self, entry: Entry, known: Known) -> list[str]:
        name = marked_key(entry.values["full_name"])
        first = self._names.setdefault(name, entry.record.number)
        if first != entry.record.number:
            return [
                f"Cùng họ tên với dòng {first} nhưng khác ngày sinh: là người khác."
            ]
        if known.by_name.get(name):
            return ["Cùng họ tên với một đồng chí đã có nhưng khác ngày sinh."]
        return []

    def _add(self, entry: Entry) -> None:
        self._names.setdefault(
            marked_key(entry.values["full_name"]), entry.record.number
        )
        self.incoming.append(
            Incoming(
                person=entry.values,
                workplace=_id_or_name(entry.workplace),
                ward=self.committee.pk if self.is_ward else None,
                stay=entry.stay,
                cell=_id_or_name(entry.cell),
                ground=entry.ground,
                ground_document=entry.stay.get("note", "")[:200],
            )
        )

    def _compare(self, entry: Entry, found: KnownPerson, row: Row) -> None:
        """Write only what differs and is ours; never what the other side owns."""
        row.target = found.id
        asked = Incoming(person_id=found.id)
        self._compare_person(entry, found, row, asked)
        if self.is_ward:
            self._compare_stay(entry, found, row, asked)
        if row.outcome == Outcome.ERROR:
            return
        row.outcome = Outcome.CHANGED if row.changes else Outcome.UNCHANGED
        if row.changes:
            self.incoming.append(asked)

    def _compare_person(self, entry, found, row: Row, asked: Incoming) -> None:
        owns_identity = not self.is_ward or not found.workplace_uses_system
        for name in _IDENTITY:
            if not _differs(entry.values, found, name):
                continue
            if owns_identity:
                _note_change(row, asked.person, entry.values, found, name)
            else:
                row.messages.append(
                    f"{_LABELS[name]}: danh sách ghi “{_text(entry.values[name])}”, nơi "
                    f"công tác đang ghi “{_text(getattr(found, name))}”. Mục này do nơi "
                    "công tác quản lý nên không sửa; đồng chí gửi đề nghị đính chính."
                )
        if "birth_date" in asked.person:
            asked.person["birth_precision"] = entry.values["birth_precision"]
        for name in _DWELLING if self.is_ward else []:
            if _differs(entry.values, found, name):
                _note_change(row, asked.person, entry.values, found, name)
        workplace = _id_or_name(entry.workplace)
        if workplace != found.workplace_id:
            row.messages.append(
                "Đơn vị công tác trong danh sách khác đơn vị đang quản lý đồng chí này; "
                "không sửa."
            )

    def _compare_stay(self, entry, found, row: Row, asked: Incoming) -> None:
        stay = found.stay_at(self.committee.pk)
        if stay is None:
            self._receive_anew(entry, found, row, asked)
            return
        asked.stay_id = stay.id
        if stay.state != Registration.State.RECEIVED:
            asked.stay |= {
                "state": Registration.State.RECEIVED,
                "received_on": entry.stay["received_on"],
            }
            row.changes.append(
                Change(
                    _LABELS["state"], "chờ tiếp nhận", _text(entry.stay["received_on"])
                )
            )
        elif stay.received_on != entry.stay["received_on"]:
            row.messages.append(
                f"Ngày tiếp nhận đang ghi {_text(stay.received_on)}; không sửa theo danh "
                "sách."
            )
        for name in _STAY:
            if _differs(entry.stay, stay, name):
                _note_change(row, asked.stay, entry.stay, stay, name)
        self._compare_cell(entry, stay, row, asked)
        if entry.ground and not stay.is_exempt:
            asked.ground, asked.ground_document = (
                entry.ground,
                entry.stay["note"][:200],
            )
            row.changes.append(
                Change(_LABELS["exemption"], "", Exemption.Ground(entry.ground).label)
            )

    def _compare_cell(self, entry, stay: KnownStay, row: Row, asked: Incoming) -> None:
        cell = _id_or_name(entry.cell)
        if cell is None or cell == stay.cell_id:
            return
        old = self.index.by_id(stay.cell_id) if stay.cell_id else None
        asked.cell = cell
        row.changes.append(
            Change(_LABELS["cell"], old.name if old else "", _unit_name(entry.cell))
        )

    def _receive_anew(self, entry, found, row: Row, asked: Incoming) -> None:
        if found.status == Member.Status.DEAD:
            row.outcome = Outcome.ERROR
            row.messages.append("Đồng chí này đã được ghi là từ trần.")
            return
        if any(stay.state == Registration.State.RECEIVED for stay in found.stays):
            row.outcome = Outcome.ERROR
            row.messages.append(
                "Đồng chí này đang được một nơi cư trú khác tiếp nhận. Nơi đó cần kết thúc "
                "việc theo dõi trước."
            )
            return
        asked.ward, asked.stay = self.committee.pk, entry.stay
        asked.workplace, asked.cell = found.workplace_id, _id_or_name(entry.cell)
        asked.ground, asked.ground_document = entry.ground, entry.stay["note"][:200]
        row.changes.append(
            Change(_LABELS["state"], "", _text(entry.stay["received_on"]))
        )


def _same_birth(values: dict[str, Any], found: KnownPerson) -> bool:
    """Equal as far as both are known; unknown equals nothing."""
    born, other = values["birth_date"], found.birth_date
    if born is None or other is None or born.year != other.year:
        return False
    precisions = {values["birth_precision"], found.birth_precision}
    if "year" in precisions:
        return True
    return born.month == other.month and ("month" in precisions or born == other)


def _differs(values: dict[str, Any], stored: Any, name: str) -> bool:
    """A blank in the list says nothing; two spellings of one name are one."""
    new, old = values.get(name), getattr(stored, name)
    if not new or new == old:
        return False
    if name == "full_name":
        return marked_key(new) != marked_key(old)
    if name == "birth_date" and old:
        return not _same_birth(values, stored)
    return True


def _note_change(row: Row, asked: dict, values: dict, stored: Any, name: str) -> None:
    asked[name] = values[name]
    row.changes.append(
        Change(_LABELS[name], _text(getattr(stored, name)), _text(values[name]))
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if value in Member.Gender.values:
        return Member.Gender(value).label
    return str(value)


def _birth_text(day: date | None, precision: str) -> str:
    return str(PartialDate(day, precision)) if day else ""


def _id_or_name(unit: Unit | str | None) -> int | str | None:
    return unit.id if isinstance(unit, Unit) else unit


def _unit_name(unit: Unit | str | None) -> str:
    return unit.name if isinstance(unit, Unit) else unit or ""


def _shown(entry: Entry) -> dict[str, object]:
    values = entry.values
    return {
        "Họ và tên": values["full_name"],
        "Ngày sinh": _birth_text(values["birth_date"], values["birth_precision"]),
        "Số thẻ": values["card_number"] or "",
        "Đơn vị công tác": _unit_name(entry.workplace)
        or entry.record.text("workplace"),
        "Chi bộ nơi cư trú": _unit_name(entry.cell),
        "Ngày tiếp nhận": _text(entry.stay.get("received_on")),
        "Miễn sinh hoạt": Exemption.Ground(entry.ground).label if entry.ground else "",
    }


def outcome_counts(plan: MemberPlan) -> Sequence[tuple[str, int]]:
    """(label, rows) of each outcome, for the head of a preview."""
    counts = plan.preview.counts
    return [(outcome.label, counts[str(outcome)]) for outcome in Outcome]
