"""One row of a list of units, as it is understood before anything is compared."""

from dataclasses import dataclass, field
from datetime import date

from members.imports.existing_units import KnownUnit
from members.imports.kinds import kind_in, sector_in
from party76.shared.text import fold
from party76.spreadsheets.preview import Change, Outcome
from party76.spreadsheets.records import Record

# Sub-headings that name the unit above the rows below them.
_PARENT_WORDS = ("dang bo", "dang uy", "quan uy", "huyen uy", "thi uy", "thanh uy")
_LONGEST = {"name": 200, "short_name": 80, "code": 40, "statistics_code": 10}


@dataclass(slots=True)
class UnitEntry:
    """A row as it was understood; its parent is known only when all rows are."""

    record: Record
    name: str
    code: str
    short_name: str
    statistics_code: str
    parent_name: str
    kind_written: str
    sector_written: str
    outside_city: bool | None
    uses_system: bool | None
    valid_from: date | None
    outcome: Outcome | None = None
    unit: KnownUnit | None = None
    kind: str = ""
    valid_since: date | None = None
    is_outside: bool = False
    messages: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def read_unit(record: Record, today: date) -> UnitEntry:
    """Read the cells of a row; what cannot be read is a problem of its record."""
    has_formula = "name" in record.formulas
    entry = UnitEntry(
        record=record,
        name=record.name("name") if has_formula else record.text("name"),
        code=record.code("code"),
        short_name=record.text("short_name"),
        statistics_code=record.code("statistics_code"),
        parent_name=record.text("parent") or _parent_in(record.context),
        kind_written=record.text("kind"),
        sector_written=record.text("sector"),
        outside_city=record.mark("outside_city"),
        uses_system=record.mark("uses_system"),
        valid_from=_first_day(record, today),
    )
    if not entry.name and not has_formula:
        record.problems.append("Tên tổ chức đảng: còn để trống.")
    record.problems += _unclear(entry)
    return entry


def _parent_in(context: str) -> str:
    """A sub-heading that names a unit; “Khối cơ quan” names none."""
    plain = fold(context).lstrip("0123456789ivx.)-*+ ")
    return context if plain.startswith(_PARENT_WORDS) else ""


def _first_day(record: Record, today: date) -> date | None:
    told = record.date("valid_from", today=today)
    if told is None:
        return None
    if told.precision != "day":
        record.problems.append(f"Hoạt động từ ngày: “{told}” chưa đủ ngày, tháng, năm.")
    elif told.date > today:
        record.problems.append("Hoạt động từ ngày: sau ngày hôm nay.")
    return told.date


def _unclear(entry: UnitEntry) -> list[str]:
    labels = entry.record.labels
    problems = [
        f"{labels[key]}: dài quá {longest} ký tự."
        for key, longest in _LONGEST.items()
        if len(getattr(entry, key)) > longest
    ]
    if entry.kind_written and not kind_in(entry.kind_written):
        problems.append(f"Loại tổ chức: chưa rõ “{entry.kind_written}” là loại nào.")
    if entry.sector_written and not sector_in(entry.sector_written):
        problems.append(f"Khối: chưa rõ “{entry.sector_written}” là khối nào.")
    return problems
