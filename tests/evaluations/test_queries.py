from datetime import date

import pytest

from evaluations.models import Evaluation
from evaluations.queries import (
    Evidence,
    evaluations_of,
    evidence_of,
    progress_of,
    waiting_sheets,
    with_counts,
)
from evaluations.services.years import Deadlines
from residence.models import Opinion
from residence.queries import AttendanceTotals
from tests.evaluations.test_sheet_pages import make_marks
from tests.factories.evaluations import make_rating_year
from tests.factories.members import make_exemption, make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
TODAY = date(2024, 11, 21)


@pytest.fixture
def world():
    return make_world()


@pytest.mark.parametrize(
    ("due", "present", "box"), [(0, 0, None), (2, 2, 1), (2, 1, 2), (2, 0, 3)]
)
def test_evidence_proposes_the_box_the_marks_speak_for(due, present, box):
    evidence = Evidence(AttendanceTotals(due=due, present=present), "")

    assert evidence.attendance_box == box


def test_evidence_reads_as_one_line(world):
    totals = AttendanceTotals(due=4, present=2, late=1, excused=1, absent=1, opinions=3)

    assert str(Evidence(totals, "Tốt")) == (
        "Dự họp 2/4 (muộn 1) · vắng có lý do 1 · vắng không lý do 1 · ý kiến 3 · "
        "năm trước: Tốt"
    )
    assert "Chưa có kỳ họp" in str(Evidence(AttendanceTotals(), ""))


def test_evidence_counts_the_period_alone_and_shows_what_was_returned_last_year(world):
    stay = world.registration
    make_marks(world.cell, {stay: "present"})
    Opinion.objects.create(
        committee=world.ward,
        registration=stay,
        given_on=date(2024, 3, 1),
        subject="Đường ngập",
        text="Hẻm 12 ngập khi mưa",
    )
    before = make_rating_year(
        world.city,
        by=world.department_user,
        code="213",
        period=(date(2023, 1, 1), date(2024, 1, 1)),
    )
    year = make_rating_year(world.city, by=world.department_user, code="213")
    before.evaluations.update(outcome="commented", state="confirmed")
    unreturned = evidence_of(year, [stay])[stay.pk]
    before.evaluations.update(state="returned")

    found = evidence_of(year, [stay])[stay.pk]

    assert (found.attendance.present, found.attendance.opinions) == (1, 1)
    assert evidence_of(before, [stay])[stay.pk].attendance.due == 0
    assert (unreturned.last_year, found.last_year) == ("", "Đã nhận xét")


def test_evaluations_of_gives_returned_rows_with_the_newest_year_first(world):
    for first in (2022, 2023, 2024):
        make_rating_year(
            world.city,
            by=world.department_user,
            code="213",
            period=(date(first, 1, 1), date(first + 1, 1, 1)),
        )
    Evaluation.objects.filter(rating_year__year__in=[2022, 2023]).update(
        outcome="commented", state="locked"
    )

    found = evaluations_of([world.registration])

    assert [row.rating_year.year for row in found] == [2023, 2022]


def progress(sheet, on=TODAY):
    return progress_of(
        with_counts(type(sheet).objects.filter(pk=sheet.pk)).get(), on=on
    )


def test_progress_counts_every_row_once(world):
    stays = [
        make_registration(make_member(world.workplace), world.ward, cell=world.cell)
        for _ in range(6)
    ]
    make_exemption(stays[0])
    year = make_rating_year(world.city, by=world.department_user, code="213")
    states = ["draft", "proposed", "confirmed", "returned", "locked"]
    for stay, state in zip(stays[1:], states, strict=True):
        year.evaluations.filter(registration=stay).update(
            outcome="commented", state=state
        )

    found = progress(year.sheets.get())

    assert (found.total, found.exempt, found.due) == (7, 1, 6)
    assert (found.undecided, found.drafted, found.proposed) == (1, 1, 1)
    assert (found.confirmed, found.returned, found.locked) == (1, 2, 1)
    assert found.open == 4


@pytest.mark.parametrize(
    ("outcome", "state", "stage"),
    [
        ("undecided", "draft", "Chưa bắt đầu"),
        ("commented", "draft", "Đang nhận xét"),
        ("commented", "proposed", "Chờ xác nhận"),
        ("commented", "confirmed", "Chờ trả về nơi công tác"),
        ("commented", "returned", "Đã trả đủ"),
        ("commented", "locked", "Đã trả đủ"),
        ("exempt", "draft", "Không có người phải nhận xét"),
    ],
)
def test_stage_of_a_sheet_follows_from_its_rows(world, outcome, state, stage):
    year = make_rating_year(world.city, by=world.department_user, code="213")
    year.evaluations.update(outcome=outcome, state=state)

    assert progress(year.sheets.get()).stage == stage


@pytest.mark.parametrize(
    ("on", "late"),
    [(date(2024, 11, 20), []), (date(2024, 11, 21), ["đề xuất"])],
)
def test_sheet_is_late_from_the_day_after_the_deadline(world, on, late):
    year = make_rating_year(
        world.city,
        by=world.department_user,
        code="213",
        deadlines=Deadlines(propose_by=date(2024, 11, 20)),
    )

    assert progress(year.sheets.get(), on).late == late


def test_waiting_sheets_are_the_open_ones_of_the_own_units(world):
    make_registration(make_member(world.workplace), world.sister_ward)
    year = make_rating_year(world.city, by=world.department_user, code="213")

    def waiting(user):
        return [found.sheet.place for found in waiting_sheets(user, on=TODAY)]

    assert waiting(world.cell_user) == [world.cell]
    assert waiting(world.ward_user) == [world.cell]
    assert waiting(world.sister_user) == [world.sister_ward]
    assert waiting(world.department_user) == []
    year.evaluations.update(outcome="commented", state="returned")
    assert waiting(world.cell_user) == []


def test_waiting_sheets_of_a_closed_year_do_not_wait(world):
    year = make_rating_year(world.city, by=world.department_user, code="213")
    year.state = "closed"
    year.save()

    assert waiting_sheets(world.cell_user, on=TODAY) == []
