"""Pairs of records that may be of one person, as far as a side may learn of them.

A ward learns of pairs in which one record has a stay with it; a workplace, of pairs in
which one record is its own and the other is its own too or was written by a ward; who
stands above reads those of his units.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from members.models import Member, MemberMerge, Registration, Role, User
from members.models.registrations import at_residence
from members.queries.pair_grounds import Ground, Trace, card_key, grounds_of
from members.scopes import contains, within
from party76.shared.text import fold

State = MemberMerge.State
Stay = Registration.State
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)
# A draft is its writer's alone, what has ended concerns the next residence.
_HERE = [Stay.SENT, Stay.LETTER_ASKED, Stay.RECEIVED]
_WRITTEN_BY_WARD = [Stay.LETTER_ASKED, Stay.RECEIVED, Stay.ENDED]


@dataclass(frozen=True)
class Candidate:
    """Two records, the first on the user's own side, and why they may be one."""

    first: int
    second: int
    grounds: tuple[Ground, ...]
    search_key: str
    rank: tuple
    parted_on: date | None = None  # they were one already, and were parted again


def possible_pairs(
    user: User, *, of: Member | None = None, text: str = ""
) -> list[Candidate]:
    """Pairs to be looked at, the surest first: of all the user's people, or of one.

    Pairs held to be two people and those under way are left out. Two statements.
    """
    closed = _merges()
    found = [
        _candidate(user, one, other, grounds, closed)
        for one, other, grounds in _pairs(_traces(user, of), of)
        if _is_told(user, one, other) and _Past(closed, one, other).may_be_asked
    ]
    words = fold(text)
    return sorted(
        (pair for pair in found if words in pair.search_key),
        key=lambda pair: pair.rank,
    )


def pair_between(user: User, first: int, second: int) -> Candidate | None:
    """The pair of these two where the user may learn of it; also one put aside before.

    Two statements.
    """
    rows = _rows(user).filter(pk__in=[first, second])
    for one, other, grounds in _pairs(_read(rows), None):
        if _is_told(user, one, other):
            return _candidate(user, one, other, grounds, _merges())
    return None


def pair_of_merge(user: User, merge: MemberMerge) -> Candidate:
    """The two records of a pair that a side was asked about; two statements.

    They may have come to differ since: then no ground is left.
    """
    rows = _read(_rows(user).filter(pk__in=[merge.kept_id, merge.dropped_id]))
    one, other = sorted(rows, key=lambda trace: trace.pk != merge.kept_id)
    return _candidate(user, one, other, grounds_of(one, other), _merges())


class _Past:
    """What has become of a pair so far."""

    def __init__(self, merges: dict[frozenset[int], list[tuple]], *pair: Trace):
        self.merges = merges.get(frozenset(one.pk for one in pair), [])

    @property
    def may_be_asked(self) -> bool:
        return all(state == State.UNDONE for state, _ in self.merges)

    @property
    def parted_on(self) -> date | None:
        days = [at for state, at in self.merges if state == State.UNDONE and at]
        return timezone.localdate(max(days)) if days else None


def _merges() -> dict[frozenset[int], list[tuple]]:
    found: defaultdict[frozenset[int], list[tuple]] = defaultdict(list)
    rows = MemberMerge.objects.values_list(
        "kept_id", "dropped_id", "state", "closed_at"
    )
    for kept, dropped, state, closed_at in rows:
        found[frozenset((kept, dropped))].append((state, closed_at))
    return found


def _rows(user: User) -> QuerySet[Member]:
    """Every record that stands, with what is asked about it."""
    above = user.paths_of(*_ABOVE)
    here = within("ward__path", user.paths_of(Role.RESIDENCE_WARD))
    stays = Registration.objects.filter(member=OuterRef("pk"))
    lives_here = stays.filter(here | at_residence(above), state__in=_HERE)
    written = stays.filter(sent_on=None, state__in=_WRITTEN_BY_WARD)
    return Member.objects.exclude(status=Member.Status.MERGED).annotate(
        card_key=card_key(),
        lives_here=Exists(lives_here),
        is_ward_written=Exists(written),
    )


def _traces(user: User, of: Member | None) -> list[Trace]:
    """Records that share a name or a card with one of the user's own."""
    rows = _rows(user)
    if of is None:
        at_work = within("workplace__path", user.paths_of(Role.WORKPLACE, *_ABOVE))
        mine = rows.filter(at_work | Q(lives_here=True))
    else:
        mine = rows.filter(pk=of.pk)
    cards = mine.exclude(card_key=None).exclude(card_key="")
    alike = Q(search_key__in=mine.values("search_key"))
    return _read(rows.filter(alike | Q(card_key__in=cards.values("card_key"))))


def _read(rows: QuerySet[Member]) -> list[Trace]:
    fields = [
        "workplace__path" if name == "workplace_path" else name
        for name in Trace._fields
    ]
    return [Trace(*row) for row in rows.values_list(*fields)]


def _pairs(
    traces: Iterable[Trace], of: Member | None
) -> Iterator[tuple[Trace, Trace, list[Ground]]]:
    groups: defaultdict[tuple, list[Trace]] = defaultdict(list)
    for trace in traces:
        if trace.card_key:
            groups["card", trace.card_key].append(trace)
        if trace.birth_date:
            groups[trace.search_key, trace.birth_date.year].append(trace)
    seen: set[frozenset[int]] = set()
    for several in groups.values():
        for one, other in combinations(sorted(several), 2):
            pair = frozenset((one.pk, other.pk))
            if pair in seen or (of is not None and of.pk not in pair):
                continue
            seen.add(pair)
            if (grounds := grounds_of(one, other)) and _one_is_followed(one, other):
                yield one, other, grounds


def _one_is_followed(*pair: Trace) -> bool:
    return any(one.status == Member.Status.ACTIVE for one in pair)


def _is_told(user: User, one: Trace, other: Trace) -> bool:
    if any(_is_of_residence(user, trace) for trace in (one, other)):
        return True
    works, too = _works_here(user, one), _works_here(user, other)
    return (works and (too or other.is_ward_written)) or (too and one.is_ward_written)


def _is_of_residence(user: User, trace: Trace) -> bool:
    """On the list of the user's ward, or in a unit that he stands above."""
    above = user.paths_of(*_ABOVE)
    return trace.lives_here or any(
        contains(path, trace.workplace_path) for path in above
    )


def _works_here(user: User, trace: Trace) -> bool:
    paths = user.paths_of(Role.WORKPLACE)
    return any(contains(path, trace.workplace_path) for path in paths)


def _candidate(
    user: User,
    one: Trace,
    other: Trace,
    grounds: list[Ground],
    merges: dict[frozenset[int], list[tuple]],
) -> Candidate:
    is_own = _works_here(user, one) or _is_of_residence(user, one)
    first, second = (one, other) if is_own else (other, one)
    return Candidate(
        first=first.pk,
        second=second.pk,
        grounds=tuple(grounds),
        search_key=first.search_key,
        rank=(*grounds[:1], first.sort_key, first.pk, second.pk),
        parted_on=_Past(merges, one, other).parted_on,
    )
