"""A member's whole file: each part as far as the rights table lets this user read."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from members.models import (
    Committee,
    EndReason,
    Exemption,
    Member,
    Registration,
    Role,
    User,
)
from members.permissions import Access, Part, Right, accesses, is_own, right_to
from members.queries.discretion import topmost_units, veil
from members.queries.letters import state_in_words
from members.queries.merged import merged_into
from members.queries.rows import STATE_KINDS
from members.scopes import contains
from party76.audit.models import AuditEvent
from party76.shared.text import normalize_vi
from reports.queries.events import EventRow, events_visible_to, rows_of
from reports.queries.member_records import Records, Stay, records_of
from reports.queries.timeline import Moment, timeline_of

State = Registration.State
EVENTS_SHOWN = 50
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)
_WRITES_LETTERS = {Access.WORKPLACE_NOW, Access.WORKPLACE_PAST, Access.ABOVE}


@dataclass(frozen=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True)
class MemberFile:
    member: Member
    name: str
    is_past: bool
    identity: list[Fact]
    dwelling: list[Fact] | None
    stays: list[Stay]
    records: Records
    timeline: list[Moment]
    events: list[EventRow] = field(default_factory=list)

    @property
    def returned(self) -> str:
        """What a ward reads in place of a file when it had a letter and no more."""
        states = {stay.registration.state for stay in self.stays}
        if not self.is_past or states != {State.RETURNED}:
            return ""
        return state_in_words(self.stays[0].registration)

    @property
    def ended_by_death(self) -> bool:
        """Whether the reader's own side knows of the death: also one that is past."""
        return any(
            stay.reads_end and stay.registration.end_reason == EndReason.DIED
            for stay in self.stays
        )

    @property
    def current(self) -> Stay | None:
        """The stay that runs now, received before introduced."""
        running = [stay for stay in self.stays if stay.is_now]
        received = [stay for stay in running if stay.registration.is_received]
        return next(iter([*received, *running]), None)


def member_file(member: Member, user: User, *, day: date) -> MemberFile:
    """Everything the user may read of a member that he may see.

    Fetch the member with its workplace. The number of statements is constant.
    """
    registrations = list(
        Registration.objects.visible_to(user)
        .filter(member=member)
        .for_rights()
        .select_related("moved_to")
        .order_by("-received_on", "-pk")
    )
    rights = {stay.pk: right_to(user, stay, Part.IDENTITY) for stay in registrations}
    works_under = _works_under(member, user)
    reads_now = works_under or max(rights.values(), default=Right.NONE) >= Right.READ
    stays = _stays(registrations, rights, user)
    records = records_of(member, registrations, user, is_past=not reads_now)
    tops = _veil_units(member, registrations, user)
    name, facts = _identity(member, registrations, user, tops, is_past=not reads_now)
    return MemberFile(
        member=member,
        name=name,
        is_past=not reads_now,
        identity=facts,
        dwelling=_dwelling(member, registrations, user, works_under=works_under),
        stays=stays,
        records=records,
        timeline=timeline_of(stays, records, member_id=member.pk, with_names=reads_now),
        events=_events(member, stays, user),
    )


def _works_under(member: Member, user: User) -> bool:
    paths = user.paths_of(Role.WORKPLACE, *_ABOVE)
    return any(contains(path, member.workplace.path) for path in paths)


def _veil_units(
    member: Member, registrations: list[Registration], user: User
) -> dict[int, Committee]:
    """Let the residence read of the armed forces the whole alone; one statement.

    The member himself stays as he is: forms and rights go on with him.
    """
    placements = [one for stay in registrations for one in stay.placements.all()]
    workplaces = [member.workplace]
    workplaces += [one.workplace for one in placements]
    workplaces += [one.workplace for one in registrations]
    tops = topmost_units(workplaces, to=user)
    veil(registrations, tops=tops)
    veil(placements, tops=tops)
    return tops


def _identity(
    member: Member,
    registrations: list[Registration],
    user: User,
    tops: dict[int, Committee],
    *,
    is_past: bool,
) -> tuple[str, list[Fact]]:
    """The name and the facts; a past side reads the copy made when the stay ended."""
    if not is_past:
        top = tops.get(member.workplace_id)
        position = "" if top else member.position
        unit = top or member.workplace
        return member.full_name, _facts(member, position, unit.name)
    # A stay that ended after it had left this user's units tells more than they knew.
    own = (stay for stay in registrations if is_own(user, stay))
    copies = ((stay, stay.identity_at_end) for stay in own)
    ended, copy = next(((stay, kept) for stay, kept in copies if kept), (None, None))
    if ended is None or copy is None:
        return member.full_name, [Fact("Ngày sinh", member.birth_text)]
    was = Member(
        full_name=copy["full_name"],
        gender=copy["gender"],
        birth_date=_day(copy["birth_date"]),
        birth_precision=copy["birth_precision"],
        card_number=copy["card_number"],
        admitted_on=_day(copy["admitted_on"]),
        official_on=_day(copy["official_on"]),
    )
    top = tops.get(ended.workplace_id)
    position = "" if top else copy["position"]
    workplace = top.name if top else copy["workplace"]
    return normalize_vi(was.full_name), _facts(was, position, workplace)


def _facts(member: Member, position: str, workplace: str) -> list[Fact]:
    return [
        Fact("Giới tính", member.get_gender_display() if member.gender else ""),
        Fact("Ngày sinh", member.birth_text),
        Fact("Số thẻ đảng viên", member.card_number or ""),
        Fact("Ngày vào Đảng", _shown(member.admitted_on)),
        Fact("Ngày chính thức", _shown(member.official_on)),
        Fact("Chức vụ, nghề nghiệp", position),
        Fact("Nơi công tác", workplace),
    ]


def _dwelling(
    member: Member, registrations: list[Registration], user: User, *, works_under: bool
) -> list[Fact] | None:
    """Phone and address; None where only a past side looks."""
    allowed = works_under or any(
        right_to(user, stay, Part.DWELLING) >= Right.READ for stay in registrations
    )
    if not allowed:
        return None
    return [Fact("Điện thoại", member.phone), Fact("Địa chỉ", member.address)]


def _stays(
    registrations: list[Registration], rights: dict[int, Right], user: User
) -> list[Stay]:
    """The stays with their places; what a past side never saw is left out."""
    exemptions: defaultdict[int, list[Exemption]] = defaultdict(list)
    for exemption in Exemption.objects.filter(
        registration__in=[stay.pk for stay in registrations]
    ).order_by("valid_from"):
        exemptions[exemption.registration_id].append(exemption)
    return [
        _stay(stay, exemptions[stay.pk], user, reads_all=rights[stay.pk] >= Right.READ)
        for stay in registrations
    ]


def _stay(
    registration: Registration,
    exemptions: list[Exemption],
    user: User,
    *,
    reads_all: bool,
) -> Stay:
    over = registration.state in {State.ENDED, State.RETURNED, State.WITHDRAWN}
    placements = sorted(
        registration.placements.all(), key=lambda p: (p.valid_from, p.pk)
    )
    if not reads_all:
        placements = [p for p in placements if is_own(user, p)]
    reads_end = reads_all or (over and is_own(user, registration))
    sides = accesses(user, registration)
    has_ended = registration.state == State.ENDED
    return Stay(
        registration=registration,
        is_now=reads_all and not over,
        reads_end=reads_end,
        reads_drafts=bool(sides & _WRITES_LETTERS),
        reads_closing_comment=reads_end
        and (has_ended or Access.RESIDENCE_NOW in sides),
        kind=STATE_KINDS[State(registration.state)],
        exemptions=exemptions if reads_end else [],
        placements=placements,
    )


def _events(member: Member, stays: list[Stay], user: User) -> list[EventRow]:
    """Who did and saw what, for those who may read the record."""
    if not user.has_role(Role.INSPECTOR):
        return []
    asked = member.correction_requests.values_list("pk", flat=True)
    keys = {
        "member": [member.pk, *merged_into(member)],
        "registration": [stay.registration.pk for stay in stays],
        "exemption": [exempt.pk for stay in stays for exempt in stay.exemptions],
        "correctionrequest": list(asked),
    }
    wanted = Q(pk__in=[])
    for kind, numbers in keys.items():
        wanted |= Q(object_type=kind, object_key__in=map(str, numbers))
    about: QuerySet[AuditEvent] = events_visible_to(user).filter(wanted)
    return rows_of(list(about.order_by("-pk")[:EVENTS_SHOWN]))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _shown(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""
