"""What offices write in a cell, and what it means."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from party76.spreadsheets import values
from party76.spreadsheets.values import BadValue, PartialDate

TODAY = dt.date(2026, 11, 23)
# Cells of Excel know no time zone.
MORNING = dt.time(8, 30)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


def day(text: str) -> PartialDate:
    return PartialDate(dt.datetime.strptime(text, "%d/%m/%Y").date(), "day")  # noqa: DTZ007


def month(number: int, year: int) -> PartialDate:
    return PartialDate(dt.date(year, number, 1), "month")


def year(number: int) -> PartialDate:
    return PartialDate(dt.date(number, 1, 1), "year")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        ("7/10/1994", day("07/10/1994")),
        ("02-10-1968", day("02/10/1968")),
        ("1.2.1980", day("01/02/1980")),
        (" 7 / 10 / 1994 ", day("07/10/1994")),
        ("7 10 1994", day("07/10/1994")),
        ("1994-10-07", day("07/10/1994")),
        ("05/06/1980 00:00:00", day("05/06/1980")),
        ("ngày 5 tháng 6 năm 1980", day("05/06/1980")),
        ("Sinh ngày 5/6/1980", day("05/06/1980")),
        ("5/6/75", day("05/06/1975")),
        ("29/2/2000", day("29/02/2000")),
        (dt.date(1980, 6, 5), day("05/06/1980")),
        (dt.datetime.combine(dt.date(1980, 6, 5), MORNING), day("05/06/1980")),
        (29377, day("05/06/1980")),
        ("10/1981", month(10, 1981)),
        ("10-1981", month(10, 1981)),
        ("tháng 6/1980", month(6, 1980)),
        ("tháng 6 năm 1980", month(6, 1980)),
        ("00/10/1981", month(10, 1981)),
        ("…/10/1981", month(10, 1981)),
        (10.1981, month(10, 1981)),
        (10.198, month(10, 1980)),
        (1993, year(1993)),
        (1993.0, year(1993)),
        ("1975", year(1975)),
        ("năm 1975", year(1975)),
        ("00/00/1975", year(1975)),
        ("--/--/1975", year(1975)),
    ],
)
def test_date_when_written_as_offices_do_then_is_understood(cell, expected):
    assert values.date(cell, today=TODAY) == expected


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        (
            "31/02/1980",
            "“31/02/1980”: không có ngày này, tháng 2 năm 1980 chỉ có 29 ngày.",
        ),
        (
            "31/4/1980",
            "“31/4/1980”: không có ngày này, tháng 4 năm 1980 chỉ có 30 ngày.",
        ),
        ("12/13/1981", "“12/13/1981”: không có tháng 13 (thứ tự là ngày/tháng/năm)."),
        ("5/6/15", "“5/6/15”: năm viết hai chữ số, chưa rõ là 1915 hay 2015."),
        ("5/6/1875", "“5/6/1875”: năm 1875 không hợp lý."),
        ("9999", "“9999”: năm 9999 không hợp lý."),
        (5, "“5” không phải là ngày tháng."),
        (
            "chưa rõ",
            (
                "“chưa rõ” không phải là ngày tháng; "
                "viết ngày/tháng/năm, tháng/năm hoặc năm."
            ),
        ),
        (
            "1/1",
            "“1/1” không phải là ngày tháng; viết ngày/tháng/năm, tháng/năm hoặc năm.",
        ),
    ],
)
def test_date_when_impossible_then_sentence_quotes_it(cell, sentence):
    with pytest.raises(BadValue) as problem:
        values.date(cell, today=TODAY)

    assert str(problem.value) == sentence


@given(DAYS, st.sampled_from("/-. "), st.booleans())
def test_date_when_any_day_is_written_then_it_is_read_back(chosen, separator, padded):
    written = chosen.strftime(f"%d{separator}%m{separator}%Y")
    if not padded:
        written = f"{chosen.day}{separator}{chosen.month}{separator}{chosen.year}"

    assert values.date(written, today=TODAY) == PartialDate(chosen, "day")


@given(DAYS, st.sampled_from(["day", "month", "year"]))
def test_date_when_shown_then_is_read_back(chosen, precision):
    if precision != "day":
        chosen = chosen.replace(day=1)
    if precision == "year":
        chosen = chosen.replace(month=1)
    written = PartialDate(chosen, precision)

    assert values.date(str(written), today=TODAY) == written


@given(st.integers(1, 99), st.integers(1, 99), st.integers(1900, 2100))
def test_date_when_numbers_are_any_then_a_real_day_or_a_sentence(d, m, y):
    try:
        expected = PartialDate(dt.date(y, m, d), "day")
    except ValueError:
        with pytest.raises(BadValue):
            values.date(f"{d}/{m}/{y}", today=TODAY)
    else:
        assert values.date(f"{d}/{m}/{y}", today=TODAY) == expected


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.booleans()))
def test_parsers_when_given_anything_then_value_or_bad_value(cell):
    for parse in (
        values.text,
        values.name,
        values.code,
        values.mark,
        values.number,
        lambda it: values.date(it, today=TODAY),
        values.is_ditto,
    ):
        try:
            parse(cell)
        except BadValue as problem:
            assert str(problem)  # noqa: PT017 both ends are right, a crash is not


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, ""),
        ("  Lê  Công  Việt ", "Lê Công Việt"),
        ("PHẠM THANH LONG", "Phạm Thanh Long"),
        ("nguyễn thị đào", "Nguyễn Thị Đào"),
        ("Nguyễn Văn AN", "Nguyễn Văn An"),
        ("H'HEN NIÊ", "H'Hen Niê"),
        ("ĐỖ-THỊ Y", "Đỗ-Thị Y"),
        ("Nguye\u0302\u0303n Hòa", "Nguyễn Hòa"),
        ("LÊ\u00a0VĂN\u200b A", "Lê Văn A"),
    ],
)
def test_name_when_typed_any_way_then_has_name_case(cell, expected):
    assert values.name(cell) == expected


@pytest.mark.parametrize("cell", ["=A1", "@x", "+84", "-Lê", "???", 12, "Lê Văn A1"])
def test_name_when_it_is_none_then_says_so(cell):
    with pytest.raises(BadValue):
        values.name(cell)


@pytest.mark.parametrize(
    ("cell", "decimals", "expected"),
    [
        ("90.743782", 6, "90.743782"),
        (13.66447, 6, "13.664470"),
        (90743782, 0, "90743782"),
        ("'0901 234 567", 0, "0901234567"),
        (None, 6, ""),
    ],
)
def test_code_when_excel_took_it_for_a_number_then_noughts_come_back(
    cell, decimals, expected
):
    assert values.code(cell, decimals=decimals) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("x", True),
        ("X", True),
        ("✓", True),
        ("Có", True),
        (1, True),
        (True, True),
        ("không", False),
        ("chưa", False),
        ("-", False),
        (0, False),
        ("", None),
        (None, None),
    ],
)
def test_mark_when_ticked_or_not_then_is_read(cell, expected):
    assert values.mark(cell) is expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("22.365", Decimal(22365)),
        ("1.234.567,5", Decimal("1234567.5")),
        ("96,89", Decimal("96.89")),
        ("96,89%", Decimal("96.89")),
        ("12.5", Decimal("12.5")),
        (22365, Decimal(22365)),
        (None, None),
    ],
)
def test_number_when_written_as_in_vietnam_then_is_read(cell, expected):
    assert values.number(cell) == expected


@pytest.mark.parametrize("cell", ["ba", "NaN", "1.2.3", "Infinity"])
def test_number_when_it_is_none_then_says_so(cell):
    with pytest.raises(BadValue, match="không phải là số"):
        values.number(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "nt",
        "NT",
        "-nt-",
        "- nt -",
        '"',
        "”",
        "''",
        "“nt”",
        "như trên",
        "n.t",
        '-"-',
        "(nt)",
    ],
)
def test_is_ditto_when_same_as_above_then_true(cell):
    assert values.is_ditto(cell)


@pytest.mark.parametrize(
    "cell", ["", "-", "n", "Nt Công ty", "'", None, 5, "Như trên đã nói"]
)
def test_is_ditto_when_anything_else_then_false(cell):
    assert not values.is_ditto(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (1975.0, "1975"),
        (0.1, "0.1"),
        (True, "có"),
        (dt.date(2026, 1, 5), "05/01/2026"),
        (dt.datetime.combine(dt.date(2026, 1, 5), MORNING), "05/01/2026 08:30"),
        ("  a\n b ", "a b"),
    ],
)
def test_text_when_cell_is_of_any_kind_then_is_one_line(cell, expected):
    assert values.text(cell) == expected
