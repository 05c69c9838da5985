"""What waits for the department, the administrator and the inspector."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from evaluations.models import RatingYear
from evaluations.queries import progress_of_units
from members.models import Role, RoleAssignment, User
from members.queries.channels import without_account
from members.queries.committees import unplaced_units
from members.scopes import contains
from party76.audit.models import Action
from reports.queries.events import events_visible_to
from reports.queries.todos.todo import Todo, link, until

_WEEK = timedelta(days=7)


def department_todos(user: User, on: date) -> Iterator[Todo]:
    """The rating year, late units, units without a place or an account: seven
    statements at most."""
    paths = user.paths_of(Role.DEPARTMENT)
    if not paths:
        return
    years = list(RatingYear.objects.visible_to(user).select_related("committee"))
    yield from _missing_year(years, on)
    running = [year for year in years if year.state == RatingYear.State.OPEN]
    if running:
        yield from _progress(running[0], user, on)
    for year in running:
        if year.period_to <= on and any(
            contains(path, year.committee.path) for path in paths
        ):
            yield Todo(
                f"Đợt nhận xét năm {year.year} đã qua, chưa khóa",
                link("evaluations:year_detail", year.pk),
                "Khóa đợt",
                since=year.period_to,
            )
    yield from _unplaced()
    yield from _without_account(paths, "Xem danh sách")


def _missing_year(years: list[RatingYear], on: date) -> Iterator[Todo]:
    if not any(year.year == on.year for year in years):
        yield Todo(
            f"Chưa mở đợt nhận xét năm {on.year}",
            link("evaluations:year_add"),
            "Mở đợt nhận xét",
            due=date(on.year, 12, 31),
        )


def _progress(year: RatingYear, user: User, on: date) -> Iterator[Todo]:
    """The units behind time; while there are none, how many people still wait."""
    units = progress_of_units(year, user=user, on=on)
    late = [unit for unit in units if unit.is_late]
    waiting = sum(unit.open for unit in units)
    if not late and waiting:
        yield Todo(
            f"đồng chí chưa có nhận xét trả về năm {year.year}{until(year.return_by)}",
            link("evaluations:year_detail", year.pk),
            "Xem tiến độ",
            count=waiting,
            is_news=True,
        )
    if late:
        days = [
            day for day in (year.propose_by, year.confirm_by, year.return_by) if day
        ]
        first = min(days)
        yield Todo(
            f"đảng ủy xã, phường chậm hạn nhận xét năm {year.year}{until(first)}",
            link("evaluations:sheet_list", year_id=year.pk),
            "Xem tiến độ",
            count=len(late),
            due=first,
            is_late=True,
        )


def _unplaced() -> Iterator[Todo]:
    count = unplaced_units().count()
    if count:
        yield Todo(
            "đơn vị gặp trong danh sách nhập, chưa xếp vào cây tổ chức",
            link("members:committee_tree"),
            "Xếp đơn vị",
            count=count,
        )


def administrator_todos(user: User, on: date) -> Iterator[Todo]:
    """Accounts without posts, units without accounts: two statements."""
    paths = user.paths_of(Role.ADMINISTRATOR)
    if not paths:
        return
    held = RoleAssignment.objects.held_on(on)
    accounts = (
        User.objects.visible_to(user)
        .filter(is_active=True)
        .exclude(pk__in=held.values("user"))
        .count()
    )
    if accounts:
        yield Todo(
            "tài khoản không còn vai trò nào",
            link("members:user_list"),
            "Giao vai trò hoặc khóa",
            count=accounts,
        )
    yield from _without_account(paths, "Lập tài khoản")


def _without_account(paths: list[str], action: str) -> Iterator[Todo]:
    """Units that the other side writes for, because nobody works in the system there."""
    units = without_account(paths).count()
    if units:
        yield Todo(
            "đơn vị dùng hệ thống nhưng chưa có tài khoản, đang làm theo giấy",
            link("members:unit_without_account"),
            action,
            count=units,
        )


def inspector_todos(user: User) -> Iterator[Todo]:
    """Exports and refusals of the last seven days: one statement."""
    if not user.has_role(Role.INSPECTOR):
        return
    since = timezone.now() - _WEEK
    counts = (
        events_visible_to(user)
        .filter(at__gte=since)
        .aggregate(
            exports=Count("pk", filter=Q(action=Action.EXPORT)),
            refusals=Count("pk", filter=Q(action=Action.REFUSED)),
        )
    )
    shown = [
        (Action.EXPORT, counts["exports"], "lần xuất tệp trong 7 ngày qua"),
        (
            Action.REFUSED,
            counts["refusals"],
            "lần bị từ chối truy cập trong 7 ngày qua",
        ),
    ]
    day = timezone.localdate(since)
    for action, count, text in shown:
        if count:
            yield Todo(
                text,
                link(
                    "reports:audit_list", viec=action.value, tu_ngay=f"{day:%d/%m/%Y}"
                ),
                "Xem nhật ký",
                count=count,
                is_news=True,
            )
