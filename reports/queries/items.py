"""How often each box of each item of the comment sheets was chosen."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet

from evaluations.models import Answer, Evaluation, Option, RatingYear
from party76.shared.numbers import Rounding, shares
from reports.queries.places import Place
from reports.queries.year_rows import current_rows


@dataclass(frozen=True)
class Box:
    name: str
    number: int
    share: Decimal | None


@dataclass(frozen=True)
class Item:
    """An item of a form; the base of its shares is the sheets that answer it."""

    name: str
    form: str
    is_proposal: bool
    boxes: tuple[Box, ...]

    @property
    def answered(self) -> int:
        return sum(box.number for box in self.boxes)


def items_of(place: Place, year: RatingYear) -> list[Item]:
    """Every item of the year's forms with its boxes, n and %. Two queries."""
    counted = _chosen(place, year)
    found: dict[int, list[Option]] = {}
    for option in _options(year):
        found.setdefault(option.criterion_id, []).append(option)
    return [_item(options, counted, year) for options in found.values()]


def _options(year: RatingYear) -> QuerySet[Option]:
    return (
        Option.objects.filter(criterion__form__rule_set=year.rule_set)
        .select_related("criterion__form")
        .order_by("-criterion__form__audience", "criterion__position", "position")
    )


def _chosen(place: Place, year: RatingYear) -> dict[int, int]:
    commented = current_rows(year).filter(
        outcome__in=[Evaluation.Outcome.COMMENTED, Evaluation.Outcome.RATED]
    )
    rows = Answer.objects.filter(
        comment__evaluation__in=place.here(commented).values("pk")
    )
    return dict(rows.values_list("option_id").annotate(n=Count("*")).order_by())


def _item(options: list[Option], counted: dict[int, int], year: RatingYear) -> Item:
    numbers = [counted.get(option.pk, 0) for option in options]
    rules = year.rule_set
    percentages = shares(
        numbers, decimals=rules.decimals, rounding=Rounding(rules.rounding)
    )
    criterion = options[0].criterion
    return Item(
        name=criterion.name,
        form=criterion.form.title,
        is_proposal=criterion.is_proposal,
        boxes=tuple(
            Box(option.name, number, share)
            for option, number, share in zip(options, numbers, percentages, strict=True)
        ),
    )
