"""What each row of a list of units becomes: added or filled in, never moved or renamed."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.imports.kinds import kind_in, kind_of, sector_in, sector_of
from members.imports.runs import ListKind
from members.models import Committee, Kind, Sector
from members.services.committee_batches import free_codes, write_units
from party76.audit.models import Action, AuditEvent
from tests.factories.members import LONG_AGO, make_committee
from tests.factories.world import make_world
from tests.members.imports import outcomes, plan_rows, said

pytestmark = pytest.mark.django_db
HEAD = "Tên đơn vị\tMã\tTrực thuộc"


@pytest.fixture
def world():
    return make_world()


def planned(world, *rows, head=HEAD, committee=None, **choices):
    text = "\n".join([head, *("\t".join(row) for row in rows)])
    unit = committee or world.city
    return plan_rows(text, unit, kind=ListKind.COMMITTEES, **choices)


def write(plan, world):
    return write_units(
        plan.incoming, committee=world.city, source={"run": 7}, by=world.department_user
    )


def snapshot():
    fields = ("code", "name", "kind", "parent", "path", "sector", "version")
    return list(Committee.objects.order_by("pk").values_list(*fields))


# Adding


def test_units_when_new_open_below_each_other_whatever_their_order(world):
    plan = planned(
        world,
        ("Chi bộ Khu vực 1", "", "Đảng ủy phường Bình Thủy"),
        ("Đảng ủy phường Bình Thủy", "BT", ""),
    )

    write(plan, world)

    ward = Committee.objects.get(code="BT")
    cell = ward.children.get()
    assert (ward.parent, ward.kind, ward.sector) == (world.city, "ward", "commune")
    assert (cell.kind, cell.sector, cell.code) == ("cell", "commune", "BT.01")
    assert ward.receives_members
    assert cell.receives_members
    assert cell.path.startswith(ward.path)
    assert ward.search_key
    assert ward.sort_key
    assert [period.valid_from for period in cell.periods.all()] == [LONG_AGO]


def test_units_when_written_leave_one_event_for_all(world):
    write(planned(world, ("Đảng ủy A", "A1", ""), ("Đảng ủy B", "B1", "")), world)

    event = AuditEvent.objects.get(action=Action.IMPORT)
    assert (event.facts["added"], event.facts["run"]) == (["A1", "B1"], 7)


def test_units_when_written_change_nothing_the_second_time(world):
    rows = [("Đảng ủy phường Thử", "THU", ""), ("Chi bộ 1", "", "THU")]
    write(planned(world, *rows), world)
    before = snapshot()

    again = planned(world, *rows)

    assert again.incoming == []
    assert outcomes(again) == {2: "unchanged", 3: "unchanged"}
    assert snapshot() == before


def test_units_when_many_ask_four_statements(world):
    rows = [(f"Đảng ủy {letter}", "", "") for letter in "ABCDEFGH"]

    with CaptureQueriesContext(connection) as queries:
        planned(world, *rows)

    assert len(queries) == 4


def test_codes_when_the_list_names_one_of_them_are_not_given_twice(world):
    plan = planned(
        world,
        ("Đảng ủy phường Thử", "THU", ""),
        ("Chi bộ 1", "", "THU"),
        ("Chi bộ 2", "THU.01", "THU"),
    )

    write(plan, world)

    codes = Committee.objects.filter(parent__code="THU").values_list("name", "code")
    assert dict(codes) == {"Chi bộ 1": "THU.02", "Chi bộ 2": "THU.01"}


def test_codes_when_taken_are_skipped(world):
    make_committee(world.city, code="X.01")

    assert free_codes("X", 2) == ["X.02", "X.03"]


def test_day_when_told_is_the_first_of_the_period(world):
    head = f"{HEAD}\tHoạt động từ ngày"

    write(planned(world, ("Đảng ủy A", "A1", "", "01/07/2025"), head=head), world)

    assert Committee.objects.get(code="A1").valid_from == date(2025, 7, 1)


def test_day_when_common_counts_for_rows_that_name_none(world):
    write(planned(world, ("Đảng ủy A", "A1", ""), valid_from="2020-02-03"), world)

    assert Committee.objects.get(code="A1").valid_from == date(2020, 2, 3)


def test_parent_when_a_sub_heading_names_it_is_taken(world):
    plan = planned(
        world,
        ("Đảng ủy phường Ninh Kiều", "", ""),
        ("1", "Chi bộ Khu vực 9", "X9"),
        ("2", "Chi bộ Khu vực 10", "X10"),
        head="STT\tTên đơn vị\tMã",
    )

    assert {row.values["Trực thuộc"] for row in plan.preview.of("new")} == {
        world.ward.name
    }


def test_units_when_only_numbered_names_are_units_not_sub_headings(world):
    plan = planned(
        world,
        ("1", "Đảng ủy phường Một"),
        ("2", "Chi bộ cơ sở Hai"),
        head="STT\tTên đơn vị",
    )

    assert outcomes(plan) == {2: "new", 3: "new"}


# Filling in


def test_unit_when_something_is_missing_is_filled_with_its_period(world):
    head = "Tên đơn vị\tMã\tTên gọi tắt\tKhối\tMã thống kê\tDùng hệ thống"
    row = ("Sở Y tế", "SYT", "SYT", "Đơn vị sự nghiệp", "12345", "không")

    plan = planned(world, row, head=head)
    write(plan, world)

    unit = Committee.objects.get(code="SYT")
    assert (unit.short_name, unit.sector, unit.uses_system, unit.version) == (
        "SYT",
        Sector.SERVICE,
        False,
        2,
    )
    period = unit.periods.get()
    assert (period.short_name, period.statistics_code) == ("SYT", "12345")
    shown = next(row for row in plan.preview.rows if row.number == 2)
    assert {change.label for change in shown.changes} == {
        "Tên gọi tắt",
        "Khối",
        "Mã thống kê",
        "Dùng hệ thống",
    }


def test_unit_when_somebody_was_quicker_is_not_written(world):
    head = f"{HEAD}\tTên gọi tắt"
    plan = planned(world, ("Sở Y tế", "SYT", "", "SYT"), head=head)
    Committee.objects.filter(code="SYT").update(version=5)

    with pytest.raises(ValidationError, match="vừa có người khác sửa"):
        write(plan, world)


# What is never done


@pytest.mark.parametrize(
    ("row", "outcome", "sentence"),
    [
        (("", "A1", ""), "error", "Tên tổ chức đảng: còn để trống"),
        (("=1+1", "A1", ""), "error", "công thức"),
        (("Sở Nội vụ", "SYT", ""), "error", "Mã SYT đang là “Sở Y tế”"),
        (("Chi bộ Khu vực 1", "NK1", "CK"), "error", "quyết định sắp xếp tổ chức"),
        (("Chi bộ Khu vực 1", "K9", "NK"), "duplicate", "với mã NK1"),
        (("Đảng bộ Quân khu 9", "QK9", ""), "error", "ngoài Thành ủy Cần Thơ"),
        (("Chi bộ Lạ", "", "Đảng ủy Không Có"), "error", "chưa có trong danh mục"),
        (("Hoa Sen", "", ""), "error", "chưa cho biết là đảng ủy hay chi bộ"),
        (("Chi bộ Con", "", "NK1"), "error", "là chi bộ, không có đơn vị trực thuộc"),
    ],
)
def test_row_when_it_cannot_be_done_says_why(world, row, outcome, sentence):
    before = snapshot()

    plan = planned(world, row)

    assert outcomes(plan) == {2: outcome}
    assert sentence in said(plan)[2]
    assert plan.incoming == []
    assert snapshot() == before


def test_code_when_its_unit_is_closed_is_not_used_again(world):
    make_committee(world.city, name="Đảng ủy Cũ", code="CU", valid_to=date(2025, 7, 1))

    plan = planned(world, ("Đảng ủy Cũ", "CU", ""))

    assert outcomes(plan) == {2: "error"}
    assert "Mã không dùng lại" in said(plan)[2]


def test_rows_when_the_same_twice_are_doubted(world):
    plan = planned(world, ("Đảng ủy A", "", ""), ("ĐẢNG ỦY  A", "", ""))

    assert outcomes(plan) == {2: "new", 3: "duplicate"}


def test_codes_when_the_same_twice_are_refused_the_second_time(world):
    plan = planned(world, ("Đảng ủy A", "A1", ""), ("Đảng ủy B", "a1", ""))

    assert outcomes(plan) == {2: "new", 3: "error"}


def test_rows_when_each_is_above_the_other_are_refused(world):
    plan = planned(
        world, ("Đảng ủy A", "", "Đảng ủy B"), ("Đảng ủy B", "", "Đảng ủy A")
    )

    assert set(outcomes(plan).values()) == {"error"}
    assert plan.incoming == []


def test_row_when_its_parent_is_wrong_waits_for_it(world):
    plan = planned(world, ("Hoa Sen", "HS", ""), ("Chi bộ 1", "", "HS"))

    assert outcomes(plan) == {2: "error", 3: "error"}
    assert "dòng 2 chưa nhập được" in said(plan)[3]


def test_parent_when_answered_is_taken(world):
    rows = [("Chi bộ Lạ", "", "Đảng ủy Không Có")]
    (question,) = planned(world, *rows).questions

    plan = planned(world, *rows, **{question.key: str(world.ward.pk)})
    write(plan, world)

    assert world.ward.children.filter(name="Chi bộ Lạ").exists()


def test_parent_when_answered_with_one_outside_is_asked_again(world):
    rows = [("Chi bộ Lạ", "", "Đảng ủy Không Có")]
    (question,) = planned(world, *rows, committee=world.ward).questions

    plan = planned(
        world, *rows, committee=world.ward, **{question.key: str(world.sister_ward.pk)}
    )

    assert outcomes(plan) == {2: "error"}


# Kind and sector by their words


@pytest.mark.parametrize(
    ("name", "parent", "kind"),
    [
        ("Quận ủy Ninh Kiều", Kind.CITY, Kind.DISTRICT),
        ("Đảng ủy phường An Bình", Kind.CITY, Kind.WARD),
        ("ĐẢNG BỘ XÃ PHONG ĐIỀN", Kind.CITY, Kind.WARD),
        ("Phường Cái Khế", Kind.CITY, Kind.WARD),
        ("Đảng ủy Công an thành phố", Kind.CITY, Kind.DIRECT),
        ("Đảng ủy Bệnh viện", Kind.DIRECT, Kind.GRASSROOTS),
        ("Đảng ủy bộ phận Khoa Nội", Kind.GRASSROOTS, Kind.DIVISION),
        ("Chi bộ Văn phòng", Kind.GRASSROOTS, Kind.CELL),
        ("Chi bộ Văn phòng", Kind.DIRECT, Kind.GRASSROOTS_CELL),
        ("Chi bộ cơ sở Thanh tra", Kind.CITY, Kind.GRASSROOTS_CELL),
        ("Khu vực 3", Kind.WARD, Kind.CELL),
        ("Ấp Bình An", Kind.WARD, Kind.CELL),
        ("Hoa Sen", Kind.CITY, ""),
    ],
)
def test_kind_when_not_told_is_read_from_the_name(name, parent, kind):
    assert kind_of(name, parent) == kind


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Chi bộ", Kind.CELL),
        ("Đảng ủy cơ sở", Kind.GRASSROOTS),
        ("đảng bộ phường", Kind.WARD),
        ("xã", Kind.WARD),
        ("Chi bộ cơ sở", Kind.GRASSROOTS_CELL),
        ("Thành ủy, tỉnh ủy", Kind.CITY),
        ("hợp tác xã", ""),
    ],
)
def test_kind_when_told_is_understood(written, kind):
    assert kind_in(written) == kind


@pytest.mark.parametrize(
    ("name", "sector"),
    [
        ("Đảng ủy Công an thành phố", Sector.ARMED_FORCES),
        ("Chi bộ Công ty Điện", Sector.ENTERPRISE),
        ("Đảng ủy Trường Đại học", Sector.SERVICE),
        ("Sở Tư pháp", Sector.AGENCY),
        ("Hoa Sen", Sector.OTHER),
    ],
)
def test_sector_when_not_told_is_read_from_the_name(name, sector):
    assert sector_of(name, Kind.GRASSROOTS, Kind.CITY) == sector


@pytest.mark.parametrize(
    ("written", "sector"),
    [
        ("LLVT", Sector.ARMED_FORCES),
        ("Doanh nghiệp", Sector.ENTERPRISE),
        ("sự nghiệp", Sector.SERVICE),
        ("Cơ quan", Sector.AGENCY),
        ("cái gì đó", ""),
    ],
)
def test_sector_when_told_is_understood(written, sector):
    assert sector_in(written) == sector
