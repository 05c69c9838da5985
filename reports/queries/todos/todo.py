"""One line of the home page, and the words that several of them share."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from django.urls import reverse


class Subject(StrEnum):
    """The heading under which a line stands where there are many."""

    MEETINGS = "Kỳ họp, ý kiến, sổ liên hệ"
    STAYS = "Giới thiệu, tiếp nhận"
    REVIEW = "Miễn sinh hoạt, tuổi nghỉ hưu"
    YEAR = "Nhận xét, thống kê năm"
    NOTICES = "Thông báo"
    RECORDS = "Hồ sơ đảng viên"
    UNITS = "Tổ chức, tài khoản"
    WATCH = "Nhật ký"


@dataclass(frozen=True)
class Todo:
    """What waits, how many, since when, until when, and the page that does it."""

    text: str
    url: str
    action_label: str
    subject: Subject
    count: int | None = None
    since: date | None = None
    due: date | None = None
    due_words: str = "hạn"  # before the day; empty where the day only orders the lines
    is_late: bool = False
    is_today: bool = False  # on a day that does not come again: stands first
    is_news: bool = False  # to be read, not to be done: stands last
    # The same where the text repeats what somebody typed, perhaps a name.
    plain: str = ""

    @property
    def without_names(self) -> str:
        """The text for a mail, and for who may not read of members."""
        return self.plain or self.text

    @property
    def due_text(self) -> str:
        """“hạn 15/12/2026”; empty where no day is set or the text tells it."""
        if self.due is None or not self.due_words:
            return ""
        return f"{self.due_words} {self.due:%d/%m/%Y}"

    @property
    def kind(self) -> str:
        return "danger" if self.is_late else ""

    @property
    def rank(self) -> tuple:
        """Today's own first, then late, then the nearest due, then what has waited longest."""
        return (
            self.is_news,
            not self.is_today,
            not self.is_late,
            self.due or date.max,
            self.since or date.max,
        )


def link(name: str, *args, **query) -> str:
    """The address of a page, with what it is narrowed to."""
    address = reverse(name, args=args)
    return f"{address}?{urlencode(query)}" if query else address


def half_year(day: date) -> tuple[date, date, str]:
    """(first day, day after the last, name) of the half-year that holds a day."""
    if day.month <= 6:
        return (
            date(day.year, 1, 1),
            date(day.year, 7, 1),
            f"6 tháng đầu năm {day.year}",
        )
    return (
        date(day.year, 7, 1),
        date(day.year + 1, 1, 1),
        f"6 tháng cuối năm {day.year}",
    )
