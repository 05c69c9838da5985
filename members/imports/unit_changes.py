"""What a row changes of a unit that is known; its name and place never."""

from dataclasses import dataclass, field
from typing import Any

from members.imports.existing_units import KnownUnit
from members.imports.kinds import kind_in, sector_in
from members.imports.unit_entries import UnitEntry
from members.models import Kind, Sector
from party76.spreadsheets.preview import Change

_LABELS = {
    "short_name": "Tên gọi tắt",
    "sector": "Khối",
    "outside_city": "Ngoài Đảng bộ thành phố",
    "uses_system": "Dùng hệ thống",
    "statistics_code": "Mã thống kê",
}


@dataclass
class UnitDifference:
    """What would be written, how it is shown, and what is told but not written."""

    values: dict[str, Any] = field(default_factory=dict)
    statistics_code: str = ""
    changes: list[Change] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def difference(entry: UnitEntry, found: KnownUnit) -> UnitDifference:
    """Compare a row with its unit; a blank in the list says nothing."""
    told = {
        "short_name": entry.short_name,
        "sector": sector_in(entry.sector_written),
        "outside_city": entry.outside_city,
        "uses_system": entry.uses_system,
        "statistics_code": entry.statistics_code,
    }
    differing = {
        name: value
        for name, value in told.items()
        if value not in ("", None) and value != getattr(found, name)
    }
    changes = [
        Change(_LABELS[name], _text(getattr(found, name)), _text(value))
        for name, value in differing.items()
    ]
    code = str(differing.pop("statistics_code", ""))
    return UnitDifference(differing, code, changes, _not_written(entry, found))


def _not_written(entry: UnitEntry, found: KnownUnit) -> list[str]:
    remarks = []
    if entry.kind_written and kind_in(entry.kind_written) != found.kind:
        label = Kind(found.kind).label
        remarks.append(f"Loại tổ chức đang là “{label}”; không sửa theo danh sách.")
    if entry.valid_from and entry.valid_from != found.valid_from:
        remarks.append("Ngày bắt đầu hoạt động đang ghi khác; không sửa.")
    return remarks


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    return Sector(value).label if value in Sector.values else str(value)
