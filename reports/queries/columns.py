"""The columns of the summary table: the same on page and in file."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

from reports.queries import figures
from reports.queries.figures import Figure
from reports.queries.summary import Line, Summary


@dataclass(frozen=True)
class Column:
    """A column: its heading, the heading above it, and its value on a line."""

    label: str
    value: Callable[[Line], int | Decimal | None]
    figure: Figure | None = None  # the list that a number of this column opens
    group: str = ""

    @property
    def is_share(self) -> bool:
        return self.figure is None


def columns_of(found: Summary) -> list[Column]:
    """Received, commented or rated, tiers with n and %, and those left out."""
    counted = found.total.figures
    columns = [
        _count("Được tiếp nhận", "received", figures.RECEIVED),
        _count("Trong đó ngoài Đảng bộ thành phố", "outside", figures.OUTSIDE),
        _count(
            "Được nhận xét, xếp loại" if found.has_tiers else "Được nhận xét",
            "assessed",
            figures.ASSESSED,
        ),
    ]
    for index, tier in enumerate(found.tiers):
        columns += _tier_columns(index, tier.position, tier.name)
    if found.has_tiers and counted.commented:
        columns.append(
            _count("Nhận xét, không xếp loại", "commented", figures.COMMENTED)
        )
    left_out = "Được tiếp nhận, không có trong số được nhận xét"
    columns += [
        _count("Không nhận xét", "not_rated", figures.NOT_RATED, left_out),
        _count("Miễn sinh hoạt", "exempt", figures.EXEMPT, left_out),
        _count("Nơi khác nhận xét", "elsewhere", figures.ELSEWHERE, left_out),
        _count("Chưa nhận xét", "undecided", figures.UNDECIDED, left_out),
        _count(
            "Được nhận xét, kết thúc trước ngày chốt",
            "ended_assessed",
            figures.ENDED_ASSESSED,
        ),
    ]
    return columns


def _count(label: str, name: str, figure: Figure, group: str = "") -> Column:
    return Column(label, attrgetter(f"figures.{name}"), figure, group)


def _tier_columns(index: int, position: int, name: str) -> list[Column]:
    return [
        Column(
            "Số người",
            lambda line: line.figures.tiers[index],
            figures.tier_figure(position, name),
            name,
        ),
        Column("%", lambda line: line.shares[index], None, name),
    ]
