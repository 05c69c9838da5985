"""What a unit came from and what became of it, and how that is drawn."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.urls import reverse

from members.drawings import WIDTH, draw_lineage
from members.models import Committee, Kind, Operation, Part, Role, Sector
from members.queries.lineage import SIDE_BY_SIDE, Branch, lineage_of
from members.queries.lineage_events import events_of
from members.services.reorganisations.plan import NewUnit, ReformPlan, Step
from members.services.reorganisations.run import take_back
from tests.factories.members import make_committee, make_user
from tests.factories.ninh_kieu import (
    IN_2013,
    MERGED,
    REFORMED,
    TODAY,
    make_ninh_kieu,
    make_old_district,
    run,
    ward_name,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_ninh_kieu()


def told(branch: Branch) -> list:
    """A branch as nested lists of short names."""
    name = branch.stage.name.removeprefix("Đảng ủy phường ")
    return [name, *(told(other) for other in branch.branches)]


def test_predecessors_are_told_over_several_generations(world):
    lineage = lineage_of(world.ninh_kieu, on=TODAY)

    assert told(lineage.before) == [
        "Ninh Kiều",
        ["Tân An", ["An Hội"], ["An Lạc"], ["Tân An"]],
        ["Thới Bình", ["Thới Bình"], ["An Phú"], ["An Nghiệp"], ["An Cư"]],
        ["Xuân Khánh"],
        ["Hưng Lợi"],
    ]
    assert told(lineage.after) == ["Ninh Kiều"]


def test_successors_are_told_down_to_today(world):
    lineage = lineage_of(world.wards["An Lạc"], on=TODAY)

    assert told(lineage.after) == ["An Lạc", ["Tân An", ["Ninh Kiều"]]]
    first = lineage.after.branches[0]
    assert first.beside == [ward_name("An Hội"), ward_name("Tân An")]


def test_joint_says_day_form_and_decision(world):
    joint = lineage_of(world.wards["An Lạc"], on=TODAY).after.joint

    assert (joint.on, joint.words, joint.decision_words) == (
        MERGED,
        "Hợp nhất",
        "số 893/NQ-UBTVQH14",
    )


def test_two_units_of_one_name_are_two_stages(world):
    old, new = world.wards["Tân An"], world.tan_an_2020

    lineage = lineage_of(old, on=TODAY)

    assert [lineage.here.key, lineage.after.branches[0].stage.key] == [old.pk, new.pk]


def test_unit_that_others_joined_is_one_stage_before_and_one_after(world):
    unit = world.wards["Thới Bình"]

    then = lineage_of(unit, on=IN_2013)
    later = lineage_of(unit, on=date(2025, 1, 1))

    assert told(then.after) == ["Thới Bình", ["Thới Bình", ["Ninh Kiều"]]]
    assert then.before.joint is None
    assert later.before.stage.first == date(2024, 11, 1)


def test_unit_that_gets_a_part_lives_on_though_no_row_names_it(world):
    lineage = lineage_of(world.wards["Cái Khế"], on=TODAY)

    assert told(lineage.before) == ["Cái Khế", ["Cái Khế"], ["Hưng Lợi"]]
    assert [other.part for other in lineage.before.branches] == [Part.WHOLE, Part.REST]


def test_divided_unit_has_all_its_successors_and_how_much_each_got(world):
    lineage = lineage_of(world.wards["Hưng Lợi"], on=TODAY)

    parts = {other.stage.name: other.part for other in lineage.after.branches}
    assert parts == {ward_name("Ninh Kiều"): "part", ward_name("Cái Khế"): "rest"}


def test_renaming_without_a_row_of_its_own_is_told_from_the_periods():
    world = make_old_district()
    unit = world.wards["An Cư"]
    run(
        world,
        ReformPlan(on=REFORMED, changes={unit.pk: {"name": ward_name("An Cư Mới")}}),
    )

    lineage = lineage_of(Committee.objects.get(pk=unit.pk), on=TODAY)

    assert told(lineage.before) == ["An Cư Mới", ["An Cư"]]
    assert lineage.before.joint.words == "Đổi tên"


def test_transfer_alone_is_no_joint_unless_a_row_tells_it():
    world = make_old_district()
    unit = world.wards["An Cư"]

    run(world, ReformPlan(on=REFORMED, changes={unit.pk: {"parent": world.city.pk}}))

    assert lineage_of(unit, on=TODAY).is_empty


def test_unit_nobody_followed_ends_its_line(world):
    lineage = lineage_of(world.district, on=TODAY)

    assert lineage.after.is_end
    assert events_of(lineage)[0].new_names == []


def test_predecessor_never_kept_here_is_told_by_the_name_of_the_decision():
    world = make_old_district()
    unit = world.wards["Cái Khế"].pk
    plan = ReformPlan(
        on=REFORMED,
        steps=[Step(Operation.ABSORB, None, "Đảng ủy xã Mỹ Lạ", unit)],
    )
    run(world, plan)

    lineage = lineage_of(Committee.objects.get(pk=unit), on=TODAY)

    stages = {other.stage.name: other.stage.key for other in lineage.before.branches}
    assert stages == {ward_name("Cái Khế"): unit, "Đảng ủy xã Mỹ Lạ": None}


def test_unit_founded_anew_says_so():
    world = make_old_district()
    new = NewUnit(-1, world.city.pk, "Đảng ủy X", Kind.GRASSROOTS, Sector.AGENCY)
    steps = [Step(Operation.FOUND, None, "", -1)]
    run(world, ReformPlan(on=REFORMED, new_units=[new], steps=steps))

    lineage = lineage_of(Committee.objects.get(name="Đảng ủy X"), on=TODAY)

    assert (lineage.before.joint.words, lineage.before.branches) == (
        "Thành lập mới",
        [],
    )


def test_decision_taken_back_is_told_no_more():
    world = make_old_district()
    unit = world.wards["An Cư"].pk
    step = Step(Operation.RENAME, unit, "", unit)
    plan = ReformPlan(on=REFORMED, changes={unit: {"name": "Khác"}}, steps=[step])
    reform = run(world, plan)

    take_back(reform, reason="Nhầm", version=reform.version, by=world.department_user)

    assert lineage_of(Committee.objects.get(pk=unit), on=TODAY).is_empty


def merge_many(world, number: int) -> Committee:
    cells = [make_committee(world.city, name=f"Đơn vị cũ {n}") for n in range(number)]
    new = NewUnit(-1, world.city.pk, "Đảng ủy Lớn", Kind.WARD, Sector.COMMUNE)
    plan = ReformPlan(
        on=REFORMED,
        new_units=[new],
        heirs=dict.fromkeys((cell.pk for cell in cells), -1),
        steps=[Step(Operation.MERGE, cell.pk, "", -1) for cell in cells],
    )
    run(world, plan)
    return Committee.objects.get(name="Đảng ủy Lớn")


@pytest.mark.parametrize(
    ("number", "shown", "left_out"),
    [(SIDE_BY_SIDE, SIDE_BY_SIDE, 0), (SIDE_BY_SIDE + 8, SIDE_BY_SIDE - 1, 9)],
)
def test_very_wide_history_says_how_many_others_there_are(number, shown, left_out):
    unit = merge_many(make_old_district(), number)

    lineage = lineage_of(unit, on=TODAY)

    assert (len(lineage.before.branches), lineage.before.left_out) == (shown, left_out)
    words = [text.words for text in draw_lineage(lineage).texts]
    assert (f"và {left_out} đơn vị khác" in words) is bool(left_out)


@pytest.mark.parametrize("number", [2, 9])
def test_history_when_it_grows_asks_no_more(number, django_assert_num_queries):
    unit = merge_many(make_old_district(), number)

    with django_assert_num_queries(2):
        lineage_of(unit, on=TODAY)


def test_unit_reached_by_two_ways_is_told_in_full_once():
    world = make_old_district()
    a, b, c = (world.wards[name].pk for name in ("An Cư", "An Hội", "An Lạc"))
    earlier = date(2019, 1, 1)
    run(
        world,
        ReformPlan(
            on=earlier,
            changes={a: {"name": "Đảng ủy phường An Cư Cũ"}},
            steps=[Step(Operation.RENAME, a, "", a)],
        ),
    )
    run(
        world,
        ReformPlan(
            on=MERGED,
            heirs={a: c},
            steps=[
                Step(Operation.SPLIT, a, "", b, Part.PART),
                Step(Operation.SPLIT, a, "", c, Part.REST),
            ],
        ),
    )
    run(
        world,
        ReformPlan(on=REFORMED, heirs={b: c}, steps=[Step(Operation.ABSORB, b, "", c)]),
    )

    lineage = lineage_of(Committee.objects.get(pk=c), on=TODAY)

    assert told(lineage.before) == [
        "An Lạc",
        ["An Lạc", ["An Lạc"], ["An Cư Cũ", ["An Cư"]]],
        ["An Hội", ["An Hội"], ["An Cư Cũ"]],
    ]
    again = lineage.before.branches[1].branches[1]
    assert again.is_repeated


# The drawing


def test_drawing_puts_every_unit_below_its_predecessors_and_inside_the_width(world):
    drawing = draw_lineage(lineage_of(world.ninh_kieu, on=TODAY))

    edges = [(box.y, box.bottom) for box in drawing.boxes]
    assert edges == sorted(edges)
    assert all(above[1] < below[0] for above, below in pairwise(edges))
    assert max(box.x + box.width for box in drawing.boxes) <= WIDTH
    assert drawing.boxes[-1].bottom <= drawing.height
    assert [box.stage.key for box in drawing.boxes if box.is_here] == [
        world.ninh_kieu.pk
    ]


def test_drawing_dashes_the_lines_of_parts_alone(world):
    divided = draw_lineage(lineage_of(world.wards["Hưng Lợi"], on=TODAY))
    merged = draw_lineage(lineage_of(world.wards["An Lạc"], on=TODAY))

    assert {line.is_part for line in divided.lines} == {True}
    assert {line.is_part for line in merged.lines} == {False}
    words = [line.words for box in divided.boxes for line in box.lines]
    assert "một phần, từ 01/07/2025" in words


def test_drawing_is_told_in_sentences_for_those_who_hear_it(world):
    drawing = draw_lineage(lineage_of(world.wards["Hưng Lợi"], on=TODAY))

    assert drawing.title == (
        "Quá trình hình thành và kế tục của Đảng ủy phường Hưng Lợi"
    )
    assert drawing.description == (
        "Ngày 01/07/2025, chia, tách: Đảng ủy phường Hưng Lợi → "
        "Đảng ủy phường Ninh Kiều (một phần), Đảng ủy phường Cái Khế (phần còn lại)."
    )


def test_long_name_is_written_on_several_lines(world):
    name = "Đảng ủy Liên hiệp các hợp tác xã vận tải và bốc xếp đường sông Ninh Kiều"
    plan = ReformPlan(
        on=REFORMED + timedelta(days=1), changes={world.ninh_kieu.pk: {"name": name}}
    )
    run(world, plan)

    drawing = draw_lineage(lineage_of(world.ninh_kieu, on=TODAY))

    lines = [line.words for line in drawing.boxes[-1].lines if line.is_strong]
    assert len(lines) == 3
    assert " ".join(lines) == name


def test_history_page_is_open_to_every_account_and_counts_nobody(world, client):
    client.force_login(make_user(Role.WORKPLACE, world.workplace))

    page = client.get(reverse("members:committee_detail", args=[world.ninh_kieu.pk]))

    text = page.content.decode()
    link = reverse("members:committee_detail", args=[world.wards["An Hội"].pk])
    assert f'href="{link}?ngay=30/06/2020"' in text
    assert 'aria-labelledby="ten-hinh ta-hinh"' in text
    assert "Các lần sắp xếp tổ chức của đơn vị" in text
    assert page.context["periods"] == []


def test_unit_without_reforms_has_no_history_on_its_page(client):
    world = make_old_district()
    client.force_login(world.department_user)

    page = client.get(reverse("members:committee_detail", args=[world.district.pk]))

    assert "Lịch sử của đơn vị" not in page.content.decode()


def test_joint_of_several_forms_names_each_once(world):
    joint = lineage_of(world.ninh_kieu, on=TODAY).before.joint

    assert joint.words == "Hợp nhất; chia, tách"


def test_stage_of_a_day_to_come_is_the_last():
    world = make_old_district()
    from_2025 = world.wards["Cái Khế"]

    assert lineage_of(from_2025, on=date(2099, 1, 1)).here.key == from_2025.pk


def split_off(world, name: str = "Cái Khế") -> Committee:
    """A part of a ward becomes a ward of its own; the list names the rest as unchanged."""
    old = world.wards[name]
    new = NewUnit(-1, world.city.pk, ward_name(f"{name} 2"), Kind.WARD, Sector.COMMUNE)
    plan = ReformPlan(
        on=date(2025, 10, 1),
        new_units=[new],
        steps=[
            Step(Operation.SPLIT, old.pk, "", -1, Part.PART),
            Step(Operation.UNCHANGED, old.pk, "", old.pk, Part.REST),
        ],
    )
    run(world, plan, "20-QĐ/TU")
    return Committee.objects.get(name=ward_name(f"{name} 2"))


@pytest.mark.parametrize("day", [TODAY, IN_2013])
def test_unit_that_was_split_tells_the_decision_and_who_left(world, day):
    new = split_off(world)

    events = events_of(lineage_of(world.ward("Cái Khế"), on=day))

    last = events[-1]
    assert (last.joint.words, last.joint.decision_words) == (
        "Chia, tách",
        "số 20-QĐ/TU",
    )
    assert {(stage.key, part) for stage, part in last.new_names} == {
        (world.wards["Cái Khế"].pk, ""),
        (new.pk, "một phần"),
    }


def test_drawing_of_a_unit_that_was_split_says_who_left(world):
    split_off(world)

    drawing = draw_lineage(lineage_of(world.ward("Cái Khế"), on=TODAY))

    words = " ".join(text.words for text in drawing.texts)
    assert "tách ra: Đảng ủy phường Cái Khế 2" in words


def test_end_of_a_cell_stands_in_its_own_history_not_in_its_wards():
    world = make_old_district()
    ward, cell = world.wards["An Cư"], world.cells["An Cư"]
    step = Step(Operation.END, cell.pk, "", ward.pk)
    run(world, ReformPlan(on=REFORMED, heirs={cell.pk: ward.pk}, steps=[step]))

    of_ward = lineage_of(world.ward("An Cư"), on=TODAY)
    of_cell = lineage_of(Committee.objects.get(pk=cell.pk), on=TODAY)

    assert of_ward.is_empty
    (event,) = events_of(of_cell)
    assert (event.joint.words, [stage.key for stage, _ in event.new_names]) == (
        "Kết thúc hoạt động",
        [ward.pk],
    )
    assert of_cell.after.branches[0].beside == []
