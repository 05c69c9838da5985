"""What a decision would do to whom: counted from people, meetings, sheets, accounts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, F, Q

from evaluations.models import Evaluation, RatingYear
from members.models import (
    Committee,
    CorrectionRequest,
    Member,
    Placement,
    Registration,
    RoleAssignment,
)
from members.queries.accounts import role_names
from members.services.reorganisations.accounts import is_wider
from members.services.reorganisations.plan import ReformPlan
from party76.shared.templatetags.ui import vn_number
from residence.models import Meeting

_LETTERS = [
    Registration.State.DRAFT,
    Registration.State.SENT,
    Registration.State.LETTER_ASKED,
]
_COMING = [Meeting.State.PLANNED, Meeting.State.LISTED, Meeting.State.OPEN]


@dataclass(frozen=True)
class PostMove:
    """A post at a unit that ends, and what becomes of it."""

    post: RoleAssignment
    role: str
    heir: str
    moves: bool
    why: str = ""  # where it cannot pass on by itself

    @property
    def may_move(self) -> bool:
        return not self.why


@dataclass(frozen=True)
class Consequences:
    """How many of each kind of record follow, and the accounts one by one."""

    residents: int
    workers: int
    letters: int
    meetings: int
    drafts: int
    requests: int
    posts: list[PostMove]

    @property
    def sentences(self) -> list[str]:
        """What happens to work under way, in words; nothing for what there is none of."""
        told = [
            (self.residents, "đồng chí chuyển nơi sinh hoạt, không phải tiếp nhận lại"),
            (self.workers, "đồng chí theo đơn vị công tác kế tục"),
            (self.letters, "giấy giới thiệu đang chờ chuyển sang đơn vị kế tục"),
            (self.meetings, "kỳ họp chưa kết thúc do đơn vị kế tục tổ chức"),
            (self.drafts, "dòng nhận xét đang soạn sang bảng nhận xét của đơn vị kế tục"),
            (self.requests, "đề nghị đính chính đang chờ do đơn vị kế tục trả lời"),
            (sum(move.moves for move in self.posts), "vai trò sang đơn vị kế tục"),
            (sum(not move.moves for move in self.posts), "vai trò kết thúc"),
        ]  # fmt: skip
        return counted_words(told)


def counted_words(told: Iterable[tuple[int, str]]) -> list[str]:
    """“1.202 đồng chí …” for each number that is not nothing."""
    return [f"{vn_number(number)} {words}" for number, words in told if number]


def consequences(plan: ReformPlan, names: Mapping[int, str]) -> Consequences:
    """What the plan does to people and to work under way; seven queries.

    names: of the units by their key in the plan, new ones too.
    """
    closed = sorted(plan.heirs)
    moved = [key for key, told in plan.changes.items() if "parent" in told]
    at_home = Q(ward__in=closed) | Q(cell__in=[*closed, *moved])
    open_years = {
        "rating_year__state": RatingYear.State.OPEN,
        "rating_year__reference_day__gte": plan.on,
    }
    return Consequences(
        residents=Placement.objects.filter(at_home, valid_to=None).count(),
        workers=_workers(closed).total(),
        letters=Registration.objects.filter(
            at_home | Q(workplace__in=closed), state__in=_LETTERS
        ).count(),
        meetings=Meeting.objects.filter(
            committee__in=closed, state__in=_COMING
        ).count(),
        drafts=Evaluation.objects.current()
        .filter(at_home, state=Evaluation.State.DRAFT, **open_years)
        .count(),
        requests=CorrectionRequest.objects.filter(
            Q(asked_of_committee__in=closed) | Q(asked_by_committee__in=closed),
            state=CorrectionRequest.State.OPEN,
        ).count(),
        posts=_posts(plan, names),
    )


def people_of(units: Iterable[int]) -> Counter[int]:
    """{unit: people received there, in its cells too, or working there}; three queries."""
    keys = sorted(units)
    rows = Placement.objects.filter(valid_to=None).filter(
        Q(ward__in=keys) | Q(cell__in=keys)
    )
    found: Counter[int] = Counter()
    for name in ("ward", "cell"):
        counted = rows.filter(**{f"{name}__in": keys}).values_list(name)
        found.update(dict(counted.order_by().annotate(n=Count("*"))))
    found.update(_workers(keys))
    return found


def _workers(units: Iterable[int]) -> Counter[int]:
    members = Member.objects.filter(
        workplace__in=list(units), status=Member.Status.ACTIVE
    )
    rows = members.values_list("workplace").order_by().annotate(n=Count("*"))
    return Counter(dict(rows))


def _posts(plan: ReformPlan, names: Mapping[int, str]) -> list[PostMove]:
    posts = (
        RoleAssignment.objects.filter(committee__in=sorted(plan.heirs))
        .exclude(valid_to__lte=plan.on)
        .select_related("user", "committee")
        .order_by("committee__sort_key", "role", F("user__full_name"))
    )
    kinds = _kinds(plan)
    labels = role_names() if posts else {}
    return [_move(post, plan, names, kinds, labels[post.role]) for post in posts]


def _kinds(plan: ReformPlan) -> dict[int, str]:
    heirs = {heir for heir in plan.heirs.values() if heir is not None and heir > 0}
    kinds = dict(Committee.objects.filter(pk__in=heirs).values_list("pk", "kind"))
    return kinds | {new.key: new.kind for new in plan.new_units}


def _move(
    post: RoleAssignment,
    plan: ReformPlan,
    names: Mapping[int, str],
    kinds: Mapping[int, str],
    role: str,
) -> PostMove:
    heir = plan.heir_of(post.committee_id)
    why = ""
    if heir is None or heir == post.committee_id:
        why = "không có đơn vị kế tục"
    elif is_wider(kinds[heir], post.committee.kind):
        why = "đơn vị kế tục là cấp trên: quyền rộng hơn phải được giao riêng"
    moves = not why and post.pk not in plan.posts_to_end
    return PostMove(post, role, names.get(heir or 0, ""), moves, why)
