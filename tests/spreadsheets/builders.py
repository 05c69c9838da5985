"""Workbooks made in memory, and the column specs of an invented list."""

import io
import zipfile
from pathlib import Path

import openpyxl

from party76.spreadsheets.recognition import ColumnSpec

SAMPLES = Path(__file__).parent.parent / "samples"
SAMPLE = SAMPLES / "danh-sach-213-phuong-ninh-kieu.xlsx"

SPECS = [
    ColumnSpec("order", "STT", ("STT", "TT", "Số TT", "Số thứ tự"), kind="counter"),
    ColumnSpec(
        "full_name",
        "Họ và tên",
        ("Họ và tên", "Họ tên", "Họ, chữ đệm và tên", "Đồng chí"),
        required=True,
        kind="name",
    ),
    ColumnSpec(
        "born_man",
        "Ngày sinh (nam)",
        ("Ngày sinh > Nam", "Ngày tháng năm sinh > Nam", "Năm sinh > Nam"),
        kind="date",
    ),
    ColumnSpec(
        "born_woman",
        "Ngày sinh (nữ)",
        ("Ngày sinh > Nữ", "Ngày tháng năm sinh > Nữ", "Năm sinh > Nữ"),
        kind="date",
    ),
    ColumnSpec(
        "born",
        "Ngày sinh",
        ("Ngày sinh", "Ngày tháng năm sinh", "Năm sinh", "Sinh ngày"),
        kind="date",
    ),
    ColumnSpec("gender", "Giới tính", ("Giới tính", "Nam/Nữ", "Phái")),
    ColumnSpec(
        "joined",
        "Ngày vào Đảng",
        ("Ngày vào Đảng > Dự bị", "Ngày vào Đảng", "Ngày kết nạp"),
        kind="date",
    ),
    ColumnSpec(
        "official",
        "Ngày chính thức",
        ("Ngày vào Đảng > Chính thức", "Ngày chính thức", "Công nhận chính thức"),
        kind="date",
    ),
    ColumnSpec(
        "card", "Số thẻ", ("Số thẻ đảng viên", "Số thẻ ĐV", "Số thẻ"), kind="code"
    ),
    ColumnSpec(
        "workplace",
        "Đơn vị công tác",
        ("Đơn vị công tác", "Nơi công tác", "Cơ quan công tác"),
    ),
    ColumnSpec("position", "Chức vụ", ("Chức vụ", "Chức danh")),
    ColumnSpec("cell", "Chi bộ", ("Chi bộ nơi cư trú", "Chi bộ", "Sinh hoạt tại")),
    ColumnSpec("received", "Ngày tiếp nhận", ("Ngày tiếp nhận",), kind="date"),
    ColumnSpec("note", "Ghi chú", ("Ghi chú",)),
]


def xlsx(rows, *, merge=(), title="Sheet1", more=None) -> bytes:
    """An .xlsx of these rows; more maps further sheet names to their rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for box in merge:
        sheet.merge_cells(box)
    for name, others in (more or {}).items():
        extra = book.create_sheet(name)
        for row in others:
            extra.append(row)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def repacked(data: bytes, changes: dict[str, bytes]) -> bytes:
    """The same archive with some entries replaced or added."""
    output = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return output.getvalue()


def zipped(entries: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return output.getvalue()
