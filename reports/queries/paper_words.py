"""Days and numbers as papers of the Party write them, or the room left for them."""

from datetime import date

GAP = "\u00a0" * 8  # of blanks that neither Word nor a browser takes together
SHORT_GAP = "\u00a0" * 5


def party_day(day: date | None) -> str:
    """ngày 05 tháng 02 năm 2026: a zero before days under ten and months 1 and 2 alone
    (HD 05-HD/VPTW); open where no day is known yet."""
    if day is None:
        return f"ngày{SHORT_GAP}tháng{SHORT_GAP}năm{GAP}"
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def number_line(number: str, sign: str) -> str:
    """Số 05-GGT/ĐU; room for the number while it is not written in."""
    return f"Số {number}" if number else f"Số{GAP}-{sign}"
