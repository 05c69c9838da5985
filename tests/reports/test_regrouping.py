"""Where the figures of one day belong under the units of a later one; no database."""

from datetime import date

import pytest

from members.models import Kind, Part
from reports.queries.regrouping import History, Period, Step, why_not
from reports.queries.tree import Node

THEN, NOW = date(2013, 12, 31), date(2026, 1, 1)
LONG_AGO, FIRST, SECOND = date(2000, 1, 1), date(2020, 3, 1), date(2025, 7, 1)
CITY, A, B, C, D = 1, 11, 12, 13, 14
CELL, OTHER_CELL = 101, 102


def unit(key, *, parent=CITY, kind=Kind.WARD, first=LONG_AGO, end=None, heir=None):
    node = Node(key, parent, f"Đơn vị {key}", "", kind, str(key), kind != Kind.CITY, "")
    return Period(node, first, end, heir)


def cell(key, parent, **fields):
    return unit(key, parent=parent, kind=Kind.CELL, **fields)


def told(*periods, steps=(), then=THEN, now=NOW):
    city = unit(CITY, parent=None, kind=Kind.CITY)
    return History(then, now, [city, *periods], [Step(*step) for step in steps])


def went_to(history, key):
    return set(history.image(key).units)


def test_unit_that_lives_on_is_its_own_image():
    history = told(unit(A), steps=[(A, A, SECOND)])

    assert went_to(history, A) == {A}
    assert history.image(A).is_one


def test_merged_units_have_the_image_of_their_successor():
    history = told(
        unit(A, end=SECOND),
        unit(B, end=SECOND),
        unit(C, first=SECOND),
        steps=[(A, C, SECOND), (B, C, SECOND)],
    )

    assert went_to(history, A) == went_to(history, B) == {C}
    assert history.image(A).is_one


def test_chain_of_reforms_leads_to_its_end():
    history = told(
        unit(A, end=FIRST),
        unit(B, first=FIRST, end=SECOND),
        unit(C, first=SECOND),
        steps=[(A, B, FIRST), (B, C, SECOND)],
    )

    assert went_to(history, A) == {C}
    assert history.image(A).passed == {A, B, C}


def test_day_between_two_reforms_knows_only_the_first():
    history = told(
        unit(A, end=FIRST, heir=C),
        unit(B, first=FIRST, end=SECOND, heir=C),
        steps=[(A, B, FIRST)],
        now=date(2024, 1, 1),
    )

    assert went_to(history, A) == {B}


def test_divided_unit_has_several_images_and_the_day_of_the_division():
    history = told(
        unit(A, end=SECOND),
        unit(B),
        unit(C),
        steps=[(A, B, SECOND), (A, C, SECOND)],
    )

    assert went_to(history, A) == {B, C}
    assert not history.image(A).is_one
    assert history.image(A).since == SECOND


def test_part_given_away_makes_a_unit_that_lives_on_divided():
    history = told(unit(A), unit(B), steps=[(A, B, SECOND)])

    assert went_to(history, A) == {A, B}


def test_division_before_a_merger_reaches_no_unit_merged_later():
    """What A was is in B since 2025; the part that B gave away in 2020 was B's own."""
    history = told(
        unit(A, end=SECOND),
        unit(B),
        unit(C),
        steps=[(B, C, FIRST), (A, B, SECOND)],
    )

    assert went_to(history, A) == {B}
    assert went_to(history, B) == {B, C}


def test_unit_that_gives_a_part_away_on_the_day_it_absorbs_another_gives_its_own():
    history = told(
        unit(A, end=SECOND),
        unit(B),
        unit(C),
        steps=[(A, B, SECOND), (B, C, SECOND)],
    )

    assert went_to(history, A) == {B}
    assert went_to(history, B) == {B, C}


@pytest.mark.parametrize(
    ("later", "expected"), [((2, 2), {B, C}), ((1, 2), {B}), ((2, 0), {B})]
)
def test_decision_carried_out_later_the_same_day_takes_along_what_had_come(
    later, expected
):
    history = told(
        unit(A, end=SECOND),
        unit(B),
        unit(C),
        steps=[(A, B, SECOND, Part.WHOLE, 1, 1), (B, C, SECOND, Part.PART, *later)],
    )

    assert went_to(history, A) == expected


def test_division_after_a_merger_divides_what_was_merged():
    history = told(
        unit(A, end=FIRST),
        unit(B),
        unit(C),
        steps=[(A, B, FIRST), (B, C, SECOND)],
    )

    assert went_to(history, A) == {B, C}
    assert history.image(A).since == SECOND


def test_parts_that_come_together_again_are_one():
    history = told(
        unit(A, end=FIRST),
        unit(B, end=SECOND),
        unit(C),
        steps=[(A, B, FIRST), (A, C, FIRST), (B, C, SECOND)],
    )

    assert went_to(history, A) == {C}
    assert history.image(A).is_one


def test_unit_that_ended_without_successor_has_no_image_and_the_day_it_ended():
    history = told(unit(A, end=FIRST), steps=[(A, None, FIRST)])

    assert went_to(history, A) == set()
    assert history.image(A).since == FIRST
    assert history.left_at(A) == {CITY}


def test_rest_that_nobody_took_keeps_a_unit_from_being_one():
    history = told(unit(A, end=FIRST), unit(B), steps=[(A, B, FIRST), (A, None, FIRST)])

    assert went_to(history, A) == {B}
    assert not history.image(A).is_one


def test_unit_that_ended_without_a_word_went_to_its_heir():
    history = told(unit(A, end=FIRST, heir=B), unit(B))

    assert went_to(history, A) == {B}


def test_two_decisions_of_one_day_are_followed_one_after_the_other():
    history = told(
        unit(A, end=SECOND),
        unit(B, end=SECOND),
        unit(C),
        steps=[(A, B, SECOND), (B, C, SECOND)],
    )

    assert went_to(history, A) == {C}


def test_units_that_name_each_other_end_the_walk():
    history = told(
        unit(A, end=SECOND),
        unit(B, end=SECOND),
        steps=[(A, B, SECOND), (B, A, SECOND)],
    )

    assert went_to(history, A) == set()


def test_cell_that_went_elsewhere_divides_its_ward():
    history = told(
        unit(A),
        unit(B),
        cell(CELL, A),
        cell(OTHER_CELL, A, end=SECOND),
        cell(OTHER_CELL, B, first=SECOND),
    )

    assert went_to(history, A) == {A, B}
    assert history.image(A).since == SECOND
    assert went_to(history, OTHER_CELL) == {OTHER_CELL}


def test_cells_that_follow_their_ward_leave_it_one():
    history = told(
        unit(A, end=SECOND),
        unit(B, first=SECOND),
        cell(CELL, A, end=SECOND),
        cell(CELL, B, first=SECOND),
        steps=[(A, B, SECOND)],
    )

    assert went_to(history, A) == {B}
    assert history.image(A).is_one


def test_cell_that_ended_without_successor_does_not_divide_its_ward():
    history = told(unit(A), cell(CELL, A, end=FIRST), steps=[(CELL, None, FIRST)])

    assert history.image(A).is_one
    assert went_to(history, CELL) == set()
    assert history.left_at(CELL) == {A}


def test_cell_of_a_workplace_does_not_divide_its_ward():
    school = cell(CELL, A, end=SECOND)
    moved = cell(CELL, B, first=SECOND)
    periods = [
        one._replace(node=one.node._replace(receives_members=False))
        for one in (school, moved)
    ]

    assert went_to(told(unit(A), unit(B), *periods), A) == {A}


def test_merged_cells_have_the_image_of_their_successor():
    history = told(
        unit(A),
        cell(CELL, A, end=FIRST),
        cell(OTHER_CELL, A),
        steps=[(CELL, OTHER_CELL, FIRST)],
    )

    assert went_to(history, CELL) == {OTHER_CELL}
    assert went_to(history, A) == {A}


def test_unit_that_ended_before_the_day_of_then_is_followed_from_its_end():
    history = told(
        unit(A, end=date(2013, 7, 1)), unit(B), steps=[(A, B, date(2013, 7, 1))]
    )

    assert went_to(history, A) == {B}
    assert {node.id for node in history.residences_then()} == {A, B}


@pytest.mark.parametrize(
    ("now", "today", "said"),
    [
        (date(2013, 12, 30), NOW, "không tách lại được"),
        (date(2026, 1, 2), NOW, "chưa đến"),
        (NOW, NOW, ""),
        (THEN, date(2013, 6, 1), ""),
    ],
)
def test_structure_before_the_figures_or_in_the_future_is_refused(now, today, said):
    sentence = why_not(THEN, now, today=today)

    assert bool(sentence) == bool(said)
    assert said in sentence
