"""What waits for a workplace whose members live elsewhere."""

from collections.abc import Iterator

from django.db.models import Count, Max, Min, Q

from evaluations.models import Evaluation, RatingYear
from members.models import Member, Registration, Role, User
from members.scopes import within
from reports.queries.todos.todo import Todo, link

State = Registration.State
_RUNNING = [State.DRAFT, State.SENT, State.LETTER_ASKED, State.RECEIVED]


def workplace_todos(user: User) -> Iterator[Todo]:
    """Letters, members not introduced, comments that came back: four statements."""
    paths = user.paths_of(Role.WORKPLACE)
    if not paths:
        return
    running = Registration.objects.filter(state__in=_RUNNING).values("member")
    yield from _letters(paths, running)
    yield from _not_introduced(paths, running)
    yield from _returned_comments(paths)


def _letters(paths: list[str], running) -> Iterator[Todo]:
    letters = Registration.objects.filter(within("workplace__path", paths)).aggregate(
        drafts=Count("pk", filter=Q(state=State.DRAFT)),
        asked=Count("pk", filter=Q(state=State.LETTER_ASKED)),
    )
    returned = (
        Registration.objects.filter(
            within("workplace__path", paths), state=State.RETURNED
        )
        .exclude(member__in=running)
        .aggregate(n=Count("member", distinct=True), since=Min("letter_date"))
    )
    if returned["n"]:
        yield Todo(
            "giấy giới thiệu bị trả lại, cần giới thiệu lại",
            link("members:letter_list"),
            "Xem lý do",
            count=returned["n"],
            since=returned["since"],
        )
    if letters["drafts"]:
        yield Todo(
            "giấy giới thiệu đang soạn, chưa gửi",
            link("members:letter_list"),
            "Gửi",
            count=letters["drafts"],
        )
    if letters["asked"]:
        yield Todo(
            "đồng chí được nơi cư trú đề nghị gửi giấy giới thiệu",
            link("members:member_list", trang_thai="letter_asked"),
            "Giới thiệu",
            count=letters["asked"],
        )


def _not_introduced(paths: list[str], running) -> Iterator[Todo]:
    count = (
        Member.objects.filter(
            within("workplace__path", paths), status=Member.Status.ACTIVE
        )
        .exclude(pk__in=running)
        .count()
    )
    if count:
        yield Todo(
            "đồng chí chưa được giới thiệu về nơi cư trú",
            link("members:member_list", trang_thai="not_introduced"),
            "Giới thiệu",
            count=count,
        )


def _returned_comments(paths: list[str]) -> Iterator[Todo]:
    returned = Evaluation.objects.filter(
        within("workplace__path", paths),
        is_current=True,
        state=Evaluation.State.RETURNED,
        rating_year__state=RatingYear.State.OPEN,
    ).aggregate(n=Count("pk"), year=Max("rating_year__year"))
    if returned["n"]:
        yield Todo(
            "nhận xét của nơi cư trú đã trả về, dùng cho đánh giá cuối năm",
            link("reports:workplace_view", nam=returned["year"], ket_qua="da-tra"),
            "Xem",
            count=returned["n"],
            is_news=True,
        )
