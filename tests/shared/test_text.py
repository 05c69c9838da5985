import random

import pytest

from party76.shared.text import (
    fold,
    has_marks,
    marked_key,
    normalize_vi,
    sort_key,
    text_sort_key,
)

# The order that ICU's Vietnamese collation gives, given name before the rest.
IN_ORDER = [
    "Nguyễn Văn An",
    "Trần An",
    "Nguyễn Thị Ánh",
    "Nguyễn Văn Ân",
    "Lê Dung",
    "Lê Đạt",
    "Lê Ma",
    "Lê Mà",
    "Lê Mả",
    "Lê Mã",
    "Lê Má",
    "Lê Mạ",
    "Lê Oanh",
    "Lê Ôn",
    "Lê Ơn",
    "Lê Uyên",
    "Đỗ Ưng",
    "Lê Ưng",
]


def test_sort_key_of_shuffled_names_gives_vietnamese_order():
    shuffled = random.Random(76).sample(IN_ORDER, len(IN_ORDER))

    assert sorted(shuffled, key=sort_key) == IN_ORDER


def test_sort_key_holds_digits_only_so_that_any_collation_agrees():
    assert all(sort_key(name).isdigit() for name in IN_ORDER)


def test_sort_key_of_two_spellings_of_one_name_is_one():
    assert sort_key("Lê Hoà") == sort_key("lê  hòa")
    assert sort_key("Trần Thuỷ") == sort_key("Trần Thủy")


def test_sort_key_of_an_empty_name_comes_first():
    assert min(["Lê An", ""], key=sort_key) == ""


def test_text_sort_key_counts_numbers_by_value():
    cells = ["Chi bộ Khu vực 10", "Chi bộ Khu vực 2", "Chi bộ Khu vực 1"]

    assert sorted(cells, key=text_sort_key) == cells[::-1]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("  Lê  Công  Việt ", "Lê Công Việt"),
        ("Le\u0302 Ho\u0300a", "Lê Hòa"),
        ("Hoà", "Hoà"),
    ],
)
def test_normalize_keeps_the_spelling_and_composes_the_marks(typed, expected):
    assert normalize_vi(typed) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hoà", "hòa"), ("KHOẺ", "khỏe"), ("thuỷ", "Thủy"), ("Huỳnh", "huỳnh")],
)
def test_marked_key_treats_two_spellings_as_one(one, other):
    assert marked_key(one) == marked_key(other)


@pytest.mark.parametrize("word", ["quý", "hoàn", "loạn", "thuyền"])
def test_marked_key_moves_no_tone_where_it_may_not(word):
    assert marked_key(word) == word


@pytest.mark.parametrize(
    ("name", "key"),
    [("Đỗ Thị Ửng", "do thi ung"), ("NGUYỄN VĂN MINH", "nguyen van minh")],
)
def test_fold_leaves_plain_ascii(name, key):
    assert fold(name) == key


def test_has_marks_tells_whether_they_were_meant():
    assert [has_marks("hoa"), has_marks("Hòa"), has_marks("do"), has_marks("đo")] == [
        False,
        True,
        False,
        True,
    ]


def test_sort_keys_of_names_that_differ_in_letters_differ():
    words = ["an", "ân", "ăn", "đan", "dan", "a n"]

    assert len({sort_key(f"Lê {word}") for word in words}) == len(words)
