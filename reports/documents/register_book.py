"""Sổ theo dõi as an office binds it: its columns, its title page, its sums, its file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from members.models import User
from party76.shared.templatetags.ui import vn_number
from party76.spreadsheets.writer import ListColumn, write_list
from reports.queries.register_spans import Period, Side
from reports.queries.registers import Register, RegisterRow, rows_of
from reports.queries.signatures import Papers, papers_of

TITLES = {
    Side.RESIDENCE: "Sổ theo dõi đảng viên đang công tác giữ mối liên hệ nơi cư trú",
    Side.WORKPLACE: "Sổ theo dõi giới thiệu đảng viên giữ mối liên hệ với tổ chức đảng "
    "và nhân dân nơi cư trú",
}
_PERSON = [
    ListColumn("TT", kind="integer", width=5),
    ListColumn("Họ và tên", width=22),
    ListColumn("Ngày sinh", kind="date", width=11),
    ListColumn("Ngày vào Đảng", kind="date", width=11),
    ListColumn("Ngày chính thức", kind="date", width=11),
    ListColumn("Nơi công tác", width=24),
]
_STAY = [
    ListColumn("Số, ngày giấy giới thiệu", width=15),
    ListColumn("Ngày tiếp nhận", kind="date", width=11),
    ListColumn("Chi bộ nơi cư trú", width=22),
    ListColumn("Diện", width=20),
    ListColumn("Ngày kết thúc", kind="date", width=11),
    ListColumn("Lý do kết thúc", width=18),
    ListColumn("Nhận xét hằng năm", width=28),
    ListColumn("Ghi chú", width=20),
]
COLUMNS = {
    Side.RESIDENCE: [*_PERSON, *_STAY],
    Side.WORKPLACE: [*_PERSON, ListColumn("Giới thiệu về", width=22), *_STAY],
}


@dataclass(frozen=True)
class Sum:
    """One term of the sum that closes a register."""

    sign: str
    label: str
    value: int


@dataclass(frozen=True)
class Book:
    """A register with what stands before and after its lines."""

    register: Register
    papers: Papers
    today: date

    @property
    def title(self) -> str:
        return TITLES[self.register.side]

    @property
    def period(self) -> str:
        return period_words(self.register.period)

    @property
    def as_of(self) -> str:
        """Said where the period goes on: the book is not closed yet."""
        if self.register.last_day <= self.today:
            return ""
        return f"Tính đến ngày {self.today:%d/%m/%Y}"

    @property
    def sums(self) -> list[Sum]:
        """On the roll at the start … at the end; it closes whatever happened."""
        totals = self.register.totals
        return [
            Sum("", "Đầu kỳ", totals.at_start),
            Sum("+", "Tiếp nhận trong kỳ", totals.received),
            Sum("+", "Từ đơn vị khác chuyển đến", totals.moved_in),
            Sum("−", "Kết thúc trong kỳ", totals.ended),
            Sum("−", "Chuyển sang đơn vị khác", totals.moved_out),
            Sum("=", "Cuối kỳ", totals.at_end),
        ]

    @property
    def letter_sums(self) -> list[Sum]:
        """The same of letters on their way; a workplace's register alone has it."""
        if self.register.side is not Side.WORKPLACE:
            return []
        letters = self.register.letters
        return [
            Sum("", "Chờ tiếp nhận đầu kỳ", letters.waiting_at_start),
            Sum("+", "Giới thiệu trong kỳ", letters.introduced),
            Sum("−", "Được tiếp nhận", letters.received),
            Sum("−", "Bị trả lại", letters.returned),
            Sum("=", "Chờ tiếp nhận cuối kỳ", letters.waiting_at_end),
        ]


def book_of(register: Register) -> Book:
    """The register as a book; one statement more, for heading and signature."""
    today = timezone.localdate()
    papers = papers_of(register.unit, on=min(register.last_day, today))
    return Book(register, papers, today)


def period_words(period: Period) -> str:
    """Năm 2025, or from a day to the end of another."""
    whole_year = Period(
        date(period.first.year, 1, 1), date(period.first.year + 1, 1, 1)
    )
    if period == whole_year:
        return f"Năm {period.first.year}"
    last = date.fromordinal(period.end.toordinal() - 1)
    return f"Từ ngày {period.first:%d/%m/%Y} đến hết ngày {last:%d/%m/%Y}"


def lines_of(rows: Iterable[RegisterRow], side: Side) -> Iterator[tuple]:
    """The cells of each row, under COLUMNS of its side: on screen, on paper, in Excel."""
    for row in rows:
        ward = (row.ward,) if side is Side.WORKPLACE else ()
        yield (
            row.number,
            row.name,
            row.born,
            row.admitted_on,
            row.official_on,
            row.workplace,
            *ward,
            row.letter,
            row.received_on,
            row.cell,
            row.category,
            row.left_on,
            row.left_why,
            row.comments,
            row.note,
        )


def sum_words(sums: Iterable[Sum]) -> str:
    """Đầu kỳ 3 + Tiếp nhận trong kỳ 2 … = Cuối kỳ 4."""
    return " ".join(
        f"{one.sign} {one.label}: {vn_number(one.value)}".strip() for one in sums
    )


def register_file(book: Book, *, by: User) -> bytes:
    """The book as .xlsx with a title page, ready to print and bind."""
    register, papers = book.register, book.papers
    rows = rows_of(register, by)
    totals = [sum_words(sums) for sums in (book.sums, book.letter_sums) if sums]
    return write_list(
        COLUMNS[register.side],
        lines_of(rows, register.side),
        title=f"{book.title}, {book.period}".upper(),
        above=[papers.issuer, *filter(None, [book.as_of])],
        below=[
            f"Sổ có {vn_number(len(rows))} dòng.",
            *totals,
            "",
            "NGƯỜI LẬP SỔ: ………………………………",
            " ".join(
                filter(
                    None, [papers.on_behalf, papers.title, papers.signer or "………………"]
                )
            ),
        ],
        sheet_name="Sổ theo dõi",
        cover=cover_of(book),
    )


def cover_of(book: Book) -> list[str]:
    """The lines of the title page."""
    papers = book.papers
    return [
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        papers.superior,
        papers.issuer,
        "",
        book.title.upper(),
        book.period,
        *filter(None, [book.as_of]),
        "Quyển số: ………",
    ]
