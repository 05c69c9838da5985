"""What leaves in a spreadsheet: never a formula, always real dates and numbers."""

import datetime as dt
import io
import re
import shutil
import subprocess
import zipfile
from decimal import Decimal
from urllib.parse import unquote

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from party76.spreadsheets import writer
from party76.spreadsheets.writer import ListColumn, write_list

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠", "\0=", "'=", " =", "\x0b="]
BODIES = [
    'HYPERLINK("http://example.invalid","Bấm")',
    "cmd|' /C calc'!A0",
    "1+1",
    "SUM(A1:A9)",
    'DDE("cmd";"/C calc";"x")',
    'IMPORTXML("http://example.invalid","//a")',
    "2+3+cmd|' /C calc'!A0",
    "WEBSERVICE(A1)",
    "@SUM(1)",
    "-1",
    "</t></is></c><c><f>1+1</f></c>",
    "<r></t></is></c><c><f>1+1</f><v>2</v></c></r>",
    "http://example.invalid",
    "mailto:a@example.invalid",
    "{=1+1}",
    "_x003D_1+1",
]
PAYLOADS = [start + body for start in STARTS for body in BODIES]
# XlsxWriter takes this for markup of its own and writes it as it stands.
PAYLOADS += ["<r></is></c><c><f>1+1</f></c><c><is></r>", "<r><t>x</t></r>"]


def listed(values, kind="text") -> bytes:
    rows = [(number, value) for number, value in enumerate(values)]
    columns = [ListColumn("Số", kind="integer"), ListColumn("Chữ", kind=kind)]
    return write_list(columns, iter(rows), title="DANH SÁCH")


def formulas_in(content: bytes) -> list:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [cell for row in sheet for cell in row if cell.data_type == "f"]


def texts_in(content: bytes, column: int = 1, above: int = 3) -> list[str]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return [row[column] for row in rows[above:]]


@pytest.mark.parametrize("kind", ["text", "code", "integer", "date"])
def test_write_list_when_text_looks_like_formula_then_none_is_written(kind):
    content = listed(PAYLOADS, kind)

    assert len(PAYLOADS) > 200
    assert formulas_in(content) == []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in xml
        assert not [name for name in archive.namelist() if "_rels/sheet" in name]


def test_write_list_when_text_is_odd_then_it_is_read_back():
    plain = [text for text in PAYLOADS if text.isprintable() and text[0] != "<"]

    assert texts_in(listed(plain)) == plain


def test_write_list_when_text_starts_like_formula_then_cell_is_quoted():
    book = openpyxl.load_workbook(io.BytesIO(listed(["=1+1", "Lê Văn A"])))
    sheet = book.active

    assert sheet["B4"].quotePrefix
    assert not sheet["B5"].quotePrefix


def test_set_text_when_text_looks_like_formula_then_none_is_written():
    book = openpyxl.Workbook()
    for number, payload in enumerate(PAYLOADS, 1):
        writer.set_text(book.active.cell(number, 1), payload)
        writer.set_cell(book.active.cell(number, 2), payload, "integer")
    output = io.BytesIO()
    book.save(output)

    assert formulas_in(output.getvalue()) == []
    sheet = openpyxl.load_workbook(output).active
    assert sheet["A1"].value == PAYLOADS[0]
    assert sheet["A1"].quotePrefix


@pytest.mark.full
@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
def test_write_list_when_opened_by_libreoffice_then_nothing_is_computed(tmp_path):
    source = tmp_path / "a.xlsx"
    source.write_bytes(listed(PAYLOADS))

    subprocess.run(
        [shutil.which("soffice"), "--headless", "--convert-to", "fods", source.name],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )

    assert "table:formula" not in (tmp_path / "a.fods").read_text()


def test_write_list_when_dates_and_numbers_then_are_real_and_vietnamese():
    columns = [
        ListColumn("Ngày", "date"),
        ListColumn("Số", "integer"),
        ListColumn("Tỷ lệ", "decimal"),
        ListColumn("Phần trăm", "percent"),
    ]
    row = (dt.date(2026, 11, 5), 22365, Decimal("96.89"), 0.9689)

    content = write_list(columns, [row], title="X")

    cells = openpyxl.load_workbook(io.BytesIO(content)).active[4]
    assert [cell.value for cell in cells] == [
        dt.datetime.combine(dt.date(2026, 11, 5), dt.time()),
        22365,
        96.89,
        0.9689,
    ]
    assert [cell.number_format for cell in cells] == [
        r"[$-42A]dd\/mm\/yyyy",
        "[$-42A]#,##0",
        "[$-42A]#,##0.00",
        "[$-42A]0.00%",
    ]
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.get_sheet_by_index(0).to_python()[3][0] == dt.date(2026, 11, 5)


def test_set_cell_when_dates_and_numbers_then_are_real_and_vietnamese():
    cell = openpyxl.Workbook().active["A1"]

    writer.set_cell(cell, dt.date(2026, 11, 5), "date")
    assert (cell.is_date, cell.number_format) == (True, r"[$-42A]dd\/mm\/yyyy")

    writer.set_cell(cell, 22365, "integer")
    assert (cell.value, cell.number_format) == (22365, "[$-42A]#,##0")


def test_write_list_when_day_is_before_excel_counts_then_it_is_text():
    assert texts_in(listed([dt.date(1890, 5, 6)], "date")) == ["06/05/1890"]


def test_write_list_when_printed_then_page_is_a4_landscape_with_heading():
    columns = [ListColumn("Họ và tên", width=30), ListColumn("Ngày", "date")]
    content = write_list(
        columns,
        [("Lê Văn A", None)] * 3,
        title="DANH SÁCH",
        above=["ĐẢNG BỘ PHƯỜNG", "Ngày 05/11/2026"],
        below=["Cộng: 3"],
    )

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in sheet["A"]] == [
        "ĐẢNG BỘ PHƯỜNG",
        "Ngày 05/11/2026",
        "DANH SÁCH",
        None,
        "Họ và tên",
        "Lê Văn A",
        "Lê Văn A",
        "Lê Văn A",
        None,
        "Cộng: 3",
    ]
    assert sheet.page_setup.orientation == "landscape"
    assert int(sheet.page_setup.paperSize) == 9
    assert sheet.print_title_rows == "$5:$5"
    assert sheet.freeze_panes == "A6"
    assert sheet.auto_filter.ref == "A5:B8"
    assert sheet["A5"].font.bold
    assert sheet["A6"].font.name == "Times New Roman"
    assert "&P/&N" in sheet.oddFooter.center.text


def test_write_list_when_there_are_no_rows_then_heading_alone_opens():
    content = write_list([ListColumn("Họ và tên")], [], title="DANH SÁCH")

    assert texts_in(content, column=0, above=2) == ["Họ và tên"]


def test_write_list_when_row_is_too_short_then_it_is_refused():
    with pytest.raises(ValueError, match="zip"):
        write_list([ListColumn("A"), ListColumn("B")], [("x",)], title="X")


def test_write_list_when_output_is_given_then_file_is_written(tmp_path):
    path = tmp_path / "a.xlsx"

    assert write_list([ListColumn("A")], [("x",)], title="X", output=path) == b""
    assert texts_in(path.read_bytes(), column=0) == ["x"]


def test_write_list_when_rows_are_an_iterator_then_they_are_taken_one_by_one():
    taken = []

    def rows():
        for number in range(5):
            taken.append(number)
            yield (str(number),)

    write_list([ListColumn("A")], rows(), title="X")

    assert taken == [0, 1, 2, 3, 4]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=20))
def test_write_list_when_any_text_then_is_read_back_cleaned(texts):
    expected = [writer.clean_text(text) for text in texts]

    sheet = openpyxl.load_workbook(io.BytesIO(listed(texts))).active
    written = [sheet.cell(4 + n, 2) for n in range(len(texts))]

    assert [cell.data_type for cell in written if cell.value is not None] == [
        "s" for text in expected if text
    ]
    assert [cell.value or "" for cell in written] == expected


@given(st.dates(dt.date(1900, 3, 1), dt.date(2100, 1, 1)))
@settings(max_examples=50, deadline=None)
def test_write_list_when_any_day_then_is_read_back(day):
    assert texts_in(listed([day], "date")) == [day]


@given(st.text(max_size=200))
def test_clean_text_when_any_text_then_is_legal_in_xml(text):
    cleaned = writer.clean_text(text)

    assert not re.search(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", cleaned
    )
    assert writer.clean_text(cleaned).lstrip() == cleaned.lstrip()


@pytest.mark.parametrize("letter", ["ê", "😀"])
def test_clean_text_when_too_long_then_fits_into_a_cell(letter):
    cleaned = writer.clean_text(letter * 40_000)

    assert len(cleaned.encode("utf-16-le")) // 2 in (32_766, 32_767)
    assert set(cleaned) == {letter}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Danh sách đảng viên.xlsx", "Danh sách đảng viên.xlsx"),
        ("../../etc/passwd", "etc passwd"),
        ('a"b\r\nSet-Cookie: x.xlsx', "a b Set-Cookie x.xlsx"),
        ("\u202excod.xlsx", "xcod.xlsx"),
        ("", "Danh sách"),
        ("x" * 300 + ".xlsx", "x" * 120 + ".xlsx"),
    ],
)
def test_safe_filename_when_odd_then_is_harmless(name, safe):
    assert writer.safe_filename(name) == safe


def test_xlsx_response_when_name_is_vietnamese_then_browser_gets_both_forms():
    response = writer.xlsx_response(b"x", "Danh sách Đảng viên.xlsx")

    header = response["Content-Disposition"]
    assert header.startswith('attachment; filename="danh-sach-dang-vien.xlsx"; ')
    assert unquote(header.split("UTF-8''")[1]) == "Danh sách Đảng viên.xlsx"
    assert response["Content-Type"] == writer.CONTENT_TYPE
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Quý I/2026 [bản 1]", "Quý I 2026 bản 1"),
        ("x" * 50, "x" * 31),
        ("", "Danh sách"),
    ],
)
def test_safe_sheet_name_when_odd_then_excel_takes_it(name, safe):
    assert writer.safe_sheet_name(name) == safe
