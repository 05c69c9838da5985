"""Members as lines of a list: as this user may read them, now or as they were."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.db.models import Exists, OuterRef, QuerySet

from members.models import Committee, Exemption, Member, Registration, Role, User
from members.permissions import is_own
from members.queries.discretion import veil
from members.scopes import contains

State = Registration.State
_RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)
_OVER = [State.ENDED, State.RETURNED]
_RUNNING = [State.DRAFT, State.SENT, State.LETTER_ASKED, State.RECEIVED]
# Which of several stays stands for a member in a list: the first that fits.
_PREFERENCE = {
    state: rank
    for rank, state in enumerate(
        [
            State.RECEIVED,
            State.SENT,
            State.LETTER_ASKED,
            State.DRAFT,
            State.RETURNED,
            State.ENDED,
            State.WITHDRAWN,
        ]
    )
}
STATE_KINDS = {
    State.RECEIVED: "success",
    State.SENT: "warning",
    State.LETTER_ASKED: "warning",
    State.DRAFT: "info",
    State.RETURNED: "danger",
    State.ENDED: "neutral",
    State.WITHDRAWN: "neutral",
}


@dataclass(frozen=True)
class Row:
    """One member as this user may read him: now, or as he was when the stay ended."""

    pk: int
    name: str
    birth: str
    card: str
    workplace: str
    residence: str
    state: str
    kind: str
    is_exempt: bool
    is_past: bool
    # The rows themselves, where this user reads them as they stand now.
    member: Member | None = None
    stay: Registration | None = None


def rows_of(
    members: Iterable[Member], user: User, *, day: date, among: QuerySet | None = None
) -> list[Row]:
    """The members as rows; among names them as a query when they are very many."""
    members = list(members)
    keys = [member.pk for member in members] if among is None else among.values("pk")
    stays: defaultdict[int, list[Registration]] = defaultdict(list)
    exempt = Exemption.objects.in_force_on(day).filter(registration=OuterRef("pk"))
    seen = (
        Registration.objects.visible_to(user)
        .filter(member__in=keys)
        .exclude(state=State.WITHDRAWN)
        .annotate(is_exempt=Exists(exempt))
        .select_related("ward", "cell", "workplace")
        .order_by("-pk")
    )
    for stay in seen:
        stays[stay.member_id].append(stay)
    veiled = veil([*members, *chain(*stays.values())], to=user)
    return [_row(member, stays[member.pk], user, veiled) for member in members]


def _row(
    member: Member, stays: list[Registration], user: User, veiled: dict[int, Committee]
) -> Row:
    """The member now where a side of the user's is a present one, else as he was."""
    ranked = sorted(stays, key=lambda stay: _PREFERENCE[State(stay.state)])
    present = next((stay for stay in ranked if _is_present(stay, user)), None)
    if present or _works_here(member, user):
        returned = (stay for stay in ranked if stay.state == State.RETURNED)
        return _present_row(member, present or next(returned, None))
    ended_here = (stay for stay in ranked if stay.state in _OVER and is_own(user, stay))
    return _past_row(member, next(ended_here, None), veiled)


def _is_present(stay: Registration, user: User) -> bool:
    if stay.state not in _RUNNING:
        return False
    if any(contains(path, stay.place.path) for path in user.paths_of(*_RESIDENCE)):
        return True
    at_work = user.paths_of(Role.WORKPLACE, *_ABOVE)
    if any(contains(path, stay.workplace.path) for path in at_work):
        return True
    return any(contains(path, stay.place.path) for path in user.paths_of(*_ABOVE))


def _works_here(member: Member, user: User) -> bool:
    paths = user.paths_of(Role.WORKPLACE, *_ABOVE)
    return any(contains(path, member.workplace.path) for path in paths)


def _present_row(member: Member, stay: Registration | None) -> Row:
    if member.status != Member.Status.ACTIVE:
        state, kind = member.get_status_display(), "neutral"
    elif stay is None:
        state, kind = "Chưa được giới thiệu", "warning"
    else:
        state, kind = stay.get_state_display(), STATE_KINDS[State(stay.state)]
    return Row(
        pk=member.pk,
        name=member.full_name,
        birth=member.birth_text,
        card=member.card_number or "",
        workplace=member.workplace.name,
        residence=residence_text(stay) if stay else "",
        state=state,
        kind=kind,
        is_exempt=bool(stay and getattr(stay, "is_exempt", False)),
        is_past=False,
        member=member,
        stay=stay,
    )


def _past_row(
    member: Member, stay: Registration | None, veiled: dict[int, Committee]
) -> Row:
    """What a former side still reads: the copy made when the stay ended."""
    copy = (stay.identity_at_end if stay else None) or {}
    top = veiled.get(stay.workplace_id) if stay else None
    return Row(
        pk=member.pk,
        name=copy.get("full_name", member.full_name),
        birth=_birth_of(copy) if copy else member.birth_text,
        card=copy.get("card_number") or "",
        workplace=top.name if top else copy.get("workplace", ""),
        residence=residence_text(stay) if stay else "",
        state=stay.get_state_display() if stay else "Đã chuyển đi",
        kind="neutral",
        is_exempt=False,
        is_past=True,
    )


def _birth_of(copy: dict) -> str:
    if not copy.get("birth_date"):
        return ""
    was = Member(
        birth_date=date.fromisoformat(copy["birth_date"]),
        birth_precision=copy["birth_precision"],
    )
    return was.birth_text


def residence_text(stay: Registration) -> str:
    """“Chi bộ Khu vực 1, Đảng ủy phường Ninh Kiều”, or the ward alone."""
    return f"{stay.cell.name}, {stay.ward.name}" if stay.cell else stay.ward.name
