"""Files of the reports: the summary in the office's form, lists behind its numbers."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from openpyxl import Workbook

from evaluations.models import RatingYear
from members.models import User
from party76.audit.models import Action, AuditEvent
from party76.audit.services import record
from party76.shared.templatetags.ui import partial_date, vn_number
from party76.spreadsheets.writer import ListColumn, write_list
from reports.queries.figures import Figure
from reports.queries.names import Entry, all_names, count_names
from reports.queries.places import Place
from reports.queries.signatures import heading_and_signature
from reports.queries.summary import Summary
from reports.queries.workplace import WorkerRow
from reports.sheets import SummarySheet

_NAME_COLUMNS = [
    ListColumn("TT", kind="integer", width=6),
    ListColumn("Họ và tên", width=28),
    ListColumn("Ngày sinh", kind="date", width=12),
    ListColumn("Nơi công tác", width=36),
    ListColumn("Đảng ủy nơi cư trú", width=30),
    ListColumn("Chi bộ nơi cư trú", width=26),
    ListColumn("Ngày tiếp nhận", kind="date", width=13),
    ListColumn("Ngày kết thúc", kind="date", width=13),
    ListColumn("Lý do kết thúc", width=26),
    ListColumn("Kết quả", width=20),
    ListColumn("Lý do không nhận xét", width=28),
]
_WORKPLACE = ListColumn("Nơi công tác", width=30)
_WARD = ListColumn("Đảng ủy nơi cư trú", width=28)
_CELL = ListColumn("Chi bộ nơi cư trú", width=22)
WORKER_COLUMNS = [
    ListColumn("TT", kind="integer", width=6),
    ListColumn("Họ và tên", width=28),
    ListColumn("Số thẻ đảng viên", kind="code", width=14),
    _WORKPLACE,
    _WARD,
    _CELL,
    ListColumn("Diện", width=16),
    ListColumn("Căn cứ miễn", width=30),
    ListColumn("Giới thiệu", width=20),
    ListColumn("Số giấy giới thiệu", width=14),
    ListColumn("Ngày tiếp nhận", kind="date", width=12),
    ListColumn("Số kỳ phải dự", kind="integer", width=9),
    ListColumn("Có mặt", kind="integer", width=8),
    ListColumn("Vắng có lý do", kind="integer", width=9),
    ListColumn("Vắng không lý do", kind="integer", width=9),
    ListColumn("Cử người dự thay", kind="integer", width=9),
    ListColumn("Dự dù được miễn", kind="integer", width=9),
    ListColumn("Số ý kiến", kind="integer", width=8),
    ListColumn("Thông báo", kind="integer", width=9),
    ListColumn("Chưa trả lời", kind="integer", width=9),
    ListColumn("Kết quả", width=16),
    ListColumn("Nhận xét của nơi cư trú", width=46),
]
_CELL_AT = WORKER_COLUMNS.index(_CELL)


@dataclass(frozen=True)
class Stamp:
    """What tells one export from another, printed in the file itself."""

    event: AuditEvent

    @property
    def code(self) -> str:
        return f"X{self.event.pk:06}"

    def sentence(self, by: User | None) -> str:
        who = by.get_username() if by else "lệnh quản trị"
        now = timezone.localtime()
        return f"Mã lần xuất {self.code}, {now:%H:%M ngày %d/%m/%Y}, tài khoản {who}."


def summary_file(found: Summary, *, by: User | None) -> bytes:
    """The summary as .xlsx in the office's form; the export is put on record."""
    stamp = Stamp(
        record(
            Action.EXPORT,
            found.unit,
            by=by,
            committee_code=found.unit.code,
            count=len(found.lines),
            facts={
                "report": "summary",
                "year": found.year.year,
                "structure": found.structure_day.isoformat(),
            },
        )
    )
    workbook = Workbook()
    papers = heading_and_signature(found)
    SummarySheet(workbook.active, found, papers).draw(stamp.sentence(by))
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def summary_filename(found: Summary) -> str:
    return f"Tổng hợp {found.year.year} - {found.name}{_structure(found.place)}.xlsx"


def names_file(
    figure: Figure, place: Place, year: RatingYear, *, rest: bool, by: User
) -> bytes:
    """The list behind a number as .xlsx, whole; the export is put on record."""
    number, named = count_names(figure, place, year, rest=rest, by=by)
    stamp = Stamp(
        record(
            Action.EXPORT,
            place.unit,
            by=by,
            committee_code=place.unit.code,
            count=named,
            facts={"report": "summary_list", "figure": figure.key, "year": year.year},
        )
    )
    below = [f"Tổng số: {vn_number(number)} đồng chí."]
    if named < number:
        below.append(withheld_sentence(number - named))
    return write_list(
        _NAME_COLUMNS,
        _name_rows(all_names(figure, place, year, rest=rest, by=by)),
        title=f"{figure.label}, năm {year.year}".upper(),
        above=[
            place.name,
            f"Ngày chốt: {year.reference_day:%d/%m/%Y}",
            *filter(None, [place.words(year.year)]),
        ],
        below=[*below, stamp.sentence(by)],
    )


def names_filename(figure: Figure, place: Place, year: RatingYear) -> str:
    return f"{figure.label} {year.year} - {place.name}{_structure(place)}.xlsx"


def _structure(place: Place) -> str:
    """Part of a file's name: files of one year under other units are other files."""
    parts = []
    if place.is_regrouped:
        parts.append(f"cơ cấu {place.tree.day:%d-%m-%Y}")
    if place.ground:
        parts.append(f"địa bàn {place.ground.year}")
    return f" ({', '.join(parts)})" if parts else ""


def workplace_file(
    rows: Sequence[WorkerRow],
    year: RatingYear | None,
    *,
    narrowed: Sequence[str],
    by: User,
) -> bytes:
    """The workplace's own members as .xlsx; the export is put on record.

    narrowed names the filters in use.
    """
    facts = {
        "report": "workplace_view",
        "year": year.year if year else None,
        "filters": list(narrowed),
    }
    stamp = Stamp(
        record(Action.EXPORT, "workplace_view", by=by, count=len(rows), facts=facts)
    )
    total = f"Tổng số: {vn_number(len(rows))} đồng chí."
    return write_list(
        WORKER_COLUMNS,
        worker_lines(rows),
        title=workplace_title(year),
        above=[f"Tính đến ngày {timezone.localdate():%d/%m/%Y}"],
        below=[total, stamp.sentence(by)],
    )


def workplace_title(year: RatingYear | None) -> str:
    title = "ĐẢNG VIÊN CỦA ĐƠN VỊ Ở NƠI CƯ TRÚ"
    return f"{title}, NĂM {year.year}" if year else title


def worker_lines(rows: Iterable[WorkerRow]) -> Iterator[tuple]:
    """The cells of WORKER_COLUMNS for each row: those of the file, and of the paper."""
    for number, row in enumerate(rows, 1):
        marks = row.attendance
        yield (
            number,
            row.member.full_name,
            row.member.card_number or "",
            row.member.workplace.name,
            row.ward,
            row.cell,
            row.category if row.is_placed else "",
            row.exempt_ground,
            row.stage_label,
            row.letter_number,
            row.received_on,
            marks.due,
            marks.present,
            marks.excused,
            marks.absent,
            marks.represented,
            row.came_though_exempt,
            marks.opinions,
            row.notices.number,
            row.notices.unanswered,
            row.result,
            row.comment,
        )


def workplace_paper(
    rows: Sequence[WorkerRow], units: Sequence[str]
) -> tuple[list[ListColumn], list[list]]:
    """The columns and lines of worker_lines as they are printed, residence by residence.

    What a heading says is not said again: the residence, and the workplace where it is
    the only one of units. Of whoever stands elsewhere the residence goes before the cell.
    """
    repeated = {_WARD}
    if {row.member.workplace.name for row in rows} == set(units):
        repeated |= {_WORKPLACE} if len(units) == 1 else set()
    kept = [place for place, one in enumerate(WORKER_COLUMNS) if one not in repeated]
    lines = []
    for row, line in zip(rows, worker_lines(rows), strict=True):
        cells = dict(enumerate(line))
        if row.group != row.ward:
            cells[_CELL_AT] = ", ".join(filter(None, [row.ward, row.cell]))
        lines.append([cells[place] for place in kept])
    return [WORKER_COLUMNS[place] for place in kept], lines


def withheld_sentence(number: int) -> str:
    return (
        f"{vn_number(number)} đồng chí được tính trong số nhưng không nêu tên ở đây: "
        "kết quả chưa trả về nơi công tác hoặc ngoài phạm vi được xem."
    )


def _name_rows(entries: Iterator[Entry]) -> Iterator[tuple]:
    for number, entry in enumerate(entries, 1):
        yield (
            number,
            entry.name,
            _birth(entry),
            entry.workplace,
            entry.ward,
            entry.cell,
            entry.received_on,
            entry.ended_on,
            entry.end_reason,
            entry.result,
            entry.reason,
        )


def _birth(entry: Entry) -> date | str | None:
    """A real date where the day is known, else 10/1994 or 1994."""
    if entry.birth_precision == "day":
        return entry.birth_date
    return partial_date(entry.birth_date, entry.birth_precision)
