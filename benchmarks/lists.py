"""The Excel list of 22.365 rows × 20 columns against XlsxWriter alone."""

import io
from collections.abc import Iterator

import xlsxwriter

from benchmarks.results import OWN, Result, best_of, ratio
from members.models import Registration
from party76.spreadsheets.writer import (
    NUMBER_FORMATS,
    OPTIONS,
    ListColumn,
    clean_text,
    excel_day,
    starts_like_formula,
    write_list,
)

ROUNDS = 4
# Label and lookup: 13 texts, 3 numbers, 4 dates.
_FIELDS = [
    ("Họ và tên", "member__full_name", "text"),
    ("Số thẻ", "member__card_number", "text"),
    ("Ngày sinh", "member__birth_date", "date"),
    ("Ngày vào Đảng", "member__admitted_on", "date"),
    ("Chức vụ", "member__position", "text"),
    ("Nơi công tác", "workplace__name", "text"),
    ("Mã nơi công tác", "workplace__code", "text"),
    ("Khối", "workplace__sector", "text"),
    ("Đảng ủy nơi cư trú", "ward__name", "text"),
    ("Mã nơi cư trú", "ward__code", "text"),
    ("Chi bộ", "cell__name", "text"),
    ("Mã chi bộ", "cell__code", "text"),
    ("Địa chỉ", "member__address", "text"),
    ("Tình trạng", "state", "text"),
    ("Ngày tiếp nhận", "received_on", "date"),
    ("Ngày kết thúc", "ended_on", "date"),
    ("Số thứ tự", "pk", "integer"),
    ("Số đảng viên", "member_id", "integer"),
    ("Lần sửa", "version", "integer"),
    ("Ghi chú", "member__search_key", "text"),
]
_COLUMNS = [ListColumn(label, kind=kind) for label, _, kind in _FIELDS]


def run() -> list[Result]:
    """End to end, rows read from the database, against the bare library on the same."""
    taken = best_of({"ours": _ours, "bare": _bare}, rounds=ROUNDS, clock=OWN)
    count = sum(1 for _ in _rows())
    return [
        ratio(
            f"Excel list of {count} × {len(_FIELDS)} ÷ XlsxWriter alone",
            taken["ours"],
            taken["bare"],
            target=1.15,
            note="the same rows and the same cleaning of cells",
        )
    ]


def _rows() -> Iterator[tuple]:
    stays = Registration.objects.filter(state="received").order_by("pk")
    return stays.values_list(*[lookup for _, lookup, _ in _FIELDS]).iterator(
        chunk_size=2000
    )


def _ours() -> None:
    write_list(_COLUMNS, _rows(), title="Danh sách")


def _bare() -> None:
    """The least that writes the same cells: no titles, no page, no choice of columns."""
    book = xlsxwriter.Workbook(io.BytesIO(), {**OPTIONS, "constant_memory": True})
    sheet = book.add_worksheet()
    quoted = book.add_format({"quote_prefix": True})
    styles = {
        kind: book.add_format({"num_format": look})
        for kind, look in NUMBER_FORMATS.items()
    }
    kinds = [kind for _, _, kind in _FIELDS]
    for line, row in enumerate(_rows()):
        for column, (kind, value) in enumerate(zip(kinds, row, strict=True)):
            if value is None:
                continue
            if kind == "text":
                text = clean_text(value)
                style = quoted if starts_like_formula(text) else None
                sheet.write_string(line, column, text, style)
            elif kind == "date":
                sheet.write_number(line, column, excel_day(value), styles[kind])
            else:
                sheet.write_number(line, column, value, styles[kind])
    book.close()
