"""What a member's file, and the end of an import, say about records of one person."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from members.models import Member, MemberMerge, User
from members.permissions import can_see_pairs
from members.queries.pairs import Candidate, possible_pairs

State = MemberMerge.State
_SHOWN = [State.PROPOSED, State.DONE]


@dataclass(frozen=True)
class MergeHint:
    """Pairs to look at, and those that were proposed or made one."""

    pairs: list[Candidate]
    merges: list[MemberMerge]


def merge_hint(user: User, member: Member) -> MergeHint | None:
    """The hint for one member, None where there is nothing to say. Three statements."""
    if not can_see_pairs(user):
        return None
    merges = MemberMerge.objects.visible_to(user).filter(
        Q(kept=member) | Q(dropped=member), state__in=_SHOWN
    )
    hint = MergeHint(possible_pairs(user, of=member), list(merges.order_by("pk")))
    return hint if hint.pairs or hint.merges else None


@dataclass(frozen=True)
class Doubt:
    """That a record may be of somebody who has another: a pair, or one proposed."""

    first: int = 0
    second: int = 0
    merge: int = 0


def doubts_of(user: User, members: Collection[int]) -> dict[int, Doubt]:
    """The doubt about each of these members, where there is one, to be marked in a list.

    Three statements, or none.
    """
    if not members or not can_see_pairs(user):
        return {}
    found: dict[int, Doubt] = {}
    for pair in possible_pairs(user):
        for key in (pair.first, pair.second):
            found.setdefault(key, Doubt(pair.first, pair.second))
    proposed = MemberMerge.objects.visible_to(user).filter(state=State.PROPOSED)
    for pk, kept, dropped in proposed.values_list("pk", "kept", "dropped"):
        found |= dict.fromkeys((kept, dropped), Doubt(merge=pk))
    return {key: found[key] for key in members if key in found}


def number_of_pairs(user: User) -> int:
    """How many pairs the user's side has to look at. Two statements, or none."""
    return len(possible_pairs(user)) if can_see_pairs(user) else 0
