"""Who is past the age of retirement, to be looked at; nothing follows by itself.

The schedule is that of the Labour Code of 2019, Article 169, and Nghị định 135/2020/NĐ-CP:
men 60 years 3 months in 2021 and 3 months more each year until 62; women 55 years 4
months in 2021 and 4 months more each year until 60. Until the end of 2020 it was 60 and 55.
"""

import calendar
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, QuerySet

from members.models import Member, Registration, Role, User
from members.models.registrations import at_residence
from members.scopes import within

_FIRST_YEAR = 2021
# months before the first year, months more each year from then on, months in the end
_SCHEDULE = {
    Member.Gender.MALE: (60 * 12, 3, 62 * 12),
    Member.Gender.FEMALE: (55 * 12, 4, 60 * 12),
}
_RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)


@dataclass(frozen=True)
class Ages:
    """Months of age at which to look at men and women; None: as the schedule has it."""

    men: int | None = None
    women: int | None = None

    def of(self, gender: str) -> int | None:
        # Where nobody wrote down which, the later one of the two.
        return self.women if gender == Member.Gender.FEMALE else self.men


@dataclass(frozen=True)
class Past:
    """Somebody past the age: since when, and where he lives as far as is known."""

    member: Member
    reached_on: date
    age: int
    stay: Registration | None


def age_in(year: int, gender: str) -> int:
    """The age of retirement in a year, in months, by the schedule."""
    before, more, last = _SCHEDULE[
        Member.Gender.FEMALE if gender == Member.Gender.FEMALE else Member.Gender.MALE
    ]
    return min(before + more * max(year - _FIRST_YEAR + 1, 0), last)


def retirement_day(born: date, gender: str, ages: Ages) -> date:
    """The day on which somebody reaches the age that is asked for."""
    asked = ages.of(gender)
    if asked is not None:
        return _months_after(born, asked)
    year = _months_after(born, age_in(_FIRST_YEAR - 1, gender)).year
    while True:
        day = _months_after(born, age_in(year, gender))
        if day.year <= year:
            return day
        year += 1


def past_age(user: User, ages: Ages, *, on: date) -> QuerySet[Member]:
    """Active members of the user's units, of either side, who have reached the age."""
    stays = Registration.objects.filter(
        at_residence(user.paths_of(*_RESIDENCE)), state=Registration.State.RECEIVED
    )
    mine = Q(pk__in=stays.values("member")) | within(
        "workplace__path", user.paths_of(Role.WORKPLACE)
    )
    women = Q(gender=Member.Gender.FEMALE)
    old = (women & Q(birth_date__lte=_last_birth(Member.Gender.FEMALE, ages, on))) | (
        ~women & Q(birth_date__lte=_last_birth(Member.Gender.MALE, ages, on))
    )
    members = Member.objects.filter(mine, old, status=Member.Status.ACTIVE)
    return members.select_related("workplace").order_by("birth_date", "pk")


def past_since(
    members: QuerySet[Member], ages: Ages, *, on: date
) -> tuple[int, date | None]:
    """How many past_age() found, and since when the first is past; one statement."""
    women = Q(gender=Member.Gender.FEMALE)
    found = members.aggregate(
        n=Count("pk"),
        **{Member.Gender.FEMALE: Min("birth_date", filter=women)},
        **{Member.Gender.MALE: Min("birth_date", filter=~women)},
    )
    days = [
        retirement_day(born, gender, ages)
        for gender in Member.Gender.values
        if (born := found[gender])
    ]
    return found["n"], min(days, default=None)


def as_past(members: list[Member], ages: Ages, *, on: date) -> list[Past]:
    """The members with the day, the age and the stay; one statement."""
    received = Registration.objects.filter(
        member__in=members, state=Registration.State.RECEIVED
    ).select_related("ward", "cell", "workplace")
    stays = {stay.member_id: stay for stay in received}
    found = []
    for member in members:
        born = member.birth_date
        if born is not None:
            day = retirement_day(born, member.gender, ages)
            found.append(Past(member, day, _age(born, on), stays.get(member.pk)))
    return found


def _last_birth(gender: str, ages: Ages, on: date) -> date:
    """Who was born by this day has reached the age."""
    asked = ages.of(gender)
    if asked is not None:
        return _last_reaching(asked, on)
    # Whoever reached the age of last year in last year is past it, too.
    before = date(on.year - 1, 12, 31)
    return max(
        _last_reaching(age_in(on.year, gender), on),
        _last_reaching(age_in(before.year, gender), before),
    )


def _last_reaching(months: int, on: date) -> date:
    born = _months_after(on, -months)
    # A month may be too short for the day: 31 January is reached by 30 April.
    while _months_after(date.fromordinal(born.toordinal() + 1), months) <= on:
        born = date.fromordinal(born.toordinal() + 1)
    return born


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
