"""A member's whole file: each part as far as the rights table lets this user read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractYear

from evaluations.models import Evaluation
from members.models import (
    CorrectionRequest,
    Exemption,
    Member,
    Placement,
    Registration,
    Role,
    User,
)
from members.permissions import Part, Right, is_own, right_to
from members.queries.rows import STATE_KINDS
from members.scopes import contains, within
from party76.audit.models import AuditEvent
from party76.shared.text import normalize_vi
from reports.queries.events import EventRow, events_visible_to, rows_of
from reports.queries.timeline import Moment, timeline_of
from residence.models import Attendance

State = Registration.State
EVENTS_SHOWN = 50
MEETINGS_SHOWN = 20
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)


@dataclass(frozen=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True)
class AttendanceYear:
    """A year's n/N of one stay: present ÷ due at closed meetings that count."""

    year: int
    place: str
    present: int
    due: int


@dataclass(frozen=True)
class Stay:
    """One stay as this user reads it; past ones without what came later."""

    registration: Registration
    is_now: bool
    reads_end: bool  # False: it left this user's units and went on elsewhere
    kind: str
    exemptions: list[Exemption]
    placements: list[Placement]


@dataclass(frozen=True)
class MemberFile:
    member: Member
    name: str
    is_past: bool
    identity: list[Fact]
    dwelling: list[Fact] | None
    stays: list[Stay]
    attendance: list[AttendanceYear]
    marks: list[Attendance]
    evaluations: list[Evaluation]
    corrections: list[CorrectionRequest]
    timeline: list[Moment]
    events: list[EventRow] = field(default_factory=list)

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
        .order_by("-received_on", "-pk")
    )
    identity = _identity_right(member, registrations, user)
    is_past = identity < Right.READ
    stays = _stays(registrations, user)
    name, facts = _identity(member, registrations, user, is_past=is_past)
    corrections = CorrectionRequest.objects.visible_to(user).filter(member=member)
    return MemberFile(
        member=member,
        name=name,
        is_past=is_past,
        identity=facts,
        dwelling=_dwelling(member, registrations, user),
        stays=stays,
        attendance=_attendance(registrations, user),
        marks=_marks(registrations, user),
        evaluations=_evaluations(member, user),
        corrections=[]
        if is_past
        else list(corrections.select_related("asked_of_committee").order_by("-pk")),
        timeline=timeline_of(stays, with_names=not is_past),
        events=_events(member, stays, user),
    )


def _identity_right(
    member: Member, registrations: Iterable[Registration], user: User
) -> Right:
    if _works_under(member, user):
        return Right.READ
    rights = (right_to(user, stay, Part.IDENTITY) for stay in registrations)
    return max(rights, default=Right.NONE)


def _works_under(member: Member, user: User) -> bool:
    paths = user.paths_of(Role.WORKPLACE, *_ABOVE)
    return any(contains(path, member.workplace.path) for path in paths)


def _identity(
    member: Member, registrations: list[Registration], user: User, *, is_past: bool
) -> tuple[str, list[Fact]]:
    """The name and the facts; a past side reads the copy made when the stay ended."""
    if not is_past:
        return member.full_name, _facts(member, member.workplace.name)
    # A stay that ended after it had left this user's units tells more than they knew.
    own = (stay for stay in registrations if is_own(user, stay))
    copy = next((stay.identity_at_end for stay in own if stay.identity_at_end), None)
    if copy is None:
        return member.full_name, [Fact("Ngày sinh", member.birth_text)]
    was = Member(
        full_name=copy["full_name"],
        gender=copy["gender"],
        birth_date=_day(copy["birth_date"]),
        birth_precision=copy["birth_precision"],
        card_number=copy["card_number"],
        admitted_on=_day(copy["admitted_on"]),
        official_on=_day(copy["official_on"]),
        position=copy["position"],
    )
    return normalize_vi(was.full_name), _facts(was, copy["workplace"])


def _facts(member: Member, workplace: str) -> list[Fact]:
    return [
        Fact("Giới tính", member.get_gender_display() if member.gender else ""),
        Fact("Ngày sinh", member.birth_text),
        Fact("Số thẻ đảng viên", member.card_number or ""),
        Fact("Ngày vào Đảng", _shown(member.admitted_on)),
        Fact("Ngày chính thức", _shown(member.official_on)),
        Fact("Chức vụ, nghề nghiệp", member.position),
        Fact("Nơi công tác", workplace),
    ]


def _dwelling(
    member: Member, registrations: list[Registration], user: User
) -> list[Fact] | None:
    """Phone and address; None where only a past side looks."""
    allowed = _works_under(member, user) or any(
        right_to(user, stay, Part.DWELLING) >= Right.READ for stay in registrations
    )
    if not allowed:
        return None
    return [Fact("Điện thoại", member.phone), Fact("Địa chỉ", member.address)]


def _stays(registrations: list[Registration], user: User) -> list[Stay]:
    """The stays with their places; what a past side never saw is left out."""
    exemptions: defaultdict[int, list[Exemption]] = defaultdict(list)
    for exemption in Exemption.objects.filter(
        registration__in=[stay.pk for stay in registrations]
    ).order_by("valid_from"):
        exemptions[exemption.registration_id].append(exemption)
    return [_stay(stay, exemptions[stay.pk], user) for stay in registrations]


def _stay(registration: Registration, exemptions: list[Exemption], user: User) -> Stay:
    reads_all = right_to(user, registration, Part.IDENTITY) >= Right.READ
    over = registration.state in {State.ENDED, State.RETURNED, State.WITHDRAWN}
    placements = sorted(
        registration.placements.all(), key=lambda p: (p.valid_from, p.pk)
    )
    if not reads_all:
        placements = [p for p in placements if is_own(user, p)]
    reads_end = reads_all or (over and is_own(user, registration))
    return Stay(
        registration=registration,
        is_now=reads_all and not over,
        reads_end=reads_end,
        kind=STATE_KINDS[State(registration.state)],
        exemptions=exemptions if reads_end else [],
        placements=placements,
    )


def _attendance(registrations: list[Registration], user: User) -> list[AttendanceYear]:
    """n/N by year: the residence's own rows, and those of its time at a workplace."""
    shown = [
        stay.pk
        for stay in registrations
        if right_to(user, stay, Part.MEETINGS) >= Right.TOTALS
    ]
    own = Attendance.objects.visible_to(user).values("pk")
    at_work = within("workplace__path", user.paths_of(Role.WORKPLACE, *_ABOVE))
    counted = (
        Attendance.objects.counted()
        .filter(Q(pk__in=own) | at_work, registration__in=shown)
        .annotate(year=ExtractYear("meeting__held_on"))
        .values("year", "ward__name", "cell__name")
        .annotate(
            due=Count("pk"),
            present=Count("pk", filter=Q(status=Attendance.Status.PRESENT)),
        )
        .order_by("-year", "ward__name", "cell__name")
    )
    return [
        AttendanceYear(
            year=row["year"],
            place=row["cell__name"] or row["ward__name"],
            present=row["present"],
            due=row["due"],
        )
        for row in counted
    ]


def _marks(registrations: list[Registration], user: User) -> list[Attendance]:
    """The marks themselves: for the residence that held the meeting, and above."""
    shown = [
        stay.pk
        for stay in registrations
        if right_to(user, stay, Part.MEETINGS) >= Right.AS_IT_WAS
    ]
    rows = Attendance.objects.visible_to(user).filter(registration__in=shown)
    rows = rows.select_related("meeting").order_by("-meeting__held_on", "-pk")
    return list(rows[:MEETINGS_SHOWN])


def _evaluations(member: Member, user: User) -> list[Evaluation]:
    rows = Evaluation.objects.visible_to(user).current().filter(member=member)
    return list(
        rows.select_related(
            "rating_year__rule_set", "tier", "ward", "cell", "comment"
        ).order_by("-rating_year__year", "-pk")
    )


def _events(member: Member, stays: list[Stay], user: User) -> list[EventRow]:
    """Who did and saw what, for those who may read the record."""
    if not user.has_role(Role.INSPECTOR):
        return []
    asked = CorrectionRequest.objects.filter(member=member).values_list("pk", flat=True)
    keys = {
        "member": [member.pk],
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
