"""Who came over to a workplace: another wrote it down, so it is told here."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Count, Max, Min

from members.models import Placement, Registration, Role, User
from members.scopes import within
from reports.queries.todos.todo import Subject, Todo, link

_NEW_FOR = timedelta(days=90)


def arrival_todos(user: User, on: date) -> Iterator[Todo]:
    """Members whose stay passed to the user's workplaces lately; one statement."""
    paths = user.paths_of(Role.WORKPLACE)
    if not paths:
        return
    came = Placement.objects.filter(
        within("workplace__path", paths),
        cause=Placement.Cause.WORKPLACE_CHANGED,
        registration__state=Registration.State.RECEIVED,
        valid_to=None,
        valid_from__gt=on - _NEW_FOR,
    ).aggregate(
        n=Count("pk"), since=Min("valid_from"), member=Max("registration__member")
    )
    if came["n"]:
        one = came["n"] == 1
        yield Todo(
            "đồng chí mới chuyển đến nơi công tác, đang giữ mối liên hệ nơi cư trú",
            link("reports:member_file", came["member"])
            if one
            else link("reports:workplace_view"),
            "Xem",
            Subject.STAYS,
            count=came["n"],
            since=came["since"],
            is_news=True,
        )
