"""Posts and open requests of units that end."""

from datetime import date

from django.db.models import Q

from members.models import CorrectionRequest, Kind, Registration, RoleAssignment
from members.services.ledger import Ledger
from members.services.reorganisations.people import Reform
from members.services.reorganisations.plan import ReformPlan

# How many levels a unit of a kind stands over: who held a post at one must not gain a
# wider one.
_WIDTH = {
    Kind.CITY: 4,
    Kind.DISTRICT: 3,
    Kind.DIRECT: 3,
    Kind.WARD: 2,
    Kind.GRASSROOTS: 2,
    Kind.DIVISION: 1,
    Kind.GRASSROOTS_CELL: 0,
    Kind.CELL: 0,
}


def is_wider(heir_kind: str, kind: str) -> bool:
    """True where a post at the heir would reach over more levels than the old one."""
    return _WIDTH[Kind(heir_kind)] > _WIDTH[Kind(kind)]


def move_posts(reform: Reform, plan: ReformPlan, ledger: Ledger) -> dict[str, int]:
    """Posts at a closed unit end that day and go on at its heir.

    Not where the plan says so, nobody follows, or the heir is a wider unit. Of several
    posts of one person that meet in one, the longest goes on.
    """
    posts = RoleAssignment.objects.filter(committee__in=sorted(reform.closed))
    running = ledger.hold(posts.exclude(valid_to__lte=reform.on).order_by("pk"))
    found: dict[tuple[int, int, str], RoleAssignment] = {}
    ended = 0
    for post in running:
        old = reform.unit(post.committee_id)
        heir = reform.closed[post.committee_id]
        ends = post.pk in plan.posts_to_end or heir is None
        if ends or heir is None or is_wider(reform.unit(heir).kind, old.kind):
            ended += 1
        else:
            _keep_longest(found, post, heir, reform.on)
        post.valid_to = max(post.valid_from, reform.on)
    later = _without_those_held(found)
    ledger.write(RoleAssignment)
    ledger.add(RoleAssignment, later)
    return {"posts_moved": len(running) - ended, "posts_ended": ended}


def _keep_longest(
    found: dict[tuple[int, int, str], RoleAssignment],
    post: RoleAssignment,
    heir: int,
    on: date,
) -> None:
    begins = max(post.valid_from, on)
    key = (post.user_id, heir, post.role)
    known = found.get(key)
    if known is None:
        found[key] = RoleAssignment(
            user_id=post.user_id,
            committee_id=heir,
            role=post.role,
            valid_from=begins,
            valid_to=post.valid_to,
        )
        return
    known.valid_from = min(known.valid_from, begins)
    ends = (known.valid_to, post.valid_to)
    known.valid_to = None if None in ends else max(filter(None, ends))


def _without_those_held(
    found: dict[tuple[int, int, str], RoleAssignment],
) -> list[RoleAssignment]:
    """What is not held at the heir already, without an end."""
    held = set(
        RoleAssignment.objects.filter(
            valid_to=None, committee__in={heir for _, heir, _ in found}
        ).values_list("user_id", "committee_id", "role")
    )
    return [post for key, post in found.items() if key not in held]


def move_requests(reform: Reform, plan: ReformPlan, ledger: Ledger) -> int:
    """Open requests for a correction wait at whoever owns the field now."""
    closed = sorted(reform.closed)
    requests = CorrectionRequest.objects.filter(state=CorrectionRequest.State.OPEN)
    asked_of = requests.filter(asked_of_committee__in=closed)
    asked_by = requests.filter(asked_by_committee__in=closed)
    parted = Q(member__in=sorted(plan.members)) | Q(
        member__registrations__in=sorted(plan.stays)
    )
    apart = set(requests.filter(parted).values_list("member_id", flat=True))
    waiting = asked_of | asked_by | requests.filter(member__in=sorted(apart))
    rows = ledger.hold(waiting.order_by("pk"))
    sides = _sides_of(apart)
    for request in rows:
        home, work = sides.get(request.member_id, (None, None))
        of, by = (home, work) if request.is_about_dwelling else (work, home)
        request.asked_of_committee_id = of or reform.heir_of(
            request.asked_of_committee_id
        )
        request.asked_by_committee_id = by or reform.heir_of(
            request.asked_by_committee_id
        )
    return ledger.write(CorrectionRequest)


def _sides_of(members: set[int]) -> dict[int, tuple[int, int]]:
    """{member: (where he lives now, where he works now)} of those received somewhere."""
    stays = Registration.objects.filter(
        member__in=sorted(members), state=Registration.State.RECEIVED
    )
    return {
        member: (cell or ward, work)
        for member, ward, cell, work in stays.values_list(
            "member_id", "ward_id", "cell_id", "member__workplace_id"
        )
    }
