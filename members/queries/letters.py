"""Letters as the workplace follows them, and whom it may introduce where."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields import CharField, DateField, DateTimeField
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.utils import timezone

from members.models import Committee, Member, Registration, Role, User
from members.queries.addresses import wards_in_addresses
from members.queries.unit_names import FoundUnit
from members.scopes import within
from party76.audit.models import Action, AuditEvent

State = Registration.State
# A letter asked for is the one thing that runs and still wants to be introduced.
INTRODUCED = [State.DRAFT, State.SENT, State.RECEIVED]
RUNNING = [*INTRODUCED, State.LETTER_ASKED]
# So long the end of a stay of somebody who left for good waits to be taken note of.
TOLD_FOR = timedelta(days=365)
LONG_AGO = date(1900, 1, 1)


class Tab(StrEnum):
    """What the workplace does with its letters; the values stand in addresses."""

    DRAFT = "dang-soan"
    SENT = "cho-tiep-nhan"
    RETURNED = "tra-lai"
    TAKEN_BACK = "rut-de-nghi"
    ASKED = "de-nghi"
    ENDED = "da-ket-thuc"
    RECEIVED = "da-tiep-nhan"
    UNNUMBERED = "chua-ghi-so"


class Whom(StrEnum):
    """Whom the workplace chooses from to introduce; the values stand in addresses."""

    LACKING = ""  # nobody has received him, and no letter is on its way
    NEVER = "chua-tung"  # of these, those for whom nothing was ever done
    ALL = "tat-ca"


TAB_LABELS = {
    Tab.DRAFT: "Đang soạn",
    Tab.SENT: "Chờ tiếp nhận",
    Tab.RETURNED: "Bị trả lại",
    Tab.TAKEN_BACK: "Đề nghị đã rút",
    Tab.ASKED: "Nơi cư trú đề nghị",
    Tab.ENDED: "Đã kết thúc ở nơi cư trú",
    Tab.RECEIVED: "Đã tiếp nhận",
    Tab.UNNUMBERED: "Chưa ghi số",
}
# What waits for the workplace itself comes first where no tab was asked for.
_WAITING = [
    Tab.RETURNED,
    Tab.ASKED,
    Tab.ENDED,
    Tab.DRAFT,
    Tab.SENT,
    Tab.TAKEN_BACK,
]
# The ward asked for a letter, and took that back before there was one.
TAKEN_BACK = Q(state=State.RETURNED, asked_on__isnull=False, sent_on=None)


@dataclass(frozen=True)
class Situation:
    """Where a member stands between workplace and residence.

    before is the latest stay that was returned or has ended, while nothing runs.
    """

    mark: str
    asked: list[Registration] = field(default_factory=list)
    letter: Registration | None = None
    received: Registration | None = None
    before: Registration | None = None

    @property
    def words(self) -> str:
        """In one sentence, for whoever chooses whom to introduce."""
        if self.letter:
            state = self.letter.get_state_display()
            return f"{state}: {self.letter.ward.name}"
        if self.asked:
            return f"{self.asked[0].ward.name} đề nghị giới thiệu"
        if self.received:
            return f"Đang được {self.received.ward.name} theo dõi"
        return before_in_words(self.before) if self.before else "Chưa được giới thiệu"


def before_in_words(stay: Registration) -> str:
    """Why somebody is to be introduced anew: the letter came back, or the stay ended."""
    if is_taken_back(stay):
        return f"{stay.ward.name} rút đề nghị giới thiệu: {stay.return_reason}"
    if stay.state == State.RETURNED:
        return f"{stay.ward.name} trả lại giấy: {stay.return_reason}"
    reason = stay.get_end_reason_display()
    day = f" từ ngày {stay.ended_on:%d/%m/%Y}" if stay.ended_on else ""
    to = f"; nơi mới: {stay.moved_to.name}" if stay.moved_to else ""
    return f"{stay.ward.name} kết thúc theo dõi{day}: {reason}{to}"


def state_in_words(stay: Registration) -> str:
    """Where a letter, or the stay that came of it, has come to, in one sentence."""
    if is_taken_back(stay):
        return "Nơi cư trú đã rút đề nghị giới thiệu đồng chí này."
    sent, received, ended = map(
        _on_day, (stay.sent_on, stay.received_on, stay.ended_on)
    )
    words = {
        State.DRAFT: "Giấy này đang soạn, chưa gửi cho nơi cư trú.",
        State.SENT: f"Giấy này đã gửi{sent}, đang chờ nơi cư trú tiếp nhận.",
        State.LETTER_ASKED: "Nơi cư trú đã đề nghị giới thiệu, chưa có giấy.",
        State.RECEIVED: f"Giấy này đã được tiếp nhận{received}.",
        State.RETURNED: "Giấy này đã được trả lại cho nơi công tác.",
        State.WITHDRAWN: "Giấy này đã được rút.",
        State.ENDED: f"Việc theo dõi tại nơi cư trú này đã kết thúc{ended}.",
    }
    return words[State(stay.state)]


def _on_day(day: date | None) -> str:
    return f" ngày {day:%d/%m/%Y}" if day else ""


def is_taken_back(stay: Registration) -> bool:
    """Whether it is a request that the ward took back, and no letter; as TAKEN_BACK."""
    is_request = stay.asked_on is not None and stay.sent_on is None
    return stay.state == State.RETURNED and is_request


@dataclass(frozen=True)
class Proposal:
    """The ward that what is known speaks for, or several of them, and why."""

    ward: Committee | None = None
    choices: list[FoundUnit] = field(default_factory=list)
    why: str = ""


def letters_of(user: User, tab: Tab, *, day: date) -> QuerySet[Registration]:
    """Letters of the user's workplaces under one heading, with waiting_since."""
    letters = Registration.objects.filter(
        within("workplace__path", user.paths_of(Role.WORKPLACE)), _under(tab, user, day)
    )
    return letters.annotate(waiting_since=_since(tab))


def own_letters(user: User, keys: Collection[int]) -> QuerySet[Registration]:
    """Those of the letters that the user's workplaces wrote for members that they still
    have, in whatever state."""
    paths = user.paths_of(Role.WORKPLACE)
    letters = Registration.objects.filter(
        within("workplace__path", paths),
        within("member__workplace__path", paths),
        pk__in=keys,
    )
    return letters.select_related("member", "ward", "cell", "workplace")


def counts_of(user: User, *, day: date) -> dict[Tab, int]:
    """How many letters stand under each heading; one statement."""
    letters = Registration.objects.filter(
        within("workplace__path", user.paths_of(Role.WORKPLACE))
    )
    counted = letters.aggregate(
        **{tab.name: Count("pk", filter=_under(tab, user, day)) for tab in Tab}
    )
    return {tab: counted[tab.name] for tab in Tab}


def first_tab(counts: dict[Tab, int]) -> Tab:
    """The heading under which something waits, or that of the letters sent."""
    return next((tab for tab in _WAITING if counts[tab]), Tab.SENT)


def members_to_introduce(user: User, whom: Whom) -> QuerySet[Member]:
    """Active members of the user's workplaces: whom the home counts, the page lists."""
    members = Member.objects.filter(
        within("workplace__path", user.paths_of(Role.WORKPLACE)),
        status=Member.Status.ACTIVE,
    )
    if whom is Whom.ALL:
        return members
    stays = Registration.objects.exclude(state=State.WITHDRAWN)
    # A request that was taken back is nothing done, once that was noted.
    stays = stays.exclude(TAKEN_BACK, end_noted_on__isnull=False)
    if whom is Whom.LACKING:
        stays = stays.filter(state__in=INTRODUCED)
    return members.exclude(pk__in=stays.values("member"))


def members_of(user: User, keys: Collection[int]) -> QuerySet[Member]:
    """Those of the members that work at the user's workplaces, in Vietnamese order."""
    members = Member.objects.filter(
        within("workplace__path", user.paths_of(Role.WORKPLACE)), pk__in=keys
    )
    return members.select_related("workplace").order_by("sort_key", "pk")


def situations(
    members: Iterable[Member], *, is_held: bool = False
) -> dict[int, Situation]:
    """{member: where he stands}; two statements, which may hold the stays until the end."""
    members = list(members)
    stays = (
        Registration.objects.filter(member__in=[member.pk for member in members])
        .exclude(state=State.WITHDRAWN)
        .select_related("ward", "cell", "workplace", "moved_to__heir")
        .prefetch_related("exemptions")
        .order_by("-pk")
    )
    if is_held:
        stays = stays.select_for_update(of=("self",), no_key=True)
    by_member: defaultdict[int, list[Registration]] = defaultdict(list)
    for stay in stays:
        by_member[stay.member_id].append(stay)
    return {member.pk: _situation(member, by_member[member.pk]) for member in members}


def proposals(
    members: Iterable[Member], known: dict[int, Situation]
) -> dict[int, Proposal]:
    """{member: the ward to propose}: who asked, where he moved to, what his address says.

    Four statements at most, however many members.
    """
    members = list(members)
    found = {member.pk: _from_stays(known[member.pk]) for member in members}
    open_ones = [member for member in members if found[member.pk] is None]
    told = wards_in_addresses([member.address for member in open_ones])
    for member, wards in zip(open_ones, told, strict=True):
        found[member.pk] = _from_address(wards)
    return {key: one or Proposal() for key, one in found.items()}


def _under(tab: Tab, user: User, day: date) -> Q:
    if tab in {Tab.RETURNED, Tab.TAKEN_BACK}:
        came_back = Q(state=State.RETURNED, end_noted_on=None)
        which = TAKEN_BACK if tab is Tab.TAKEN_BACK else ~TAKEN_BACK
        return came_back & which & _last_word() & _still_ours(user)
    if tab is Tab.ENDED:
        return Q(state=State.ENDED, end_noted_on=None) & _last_word() & _told(user, day)
    if tab is Tab.UNNUMBERED:
        return Q(
            state__in=[State.SENT, State.RECEIVED],
            letter_number="",
            is_letter_unknown=False,
        )
    states = {
        Tab.DRAFT: State.DRAFT,
        Tab.SENT: State.SENT,
        Tab.ASKED: State.LETTER_ASKED,
        Tab.RECEIVED: State.RECEIVED,
    }
    return Q(state=states[tab])


def _last_word() -> Q:
    """No stay runs for the member, and none came after this one."""
    others = Registration.objects.filter(member=OuterRef("member")).exclude(
        state=State.WITHDRAWN
    )
    later = others.filter(Q(state__in=RUNNING) | Q(pk__gt=OuterRef("pk")))
    return ~Q(Exists(later))


def _still_ours(user: User) -> Q:
    at_work = within("member__workplace__path", user.paths_of(Role.WORKPLACE))
    return at_work & Q(member__status=Member.Status.ACTIVE)


def _told(user: User, day: date) -> Q:
    """Who is to be introduced anew, and for a year those who left or died."""
    gone = [Member.Status.LEFT, Member.Status.DEAD]
    recently = Q(member__status__in=gone, ended_on__gt=day - TOLD_FOR)
    return _still_ours(user) | recently


def _since(tab: Tab):
    """The day since when letters wait under a heading; LONG_AGO where none is known."""
    known = {
        Tab.SENT: ["sent_on", "letter_date"],
        Tab.ASKED: ["asked_on"],
        Tab.ENDED: ["ended_on"],
        Tab.RECEIVED: ["received_on"],
        Tab.UNNUMBERED: ["sent_on", "received_on"],
    }
    if tab in known:
        return Coalesce(*known[tab], _long_ago())
    if tab in {Tab.RETURNED, Tab.TAKEN_BACK}:
        return Coalesce(recorded_day(Action.STEP, to=State.RETURNED), _long_ago())
    return Coalesce(recorded_day(Action.CREATE), _long_ago())


def recorded_day(action: Action, *, to: str = "", fact: str = ""):
    """The day on which the stay of the row was made, came to a state, or had a fact
    written on it, by the record."""
    events = AuditEvent.objects.filter(
        object_type="registration",
        object_key=Cast(OuterRef("pk"), CharField(max_length=40)),
        action=action,
    )
    if to:
        events = events.filter(facts__to=to)
    if fact:
        events = events.filter(facts__has_key=fact)
    moments = events.order_by("-pk").values("at")[:1]
    at = Subquery(moments, output_field=DateTimeField())
    return TruncDate(at, tzinfo=timezone.get_current_timezone())


def _long_ago() -> Value:
    return Value(LONG_AGO, output_field=DateField())


def _situation(member: Member, stays: list[Registration]) -> Situation:
    """Of the stays of one member, the latest first."""
    running = [stay for stay in stays if stay.state in RUNNING]
    parts = [str(member.version), *(f"{stay.pk}.{stay.version}" for stay in running)]
    letters = [stay for stay in running if stay.state in {State.DRAFT, State.SENT}]
    received = [stay for stay in running if stay.is_received]
    return Situation(
        mark="-".join(parts),
        asked=[stay for stay in running if stay.state == State.LETTER_ASKED],
        letter=letters[0] if letters else None,
        received=received[0] if received else None,
        before=stays[0] if stays and not running else None,
    )


def _from_stays(known: Situation) -> Proposal | None:
    if known.asked:
        return Proposal(known.asked[0].ward, why="nơi cư trú đề nghị giới thiệu")
    moved_to = known.before.moved_to if known.before else None
    if moved_to is None:
        return None
    ward = moved_to.heir if moved_to.is_closed else moved_to
    if ward is None or known.before is None:
        return None
    return Proposal(ward, why=f"nơi mới, theo {known.before.ward.name}")


def _from_address(wards: list[FoundUnit]) -> Proposal:
    if len(wards) != 1:
        return Proposal(choices=wards)
    former = f" ({wards[0].former})" if wards[0].former else ""
    return Proposal(wards[0].unit, why=f"theo địa chỉ{former}")
