"""Records that were merged away, and the record that stands for each of them now."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from members.models import Member, MemberMerge


def standing_records() -> dict[int, int]:
    """{record merged away: the record that stands for it now}; one statement."""
    done = MemberMerge.objects.filter(state=MemberMerge.State.DONE)
    into = dict(done.values_list("dropped_id", "kept_id"))
    return {key: last_of(key, into) for key in into}


def standing_record(key: int) -> int | None:
    """The record that stands for one merged away; None where it stands for itself."""
    return standing_records().get(key)


def merged_into(member: Member) -> list[int]:
    """Keys of the records for which this one stands."""
    return [key for key, last in standing_records().items() if last == member.pk]


def bearers_of(card_number: str) -> QuerySet[Member]:
    """The record of a card, or the one into which it was merged; one statement."""
    into = MemberMerge.objects.filter(
        state=MemberMerge.State.DONE, dropped__card_number=card_number
    )
    return Member.objects.exclude(status=Member.Status.MERGED).filter(
        Q(card_number=card_number) | Q(pk__in=into.values("kept"))
    )


def last_of(key: int, into: Mapping[int, int]) -> int:
    """Where the way from one record to the next ends."""
    while key in into:
        key = into[key]
    return key
