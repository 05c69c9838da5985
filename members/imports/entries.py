"""One row of a list of members, as it is understood before anything is compared."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from members.imports.units import Unit, UnitIndex, unit_key
from members.models import Committee, Exemption, Kind
from party76.shared.text import fold
from party76.spreadsheets.records import Record
from party76.spreadsheets.values import PartialDate

# Answers to “which unit is this?”: a key, to make it, or for a cell to leave it out.
CREATE, LEAVE_OUT = "create", "none"

_GROUNDS = [
    ("doanh trai", Exemption.Ground.BARRACKS),
    ("nha cong vu", Exemption.Ground.BARRACKS),
    ("cong tac xa", Exemption.Ground.FAR_AWAY),
    ("luu dong", Exemption.Ground.FAR_AWAY),
    ("luan chuyen", Exemption.Ground.FAR_AWAY),
    ("biet phai", Exemption.Ground.FAR_AWAY),
    ("hoc tap trung", Exemption.Ground.STUDY),
    ("sinh vien", Exemption.Ground.STUDY),
    ("di hoc", Exemption.Ground.STUDY),
]
_GENDERS = {"nam": "male", "nu": "female", "n": "female"}


@dataclass(frozen=True)
class Question:
    """A unit that a list names and nobody knows, with those of similar names."""

    key: str  # under which the answer is kept with the run
    name: str
    is_cell: bool
    rows: int
    similar: list[Unit]


@dataclass(slots=True)
class Entry:
    """A row as it was understood."""

    record: Record
    values: dict[str, Any] = field(default_factory=dict)
    stay: dict[str, Any] = field(default_factory=dict)
    workplace: Unit | str | None = None
    cell: Unit | str | None = None
    ground: str = ""
    remarks: list[str] = field(default_factory=list)


class EntryReader:
    """Reads the rows of one list; names of units that nobody knows become questions."""

    def __init__(self, committee: Committee, index: UnitIndex, choices, today: date):
        self.committee, self.index = committee, index
        self.choices, self.today = choices, today
        self.is_ward = committee.kind == Kind.WARD
        self._unknown: dict[str, Question] = {}
        self._found: dict[tuple[str, bool], Unit | str | None] = {}

    def read(self, record: Record) -> Entry:
        """Read the cells of a row; what cannot be read is a problem of its record."""
        entry = Entry(record)
        entry.values = {
            "full_name": record.name("full_name"),
            "card_number": record.code("card_number", decimals=6) or None,
            "position": record.text("position")[:120],
            "phone": record.code("phone")[:20],
            "address": record.text("address")[:200],
            "admitted_on": self._whole_day(entry, "admitted_on"),
            "official_on": self._whole_day(entry, "official_on"),
            **self._birth(record),
        }
        if not entry.values["full_name"] and "full_name" not in record.formulas:
            record.problems.append("Họ và tên: còn để trống.")
        self._check_dates(entry)
        self._read_workplace(entry)
        if self.is_ward:
            self._read_stay(entry)
        return entry

    def _birth(self, record: Record) -> dict[str, Any]:
        man = record.date("born_man", today=self.today)
        woman = record.date("born_woman", today=self.today)
        born = man or woman or record.date("born", today=self.today)
        if man and woman:
            record.problems.append("Ngày sinh: ghi ở cả hai cột Nam và Nữ.")
        gender = "male" if man else "female" if woman else self._gender(record)
        return {
            "gender": gender,
            "birth_date": born.date if born else None,
            "birth_precision": born.precision if born else "day",
        }

    @staticmethod
    def _gender(record: Record) -> str:
        written = fold(record.text("gender"))
        if not written:
            return ""
        if written not in _GENDERS:
            record.problems.append(
                f"Giới tính: “{record.text('gender')}” không phải Nam hoặc Nữ."
            )
        return _GENDERS.get(written, "")

    def _whole_day(self, entry: Entry, key: str) -> date | None:
        found: PartialDate | None = entry.record.date(key, today=self.today)
        if found is None or found.precision == "day":
            return found.date if found else None
        entry.remarks.append(
            f"{entry.record.labels[key]}: chỉ có {found}, chưa đủ ngày, tháng, năm nên "
            "để trống, đồng chí bổ sung sau."
        )
        return None

    def _check_dates(self, entry: Entry) -> None:
        values, problems = entry.values, entry.record.problems
        admitted, official = values["admitted_on"], values["official_on"]
        if admitted and official and official < admitted:
            problems.append(
                f"Ngày chính thức ({official:%d/%m/%Y}) trước ngày vào Đảng "
                f"({admitted:%d/%m/%Y})."
            )
        born = values["birth_date"]
        if born and born > self.today:
            problems.append("Ngày sinh sau ngày hôm nay.")
        elif born and admitted and born >= admitted:
            problems.append("Ngày sinh không trước ngày vào Đảng.")
        if admitted and admitted > self.today:
            problems.append("Ngày vào Đảng sau ngày hôm nay.")

    def _read_workplace(self, entry: Entry) -> None:
        name = entry.record.text("workplace")
        if not name and not self.is_ward:
            entry.workplace = self._own_unit()
            return
        if not name:
            if not entry.record.problems or "workplace" in entry.record.labels:
                entry.record.problems.append("Đơn vị công tác: còn để trống.")
            return
        entry.workplace = self._unit(name, is_cell=False)
        if entry.workplace is None:
            entry.record.problems.append(
                f"Đơn vị công tác: “{name}” chưa có trong danh mục. Đồng chí chọn đơn vị "
                "tương tự, hoặc thêm thành đơn vị chưa xếp vào cây tổ chức."
            )

    def _read_stay(self, entry: Entry) -> None:
        record = entry.record
        name = record.text("cell") or record.context
        if name:
            entry.cell = self._unit(name, is_cell=True)
            if entry.cell is None:
                record.problems.append(
                    f"Chi bộ nơi cư trú: “{name}” không có trong {self.committee}. "
                    "Đồng chí chọn chi bộ, thêm mới, hoặc để chưa phân về chi bộ."
                )
        received = record.date("received_on", today=self.today)
        note = record.text("note")[:500]
        entry.stay = {
            "received_on": self._received_on(record, received),
            "letter_number": record.text("letter_number")[:40],
            "letter_date": self._whole_day(entry, "letter_date"),
            "note": note,
        }
        entry.ground = _ground_in(note)

    def _received_on(self, record: Record, received: PartialDate | None):
        if received is None:
            default = self.choices.get("received_on")
            if default:
                return date.fromisoformat(default)
            record.problems.append(
                "Ngày tiếp nhận: còn để trống. Đồng chí ghi ngày vào danh sách, hoặc "
                "chọn một ngày chung cho các dòng không ghi ngày."
            )
            return None
        if received.precision != "day":
            record.problems.append(
                f"Ngày tiếp nhận: “{received}” chưa đủ ngày, tháng, năm."
            )
        elif received.date > self.today:
            record.problems.append("Ngày tiếp nhận sau ngày hôm nay.")
        return received.date

    def _unit(self, name: str, *, is_cell: bool) -> Unit | str | None:
        """The unit meant, the name of one to be made, or None when it must be asked."""
        asked = (unit_key(name), is_cell)
        if asked not in self._found:
            self._found[asked] = self._look_up(name, is_cell=is_cell)
        found = self._found[asked]
        if found is None:
            self._ask(name, is_cell=is_cell)
        return None if found == LEAVE_OUT else found

    def _look_up(self, name: str, *, is_cell: bool) -> Unit | str | None:
        below = self.committee.path if is_cell else None
        answer = str(self.choices.get(_question_key(name, is_cell=is_cell), ""))
        if answer == CREATE:
            return name
        if answer == LEAVE_OUT:
            return LEAVE_OUT
        if answer.isdigit() and (chosen := self.index.by_id(int(answer))):
            return chosen
        if unit := self.index.find(name, cells_below=below):
            return unit
        if self.choices.get("create_units"):
            return name
        return None

    def _ask(self, name: str, *, is_cell: bool) -> None:
        key = _question_key(name, is_cell=is_cell)
        before = self._unknown.get(key)
        below = self.committee.path if is_cell else None
        similar = (
            before.similar if before else self.index.similar(name, cells_below=below)
        )
        count = before.rows + 1 if before else 1
        self._unknown[key] = Question(key, name, is_cell, count, similar)

    def questions(self) -> list[Question]:
        return list(self._unknown.values())

    def _own_unit(self) -> Unit | None:
        return self.index.by_id(self.committee.pk)


def _question_key(name: str, *, is_cell: bool) -> str:
    return f"{'cell' if is_cell else 'unit'}:{unit_key(name)}"


def _ground_in(note: str) -> str:
    """The ground of an exemption that a note tells, by its words."""
    plain = fold(note)
    for words, ground in _GROUNDS:
        if words in plain:
            return ground
    return Exemption.Ground.OTHER if "mien sinh hoat" in plain else ""
