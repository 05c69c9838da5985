"""What stands on a notice to a workplace, printed or as Word."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from reports.queries.letter_papers import known_of, sign_of
from reports.queries.signatures import Papers
from residence.models import Notice, NoticeItem

# What stands under the title, by kind.
SUBJECTS = {
    Notice.Kind.ABSENCE: "Về việc đảng viên vắng sinh hoạt nơi cư trú",
    Notice.Kind.BOOK: "Về việc đảng viên chưa đến nhận sổ liên hệ",
    Notice.Kind.DUTY: "Về việc đảng viên thực hiện nghĩa vụ công dân nơi cư trú",
    Notice.Kind.COMMENDATION: "Về việc đề nghị biểu dương đảng viên ở nơi cư trú",
    Notice.Kind.OTHER: "Về đảng viên giữ mối liên hệ nơi cư trú",
}


@dataclass(frozen=True)
class NoticeLine:
    full_name: str
    cell: str
    facts: str


@dataclass(frozen=True)
class NoticePaper:
    """A notice with its people; number and day are open until they are written in."""

    papers: Papers
    sign: str
    number: str
    dated_on: date | None
    day: date  # by which heading and form go
    sender: str
    addressee: str
    basis: str
    subject: str
    text: str
    due_on: date | None
    lines: list[NoticeLine]

    @property
    def count(self) -> int:
        return len(self.lines)


def notice_paper(notice: Notice, items: Iterable[NoticeItem]) -> NoticePaper:
    """The paper of a notice, veiled before for its reader; five statements at most."""
    day = notice.dated_on or notice.sent_on or timezone.localdate()
    known = known_of([], [notice.committee])
    return NoticePaper(
        papers=known.papers.of(notice.committee, on=day),
        sign=f"TB/{sign_of(notice.committee)}",
        number=notice.number,
        dated_on=notice.dated_on,
        day=day,
        sender=notice.committee.name,
        addressee=notice.workplace.name,
        basis=known.basis_of(notice.committee, day),
        subject=SUBJECTS[Notice.Kind(notice.kind)],
        text=notice.text,
        due_on=notice.due_on,
        lines=[_line(item) for item in items],
    )


def _line(item: NoticeItem) -> NoticeLine:
    sentences = [f"{sentence}." for sentence in item.facts]
    facts = "\n".join([*sentences, *filter(None, [item.note])])
    cell = item.cell.name if item.cell else ""
    return NoticeLine(item.member.full_name, cell, facts)
