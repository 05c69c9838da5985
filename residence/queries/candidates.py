"""Who could be named in a notice, found in the records and put together by workplace."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from django.db.models import F, Q, QuerySet

from members.models import Committee, Member, Registration, Role
from members.models.registrations import at_residence
from members.queries.channels import on_paper_among, paths_down_to
from members.queries.discretion import topmost_units
from members.scopes import within
from residence.models import Attendance, ContactBook, Meeting, Notice, NoticeItem
from residence.queries.meetings import Period
from residence.queries.notice_facts import counted_rows, facts_of

S = Attendance.Status
# Of these a person is told once: until it is answered there is no second one.
ONCE_AT_A_TIME = {Notice.Kind.ABSENCE, Notice.Kind.BOOK}


class Criterion(StrEnum):
    """By which absences somebody is found."""

    TWICE = "hai-ky-lien"
    AT_MEETING = "ky-hop"
    BELOW = "duoi-muc"


@dataclass(frozen=True)
class Search:
    """What is looked for: the kind, where, in which period, by which criterion."""

    kind: str
    unit: Committee
    period: Period
    criterion: Criterion = Criterion.TWICE
    meeting: Meeting | None = None
    below: int = 1
    person: int | None = None  # one stay alone
    text: str = ""  # a part of the name


@dataclass(frozen=True)
class Candidate:
    """One person with the facts, and the notice that already runs, if there is one."""

    stay: Registration
    facts: list[str]
    running: Notice | None

    @property
    def is_free(self) -> bool:
        return self.running is None


@dataclass(frozen=True)
class WorkplaceGroup:
    """Those who would be named in one notice."""

    workplace: Committee
    is_on_paper: bool
    people: list[Candidate]


def nameable(unit: Committee) -> QuerySet[Registration]:
    """Received stays of a ward or cell whose members are still followed."""
    return (
        Registration.objects.filter(
            at_residence([unit.path]),
            state=Registration.State.RECEIVED,
            member__status=Member.Status.ACTIVE,
        )
        .select_related("member", "cell", "workplace")
        .order_by(
            F("cell__sort_key").asc(nulls_last=True),
            "cell_id",
            "member__sort_key",
            "member_id",
        )
    )


def candidates(search: Search, *, on: date) -> list[WorkplaceGroup]:
    """Everybody the search finds, by workplace; a constant number of statements.

    A ward knows a body of the armed forces by its topmost unit: that is one group.
    """
    stays = _found(search, on)
    facts = facts_of(search.kind, stays, search.period)
    running = running_notices(search.kind, stays)
    tops = topmost_units([stay.workplace for stay in stays])
    groups: defaultdict[Committee, list[Candidate]] = defaultdict(list)
    for stay in stays:
        workplace = tops.get(stay.workplace_id, stay.workplace)
        person = Candidate(stay, facts.get(stay.pk, []), running.get(stay.pk))
        groups[workplace].append(person)
    paper = on_paper_among(list(groups), Role.WORKPLACE)
    return [
        WorkplaceGroup(workplace, workplace.pk in paper, people)
        for workplace, people in sorted(groups.items(), key=_by_name)
    ]


def running_notices(kind: str, stays: Iterable[Registration]) -> dict[int, Notice]:
    """{registration id: the notice of that kind which is not answered yet}."""
    if kind not in ONCE_AT_A_TIME:
        return {}
    items = NoticeItem.objects.filter(
        registration__in=[stay.pk for stay in stays],
        notice__kind=kind,
        notice__state__in=RUNNING,
    )
    return {
        item.registration_id: item.notice for item in items.select_related("notice")
    }


RUNNING = [Notice.State.DRAFT, Notice.State.SENT, Notice.State.SEEN]


def meetings_of(unit: Committee, period: Period) -> QuerySet[Meeting]:
    """Closed meetings that count, of the unit, below it and above, the latest first."""
    here = within("committee__path", [unit.path]) | Q(
        committee__path__in=paths_down_to(unit.path)
    )
    return (
        Meeting.objects.filter(
            here,
            state=Meeting.State.CLOSED,
            counts=True,
            period_from__gte=period[0],
            period_from__lt=period[1],
        )
        .select_related("committee")
        .order_by("-held_on", "-pk")
    )


def _found(search: Search, on: date) -> list[Registration]:
    stays = nameable(search.unit)
    if search.person:
        return list(stays.filter(pk=search.person))
    if search.text:
        names = Member.objects.search(search.text).values("pk")
        stays = stays.filter(member__in=names)
    if search.kind == Notice.Kind.BOOK:
        return list(_with_waiting_book(stays, search.period[0].year, on))
    if search.kind == Notice.Kind.ABSENCE:
        return _absent(stays, search)
    return list(stays)


def _with_waiting_book(
    stays: QuerySet[Registration], year: int, on: date
) -> QuerySet[Registration]:
    books = ContactBook.objects.waiting().filter(year=year)
    return stays.filter(pk__in=books.values("registration")).exclude(
        pk__in=Registration.objects.exempt_on(on).values("pk")
    )


def _absent(stays: QuerySet[Registration], search: Search) -> list[Registration]:
    if search.criterion is Criterion.AT_MEETING:
        rows = Attendance.objects.counted().filter(
            meeting=search.meeting, status=S.ABSENT
        )
        return list(stays.filter(pk__in=rows.values("registration")))
    everybody = list(stays)
    marks: defaultdict[int, list[str]] = defaultdict(list)
    for row in counted_rows(everybody, search.period):
        marks[row.registration_id].append(row.status)
    return [stay for stay in everybody if _fits(marks[stay.pk], search)]


def _fits(marks: Sequence[str], search: Search) -> bool:
    if search.criterion is Criterion.BELOW:
        # Who came to all that he was due at has missed nothing, however few they were.
        return marks.count(S.PRESENT) < min(search.below, len(marks))
    return (S.ABSENT, S.ABSENT) in pairwise(marks)


def _by_name(group: tuple[Committee, list[Candidate]]) -> tuple[str, int]:
    workplace, _ = group
    return workplace.sort_key, workplace.pk
