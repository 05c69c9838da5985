"""Closed years whose figures a decision dated back would show under other units."""

from datetime import date
from typing import NamedTuple

from django.db.models import Count

from evaluations.models import Evaluation, RatingYear
from members.queries.days import ParentsOn, placed_in
from members.services.reorganisations.plan import ReformPlan
from party76.shared.templatetags.ui import vn_number


class YearTouched(NamedTuple):
    """A closed year, and how many of its rows name a unit that ends, parts or moves."""

    year: int
    reference_day: date
    rows: int

    def __str__(self) -> str:
        return (
            f"Đợt nhận xét năm {self.year} đã đóng và có ngày chốt "
            f"{self.reference_day:%d/%m/%Y} không trước ngày hiệu lực: "
            f"{vn_number(self.rows)} dòng nhận xét vẫn ghi đơn vị cũ, nhưng số liệu năm "
            f"{self.year} theo cơ cấu của ngày chốt sẽ tính cho đơn vị kế tục. Tổng số "
            "không đổi."
        )


def closed_years_touched(plan: ReformPlan) -> list[YearTouched]:
    """The closed years counted on or after the day of effect, the latest first.

    Two queries; one where no closed year is counted so late.
    """
    years = RatingYear.objects.filter(
        state=RatingYear.State.CLOSED, reference_day__gte=plan.on
    )
    keys = list(years.values_list("pk", flat=True))
    moved = {key for key, values in plan.changes.items() if "parent" in values}
    units = {*plan.heirs, *plan.divided(), *moved}
    if not (keys and units):
        return []
    rows = Evaluation.objects.current().filter(
        placed_in(ParentsOn(plan.on).below(*units)), rating_year__in=keys
    )
    found = rows.values_list("rating_year__year", "rating_year__reference_day")
    return [
        YearTouched._make(row)
        for row in found.annotate(n=Count("*")).order_by("-rating_year__year")
    ]
