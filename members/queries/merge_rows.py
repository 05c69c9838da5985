"""Lists of pairs: what is to be looked at, what waits, what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from members.models import MemberMerge, User
from members.queries.discretion import veil
from members.queries.pair_records import names_read
from party76.shared.paging import Cursor, Page, page_of

State = MemberMerge.State
TAB_LABELS = {
    State.PROPOSED: "Chờ xác nhận",
    State.DONE: "Đã ghép",
    State.REFUSED: "Hai người khác nhau",
    State.UNDONE: "Đã tách lại",
}
STATE_KINDS = {
    State.PROPOSED: "warning",
    State.DONE: "success",
    State.REFUSED: "neutral",
    State.UNDONE: "neutral",
}


@dataclass(frozen=True)
class Tab:
    label: str
    value: str
    count: int
    is_active: bool


@dataclass(frozen=True)
class MergeRow:
    """A pair that somebody has spoken on; the name as far as the user reads it."""

    merge: MemberMerge
    name: str
    kind: str
    is_mine: bool  # waits for the user's own side


def tabs_of(user: User, chosen: str, to_look_at: int) -> list[Tab]:
    """The pairs to look at, and those of each state with their number; one statement."""
    counted = (
        MemberMerge.objects.visible_to(user).values("state").annotate(n=Count("pk"))
    )
    numbers = {row["state"]: row["n"] for row in counted}
    first = Tab("Có thể trùng", "", to_look_at, chosen not in TAB_LABELS)
    return [
        first,
        *(
            Tab(label, state.value, numbers.get(state.value, 0), chosen == state)
            for state, label in TAB_LABELS.items()
        ),
    ]


def merges_listed(user: User, state: State) -> QuerySet[MemberMerge]:
    """The pairs of one state that the user may read."""
    return MemberMerge.objects.visible_to(user).filter(state=state)


def merge_page(merges: QuerySet[MemberMerge], cursor: Cursor, *, by: User) -> Page:
    """A page of them, the latest first; the statements do not grow with the rows."""
    found = merges.select_related(
        "kept__workplace", "dropped__workplace", "workplace", "ward", "closed_by"
    )
    page = page_of(found, cursor)
    pairs = [(merge.kept, merge.dropped) for merge in page.rows]
    names = names_read(pairs, by)
    veil([merge for merge in page.rows if merge.workplace], to=by)
    mine = set(MemberMerge.objects.waiting_for(by).values_list("pk", flat=True))
    rows = [
        MergeRow(merge, name, STATE_KINDS[State(merge.state)], merge.pk in mine)
        for merge, name in zip(page.rows, names, strict=True)
    ]
    return Page(rows, page.previous, page.next)


def slice_of(rows: Sequence[Any], cursor: Cursor, *, size: int) -> Page:
    """A page of a list that was made in memory; the keys are positions in it."""
    start = max(0, cursor.before - size) if cursor.before else cursor.after or 0
    end = start + size
    return Page(list(rows[start:end]), start or None, end if end < len(rows) else None)
