"""What waits for a workplace whose members live elsewhere."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Min

from evaluations.models import Evaluation, EvaluationStep, RatingYear
from members.models import Role, User
from members.queries.entered import entered_since
from members.queries.letters import (
    LONG_AGO,
    Tab,
    Whom,
    letters_of,
    members_to_introduce,
)
from members.queries.year_statements import units_without
from reports.queries.todos.todo import Subject, Todo, link
from reports.queries.workplace import own_members, returned_of_year, with_result
from reports.queries.workplace_stages import Narrowing, Result

# What waits under a heading of the letters: the words, and what the button says.
_WAITING = {
    Tab.RETURNED: (
        "giấy giới thiệu bị trả lại, cần giới thiệu lại hoặc ghi nhận",
        "Xem lý do",
    ),
    Tab.ASKED: ("đồng chí được nơi cư trú đề nghị gửi giấy giới thiệu", "Gửi giấy"),
    Tab.ENDED: (
        "đồng chí đã kết thúc ở nơi cư trú, cần giới thiệu nơi mới hoặc ghi nhận",
        "Xử lý",
    ),
    Tab.DRAFT: ("giấy giới thiệu đang soạn, chưa gửi", "Gửi"),
    Tab.UNNUMBERED: ("giấy giới thiệu chưa ghi số", "Ghi số"),
    Tab.SENT: ("giấy giới thiệu đã gửi, nơi cư trú chưa tiếp nhận", "Xem"),
    Tab.TAKEN_BACK: ("đề nghị giới thiệu mà nơi cư trú đã rút", "Xem lý do"),
}
# The residence has to act, not the workplace, or there is nothing to be done.
_NEWS = {Tab.SENT, Tab.TAKEN_BACK}


def workplace_todos(user: User, on: date) -> Iterator[Todo]:
    """Letters, members not introduced, the year's statement, comments that came back.

    Thirteen statements.
    """
    paths = user.paths_of(Role.WORKPLACE)
    if not paths:
        return
    yield from _letters(user, on)
    yield from _not_introduced(user, paths)
    yield from _statement(user, on)
    yield from _returned_comments(user, on)


def _letters(user: User, on: date) -> Iterator[Todo]:
    for tab, (text, action) in _WAITING.items():
        waiting = letters_of(user, tab, day=on).aggregate(
            n=Count("pk"), since=Min("waiting_since")
        )
        if waiting["n"]:
            yield Todo(
                text,
                link("members:letter_list", muc=tab),
                action,
                Subject.STAYS,
                count=waiting["n"],
                since=waiting["since"] if waiting["since"] > LONG_AGO else None,
                is_news=tab in _NEWS,
            )


def _not_introduced(user: User, paths: list[str]) -> Iterator[Todo]:
    """Those for whom nothing has been done yet; what came back has its own line."""
    count, since = entered_since(members_to_introduce(user, Whom.NEVER), paths)
    if count:
        yield Todo(
            "đồng chí chưa từng được giới thiệu về nơi cư trú",
            link("members:letter_batch", ds=Whom.NEVER),
            "Giới thiệu",
            Subject.STAYS,
            count=count,
            since=since,
        )


def _statement(user: User, on: date) -> Iterator[Todo]:
    """In the first half of a year that of the year before, then this year's."""
    is_past = on.month <= 6
    year = on.year - 1 if is_past else on.year
    lacking = units_without(user, year)
    if lacking:
        one = len(lacking) == 1
        yield Todo(
            f"{lacking[0].name} chưa khai thống kê năm {year}"
            if one
            else f"đơn vị chưa khai thống kê năm {year}",
            link("members:statement_edit", lacking[0].pk, year)
            if one
            else link("members:statement_list", nam=year, ds="chua"),
            "Khai thống kê",
            Subject.YEAR,
            count=None if one else len(lacking),
            since=date(on.year, 1, 1) if is_past else None,
            due=None if is_past else date(year, 12, 31),
            due_words="",  # no rule sets this day
        )


def _returned_comments(user: User, on: date) -> Iterator[Todo]:
    """A line for each open year: the members whom the page then lists."""
    opened = RatingYear.objects.visible_to(user).filter(state=RatingYear.State.OPEN)
    years = {f"in_{year.year}": year for year in opened.order_by("-year", "pk")}
    counted = own_members(user, None, Narrowing(), on=on).aggregate(
        **{name: _returned_in(user, year) for name, year in years.items()}
    )
    for name, year in years.items():
        if counted[name]:
            yield Todo(
                f"đồng chí có nhận xét năm {year.year} đã trả về, dùng cho đánh giá "
                "cuối năm",
                link(
                    "reports:workplace_view",
                    nam=year.year,
                    ket_qua=Result.RETURNED,
                ),
                "Xem",
                Subject.YEAR,
                count=counted[name],
                since=_returned_since(user, year),
                is_news=True,
            )


def _returned_since(user: User, year: RatingYear) -> date | None:
    steps = EvaluationStep.objects.filter(
        evaluation__in=returned_of_year(user, year),
        to_state=Evaluation.State.RETURNED,
    )
    return steps.aggregate(first=Min("decided_on"))["first"]


def _returned_in(user: User, year: RatingYear) -> Count:
    return Count("pk", filter=with_result(user, year, Result.RETURNED))
