"""The list of members as a file that an office goes on working with."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone

from members.models import Committee, Member, User
from members.queries.day_tree import DayTree
from members.queries.retirement import Past
from members.queries.roll import Entry, whole_roll
from members.queries.rows import Row, rows_of
from members.queries.year_statements import UnitYear
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


RETIREMENT_COLUMNS = [
    ListColumn("TT", kind="integer", width=6),
    ListColumn("Họ và tên", width=26),
    ListColumn("Giới tính", width=9),
    ListColumn("Ngày sinh", kind="date", width=12),
    ListColumn("Tuổi", kind="integer", width=7),
    ListColumn("Đủ tuổi từ ngày", kind="date", width=13),
    ListColumn("Nơi công tác", width=30),
    ListColumn("Đảng ủy nơi cư trú", width=28),
    ListColumn("Chi bộ nơi cư trú", width=24),
]


def retirement_workbook(rows: Sequence[Past], *, day: date) -> bytes:
    """Who is past the age of retirement on a day, to be looked at, as an Excel list."""
    return write_list(
        RETIREMENT_COLUMNS,
        (_retirement_line(number, row) for number, row in enumerate(rows, 1)),
        title="ĐẢNG VIÊN ĐẾN TUỔI NGHỈ HƯU, CẦN RÀ SOÁT",
        above=[f"Tính đến ngày {day:%d/%m/%Y}"],
        below=[f"Danh sách có {len(rows)} đồng chí."],
    )


def _retirement_line(number: int, row: Past) -> list[object]:
    member, stay = row.member, row.stay
    whole = member.birth_precision == Member.DatePrecision.DAY
    return [
        number,
        member.full_name,
        member.get_gender_display() if member.gender else "",
        member.birth_date if whole else member.birth_text,
        row.age,
        row.reached_on,
        member.workplace.name,
        stay.ward.name if stay else "",
        stay.cell.name if stay and stay.cell else "",
    ]


STATEMENT_COLUMNS = [
    ListColumn("TT", kind="integer", width=6),
    ListColumn("Đơn vị", width=36),
    ListColumn("Tổng số đảng viên", kind="integer", width=12),
    ListColumn("Thuộc đối tượng giới thiệu", kind="integer", width=14),
    ListColumn("Miễn giới thiệu", kind="integer", width=12),
    ListColumn("Chưa giới thiệu", kind="integer", width=12),
    ListColumn("Lý do", width=36),
    ListColumn("Ghi chú", width=16),
    ListColumn("Hệ thống: tổng số", kind="integer", width=12),
    ListColumn("Hệ thống: đã giới thiệu", kind="integer", width=12),
    ListColumn("Hệ thống: chưa giới thiệu", kind="integer", width=12),
]


def statement_workbook(
    units: list[UnitYear], *, year: int, output: Path | None = None
) -> bytes:
    """What workplaces stated for a year, beside what is counted here today."""
    missing = sum(one.statement is None for one in units)
    return write_list(
        STATEMENT_COLUMNS,
        (_statement_line(number, one) for number, one in enumerate(units, 1)),
        title=f"THỐNG KÊ NƠI CÔNG TÁC NĂM {year}",
        above=["Phần “Hệ thống” đếm theo hồ sơ tại ngày xuất tệp."],
        below=[f"{len(units)} đơn vị, trong đó {missing} đơn vị chưa khai thống kê."],
        output=output,
    )


def _statement_line(number: int, one: UnitYear) -> list[object]:
    stated, counted = one.statement, one.counted
    numbers: list[object] = [None, None, None, None, "", "chưa khai"]
    if stated:
        numbers = [
            stated.total_members,
            stated.subject,
            stated.exempt_from_introduction,
            stated.not_introduced,
            stated.not_introduced_reason,
            "số gần đúng" if stated.is_approximate else "",
        ]
    lacking = counted.total - counted.introduced
    return [
        number,
        one.unit.name,
        *numbers,
        counted.total,
        counted.introduced,
        lacking,
    ]


_WITHOUT_ACCOUNT_COLUMNS = [
    ListColumn("TT", kind="integer", width=6),
    ListColumn("Mã đơn vị", kind="code", width=14),
    ListColumn("Đơn vị", width=40),
    ListColumn("Trực thuộc", width=36),
    ListColumn("Thiếu tài khoản đảng ủy nơi cư trú", width=18),
    ListColumn("Thiếu tài khoản cấp ủy nơi công tác", width=18),
]


def without_account_workbook(units: list[Committee]) -> bytes:
    """Units out of without_account, with the unit above, as an Excel list."""
    lines = (
        [
            number,
            unit.code,
            unit.name,
            unit.parent.name if unit.parent else "",
            "x" if unit.lacks_residence else "",  # type: ignore[attr-defined]
            "x" if unit.lacks_workplace else "",  # type: ignore[attr-defined]
        ]
        for number, unit in enumerate(units, 1)
    )
    return write_list(
        _WITHOUT_ACCOUNT_COLUMNS,
        lines,
        title="ĐƠN VỊ CHƯA CÓ TÀI KHOẢN",
        above=[f"Tại ngày {timezone.localdate():%d/%m/%Y}"],
        below=[f"Danh sách có {len(units)} đơn vị."],
    )
