"""What must hold of everybody's places: inside units that are open, day by day."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from members.models import Member, Placement, Registration
from members.queries.tree_snapshot import (
    Finding,
    Mend,
    Rule,
    Snapshot,
    Stay,
    Stop,
    days,
)

_STATE = Registration.State
_UNDER_WAY = {_STATE.DRAFT, _STATE.SENT, _STATE.LETTER_ASKED}
_PLACED = {_STATE.RECEIVED, _STATE.ENDED}


def check_stays(tree: Snapshot) -> Iterator[Finding]:
    """Every stay by its state, then everybody's workplace."""
    for stay in tree.stays:
        stops = tree.stops.get(stay.pk, [])
        if stay.state in _UNDER_WAY:
            yield from _check_letter(tree, stay)
        if stay.state in _PLACED and stops:
            yield from _check_line(tree, stay, stops)
            yield from _check_copies(stay, stops[-1])
        elif stay.state in _PLACED:
            yield _of(stay, "đã tiếp nhận nhưng không có lần sắp xếp nơi sinh hoạt nào")
        elif stops:
            yield _of(stay, "chưa tiếp nhận mà đã có lần sắp xếp nơi sinh hoạt")
        for stop in stops:
            yield from _check_stop(tree, stay, stop)
    yield from _check_workers(tree)


def _of(
    stay: Stay,
    what: str,
    remedy: str = "",
    *mends: Mend,
    rule: Rule = Rule.PLACEMENTS,
) -> Finding:
    return Finding(rule, f"Hồ sơ số {stay.pk}", what, remedy, mends)


def _check_letter(tree: Snapshot, stay: Stay) -> Iterator[Finding]:
    """A letter on its way names units that can receive it."""
    for name in ("ward_id", "cell_id", "workplace_id"):
        unit = tree.units.get(getattr(stay, name) or 0)
        if unit is None or not unit.is_closed:
            continue
        what = f"còn gửi đến {tree.name(unit.pk)} đã kết thúc hoạt động"
        if unit.heir_id is None:
            yield _of(stay, what, rule=Rule.LETTERS)
        else:
            yield _of(
                stay,
                what,
                f"chuyển đến {tree.name(unit.heir_id)}",
                Mend(Registration, stay.pk, {name: unit.heir_id}),
                rule=Rule.LETTERS,
            )


def _check_line(tree: Snapshot, stay: Stay, stops: list[Stop]) -> Iterator[Finding]:
    """From the receipt to the end, one place after the other."""
    first, last = stops[0], stops[-1]
    if stay.received_on and first.valid_from != _first_day(tree, stay, first):
        yield _begun_otherwise(stay, first, stay.received_on)
    for earlier, later in pairwise(stops):
        if earlier.end != later.valid_from:
            yield _not_joined(stay, earlier, later)
    if last.valid_to != stay.ended_on:
        yield _ended_otherwise(stay, last)


def _first_day(tree: Snapshot, stay: Stay, first: Stop) -> date | None:
    """The day of the receipt; of units that came later, the first one they were there."""
    if stay.received_on is None or stay.received_on > first.valid_from:
        return stay.received_on
    begins = {tree.life(first.ward_id)[0]}
    if first.cell_id is not None:
        spans = tree.spans_below(first.cell_id, first.ward_id)
        begins |= {begin for begin, _ in spans}
    return first.valid_from if first.valid_from in begins else stay.received_on


def _begun_otherwise(stay: Stay, first: Stop, received_on: date) -> Finding:
    what = (
        f"lần sắp xếp đầu tiên từ {first.valid_from:%d/%m/%Y}, tiếp nhận ngày "
        f"{received_on:%d/%m/%Y}"
    )
    if received_on > first.end:
        return _of(stay, what)
    mend = Mend(Placement, first.pk, {"valid_from": received_on})
    return _of(stay, what, "cho lần đầu tiên bắt đầu từ ngày tiếp nhận", mend)


def _not_joined(stay: Stay, earlier: Stop, later: Stop) -> Finding:
    is_gap = earlier.end < later.valid_from
    what = (
        f"lần sắp xếp {days(earlier.valid_from, earlier.valid_to)} "
        f"{'không nối liền' if is_gap else 'chồng lên'} lần từ "
        f"{later.valid_from:%d/%m/%Y}"
    )
    if earlier.valid_from == later.valid_from:  # which of the two holds, is not known
        return _of(stay, what)
    mend = Mend(Placement, earlier.pk, {"valid_to": later.valid_from})
    remedy = f"cho lần trước kết thúc từ {later.valid_from:%d/%m/%Y}"
    return _of(stay, what, remedy, mend)


def _ended_otherwise(stay: Stay, last: Stop) -> Finding:
    if stay.ended_on is None:
        mend = Mend(Placement, last.pk, {"valid_to": None})
        return _of(
            stay,
            f"đang tiếp nhận nhưng lần sắp xếp cuối đã kết thúc từ {last.end:%d/%m/%Y}",
            "cho lần cuối tiếp tục đến nay",
            mend,
        )
    what = f"kết thúc ngày {stay.ended_on:%d/%m/%Y}, lần sắp xếp cuối thì không"
    if stay.ended_on < last.valid_from:
        return _of(stay, what)
    mend = Mend(Placement, last.pk, {"valid_to": stay.ended_on})
    return _of(stay, what, "cho lần cuối kết thúc đúng ngày ấy", mend)


def _check_copies(stay: Stay, last: Stop) -> Iterator[Finding]:
    """A stay copies where it stands, or stood last."""
    names = ("ward_id", "cell_id", "workplace_id")
    values = {name: getattr(last, name) for name in names}
    if values != {name: getattr(stay, name) for name in names}:
        yield _of(
            stay,
            "nơi sinh hoạt, nơi công tác khác với lần sắp xếp cuối",
            "ghi lại theo lần sắp xếp cuối",
            Mend(Registration, stay.pk, values),
            rule=Rule.COPIES,
        )


def _check_stop(tree: Snapshot, stay: Stay, stop: Stop) -> Iterator[Finding]:
    """Inside units that exist on those days, the cell below the ward."""
    if stop.end == stop.valid_from:
        return  # of no day
    when = days(stop.valid_from, stop.valid_to)
    for key in (stop.ward_id, stop.cell_id, stop.workplace_id):
        if key is None:
            continue
        first, end = tree.life(key)
        # Where somebody worked before his present workplace was formed is not told.
        is_early = stop.valid_from < first and key != stop.workplace_id
        if is_early or stop.end > end:
            yield _of(
                stay,
                f"ở {tree.name(key)} {when}, nhưng đơn vị ấy chỉ hoạt động "
                f"{days(first, end)}",
            )
    if stop.cell_id is None:
        return
    spans = tree.spans_below(stop.cell_id, stop.ward_id)
    if not any(first <= stop.valid_from and stop.end <= end for first, end in spans):
        yield _of(
            stay,
            f"{when}: {tree.name(stop.cell_id)} không trực thuộc "
            f"{tree.name(stop.ward_id)} suốt thời gian ấy",
        )


def _check_workers(tree: Snapshot) -> Iterator[Finding]:
    """Everybody who is followed works in a unit that is open."""
    for member, workplace in tree.workers:
        unit = tree.units[workplace]
        if not unit.is_closed:
            continue
        what = f"nơi công tác {tree.name(workplace)} đã kết thúc hoạt động"
        subject = f"Đảng viên số {member}"
        if unit.heir_id is None:
            yield Finding(Rule.WORKPLACES, subject, what)
            continue
        mend = Mend(Member, member, {"workplace_id": unit.heir_id})
        yield Finding(
            Rule.WORKPLACES,
            subject,
            what,
            f"chuyển về {tree.name(unit.heir_id)}",
            (mend,),
        )
