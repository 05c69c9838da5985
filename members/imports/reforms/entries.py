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
    (r"thanh lap moi|lap moi", Operation.FOUND),
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
_OF_COMMITTEE = re.compile(r"(?:dang uy|dang bo|ban chap hanh) ")
_OF_CELL = re.compile(r"chi bo (?:khu vuc|ap|khom|to dan pho|khu pho|thon) ")
_ORGANISATION = re.compile(r"(?:đảng (?:ủy|uỷ|bộ)) +", re.IGNORECASE)
# With the full stop, or before a number: a name may begin with any letter.
_SHORT_COMMUNE = re.compile(r"(P|X|TT)(?:\. *| *(?=\d))", re.IGNORECASE)
_COMMUNES = {"P": "phường", "X": "xã", "TT": "thị trấn"}
_LEAD = re.compile(
    r"(?:Đảng (?:Ủy|Uỷ|Bộ) )?(?:Phường|Xã|Thị Trấn|Đặc Khu) "
    r"|Chi Bộ (?:Khu Vực|Ấp|Khóm|Tổ Dân Phố|Khu Phố|Thôn) "
)
_LONGEST = {"new_name": 200, "code": 40, "statistics_code": 10}
_LABELS = {
    "new_name": "Đơn vị mới",
    "code": "Mã đơn vị mới",
    "statistics_code": "Mã thống kê",
}


@dataclass(slots=True, eq=False)
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
    entry.problems += _lacking(entry)
    for name, longest in _LONGEST.items():
        if len(getattr(entry, name)) > longest:
            entry.problems.append(f"{_LABELS[name]}: dài quá {longest} ký tự.")
    return entry


def _lacking(entry: ReformEntry) -> list[str]:
    """What the row would have to say for its own words to mean something."""
    has_old, has_new = bool(entry.old_text), bool(entry.new_name)
    if not has_old and not has_new:
        return ["Dòng không ghi đơn vị cũ, cũng không ghi đơn vị mới."]
    operation = entry.operation
    if not operation:
        said = has_new or entry.new_parent
        return [] if said else ["Dòng chưa ghi đơn vị mới, cũng chưa ghi hình thức."]
    words = Operation(operation).label.lower()
    found = []
    if not has_old and operation not in _WITHOUT_OLD:
        found.append(f"Hình thức “{words}” thì ghi rõ đơn vị cũ.")
    if not has_new and operation in _WITH_NEW and entry.part != Part.REST:
        found.append(f"Hình thức “{words}” thì ghi rõ đơn vị mới.")
    column, label = _WITH.get(Operation(operation), ("", ""))
    if column and not getattr(entry, column):
        found.append(f"Hình thức “{words}” thì ghi rõ cột “{label}”.")
    return found


_WITHOUT_OLD = {Operation.FOUND}
_WITH_NEW = {
    Operation.FOUND,
    Operation.MERGE,
    Operation.ABSORB,
    Operation.SPLIT,
    Operation.RENAME,
}
_WITH = {
    Operation.TRANSFER: ("new_parent", "Trực thuộc mới"),
    Operation.RECLASSIFY: ("new_kind", "Loại đơn vị mới"),
}


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


_WORDS = [operation.label for operation in Operation]


def _meant(words: str, known: list) -> str:
    plain = fold(words)
    return next((sign for pattern, sign in known if re.match(pattern, plain)), "")


def committee_name(text: str, kind: str = "") -> str:
    """Đảng ủy phường Cái Khế, of “Cái Khế” and “Phường”; other names as they stand."""
    name = _written_out(normalize_vi(text))
    is_bare = not _names_commune(name) and not fold(name).startswith("dang uy ")
    if name and is_bare and _names_commune(f"{kind} "):
        name = f"{kind} {name}"
    if _names_commune(name):
        name = f"Đảng ủy {name[0].lower()}{name[1:]}"
    return name


def complete_name(name: str, like: OpenUnit) -> str:
    """A bare name as a unit of that kind bears it: “Long Tuyền” of a ward becomes Đảng
    ủy phường Long Tuyền, “Khu vực 9” of a cell Chi bộ Khu vực 9."""
    if name.islower():
        name = name.title()
    plain = fold(name)
    if like.is_cell_of_residence and not plain.startswith("chi bo"):
        return f"Chi bộ {name}"
    if like.is_ward and not _OF_COMMITTEE.match(plain):
        place = like.name.removeprefix("Đảng ủy ")
        found = _COMMUNE.match(place.lower())
        return f"Đảng ủy {found[0]}{name}" if found else name
    return name


def _written_out(name: str) -> str:
    """Đảng bộ P. Một as phường Một; a name in capitals in the usual letters."""
    if name.isupper() and (_names_commune(_bare(name)) or _OF_CELL.match(fold(name))):
        name = _in_small_letters(name)
    bare = _bare(name)
    short = _SHORT_COMMUNE.match(bare)
    if short:
        return f"{_COMMUNES[short[1].upper()]} {bare[short.end() :]}"
    return bare if _names_commune(bare) else name


def _bare(name: str) -> str:
    return _ORGANISATION.sub("", name, count=1)


def _in_small_letters(name: str) -> str:
    """Chi bộ Khu vực 2 and Đảng ủy phường Một, of their capitals."""
    words = name.title()
    lead = _LEAD.match(words)
    if lead is None:
        return words
    first = lead[0].lower().replace("chi bộ ", "Chi bộ ")
    if first.startswith("Chi bộ "):
        first = f"Chi bộ {first[7:].capitalize()}"
    return f"{first[0].upper()}{first[1:]}{words[lead.end() :]}"


def _names_commune(text: str) -> bool:
    """True where the text begins with phường, xã, thị trấn or đặc khu."""
    if has_marks(text):
        return bool(_COMMUNE.match(marked_key(text) + " "))
    return bool(_COMMUNE_UNMARKED.match(fold(text) + " "))
