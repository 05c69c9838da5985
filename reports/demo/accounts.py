"""One account of each role, all with one password that everybody may know."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from members.models import Committee, Role, RoleAssignment, User
from party76.audit.models import Action
from party76.audit.services import record
from reports.demo.lists import THIRD
from reports.demo.workplaces import LONG_AGO

PASSWORD = "can-tho-76-demo"  # noqa: S105 invented, printed, only with DEMO


@dataclass(frozen=True)
class Account:
    """Who logs in, in which role, and what there is to do for him."""

    username: str
    full_name: str
    post: str
    role: str
    hint: str


ACCOUNTS = (
    Account(
        "phuong.ninhkieu",
        "Nguyễn Thị Hồng Thắm",
        "Phó Bí thư Đảng ủy phường Ninh Kiều",
        Role.RESIDENCE_WARD,
        "tiếp nhận giấy giới thiệu, xác nhận và trả nhận xét",
    ),
    Account(
        "chibo.kv1",
        "Trần Văn Bảy",
        "Bí thư Chi bộ Khu vực 1, phường Ninh Kiều",
        Role.RESIDENCE_CELL,
        "điểm danh kỳ họp tuần này, ghi bảng nhận xét",
    ),
    Account(
        "coquan.soyte",
        "Lê Minh Khôi",
        "Phó Bí thư Đảng ủy Sở Y tế",
        Role.WORKPLACE,
        "giới thiệu đảng viên, xem nhận xét của nơi cư trú",
    ),
    Account(
        "truong.chauvanliem",
        "Dương Thị Mỹ Hạnh",
        "Phó Bí thư Chi bộ Trường THPT Châu Văn Liêm",
        Role.WORKPLACE,
        "trả lời thông báo của phường, giới thiệu lại người đã chuyển đi",
    ),
    Account(
        "btc",
        "Phạm Thanh Tùng",
        "Chuyên viên Ban Tổ chức Thành ủy",
        Role.DEPARTMENT,
        "tổng hợp năm 2013 và năm nay, cây tổ chức",
    ),
    Account(
        "kiemtra",
        "Huỳnh Ngọc Diệp",
        "Chuyên viên Ủy ban Kiểm tra Thành ủy",
        Role.INSPECTOR,
        "xem hồ sơ, nhật ký truy cập",
    ),
    Account(
        "quantri",
        "Võ Quốc Hưng",
        "Quản trị hệ thống",
        Role.ADMINISTRATOR,
        "tài khoản, phân quyền",
    ),
)

# Wards whose records of this year are complete too, each with its own account.
SISTERS = {
    "phuong.caikhe": ("Đặng Thị Bích Liễu", "Phường Cái Khế"),
    "phuong.tanan": ("Ngô Hoàng Giang", "Phường Tân An"),
    "phuong.anbinh": ("Bùi Thanh Nhàn", "Phường An Bình"),
}


# They were there before the reforms, and carried them out.
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR, Role.ADMINISTRATOR)


def create_accounts_above(city: Committee) -> dict[str, User]:
    """The accounts of the city itself, with their posts; {username: user}."""
    posts = [
        (account, city, LONG_AGO) for account in ACCOUNTS if account.role in _ABOVE
    ]
    return _create(posts)


def create_accounts_below(
    units: dict[str, Committee], wards: dict[str, Committee], *, by: User
) -> dict[str, User]:
    """The accounts of units of today; units is by username, wards by full name."""
    posts = [
        (account, units[account.username], THIRD)
        for account in ACCOUNTS
        if account.role not in _ABOVE
    ]
    posts += [
        (
            Account(
                username,
                full_name,
                f"Phó Bí thư {wards[ward]}",
                Role.RESIDENCE_WARD,
                "",
            ),
            wards[ward],
            THIRD,
        )
        for username, (full_name, ward) in SISTERS.items()
    ]
    users = _create(posts)
    record(Action.CREATE, "user", by=by, count=len(users))
    return users


def _create(posts: list[tuple[Account, Committee, date]]) -> dict[str, User]:
    # One hash for all: everybody knows the password.
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(
            username=account.username,
            full_name=account.full_name,
            post=account.post,
            password=password,
        )
        for account, _, _ in posts
    )
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, committee=unit, role=account.role, valid_from=since)
        for user, (account, unit, since) in zip(users, posts, strict=True)
    )
    return {user.username: user for user in users}


def accounts_in_words() -> str:
    """The list that is printed at the end of the loading."""
    lines = [
        f"  {account.username:<18} {account.post}: {account.hint}"
        for account in ACCOUNTS
    ]
    sisters = f"  Các phường khác: {', '.join(SISTERS)}"
    password = f"Mật khẩu chung: {PASSWORD}"
    return "\n".join(["Tài khoản dùng thử:", *lines, sisters, password])
