"""An upload becomes tables, or one sentence that an office can act on."""

import datetime as dt
import io
import random
import time
import unicodedata
import zipfile
from collections import Counter

import pytest

from party76.spreadsheets import errors
from party76.spreadsheets.errors import UnreadableFile
from party76.spreadsheets.reading import Workbook, read_pasted, read_upload
from tests.spreadsheets.builders import SAMPLE, SAMPLES, repacked, xlsx, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512


def read(data: bytes, name: str = "a.xlsx") -> Workbook:
    return read_upload(io.BytesIO(data), name)


def test_read_upload_when_office_list_then_cells_keep_their_kinds():
    workbook = read_upload(SAMPLE)

    table = workbook.tables[0]
    assert [one.name for one in workbook.tables] == ["DS ĐV 213", "Ghi chú"]
    assert len(table.rows) == 246
    assert table.rows[9][:5] == [
        1,
        "  Lê  Công  Việt ",
        "7/10/1994",
        None,
        dt.date(2019, 9, 16),
    ]
    assert table.rows[18][2] == 1993
    assert (6, 2, 6, 3) in table.merged


def test_read_upload_when_cell_holds_formula_then_formula_is_known():
    table = read_upload(SAMPLE).tables[0]

    assert table.formulas == {(239, 1): '=HYPERLINK("http://example.invalid","Bấm")'}


def test_read_upload_when_old_xls_then_visible_sheet_is_read():
    workbook = read_upload(SAMPLES / "danh-sach-an-lac.xls")

    assert [table.name for table in workbook.tables] == ["Danh sách 2019"]
    assert workbook.tables[0].rows[5][1:3] == ["Lê Văn Bình", dt.date(1980, 5, 6)]


def test_read_upload_when_small_list_then_under_half_a_second():
    seconds = []
    for _ in range(5):  # other work on the machine is not the reader's
        began = time.perf_counter()
        read_upload(SAMPLE)
        seconds.append(time.perf_counter() - began)

    assert min(seconds) < 0.5


def test_workbook_when_dumped_and_loaded_then_is_the_same():
    workbook = read_upload(SAMPLE)

    assert Workbook.load(workbook.dump()) == workbook


def test_read_upload_when_row_far_below_then_numbers_stay_those_of_excel():
    rows = [[None]] * 40 + [["Họ và tên", "Ghi chú"]]

    assert read(xlsx(rows)).tables[0].rows[40] == ["Họ và tên", "Ghi chú"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", errors.EMPTY),
        (b"\r\n  \r\n", errors.EMPTY),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, errors.PICTURE),
        (b"\xff\xd8\xff\xe0" + b"\0" * 99, errors.PICTURE),
        (b"BM" + b"\0" * 99, errors.PICTURE),
        (b"\0\0\0\x18ftypheic" + b"\0" * 99, errors.PICTURE),
        (b"%PDF-1.7 ...", errors.PDF),
        (b"{\\rtf1 abc}", errors.WORD),
        (OLE + "WordDocument".encode("utf-16-le"), errors.WORD),
        (OLE + "EncryptedPackage".encode("utf-16-le"), errors.LOCKED),
        (OLE + "PowerPoint Document".encode("utf-16-le"), errors.SLIDES),
        (OLE, errors.BROKEN),
        (b"Rar!\x1a\x07\x00" + b"\0" * 99, errors.COMPRESSED),
        (b"MZ\x90\0" + b"\0" * 99, errors.NOT_A_WORKBOOK),
        (b"\x01\x02\x03\0" * 99, errors.NOT_A_WORKBOOK),
        (b"<html><table><tr><td>x</td></tr></table></html>", errors.WEB_PAGE),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", errors.WEB_PAGE),
        (b"PK\x03\x04" + b"x" * 200, errors.BROKEN),
        (zipped({"word/document.xml": b"<w/>"}), errors.WORD),
        (zipped({"ppt/presentation.xml": b"<p/>"}), errors.SLIDES),
        (zipped({"content.xml": b"<o/>"}), errors.OPEN_DOCUMENT),
        (zipped({"xl/workbook.bin": b"x"}), errors.BINARY_WORKBOOK),
        (zipped({"a.txt": b"x"}), errors.COMPRESSED),
        (b"x" * (20 * 1024 * 1024 + 1), errors.TOO_LARGE.format(megabytes=20)),
    ],
)
def test_read_upload_when_not_a_workbook_then_says_what_it_is(data, sentence):
    with pytest.raises(UnreadableFile) as refusal:
        read(data)

    assert str(refusal.value) == sentence


PLAIN = xlsx([["Họ và tên", "Ghi chú"], ["Lê Văn A", "x"]])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (repacked(PLAIN, {"xl/vbaProject.bin": b"x"}), errors.MACRO),
        (
            repacked(PLAIN, {"xl/externalLinks/externalLink1.xml": b"<a/>"}),
            errors.EXTERNAL_LINKS,
        ),
        (repacked(PLAIN, {"../evil.xml": b"<a/>"}), errors.SUSPECT),
        (repacked(PLAIN, {"/etc/evil.xml": b"<a/>"}), errors.SUSPECT),
        (
            repacked(PLAIN, {f"xl/worksheets/s{n}.xml": b"<a/>" for n in range(300)}),
            errors.SUSPECT,
        ),
        (
            repacked(
                PLAIN,
                {
                    "xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "x">]><workbook/>',
                },
            ),
            errors.SUSPECT,
        ),
        (
            repacked(PLAIN, {"xl/workbook.xml": "<workbook/>".encode("utf-16")}),
            errors.SUSPECT,
        ),
        (repacked(PLAIN, {"xl/media/a.xml": b"0" * 40_000_000}), errors.INFLATED),
        (repacked(PLAIN, {"xl/worksheets/sheet1.xml": b"<a"}), errors.BROKEN),
        (PLAIN[: len(PLAIN) // 2], errors.BROKEN),
        (xlsx([]), errors.NO_ROWS),
    ],
)
def test_read_upload_when_workbook_is_a_trap_then_says_what_to_do(data, sentence):
    with pytest.raises(UnreadableFile) as refusal:
        read(data)

    assert str(refusal.value) == sentence


def test_read_upload_when_entry_is_encrypted_then_asks_for_no_password():
    data = bytearray(PLAIN)
    # The flag of the first entry, in its central directory record.
    place = data.index(b"PK\x01\x02") + 8
    data[place] |= 1

    with pytest.raises(UnreadableFile, match="mật khẩu"):
        read(bytes(data))


def sheet_of(rows: bytes) -> bytes:
    return (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
        b'spreadsheetml/2006/main"><sheetData>' + rows + b"</sheetData></worksheet>"
    )


def bomb(rows: bytes) -> bytes:
    return repacked(PLAIN, {"xl/worksheets/sheet1.xml": sheet_of(rows)})


@pytest.mark.parametrize(
    "row",
    [b"<row><c><v>1</v></c></row>", b'<row r="9"><c r="A9" s="1"/></row>', b"<row/>"],
)
def test_read_upload_when_three_million_rows_then_refuses_within_seconds(row):
    data = bomb(row * 3_000_000)
    began = time.perf_counter()

    with pytest.raises(UnreadableFile):
        read(data)

    assert time.perf_counter() - began < 5


def test_read_upload_when_more_rows_than_allowed_then_says_how_many():
    random.seed(76)
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, random.getrandbits(60))
        for n in range(1, 100_002)
    )

    with pytest.raises(UnreadableFile, match=r"hơn 100\.000 dòng"):
        read(bomb(rows))


def test_read_upload_when_cell_stands_in_column_61_then_says_so():
    with pytest.raises(UnreadableFile, match="hơn 60 cột"):
        read(xlsx([["x"] * 61]))


def test_read_upload_when_one_lone_cell_is_far_away_then_memory_is_not_taken():
    far = b'<row r="99999"><c r="A99999"><v>1</v></c><c r="XFD99999"><v>1</v></c></row>'
    near = b'<row r="1"><c r="A1"><v>1</v></c></row>'

    with pytest.raises(UnreadableFile, match="cột"):
        read(bomb(near + far))


def test_read_upload_when_formatted_cells_are_empty_then_they_do_not_count():
    empty = b"".join(
        b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 9000)
    )
    filled = b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>'

    assert read(bomb(filled + empty)).tables[0].rows[0] == [1]


def test_read_upload_when_only_one_sheet_is_too_wide_then_others_are_read():
    data = xlsx([["x"] * 61], title="Rộng", more={"DS": [["Họ và tên"]]})

    workbook = read(data)

    assert [table.name for table in workbook.tables] == ["DS"]
    assert workbook.skipped == [("Rộng", errors.TOO_MANY_COLUMNS.format(columns=60))]


def test_read_upload_when_sheet_is_hidden_then_it_is_not_read():
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        workbook_xml = archive.read("xl/workbook.xml")
    hidden = workbook_xml.replace(b'state="visible"', b'state="hidden"')
    assert hidden != workbook_xml

    with pytest.raises(UnreadableFile) as refusal:
        read(repacked(PLAIN, {"xl/workbook.xml": hidden}))

    assert str(refusal.value) == errors.NO_ROWS


@pytest.mark.parametrize(
    ("seed", "size"), [(213, 500), pytest.param(76, 9500, marks=pytest.mark.full)]
)
def test_read_upload_when_mutated_then_table_or_sentence(seed, size):
    random.seed(seed)
    original = SAMPLE.read_bytes()

    answers = Counter(answer(mutated(original)) for _ in range(size))

    # The damage reaches all depths: the archive, its XML, the parser, the cells.
    assert answers["read"] > size // 20
    assert answers[errors.BROKEN] > size // 5
    assert all(one == "read" or one.endswith(".") for one in answers)
    assert sum(answers.values()) == size


def answer(data: bytes) -> str:
    try:
        read(data)
    except UnreadableFile as refusal:
        return str(refusal)
    return "read"


def mutated(data: bytes) -> bytes:
    """Damage to the archive itself, or to the XML of one entry packed up again."""
    if random.random() < 0.4:
        return damaged(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = random.choice(archive.namelist())
        return repacked(data, {name: damaged(archive.read(name))})


def damaged(data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randrange(1, 4)):
        changed[random.randrange(len(changed))] = random.randrange(256)
    if random.random() < 0.2:
        place = random.randrange(len(changed))
        del changed[place : place + random.randrange(1, 200)]
    if random.random() < 0.1:
        del changed[random.randrange(len(changed)) :]
    return bytes(changed)


def test_read_pasted_when_tabs_then_lone_quote_stays_a_ditto():
    table = read_pasted(
        'Họ và tên\tNơi công tác\nLê Văn A\tSở Y tế\nLê Văn B\t"\n'
    ).tables[0]

    assert table.rows == [
        ["Họ và tên", "Nơi công tác"],
        ["Lê Văn A", "Sở Y tế"],
        ["Lê Văn B", '"'],
    ]


def test_read_pasted_when_cell_has_two_lines_then_it_is_one_cell():
    table = read_pasted('Họ và tên\t"Nơi\ncông tác"\nLê Văn A\tSở Y tế\n').tables[0]

    assert table.rows[0] == ["Họ và tên", "Nơi\ncông tác"]
    assert len(table.rows) == 2


@pytest.mark.parametrize("separator", [";", ",", "|", "\t"])
def test_read_pasted_when_other_separator_then_columns_are_found(separator):
    text = f"Họ và tên{separator}Ghi chú\nLê Văn A{separator}\n"

    assert read_pasted(text).tables[0].rows == [
        ["Họ và tên", "Ghi chú"],
        ["Lê Văn A", None],
    ]


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_read_pasted_when_nothing_then_asks_for_rows(text):
    with pytest.raises(UnreadableFile, match="Chưa có dòng nào"):
        read_pasted(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_read_upload_when_csv_then_encoding_is_recognised(encoding):
    text = "Họ và tên;Nơi công tác\nNguyễn Văn Dũng;Bệnh viện\n"
    is_old = encoding == "cp1258"
    data = in_windows_code_page(text) if is_old else text.encode(encoding)

    table = read(data, "ds.csv").tables[0]

    assert table.name == "ds"
    assert table.rows[1] == ["Nguyễn Văn Dũng", "Bệnh viện"]


def in_windows_code_page(text: str) -> bytes:
    """cp1258 writes a letter with its hat, then the tone as a mark of its own."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    written = ""
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        hatted = "".join(one for one in parts if one not in tones)
        written += unicodedata.normalize("NFC", hatted)
        written += "".join(one for one in parts if one in tones)
    return written.encode("cp1258")
