"""One row of the list of a decision, as it is understood by itself."""

import re
from dataclasses import dataclass, field

from members.imports.reforms.known import OpenUnit
from members.imports.units import unit_key
from members.models import Operation, Part
from party76.shared.text import fold, has_marks, marked_key, normalize_vi
from party76.spreadsheets.preview import Outcome
from party76.spreadsheets.records import Record

_PARTS = [
    (r"(?:phan )?con lai\b", Part.REST),
    (r"(?:mot )?phan\b|chia mot phan", Part.PART),
    (r"toan bo|ca don vi|nguyen trang|whole", Part.WHOLE),
]
# “chuyển đổi” before “chuyển”, “nhập để thành lập” before “nhập”.
_OPERATIONS = [
    (r"giu nguyen|khong sap xep|mo rong|tiep tuc", Operation.UNCHANGED),
    (r"hop nhat|thanh lap", Operation.MERGE),
    (r"sap nhap|nhap", Operation.ABSORB),
    (r"chia|tach", Operation.SPLIT),
    (r"doi ten", Operation.RENAME),
    (r"doi loai|chuyen doi|nang cap|doi khoi", Operation.RECLASSIFY),
    (r"chuyen", Operation.TRANSFER),
    (r"ket thuc|giai the|cham dut", Operation.END),
]
# With their marks where the list has marks: “Phương Bình” is a name, and so is “Xà Phiên”.
_COMMUNE = re.compile(r"(?:phường|xã|thị trấn|đặc khu) ")
_COMMUNE_UNMARKED = re.compile(r"(?:phuong|xa|thi tran|dac khu) ")
_LONGEST = {"new_name": 200, "code": 40, "statistics_code": 10}
_LABELS = {
    "new_name": "Đơn vị mới",
    "code": "Mã đơn vị mới",
    "statistics_code": "Mã thống kê",
}


@dataclass(slots=True)
class ReformEntry:
    """A row: which old unit, or part of it, goes on as which new one."""

    record: Record
    old_text: str
    old_parent: str
    old_province: str
    new_name: str  # as the tree would call it; empty where none is told
    new_kind: str
    new_parent: str
    part: str
    operation: str  # empty where the list tells none
    code: str
    statistics_code: str
    old: OpenUnit | None = None
    is_outside: bool = False  # an old unit that was never kept here
    outcome: Outcome | None = None
    messages: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.record.number

    @property
    def old_name(self) -> str:
        """The old unit with what tells it from others of its name."""
        parts = [self.old_text, self.old_parent, self.old_province]
        return ", ".join(part for part in parts if part)

    @property
    def new_key(self) -> tuple[str, str]:
        return unit_key(self.new_name), unit_key(self.new_parent)

    @property
    def is_part(self) -> bool:
        return self.part != Part.WHOLE


def read_entry(record: Record) -> ReformEntry:
    """Read the cells of a row; what cannot be read is a problem of the row."""
    kind = record.text("new_kind")
    entry = ReformEntry(
        record=record,
        old_text=record.text("old"),
        old_parent=record.text("old_parent"),
        old_province=record.text("old_province"),
        new_name=committee_name(record.text("new"), kind),
        new_kind=kind,
        new_parent=record.text("new_parent"),
        part=Part.WHOLE,
        operation="",
        code=record.code("code"),
        statistics_code=record.code("statistics_code"),
        problems=record.problems,
    )
    _read_words(entry, record)
    for name, longest in _LONGEST.items():
        if len(getattr(entry, name)) > longest:
            entry.problems.append(f"{_LABELS[name]}: dài quá {longest} ký tự.")
    if not entry.old_text and not entry.new_name:
        entry.problems.append("Dòng không ghi đơn vị cũ, cũng không ghi đơn vị mới.")
    return entry


def _read_words(entry: ReformEntry, record: Record) -> None:
    part, operation = record.text("part"), record.text("operation")
    if part:
        entry.part = _meant(part, _PARTS)
        if not entry.part:
            entry.problems.append(
                f"Toàn bộ hay một phần: chưa rõ “{part}”. Đồng chí ghi “toàn bộ”, “một "
                "phần” hoặc “phần còn lại”."
            )
            entry.part = Part.WHOLE
    if operation:
        entry.operation = _meant(operation, _OPERATIONS)
        if not entry.operation:
            entry.problems.append(
                f"Hình thức: chưa rõ “{operation}”. Đồng chí ghi một trong các từ: "
                f"{', '.join(label.lower() for label in _WORDS)}."
            )


_WORDS = [
    operation.label for operation in Operation if operation is not Operation.FOUND
]


def _meant(words: str, known: list) -> str:
    plain = fold(words)
    return next((sign for pattern, sign in known if re.match(pattern, plain)), "")


def committee_name(text: str, kind: str = "") -> str:
    """Đảng ủy phường Cái Khế, of “Cái Khế” and “Phường”; other names as they stand."""
    name = normalize_vi(text)
    is_bare = not _names_commune(name) and not fold(name).startswith("dang uy ")
    if name and is_bare and _names_commune(f"{kind} "):
        name = f"{kind} {name}"
    if _names_commune(name):
        name = f"Đảng ủy {name[0].lower()}{name[1:]}"
    return name


def _names_commune(text: str) -> bool:
    """True where the text begins with phường, xã, thị trấn or đặc khu."""
    if has_marks(text):
        return bool(_COMMUNE.match(marked_key(text) + " "))
    return bool(_COMMUNE_UNMARKED.match(fold(text) + " "))
