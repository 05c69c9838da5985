"""What a member's file, and the end of an import, say about records of one person."""

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


def number_of_pairs(user: User) -> int:
    """How many pairs the user's side has to look at. Two statements, or none."""
    return len(possible_pairs(user)) if can_see_pairs(user) else 0
