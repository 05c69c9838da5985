"""Records that may be of one person: to be looked at, or waiting for a side's word."""

from collections.abc import Iterator

from django.db.models import Count, Min, Q
from django.utils import timezone

from members.models import MemberMerge, Role, User
from members.queries.merge_hints import number_of_pairs
from reports.queries.todos.todo import Subject, Todo, link

_SIDES = (Role.RESIDENCE_WARD, Role.WORKPLACE)


def merge_todos(user: User) -> Iterator[Todo]:
    """Pairs to look at, and those that wait for one side's word or the other's.

    Three statements for a ward or workplace, one for the department above them.
    """
    if not user.has_role(*_SIDES, Role.DEPARTMENT):
        return
    yield from _proposed(user)
    if user.has_role(*_SIDES):
        yield from _pairs(user)


def _proposed(user: User) -> Iterator[Todo]:
    own = Q(pk__in=MemberMerge.objects.waiting_for(user).values("pk"))
    counted = (
        MemberMerge.objects.visible_to(user)
        .open()
        .aggregate(
            own=Count("pk", filter=own),
            own_since=Min("proposed_at", filter=own),
            others=Count("pk", filter=~own),
            others_since=Min("proposed_at", filter=~own),
        )
    )
    whose = "bên kia" if user.has_role(*_SIDES) else "hai bên"
    parts = [
        ("own", "đề nghị ghép hồ sơ chờ đơn vị xác nhận", "Trả lời"),
        ("others", f"đề nghị ghép hồ sơ chờ {whose} xác nhận", "Xem"),
    ]
    for part, text, action in parts:
        if counted[part]:
            yield Todo(
                text,
                link("members:merge_list", nhom=MemberMerge.State.PROPOSED),
                action,
                Subject.RECORDS,
                count=counted[part],
                since=timezone.localdate(counted[f"{part}_since"]),
                is_news=part == "others",
            )


def _pairs(user: User) -> Iterator[Todo]:
    number = number_of_pairs(user)
    if number:
        yield Todo(
            "cặp hồ sơ có thể trùng, cần xem có phải một người không",
            link("members:merge_list"),
            "So sánh",
            Subject.RECORDS,
            # No day: a pair is found anew each time, nobody notes when it came about.
            count=number,
        )
