"""The two meetings and the ratings of 2013, typed from signed paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from evaluations.models import Comment, Evaluation, EvaluationStep, RatingYear, Tier
from evaluations.services.decisions import Decision
from evaluations.services.rulesets import TIERS_76
from evaluations.services.years import close_rating_year, open_rating_year
from members.models import Committee, User
from party76.audit.models import Action
from party76.audit.services import record
from reports.demo.names import People
from reports.demo.texts import AGENDA, CONCLUSIONS, EXCUSES, REPORTS
from reports.demo.tree import BATCH
from reports.demo.year2013 import CONFIRMED_ON, OldStay
from residence.models import Attendance, Meeting

YEAR = 2013
COUNTS = {"kha": 541, "trung_binh": 96, "chua_tot": 69}  # all others are “tốt”

_S = Attendance.Status
_STATE = Evaluation.State
# Of a hundred: present, excused, stands in by another, absent.
_HABITS = {
    "tot": (930, 48, 14, 8),
    "kha": (720, 150, 60, 70),
    "trung_binh": (480, 200, 140, 180),
    "chua_tot": (180, 170, 200, 450),
}
_STATUSES = (_S.PRESENT, _S.EXCUSED, _S.REPRESENTED, _S.ABSENT)
_RELATIONS = ("vợ", "chồng", "con", "em", "cha", "mẹ")
_REMARKS = {
    "kha": "Còn vắng một kỳ họp; cần tham gia sinh hoạt nơi cư trú đều hơn.",
    "trung_binh": "Ít dự họp, chưa tham gia ý kiến với chi ủy nơi cư trú.",
    "chua_tot": "Không dự họp, chưa đến nhận sổ liên hệ với cấp ủy nơi cư trú.",
}


@dataclass(frozen=True)
class Leaders:
    """Who decided for a cell: its secretary proposes, the ward's confirms."""

    cell_secretary: str
    ward_secretary: str


@dataclass
class Paper2013:
    """What the records are made of: people, their tiers, who signed."""

    people: list[OldStay]
    tiers: list[str]  # code of the tier of each, in the same order
    leaders: dict[str, Leaders]  # by code of the cell
    dice: Random
    names: People


def judge(people: list[OldStay], dice: Random, names: People) -> Paper2013:
    """Who was rated how: 541, 96 and 69 below “tốt”, some wards without any."""
    wards = {person.ward.unit.code: person.ward for person in people}
    strictness = {
        code: 0.0 if dice.random() < 0.3 else dice.lognormvariate(0, 0.8)
        for code in wards
    }
    drawn = sorted(
        (dice.random() ** (1 / strictness[code]), index)
        for index, person in enumerate(people)
        if strictness[code := person.ward.unit.code]
    )[-sum(COUNTS.values()) :]
    below = [index for _, index in drawn]
    dice.shuffle(below)
    tiers = ["tot"] * len(people)
    for code, count in COUNTS.items():
        for _ in range(count):
            tiers[below.pop()] = code
    leaders = {}
    for ward in wards.values():
        secretary = names.anybody()
        for cell in ward.cells:
            leaders[cell.code] = Leaders(names.anybody(), secretary)
    return Paper2013(people, tiers, leaders, dice, names)


def hold_meetings(paper: Paper2013, *, by: User) -> int:
    """Two closed meetings of each cell with a mark for everyone; returns the marks."""
    by_cell: dict[str, list[int]] = {}
    for index, person in enumerate(paper.people):
        by_cell.setdefault(person.cell.code, []).append(index)
    for indexes in by_cell.values():
        indexes.sort(key=lambda index: paper.people[index].stay.member.sort_key)
    meetings = []
    for indexes in by_cell.values():
        person = paper.people[indexes[0]]
        meetings += [_meeting(paper, person, half) for half in (0, 1)]
    Meeting.objects.bulk_create(meetings, batch_size=BATCH)
    rows = [
        row
        for meeting in meetings
        for row in _marks(paper, meeting, by_cell[meeting.committee.code])
    ]
    Attendance.objects.bulk_create(rows, batch_size=BATCH)
    record(Action.IMPORT, "meeting", by=by, count=len(meetings), facts={"year": YEAR})
    record(Action.IMPORT, "attendance", by=by, count=len(rows), facts={"year": YEAR})
    return len(rows)


def _meeting(paper: Paper2013, person: OldStay, half: int) -> Meeting:
    dice, cell = paper.dice, person.cell
    first = date(YEAR, 5, 20) if half == 0 else date(YEAR, 11, 4)
    held_on = first + timedelta(days=dice.randrange(24))
    hamlet = person.stay.hamlet.split(",")[0]
    return Meeting(
        committee=cell,
        title=f"Kỳ họp 6 tháng {'cuối' if half else 'đầu'} năm {YEAR}",
        held_on=held_on,
        starts_at=time(18, 30) if dice.random() < 0.6 else time(8, 0),
        place=f"Nhà văn hóa {hamlet}",
        period_from=date(YEAR, 7, 1) if half else date(YEAR, 1, 1),
        period_to=date(YEAR + 1, 1, 1) if half else date(YEAR, 7, 1),
        chair=paper.leaders[cell.code].cell_secretary,
        agenda=AGENDA if dice.random() < 0.9 else "",
        local_report=dice.choice(REPORTS),
        conclusions=dice.choice(CONCLUSIONS),
        state=Meeting.State.CLOSED,
        closed_at=timezone.make_aware(datetime.combine(held_on, time(21, 0))),
    )


def _marks(
    paper: Paper2013, meeting: Meeting, indexes: list[int]
) -> Iterator[Attendance]:
    """One row for everybody received by that day, numbered in the order of names."""
    dice, number = paper.dice, 0
    for index in indexes:
        person = paper.people[index]
        stay = person.stay
        if stay.received_on > meeting.held_on:
            continue
        number += 1
        status = dice.choices(_STATUSES, _HABITS[paper.tiers[index]])[0]
        row = Attendance(
            meeting_id=meeting.pk,
            registration_id=stay.registration.pk,
            member_id=stay.member.pk,
            number=number,
            ward_id=person.ward.unit.pk,
            cell_id=person.cell.pk,
            workplace_id=stay.origin.workplace.pk,
            status=status,
            source=Attendance.Source.IMPORT,
        )
        if status == _S.PRESENT:
            row.is_late = dice.random() < 0.03
        elif status == _S.EXCUSED:
            row.reason = dice.choice(EXCUSES)
        elif status == _S.REPRESENTED:
            row.represented_by_name = paper.names.anybody()
            row.representative_relation = dice.choice(_RELATIONS)
        yield row


def rate(paper: Paper2013, city: Committee, rule_set, *, by: User) -> RatingYear:
    """Open the year, write the tiers and the stages of each row, lock the year."""
    year = open_rating_year(
        city,
        rule_set=rule_set,
        year=YEAR,
        period=(date(YEAR, 1, 1), date(YEAR + 1, 1, 1)),
        reference_day=date(YEAR, 12, 31),
        by=by,
    )
    tiers = {tier.code: tier for tier in rule_set.tiers.all()}
    rows = {
        row.registration_id: row
        for row in year.evaluations.only("pk", "registration_id")
    }
    keys = [rows[person.stay.registration.pk].pk for person in paper.people]
    _write_tiers(year, paper, keys, tiers)
    EvaluationStep.objects.bulk_create(_steps(paper, keys, tiers, by), batch_size=BATCH)
    Comment.objects.bulk_create(
        (
            Comment(evaluation_id=key, text=_REMARKS[code])
            for key, code in zip(keys, paper.tiers, strict=True)
            if code in _REMARKS
        ),
        batch_size=BATCH,
    )
    record(Action.IMPORT, "evaluation", by=by, count=len(keys), facts={"year": YEAR})
    chief = Decision(
        paper.names.anybody(), "Trưởng Ban Tổ chức", date(YEAR + 1, 2, 20), True
    )
    return close_rating_year(year, decision=chief, by=by)


def _write_tiers(
    year: RatingYear, paper: Paper2013, keys: list[int], tiers: dict[str, Tier]
) -> None:
    """“Tốt” for all in one statement, then the few others."""
    year.evaluations.update(
        outcome=Evaluation.Outcome.RATED,
        reason="",
        tier=tiers[TIERS_76[0][0]],
        state=_STATE.RETURNED,
    )
    for code in COUNTS:
        below = [key for key, own in zip(keys, paper.tiers, strict=True) if own == code]
        Evaluation.objects.filter(pk__in=below).update(tier=tiers[code])


def _steps(
    paper: Paper2013, keys: list[int], tiers: dict[str, Tier], by: User
) -> Iterator[EvaluationStep]:
    """Proposed by the cell's secretary, confirmed and returned by the ward's."""
    proposed_on = CONFIRMED_ON - timedelta(days=6)
    returned_on = CONFIRMED_ON + timedelta(days=1)
    for person, code, key in zip(paper.people, paper.tiers, keys, strict=True):
        leaders = paper.leaders[person.cell.code]
        cell, ward = leaders.cell_secretary, leaders.ward_secretary
        for start, end, name, post, day in (
            (_STATE.DRAFT, _STATE.PROPOSED, cell, "Bí thư chi bộ", proposed_on),
            (_STATE.PROPOSED, _STATE.CONFIRMED, ward, "Bí thư đảng ủy", CONFIRMED_ON),
            (_STATE.CONFIRMED, _STATE.RETURNED, ward, "Bí thư đảng ủy", returned_on),
        ):
            yield EvaluationStep(
                evaluation_id=key,
                from_state=start,
                to_state=end,
                outcome=Evaluation.Outcome.RATED,
                tier_id=tiers[code].pk,
                comment=_REMARKS.get(code, ""),
                decided_by_name=name,
                decided_by_post=post,
                decided_on=day,
                entered_by_id=by.pk,
                from_signed_paper=True,
            )
