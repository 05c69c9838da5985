"""Percentages as offices print them; Decimal only, never float."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum


class Rounding(StrEnum):
    """How parts of a whole are rounded; a named, stored property of a report."""

    RESIDUAL_TO_LARGEST = "residual_to_largest"
    HALF_UP = "half_up"
    TRUNCATE = "truncate"


ROUNDING_LABELS = {
    Rounding.RESIDUAL_TO_LARGEST: "làm tròn từng phần, phần chênh lệch để đủ 100% "
    "cộng vào mức đông nhất",
    Rounding.HALF_UP: "làm tròn từng phần theo quy tắc nửa lên",
    Rounding.TRUNCATE: "cắt bỏ phần lẻ, không làm tròn lên",
}


def percentage(
    part: int, whole: int, *, decimals: int = 2, rounding: Rounding = Rounding.HALF_UP
) -> Decimal | None:
    """part ÷ whole in per cent; None for a zero base, which prints as “–”."""
    if whole == 0:
        return None
    mode = ROUND_DOWN if rounding is Rounding.TRUNCATE else ROUND_HALF_UP
    return (Decimal(100 * part) / whole).quantize(Decimal(1).scaleb(-decimals), mode)


def shares(
    parts: Sequence[int], *, decimals: int, rounding: Rounding
) -> list[Decimal | None]:
    """The percentages of a complete partition, its sum being the base.

    RESIDUAL_TO_LARGEST gives what is missing to 100 to the largest part,
    the first of them on a tie.
    """
    whole = sum(parts)
    rounded = [
        percentage(part, whole, decimals=decimals, rounding=rounding) for part in parts
    ]
    if whole == 0 or rounding is not Rounding.RESIDUAL_TO_LARGEST:
        return rounded
    largest = max(range(len(parts)), key=lambda index: parts[index])
    others = sum(
        (share or 0 for index, share in enumerate(rounded) if index != largest),
        Decimal(0),
    )
    # With its decimals, so that 100,00% stands beside 0,00%.
    rounded[largest] = (Decimal(100) - others).quantize(Decimal(1).scaleb(-decimals))
    return rounded


def may_be_swapped_digits(printed: int, computed: int) -> bool:
    """True when the gap is a multiple of 9, the mark of two digits exchanged."""
    return printed != computed and (printed - computed) % 9 == 0
