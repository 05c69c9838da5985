from residence.models.books import ContactBook
from residence.models.meetings import (
    AdvanceExcuse,
    Attendance,
    Meeting,
    Opinion,
    Session,
)
from residence.models.notices import (
    Measure,
    Notice,
    NoticeItem,
    told_to_workplaces,
)

__all__ = [
    "AdvanceExcuse",
    "Attendance",
    "ContactBook",
    "Measure",
    "Meeting",
    "Notice",
    "NoticeItem",
    "Opinion",
    "Session",
    "told_to_workplaces",
]
