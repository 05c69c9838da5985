"""Two records side by side, and what will come out, as far as a side may read."""

from dataclasses import dataclass
from typing import Any

from members.models import Member, Registration, User
from members.models.persons import DWELLING_FIELDS, IDENTITY_FIELDS, field_label
from members.queries.discretion import (
    shown_positions,
    shown_workplace,
    topmost_units,
)
from members.queries.merge_outcome import (
    Outcome,
    Sides,
    sides_of,
    values_after_merge,
    warnings_on,
)
from members.queries.pair_records import HIDDEN, Pair, Record
from party76.shared.versions import shown_value

State = Registration.State
_FIELDS = [
    name for name in (*IDENTITY_FIELDS, *DWELLING_FIELDS) if name != "birth_precision"
]
_UNSEEN = {State.DRAFT, State.WITHDRAWN}


@dataclass(frozen=True)
class Line:
    label: str
    kept: str
    dropped: str
    after: str
    is_taken: bool  # from the record that is dropped


@dataclass(frozen=True)
class Comparison:
    """Both records of a pair, which is kept, who must agree, what to look at."""

    kept: Record
    dropped: Record
    lines: list[Line]
    kept_stays: list[str]
    dropped_stays: list[str]
    effects: list[str]
    warnings: list[str]
    sides: Sides
    workplace_name: str  # of the sides; "" where there is none
    ward_name: str

    @property
    def tells_after(self) -> bool:
        """What comes out would tell of a record that the reader may not read."""
        return self.kept.is_read and self.dropped.is_read


def compare(pair: Pair, outcome: Outcome, user: User) -> Comparison:
    """The pair as told to the user, with the record that outcome keeps."""
    records = {record.member.pk: record for record in (pair.first, pair.second)}
    kept, dropped = records[outcome.kept.pk], records[outcome.dropped.pk]
    sides = sides_of(outcome)
    work = sides.workplace
    return Comparison(
        kept=kept,
        dropped=dropped,
        lines=_lines(outcome, kept, dropped, user),
        kept_stays=_stays(outcome, kept),
        dropped_stays=_stays(outcome, dropped),
        effects=_effects(outcome),
        warnings=warnings_on(outcome.kept, outcome.dropped),
        sides=sides,
        workplace_name=shown_workplace(work, to=user) if work else "",
        ward_name=sides.ward.name if sides.ward else "",
    )


def _lines(outcome: Outcome, kept: Record, dropped: Record, user: User) -> list[Line]:
    after = Member(**_columns(outcome.kept))
    for name, value in values_after_merge(outcome).items():
        setattr(after, name, value)
    positions = shown_positions([outcome.kept, outcome.dropped], to=user)
    # Where one is not read there is nothing to compare but what is said of both.
    names = _FIELDS if kept.is_read and dropped.is_read else ["full_name"]
    lines = [_line(name, outcome, (kept, dropped), after, positions) for name in names]
    return [*lines, _workplaces(outcome, kept, dropped, user)]


def _columns(member: Member) -> dict[str, Any]:
    return {
        one.attname: getattr(member, one.attname)
        for one in Member._meta.concrete_fields
    }


def _line(
    name: str,
    outcome: Outcome,
    records: tuple[Record, Record],
    after: Member,
    positions: dict[int, str],
) -> Line:
    told = [_told(record, name, positions) for record in records]
    result = _text(after, name)
    is_taken = bool(result) and result != _text(outcome.kept, name)
    if name == "position" and HIDDEN in told:
        result, is_taken = HIDDEN, False
    one, two = told
    return Line(field_label(name), one, two, result, is_taken)


def _told(record: Record, name: str, positions: dict[int, str]) -> str:
    member = record.member
    if name == "full_name":
        return record.name
    if name == "position" and member.position and not positions[member.pk]:
        return HIDDEN
    return _text(member, name)


def _text(member: Member, name: str) -> str:
    if name == "birth_date":
        return member.birth_text
    return shown_value(member, name) if getattr(member, name) else ""


def _workplaces(outcome: Outcome, kept: Record, dropped: Record, user: User) -> Line:
    units = [outcome.kept.workplace, outcome.dropped.workplace]
    tops = topmost_units(units, to=user)
    names = [tops.get(unit.pk, unit).name for unit in units]
    told = [
        name if record.is_read or name in record.place else HIDDEN
        for name, record in zip(names, (kept, dropped), strict=True)
    ]
    one, two = told
    return Line("Nơi công tác", one, two, one, is_taken=False)


def _stays(outcome: Outcome, record: Record) -> list[str]:
    """“Đảng ủy phường X: đã tiếp nhận, từ 05/01/2026”; units alone where not read."""
    stays = [stay for stay in outcome.stays if stay.member_id == record.member.pk]
    seen = [stay for stay in stays if stay.state not in _UNSEEN]
    if not record.is_read:
        return sorted({stay.ward.name for stay in seen})
    return [_stay_words(stay) for stay in seen]


def _stay_words(stay: Registration) -> str:
    day = stay.received_on or stay.sent_on or stay.asked_on
    since = f", từ {day:%d/%m/%Y}" if day else ""
    return f"{stay.place.name}: {stay.get_state_display().lower()}{since}"


def _effects(outcome: Outcome) -> list[str]:
    """What is done with stays at one ward; drafts are told by their number alone."""
    return [_effect(stay, heir) for stay, heir in outcome.given_up]


def _effect(stay: Registration, heir: Registration) -> str:
    if stay.state == State.RECEIVED:
        return (
            f"{stay.ward} đang ghi đồng chí này hai lần: lần theo dõi tại "
            f"{heir.place.name} tiếp tục, lần kia kết thúc."
        )
    if stay.state == State.LETTER_ASKED:
        return f"Đề nghị giới thiệu của {stay.ward} không còn cần, được đóng lại."
    if stay.state == State.DRAFT:
        return "Một giấy giới thiệu đang soạn không còn cần, được rút."
    return f"Giấy giới thiệu về {stay.ward} không còn cần, được rút."
