"""From which day each successor of a divided unit has had its part."""

from datetime import date

import pytest

from members.models import Operation, Part
from members.services.reorganisations.plan import ReformPlan, Step
from reports.queries.summary import summary
from tests.factories.reforms import (
    REFORM_DAY,
    make_city_before_reform,
    make_reform,
    new_ward,
    reform,
)

pytestmark = pytest.mark.django_db

LATER = date(2025, 10, 1)


def test_successor_that_came_later_is_told_with_its_own_day():
    place = make_city_before_reform()
    place.city.stay(tier=1, ward=place.divided)
    make_reform(place)
    plan = ReformPlan(
        on=LATER,
        new_units=[new_ward(-3, place.city.city, "Đảng ủy phường Cái Khế 2")],
        steps=[Step(Operation.SPLIT, place.part_taker.pk, "", -3, Part.PART)],
    )
    reform(place.city.city, plan)

    found = summary(place.city.city, place.city.year, structure_day=date(2026, 1, 1))

    (line,) = [line for line in found.lines if "Bùi Hữu Nghĩa" in line.name]
    assert line.note == (
        "đã chia: về Đảng ủy phường Bình Thủy, Đảng ủy phường Cái Khế từ "
        f"{REFORM_DAY:%d/%m/%Y}; Đảng ủy phường Cái Khế 2 từ {LATER:%d/%m/%Y}"
    )
