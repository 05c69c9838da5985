"""The record of who did and saw what, as far as a reader oversees it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from members.models import Committee, Role, RoleAssignment, User
from members.scopes import STEP, within
from party76.audit.models import Action, AuditEvent

# What the record speaks of, in the words of the pages.
OBJECT_LABELS = {
    "member": "Đảng viên",
    "registration": "Giấy giới thiệu, tiếp nhận",
    "exemption": "Miễn sinh hoạt nơi cư trú",
    "correctionrequest": "Đề nghị đính chính",
    "membermerge": "Ghép hồ sơ",
    "meeting": "Kỳ họp",
    "attendance": "Điểm danh",
    "opinion": "Ý kiến",
    "ratingyear": "Đợt nhận xét",
    "ruleset": "Quy định áp dụng",
    "sheet": "Bảng nhận xét",
    "evaluation": "Nhận xét của một đảng viên",
    "committee": "Tổ chức đảng",
    "user": "Tài khoản",
    "roleassignment": "Vai trò",
    "summary_list": "Danh sách của bảng tổng hợp",
    "workplace_view": "Đảng viên của nơi công tác",
    "register": "Sổ theo dõi",
    "documenttemplate": "Mẫu văn bản",
    "audit": "Nhật ký",
    "reminder": "Thư nhắc việc",
}

_READERS = (Role.INSPECTOR, Role.ADMINISTRATOR)


def events_visible_to(user: User) -> QuerySet[AuditEvent]:
    """Events on units in the reader's scope, and those of accounts that serve there.

    What names neither, such as a failed login, is for those who oversee a whole tree.
    """
    paths = user.paths_of(*_READERS)
    codes = Committee.objects.filter(within("path", paths)).values("code")
    visible = Q(committee_code__in=codes) | Q(actor_key__in=_keys_of(paths))
    if any(len(path) == STEP for path in paths):
        visible |= Q(committee_code="", actor_key="")
    return AuditEvent.objects.filter(visible)


@dataclass(frozen=True)
class EventRow:
    """An event in the words of the page; nothing personal is read for it."""

    pk: int
    at: datetime
    actor: str
    action: str
    thing: str
    unit: str
    count: int | None
    address: str


def rows_of(events: list[AuditEvent]) -> list[EventRow]:
    """The events of one page with the names of their units. One query."""
    codes = {event.committee_code for event in events}
    names = dict(
        Committee.objects.filter(code__in=codes - {""}).values_list("code", "name")
    )
    return [
        EventRow(
            pk=event.pk,
            at=event.at,
            actor=event.actor_name,
            action=event.get_action_display(),
            thing=_thing(event),
            unit=names.get(event.committee_code, event.committee_code),
            count=event.count,
            address=event.address,
        )
        for event in events
    ]


def _thing(event: AuditEvent) -> str:
    label = OBJECT_LABELS.get(event.object_type, event.object_type)
    if event.action == Action.REFUSED:
        return f"Trang {label}, trả lời {event.facts.get('status', '')}"
    return f"{label} số {event.object_key}" if event.object_key else label


def overseen_users(user: User) -> QuerySet[User]:
    """Accounts that hold, or held, a post in the reader's scope."""
    posts = RoleAssignment.objects.filter(
        within("committee__path", user.paths_of(*_READERS))
    )
    return User.objects.filter(pk__in=posts.values("user")).order_by("username")


def _keys_of(paths: list[str]) -> QuerySet:
    posts = RoleAssignment.objects.filter(within("committee__path", paths))
    return posts.annotate(key=Cast("user_id", CharField(max_length=40))).values("key")
