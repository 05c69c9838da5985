"""What workplace and residence write about the same people, through the services.

Letters, ends, exemptions, reports and pairs of phường Ninh Kiều with Sở Y tế and a
school: each of their states is there once at least.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from members.models import (
    Committee,
    EndReason,
    Exemption,
    Member,
    Registration,
    User,
    WorkplaceYearStatement,
)
from members.queries.pair_grounds import GROUND_WORDS
from members.queries.pairs import pair_between
from members.queries.year_statements import UnitYear, units_in_year
from members.services.deaths import report_death
from members.services.dwelling import (
    confirm_not_dwelling,
    dismiss_not_dwelling,
    report_not_dwelling,
)
from members.services.exemptions import add_exemption
from members.services.letters import (
    draft_letter,
    introduce,
    send_letter,
    write_in_letter,
)
from members.services.merges.steps import agree_merge, propose_merge, refuse_merge
from members.services.persons import add_member
from members.services.stays import end_registration, note_end
from members.services.year_statements import state_year
from party76.audit.models import Action
from party76.audit.services import record
from reports.demo.names import People
from reports.demo.tree import BATCH

_G = Exemption.Ground
_NOT_YET = "Mới chuyển đến, đang xác định nơi cư trú"
_COMMENT = (
    "Trong thời gian cư trú dự đủ các kỳ họp, gương mẫu thực hiện nghĩa vụ công dân, "
    "đoàn kết với bà con lối xóm."
)


@dataclass(frozen=True)
class Sides:
    """Both sides, who types for them, and the stays (by key) that they share."""

    day: date
    ward: Committee
    next_wards: list[Committee]
    health: Committee
    school: Committee
    by_ward: User
    by_cell: User
    by_health: User
    by_school: User
    department: User
    of_health: list[int]
    of_school: list[int]
    people: People

    def days_ago(self, days: int) -> date:
        """A day before today, but of this year."""
        return max(self.day - timedelta(days=days), date(self.day.year, 1, 1))


def write_both_sides(sides: Sides) -> None:
    """Everything that is written before the meetings of this year."""
    _number_receipts(sides)
    _write_letters(sides)
    _exempt(sides)
    _end(sides)
    _look_for(sides)
    _join_pairs(sides)
    _state_year(sides)


def stay_of(key: int) -> Registration:
    """A stay as it is stored now."""
    rows = Registration.objects.select_related("member__workplace", "ward", "cell")
    return rows.select_related("workplace").get(pk=key)


def _number_receipts(sides: Sides) -> None:
    """The ward numbers those it received this year; one statement, one event."""
    rows = Registration.objects.filter(
        ward=sides.ward, received_on__year=sides.day.year
    )
    stays = list(rows.order_by("received_on", "pk"))
    for number, stay in enumerate(stays, 1):
        stay.receipt_number = f"{number:02}-TN/ĐU"
    Registration.objects.bulk_update(stays, ["receipt_number"], BATCH)
    record(Action.UPDATE, "registration", by=sides.by_ward, count=len(stays))


def _write_letters(sides: Sides) -> None:
    """With an exemption in it, with number and day still open, and nobody's letter."""
    by, day = sides.by_health, sides.day
    far_away = Exemption(
        ground=_G.FAR_AWAY,
        document="Quyết định biệt phái số 118-QĐ/SYT",
        valid_from=sides.days_ago(20),
        valid_to=day + timedelta(days=345),
    )
    exempt, open_number, drafted, _ = [_employee(sides) for _ in range(4)]
    letter = draft_letter(
        exempt,
        ward=sides.ward,
        letter_number="91-GGT/ĐU",
        letter_date=sides.days_ago(6),
        exemption=far_away,
        by=by,
    )
    send_letter(letter, on=sides.days_ago(4), version=letter.version, by=by)
    introduce(open_number, ward=sides.ward, by=by)
    study = Exemption(
        ground=_G.STUDY,
        document="Quyết định cử đi học tập trung số 204-QĐ/SYT",
        valid_from=day,
        valid_to=day + timedelta(days=365),
    )
    draft_letter(drafted, ward=sides.ward, exemption=study, by=by)
    received = stay_of(sides.of_school[1])
    write_in_letter(
        received, number="", dated=None, version=received.version, by=sides.by_school
    )


def _employee(sides: Sides) -> Member:
    """Somebody of Sở Y tế who is followed at no residence yet."""
    year = sides.day.year
    member = sides.people.member(
        gender=sides.people.gender(),
        born=year - 34,
        joined_by=sides.day - timedelta(days=400),
    )
    member.workplace = sides.health
    member.position = "Chuyên viên"
    member.address = f"Số {len(member.full_name)}, đường 3 tháng 2, phường Ninh Kiều"
    return add_member(member, by=sides.by_health)


def _exempt(sides: Sides) -> None:
    """One period that ends soon, one that has ended, one without an end."""
    day = sides.day
    periods = [
        (sides.of_health[3], _G.STUDY, -180, day + timedelta(days=18)),
        (sides.of_health[4], _G.FAR_AWAY, -200, day - timedelta(days=25)),
        (sides.of_school[2], _G.FAR_AWAY, -90, None),
    ]
    for number, (key, ground, since, end) in enumerate(periods, 61):
        exemption = Exemption(
            registration=stay_of(key),
            ground=ground,
            document=f"Công văn số {number}-CV/ĐU",
            valid_from=day + timedelta(days=since),
            valid_to=end,
        )
        add_exemption(exemption, by=sides.by_ward)


def _end(sides: Sides) -> None:
    """Three moved away, of whom one workplace has taken note; one died."""
    unnoted, noted, died = sides.of_health[:3]
    to, elsewhere = sides.next_wards
    _move_away(sides, unnoted, to, number="57-TB/ĐU", days=12)
    _move_away(sides, sides.of_school[0], elsewhere, number="58-TB/ĐU", days=8)
    moved = _move_away(sides, noted, elsewhere, number="49-TB/ĐU", days=30)
    note_end(moved, on=sides.days_ago(26), version=moved.version, by=sides.by_health)
    member = stay_of(died).member
    report_death(
        member,
        on=sides.days_ago(21),
        document="Giấy báo tử số 33",
        version=member.version,
        by=sides.by_health,
    )


def _move_away(
    sides: Sides, key: int, to: Committee, *, number: str, days: int
) -> Registration:
    stay = stay_of(key)
    return end_registration(
        stay,
        on=sides.days_ago(days),
        reason=EndReason.MOVED_AWAY,
        number=number,
        comment=_COMMENT,
        moved_to=to,
        version=stay.version,
        by=sides.by_ward,
    )


def _look_for(sides: Sides) -> None:
    """What the cell says of people whom it no longer meets: found so, not so, open."""
    _, confirmed, dismissed = [
        report_not_dwelling(
            stay_of(key), reason=reason, on=sides.days_ago(days), by=sides.by_cell
        )
        for key, reason, days in zip(
            sides.of_school[3:6],
            (
                "Ba lần đến nhà không gặp, số điện thoại không liên lạc được",
                "Hàng xóm cho biết đã bán nhà, không rõ nơi ở mới",
                "Vắng ở nơi cư trú từ đầu quý, chưa rõ lý do",
            ),
            (9, 34, 27),
            strict=True,
        )
    ]
    confirm_not_dwelling(
        confirmed,
        on=sides.days_ago(17),
        answer="Công an khu vực xác nhận đã chuyển đi, chưa đăng ký nơi ở mới.",
        number="55-TB/ĐU",
        version=confirmed.version,
        by=sides.by_ward,
    )
    dismiss_not_dwelling(
        dismissed,
        answer="Đồng chí chăm người thân nằm viện, vẫn cư trú tại địa chỉ cũ.",
        version=dismissed.version,
        by=sides.by_ward,
    )


def _join_pairs(sides: Sides) -> None:
    """People on both lists: three pairs to look at, one asked by each side, one made
    one, one of two people."""
    stays = [stay_of(key) for key in sides.of_health[5:12]]
    # Nearly everybody's card is known; the first pair is told by it.
    stays.sort(key=lambda stay: stay.member.card_number is None)
    card, by_day, by_year, asked, of_us, joined, refused = [
        stay.member for stay in stays
    ]
    number = (card.card_number or "").replace(".", "-")
    _own_entry(sides, card, card_number=number)
    _own_entry(sides, by_day)
    year = date((by_year.birth_date or sides.day).year, 1, 1)
    _own_entry(sides, by_year, birth_date=year, birth_precision="year")
    _propose(sides, _own_entry(sides, asked), asked, by=sides.by_health)
    _propose(sides, _own_entry(sides, of_us), of_us, by=sides.by_ward)
    merge = _propose(sides, _own_entry(sides, joined), joined, by=sides.by_health)
    agree_merge(
        merge,
        versions={one.pk: one.version for one in (merge.kept, merge.dropped)},
        on=sides.day,
        version=merge.version,
        by=sides.by_ward,
    )
    merge = _propose(sides, _own_entry(sides, refused), refused, by=sides.by_ward)
    refuse_merge(
        merge,
        note="Hai đồng chí trùng họ tên và ngày sinh, quê quán và ngày vào Đảng khác nhau.",
        version=merge.version,
        by=sides.by_health,
    )


def _own_entry(sides: Sides, member: Member, **differing) -> Member:
    """The same person once more, as Sở Y tế wrote him into its own list."""
    written = {
        "full_name": member.full_name,
        "gender": member.gender,
        "birth_date": member.birth_date,
        "birth_precision": member.birth_precision,
        "admitted_on": member.admitted_on,
        "official_on": member.official_on,
        "position": member.position,
    }
    entry = Member(workplace=sides.health, **(written | differing))
    return add_member(entry, by=sides.by_health)


def _propose(sides: Sides, kept: Member, dropped: Member, *, by: User):
    pair = pair_between(by, kept.pk, dropped.pk)
    if pair is None:
        raise ValueError(dropped)
    return propose_merge(
        kept,
        dropped,
        reasons=[GROUND_WORDS[ground] for ground in pair.grounds],
        versions={kept.pk: kept.version, dropped.pk: dropped.version},
        on=sides.day,
        by=by,
    )


def _state_year(sides: Sides) -> None:
    """The two by themselves, and every third of the others from its paper."""
    units = units_in_year(sides.department, sides.day.year)
    states = {sides.health: sides.by_health, sides.school: sides.by_school}
    others = []
    for number, one in enumerate(units):
        if by := states.get(one.unit):
            state_year(_statement(one, 3, sides.day.year), version=0, by=by)
        elif number % 3 == 0:
            others.append(_statement(one, number % 4, sides.day.year))
    WorkplaceYearStatement.objects.bulk_create(others, batch_size=BATCH)
    kind = str(WorkplaceYearStatement._meta.model_name)
    record(Action.IMPORT, kind, by=sides.department, count=len(others))


def _statement(one: UnitYear, exempt: int, year: int) -> WorkplaceYearStatement:
    """As the records have it, and those of kind 1.2, who stand in no list: a number."""
    lacking = one.counted.without
    return WorkplaceYearStatement(
        committee=one.unit,
        year=year,
        total_members=one.counted.total + exempt,
        subject=one.counted.total,
        exempt_from_introduction=exempt,
        not_introduced=lacking,
        not_introduced_reason=_NOT_YET if lacking else "",
    )
