"""The list of members as a file that an office goes on working with."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.db.models import QuerySet

from members.models import Committee, Member, User
from members.queries.day_tree import DayTree
from members.queries.roll import Entry, whole_roll
from members.queries.rows import Row, rows_of
from party76.spreadsheets.writer import ListColumn, write_list

COLUMNS = [
    ListColumn("TT", kind="integer", width=6),
    ListColumn("Họ và tên", width=26),
    ListColumn("Giới tính", width=9),
    ListColumn("Ngày sinh", kind="date", width=12),
    ListColumn("Số thẻ đảng viên", kind="code", width=16),
    ListColumn("Ngày vào Đảng", kind="date", width=12),
    ListColumn("Ngày chính thức", kind="date", width=12),
    ListColumn("Chức vụ, nghề nghiệp", width=24),
    ListColumn("Nơi công tác", width=30),
    ListColumn("Đảng ủy nơi cư trú", width=28),
    ListColumn("Chi bộ nơi cư trú", width=24),
    ListColumn("Tình trạng", width=22),
    ListColumn("Ngày tiếp nhận", kind="date", width=12),
    ListColumn("Miễn sinh hoạt nơi cư trú", width=14),
    ListColumn("Điện thoại", kind="code", width=14),
    ListColumn("Địa chỉ nơi cư trú", width=34),
]


def member_workbook(
    members: QuerySet[Member], *, by: User, day: date, output: Path | None = None
) -> tuple[bytes, int]:
    """The members, in Vietnamese order, as an Excel list; also how many they are.

    The bytes are empty where an output is given. A former side gets of a member
    what its list shows of him, no more.
    """
    ordered = members.in_order().select_related("workplace")  # type: ignore[attr-defined]
    rows = rows_of(ordered, by, day=day, among=members)
    content = write_list(
        COLUMNS,
        _lines(rows),
        title="DANH SÁCH ĐẢNG VIÊN",
        above=[f"Tính đến ngày {day:%d/%m/%Y}"],
        below=[f"Danh sách có {len(rows)} đồng chí."],
        output=output,
    )
    return content, len(rows)


def _lines(rows: list[Row]) -> Iterator[list[object]]:
    for number, row in enumerate(rows, 1):
        yield _line(number, row)


def _line(number: int, row: Row) -> list[object]:
    stay = row.stay
    return [
        number,
        row.name,
        row.member.get_gender_display() if row.member else "",
        _birth(row),
        row.card,
        *_own(row.member, "admitted_on", "official_on", "position"),
        row.workplace,
        stay.ward.name if stay else row.residence,
        stay.cell.name if stay and stay.cell else "",
        row.state,
        stay.received_on if stay else None,
        "Miễn" if row.is_exempt else "",
        *_own(row.member, "phone", "address"),
    ]


def _own(member: Member | None, *names: str) -> list[object]:
    return [getattr(member, name, None) for name in names]


def _birth(row: Row) -> date | str:
    member = row.member
    if member and member.birth_date and member.birth_precision == "day":
        return member.birth_date
    return row.birth


ROLL_COLUMNS = [
    ListColumn("TT", kind="integer", width=6),
    ListColumn("Họ và tên", width=26),
    ListColumn("Ngày sinh", kind="date", width=12),
    ListColumn("Nơi công tác", width=30),
    ListColumn("Đảng ủy nơi cư trú", width=28),
    ListColumn("Chi bộ nơi cư trú", width=24),
    ListColumn("Ngày tiếp nhận", kind="date", width=12),
]


def roll_workbook(
    unit: Committee, tree: DayTree, *, by: User, output: Path | None = None
) -> tuple[bytes, int]:
    """Who was placed at a unit on a day, as an Excel list; also how many are named."""
    roll, entries = whole_roll(unit, tree, by=by)
    below = [f"Danh sách có {roll.named} đồng chí."]
    if roll.withheld:
        below.append(f"{roll.withheld} đồng chí không hiển thị với tài khoản này.")
    content = write_list(
        ROLL_COLUMNS,
        (_roll_line(number, entry) for number, entry in enumerate(entries, 1)),
        title="DANH SÁCH ĐẢNG VIÊN ĐƯỢC TIẾP NHẬN",
        above=[
            tree.name_of(unit.pk, unit.name),
            f"Tại ngày {tree.day:%d/%m/%Y}, theo cơ cấu tổ chức của ngày đó",
        ],
        below=below,
        output=output,
    )
    return content, roll.named


def _roll_line(number: int, entry: Entry) -> list[object]:
    return [
        number,
        entry.name,
        _day_of_birth(entry),
        entry.workplace,
        entry.ward,
        entry.cell,
        entry.received_on,
    ]


def _day_of_birth(entry: Entry) -> date | str:
    whole = entry.birth_precision == Member.DatePrecision.DAY
    if entry.birth_date is None or whole:
        return entry.birth_date or ""
    born = Member(birth_date=entry.birth_date, birth_precision=entry.birth_precision)
    return born.birth_text
