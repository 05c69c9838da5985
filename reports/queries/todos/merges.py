"""Two records held to be one person, which wait for one's own side's word."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.utils import timezone

from members.models import MemberMerge, Role, User
from reports.queries.todos.todo import Todo, link


def merge_todos(user: User) -> Iterator[Todo]:
    """Pairs that the other side holds to be one person; one statement, or none."""
    if not user.has_role(Role.RESIDENCE_WARD, Role.WORKPLACE):
        return
    waiting = MemberMerge.objects.waiting_for(user).aggregate(
        n=Count("pk"), since=Min("proposed_at")
    )
    if waiting["n"]:
        yield Todo(
            "đề nghị ghép hồ sơ chờ đơn vị xác nhận",
            link("members:merge_list", nhom=MemberMerge.State.PROPOSED),
            "Trả lời",
            count=waiting["n"],
            since=timezone.localdate(waiting["since"]),
        )
