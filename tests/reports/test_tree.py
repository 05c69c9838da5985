from datetime import date

import pytest

from members.models import Kind
from reports.queries.tree import grown, near, tree_around
from tests.factories.members import make_committee
from tests.factories.reports import REFERENCE_DAY, make_city

pytestmark = pytest.mark.django_db


def names(nodes):
    return [node.name for node in nodes]


def test_tree_holds_names_of_its_day(django_assert_num_queries):
    place = make_city()
    place.ward.name = "Tên ngày nay"
    place.ward.save()

    with django_assert_num_queries(1):
        tree = tree_around(place.city, REFERENCE_DAY)

    assert tree.nodes[place.ward.pk].name == "Đảng ủy phường Tân An"


def test_tree_leaves_out_units_of_another_time():
    place = make_city()
    later = make_committee(place.district, valid_from=date(2014, 1, 1))
    place.sister_ward.periods.update(valid_to=REFERENCE_DAY)

    tree = tree_around(place.city, REFERENCE_DAY)

    assert later.pk not in tree
    assert place.sister_ward.pk not in tree


def test_cells_are_read_for_their_ward_only():
    place = make_city()

    assert place.cell.pk not in tree_around(place.city, REFERENCE_DAY)
    assert place.cell.pk in tree_around(place.ward, REFERENCE_DAY)


def test_cells_below_a_division_belong_to_their_ward():
    place = make_city()
    division = make_committee(place.ward, kind=Kind.DIVISION, name="Đảng ủy bộ phận")
    cell = make_committee(division, kind=Kind.CELL, receives_members=True)

    tree = tree_around(place.ward, REFERENCE_DAY)

    assert tree.owner_of_each(place.ward.pk)[cell.pk] == division.pk
    assert "Đảng ủy bộ phận" in names(tree.residences_below(place.ward.pk))


def test_units_above_stand_from_the_top_down():
    place = make_city()

    for unit in (place.ward, place.cell):
        tree = tree_around(unit, REFERENCE_DAY)
        above = ["Thành ủy Cần Thơ", "Quận ủy Ninh Kiều"]
        expected = above if unit == place.ward else [*above, place.ward.name]
        assert names(tree.above(unit.pk)) == expected


def test_choices_are_residences_in_the_order_of_the_tree():
    place = make_city()

    found = tree_around(place.city, REFERENCE_DAY).in_order()

    assert [(depth, node.name) for depth, node in found] == [
        (0, "Thành ủy Cần Thơ"),
        (1, "Quận ủy Ninh Kiều"),
        (2, "Đảng ủy phường An Hội"),
        (2, "Đảng ủy phường Tân An"),
    ]


@pytest.mark.parametrize(
    ("today", "then", "questions"),
    [
        (Kind.DISTRICT, Kind.WARD, 2),
        (Kind.CELL, Kind.WARD, 2),
        (Kind.WARD, Kind.WARD, 1),
    ],
)
def test_unit_of_another_kind_today_is_read_as_it_was(
    today, then, questions, django_assert_num_queries
):
    place = make_city()
    place.ward.kind = today
    place.ward.save()

    with django_assert_num_queries(questions):
        tree = tree_around(place.ward, REFERENCE_DAY)

    assert tree.nodes[place.ward.pk].kind == then
    assert tree.children[place.ward.pk] == [place.cell.pk, place.sister_cell.pk]


def test_tree_near_a_unit_is_what_would_have_been_read_around_it():
    place = make_city()
    division = make_committee(place.ward, kind=Kind.DIVISION, name="Đảng ủy bộ phận")
    make_committee(division, kind=Kind.CELL, receives_members=True)
    whole = grown(
        (
            node
            for unit in (place.ward, place.sister_ward, division)
            for node in tree_around(unit, REFERENCE_DAY).nodes.values()
        ),
        REFERENCE_DAY,
    )

    for unit in (place.city, place.district, place.ward, division, place.cell):
        nearby = near(whole, unit.pk)
        assert nearby.nodes == tree_around(unit, REFERENCE_DAY).nodes, unit
