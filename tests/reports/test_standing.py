"""A year whose units were rearranged by its reference day: its rows are counted at the
units that go on for those they name, and still name what they were written with."""

from datetime import date
from io import BytesIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from evaluations.models import (
    Answer,
    Comment,
    Criterion,
    Evaluation,
    Form,
    Option,
    RatingYear,
)
from members.models import Committee, Kind, Operation, Part, Placement, Role
from members.services.reorganisations.plan import NewUnit, ReformPlan, Step
from members.services.reorganisations.run import take_back
from reports.exports import summary_file
from reports.queries import figures
from reports.queries.items import items_of
from reports.queries.reform_years import closed_years_touched
from reports.queries.structures import place_for
from reports.queries.summary import summary
from tests.factories.members import make_committee, make_placement, make_user
from tests.factories.reforms import new_ward, reform
from tests.factories.reports import make_city, make_evaluation, make_rating_year
from tests.members.reforms import begin, row
from tests.reports.adding_up import require_adding_up, told
from tests.reports.reading import text_of

pytestmark = pytest.mark.django_db

ON = date(2013, 6, 1)  # dated back into the closed year 2013
LATER = date(2026, 1, 1)
OTHER = "Đảng ủy phường Cái Khế"


@pytest.fixture
def place():
    """make_city with a second district, people in every ward and cell, all of them rated."""
    city = make_city()
    city.other_district = make_committee(
        city.city, kind=Kind.DISTRICT, name="Quận ủy Bình Thủy"
    )
    city.other = make_committee(
        city.other_district, name=OTHER, code="CK", receives_members=True
    )
    city.stays = {
        "none": city.stay(tier=1),
        "cell": city.stay(tier=2, cell=city.cell),
        "sister_cell": city.stay(tier=1, cell=city.sister_cell),
        "sister_ward": city.stay(tier=1, ward=city.sister_ward),
        "other": city.stay(tier=3, ward=city.other),
        "gone": city.stay(tier=1, ended_on=date(2013, 3, 1)),
    }
    RatingYear.objects.filter(pk=city.year.pk).update(state=RatingYear.State.CLOSED)
    city.reform_day = ON
    return city


def carry_out(place, *, on=None, **plan):
    return reform(place.city, ReformPlan(on=on or place.reform_day, **plan))


def merge(place, **options):
    """Tân An and An Hội become a new ward of their district."""
    olds = [place.ward.pk, place.sister_ward.pk]
    carry_out(
        place,
        new_units=[new_ward(-1, place.district, "Đảng ủy phường Mới")],
        heirs=dict.fromkeys(olds, -1),
        steps=[Step(Operation.MERGE, old, "", -1) for old in olds],
        **options,
    )
    return Committee.objects.get(code="N1")


def absorb(place):
    carry_out(
        place,
        heirs={place.ward.pk: place.other.pk},
        steps=[Step(Operation.ABSORB, place.ward.pk, "", place.other.pk)],
    )


def move_cell(place):
    carry_out(place, changes={place.cell.pk: {"parent": place.other.pk}})


def merge_cells(place):
    cells = [place.cell.pk, place.sister_cell.pk]
    carry_out(
        place,
        new_units=[
            NewUnit(-1, place.ward.pk, "Chi bộ mới", Kind.CELL, "commune", code="CM")
        ],
        heirs=dict.fromkeys(cells, -1),
        steps=[Step(Operation.MERGE, cell, "", -1) for cell in cells],
    )


def divide(place, **plan):
    """Tân An ends: one part to Cái Khế, the rest to An Hội."""
    carry_out(
        place,
        heirs={place.ward.pk: place.sister_ward.pk},
        steps=[
            Step(Operation.SPLIT, place.ward.pk, "", place.other.pk, Part.PART),
            Step(Operation.SPLIT, place.ward.pk, "", place.sister_ward.pk, Part.REST),
        ],
        **plan,
    )


def divide_by_cells(place):
    divide(place, changes={place.cell.pk: {"parent": place.other.pk}})


def divide_by_people(place):
    divide(place, stays={place.stays["none"].pk: place.other.pk})


def give_people_away(place):
    """Tân An lives on; the people named go to Cái Khế."""
    named = [place.stays["none"].pk, place.stays["cell"].pk]
    carry_out(
        place,
        stays=dict.fromkeys(named, place.other.pk),
        steps=[Step(Operation.SPLIT, place.ward.pk, "", place.other.pk, Part.PART)],
    )


def end_district(place):
    carry_out(
        place,
        heirs={place.district.pk: place.other_district.pk},
        steps=[Step(Operation.ABSORB, place.district.pk, "", place.other_district.pk)],
    )


REFORMS = [
    merge,
    absorb,
    move_cell,
    merge_cells,
    divide_by_cells,
    divide_by_people,
    give_people_away,
    end_district,
]


@pytest.mark.parametrize("act", REFORMS)
@pytest.mark.parametrize("structure_day", [None, LATER])
def test_closed_year_after_a_reform_dated_back_adds_up_on_every_page(
    place, act, structure_day
):
    before = summary(place.city, place.year).total.figures

    act(place)

    found = require_adding_up(place.city, place.year, structure_day=structure_day)
    assert found.total.figures == before
    # Before the reform everybody had his row where he stood, and so he has after it.
    assert [one.name for one in found.every_unit if not one.is_complete] == []
    # The one who had left before it is told from those of the city's own lines.
    assert None not in {line.key for line in found.summary.lines}


@pytest.mark.parametrize("act", REFORMS)
def test_rows_keep_the_units_they_were_written_with(place, act):
    before = sorted(Evaluation.objects.values_list())

    act(place)
    summary(place.city, place.year)

    assert sorted(Evaluation.objects.values_list()) == before


def test_merged_wards_are_one_line_with_all_their_rows(place):
    new = merge(place)

    assert told(place.city, place.year) == {
        "Quận ủy Bình Thủy": (1, 1),
        "Quận ủy Ninh Kiều": (4, 5),
    }
    assert told(place.district, place.year) == {"Đảng ủy phường Mới": (4, 5)}
    assert told(new, place.year) == {
        "Chi bộ Khu vực 1": (1, 1),
        "Chi bộ Khu vực 2": (1, 1),
        "Chưa phân chi bộ": (2, 3),
    }
    assert told(new, place.year, structure_day=LATER) == told(new, place.year)
    assert summary(place.ward, place.year).total.figures.assessed == 0


def test_open_year_of_a_timely_merger_counts_returned_rows_at_the_new_ward(place):
    year = make_rating_year(place.city, year=2025)
    for name in ("none", "cell", "sister_ward"):
        make_evaluation(place.stays[name], year, tier=1)

    new = merge(place, on=date(2025, 7, 1))

    assert told(place.city, year)["Quận ủy Ninh Kiều"] == (4, 3)
    assert told(place.district, year) == {"Đảng ủy phường Mới": (4, 3)}
    assert summary(new, year).total.figures.assessed == 3
    assert told(new, year, structure_day=LATER) == told(new, year)
    found = require_adding_up(place.city, year)
    assert (found.total.without_row, found.total.without_place) == (2, 0)


def test_cell_given_to_a_ward_of_another_district_takes_its_rows_along(place):
    move_cell(place)

    assert told(place.city, place.year) == {
        "Quận ủy Bình Thủy": (2, 2),
        "Quận ủy Ninh Kiều": (3, 4),
    }
    assert told(place.other, place.year) == {
        "Chi bộ Khu vực 1": (1, 1),
        "Chưa phân chi bộ": (1, 1),
    }


def test_rows_of_merged_cells_stand_in_the_new_cell(place):
    merge_cells(place)

    lines = told(place.ward, place.year)
    assert lines == {"Chi bộ mới": (2, 2), "Chưa phân chi bộ": (1, 2)}


def test_people_of_a_divided_ward_are_counted_where_each_of_them_stood(place):
    divide_by_people(place)

    assert told(place.other_district, place.year) == {OTHER: (2, 2)}
    assert told(place.district, place.year) == {"Đảng ủy phường An Hội": (3, 3)}


def test_row_of_who_had_left_before_the_division_keeps_a_line_that_says_so(place):
    divide_by_people(place)

    assert told(place.city, place.year)[
        f"Đảng ủy phường Tân An (đã chia: về Đảng ủy phường An Hội, {OTHER})"
    ] == (0, 1)


def test_line_of_a_divided_ward_stands_below_what_holds_all_its_parts(place):
    third = make_committee(
        place.district, name="Đảng ủy phường Xuân Khánh", receives_members=True
    )
    carry_out(
        place,
        heirs={place.ward.pk: place.sister_ward.pk},
        steps=[
            Step(Operation.SPLIT, place.ward.pk, "", third.pk, Part.PART),
            Step(Operation.SPLIT, place.ward.pk, "", place.sister_ward.pk, Part.REST),
        ],
    )

    assert told(place.city, place.year)["Quận ủy Ninh Kiều"] == (4, 5)
    name = f"Đảng ủy phường Tân An (đã chia: về {place.sister_ward.name}, {third.name})"
    assert told(place.district, place.year)[name] == (0, 1)
    require_adding_up(place.city, place.year)
    require_adding_up(place.city, place.year, structure_day=LATER)


def test_where_somebody_was_long_before_does_not_tell_his_part(place):
    """He came from Cái Khế years ago; his ward was divided after he had left it."""
    gone = place.stays["gone"]
    gone.placements.update(valid_from=date(2012, 6, 1))
    make_placement(
        gone, ward=place.other, valid_from=date(2012, 1, 1), valid_to=date(2012, 6, 1)
    )

    divide_by_people(place)

    assert summary(place.ward, place.year).total.figures.assessed == 1
    assert told(place.other_district, place.year) == {OTHER: (2, 2)}


def test_who_moved_on_by_himself_after_a_merger_has_his_row_where_he_was_judged(place):
    new = merge(place)
    stay = place.stays["none"]
    stay.placements.filter(ward=new).update(valid_to=date(2013, 9, 1))
    make_placement(stay, ward=place.other, valid_from=date(2013, 9, 1))

    found = require_adding_up(place.city, place.year)

    by_name = {unit.name: unit for unit in found.units}
    assert by_name["Quận ủy Ninh Kiều"].without_place == 1
    assert by_name["Quận ủy Bình Thủy"].without_row == 1
    assert by_name["Quận ủy Bình Thủy"].moved_in == 1


def test_chain_of_reforms_is_followed_to_the_unit_of_the_day(place):
    new = merge(place, on=date(2013, 3, 15))
    carry_out(
        place,
        heirs={new.pk: place.other.pk},
        steps=[Step(Operation.ABSORB, new.pk, "", place.other.pk)],
    )
    carry_out(
        place,
        on=date(2014, 6, 1),
        new_units=[new_ward(-2, place.city, "Đảng ủy phường Sau Này")],
        heirs={place.other.pk: -2},
        steps=[Step(Operation.MERGE, place.other.pk, "", -2)],
    )

    assert told(place.other_district, place.year) == {OTHER: (5, 6)}
    require_adding_up(place.city, place.year)
    require_adding_up(place.city, place.year, structure_day=LATER)


@pytest.mark.parametrize("act", REFORMS)
def test_reform_after_the_reference_day_moves_no_figure(place, act):
    units = [place.city, place.district, place.other_district, place.ward, place.other]
    before = [summary(unit, place.year) for unit in units]
    place.reform_day = date(2014, 1, 1)

    act(place)

    after = [summary(Committee.objects.get(pk=unit.pk), place.year) for unit in units]
    for one, other in zip(before, after, strict=True):
        assert [
            (line.full_name, line.figures, line.shares) for line in one.every_line
        ] == [(line.full_name, line.figures, line.shares) for line in other.every_line]


def test_reform_taken_back_gives_the_figures_back(place):
    before = told(place.district, place.year)
    done = carry_out(
        place,
        heirs={place.ward.pk: place.other.pk},
        steps=[Step(Operation.ABSORB, place.ward.pk, "", place.other.pk)],
    )

    by = make_user(Role.DEPARTMENT, place.city)
    take_back(done, reason="Nhầm ngày", version=done.version, by=by)

    assert told(place.district, place.year) == before


def test_page_file_command_and_list_tell_the_same(client, place, tmp_path):
    new = merge(place)
    client.force_login(make_user(Role.DEPARTMENT, place.city))
    args = [new.pk, 2013]

    page = client.get(reverse("reports:summary_unit", args=args))
    names = client.get(reverse("reports:summary_list", args=[*args, "duoc-nhan-xet"]))
    call_command(
        "export_summary", output=tmp_path / "a.xlsx", committee="N1", year=2013
    )

    total = page.context["found"].total.figures
    assert (total.received, total.assessed) == (4, 5)
    assert (names.context["found"].number, names.context["found"].named) == (5, 5)
    wards = {entry.ward for entry in names.context["found"].page.rows}
    assert wards == {place.ward.name, place.sister_ward.name}
    for content in (
        BytesIO(summary_file(page.context["found"], by=None)),
        tmp_path / "a.xlsx",
    ):
        sheet = load_workbook(content).active
        printed = [
            [cell.value for cell in line] for line in sheet.iter_rows(min_row=12)
        ]
        (counted,) = [line for line in printed if line[1] == "Tổng cộng"]
        assert counted[2:5] == [4, 0, 5]


def test_boxes_of_the_comment_sheet_go_with_the_rows(place):
    form = Form.objects.create(
        rule_set=place.year.rule_set, audience="ordinary", title="Phiếu nhận xét"
    )
    item = Criterion.objects.create(form=form, position=1, name="Nghĩa vụ công dân")
    box = Option.objects.create(criterion=item, position=1, name="Tốt")
    evaluation = Evaluation.objects.get(registration=place.stays["none"])
    comment = Comment.objects.create(evaluation=evaluation, form=form)
    Answer.objects.create(comment=comment, criterion=item, option=box)

    new = merge(place)

    (found,) = items_of(place_for(new, place.year), place.year)
    assert [box.number for box in found.boxes] == [1]


def test_ward_reads_no_names_of_people_that_another_ward_follows(client, place):
    divide_by_people(place)
    client.force_login(make_user(Role.RESIDENCE_WARD, place.other))

    url = reverse("reports:summary_list", args=[place.other.pk, 2013, "duoc-nhan-xet"])
    found = client.get(url).context["found"]

    # Who came with the part was written at Tân An, whose history An Hội reads.
    assert (found.number, found.named, found.withheld) == (2, 1, 1)


@pytest.mark.parametrize("act", [merge, divide_by_people])
@pytest.mark.parametrize("people", [1, 12])
def test_questions_do_not_grow_with_the_people(
    place, act, people, django_assert_num_queries
):
    for number in range(people):
        cell = make_committee(
            place.ward, kind=Kind.CELL, name=f"Chi bộ {number}", receives_members=True
        )
        place.stay(tier=1, cell=cell)
        place.stay(tier=1)
    act(place)

    with django_assert_num_queries(4 + (3 if act is merge else 5)):
        summary(place.city, place.year)


def test_year_before_any_reform_asks_nothing_more(place, django_assert_num_queries):
    merge(place, on=date(2014, 1, 1))

    with django_assert_num_queries(4):
        summary(place.city, place.year)


def test_received_of_a_day_are_read_as_written(place):
    """What the summary takes for granted: on the day a place is where the tree has it."""
    move_cell(place)
    merge(place, on=date(2013, 7, 1))

    found = place_for(place.city, place.year)
    rows = found.placed(Placement.objects.on(place.year.reference_day))

    assert [(one.ward_then, one.cell_then) for one in rows] == [
        (one.ward_id, one.cell_id) for one in rows
    ]


# --- told before it is done -------------------------------------------------------


def plan_of(place, **plan):
    return ReformPlan(
        on=ON,
        heirs={place.ward.pk: place.other.pk},
        steps=[Step(Operation.ABSORB, place.ward.pk, "", place.other.pk)],
        **plan,
    )


def test_decision_dated_back_into_a_closed_year_names_it_with_its_rows(place):
    (found,) = closed_years_touched(plan_of(place))

    assert (found.year, found.rows) == (2013, 4)
    assert str(found) == (
        "Đợt nhận xét năm 2013 đã đóng và có ngày chốt 31/12/2013 không trước ngày hiệu "
        "lực: 4 dòng nhận xét vẫn ghi đơn vị cũ, nhưng số liệu năm 2013 theo cơ cấu của "
        "ngày chốt sẽ tính cho đơn vị kế tục. Tổng số không đổi."
    )


def test_decision_that_moves_a_district_counts_the_rows_of_its_wards(place):
    plan = ReformPlan(
        on=ON,
        heirs={place.district.pk: place.other_district.pk},
        steps=[Step(Operation.ABSORB, place.district.pk, "", place.other_district.pk)],
    )

    (found,) = closed_years_touched(plan)

    assert found.rows == 5


@pytest.mark.parametrize("why", ["later", "open", "elsewhere"])
def test_decision_that_touches_no_closed_year_says_nothing(place, why):
    plan = plan_of(place)
    if why == "later":
        plan.on = date(2014, 1, 1)
    elif why == "open":
        RatingYear.objects.update(state=RatingYear.State.OPEN)
    else:
        Evaluation.objects.filter(ward=place.ward).delete()

    assert closed_years_touched(plan) == []


def test_preview_warns_of_the_closed_year(client, place):
    user = make_user(Role.DEPARTMENT, place.city)
    world = type("World", (), {"city": place.city, "department_user": user})
    lines = [
        row("Phường Tân An", "Phường Mới", how="Hợp nhất"),
        row("Phường An Hội", "Phường Mới", how="Hợp nhất"),
    ]
    drafted = begin(world, *lines, on=ON)
    client.force_login(user)

    pages = [
        text_of(
            client.get(reverse(f"reports:reorganisation_{name}", args=[drafted.pk]))
        )
        for name in ("detail", "confirm")
    ]

    assert "Ngày hiệu lực lùi vào năm đã đóng" in pages[0]
    assert ["5 dòng nhận xét vẫn ghi đơn vị cũ" in page for page in pages] == [True] * 2


def test_moved_lists_agree_where_a_person_moved_in_the_year_of_a_reform(place):
    stay = place.stays["sister_ward"]
    stay.placements.update(valid_to=date(2013, 4, 1))
    make_placement(stay, ward=place.ward, valid_from=date(2013, 4, 1))

    new = merge(place)

    # From one forerunner to the other: no move of the ward that they became.
    found = require_adding_up(new, place.year)
    assert (found.total.moved_in, found.total.moved_out) == (0, 0)
    rows = figures.rows_behind(figures.AT_START, found.summary.place, place.year)
    assert rows.count() == found.total.at_start == 5
