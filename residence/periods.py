"""Half-years, in which meetings are counted; half-open as everywhere."""

from datetime import date

JUNE = 6


def half_year(day: date) -> tuple[date, date]:
    """The half-year that holds a day: first day, and day after the last."""
    if day.month <= JUNE:
        return date(day.year, 1, 1), date(day.year, 7, 1)
    return date(day.year, 7, 1), date(day.year + 1, 1, 1)


def period_label(first: date, end: date) -> str:
    """“6 tháng đầu năm 2026”, or the two days of a period of another kind."""
    if half_year(first) == (first, end):
        part = "đầu" if first.month <= JUNE else "cuối"
        return f"6 tháng {part} năm {first.year}"
    return f"{first:%d/%m/%Y} đến trước {end:%d/%m/%Y}"
