"""One mail a day to those who asked for it: kinds and numbers of what waits, no names."""

from collections.abc import Iterable
from datetime import date

from django.core.mail import EmailMessage
from django.db import transaction

from members.models import User
from party76.audit.models import Action, AuditEvent
from party76.audit.services import record
from reports.queries.home import todos_of
from reports.queries.todos.todo import Todo

REMINDER = "reminder"
_CLOSING = (
    "Đồng chí đăng nhập hệ thống Theo dõi đảng viên giữ mối liên hệ nơi cư trú để xem và "
    "xử lý.\nĐể thôi nhận thư này, đồng chí bỏ chọn ở trang “Tài khoản của tôi”."
)


def users_to_remind() -> Iterable[User]:
    """Open accounts that asked for reminders and said where to."""
    wanting = User.objects.filter(is_active=True, wants_reminders=True)
    return wanting.exclude(email="").order_by("pk")


def what_waits(user: User, *, on: date) -> list[Todo]:
    """What is to be done; news are for the page."""
    return [todo for todo in todos_of(user, on=on) if not todo.is_news]


@transaction.atomic
def send_reminder(user: User, *, on: date) -> bool:
    """Send the day's mail; False where nothing waits, or it has been sent before.

    Where sending fails nothing is put on record, so that the next run tries again.
    """
    # Two runs at once wait for one another here.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if _was_sent(user, on):
        return False
    waiting = what_waits(user, on=on)
    if not waiting:
        return False
    record(
        Action.CREATE,
        REMINDER,
        by=None,
        count=len(waiting),
        facts={"user": user.pk, "day": on.isoformat()},
    )
    _mail(user, waiting, on).send()
    return True


def _was_sent(user: User, on: date) -> bool:
    return AuditEvent.objects.filter(
        object_type=REMINDER, facts__user=user.pk, facts__day=on.isoformat()
    ).exists()


def _mail(user: User, waiting: list[Todo], on: date) -> EmailMessage:
    lines = [f"- {_line(todo)}" for todo in waiting]
    body = "\n".join(
        [f"Việc đang chờ, tính đến ngày {on:%d/%m/%Y}:", "", *lines, "", _CLOSING]
    )
    return EmailMessage(f"Có {len(waiting)} việc đang chờ", body, to=[user.email])


def _line(todo: Todo) -> str:
    number = f"{todo.count} " if todo.count is not None else ""
    since = f", từ ngày {todo.since:%d/%m/%Y}" if todo.since else ""
    due = f", {todo.due_text}" if todo.due_text else ""
    late = " (đã quá hạn)" if todo.is_late else ""
    return f"{number}{todo.without_names}{since}{due}{late}"
