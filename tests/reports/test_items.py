from decimal import Decimal

import pytest

from evaluations.models import Answer, Comment, Criterion, Evaluation, Form, Option
from reports.queries.items import items_of
from reports.queries.places import place_of
from reports.queries.tree import tree_around
from tests.factories.reports import make_city, make_evaluation

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_city(tiers=[])


@pytest.fixture
def criterion(place):
    form = Form.objects.create(
        rule_set=place.year.rule_set, audience="ordinary", title="Phiếu nhận xét"
    )
    found = Criterion.objects.create(form=form, position=1, name="Nghĩa vụ công dân")
    for position, name in enumerate(["Tốt", "Chưa tốt"], 1):
        Option.objects.create(criterion=found, position=position, name=name)
    return found


def answer(place, criterion, position, **fields):
    stay = place.stay(**fields)
    row = make_evaluation(stay, place.year, outcome=Evaluation.Outcome.COMMENTED)
    comment = Comment.objects.create(evaluation=row, form=criterion.form)
    Answer.objects.create(
        comment=comment,
        criterion=criterion,
        option=criterion.options.get(position=position),
    )
    return row


def boxes(place, unit):
    tree = tree_around(unit, place.year.reference_day)
    (item,) = items_of(place_of(unit, place.year, tree), place.year)
    return [(box.name, box.number, box.share) for box in item.boxes]


def test_each_box_is_a_share_of_the_sheets_that_answer_the_item(place, criterion):
    for position in (1, 1, 2):
        answer(place, criterion, position)

    assert boxes(place, place.city) == [
        ("Tốt", 2, Decimal("66.67")),
        ("Chưa tốt", 1, Decimal("33.33")),
    ]


def test_answers_of_other_units_and_replaced_rows_are_left_out(place, criterion):
    answer(place, criterion, 1, cell=place.cell)
    answer(place, criterion, 2, ward=place.sister_ward)
    replaced = answer(place, criterion, 2, cell=place.cell)
    Evaluation.objects.filter(pk=replaced.pk).update(is_current=False)

    assert boxes(place, place.ward) == [
        ("Tốt", 1, Decimal("100.00")),
        ("Chưa tốt", 0, Decimal("0.00")),
    ]


def test_item_nobody_answered_has_no_shares(place, criterion):
    assert boxes(place, place.city) == [("Tốt", 0, None), ("Chưa tốt", 0, None)]
