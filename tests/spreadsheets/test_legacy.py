"""Letters of TCVN3 and VNI become Unicode, and Unicode is left alone."""

import pytest

from party76.spreadsheets.legacy import convert, looks_legacy
from party76.spreadsheets.reading import read_pasted
from party76.spreadsheets.recognition import recognise
from tests.spreadsheets.builders import SPECS

# By GNU iconv from UTF-8 to TCVN5712-1, read as Latin-1.
TCVN3_BY_ICONV = bytes.fromhex(
    "b5b6b7b8b9bbbcbdbec6c7c8c9cacbcccecfd0d1d2d3d4d5d6d7d8dcdddedfe1e2e3e4"
    "e5e6e7e8e9eaebecedeeeff1f2f3f4f5f6f7f8f9fafbfcfdfea8a9aaabacadae"
).decode("latin-1")
LETTERS = "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵăâêôơưđ"


def test_convert_when_tcvn3_then_all_letters_are_those_of_the_standard():
    assert convert(TCVN3_BY_ICONV, "tcvn3") == LETTERS


@pytest.mark.parametrize(
    ("written", "encoding", "expected"),
    [
        ("NguyÔn V¨n H¶i", "tcvn3", "Nguyễn Văn Hải"),
        ("§¶ng bé ph\xadêng Ninh KiÒu", "tcvn3", "Đảng bộ phường Ninh Kiều"),
        ("Nguyeãn Vaên Haûi", "vni", "Nguyễn Văn Hải"),
        ("Ñaûng boä phöôøng Ninh Kieàu", "vni", "Đảng bộ phường Ninh Kiều"),
        ("ÑOÀNG CHÍ NGUYEÃN THÒ LYÙ", "vni", "ĐỒNG CHÍ NGUYỄN THỊ LÝ"),
        ("Huyønh Thò Myõ", "vni", "Huỳnh Thị Mỹ"),
        ("Ghi chu", "vni", "Ghi chu"),
    ],
)
def test_convert_when_old_font_then_words_are_vietnamese(written, encoding, expected):
    assert convert(written, encoding) == expected
    assert looks_legacy([written]) == (None if written.isascii() else encoding)


@pytest.mark.parametrize(
    "texts",
    [
        ["Nguyễn Văn Hải", "Đảng bộ phường Ninh Kiều"],
        ["Lê Văn Bích", "Hà", "Trà Lê", "Cà Mau"],
        ["Nguyen Van Hai"],
        ["José Muñoz"],
        [],
    ],
)
def test_looks_legacy_when_text_is_unicode_then_none(texts):
    assert looks_legacy(texts) is None


def test_table_when_written_in_tcvn3_then_is_recognised_after_conversion():
    table = read_pasted(
        "STT\tHä vµ tªn\t§¬n vÞ c«ng t¸c\n1\tNguyÔn V¨n H¶i\tSë Y tÕ\n"
    ).tables[0]

    encoding = table.legacy_encoding()
    found = recognise(table.converted(encoding), SPECS)

    assert encoding == "tcvn3"
    assert found.mapping == {0: "order", 1: "full_name", 2: "workplace"}
