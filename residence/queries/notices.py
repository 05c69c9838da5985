"""Notices as their lists and pages show them, to both sides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import (
    Aggregate,
    Case,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from members.models import Committee, Member, Registration, Role, User
from members.queries.discretion import shown_workplaces, veil
from members.scopes import within
from party76.shared.text import fold
from residence.models import Notice, NoticeItem, told_to_workplaces

State = Notice.State
WAITING = [State.SENT, State.SEEN]
_NO_DAY = date(9000, 1, 1)  # behind every day that somebody has set


class Shelf(StrEnum):
    """The parts of the list of notices; each has its own order."""

    RUNNING = "dang-cho"
    DRAFTS = "dang-soan"
    UNANSWERED = "chua-tra-loi"
    IN_TIME = "con-han"
    LATE = "qua-han"
    ANSWERED = "da-tra-loi"
    WITHDRAWN = "da-rut"
    ALL = "tat-ca"


SHELF_LABELS = {
    Shelf.RUNNING: "Đang soạn, chờ trả lời",
    Shelf.DRAFTS: "Đang soạn, chưa gửi",
    Shelf.UNANSWERED: "Đã gửi, chưa trả lời",
    Shelf.IN_TIME: "Đã gửi, còn hạn trả lời",
    Shelf.LATE: "Quá hạn trả lời",
    Shelf.ANSWERED: "Đã trả lời",
    Shelf.WITHDRAWN: "Đã rút",
    Shelf.ALL: "Tất cả",
}
# What waits stands with the nearest day first; the rest with the newest first.
BY_DUE_DAY = {Shelf.RUNNING, Shelf.DRAFTS, Shelf.UNANSWERED, Shelf.IN_TIME, Shelf.LATE}
BADGES = {
    State.DRAFT: "neutral",
    State.SENT: "warning",
    State.SEEN: "info",
    State.ANSWERED: "success",
    State.WITHDRAWN: "neutral",
}


@dataclass(frozen=True)
class Narrowing:
    """What a list of notices is narrowed to."""

    shelf: Shelf = Shelf.RUNNING
    kind: str = ""
    workplace: str = ""  # a part of its name
    ward: Committee | None = None


def notices_for_list(user: User, chosen: Narrowing, *, on: date) -> QuerySet[Notice]:
    """Notices the user may see, with the number of people he may read (n_people).

    order_day is what the list is ordered by where the nearest day stands first.
    """
    lines = NoticeItem.objects.visible_to(user).filter(notice=OuterRef("pk"))
    counted = lines.order_by().values("notice").annotate(n=Count("pk")).values("n")
    notices = (
        Notice.objects.visible_to(user)
        .select_related("committee", "workplace")
        .annotate(
            n_people=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0)),
            order_day=Case(
                When(due_on=None, then=Value(_NO_DAY)),
                default=F("due_on"),
                output_field=DateField(),
            ),
        )
    )
    notices = notices.filter(shelf_condition(chosen.shelf, on))
    if chosen.kind:
        notices = notices.filter(kind=chosen.kind)
    if chosen.ward:
        notices = notices.filter(within("committee__path", [chosen.ward.path]))
    if text := fold(chosen.workplace):
        notices = notices.filter(workplace__search_key__contains=text)
    return notices


def shelf_condition(shelf: Shelf, on: date) -> Q:
    """Which notices stand in a part of the list on a day."""
    waiting = Q(state__in=WAITING) & to_be_answered()
    in_time = Q(due_on=None) | Q(due_on__gte=on)
    return {
        Shelf.RUNNING: Q(state=State.DRAFT) | waiting,
        Shelf.DRAFTS: Q(state=State.DRAFT),
        Shelf.UNANSWERED: waiting,
        Shelf.IN_TIME: waiting & in_time,
        Shelf.LATE: waiting & Q(due_on__lt=on),
        Shelf.ANSWERED: Q(state=State.ANSWERED),
        Shelf.WITHDRAWN: Q(state=State.WITHDRAWN),
        Shelf.ALL: Q(),
    }[shelf]


def to_be_answered() -> Q:
    """Notices that name somebody who is still followed: of others nothing is asked."""
    alive = NoticeItem.objects.filter(
        notice=OuterRef("pk"), member__status=Member.Status.ACTIVE
    )
    return Q(Exists(alive))


def shelf_counts(user: User, *, on: date) -> dict[Shelf, int]:
    """How many notices stand in each part; one statement."""
    shelves = [Shelf.DRAFTS, Shelf.UNANSWERED, Shelf.LATE, Shelf.ANSWERED]
    found = Notice.objects.visible_to(user).aggregate(
        **{one.name: Count("pk", filter=shelf_condition(one, on)) for one in shelves}
    )
    return {one: found[one.name] for one in shelves}


def name_as_known(notices: Iterable[Notice], user: User) -> None:
    """Let notices name their workplace as the reader may know it; one statement."""
    veil(notices, to=user)


def items_for_page(notice: Notice, user: User) -> list[NoticeItem]:
    """The lines of a notice that the user may read, by cell and name."""
    items = (
        NoticeItem.objects.visible_to(user)
        .filter(notice=notice)
        .select_related("member", "cell", "registration")
    )
    return list(_in_order(items))


def items_to_answer(notice: Notice) -> list[NoticeItem]:
    """Lines on whom a measure is asked: who died or left meanwhile is passed over."""
    items = notice.items.filter(member__status=Member.Status.ACTIVE)
    return list(_in_order(items.select_related("member", "cell")))


def people_to_add(notice: Notice) -> list[Registration]:
    """Received stays of the same ward and workplace that the notice does not name."""
    here = Registration.objects.filter(
        within("workplace__path", [notice.workplace.path]),
        ward=notice.committee,
        state=Registration.State.RECEIVED,
        member__status=Member.Status.ACTIVE,
    )
    found = here.exclude(pk__in=notice.items.values("registration"))
    found = found.select_related("member", "cell")
    return list(found.order_by("member__sort_key", "member_id"))


def notices_of(
    registrations: QuerySet[Registration] | Iterable[Registration], user: User
) -> list[NoticeItem]:
    """Lines on these stays that the user may read, the newest notice first.

    Each with its notice and the units of it; for a member's file. Two statements at
    most, one where the reader is told every unit.
    """
    items = list(
        NoticeItem.objects.visible_to(user)
        .filter(registration__in=[stay.pk for stay in registrations])
        .select_related("notice__committee", "notice__workplace", "cell")
        .order_by("-notice__created_on", "-notice_id")
    )
    veil([item.notice for item in items], to=user)
    return items


def wards_writing(user: User) -> QuerySet[Committee]:
    """Wards whose notices the user may see, for the filter of his list."""
    seen = Notice.objects.visible_to(user)
    return Committee.objects.filter(pk__in=seen.values("committee")).order_by(
        "sort_key", "pk"
    )


def message_text(notice: Notice, number_of_people: int) -> str:
    """What may be copied into a message: neither a name nor what it is about."""
    number = f" số {notice.number}" if notice.number else ""
    day = notice.dated_on or notice.sent_on
    dated = f" ngày {day:%d/%m/%Y}" if day else ""
    workplace = shown_workplaces([notice.workplace])[notice.workplace_id]
    asked = (
        f", đề nghị trả lời chậm nhất ngày {notice.due_on:%d/%m/%Y}"
        if notice.due_on
        else ", đề nghị sớm trả lời"
    )
    return (
        f"{notice.committee.name} có thông báo{number}{dated} về {number_of_people} "
        f"đồng chí của {workplace}{asked}. Danh sách và nội dung xem ở mục “Thông báo” "
        "của hệ thống theo dõi đảng viên giữ mối liên hệ nơi cư trú, hoặc ở bản giấy "
        "gửi kèm."
    )


@dataclass(frozen=True)
class Waiting:
    """How many notices wait, since when, and until when the first of them."""

    number: int
    since: date | None = None
    due: date | None = None


def waiting_notices(user: User, *, role: str, on: date) -> dict[str, Waiting]:
    """What waits at the user's wards (role RESIDENCE_WARD) or workplaces (WORKPLACE).

    Keys: draft, open, late, above; open are sent and not late. open_unseen and
    late_unseen are those among them that the workplace has not opened; above went to a
    unit over the workplace, which answers. One statement.
    """
    side = "workplace" if role == Role.WORKPLACE else "committee"
    mine = within(f"{side}__path", user.paths_of(role))
    named = NoticeItem.objects.none()
    if role == Role.WORKPLACE:
        named = NoticeItem.objects.filter(told_to_workplaces(user.paths_of(role)))
    late = shelf_condition(Shelf.LATE, on) & mine
    in_time = shelf_condition(Shelf.IN_TIME, on) & mine
    unseen = Q(state=State.SENT)
    above = shelf_condition(Shelf.UNANSWERED, on) & ~mine
    parts = {
        "draft": (shelf_condition(Shelf.DRAFTS, on) & mine, "created_on"),
        "open": (in_time, "sent_on"),
        "open_unseen": (in_time & unseen, "sent_on"),
        "late": (late, "sent_on"),
        "late_unseen": (late & unseen, "sent_on"),
        "above": (above, "sent_on"),
    }
    told = mine | Q(pk__in=named.values("notice"))
    return _waiting(Notice.objects.filter(told), parts)


def late_notices(user: User, *, on: date) -> Waiting:
    """Notices not answered in time among those that the user may see; one statement."""
    late = {"late": (shelf_condition(Shelf.LATE, on), "sent_on")}
    return _waiting(Notice.objects.visible_to(user), late)["late"]


def _waiting(
    notices: QuerySet[Notice], parts: dict[str, tuple[Q, str]]
) -> dict[str, Waiting]:
    """What waits of each part ({name: condition and field of the day since when})."""
    sums: dict[str, Aggregate] = {}
    for name, (condition, day) in parts.items():
        sums[f"{name}_n"] = Count("pk", filter=condition)
        sums[f"{name}_since"] = Min(day, filter=condition)
        sums[f"{name}_due"] = Min("due_on", filter=condition)
    found = notices.aggregate(**sums)
    return {
        name: Waiting(found[f"{name}_n"], found[f"{name}_since"], found[f"{name}_due"])
        for name in parts
    }


def _in_order(items: QuerySet[NoticeItem]) -> QuerySet[NoticeItem]:
    return items.order_by(
        F("cell__sort_key").asc(nulls_last=True),
        "cell_id",
        "member__sort_key",
        "pk",
    )
