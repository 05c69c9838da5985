"""Việc cần làm: what waits for a user, made from the data."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from members.models import RoleAssignment, User
from reports.queries.todos.above import (
    administrator_todos,
    department_todos,
    inspector_todos,
)
from reports.queries.todos.arrivals import arrival_todos
from reports.queries.todos.merges import merge_todos
from reports.queries.todos.notices import book_todos, notice_todos
from reports.queries.todos.reforms import reform_todos
from reports.queries.todos.residence import correction_todos, residence_todos
from reports.queries.todos.stays import stay_todos
from reports.queries.todos.todo import Todo
from reports.queries.todos.workplace import workplace_todos

# So many lines are taken in at a glance; more stand under headings.
_FEW = 7


@dataclass(frozen=True)
class TodoGroup:
    """Lines on one subject; without a heading where there are few in all."""

    heading: str
    todos: Sequence[Todo]


def todos_of(user: User, *, on: date) -> list[Todo]:
    """Everything that waits for any of the user's posts, the nearest due first.

    The number of statements depends on the roles held, never on the data.
    """
    found = [
        *residence_todos(user, on),
        *stay_todos(user, on),
        *workplace_todos(user, on),
        *arrival_todos(user, on),
        *correction_todos(user),
        *merge_todos(user),
        *notice_todos(user, on),
        *book_todos(user, on),
        *department_todos(user, on),
        *reform_todos(user, on),
        *administrator_todos(user, on),
        *inspector_todos(user),
    ]
    return sorted(found, key=lambda todo: todo.rank)


def grouped(todos: Sequence[Todo]) -> list[TodoGroup]:
    """The lines by subject where there are many; that of the most urgent line first.

    Inside a subject they stay as they were: the nearest due first.
    """
    if len(todos) <= _FEW:
        return [TodoGroup("", todos)] if todos else []
    found: defaultdict[str, list[Todo]] = defaultdict(list)
    for todo in todos:
        found[todo.subject].append(todo)
    return [TodoGroup(str(subject), lines) for subject, lines in found.items()]


def todos_of_post(post: RoleAssignment, *, on: date) -> list[Todo]:
    """What waits at the unit of one post, whoever holds it: it hangs on the unit."""
    holder = User(pk=post.user_id)
    holder.posts = (post,)
    return todos_of(holder, on=on)
