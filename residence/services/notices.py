"""Thông báo after its draft: sent, seen, answered, withdrawn; each one transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from members.models import Role, User
from members.queries.channels import on_paper_among
from members.services.persons import check_not_in_future
from party76.audit.models import Action
from party76.audit.services import changes, record, record_many, values_of
from party76.shared.running import Tell, tell_nobody
from party76.shared.versions import save_versioned
from residence.models import Measure, Notice, NoticeItem
from residence.queries.notices import items_to_answer
from residence.services.notice_drafts import (
    PAPER_FIELDS,
    lock_notice,
    why_not_named,
)

State = Notice.State
# Of these the records say nothing: the ward writes what it has to say.
NEEDS_TEXT = {Notice.Kind.DUTY, Notice.Kind.OTHER}
_BATCH = 1_000


@dataclass(frozen=True)
class Reply:
    """What the workplace says: measure and words by line, and in general."""

    measures: Mapping[int, tuple[str, str]]
    text: str = ""


@transaction.atomic
def write_number(notice: Notice, *, version: int, by: User) -> Notice:
    """Write in number and day after signing; they stay open until then."""
    stored = lock_notice(notice)
    if stored.state == State.WITHDRAWN:
        raise ValidationError("Thông báo đã rút, không ghi số, ngày nữa.")
    before = values_of(stored, PAPER_FIELDS)
    save_versioned(notice, fields=PAPER_FIELDS, version=version)
    record(
        Action.UPDATE,
        notice,
        by=by,
        committee_code=notice.committee.code,
        facts={"changes": changes(notice, before)},
    )
    return notice


@transaction.atomic
def send_notices(
    versions: Mapping[int, int],
    *,
    on: date,
    by: User,
    tell: Tell = tell_nobody,
) -> list[Notice]:
    """Send drafts, one or many, all or nothing; {notice: the version looked at}.

    on is the day on which those for workplaces on paper went out.
    Raises ValidationError with a sentence for each that has changed meanwhile, says
    nothing, or names somebody who is no longer received here.
    """
    check_not_in_future(on, "Ngày gửi")
    tell("Đang kiểm tra", 10)
    notices = _locked_many(versions)
    _write_days(notices, on)
    obstacles = [*_changed(notices, versions), *_not_ready(notices)]
    if not notices:
        obstacles = ["Đồng chí chưa chọn thông báo nào."]
    if obstacles:
        raise ValidationError(obstacles)
    tell("Đang gửi", 60)
    for notice in notices:
        notice.state, notice.sent_by = State.SENT, by
        notice.version += 1
    fields = ["state", "sent_by", "sent_on", "version"]
    Notice.objects.bulk_update(notices, fields, _BATCH)
    facts = {"from": State.DRAFT, "to": State.SENT}
    steps = ((notice, notice.committee.code, facts) for notice in notices)
    record_many(Action.STEP, steps, by=by)
    tell("Xong", 100)
    return notices


@transaction.atomic
def see_notice(notice: Notice, *, by: User) -> bool:
    """The workplace opened it: noted once, however often and by however many.

    Returns True for the one opening that is noted.
    """
    today = timezone.localdate()
    unseen = Notice.objects.filter(pk=notice.pk, state=State.SENT)
    if not unseen.update(state=State.SEEN, seen_on=today, version=F("version") + 1):
        return False
    record(
        Action.STEP,
        notice,
        by=by,
        committee_code=notice.workplace.code,
        facts={"from": State.SENT, "to": State.SEEN},
    )
    return True


@transaction.atomic
def answer_notice(
    notice: Notice,
    reply: Reply,
    *,
    on: date,
    in_system: bool,
    version: int,
    by: User,
) -> Notice:
    """Write the measure taken for each person, by the workplace or from its paper.

    Raises ValidationError for a person without one, for a measure of its own that is
    not spelled out, for a day before the sending, and Conflict.
    """
    stored = lock_notice(notice)
    _require_step(stored, State.ANSWERED)
    check_not_in_future(on, "Ngày trả lời")
    if stored.sent_on and on < stored.sent_on:
        raise ValidationError(
            {
                "answered_on": "Ngày trả lời không được trước ngày gửi "
                f"{stored.sent_on:%d/%m/%Y}."
            }
        )
    items = items_to_answer(notice)
    _check_measures(items, reply)
    notice.state = State.ANSWERED
    notice.answered_on, notice.answered_by = on, by
    notice.answered_in_system = in_system
    notice.answer = reply.text.strip()
    fields = ["state", "answered_on", "answered_by", "answered_in_system", "answer"]
    save_versioned(notice, fields=fields, version=version)
    _write_measures(items, reply)
    record(
        Action.STEP,
        notice,
        by=by,
        committee_code=(notice.workplace if in_system else notice.committee).code,
        facts={"from": stored.state, "to": State.ANSWERED, "in_system": in_system},
        personal={
            "answer": notice.answer,
            "measures": {item.member_id: item.measure for item in items},
        },
    )
    return notice


@transaction.atomic
def withdraw_notice(notice: Notice, *, version: int, by: User) -> Notice:
    """Take back a draft, or a notice that the workplace has not opened yet."""
    stored = lock_notice(notice)
    _require_step(stored, State.WITHDRAWN)
    notice.state = State.WITHDRAWN
    save_versioned(notice, fields=["state"], version=version)
    record(
        Action.STEP,
        notice,
        by=by,
        committee_code=notice.committee.code,
        facts={"from": stored.state, "to": State.WITHDRAWN},
    )
    return notice


def _locked_many(versions: Mapping[int, int]) -> list[Notice]:
    rows = Notice.objects.filter(pk__in=versions).select_related(
        "committee", "workplace"
    )
    return list(rows.order_by("pk").select_for_update(of=("self",)))


def _require_step(notice: Notice, to: State) -> None:
    before = State(notice.state)
    if to not in Notice.STEPS[before]:
        raise ValidationError(
            f"Thông báo đang ở tình trạng “{before.label}”, không chuyển sang "
            f"“{to.label}” được."
        )


def _write_days(notices: Sequence[Notice], on: date) -> None:
    """What goes through the system goes today, whatever day the paper bears."""
    paper = on_paper_among([one.workplace for one in notices], Role.WORKPLACE)
    today = timezone.localdate()
    for notice in notices:
        notice.sent_on = on if notice.workplace_id in paper else today


def _changed(notices: Sequence[Notice], versions: Mapping[int, int]) -> list[str]:
    return [
        f"Thông báo gửi {notice.workplace}: vừa có người khác sửa hoặc xử lý, nay ở tình "
        f"trạng “{notice.get_state_display()}”. Đồng chí xem lại rồi chọn lại."
        for notice in notices
        if notice.version != versions[notice.pk] or notice.state != State.DRAFT
    ]


def _not_ready(notices: Sequence[Notice]) -> list[str]:
    items = defaultdict(list)
    lines = NoticeItem.objects.filter(notice__in=notices)
    for item in lines.select_related("registration__member"):
        items[item.notice_id].append(item)
    return [
        f"Thông báo gửi {notice.workplace}: {sentence}"
        for notice in notices
        if (sentence := _lack(notice, items[notice.pk]))
    ]


def _lack(notice: Notice, items: Sequence[NoticeItem]) -> str:
    """What a draft still lacks before it can be sent, or what has changed; "" if nothing."""
    if not items:
        return "chưa có tên ai."
    due, sent = notice.due_on, notice.sent_on
    if due and sent and due < sent:
        return f"hạn trả lời {due:%d/%m/%Y} trước ngày gửi {sent:%d/%m/%Y}."
    says = notice.text.strip() or all(item.note.strip() for item in items)
    if notice.kind in NEEDS_TEXT and not says:
        return "chưa ghi nội dung."
    gone = [
        sentence for item in items if (sentence := why_not_named(item.registration))
    ]
    return " ".join(gone)


def _check_measures(items: Sequence[NoticeItem], reply: Reply) -> None:
    obstacles = []
    for item in items:
        measure, words = reply.measures.get(item.pk, ("", ""))
        if measure not in Measure.values:
            obstacles.append(
                f"Đồng chí {item.member.full_name}: chưa chọn hình thức xử lý."
            )
        elif measure == Measure.OTHER and not words.strip():
            obstacles.append(
                f"Đồng chí {item.member.full_name}: hình thức khác thì ghi rõ là gì."
            )
    if obstacles:
        raise ValidationError(obstacles)


def _write_measures(items: Sequence[NoticeItem], reply: Reply) -> None:
    for item in items:
        item.measure, words = reply.measures[item.pk]
        item.measure_text = words.strip()
    NoticeItem.objects.bulk_update(items, ["measure", "measure_text"], _BATCH)
