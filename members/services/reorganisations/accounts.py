"""Posts and open requests of units that end."""

from members.models import CorrectionRequest, Kind, RoleAssignment
from members.services.ledger import Ledger
from members.services.reorganisations.people import Reform
from members.services.reorganisations.plan import ReformPlan

# From the widest: who held a post at one of these must not gain a wider one.
_WIDTH = {Kind.CITY: 3, Kind.DISTRICT: 2, Kind.DIRECT: 2}


def is_wider(heir_kind: str, kind: str) -> bool:
    """True where a post at the heir would reach over more levels than the old one."""
    return _WIDTH.get(Kind(heir_kind), 1) > _WIDTH.get(Kind(kind), 1)


def move_posts(reform: Reform, plan: ReformPlan, ledger: Ledger) -> dict[str, int]:
    """Posts at a closed unit end that day and go on at its heir.

    Not where the plan says so, nobody follows, the heir is a higher level, or the
    same post is held there already.
    """
    posts = RoleAssignment.objects.filter(committee__in=sorted(reform.closed))
    running = ledger.hold(posts.exclude(valid_to__lte=reform.on).order_by("pk"))
    held: set[tuple[int, int | None, str]] = set(
        RoleAssignment.objects.filter(valid_to=None).values_list(
            "user_id", "committee_id", "role"
        )
    )
    later = []
    for post in running:
        old = reform.unit(post.committee_id)
        heir = reform.closed[post.committee_id]
        ends = post.pk in plan.posts_to_end or heir is None
        ends = ends or is_wider(reform.unit(heir or old.pk).kind, old.kind)
        key = (post.user_id, heir, post.role)
        if not ends and key not in held:
            held.add(key)
            later.append(
                RoleAssignment(
                    user_id=post.user_id,
                    committee_id=heir,
                    role=post.role,
                    valid_from=max(post.valid_from, reform.on),
                    valid_to=post.valid_to,
                )
            )
        post.valid_to = max(post.valid_from, reform.on)
    ledger.write(RoleAssignment)
    ledger.add(RoleAssignment, later)
    return {"posts_moved": len(later), "posts_ended": len(running) - len(later)}


def move_requests(reform: Reform, ledger: Ledger) -> int:
    """Open requests for a correction wait at whoever owns the field now."""
    closed = sorted(reform.closed)
    requests = CorrectionRequest.objects.filter(state=CorrectionRequest.State.OPEN)
    asked_of = requests.filter(asked_of_committee__in=closed)
    asked_by = requests.filter(asked_by_committee__in=closed)
    for request in ledger.hold((asked_of | asked_by).order_by("pk")):
        request.asked_of_committee_id = reform.heir_of(request.asked_of_committee_id)
        request.asked_by_committee_id = reform.heir_of(request.asked_by_committee_id)
    return ledger.write(CorrectionRequest)
