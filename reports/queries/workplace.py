"""Đảng viên của tôi ở nơi cư trú: a workplace's own people, as it may see them."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from evaluations.models import Evaluation, RatingYear
from members.models import Committee, Member, Registration, Role, User
from members.scopes import within
from residence.queries import AttendanceTotals, attendance_totals

State = Registration.State
_RUNNING = [State.RECEIVED, State.SENT, State.LETTER_ASKED, State.DRAFT]
_NO_WARD = "99"  # sorts behind every key of a name


class Stage(StrEnum):
    """How far the introduction of a member has come."""

    RECEIVED = "da-tiep-nhan"
    SENT = "da-gui"
    LETTER_ASKED = "duoc-de-nghi"
    DRAFT = "dang-soan"
    NONE = "chua-gioi-thieu"


STAGE_LABELS = {
    Stage.RECEIVED: "Đã tiếp nhận",
    Stage.SENT: "Đã gửi, chờ tiếp nhận",
    Stage.LETTER_ASKED: "Nơi cư trú đề nghị giới thiệu",
    Stage.DRAFT: "Đang soạn giấy giới thiệu",
    Stage.NONE: "Chưa giới thiệu",
}
_STAGE_OF = {
    State.RECEIVED: Stage.RECEIVED,
    State.SENT: Stage.SENT,
    State.LETTER_ASKED: Stage.LETTER_ASKED,
    State.DRAFT: Stage.DRAFT,
}
STAGE_KINDS = {
    Stage.RECEIVED: "success",
    Stage.SENT: "warning",
    Stage.LETTER_ASKED: "warning",
    Stage.DRAFT: "warning",
    Stage.NONE: "neutral",
}


class Result(StrEnum):
    RETURNED = "da-tra"
    WAITING = "chua-tra"


@dataclass(frozen=True)
class Narrowing:
    """What the list is narrowed to; None where nothing is chosen."""

    workplace: Committee | None = None
    ward: Committee | None = None
    stage: Stage | None = None
    result: Result | None = None


@dataclass(frozen=True)
class WorkerRow:
    """A member of the workplace: where he lives, how often he came, what was said."""

    member: Member
    ward: str
    stage: Stage
    received_on: date | None
    attendance: AttendanceTotals
    evaluation: Evaluation | None  # returned; drafts never come here

    @property
    def pk(self) -> int:
        return self.member.pk

    @property
    def stage_label(self) -> str:
        return STAGE_LABELS[self.stage]

    @property
    def stage_kind(self) -> str:
        return STAGE_KINDS[self.stage]

    @property
    def result(self) -> str:
        """The tier, or the outcome where there is none; empty until returned."""
        return self.evaluation.result if self.evaluation else ""

    @property
    def comment(self) -> str:
        row = self.evaluation
        return row.comment.text if row and hasattr(row, "comment") else ""


def own_members(
    user: User, year: RatingYear | None, chosen: Narrowing
) -> QuerySet[Member]:
    """Active members of the user's workplaces, to be ordered by order_key.

    The key puts residences together, names inside them in Vietnamese order.
    """
    members = Member.objects.filter(
        within("workplace__path", user.paths_of(Role.WORKPLACE)),
        status=Member.Status.ACTIVE,
    )
    running = Registration.objects.filter(
        member=OuterRef("pk"), state__in=_RUNNING
    ).order_by("-received_on", "-pk")
    members = members.annotate(
        ward_key=Subquery(running.values("ward__sort_key")[:1]),
    ).annotate(order_key=Concat(Coalesce("ward_key", Value(_NO_WARD)), "sort_key"))
    return _narrowed(members, user, year, chosen)


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
    """The rows of a page of members; four statements, however many."""
    members = list(members)
    stays: dict[int, list[Registration]] = {}
    for stay in _stays(members, user):
        stays.setdefault(stay.member_id, []).append(stay)
    totals = _attendance(stays, year)
    results = {row.member_id: row for row in _returned(members, user, year)}
    return [
        _row(member, stays.get(member.pk, []), totals, results.get(member.pk))
        for member in members
    ]


def _row(member, stays, totals, evaluation) -> WorkerRow:
    running = [stay for stay in stays if stay.state in _STAGE_OF]
    stay = min(running, key=lambda stay: _RUNNING.index(stay.state), default=None)
    return WorkerRow(
        member=member,
        ward=stay.ward.name if stay else "",
        stage=_STAGE_OF[State(stay.state)] if stay else Stage.NONE,
        received_on=stay.received_on if stay else None,
        attendance=_sum(totals[stay.pk] for stay in stays if stay.pk in totals),
        evaluation=evaluation,
    )


def _stays(members: list[Member], user: User) -> QuerySet[Registration]:
    """Stays for this workplace: also those that ended, for the year they served."""
    return (
        Registration.objects.visible_to(user)
        .filter(
            within("workplace__path", user.paths_of(Role.WORKPLACE)), member__in=members
        )
        .exclude(state__in=[State.WITHDRAWN, State.RETURNED])
        .select_related("ward")
        .order_by("received_on", "pk")
    )


def _attendance(stays, year: RatingYear | None) -> dict[int, AttendanceTotals]:
    if year is None:
        return {}
    found = [stay for of_member in stays.values() for stay in of_member]
    return attendance_totals(found, (year.period_from, year.period_to))


def _returned(
    members: list[Member], user: User, year: RatingYear | None
) -> QuerySet[Evaluation]:
    """Returned rows of the year, a rated one after the others of the same member."""
    if year is None:
        return Evaluation.objects.none()
    return (
        Evaluation.objects.visible_to(user)
        .returned()
        .current()
        .filter(
            within("workplace__path", user.paths_of(Role.WORKPLACE)),
            rating_year__year=year.year,
            member__in=members,
        )
        .select_related("tier", "comment")
        .order_by("on_roll", "pk")
    )


def _narrowed(
    members: QuerySet[Member], user: User, year: RatingYear | None, chosen: Narrowing
) -> QuerySet[Member]:
    if chosen.workplace:
        members = members.filter(within("workplace__path", [chosen.workplace.path]))
    if chosen.ward:
        there = Registration.objects.filter(ward=chosen.ward, state__in=_RUNNING)
        members = members.filter(pk__in=there.values("member"))
    if chosen.stage:
        members = members.filter(_at_stage(chosen.stage))
    if chosen.result and year:
        returned = Evaluation.objects.returned().current()
        returned = returned.filter(
            within("workplace__path", user.paths_of(Role.WORKPLACE)),
            rating_year__year=year.year,
        )
        has_result = Q(pk__in=returned.values("member"))
        is_returned = chosen.result is Result.RETURNED
        members = members.filter(has_result if is_returned else ~has_result)
    return members


def _at_stage(stage: Stage) -> Q:
    """The furthest running stay of a member decides, in the order of _RUNNING."""
    condition = Q()
    for state in _RUNNING:
        at_state = Q(pk__in=Registration.objects.filter(state=state).values("member"))
        if _STAGE_OF[state] is stage:
            return condition & at_state
        condition &= ~at_state
    return condition


def _sum(parts: Iterable[AttendanceTotals]) -> AttendanceTotals:
    found = list(parts)
    return AttendanceTotals(
        **{
            field.name: sum(getattr(part, field.name) for part in found)
            for field in fields(AttendanceTotals)
        }
    )
