"""Lists of members: narrowed, in Vietnamese order, page by page."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from django.db.models import Q, QuerySet

from members.models import (
    Committee,
    EndReason,
    Member,
    Registration,
    Role,
    User,
)
from members.models.registrations import at_residence
from members.queries.discretion import topmost_units
from members.queries.rows import Row, rows_of
from members.scopes import within

PAGE_SIZE = 50
State = Registration.State
_RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)
_SEEN_AT_RESIDENCE = [State.SENT, State.LETTER_ASKED, State.RECEIVED]
_RUNNING = [State.DRAFT, *_SEEN_AT_RESIDENCE]
_GONE = [
    EndReason.CHANGED_WORK,
    EndReason.RETIRED,
    EndReason.DIED,
    EndReason.EXPELLED,
    EndReason.STRUCK_OFF,
    EndReason.LEFT_PARTY,
]


class Listed(StrEnum):
    """Which members a list shows; the states of a stay and four more."""

    CURRENT = "current"
    RECEIVED = "received"
    WITHOUT_CELL = "without_cell"
    SENT = "sent"
    LETTER_ASKED = "letter_asked"
    DRAFT = "draft"
    RETURNED = "returned"
    NOT_INTRODUCED = "not_introduced"
    ENDED = "ended"
    GONE = "gone"


LISTED_LABELS = {
    Listed.CURRENT: "Đang theo dõi",
    Listed.RECEIVED: "Đã tiếp nhận",
    Listed.WITHOUT_CELL: "Đã tiếp nhận, chưa phân chi bộ",
    Listed.SENT: "Đã gửi giấy giới thiệu, chờ tiếp nhận",
    Listed.LETTER_ASKED: "Đang cư trú, đã đề nghị giới thiệu",
    Listed.DRAFT: "Đang soạn giấy giới thiệu",
    Listed.RETURNED: "Giấy giới thiệu bị trả lại",
    Listed.NOT_INTRODUCED: "Chưa giới thiệu, bị trả lại hoặc đã kết thúc",
    Listed.ENDED: "Đã kết thúc ở nơi cư trú",
    Listed.GONE: "Đã ra khỏi diện theo dõi, từ trần",
}


@dataclass(frozen=True)
class Chosen:
    """What a list is narrowed to; None where nothing is chosen."""

    listed: Listed = Listed.CURRENT
    workplace: Committee | None = None
    residence: Committee | None = None
    is_exempt: bool | None = None


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    total: int
    before: int | None
    after: int | None


def narrowed(user: User, chosen: Chosen, *, day: date) -> QuerySet[Member]:
    """The members in the user's scope that fit what was chosen."""
    members = Member.objects.visible_to(user)
    if chosen.workplace:
        # Who would be told by the part of a unit of the armed forces is told by the whole.
        tops = topmost_units([chosen.workplace], to=user)
        whole = tops.get(chosen.workplace.pk, chosen.workplace)
        chosen = replace(chosen, workplace=whole)
    if chosen.listed is Listed.CURRENT:
        return _current(members, user, chosen, day)
    if chosen.listed is Listed.NOT_INTRODUCED:
        if chosen.residence is not None:
            return members.none()
        running = Registration.objects.filter(state__in=_RUNNING)
        members = members.filter(_at_work(user), status=Member.Status.ACTIVE).exclude(
            pk__in=running.values("member")
        )
        return members.filter(_works_in(chosen.workplace))
    stays = _stays_of_sides(user, chosen, day)
    if chosen.listed is Listed.GONE:
        gone = Q(pk__in=stays.filter(end_reason__in=_GONE).values("member"))
        left = _at_work(user) & _works_in(chosen.workplace)
        if chosen.residence is None:
            gone |= left
        return members.filter(gone).exclude(status=Member.Status.ACTIVE)
    if chosen.listed is Listed.WITHOUT_CELL:
        stays = stays.filter(state=State.RECEIVED, cell=None)
    else:
        stays = stays.filter(state=chosen.listed.value)
    return members.filter(pk__in=stays.values("member"))


def member_page(
    members: QuerySet[Member],
    user: User,
    *,
    day: date,
    after: int | None = None,
    before: int | None = None,
) -> Page:
    """One page of members in order; the cursors are keys of members.

    Four statements at most, however many members there are.
    """
    ordered = ["sort_key", "pk"]
    if "is_exact" in members.query.annotations:
        ordered.insert(0, "-is_exact")
    found = members.select_related("workplace")
    here = _from_cursor(found, before or after, backwards=before is not None)
    here = here.order_by(*_turned(ordered) if before else ordered)
    listed = list(here[: PAGE_SIZE + 1])
    has_more = len(listed) > PAGE_SIZE
    listed = listed[:PAGE_SIZE]
    if before:
        listed.reverse()
    rows = rows_of(listed, user, day=day)
    first, last = (listed[0].pk, listed[-1].pk) if listed else (None, None)
    return Page(
        rows=rows,
        total=members.count(),
        before=first if (has_more if before else after) else None,
        after=last if (has_more or before) else None,
    )


def possible_duplicates(
    *, full_name: str, birth_date: date | None, except_pk: int | None = None
) -> QuerySet[Member]:
    """Members of one spelling of the name and one birth date, in any unit."""
    keys = Member(full_name=full_name)
    keys.set_keys()
    same = Member.objects.filter(search_key=keys.search_key, marked_key=keys.marked_key)
    same = same.exclude(status=Member.Status.MERGED)
    if except_pk is not None:
        same = same.exclude(pk=except_pk)
    if birth_date is not None:
        same = same.filter(Q(birth_date=birth_date) | Q(birth_date=None))
    return same.select_related("workplace").order_by("pk")


def _current(members, user: User, chosen: Chosen, day: date) -> QuerySet[Member]:
    """Whom the user's own units follow today, from either side."""
    residence = at_residence(user.paths_of(*_RESIDENCE, *_ABOVE))
    stays = Registration.objects.filter(residence, state__in=_SEEN_AT_RESIDENCE)
    if chosen.residence or chosen.is_exempt is not None:
        own = Registration.objects.filter(
            within("workplace__path", user.paths_of(Role.WORKPLACE, *_ABOVE)),
            state__in=_RUNNING,
        )
        either = Registration.objects.filter(
            Q(pk__in=stays.values("pk")) | Q(pk__in=own.values("pk"))
        )
        fitting = _narrow_stays(either, chosen, day)
        followed = Q(pk__in=fitting.values("member"))
    else:
        followed = Q(pk__in=stays.values("member")) | _at_work(user)
    return members.filter(
        followed, _works_in(chosen.workplace), status=Member.Status.ACTIVE
    )


def _stays_of_sides(user: User, chosen: Chosen, day: date) -> QuerySet[Registration]:
    """Stays of which the user's units are a side by their own columns."""
    sides = at_residence(user.paths_of(*_RESIDENCE, *_ABOVE)) | within(
        "workplace__path", user.paths_of(Role.WORKPLACE, *_ABOVE)
    )
    stays = Registration.objects.visible_to(user).filter(sides)
    if chosen.workplace:
        stays = stays.filter(within("workplace__path", [chosen.workplace.path]))
    return _narrow_stays(stays, chosen, day)


def _narrow_stays(stays, chosen: Chosen, day: date) -> QuerySet[Registration]:
    if chosen.residence:
        stays = stays.filter(at_residence([chosen.residence.path]))
    if chosen.is_exempt is None:
        return stays
    exempt = Registration.objects.exempt_on(day).values("pk")
    in_force = Q(pk__in=exempt)
    return stays.filter(in_force if chosen.is_exempt else ~in_force)


def _at_work(user: User) -> Q:
    return within("workplace__path", user.paths_of(Role.WORKPLACE, *_ABOVE))


def _works_in(workplace: Committee | None) -> Q:
    return within("workplace__path", [workplace.path]) if workplace else Q()


def _turned(ordered: list[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in ordered]


def _from_cursor(members: QuerySet, pk: int | None, *, backwards: bool) -> QuerySet:
    """The members after (before) one of them; an unknown key begins at the top."""
    if pk is None:
        return members
    mark = members.filter(pk=pk).first()
    if mark is None:
        return members
    way = "lt" if backwards else "gt"
    beyond = Q(**{f"sort_key__{way}": mark.sort_key}) | Q(
        **{"sort_key": mark.sort_key, f"pk__{way}": pk}
    )
    if "is_exact" not in members.query.annotations:
        return members.filter(beyond)
    exact = mark.is_exact
    beyond &= Q(is_exact=exact)
    if exact is not backwards:
        beyond |= Q(is_exact=not exact)
    return members.filter(beyond)


def members_of_unit(
    user: User, unit: Committee, chosen: Chosen, *, day: date
) -> QuerySet[Member]:
    """The members that work, or live, at one unit of the user's scope or below."""
    works = narrowed(user, replace(chosen, workplace=unit), day=day)
    lives = narrowed(user, replace(chosen, residence=unit), day=day)
    return Member.objects.filter(
        Q(pk__in=works.values("pk")) | Q(pk__in=lives.values("pk"))
    )
