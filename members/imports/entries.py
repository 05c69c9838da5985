"""One row of a list of members, as it is understood before anything is compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from members.imports.questions import Asking, Named, Questions
from members.imports.units import Among, UnitIndex
from members.models import Committee, Exemption
from party76.shared.text import fold, marked_key
from party76.spreadsheets.records import Record
from party76.spreadsheets.values import PartialDate

# The day for rows that name none; kept with the answers.
RECEIVED_ON = "received_on"

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
_GENDERS = {"nam": "male", "nu": "female"}
_LONGEST = {"full_name": 80, "card_number": 20}


@dataclass(slots=True)
class Entry:
    """A row as it was understood."""

    record: Record
    values: dict[str, Any] = field(default_factory=dict)
    stay: dict[str, Any] = field(default_factory=dict)
    workplace: Named | None = None
    cell: Named | None = None
    ground: str = ""
    remarks: list[str] = field(default_factory=list)
    name_key: str = ""  # the name as it is compared, with its marks


class EntryReader:
    """Reads the rows of one list; names of units that nobody knows become questions."""

    def __init__(
        self,
        committee: Committee,
        questions: Questions,
        *,
        is_residents: bool,
        today: date,
    ):
        self.committee, self.questions = committee, questions
        self.index: UnitIndex = questions.index
        self.choices: Mapping[str, Any] = questions.choices
        self.is_residents, self.today = is_residents, today
        self.rows_without_day = 0
        self.own_unit = self.index.by_id(committee.pk)
        own = Among(committee.path)
        self._workplaces = Asking(
            "unit",
            "Đơn vị công tác",
            Among() if is_residents else own,
            may_create=is_residents,
        )
        self._cells = Asking(
            "cell",
            "Chi bộ nơi cư trú",
            Among(committee.path, cells_only=True),
            may_create=True,
            may_leave_out=True,
        )

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
        entry.name_key = marked_key(entry.values["full_name"])
        if not entry.name_key and not _is_told(record, "full_name"):
            record.problems.append("Họ và tên: còn để trống.")
        for name, longest in _LONGEST.items():
            if len(entry.values[name] or "") > longest:
                record.problems.append(
                    f"{record.labels[name]}: dài quá {longest} ký tự."
                )
        self._check_dates(entry)
        if self.is_residents:
            self._read_workplace(entry)
            self._read_stay(entry)
        else:
            self._read_own_unit(entry)
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
        if record.mark("is_woman"):
            return "female"
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
        for key in ("admitted_on", "official_on"):
            if values[key] and values[key] > self.today:
                problems.append(f"{entry.record.labels[key]} sau ngày hôm nay.")

    def _read_workplace(self, entry: Entry) -> None:
        record = entry.record
        name = record.text("workplace")
        if not name:
            if not _is_told(record, "workplace"):
                record.problems.append("Đơn vị công tác: còn để trống.")
            return
        is_settled, entry.workplace = self.questions.resolve(name, self._workplaces)
        entry.remarks += self.questions.remarks(name, self._workplaces)
        if not is_settled:
            why = self.questions.why_unknown(name, self._workplaces)
            record.problems.append(
                f"Đơn vị công tác: “{name}” {why} Đồng chí chọn đơn vị tương tự, hoặc "
                "thêm thành đơn vị chưa xếp vào cây tổ chức."
            )

    def _read_own_unit(self, entry: Entry) -> None:
        """Of a workplace's own list: the unit named in the row, or the list's own."""
        record = entry.record
        name = record.text("workplace") or record.text("cell") or record.context
        entry.workplace = self.own_unit
        if not name:
            return
        is_settled, found = self.questions.resolve(name, self._workplaces)
        entry.workplace = found or self.own_unit
        entry.remarks += self.questions.remarks(name, self._workplaces)
        if not is_settled:
            why = self.questions.why_unknown(name, self._workplaces)
            record.problems.append(
                f"Đơn vị công tác: “{name}” {why} Đồng chí chọn đơn vị thuộc "
                f"{self.committee}."
            )

    def _read_stay(self, entry: Entry) -> None:
        record = entry.record
        name = record.text("cell") or record.context
        if name:
            self._read_cell(entry, name)
        note = record.text("note")[:500]
        entry.stay = {
            "received_on": self._received_on(record),
            "letter_number": record.text("letter_number")[:40],
            "letter_date": self._whole_day(entry, "letter_date"),
            "note": note,
        }
        entry.ground = _ground_in(note)

    def _read_cell(self, entry: Entry, name: str) -> None:
        is_settled, entry.cell = self.questions.resolve(name, self._cells)
        entry.remarks += self.questions.remarks(name, self._cells)
        if not is_settled:
            entry.record.problems.append(
                f"Chi bộ nơi cư trú: “{name}” không rõ là chi bộ nào của "
                f"{self.committee}. Đồng chí chọn chi bộ, thêm mới, hoặc để chưa phân về "
                "chi bộ."
            )

    def _received_on(self, record: Record) -> date | None:
        received = record.date("received_on", today=self.today)
        if received is None:
            return self._common_day(record)
        if received.precision != "day":
            record.problems.append(
                f"Ngày tiếp nhận: “{received}” chưa đủ ngày, tháng, năm."
            )
        elif received.date > self.today:
            record.problems.append("Ngày tiếp nhận sau ngày hôm nay.")
        return received.date

    def _common_day(self, record: Record) -> date | None:
        if _is_told(record, "received_on"):
            return None
        self.rows_without_day += 1
        common = self.choices.get(RECEIVED_ON)
        if common:
            return date.fromisoformat(common)
        record.problems.append(
            "Ngày tiếp nhận: còn để trống. Đồng chí ghi ngày vào danh sách, hoặc "
            "chọn một ngày chung cho các dòng không ghi ngày."
        )
        return None


def _is_told(record: Record, key: str) -> bool:
    """True when a problem of this column has its sentence already."""
    label = f"{record.labels[key]}:"
    return any(problem.startswith(label) for problem in record.problems)


def _ground_in(note: str) -> str:
    """The ground of an exemption that a note tells, by its words."""
    plain = fold(note)
    # With its mark, because “miền Nam” is no exemption.
    if "mien sinh hoat" not in plain and "miễn" not in marked_key(note):
        return ""
    for words, ground in _GROUNDS:
        if words in plain:
            return ground
    return Exemption.Ground.OTHER
