"""The list of members as a file that an office goes on working with."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.db.models import QuerySet

from members.models import Member, User
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
