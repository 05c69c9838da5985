"""What waits for a workplace whose members live elsewhere."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Max, Min, Q

from evaluations.models import Evaluation, RatingYear
from members.models import Registration, Role, User
from members.queries.entered import entered_since
from members.queries.letters import LONG_AGO, Tab, letters_of, members_to_introduce
from members.queries.year_statements import units_without
from members.scopes import within
from reports.queries.todos.todo import Subject, Todo, link

State = Registration.State


# What waits under a heading of the letters: the words, and what the button says.
_WAITING = {
    Tab.RETURNED: ("giấy giới thiệu bị trả lại, cần giới thiệu lại", "Xem lý do"),
    Tab.ASKED: ("đồng chí được nơi cư trú đề nghị gửi giấy giới thiệu", "Gửi giấy"),
    Tab.ENDED: (
        "đồng chí đã kết thúc ở nơi cư trú, cần giới thiệu nơi mới hoặc ghi nhận",
        "Xử lý",
    ),
    Tab.DRAFT: ("giấy giới thiệu đang soạn, chưa gửi", "Gửi"),
    Tab.UNNUMBERED: ("giấy giới thiệu chưa ghi số", "Ghi số"),
    Tab.SENT: ("giấy giới thiệu đã gửi, nơi cư trú chưa tiếp nhận", "Xem"),
}


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
    yield from _returned_comments(paths)


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
                # The residence has to act, not the workplace.
                is_news=tab is Tab.SENT,
            )


def _not_introduced(user: User, paths: list[str]) -> Iterator[Todo]:
    """Those for whom nothing has been done yet; what came back has its own line."""
    before = Registration.objects.exclude(state=State.WITHDRAWN)
    members = members_to_introduce(user, with_introduced=False)
    unknown = members.exclude(pk__in=before.values("member"))
    count, since = entered_since(unknown, paths)
    if count:
        yield Todo(
            "đồng chí chưa được giới thiệu về nơi cư trú",
            link("members:letter_batch"),
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


def _returned_comments(paths: list[str]) -> Iterator[Todo]:
    returned = Evaluation.objects.filter(
        within("workplace__path", paths),
        is_current=True,
        state=Evaluation.State.RETURNED,
        rating_year__state=RatingYear.State.OPEN,
    ).aggregate(
        n=Count("pk", distinct=True),
        year=Max("rating_year__year"),
        since=Min(
            "steps__decided_on", filter=Q(steps__to_state=Evaluation.State.RETURNED)
        ),
    )
    if returned["n"]:
        yield Todo(
            "nhận xét của nơi cư trú đã trả về, dùng cho đánh giá cuối năm",
            link("reports:workplace_view", nam=returned["year"], ket_qua="da-tra"),
            "Xem",
            Subject.YEAR,
            count=returned["n"],
            since=returned["since"],
            is_news=True,
        )
