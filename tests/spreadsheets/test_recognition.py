"""The heading of a list is found, whichever office made it."""

import io

import pytest

from party76.spreadsheets.reading import read_pasted, read_upload
from party76.spreadsheets.recognition import (
    ColumnSpec,
    column_letter,
    columns,
    recognise,
    recognise_best,
    with_mapping,
)
from tests.spreadsheets.builders import SAMPLE, SAMPLES, SPECS, xlsx


def table_of(rows, **more):
    return read_upload(io.BytesIO(xlsx(rows, **more)), "ds.xlsx").tables[0]


def named(found) -> dict[str, str]:
    return {column_letter(index): key for index, key in found.mapping.items()}


def test_recognise_when_office_list_then_both_rows_of_the_heading_count():
    table, found = recognise_best(read_upload(SAMPLE), SPECS)

    assert table.name == "DS ĐV 213"
    assert (found.heading_row, found.first_row) == (6, 8)
    assert named(found) == {
        "A": "order",
        "B": "full_name",
        "C": "born_man",
        "D": "born_woman",
        "E": "joined",
        "F": "official",
        "G": "card",
        "H": "workplace",
        "I": "position",
        "J": "cell",
        "K": "received",
        "L": "note",
    }


LAYOUTS = {
    "capitals in one row": (
        [
            ["ĐẢNG ỦY PHƯỜNG AN LẠC"],
            [],
            ["TT", "HỌ VÀ TÊN", "NĂM SINH", "PHÁI", "SỐ THẺ ĐẢNG", "NƠI CÔNG TÁC"],
            [1, "Lê Văn A", 1980, "Nam", "11.000001", "Sở Y tế"],
        ],
        {
            "A": "order",
            "B": "full_name",
            "C": "born",
            "D": "gender",
            "E": "card",
            "F": "workplace",
        },
    ),
    "no diacritics, other order": (
        [
            ["Don vi cong tac", "Ho va ten", "So the", "Ghi chu", "Ngay sinh"],
            ["So Y te", "Le Van A", "11.1", "x", "1/1/1980"],
        ],
        {
            "A": "workplace",
            "B": "full_name",
            "C": "card",
            "D": "note",
            "E": "born",
        },
    ),
    "brackets and line breaks": (
        [
            ["DANH SÁCH"],
            [
                "Số\nTT",
                "Họ và tên\n(ghi chữ in hoa)",
                "Ngày sinh (nam)",
                "Ngày sinh (nữ)",
            ],
            [1, "LÊ VĂN A", "1/1/1980", None],
        ],
        {"A": "order", "B": "full_name", "C": "born_man", "D": "born_woman"},
    ),
    "misspelt words": (
        [
            ["STT", "Họ và têm", "Ngày sihn", "Đơn vị công tá"],
            [1, "Lê Văn A", "1/1/1980", "Sở Y tế"],
        ],
        {"A": "order", "B": "full_name", "C": "born", "D": "workplace"},
    ),
    "longer words of its own": (
        [
            ["STT", "Họ và tên đảng viên", "Ngày, tháng, năm sinh", "Ngày vào Đảng"],
            [1, "Lê Văn A", "1/1/1980", "3/2/2005"],
        ],
        {"A": "order", "B": "full_name", "C": "born", "D": "joined"},
    ),
    "words of day, month and year apart": (
        [
            ["STT", "Họ tên", "Ngày sinh", None, "Nơi công tác"],
            [None, None, "Ngày, tháng", "Năm", None],
            [1, "Lê Văn A", "1/1", 1980, "Sở Y tế"],
        ],
        {"A": "order", "B": "full_name", "C": "born", "E": "workplace"},
    ),
    "two titles with words of the heading": (
        [
            ["DANH SÁCH HỌ VÀ TÊN ĐẢNG VIÊN", None, "Ghi chú: bản chính"],
            [],
            ["Số thứ tự", "Đồng chí", "Chức danh", "Sinh hoạt tại", "Ghi chú"],
            [1, "Lê Văn A", "Kế toán", "Khu vực 1", None],
        ],
        {
            "A": "order",
            "B": "full_name",
            "C": "position",
            "D": "cell",
            "E": "note",
        },
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_recognise_when_other_office_then_its_columns_are_found(layout):
    rows, expected = LAYOUTS[layout]

    found = recognise(table_of(rows), SPECS)

    assert named(found) == expected
    assert found.is_usable


def test_recognise_when_name_stands_in_two_columns_then_both_are_the_name():
    table = table_of(
        [["STT", "Họ và tên", None, "Ghi chú"], [1, "Lê Văn", "A", None]],
        merge=["B1:C1"],
    )

    found = recognise(table, SPECS)

    assert found.columns_of("full_name") == [1, 2]


def test_recognise_when_pasted_without_merged_cells_then_lower_row_still_counts():
    table = read_pasted(
        "STT\tHọ và tên\tNgày sinh\t\tGhi chú\n"
        "\t\tNam\tNữ\t\n"
        "1\tLê Văn A\t1/1/1980\t\t\n"
    ).tables[0]

    found = recognise(table, SPECS)

    assert found.mapping[2] == "born_man"
    assert found.mapping[3] == "born_woman"
    assert found.first_row == 2


def test_recognise_when_heading_says_year_then_it_is_not_men():
    table = table_of(
        [
            ["Họ tên", "Ngày sinh", None],
            [None, "Năm", "Tháng"],
            ["Lê Văn A", 1980, 5],
        ],
        merge=["B1:C1"],
    )

    assert "born_man" not in recognise(table, SPECS).mapping.values()


def test_recognise_when_no_heading_then_nothing_is_claimed():
    found = recognise(table_of([["Lê Văn A", "1/1/1980"], ["Lê Văn B", 1990]]), SPECS)

    assert not found.is_usable
    assert [spec.key for spec in found.missing] == ["full_name"]


def test_recognise_best_when_list_stands_on_second_sheet_then_it_is_taken():
    data = xlsx(
        [["Kính gửi", "đồng chí"], ["Bảng", "tổng"]],
        title="Bìa",
        more={"DS": [["STT", "Họ và tên"], [1, "Lê Văn A"]]},
    )

    table, found = recognise_best(read_upload(io.BytesIO(data), "a.xlsx"), SPECS)

    assert table.name == "DS"
    assert found.is_usable


def test_recognise_when_old_xls_then_columns_are_found():
    _, found = recognise_best(read_upload(SAMPLES / "danh-sach-an-lac.xls"), SPECS)

    assert named(found) == {
        "A": "order",
        "B": "full_name",
        "C": "born",
        "D": "card",
        "E": "workplace",
        "F": "note",
    }


def test_recognise_when_heading_was_corrected_before_then_correction_is_used():
    table = table_of([["STT", "Họ và tên", "Nơi làm"], [1, "Lê Văn A", "Sở Y tế"]])
    first = recognise(table, SPECS)
    corrected = with_mapping(first, {**first.mapping, 2: "workplace"})

    again = recognise(table, SPECS, remembered={first.fingerprint: corrected.mapping})

    assert first.mapping == {0: "order", 1: "full_name"}
    assert again.mapping == {0: "order", 1: "full_name", 2: "workplace"}
    assert again.remembered


def test_with_mapping_when_key_is_unknown_then_it_is_left_out():
    found = recognise(table_of([["STT", "Họ và tên"], [1, "A"]]), SPECS)

    assert with_mapping(found, {0: "order", 1: "salary"}).mapping == {0: "order"}


def test_columns_when_shown_for_correction_then_have_samples_and_headings():
    table, found = recognise_best(read_upload(SAMPLE), SPECS)

    shown = columns(table, found)

    assert len(shown) == 12
    assert shown[2].heading == "Ngày, tháng, năm sinh – Nam"
    assert shown[7].samples == (
        "Công an thành phố",
        "Cục Thuế thành phố",
        "Trường THPT Châu Văn Liêm",
    )


def test_recognise_when_two_specs_fit_then_surer_one_wins_whatever_the_order():
    specs = [
        ColumnSpec("any", "Ngày", ("Ngày",), kind="date"),
        ColumnSpec("name", "Tên", ("Tên",), required=True),
        ColumnSpec("born", "Ngày sinh", ("Ngày sinh",), kind="date"),
    ]

    found = recognise(table_of([["Tên", "Ngày sinh"], ["A", "1/1/1980"]]), specs)

    assert found.mapping == {0: "name", 1: "born"}


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (59, "BH"), (701, "ZZ")]
)
def test_column_letter_when_counted_then_as_excel_does(index, letters):
    assert column_letter(index) == letters
