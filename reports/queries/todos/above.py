"""What waits for the department, the administrator and the inspector."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Count, DateField, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from evaluations.models import RatingYear
from evaluations.queries import progress_of_units
from members.models import Role, RoleAssignment, User
from members.queries.channels import without_account
from members.queries.committees import unplaced_units
from members.queries.entered import made_since
from members.scopes import contains
from party76.audit.models import Action
from reports.queries.events import events_visible_to
from reports.queries.todos.todo import Subject, Todo, link
from residence.queries.notices import late_notices

_WEEK = timedelta(days=7)


def department_todos(user: User, on: date) -> Iterator[Todo]:
    """The rating year, late units and notices, units without a place or an account:
    nine statements at most."""
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
                Subject.YEAR,
                since=year.period_to,
            )
    yield from _late_notices(user, on)
    yield from _unplaced()
    yield from _without_account(paths, "Xem danh sách")


def _missing_year(years: list[RatingYear], on: date) -> Iterator[Todo]:
    if not any(year.year == on.year for year in years):
        yield Todo(
            f"Chưa mở đợt nhận xét năm {on.year}",
            link("evaluations:year_add"),
            "Mở đợt nhận xét",
            Subject.YEAR,
            due=date(on.year, 12, 31),
            due_words="",  # no rule sets this day
        )


def _progress(year: RatingYear, user: User, on: date) -> Iterator[Todo]:
    """The units behind time; while there are none, how many people still wait."""
    units = progress_of_units(year, user=user, on=on)
    late = [unit for unit in units if unit.is_late]
    waiting = sum(unit.open for unit in units)
    if not late and waiting:
        yield Todo(
            f"đồng chí chưa có nhận xét trả về năm {year.year}",
            link("evaluations:year_detail", year.pk),
            "Xem tiến độ",
            Subject.YEAR,
            count=waiting,
            due=year.return_by,
            is_news=True,
        )
    if late:
        days = [
            day for day in (year.propose_by, year.confirm_by, year.return_by) if day
        ]
        first = min(days)
        yield Todo(
            f"đảng ủy xã, phường chậm hạn nhận xét năm {year.year}",
            link("evaluations:sheet_list", year_id=year.pk),
            "Xem tiến độ",
            Subject.YEAR,
            count=len(late),
            due=first,
            is_late=True,
        )


def _late_notices(user: User, on: date) -> Iterator[Todo]:
    """Of the wards and workplaces of the department, which presses them."""
    late = late_notices(user, on=on)
    if late.number:
        yield Todo(
            "thông báo quá hạn, nơi công tác chưa trả lời",
            link("residence:notice_list", phan="qua-han"),
            "Xem",
            Subject.NOTICES,
            count=late.number,
            since=late.since,
            due=late.due,
            is_late=True,
        )


def _unplaced() -> Iterator[Todo]:
    count, since = made_since(unplaced_units())
    if count:
        yield Todo(
            "đơn vị gặp trong danh sách nhập, chưa xếp vào cây tổ chức",
            link("members:committee_tree"),
            "Xếp đơn vị",
            Subject.UNITS,
            count=count,
            since=since,
        )


def administrator_todos(user: User, on: date) -> Iterator[Todo]:
    """Accounts without posts, units without accounts: two statements."""
    paths = user.paths_of(Role.ADMINISTRATOR)
    if not paths:
        return
    accounts = _without_post(user, on).aggregate(n=Count("pk"), since=Min("ended_on"))
    if accounts["n"]:
        yield Todo(
            "tài khoản không còn vai trò nào",
            link("members:user_list"),
            "Giao vai trò hoặc khóa",
            Subject.UNITS,
            count=accounts["n"],
            since=accounts["since"],
        )
    yield from _without_account(paths, "Lập tài khoản")


def _without_post(user: User, on: date) -> QuerySet[User]:
    """Open accounts that hold no post, with the day on which the last one ended."""
    held = RoleAssignment.objects.held_on(on)
    ended = (
        RoleAssignment.objects.filter(user=OuterRef("pk"), valid_to__lte=on)
        .order_by()
        .values("user")
        .annotate(last=Max("valid_to"))
        .values("last")
    )
    accounts = User.objects.visible_to(user).filter(is_active=True)
    return accounts.exclude(pk__in=held.values("user")).annotate(
        ended_on=Subquery(ended, output_field=DateField())
    )


def _without_account(paths: list[str], action: str) -> Iterator[Todo]:
    """Units that the other side writes for, because nobody works in the system there."""
    units = without_account(paths).count()
    if units:
        yield Todo(
            "đơn vị dùng hệ thống nhưng chưa có tài khoản, đang làm theo giấy",
            link("members:unit_without_account"),
            action,
            Subject.UNITS,
            # No day: most of these units never had an account, so nothing has begun
            # that the records could date.
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
                Subject.WATCH,
                count=count,
                is_news=True,
            )
