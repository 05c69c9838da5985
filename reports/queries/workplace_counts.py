"""The counts on top of a workplace's view; each group leads to its list."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from evaluations.models import RatingYear
from members.models import Committee, User
from reports.queries.workplace import notice_items, own_members, with_result
from reports.queries.workplace_stages import (
    STAGE_LABELS,
    Narrowing,
    Notices,
    Result,
    Stage,
    at_stage,
)
from residence.models import Notice

_OPEN_NOTICES = [Notice.State.SENT, Notice.State.SEEN]
_RESULT_LABELS = {
    Result.RETURNED: "Nhận xét đã trả về",
    Result.EXEMPT: "Được miễn sinh hoạt, không nhận xét hằng năm",
    Result.WAITING: "Chưa có nhận xét trả về",
}


@dataclass(frozen=True)
class Tile:
    """A number, what it counts, and the filter that opens the list behind it."""

    number: int
    label: str
    filters: dict[str, str]
    kind: str = ""


@dataclass(frozen=True)
class WorkplaceCounts:
    """Groups is a complete partition of total, and so are results."""

    total: int
    groups: list[Tile]
    results: list[Tile]
    notices: list[Tile]


def counts_of(
    user: User, year: RatingYear | None, workplace: Committee | None, *, on: date
) -> WorkplaceCounts:
    """The counts over all the user's members, or those of one workplace of his.

    Every member stands in exactly one group. One statement.
    """
    members = own_members(user, year, Narrowing(workplace=workplace), on=on)
    numbers = members.aggregate(
        total=Count("pk"), **_groups(), **_results(user, year), **_notices(user, year)
    )
    return WorkplaceCounts(
        total=numbers["total"],
        groups=_group_tiles(numbers),
        results=_result_tiles(numbers) if year else [],
        notices=_notice_tiles(numbers),
    )


def _groups() -> dict[str, Count]:
    found = {
        stage.name: Count("pk", filter=at_stage(stage))
        for stage in Stage
        if stage is not Stage.RECEIVED
    }
    received = at_stage(Stage.RECEIVED)
    found["ordinary"] = Count("pk", filter=received & Q(is_exempt=False))
    found["exempt"] = Count("pk", filter=received & Q(is_exempt=True))
    return found


def _results(user: User, year: RatingYear | None) -> dict[str, Count]:
    if year is None:
        return {}
    return {
        f"result_{result.name}": Count("pk", filter=with_result(user, year, result))
        for result in Result
    }


def _notices(user: User, year: RatingYear | None) -> dict[str, Count]:
    items = notice_items(user, year)
    waiting = items.filter(notice__state__in=_OPEN_NOTICES)
    return {
        "noticed": Count("pk", filter=Q(pk__in=items.values("member"))),
        "unanswered": Count("pk", filter=Q(pk__in=waiting.values("member"))),
    }


def _group_tiles(numbers: dict[str, int]) -> list[Tile]:
    received = {"tinh_trang": Stage.RECEIVED.value}
    tiles = [
        Tile(
            numbers["ordinary"],
            "Đã tiếp nhận, thuộc diện sinh hoạt",
            {**received, "dien": "thuoc-dien"},
        ),
        Tile(
            numbers["exempt"],
            "Đã tiếp nhận, miễn sinh hoạt nơi cư trú",
            {**received, "dien": "mien"},
        ),
    ]
    for stage in Stage:
        if stage is not Stage.RECEIVED:
            filters = {"tinh_trang": stage.value}
            tiles.append(Tile(numbers[stage.name], STAGE_LABELS[stage], filters))
    return tiles


def _result_tiles(numbers: dict[str, int]) -> list[Tile]:
    return [
        Tile(numbers[f"result_{result.name}"], label, {"ket_qua": result.value})
        for result, label in _RESULT_LABELS.items()
    ]


def _notice_tiles(numbers: dict[str, int]) -> list[Tile]:
    waiting = numbers["unanswered"]
    return [
        Tile(
            numbers["noticed"],
            "Đồng chí có thông báo",
            {"thong_bao": Notices.ANY.value},
        ),
        Tile(
            waiting,
            "Đồng chí có thông báo chưa trả lời",
            {"thong_bao": Notices.UNANSWERED.value},
            kind="warning" if waiting else "",
        ),
    ]
