from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from party76.shared.numbers import (
    Rounding,
    may_be_swapped_digits,
    percentage,
    shares,
)

CAN_THO_2013 = [21929, 541, 96, 69]


def decimals(*texts):
    return [Decimal(text) for text in texts]


def test_shares_of_the_article_with_the_residual_rule_are_as_printed():
    result = shares(CAN_THO_2013, decimals=2, rounding=Rounding.RESIDUAL_TO_LARGEST)

    assert result == decimals("96.89", "2.39", "0.42", "0.30")
    assert sum(result) == 100


def test_shares_of_the_article_rounded_half_up_miss_a_hundredth():
    result = shares(CAN_THO_2013, decimals=2, rounding=Rounding.HALF_UP)

    assert result == decimals("96.88", "2.39", "0.42", "0.30")


def test_shares_on_a_tie_give_the_residual_to_the_first():
    result = shares([1, 1, 1], decimals=2, rounding=Rounding.RESIDUAL_TO_LARGEST)

    assert result == decimals("33.34", "33.33", "33.33")


def test_shares_of_one_part_keep_their_decimals():
    result = shares([5, 0], decimals=2, rounding=Rounding.RESIDUAL_TO_LARGEST)

    assert [str(share) for share in result] == ["100.00", "0.00"]


def test_shares_of_nothing_are_no_number():
    result = shares([0, 0], decimals=2, rounding=Rounding.RESIDUAL_TO_LARGEST)

    assert result == [None, None]


@pytest.mark.parametrize(
    ("part", "whole", "digits", "rounding", "expected"),
    [
        # domain.md section 4: Đồng Tháp 2012 cut off, the others rounded half-up
        (28952, 42964, 2, Rounding.TRUNCATE, "67.38"),
        (28952, 42964, 2, Rounding.HALF_UP, "67.39"),
        (28235, 28952, 2, Rounding.HALF_UP, "97.52"),
        (39, 51, 1, Rounding.HALF_UP, "76.5"),
        (121, 160, 2, Rounding.HALF_UP, "75.63"),
        (3, 2, 0, Rounding.HALF_UP, "150"),
    ],
)
def test_percentage_of_published_cases(part, whole, digits, rounding, expected):
    result = percentage(part, whole, decimals=digits, rounding=rounding)

    assert result == Decimal(expected)


def test_percentage_with_a_zero_base_is_no_number():
    assert percentage(0, 0) is None


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=6).filter(any),
    st.integers(0, 3),
)
def test_shares_with_the_residual_rule_always_make_a_hundred(parts, digits):
    result = shares(parts, decimals=digits, rounding=Rounding.RESIDUAL_TO_LARGEST)

    assert sum(result) == 100


def test_swapped_digits_are_told_by_a_gap_of_nines():
    assert may_be_swapped_digits(22365, 22635)
    assert not may_be_swapped_digits(22365, 22365)
    assert not may_be_swapped_digits(22365, 22636)
