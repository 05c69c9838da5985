"""How a line of a register words what it tells of one stay."""

from datetime import date

from members.models import Exemption, Member, Registration
from reports.queries.register_spans import Period

ORDINARY = "Thuộc diện"


def born(person: Member) -> date | str:
    """A real date where the day is known, else 10/1994 or 1994."""
    is_whole = person.birth_precision == Member.DatePrecision.DAY
    return person.birth_date if is_whole and person.birth_date else person.birth_text


def letter_words(stay: Registration, until: date | None) -> str:
    """Number and date, unless written in when the stay had left the reader's units."""
    written_on: date | None = stay.letter_written_on  # type: ignore[attr-defined]
    days = [day for day in (written_on, stay.letter_date) if day]
    if until and any(day > until for day in days):
        return ""
    if stay.is_letter_unknown:
        return "không rõ"
    day = f"{stay.letter_date:%d/%m/%Y}" if stay.letter_date else ""
    return ", ".join(filter(None, [stay.letter_number, day]))


def category(stay: Registration, period: Period, until: date | None) -> str:
    """Ordinary, or exempt with ground and time (HD 33, kind 1.1)."""
    exempt = [
        _exempt_words(one, until)
        for one in stay.exemptions.all()
        if period.touches((one.valid_from, one.valid_to))
        and (until is None or one.valid_from < until)
    ]
    return "\n".join(exempt) or ORDINARY


def _exempt_words(one: Exemption, until: date | None) -> str:
    is_known = one.valid_to and (until is None or one.valid_to <= until)
    end = f" đến trước {one.valid_to:%d/%m/%Y}" if is_known else ""
    return (
        f"Miễn sinh hoạt nơi cư trú từ {one.valid_from:%d/%m/%Y}{end}: "
        f"{one.get_ground_display()}"
    )
