"""What happened to a member between both sides, the latest first, and who did it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils import timezone

from members.models import (
    CorrectionRequest,
    DwellingCheck,
    Exemption,
    MemberMerge,
    Placement,
    Registration,
)
from reports.queries.deeds import CREATED, Deeds, deeds_on
from reports.queries.member_records import AttendanceYear, NoticeLine, Records, Stay
from residence.models import ContactBook

State = Registration.State
_STAY, _EXEMPTION, _BOOK = "registration", "exemption", "contactbook"


@dataclass(frozen=True)
class Moment:
    day: date
    title: str
    text: str = ""
    by: str = ""
    kind: str = ""

    @property
    def when(self) -> str:
        return self.day.strftime("%d/%m/%Y")


def timeline_of(
    stays: Iterable[Stay], records: Records, *, member_id: int, with_names: bool
) -> list[Moment]:
    """The moments of what the reader may see; of several on a day, the last step first.

    The names of those who acted only where allowed. Two statements at most.
    """
    stays = list(stays)
    deeds = deeds_on(
        {
            "member": [member_id],
            _STAY: [stay.registration.pk for stay in stays],
            _EXEMPTION: [one.pk for stay in stays for one in stay.exemptions],
            _BOOK: [book.pk for book in records.books],
        },
        _users_of(records),
        with_names=with_names,
    )
    moments = [
        moment
        for stay in reversed(stays)
        for moment in _of_stay(stay, member_id, deeds)
    ]
    moments += _of_records(records, deeds)
    return sorted(moments, key=lambda moment: moment.day)[::-1]


def _users_of(records: Records) -> list[int | None]:
    notices = [line.notice for line in records.notices]
    return [
        *(one.sent_by_id for one in notices),
        *(one.answered_by_id for one in notices),
        *(one.reported_by_id for one in records.checks),
        *(one.answered_by_id for one in records.checks),
        *(one.asked_by_id for one in records.corrections),
        *(one.answered_by_id for one in records.corrections),
        *(one.proposed_by_id for one in records.merges),
        *(one.closed_by_id for one in records.merges),
    ]


def _of_records(records: Records, deeds: Deeds) -> Iterator[Moment]:
    for year in records.attendance:
        yield _attendance(year)
    for line in records.notices:
        yield from _notice(line, deeds)
    for book in records.books:
        yield from _book(book, deeds)
    for check in records.checks:
        yield from _check(check, deeds)
    for asked in records.corrections:
        yield from _correction(asked, deeds)
    for merge in records.merges:
        yield from _merge(merge, deeds)


# A stay


def _of_stay(stay: Stay, member_id: int, deeds: Deeds) -> Iterator[Moment]:
    yield from _letter(stay, deeds)
    if stay.registration.received_on and _began_here(stay):
        yield _receipt(stay, deeds)
    yield from _moves(stay, member_id, deeds)
    for exemption in stay.exemptions:
        yield from _exemption(exemption, deeds)
    if stay.reads_end:
        yield from _end(stay, deeds)


def _letter(stay: Stay, deeds: Deeds) -> Iterator[Moment]:
    letter, key = stay.registration, stay.registration.pk
    first = _first_ward(stay)
    if letter.asked_on:
        yield Moment(
            letter.asked_on,
            f"{first} ghi nhận đang cư trú, đề nghị nơi công tác giới thiệu",
            by=deeds.by(_STAY, key, CREATED),
            kind="warning",
        )
    written = deeds.of(_STAY, key, CREATED)
    if stay.reads_drafts and written and not letter.asked_on and not _on_paper(letter):
        yield Moment(
            written.day, f"Lập giấy giới thiệu về {first}", _number(letter), written.by
        )
    if letter.sent_on:
        by = deeds.by(_STAY, key, State.SENT, CREATED)
        text = _number(letter)
        yield Moment(letter.sent_on, f"Giới thiệu về {first}", text, by, "info")


def _on_paper(letter: Registration) -> bool:
    """Typed in by the ward as received: no letter ran here before."""
    return letter.sent_on is None and letter.received_on is not None


def _receipt(stay: Stay, deeds: Deeds) -> Moment:
    letter = stay.registration
    parts = [
        f"Số tiếp nhận {letter.receipt_number}" if letter.receipt_number else "",
        "" if letter.sent_on else _number(letter),
    ]
    return Moment(
        letter.received_on or date.min,
        f"{_first_ward(stay)} tiếp nhận",
        ". ".join(filter(None, parts)),
        deeds.by(_STAY, letter.pk, State.RECEIVED, CREATED),
        "success",
    )


def _first_ward(stay: Stay) -> str:
    """The ward as it was then; the stay's own column follows every reorganisation."""
    units = [placement.ward for placement in stay.placements[:1]]
    return next(iter(units), stay.registration.ward).name


def _number(letter: Registration) -> str:
    number = (
        f"Giấy giới thiệu số {letter.letter_number}" if letter.letter_number else ""
    )
    day = f"ngày {letter.letter_date:%d/%m/%Y}" if letter.letter_date else ""
    return " ".join(part for part in (number, day) if part)


def _began_here(stay: Stay) -> bool:
    """True when the reader may see the placement that the receipt opened."""
    return any(p.cause == Placement.Cause.RECEIVED for p in stay.placements)


def _moves(stay: Stay, member_id: int, deeds: Deeds) -> Iterator[Moment]:
    before = {later.pk: first for first, later in pairwise(stay.placements)}
    for placement in stay.placements:
        if placement.cause == Placement.Cause.RECEIVED:
            continue
        is_work = placement.cause == Placement.Cause.WORKPLACE_CHANGED
        unit = placement.workplace if is_work else placement.place
        earlier = before.get(placement.pk)
        if is_work and earlier and earlier.workplace == placement.workplace:
            continue  # within one body of the armed forces, whose inside is not told
        step = f"on {placement.valid_from.isoformat()}"
        by = (
            deeds.by("member", member_id, step)
            if is_work
            else deeds.by(_STAY, stay.registration.pk, step)
        )
        title = f"{placement.get_cause_display()}: {unit.name}"
        yield Moment(placement.valid_from, title, by=by)


def _exemption(exemption: Exemption, deeds: Deeds) -> Iterator[Moment]:
    ground = exemption.get_ground_display()
    text = f"{ground}. {exemption.document}" if exemption.document else ground
    by = deeds.by(_EXEMPTION, exemption.pk, CREATED)
    yield Moment(exemption.valid_from, "Miễn sinh hoạt nơi cư trú", text, by)
    if exemption.valid_to:
        by = deeds.by(_EXEMPTION, exemption.pk, "valid_to", CREATED)
        yield Moment(exemption.valid_to, "Hết miễn sinh hoạt nơi cư trú", by=by)


def _end(stay: Stay, deeds: Deeds) -> Iterator[Moment]:
    letter, key = stay.registration, stay.registration.pk
    returned = deeds.of(_STAY, key, State.RETURNED)
    if letter.state == State.RETURNED and returned:
        title = f"{letter.ward.name} trả lại giấy giới thiệu"
        yield Moment(returned.day, title, letter.return_reason, returned.by, "danger")
    withdrawn = deeds.of(_STAY, key, State.WITHDRAWN)
    if letter.state == State.WITHDRAWN and withdrawn:
        title = f"Rút giấy giới thiệu về {letter.ward.name}"
        yield Moment(withdrawn.day, title, by=withdrawn.by)
    if letter.ended_on:
        yield Moment(
            letter.ended_on,
            f"Kết thúc theo dõi tại {letter.ward.name}",
            _why_ended(letter),
            deeds.by(_STAY, key, State.ENDED),
            "warning",
        )
        yield from _closing_comment(stay, deeds)
    if letter.end_noted_on:
        by = deeds.by(_STAY, key, "noted")
        what = "kết thúc" if letter.ended_on else "trả lại"
        title = f"Nơi công tác đã ghi nhận việc {what}"
        yield Moment(letter.end_noted_on, title, by=by)


def _closing_comment(stay: Stay, deeds: Deeds) -> Iterator[Moment]:
    """What the cell said of the time here, on the day on which it was last written.

    While the stay runs it is a draft of the cell's, told to nobody.
    """
    letter = stay.registration
    if letter.closing_comment and letter.ended_on:
        said = deeds.of(_STAY, letter.pk, "closing_comment")
        day, by = (said.day, said.by) if said else (letter.ended_on, "")
        yield Moment(day, "Nhận xét khi chuyển đi", letter.closing_comment, by, "info")


def _why_ended(letter: Registration) -> str:
    parts = [
        letter.get_end_reason_display(),
        f"văn bản số {letter.end_number}" if letter.end_number else "",
        f"nơi cư trú mới: {letter.moved_to.name}" if letter.moved_to else "",
    ]
    return "; ".join(filter(None, parts))


# What was recorded beside the stays


def _attendance(year: AttendanceYear) -> Moment:
    text = f"{year.place}: có mặt {year.present}/{year.due} kỳ họp phải dự"
    return Moment(year.last_on, f"Dự sinh hoạt năm {year.year}", text)


def _notice(line: NoticeLine, deeds: Deeds) -> Iterator[Moment]:
    notice = line.notice
    if notice.sent_on:
        yield Moment(
            notice.sent_on,
            f"{notice.committee.name} gửi thông báo cho nơi công tác",
            "Chưa mở xem." if line.is_sealed else notice.get_kind_display(),
            deeds.name_of(notice.sent_by_id),
            "warning",
        )
    if notice.answered_on:
        by = deeds.name_of(notice.answered_by_id)
        title = "Nơi công tác trả lời thông báo"
        yield Moment(notice.answered_on, title, line.measure, by, "success")


def _book(book: ContactBook, deeds: Deeds) -> Iterator[Moment]:
    name = f"sổ liên hệ năm {book.year}"
    number = f"Số {book.number}" if book.number else ""
    steps = [
        ("issued_on", f"Cấp {name}", number),
        ("collected_on", f"Nhận {name}", ""),
        ("handed_back_on", f"Nộp lại {name}", ""),
    ]
    for field, title, text in steps:
        if day := getattr(book, field):
            by = deeds.by(_BOOK, book.pk, field, CREATED)
            yield Moment(day, title, text, by)


def _check(check: DwellingCheck, deeds: Deeds) -> Iterator[Moment]:
    by = deeds.name_of(check.reported_by_id)
    title = "Chi bộ phản ánh không còn cư trú"
    yield Moment(check.reported_on, title, check.reason, by, "warning")
    if check.answered_on:
        by = deeds.name_of(check.answered_by_id)
        yield Moment(check.answered_on, check.state_text, check.answer, by)


def _correction(asked: CorrectionRequest, deeds: Deeds) -> Iterator[Moment]:
    by = deeds.name_of(asked.asked_by_id)
    title = f"Đề nghị đính chính: {asked.field_label}"
    yield Moment(timezone.localdate(asked.asked_at), title, by=by)
    if asked.answered_at:
        by = deeds.name_of(asked.answered_by_id)
        answer = f"Trả lời đề nghị đính chính: {asked.get_state_display().lower()}"
        yield Moment(timezone.localdate(asked.answered_at), answer, asked.answer, by)


def _merge(merge: MemberMerge, deeds: Deeds) -> Iterator[Moment]:
    by = deeds.name_of(merge.proposed_by_id)
    proposed = timezone.localdate(merge.proposed_at)
    yield Moment(proposed, "Đề nghị ghép hai hồ sơ của cùng một người", by=by)
    if merge.closed_at:
        by = deeds.name_of(merge.closed_by_id)
        closed = timezone.localdate(merge.closed_at)
        yield Moment(closed, f"Ghép hồ sơ: {merge.get_state_display().lower()}", by=by)
