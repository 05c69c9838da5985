"""Đảng viên của tôi ở nơi cư trú: a workplace's own people, as it may see them."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from evaluations.models import Evaluation, RatingYear
from members.models import Committee, Exemption, Member, Registration, Role, User
from members.scopes import within
from reports.queries.workplace_stages import (
    STAGE_KINDS,
    STAGE_LABELS,
    STAGE_OF,
    Narrowing,
    Notices,
    Result,
    Stage,
    at_stage,
)
from residence.models import Attendance, Notice, NoticeItem, told_to_workplaces
from residence.queries import AttendanceTotals, attendance_totals

State = Registration.State
# The furthest of several stays stands for a member; of those over, the latest.
_RANKS = {
    State.RECEIVED: 0,
    State.SENT: 1,
    State.LETTER_ASKED: 2,
    State.DRAFT: 3,
    State.RETURNED: 4,
    State.ENDED: 4,
}
_RUNNING = [State.RECEIVED, State.SENT, State.LETTER_ASKED, State.DRAFT]
_SENT_NOTICES = [Notice.State.SENT, Notice.State.SEEN, Notice.State.ANSWERED]
_OPEN_NOTICES = [Notice.State.SENT, Notice.State.SEEN]
_NO_WARD = "99"  # sorts behind every key of a name


@dataclass(frozen=True)
class NoticeCount:
    """Notices of a year on one member, and how many wait for the workplace."""

    number: int = 0
    unanswered: int = 0


@dataclass(frozen=True)
class WorkerRow:
    """A member of the workplace: where he lives, how often he came, what was said."""

    member: Member
    stay: Registration | None  # that the stage speaks of
    stage: Stage
    is_exempt: bool
    exempt_ground: str
    attendance: AttendanceTotals
    came_though_exempt: int
    notices: NoticeCount
    evaluation: Evaluation | None  # returned; drafts never come here

    @property
    def pk(self) -> int:
        return self.member.pk

    @property
    def ward(self) -> str:
        return self.stay.ward.name if self.stay and self.is_placed else ""

    @property
    def cell(self) -> str:
        cell = self.stay.cell if self.stay and self.is_placed else None
        return cell.name if cell else ""

    @property
    def is_placed(self) -> bool:
        """Lives, or is on the way to be received, at a residence."""
        return self.stage not in {Stage.NONE, Stage.RETURNED}

    @property
    def group(self) -> str:
        """The heading he stands under: the residence; the exempt and others apart."""
        if self.is_exempt:
            return "Miễn sinh hoạt nơi cư trú"
        return self.ward or "Chưa có nơi cư trú"

    @property
    def category(self) -> str:
        return "Miễn sinh hoạt" if self.is_exempt else "Thuộc diện"

    @property
    def stage_label(self) -> str:
        return STAGE_LABELS[self.stage]

    @property
    def stage_kind(self) -> str:
        return STAGE_KINDS[self.stage]

    @property
    def stage_day(self) -> date | None:
        """Since when it stands so."""
        if self.stay is None:
            return None
        days = {
            Stage.RECEIVED: self.stay.received_on,
            Stage.SENT: self.stay.sent_on,
            Stage.LETTER_ASKED: self.stay.asked_on,
        }
        return days.get(self.stage)

    @property
    def received_on(self) -> date | None:
        return self.stay.received_on if self.stay and self.is_placed else None

    @property
    def letter_number(self) -> str:
        """Also of a letter that came back; not of a stay that is over."""
        is_over = self.stage is Stage.NONE
        return self.stay.letter_number if self.stay and not is_over else ""

    @property
    def result(self) -> str:
        """The tier, or the outcome where there is none; empty until returned."""
        return self.evaluation.result if self.evaluation else ""

    @property
    def comment(self) -> str:
        row = self.evaluation
        return row.comment.text if row and hasattr(row, "comment") else ""


def own_members(
    user: User, year: RatingYear | None, chosen: Narrowing, *, on: date
) -> QuerySet[Member]:
    """Active members of the user's workplaces, to be ordered by order_key.

    The key puts the exempt behind the others, residences together, names inside them
    in Vietnamese order. Annotated with stage_state, is_exempt and what
    the exemption goes by.
    """
    members = Member.objects.filter(
        within("workplace__path", user.paths_of(Role.WORKPLACE)),
        status=Member.Status.ACTIVE,
    )
    stays = _stays_in_order(user).filter(member=OuterRef("pk"))
    placed = stays.filter(state__in=_RUNNING)
    exempt = Exemption.objects.in_force_on(on).filter(
        within("registration__workplace__path", user.paths_of(Role.WORKPLACE)),
        registration__member=OuterRef("pk"),
        registration__state=State.RECEIVED,
    )
    members = members.annotate(
        stage_state=Subquery(stays.values("state")[:1]),
        ward_key=Subquery(placed.values("ward__sort_key")[:1]),
        is_exempt=Exists(exempt),
        exempt_ground=Subquery(exempt.order_by("-pk").values("ground")[:1]),
        exempt_document=Subquery(exempt.order_by("-pk").values("document")[:1]),
    ).annotate(order_key=_order_key())
    return _narrowed(members, user, year, chosen)


def _order_key() -> Concat:
    exempt_last = Case(When(is_exempt=True, then=Value("1")), default=Value("0"))
    return Concat(exempt_last, Coalesce("ward_key", Value(_NO_WARD)), "sort_key")


def _stays_in_order(user: User) -> QuerySet[Registration]:
    """The workplace's stays, for each member the one that stands for him first."""
    ranks = (When(state=state, then=Value(rank)) for state, rank in _RANKS.items())
    return (
        Registration.objects.filter(
            within("workplace__path", user.paths_of(Role.WORKPLACE)),
            state__in=_RANKS,
        )
        .annotate(rank=Case(*ranks))
        .order_by("rank", "-pk")
    )


def wards_of(user: User) -> QuerySet[Committee]:
    """Where the user's members live, or are on their way to."""
    stays = Registration.objects.filter(
        within("member__workplace__path", user.paths_of(Role.WORKPLACE)),
        state__in=_RUNNING,
    )
    return Committee.objects.filter(pk__in=stays.values("ward")).order_by(
        "sort_key", "pk"
    )


def years_for(user: User) -> list[RatingYear]:
    """Rating years that the user's units know, the latest first; one a calendar year."""
    years: dict[int, RatingYear] = {}
    for year in RatingYear.objects.visible_to(user).order_by("-year", "pk"):
        years.setdefault(year.year, year)
    return list(years.values())


def rows_of(
    members: Iterable[Member], user: User, year: RatingYear | None
) -> list[WorkerRow]:
    """The rows of members out of own_members; six statements, however many."""
    members = list(members)
    stays: dict[int, list[Registration]] = {}
    for stay in _stays(members, user):
        stays.setdefault(stay.member_id, []).append(stay)
    known = _Known(
        totals=_attendance(stays, year),
        came=_came_though_exempt(members, user, year),
        notices=_notices(members, user, year),
        results={row.member_id: row for row in _returned(members, user, year)},
    )
    return [_row(member, stays.get(member.pk, []), known) for member in members]


@dataclass(frozen=True)
class _Known:
    """What was read of all members of a page, under their keys (totals: of stays)."""

    totals: dict[int, AttendanceTotals]
    came: dict[int, int]
    notices: dict[int, NoticeCount]
    results: dict[int, Evaluation]


def _row(member: Member, stays: list[Registration], known: _Known) -> WorkerRow:
    stay = stays[0] if stays else None
    return WorkerRow(
        member=member,
        stay=stay,
        stage=STAGE_OF.get(State(stay.state), Stage.NONE) if stay else Stage.NONE,
        is_exempt=member.is_exempt,  # type: ignore[attr-defined]
        exempt_ground=_ground(member),
        attendance=_sum(
            known.totals[stay.pk] for stay in stays if stay.pk in known.totals
        ),
        came_though_exempt=known.came.get(member.pk, 0),
        notices=known.notices.get(member.pk, NoticeCount()),
        evaluation=known.results.get(member.pk),
    )


def _ground(member: Any) -> str:
    """On what ground he is exempt, and by which document."""
    if not member.is_exempt:
        return ""
    ground = Exemption.Ground(member.exempt_ground).label
    document = member.exempt_document
    return f"{ground} ({document})" if document else ground


def _stays(members: list[Member], user: User) -> QuerySet[Registration]:
    """Stays for this workplace: also those that ended, for the year they served."""
    found = _stays_in_order(user).filter(
        pk__in=Registration.objects.visible_to(user).values("pk"), member__in=members
    )
    return found.select_related("ward", "cell")


def _attendance(stays, year: RatingYear | None) -> dict[int, AttendanceTotals]:
    if year is None:
        return {}
    found = [stay for of_member in stays.values() for stay in of_member]
    return attendance_totals(found, year.period)


def _came_though_exempt(
    members: list[Member], user: User, year: RatingYear | None
) -> dict[int, int]:
    """{member: meetings at which he was noted “dự” though not due}."""
    if year is None:
        return {}
    first, end = year.period
    rows = Attendance.objects.filter(
        within("workplace__path", user.paths_of(Role.WORKPLACE)),
        member__in=members,
        is_due=False,
        status=Attendance.Status.PRESENT,
        meeting__period_from__gte=first,
        meeting__period_from__lt=end,
    )
    counted = rows.order_by().values_list("member").annotate(n=Count("pk"))
    return dict(counted)


def _notices(
    members: list[Member], user: User, year: RatingYear | None
) -> dict[int, NoticeCount]:
    counted = (
        notice_items(user, year)
        .filter(member__in=members)
        .order_by()
        .values_list("member")
        .annotate(
            number=Count("notice", distinct=True),
            unanswered=Count(
                "notice", distinct=True, filter=Q(notice__state__in=_OPEN_NOTICES)
            ),
        )
    )
    return {member: NoticeCount(*counts) for member, *counts in counted}


def notice_items(user: User, year: RatingYear | None) -> QuerySet[NoticeItem]:
    """What was sent to the user's workplaces, or on their people to a unit above, in the
    year, and what waits from before."""
    items = NoticeItem.objects.filter(
        told_to_workplaces(user.paths_of(Role.WORKPLACE)),
        notice__state__in=_SENT_NOTICES,
    )
    if year is None:
        return items
    first, end = year.period
    in_year = Q(notice__sent_on__gte=first, notice__sent_on__lt=end)
    return items.filter(in_year | Q(notice__state__in=_OPEN_NOTICES))


def _returned(
    members: list[Member], user: User, year: RatingYear | None
) -> QuerySet[Evaluation]:
    """Returned rows of the year, a rated one after the others of the same member."""
    rows = returned_of_year(user, year).filter(member__in=members)
    return rows.select_related("tier", "comment").order_by("on_roll", "pk")


def returned_of_year(user: User, year: RatingYear | None) -> QuerySet[Evaluation]:
    """Results of the year that have come back to the user's workplaces."""
    if year is None:
        return Evaluation.objects.none()
    return (
        Evaluation.objects.visible_to(user)
        .returned()
        .current()
        .filter(
            within("workplace__path", user.paths_of(Role.WORKPLACE)),
            rating_year__year=year.year,
        )
    )


def with_result(user: User, year: RatingYear, result: Result) -> Q:
    """The condition on members: each has exactly one result of the year."""
    rows = returned_of_year(user, year)
    comments = rows.exclude(outcome=Evaluation.Outcome.EXEMPT)
    settled = Q(pk__in=rows.values("member"))
    commented = Q(pk__in=comments.values("member"))
    return {
        Result.RETURNED: commented,
        Result.EXEMPT: settled & ~commented,
        Result.WAITING: ~settled,
    }[result]


def _narrowed(
    members: QuerySet[Member], user: User, year: RatingYear | None, chosen: Narrowing
) -> QuerySet[Member]:
    if chosen.workplace:
        members = members.filter(within("workplace__path", [chosen.workplace.path]))
    if chosen.ward:
        there = Registration.objects.filter(ward=chosen.ward, state__in=_RUNNING)
        members = members.filter(pk__in=there.values("member"))
    if chosen.stage:
        members = members.filter(at_stage(chosen.stage))
    if chosen.is_exempt is not None:
        members = members.filter(is_exempt=chosen.is_exempt)
    if chosen.result and year:
        members = members.filter(with_result(user, year, chosen.result))
    if chosen.notices:
        items = notice_items(user, year)
        if chosen.notices is Notices.UNANSWERED:
            items = items.filter(notice__state__in=_OPEN_NOTICES)
        members = members.filter(pk__in=items.values("member"))
    return members


def _sum(parts: Iterable[AttendanceTotals]) -> AttendanceTotals:
    found = list(parts)
    return AttendanceTotals(
        **{
            field.name: sum(getattr(part, field.name) for part in found)
            for field in fields(AttendanceTotals)
        }
    )
