"""Every row below the heading is a record, or ignored with a reason."""

import datetime as dt
import io

import pytest

from party76.spreadsheets import records as module
from party76.spreadsheets.reading import read_pasted, read_upload
from party76.spreadsheets.recognition import recognise, recognise_best
from party76.spreadsheets.records import records
from tests.spreadsheets.builders import SAMPLE, SPECS, xlsx

TODAY = dt.date(2026, 11, 23)
HEAD = ["STT", "Họ và tên", "Ngày sinh", "Nơi công tác", "Ghi chú"]


def read(rows, *, context_words=("chi bộ",), **more):
    table = read_upload(io.BytesIO(xlsx(rows, **more)), "a.xlsx").tables[0]
    return list(records(table, recognise(table, SPECS), context_words=context_words))


def reasons(found) -> list[str]:
    return [record.ignored for record in found]


def test_records_when_office_list_then_every_row_is_accounted_for():
    table, found = recognise_best(read_upload(SAMPLE), SPECS)

    read_rows = list(records(table, found))

    ignored = {record.number: record.ignored for record in read_rows if record.ignored}
    assert [record.number for record in read_rows] == list(range(1, 247))
    assert len(read_rows) - len(ignored) == 228
    assert ignored == {
        1: module.ABOVE,
        2: module.ABOVE,
        3: module.BLANK,
        4: module.ABOVE,
        5: module.ABOVE,
        6: module.BLANK,
        7: module.HEADING,
        8: module.HEADING,
        9: module.SUB_HEADING,
        65: module.BLANK,
        66: module.SUB_HEADING,
        122: module.SUB_HEADING,
        178: module.SUB_HEADING,
        242: module.BLANK,
        243: module.TOTAL,
        244: module.BLANK,
        245: module.BELOW,
        246: module.BELOW,
    }


def test_records_when_office_list_then_sub_headings_are_carried_down():
    table, found = recognise_best(read_upload(SAMPLE), SPECS)
    by_number = {record.number: record for record in records(table, found)}

    assert by_number[10].context == "Chi bộ Khu vực 1"
    assert by_number[64].context == "Chi bộ Khu vực 1"
    assert by_number[67].context == "Chi bộ Khu vực 2"
    assert by_number[241].context == "Chi bộ Khu vực 4"


def test_records_when_office_list_then_its_traps_have_their_sentences():
    table, found = recognise_best(read_upload(SAMPLE), SPECS)
    by_number = {record.number: record for record in records(table, found)}
    for number in (236, 237, 240, 241):
        by_number[number].name("full_name")
        by_number[number].date("born_man", today=TODAY)
        by_number[number].date("born_woman", today=TODAY)

    assert by_number[236].problems == [
        (
            "Ngày sinh (nam): “31/02/1980”: không có ngày này, "
            "tháng 2 năm 1980 chỉ có 29 ngày."
        )
    ]
    assert by_number[237].problems == [
        "Ngày sinh (nữ): “12/13/1981”: không có tháng 13 (thứ tự là ngày/tháng/năm)."
    ]
    assert by_number[240].problems == [
        (
            'Họ và tên: ô chứa công thức “=HYPERLINK("http://example.invalid","Bấm")”, '
            "không phải chữ; hãy gõ lại thành chữ."
        )
    ]
    assert by_number[241].problems == []
    assert by_number[241].name("full_name") == ""


def test_records_when_same_as_above_then_value_above_is_taken():
    found = read(
        [
            HEAD,
            [1, "Lê Văn A", 1980, "Sở Y tế", None],
            [2, "Lê Văn B", 1981, "nt", None],
            [3, "Lê Văn C", 1982, '"', None],
            [4, "Lê Văn D", 1983, "-nt-", None],
        ]
    )

    assert [record.text("workplace") for record in found[1:]] == ["Sở Y tế"] * 4


@pytest.mark.parametrize("column", [1, 3])
def test_records_when_nothing_stands_above_then_ditto_is_a_problem(column):
    row = [1, "Lê Văn A", 1980, "Sở Y tế", None]
    row[column] = "nt"

    record = read([HEAD, row])[1]

    assert len(record.problems) == 1
    assert "như trên" in record.problems[0]


def test_records_when_row_above_has_blank_then_ditto_takes_no_older_value():
    found = read(
        [
            HEAD,
            [1, "Lê Văn A", 1980, "Sở Y tế", None],
            [2, "Lê Văn B", 1981, None, None],
            [3, "Lê Văn C", 1982, "nt", None],
        ]
    )

    assert found[3].text("workplace") == ""
    assert len(found[3].problems) == 1


def test_records_when_cell_is_merged_over_rows_then_each_row_has_it():
    found = read(
        [
            HEAD,
            [1, "Lê Văn A", 1980, "Sở Y tế", None],
            [2, "Lê Văn B", 1981, None, None],
            [3, "Lê Văn C", 1982, "Cục Thuế", None],
        ],
        merge=["D2:D3"],
    )

    workplaces = [record.text("workplace") for record in found[1:]]
    assert workplaces == ["Sở Y tế", "Sở Y tế", "Cục Thuế"]


def test_records_when_name_stands_in_two_columns_then_it_is_joined():
    found = read(
        [["STT", "Họ và tên", None, "Ghi chú"], [1, "Lê Văn ", "An", None]],
        merge=["B1:C1"],
    )

    assert found[1].name("full_name") == "Lê Văn An"


def test_records_when_columns_are_numbered_then_that_row_is_ignored():
    found = read([HEAD, ["(1)", "(2)", "(3)", "(4)", "(5)"], [1, "Lê A", 1980]])

    assert reasons(found) == [module.HEADING, module.NUMBERS_OF_COLUMNS, ""]


def test_records_when_heading_is_repeated_on_next_page_then_it_is_ignored():
    found = read([HEAD, [1, "Lê A", 1980], HEAD, [2, "Lê B", 1981]])

    assert reasons(found) == [module.HEADING, "", module.HEADING, ""]


@pytest.mark.parametrize(
    "group",
    [
        ["Chi bộ Khu vực 1"],
        [None, "Chi bộ Khu vực 1"],
        ["I", "Chi bộ Khu vực 1"],
        ["I. Chi bộ Khu vực 1"],
        [None, None, None, "2. CHI BỘ Khu vực 1"],
    ],
)
def test_records_when_group_row_is_written_any_way_then_it_is_a_context(group):
    found = read([HEAD, group, [1, "Lê A", 1980, "Sở Y tế"]])

    assert reasons(found) == [module.HEADING, module.SUB_HEADING, ""]
    assert "khu vực 1" in found[2].context.lower()


def test_records_when_row_has_a_name_alone_then_it_is_no_group():
    found = read([HEAD, [1, "Lê A", 1980], [2, "Lê B"], [None, "Lê C"], [4, "Lê D", 1]])

    assert reasons(found) == [module.HEADING, "", "", "", ""]


def test_records_when_name_begins_like_total_then_it_is_a_person():
    found = read([HEAD, [1, "Tống Công Minh"], [2, "Cộng Hòa"]])

    assert reasons(found)[1:] == ["", ""]


@pytest.mark.parametrize(
    "total",
    [
        "Tổng cộng: 2 đảng viên",
        "Cộng",
        "TỔNG SỐ 2",
        "Tong cong: 2",
        "Danh sách này có 2",
    ],
)
def test_records_when_total_stands_below_then_the_rest_is_no_data(total):
    found = read(
        [
            HEAD,
            [1, "Lê A", 1980, "Sở Y tế"],
            [2, "Lê B", 1981, "Sở Y tế"],
            [None, total],
            [None, "NGƯỜI LẬP", None, "T/M ĐẢNG ỦY"],
            [None, "Trần Văn Ký", None, "Lý Văn Duyệt"],
        ]
    )

    assert reasons(found)[3:] == [module.TOTAL, module.BELOW, module.BELOW]


def test_records_when_subtotals_divide_the_list_then_rows_after_them_are_read():
    found = read(
        [
            HEAD,
            [1, "Lê A", 1980, "Sở Y tế"],
            [None, "Cộng: 1"],
            [2, "Lê B", 1981, "Sở Y tế"],
        ]
    )

    assert reasons(found) == [module.HEADING, "", module.TOTAL, ""]


def test_records_when_number_stands_alone_then_row_is_not_an_error():
    found = read([HEAD, [1, "Lê A", 1980], [2], [3], [4, "Lê B", 1981]])

    assert reasons(found)[2:4] == [module.ONLY_NUMBER, module.ONLY_NUMBER]


def test_records_when_only_unmapped_columns_are_filled_then_says_so():
    head = [*HEAD, "Điện thoại", "Điện thoại nhà"]
    row = [None, None, None, None, None, "0900", "0911"]
    found = read([head, [1, "Lê A", 1980], row, [2, "Lê B", 1981]])

    assert reasons(found)[2] == module.OUTSIDE


def test_records_when_pasted_text_is_a_formula_then_name_is_refused():
    table = read_pasted("STT\tHọ và tên\n1\t=1+1\n2\t@SUM(A1)\n").tables[0]
    found = list(records(table, recognise(table, SPECS)))

    assert [record.name("full_name") for record in found[1:]] == ["", ""]
    assert all("công thức" in record.problems[0] for record in found[1:])


def test_records_when_formula_has_no_result_then_date_says_so():
    found = read([HEAD, [1, "Lê A", "=TODAY()", "Sở Y tế"]])

    assert found[1].date("born", today=TODAY) is None
    assert found[1].problems == ["Ngày sinh: ô chứa công thức mà chưa có kết quả."]


def test_record_when_two_values_are_bad_then_both_are_told():
    record = read([HEAD, [1, "Lê 2", "31/04/1980", "Sở Y tế"]])[1]
    record.name("full_name")
    record.date("born", today=TODAY)

    assert [problem.split(":")[0] for problem in record.problems] == [
        "Họ và tên",
        "Ngày sinh",
    ]
