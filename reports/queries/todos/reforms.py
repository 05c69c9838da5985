"""Decisions on the tree that were confirmed ahead, or were begun and not confirmed."""

from collections.abc import Iterator
from datetime import date, timedelta

from members.models import Reorganisation, Role, User
from members.scopes import within
from reports.queries.todos.todo import Subject, Todo, link

State = Reorganisation.State
_AHEAD = timedelta(days=30)
_EFFECTIVE = "có hiệu lực từ ngày"


def reform_todos(user: User, on: date) -> Iterator[Todo]:
    """What waits of the decisions of the user's units; one statement."""
    paths = user.paths_of(Role.DEPARTMENT, Role.RESIDENCE_WARD)
    if not paths:
        return
    reforms = Reorganisation.objects.filter(
        within("committee__path", paths),
        state__in=[State.DRAFT, State.SCHEDULED],
    )
    for reform in reforms.order_by("effective_on", "pk"):
        yield from _todo(reform, on)


def _todo(reform: Reorganisation, on: date) -> Iterator[Todo]:
    url = link("reports:reorganisation_detail", reform.pk)
    name = f"theo {reform.decision_words}" if reform.decision_number else "chưa rõ số"
    name += f" ({reform.title})" if reform.title else ""
    if reform.state == State.DRAFT:
        yield Todo(
            f"Sắp xếp tổ chức {name}: chưa xác nhận",
            url,
            "Xem trước",
            Subject.UNITS,
            due=reform.effective_on,
            due_words=_EFFECTIVE,
        )
    elif reform.effective_on <= on:
        yield Todo(
            f"Sắp xếp tổ chức {name}: đã đến ngày hiệu lực",
            url,
            "Thực hiện",
            Subject.UNITS,
            due=reform.effective_on,
            due_words=_EFFECTIVE,
            is_late=reform.effective_on < on,
        )
    elif reform.effective_on - on <= _AHEAD:
        yield Todo(
            f"Sắp xếp tổ chức {name}: chưa đến ngày hiệu lực",
            url,
            "Xem lại",
            Subject.UNITS,
            due=reform.effective_on,
            due_words=_EFFECTIVE,
            is_news=True,
        )
