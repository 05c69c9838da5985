"""Each number of a summary or a reconciliation, and the rows it counts."""

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from evaluations.models import Evaluation, RatingYear
from members.models import CommitteePeriod, Placement
from reports.queries.places import Place
from reports.queries.standing import WRITTEN, Names
from reports.queries.year_rows import LASTED, current_rows, day_before

_Outcome = Evaluation.Outcome
_IS_ASSESSED = Q(outcome__in=[_Outcome.COMMENTED, _Outcome.RATED])


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


def rows_behind(
    figure: Figure, place: Place, year: RatingYear, *, rest: bool = False
) -> QuerySet[Evaluation] | QuerySet[Placement]:
    """The rows a figure counts: as many as the number says.

    With rest, only those that belong to no unit directly below.
    """
    if figure.key.startswith(_TIER_KEY):
        position = int(figure.key.removeprefix(_TIER_KEY))
        rows = current_rows(year).filter(tier__position=position)
    elif figure in _EVALUATIONS:
        rows = current_rows(year).filter(_EVALUATIONS[figure])
    elif figure is WITHOUT_PLACE:
        return _without_place(place.here(_on_roll(year), rest=rest), place, year)
    elif figure is WITHOUT_ROW:
        return _without_row(place.here(received(year), rest=rest), place, year)
    elif figure in {MOVED_IN, MOVED_OUT}:
        return _moved(figure, place, year, rest=rest)
    else:
        rows = _PLACEMENTS[figure](year)
    return place.here(rows, rest=rest)


def received(year: RatingYear) -> QuerySet[Placement]:
    """Placements on the reference day (design 4.3)."""
    return Placement.objects.on(year.reference_day)


def _on_roll(year: RatingYear) -> QuerySet[Evaluation]:
    return current_rows(year).filter(on_roll=True)


def _without_row(
    placements: QuerySet[Placement], place: Place, year: RatingYear
) -> QuerySet[Placement]:
    """Received on the day, but no current row of the year at the same place."""
    rows = place.placed(_on_roll(year).filter(registration=OuterRef("registration")))
    return placements.exclude(Exists(_at_same_place(rows, place.names, WRITTEN)))


def _without_place(
    rows: QuerySet[Evaluation], place: Place, year: RatingYear
) -> QuerySet[Evaluation]:
    """Current rows of people counted as received, who on the day stood elsewhere."""
    there = received(year).filter(registration=OuterRef("registration"))
    return rows.exclude(Exists(_at_same_place(there, WRITTEN, place.names)))


def received_in_period(year: RatingYear) -> QuerySet[Placement]:
    """First places that begin with the receipt, or, where ward or cell came to be only
    later, with that unit."""
    before = Placement.objects.filter(
        LASTED,
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
        LASTED,
        valid_from__gt=day_before(year),
        valid_from__lte=year.reference_day,
    )


def ended_in_period(year: RatingYear) -> QuerySet[Placement]:
    return Placement.objects.filter(
        LASTED,
        valid_to__gt=day_before(year),
        valid_to__lte=year.reference_day,
        valid_to=F("registration__ended_on"),
    )


def moves(where: Q, year: RatingYear) -> QuerySet[Placement]:
    """Placements followed by another.

    Joined to the one that followed as registration__placements; all conditions in
    one filter, because a second one would join every placement once more.
    """
    following = "registration__placements__"
    return Placement.objects.filter(
        where,
        Q(**{f"{following}valid_to": None})
        | Q(**{f"{following}valid_to__gt": F(f"{following}valid_from")}),
        LASTED,
        valid_to__gt=day_before(year),
        valid_to__lte=year.reference_day,
        **{f"{following}valid_from": F("valid_to")},
    )


def _moved(
    figure: Figure, place: Place, year: RatingYear, *, rest: bool
) -> QuerySet[Placement]:
    """Placements at the unit whose neighbour in time lies outside of it."""
    if place.everything:
        return Placement.objects.none()
    mine, other = (
        ("valid_from", "valid_to") if figure is MOVED_IN else ("valid_to", "valid_from")
    )
    neighbours = Placement.objects.filter(
        LASTED,
        registration=OuterRef("registration"),
        **{other: OuterRef(mine)},
    )
    rows = Placement.objects.filter(
        LASTED,
        Exists(place.elsewhere(neighbours)),
        **{f"{mine}__gt": day_before(year), f"{mine}__lte": year.reference_day},
    )
    return place.here(rows, rest=rest)


def _at_same_place(rows: QuerySet, inner: Names, outer: Names) -> QuerySet:
    # No cell is NULL on both sides, and NULL equals nothing.
    return rows.annotate(cell_or_none=Coalesce(inner.cell, 0)).filter(
        **{inner.ward: OuterRef(outer.ward)},
        cell_or_none=Coalesce(OuterRef(outer.cell), 0),
    )


_PLACEMENTS = {
    RECEIVED: received,
    OUTSIDE: lambda year: received(year).filter(outside_city=True),
    AT_START: lambda year: Placement.objects.on(day_before(year)),
    RECEIVED_IN_PERIOD: received_in_period,
    ENDED_IN_PERIOD: ended_in_period,
}
