"""Each number of a summary or a reconciliation, and the rows it counts."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from evaluations.models import Evaluation, RatingYear
from members.models import CommitteePeriod, Placement
from reports.queries.places import Place

_Outcome = Evaluation.Outcome
_IS_ASSESSED = Q(outcome__in=[_Outcome.COMMENTED, _Outcome.RATED])

# A placement that began and ended on one day held nobody on any day.
_LASTED = Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))


@dataclass(frozen=True)
class Figure:
    """A number that opens its list: key in the address, name on the page."""

    key: str
    label: str
    tells_result: bool = False  # being on the list tells tier or outcome itself


RECEIVED = Figure("tiep-nhan", "Được tiếp nhận tại ngày chốt")
OUTSIDE = Figure(
    "ngoai-thanh-pho", "Được tiếp nhận, thuộc tổ chức ngoài Đảng bộ thành phố"
)
ASSESSED = Figure("duoc-nhan-xet", "Được nhận xét")
COMMENTED = Figure(
    "nhan-xet-khong-xep-loai", "Được nhận xét, không xếp loại", tells_result=True
)
NOT_RATED = Figure("khong-nhan-xet", "Không nhận xét (có lý do)", tells_result=True)
EXEMPT = Figure(
    "mien-sinh-hoat",
    "Được miễn sinh hoạt nơi cư trú, không nhận xét",
    tells_result=True,
)
ELSEWHERE = Figure(
    "noi-khac-nhan-xet", "Do nơi cư trú khác nhận xét", tells_result=True
)
UNDECIDED = Figure("chua-nhan-xet", "Chưa nhận xét")
WITHOUT_ROW = Figure("chua-co-dong", "Được tiếp nhận nhưng chưa có trong bảng nhận xét")
WITHOUT_PLACE = Figure(
    "khong-con-o-day", "Có trong bảng nhận xét nhưng ngày chốt không thuộc đơn vị"
)
ENDED_ASSESSED = Figure(
    "ket-thuc-truoc-ngay-chot", "Được nhận xét, đã kết thúc trước ngày chốt"
)
ENDED_OTHERWISE = Figure(
    "ket-thuc-khong-nhan-xet", "Kết thúc trước ngày chốt, không được nhận xét"
)
AT_START = Figure("dau-ky", "Được tiếp nhận tại đầu kỳ")
RECEIVED_IN_PERIOD = Figure("tiep-nhan-trong-ky", "Tiếp nhận trong kỳ")
ENDED_IN_PERIOD = Figure("ket-thuc-trong-ky", "Kết thúc trong kỳ")
MOVED_IN = Figure("chuyen-den", "Chuyển đến từ đơn vị khác trong kỳ")
MOVED_OUT = Figure("chuyen-di", "Chuyển đi đơn vị khác trong kỳ")

_FIGURES = [
    RECEIVED,
    OUTSIDE,
    ASSESSED,
    COMMENTED,
    NOT_RATED,
    EXEMPT,
    ELSEWHERE,
    UNDECIDED,
    WITHOUT_ROW,
    WITHOUT_PLACE,
    ENDED_ASSESSED,
    ENDED_OTHERWISE,
    AT_START,
    RECEIVED_IN_PERIOD,
    ENDED_IN_PERIOD,
    MOVED_IN,
    MOVED_OUT,
]
_BY_KEY = {figure.key: figure for figure in _FIGURES}
_TIER_KEY = "muc-"

_EVALUATIONS = {
    ASSESSED: _IS_ASSESSED,
    COMMENTED: Q(outcome=_Outcome.COMMENTED),
    NOT_RATED: Q(outcome=_Outcome.NOT_RATED, on_roll=True),
    EXEMPT: Q(outcome=_Outcome.EXEMPT, on_roll=True),
    ELSEWHERE: Q(outcome=_Outcome.ELSEWHERE, on_roll=True),
    UNDECIDED: Q(outcome=_Outcome.UNDECIDED, on_roll=True),
    ENDED_ASSESSED: _IS_ASSESSED & Q(on_roll=False),
    ENDED_OTHERWISE: ~_IS_ASSESSED & Q(on_roll=False),
}


def tier_figure(position: int, name: str) -> Figure:
    return Figure(
        f"{_TIER_KEY}{position}", f"Xếp loại {name.lower()}", tells_result=True
    )


def figure_of(key: str, year: RatingYear) -> Figure | None:
    """The figure an address names; None for an unknown one. A tier is a figure too."""
    if not key.startswith(_TIER_KEY):
        return _BY_KEY.get(key)
    for tier in year.rule_set.tiers.all():
        if key == f"{_TIER_KEY}{tier.position}":
            return tier_figure(tier.position, tier.name)
    return None


def day_before(year: RatingYear) -> date:
    """The day whose evening is the start of the period."""
    return year.period_from - timedelta(days=1)


def rows_behind(
    figure: Figure, place: Place, year: RatingYear, *, rest: bool = False
) -> QuerySet[Evaluation] | QuerySet[Placement]:
    """The rows a figure counts: as many as the number says.

    With rest, only those that belong to no unit directly below.
    """
    where = place.rest() if rest else place.condition()
    if figure.key.startswith(_TIER_KEY):
        return current_rows(year).filter(
            where, tier__position=int(figure.key.removeprefix(_TIER_KEY))
        )
    if figure in _EVALUATIONS:
        return current_rows(year).filter(where, _EVALUATIONS[figure])
    if figure is WITHOUT_PLACE:
        return rows_without_place(year).filter(where)
    if figure in {MOVED_IN, MOVED_OUT}:
        return _moved(figure, place, year).filter(where)
    return _PLACEMENTS[figure](year).filter(where)


def current_rows(year: RatingYear) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(rating_year=year, is_current=True)


def received(year: RatingYear) -> QuerySet[Placement]:
    """Placements on the reference day (design 4.3)."""
    return Placement.objects.on(year.reference_day)


def received_without_row(year: RatingYear) -> QuerySet[Placement]:
    """Received on the day, but no current row of the year at the same place."""
    rows = current_rows(year).filter(
        registration=OuterRef("registration"), on_roll=True
    )
    return received(year).exclude(Exists(_at_same_place(rows)))


def rows_without_place(year: RatingYear) -> QuerySet[Evaluation]:
    """Current rows of people counted as received, who on the day stood elsewhere."""
    there = received(year).filter(registration=OuterRef("registration"))
    return (
        current_rows(year).filter(on_roll=True).exclude(Exists(_at_same_place(there)))
    )


def received_in_period(year: RatingYear) -> QuerySet[Placement]:
    """First places that begin with the receipt, or, where ward or cell came to be only
    later, with that unit."""
    before = Placement.objects.filter(
        _LASTED,
        registration=OuterRef("registration"),
        valid_from__lt=OuterRef("valid_from"),
    )
    units_begin = CommitteePeriod.objects.filter(
        Q(committee=OuterRef("ward")) | Q(committee=OuterRef("cell")),
        valid_from=OuterRef("valid_from"),
    )
    with_its_unit = Q(registration__received_on__lt=F("valid_from")) & (
        ~Exists(before) & Exists(units_begin)
    )
    return Placement.objects.filter(
        Q(valid_from=F("registration__received_on")) | with_its_unit,
        _LASTED,
        valid_from__gt=day_before(year),
        valid_from__lte=year.reference_day,
    )


def ended_in_period(year: RatingYear) -> QuerySet[Placement]:
    return Placement.objects.filter(
        _LASTED,
        valid_to__gt=day_before(year),
        valid_to__lte=year.reference_day,
        valid_to=F("registration__ended_on"),
    )


def moves(place: Place, year: RatingYear) -> QuerySet[Placement]:
    """Placements followed by another, one of the two at the unit.

    Joined to the one that followed as registration__placements; all conditions in
    one filter, because a second one would join every placement once more.
    """
    following = "registration__placements__"
    return Placement.objects.filter(
        place.condition() | place.condition(following),
        Q(**{f"{following}valid_to": None})
        | Q(**{f"{following}valid_to__gt": F(f"{following}valid_from")}),
        _LASTED,
        valid_to__gt=day_before(year),
        valid_to__lte=year.reference_day,
        **{f"{following}valid_from": F("valid_to")},
    )


def _moved(figure: Figure, place: Place, year: RatingYear) -> QuerySet[Placement]:
    """Placements at the unit whose neighbour in time lies outside of it."""
    if place.everything:
        return Placement.objects.none()
    mine, other = (
        ("valid_from", "valid_to") if figure is MOVED_IN else ("valid_to", "valid_from")
    )
    neighbours = Placement.objects.filter(
        _LASTED,
        registration=OuterRef("registration"),
        **{other: OuterRef(mine)},
    ).exclude(place.condition())
    return Placement.objects.filter(
        _LASTED,
        Exists(neighbours),
        **{f"{mine}__gt": day_before(year), f"{mine}__lte": year.reference_day},
    )


def _at_same_place(rows: QuerySet) -> QuerySet:
    # No cell is NULL on both sides, and NULL equals nothing.
    return rows.annotate(cell_or_none=Coalesce("cell_id", 0)).filter(
        ward=OuterRef("ward"), cell_or_none=Coalesce(OuterRef("cell_id"), 0)
    )


_PLACEMENTS = {
    RECEIVED: received,
    OUTSIDE: lambda year: received(year).filter(outside_city=True),
    WITHOUT_ROW: received_without_row,
    AT_START: lambda year: Placement.objects.on(day_before(year)),
    RECEIVED_IN_PERIOD: received_in_period,
    ENDED_IN_PERIOD: ended_in_period,
}
