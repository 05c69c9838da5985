"""The cast again, under names as long as they come, at every stage of the line."""

from dataclasses import dataclass, fields
from datetime import date

from evaluations.models import Evaluation, Sheet
from members.imports.runs import ListKind
from members.models import Committee, Registration
from members.services.corrections import ask_correction
from members.services.import_runs import draft_run, keep_run
from party76.spreadsheets.reading import read_upload
from residence.models import Attendance
from residence.services.marks import Mark, save_marks
from residence.services.meetings import list_meeting, open_meeting
from tests.factories.evaluations import (
    confirm_all,
    make_rating_year,
    propose_all,
    return_all,
)
from tests.factories.members import make_exemption, make_member, make_registration
from tests.factories.residence import make_meeting, make_opinion
from tests.factories.world import World, make_world
from tests.members.imports import SAMPLE

NAMES = (
    "Công Tằng Tôn Nữ Thị Quỳnh Trâm",
    "Nguyễn Hoàng Phương Thảo Nguyên",
    "Trương Nguyễn Khánh Nghiêm",
    "Đặng Thị Bích Phượng Hoàng",
    "Huỳnh Phước Trường Khuynh",
    "Nguyễn Thị Hồng Nhung",
    "Lương Nghiêm Trường",
    "Vũ Ý",
)
LONG_NAMES = {
    "ward": "Đảng ủy phường Thới An Đông – Trường Lạc",
    "cell": "Chi bộ Khu vực Thới Thuận – khu dân cư Hồng Phát",
    "sister_cell": "Chi bộ Khu vực Thới Ngươn B – chung cư Nghiêm Phường",
    "workplace": "Đảng ủy Sở Nông nghiệp và Phát triển nông thôn thành phố Cần Thơ",
    "other_workplace": "Đảng ủy Trường Đại học Kỹ thuật – Công nghệ Cần Thơ",
}


@dataclass
class CrowdedWorld(World):
    """Two cells of eight; sheets of one are returned, of the other half written."""

    held: object
    opened: object
    sheet: object
    rating_year: object
    run: object


def make_crowded_world() -> CrowdedWorld:
    world = make_world()
    for field, name in LONG_NAMES.items():
        Committee.objects.filter(pk=getattr(world, field).pk).update(name=name)
        getattr(world, field).refresh_from_db()
    for cell in (world.cell, world.sister_cell):
        _fill(world, cell)
    _wait_for_answers(world)
    held = _hold_meetings(world)
    year = make_rating_year(world.city, by=world.department_user)
    _rate(year.sheets.get(cell=world.cell), world)
    own = {field.name: getattr(world, field.name) for field in fields(World)}
    return CrowdedWorld(
        **own,
        held=held,
        opened=_open_meeting(world),
        sheet=year.sheets.get(cell=world.sister_cell),
        rating_year=year,
        run=_begin_import(world),
    )


def _fill(world, cell) -> None:
    """Eight people, one exempt, one gone in the year, some of outside the city."""
    workplaces = (world.workplace, world.other_workplace, world.outside_workplace)
    for position, name in enumerate(NAMES):
        workplace = workplaces[position % len(workplaces)]
        member = make_member(
            workplace,
            full_name=name,
            birth_date=date(1970 + position, 5, 12),
            position="Phó Trưởng phòng Tổ chức – Hành chính, Kế hoạch – Tài vụ",
            address="Số 123/45/6A, đường Nguyễn Văn Cừ nối dài, khu dân cư Hồng Phát",
            phone="0100900123",
        )
        ended_on = date(2013, 8, 1) if name == NAMES[-1] else None
        stay = make_registration(member, world.ward, cell=cell, ended_on=ended_on)
        if name == NAMES[-2]:
            make_exemption(stay, valid_from=date(2013, 1, 1))


def _wait_for_answers(world) -> None:
    """A letter to receive and a correction to answer, for the home pages."""
    Registration.objects.create(
        member=make_member(world.workplace, full_name=NAMES[0]),
        workplace=world.workplace,
        ward=world.ward,
        state=Registration.State.SENT,
        sent_on=date(2026, 1, 5),
        letter_number="1234567890-GGT/ĐUSNNPTNTVLSNNPTNTVLSNNPT",
    )
    ask_correction(
        world.member,
        field="position",
        new_value="Phó Trưởng phòng Thanh tra, Pháp chế và Cải cách hành chính",
        reason="Quyết định bổ nhiệm",
        asked_by_committee=world.ward,
        by=world.ward_user,
    )


def _hold_meetings(world):
    """Closed meetings of both cells in 2013, everybody present but two."""
    for cell in (world.sister_cell, world.cell):
        meeting = make_meeting(
            cell,
            title="Sinh hoạt định kỳ kết hợp góp ý xây dựng khu dân cư văn hóa",
            held_on=date(2013, 5, 20),
            period_from=date(2013, 1, 1),
            period_to=date(2013, 7, 1),
            place="Nhà văn hóa Khu vực Thới Thuận – khu dân cư Hồng Phát",
            agenda="1. Thông báo tình hình địa phương.\n2. Đảng viên góp ý.",
            conclusions="Chi ủy tiếp thu các ý kiến và báo cáo đảng ủy phường.",
        )
        list_meeting(meeting, by=world.ward_user)
        meeting.attendances.update(status=Attendance.Status.PRESENT)
        meeting.attendances.filter(number=1).update(
            status=Attendance.Status.EXCUSED, reason="Đi công tác dài ngày ngoài tỉnh"
        )
        meeting.attendances.filter(number=2).update(status=Attendance.Status.ABSENT)
        make_opinion(
            meeting.attendances.get(number=3).registration,
            committee=cell,
            meeting=meeting,
            given_on=meeting.held_on,
        )
        meeting.state = meeting.State.CLOSED
        meeting.save()
    return meeting


def _open_meeting(world):
    """A meeting under way with one mark of each kind."""
    meeting = open_meeting(make_meeting(world.cell), by=world.cell_user)
    kinds = Attendance.Status
    rows = {row.number: row.version for row in meeting.attendances.all()}
    marks = [
        Mark(1, rows[1], kinds.PRESENT, is_late=True),
        Mark(2, rows[2], kinds.EXCUSED, reason="Đi công tác dài ngày ngoài tỉnh"),
        Mark(3, rows[3], kinds.ABSENT),
        Mark(4, rows[4], kinds.REPRESENTED, representative_name=NAMES[0]),
    ]
    save_marks(meeting, marks=marks, by=world.cell_user)
    return meeting


def _begin_import(world):
    """An office's list that nobody has confirmed yet."""
    list_read = read_upload(SAMPLE)
    kind, ward, by = ListKind.RESIDENTS, world.ward, world.ward_user
    return keep_run(draft_run(list_read, kind=kind, committee=ward, by=by), by=by)


def _rate(sheet: Sheet, world) -> None:
    """Tốt for all of a cell but one, agreed and returned."""
    tiers = list(sheet.rating_year.rule_set.tiers.order_by("position"))
    rows = sheet.evaluations.exclude(outcome=Evaluation.Outcome.EXEMPT).order_by("pk")
    for position, row in enumerate(rows):
        row.outcome = Evaluation.Outcome.RATED
        row.tier = tiers[1 if position == 0 else 0]
        row.text = "Tích cực tham gia tổ tự quản, vận động tốt bà con lối xóm."
        row.save()
    propose_all(sheet, by=world.cell_user)
    confirm_all(sheet, by=world.ward_user)
    return_all(sheet, by=world.ward_user)
