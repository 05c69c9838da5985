"""Việc cần làm: what waits for a user, made from the data."""

from datetime import date

from members.models import User
from reports.queries.todos.above import (
    administrator_todos,
    department_todos,
    inspector_todos,
)
from reports.queries.todos.reforms import reform_todos
from reports.queries.todos.residence import correction_todos, residence_todos
from reports.queries.todos.todo import Todo
from reports.queries.todos.workplace import workplace_todos


def todos_of(user: User, *, on: date) -> list[Todo]:
    """Everything that waits for any of the user's posts, the nearest due first.

    The number of statements depends on the roles held, never on the data.
    """
    found = [
        *residence_todos(user, on),
        *workplace_todos(user),
        *correction_todos(user),
        *department_todos(user, on),
        *reform_todos(user, on),
        *administrator_todos(user, on),
        *inspector_todos(user),
    ]
    return sorted(found, key=lambda todo: todo.rank)
