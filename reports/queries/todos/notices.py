"""Notices and contact books that wait for a ward, a cell or a workplace."""

from collections.abc import Iterator
from datetime import date

from evaluations.queries import uses_contact_books
from members.models import Role, User
from reports.queries.todos.todo import Subject, Todo, link
from residence.queries.books import waiting_books
from residence.queries.notices import Shelf, Waiting, waiting_notices

_RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)


def notice_todos(user: User, on: date) -> Iterator[Todo]:
    """Drafts to send, answers that are due, notices to open: a statement a side."""
    if user.has_role(Role.RESIDENCE_WARD):
        yield from _of_ward(waiting_notices(user, role=Role.RESIDENCE_WARD, on=on))
    if user.has_role(Role.WORKPLACE):
        yield from _of_workplace(waiting_notices(user, role=Role.WORKPLACE, on=on))


def book_todos(user: User, on: date) -> Iterator[Todo]:
    """Books that nobody has come for, where they are kept: two statements."""
    paths = user.paths_of(*_RESIDENCE)
    if not paths:
        return
    kept = uses_contact_books(paths, on.year)
    number, since = waiting_books(
        [path for path in paths if kept[path]], year=on.year, on=on
    )
    if number:
        yield Todo(
            f"sổ liên hệ năm {on.year} đã cấp, chưa nhận",
            link("reports:contact_book_list", nam=on.year, tinh_trang="chua-nhan"),
            "Xem danh sách",
            Subject.MEETINGS,
            count=number,
            since=since,
        )


def _of_ward(waiting: dict[str, Waiting]) -> Iterator[Todo]:
    yield from _line(
        waiting["late"],
        "thông báo quá hạn, nơi công tác chưa trả lời",
        Shelf.LATE,
        "Xem",
        is_late=True,
    )
    yield from _line(
        waiting["draft"], "thông báo đang soạn, chưa gửi", Shelf.DRAFTS, "Gửi"
    )
    yield from _line(
        waiting["open"],
        "thông báo đã gửi, chờ nơi công tác trả lời",
        Shelf.IN_TIME,
        "Xem",
        is_news=True,
    )


def _of_workplace(waiting: dict[str, Waiting]) -> Iterator[Todo]:
    parts = [
        ("late", "thông báo của nơi cư trú quá hạn trả lời", Shelf.LATE),
        ("open", "thông báo của nơi cư trú chờ trả lời", Shelf.IN_TIME),
    ]
    for part, text, shelf in parts:
        # Of these very notices: how many nobody here has read yet.
        new = waiting[f"{part}_unseen"].number
        words = f", trong đó {new} thông báo chưa mở xem" if new else ""
        action = "Xem, trả lời" if new else "Trả lời"
        yield from _line(
            waiting[part], text + words, shelf, action, is_late=part == "late"
        )
    yield from _line(
        waiting["above"],
        "thông báo của nơi cư trú gửi đơn vị cấp trên, có đồng chí của đơn vị",
        Shelf.UNANSWERED,
        "Xem",
        is_news=True,
    )


def _line(
    waiting: Waiting, text: str, shelf: Shelf, action: str, **more
) -> Iterator[Todo]:
    if not waiting.number:
        return
    yield Todo(
        text,
        link("residence:notice_list", phan=shelf),
        action,
        Subject.NOTICES,
        count=waiting.number,
        since=waiting.since,
        due=waiting.due,
        **more,
    )
