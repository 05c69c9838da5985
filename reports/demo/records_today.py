"""This year's meetings, comments and questions, written through the services."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from evaluations.models import Evaluation, RatingYear, RuleSet, Sheet
from evaluations.services.decisions import Decision
from evaluations.services.sheets import Edit, Entry, Rules, rules_of, save_sheet
from evaluations.services.steps import (
    Consultation,
    confirm_evaluations,
    propose_evaluations,
    return_evaluations,
)
from evaluations.services.years import Deadlines, open_rating_year
from members.models import Committee, Member, User
from members.models.persons import DWELLING_FIELDS
from members.services.corrections import ask_correction
from reports.demo.names import People
from reports.demo.texts import AGENDA, CONCLUSIONS, EXCUSES, OPINIONS, PRAISE, REPORTS
from reports.demo.tree import BATCH
from residence.models import Attendance, Meeting, Opinion
from residence.queries import attendance_totals
from residence.services.marks import Mark, save_marks
from residence.services.meetings import (
    close_meeting,
    list_meeting,
    open_meeting,
    plan_meeting,
)
from residence.services.opinions import add_opinion

_S = Attendance.Status
_HABITS = (88, 7, 3, 2)
_STATUSES = (_S.PRESENT, _S.EXCUSED, _S.REPRESENTED, _S.ABSENT)

# How far each cell has come; cells that are not named have not begun.
_STAGES = {
    "Phường Ninh Kiều": ("partly", "proposed", "confirmed", "returned"),
    "Phường Cái Khế": ("proposed", "partly"),
    "Phường Tân An": ("returned", "proposed", "partly"),
    "Phường An Bình": ("partly",),
}


@dataclass(frozen=True)
class WardToday:
    """A ward shown complete: its cells and who types for it."""

    full_name: str
    unit: Committee
    cells: list[Committee]
    by: User


@dataclass
class Today:
    """What the records of this year need to be thrown."""

    day: date
    dice: Random
    names: People
    secretaries: dict[str, str] = field(default_factory=dict)  # by code of the unit
    # Who missed every meeting without a word: the ward tells their workplaces.
    absent: frozenset[int] = frozenset()

    def secretary(self, unit: Committee) -> str:
        return self.secretaries.setdefault(unit.code, self.names.anybody())

    @property
    def new_year(self) -> date:
        return date(self.day.year, 1, 1)

    def days_ago(self, days: int) -> date:
        """A day before today, but of this year."""
        return max(self.day - timedelta(days=days), self.new_year)

    def part_of_year(self, share: float) -> date:
        """The day when so much of the year until today had gone."""
        elapsed = (self.day - self.new_year).days
        return self.new_year + timedelta(days=int(elapsed * share))


def hold_meetings(ward: WardToday, today: Today) -> None:
    """Two closed meetings of each cell, with opinions."""
    for share, name in ((0.42, "nhất"), (0.85, "hai")):
        for number, cell in enumerate(ward.cells):
            held_on = today.part_of_year(share) + timedelta(days=number)
            title = f"Kỳ họp thứ {name} năm {today.day.year}"
            meeting = _meeting(cell, title, min(held_on, today.day), today)
            _hold(meeting, ward, today)


def plan_meetings(ward: WardToday, today: Today) -> None:
    """This week: one meeting is listed and waits to be marked, others are planned."""
    first, third = ward.cells[0], ward.cells[2]
    meeting = _meeting(first, f"Kỳ họp chuyên đề {today.day:%m/%Y}", today.day, today)
    meeting.kind = Meeting.Kind.TOPICAL
    list_meeting(plan_meeting(meeting, by=ward.by), by=ward.by)
    for unit, days in ((third, 3), (ward.unit, 6)):
        day = today.day + timedelta(days=days)
        planned = _meeting(unit, f"Kỳ họp tổng kết năm {day.year}", day, today)
        plan_meeting(planned, by=ward.by)


def plan_elsewhere(wards: list[Committee], today: Today) -> int:
    """A planned meeting of every other ward that has members; returns how many."""
    meetings = []
    for unit in wards:
        day = today.day + timedelta(days=today.dice.randrange(4, 25))
        meeting = _meeting(unit, f"Kỳ họp năm {day.year}", day, today)
        meetings.append(meeting)
    return len(Meeting.objects.bulk_create(meetings, batch_size=BATCH))


def _meeting(unit: Committee, title: str, held_on: date, today: Today) -> Meeting:
    dice = today.dice
    half = 7 if held_on.month > 6 else 1
    is_over = held_on < today.day
    label = unit.name.removeprefix("Chi bộ ").removeprefix("Đảng ủy ")
    return Meeting(
        committee=unit,
        title=title,
        held_on=held_on,
        starts_at=time(18, 30) if unit.is_cell else time(8, 0),
        place=f"Nhà văn hóa {label}" if unit.is_cell else f"Hội trường {label}",
        period_from=date(held_on.year, half, 1),
        period_to=date(held_on.year, 7, 1)
        if half == 1
        else date(held_on.year + 1, 1, 1),
        chair=today.secretary(unit),
        agenda=AGENDA,
        local_report=dice.choice(REPORTS) if is_over else "",
        conclusions=dice.choice(CONCLUSIONS) if is_over else "",
    )


def _hold(meeting: Meeting, ward: WardToday, today: Today) -> None:
    plan_meeting(meeting, by=ward.by)
    meeting = open_meeting(meeting, by=ward.by)
    rows = list(meeting.attendances.order_by("number").select_related("registration"))
    save_marks(meeting, marks=[_mark(row, today) for row in rows], by=ward.by)
    for row in today.dice.sample(rows, min(3, len(rows))):
        add_opinion(_opinion(meeting, row, today), by=ward.by)
    at = datetime.combine(meeting.held_on, time(20, 45))
    close_meeting(meeting, unmarked="", at=timezone.make_aware(at), by=ward.by)


def _mark(row: Attendance, today: Today) -> Mark:
    dice = today.dice
    status = dice.choices(_STATUSES, _HABITS)[0]
    if row.registration_id in today.absent:
        status = _S.ABSENT
    is_represented = status == _S.REPRESENTED
    return Mark(
        number=row.number,
        version=row.version,
        status=status,
        is_late=status == _S.PRESENT and dice.random() < 0.03,
        reason=dice.choice(EXCUSES) if status == _S.EXCUSED else "",
        representative_name=today.names.anybody() if is_represented else "",
        relation=dice.choice(("vợ", "chồng", "con")) if is_represented else "",
    )


def _opinion(meeting: Meeting, row: Attendance, today: Today) -> Opinion:
    subject, text, answer = today.dice.choice(OPINIONS)
    states = Opinion.State
    state = today.dice.choices(list(states), (40, 25, 35))[0]
    return Opinion(
        committee=meeting.committee,
        meeting=meeting,
        registration=row.registration,
        cell_id=row.cell_id,
        given_on=meeting.held_on,
        subject=subject,
        text=text,
        answer=answer if state == states.SETTLED else "",
        state=state,
    )


def open_year(
    city: Committee, rule_set: RuleSet, today: Today, *, by: User
) -> RatingYear:
    """The year that runs, with every row that must exist."""
    year = today.day.year
    return open_rating_year(
        city,
        rule_set=rule_set,
        year=year,
        period=(date(year, 1, 1), date(year + 1, 1, 1)),
        reference_day=date(year, 12, 31),
        deadlines=Deadlines(date(year, 12, 10), date(year, 12, 20), date(year, 12, 28)),
        by=by,
    )


def comment(ward: WardToday, year: RatingYear, today: Today) -> None:
    """Bring the sheets of a ward as far as its stages say."""
    cells = {cell.pk: cell for cell in ward.cells}
    sheets = {
        sheet.cell_id: sheet
        for sheet in year.sheets.filter(cell__in=cells).select_related(
            "rating_year__rule_set", "cell", "ward"
        )
    }
    stages = _STAGES[ward.full_name]
    for cell, stage in zip(ward.cells, stages, strict=False):
        sheet = sheets[cell.pk]
        _write_sheet(
            sheet, share=0.6 if stage == "partly" else 1.0, today=today, by=ward.by
        )
        if stage != "partly":
            _take_steps(sheet, ward, stage, today)


def _write_sheet(sheet: Sheet, *, share: float, today: Today, by: User) -> None:
    rules = rules_of(sheet)
    rows = list(
        sheet.evaluations.current()
        .exclude(outcome=Evaluation.Outcome.EXEMPT)
        .select_related("registration")
        .order_by("member__sort_key")
    )
    totals = attendance_totals(
        [row.registration for row in rows], sheet.rating_year.period
    )
    present = {key: (total.present, total.due) for key, total in totals.items()}
    edits = [
        Edit(
            row.pk,
            row.version,
            Entry(),
            _entry(row, present.get(row.registration_id, (0, 0)), rules, today),
        )
        for row in rows[: int(len(rows) * share)]
    ]
    save_sheet(sheet, edits=edits, by=by)


def _entry(
    row: Evaluation, attended: tuple[int, int], rules: Rules, today: Today
) -> Entry:
    if not row.on_roll:
        return Entry(
            left_out=Evaluation.Outcome.ELSEWHERE,
            reason="Đã kết thúc trước ngày chốt danh sách, nơi tiếp nhận mới nhận xét",
        )
    dice = today.dice
    came, due = attended
    attendance = 1 if came == due else 2 if came else 3
    answers = {}
    for item, boxes in rules.boxes.items():
        weights = (4, 95, 1) if item.is_proposal else (30, 67, 3)
        box = attendance if item.is_attendance else dice.choices((1, 2, 3), weights)[0]
        answers[item.pk] = next(one.pk for one in boxes if one.position == box)
    text = dice.choice(PRAISE) if dice.random() < 0.12 else ""
    return Entry(answers=answers, text=text)


def _take_steps(sheet: Sheet, ward: WardToday, stage: str, today: Today) -> None:
    """Proposed by the cell, confirmed and returned by the ward, on days of their own."""
    cell_secretary = Decision(
        today.secretary(sheet.place), "Bí thư chi bộ", today.days_ago(8), True
    )
    front = Consultation(
        today.days_ago(9), f"{today.names.anybody()}, Trưởng Ban công tác Mặt trận"
    )
    propose_evaluations(
        sheet,
        versions=_versions(sheet),
        decision=cell_secretary,
        consultation=front,
        by=ward.by,
    )
    name, post = today.secretary(ward.unit), "Bí thư đảng ủy"
    if stage in {"confirmed", "returned"}:
        decision = Decision(name, post, today.days_ago(5), True)
        confirm_evaluations(
            sheet, versions=_versions(sheet), decision=decision, by=ward.by
        )
    if stage == "returned":
        decision = Decision(name, post, today.days_ago(2), True)
        return_evaluations(
            sheet, versions=_versions(sheet), decision=decision, by=ward.by
        )


def _versions(sheet: Sheet) -> dict[int, int]:
    rows = sheet.evaluations.current().exclude(outcome=Evaluation.Outcome.EXEMPT)
    return dict(rows.values_list("pk", "version"))


def ask_corrections(
    ward: WardToday, workplace: Committee, *, by_workplace: User
) -> None:
    """Questions between the ward and a workplace that wait for an answer."""
    members = Member.objects.filter(
        registrations__ward=ward.unit,
        registrations__cell__in=ward.cells,
        registrations__workplace=workplace,
        registrations__state="received",
        official_on__isnull=False,
    ).order_by("pk")
    position, official, phone, address = members[:4]
    by_card = official.official_on + timedelta(days=30)
    asked = [
        (position, "position", "Trưởng phòng Nghiệp vụ Dược", "Quyết định bổ nhiệm"),
        (official, "official_on", f"{by_card:%d/%m/%Y}", "Theo thẻ đảng viên"),
        (phone, "phone", "0100 900 123", "Đồng chí đổi số điện thoại"),
        (address, "address", "Số 12, hẻm 5, phường Ninh Kiều", "Đổi số nhà"),
    ]
    for member, field_name, value, reason in asked:
        # Each side asks for what the other owns.
        asks = workplace if field_name in DWELLING_FIELDS else ward.unit
        ask_correction(
            member,
            field=field_name,
            new_value=value,
            reason=reason,
            asked_by_committee=asks,
            by=by_workplace if asks is workplace else ward.by,
        )
