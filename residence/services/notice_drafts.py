"""Thông báo while it is a draft: who is named, with which facts, in which words."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from members.models import Committee, Member, Registration, User
from members.queries.discretion import topmost_units
from members.services.tree_lock import hold_tree
from party76.audit.models import Action
from party76.audit.services import changes, record, record_many, values_of
from party76.shared.running import Tell, tell_nobody
from party76.shared.versions import save_versioned
from residence.models import Notice, NoticeItem
from residence.queries.candidates import running_notices
from residence.queries.meetings import Period
from residence.queries.notice_facts import facts_of

State = Notice.State
TEXT_FIELDS = ["text", "due_on"]
PAPER_FIELDS = ["number", "dated_on"]
_BATCH = 1_000


@dataclass(frozen=True)
class Content:
    """What all notices of one act have in common."""

    kind: str
    period: Period
    text: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class People:
    """Changes to the people of a draft: notes by line, lines to strike, stays to add."""

    notes: Mapping[int, str] = field(default_factory=dict)
    removed: Collection[int] = ()
    added: Collection[int] = ()


@transaction.atomic
def draft_notices(
    ward: Committee,
    content: Content,
    stays: Collection[int],
    *,
    on: date,
    by: User,
    tell: Tell = tell_nobody,
) -> list[Notice]:
    """One draft per workplace on these people of the ward, with facts from the records.

    All or nothing: raises ValidationError with a sentence for each who is not received
    here any more, or whom an unanswered notice of the kind already names. As many
    statements for 500 people as for one.
    """
    if content.due_on and content.due_on < on:
        raise ValidationError(
            {"due_on": "Ngày đề nghị trả lời không được trước ngày hôm nay."}
        )
    tell("Đang kiểm tra", 10)
    hold_tree(ward)
    people = _nameable(ward, content.kind, stays)
    tell("Đang lấy sự việc từ sổ", 40)
    facts = facts_of(content.kind, people, content.period)
    tell("Đang ghi", 70)
    notices = _write(ward, content, _by_workplace(people), facts, on=on, by=by)
    tell("Xong", 100)
    return notices


@transaction.atomic
def edit_draft(
    notice: Notice, people: People, *, period: Period, version: int, by: User
) -> Notice:
    """Write text, due day, number and people of a draft.

    Raises ValidationError when it is sent already or would name nobody, Conflict when
    somebody saved first.
    """
    stored = lock_notice(notice)
    if stored.state != State.DRAFT:
        raise ValidationError(
            f"Thông báo đang ở tình trạng “{stored.get_state_display()}”, không sửa nội "
            "dung được; chỉ ghi thêm được số và ngày."
        )
    fields = [*TEXT_FIELDS, *PAPER_FIELDS]
    before = values_of(stored, fields)
    save_versioned(notice, fields=fields, version=version)
    _change_people(notice, people, period)
    record(
        Action.UPDATE,
        notice,
        by=by,
        committee_code=notice.committee.code,
        facts={"removed": len(people.removed), "added": len(people.added)},
        personal={"changes": changes(notice, before), "notes": dict(people.notes)},
    )
    return notice


def _write(
    ward: Committee,
    content: Content,
    groups: dict[Committee, list[Registration]],
    facts: dict[int, list[str]],
    *,
    on: date,
    by: User,
) -> list[Notice]:
    """A draft per workplace with its lines; three statements."""
    notices = Notice.objects.bulk_create(
        (_draft(ward, workplace, content, on) for workplace in groups),
        batch_size=_BATCH,
    )
    NoticeItem.objects.bulk_create(
        (
            _item(notice, stay, facts)
            for notice in notices
            for stay in groups[notice.workplace]
        ),
        batch_size=_BATCH,
    )
    members = {
        notice.pk: [stay.member_id for stay in groups[notice.workplace]]
        for notice in notices
    }
    created = (
        (notice, ward.code, {"kind": notice.kind, "members": members[notice.pk]})
        for notice in notices
    )
    record_many(Action.CREATE, created, by=by)
    return notices


def _draft(ward: Committee, workplace: Committee, content: Content, on: date) -> Notice:
    return Notice(
        committee=ward,
        workplace=workplace,
        kind=content.kind,
        text=content.text,
        due_on=content.due_on,
        created_on=on,
    )


def _nameable(ward: Committee, kind: str, stays: Collection[int]) -> list[Registration]:
    """The stays, held until the end; raises for whoever may not be named."""
    rows = Registration.objects.filter(pk__in=stays, ward=ward).order_by(
        F("cell__sort_key").asc(nulls_last=True), "member__sort_key", "pk"
    )
    rows = rows.select_related("member", "workplace", "cell")
    found = list(rows.select_for_update(of=("self",), no_key=True))
    if not stays:
        raise ValidationError("Đồng chí chưa chọn ai.")
    obstacles = [sentence for stay in found if (sentence := why_not_named(stay))]
    if missing := len(set(stays)) - len(found):
        obstacles.append(
            f"{missing} đồng chí đã chọn không còn được {ward} theo dõi. Đồng chí mở "
            "lại danh sách."
        )
    for key, running in running_notices(kind, found).items():
        stay = next(one for one in found if one.pk == key)
        obstacles.append(
            f"Đồng chí {stay.member.full_name}: đã có tên trong thông báo cùng loại soạn "
            f"ngày {running.created_on:%d/%m/%Y}, chưa được trả lời."
        )
    if obstacles:
        raise ValidationError(obstacles)
    return found


def why_not_named(stay: Registration) -> str:
    """Why nothing is told about somebody; "" where it may be."""
    if stay.member.status != Member.Status.ACTIVE:
        status = stay.member.get_status_display().lower()
        return f"Đồng chí {stay.member.full_name}: {status}."
    if not stay.is_received:
        state = stay.get_state_display().lower()
        return f"Đồng chí {stay.member.full_name}: không còn theo dõi ở đây ({state})."
    return ""


def _by_workplace(
    stays: Sequence[Registration],
) -> dict[Committee, list[Registration]]:
    """Who stands in which notice: of the armed forces the topmost unit is told."""
    tops = topmost_units([stay.workplace for stay in stays])
    groups: defaultdict[Committee, list[Registration]] = defaultdict(list)
    for stay in stays:
        groups[tops.get(stay.workplace_id, stay.workplace)].append(stay)
    return dict(groups)


def _item(notice: Notice, stay: Registration, facts) -> NoticeItem:
    return NoticeItem(
        notice=notice,
        registration=stay,
        member=stay.member,
        cell=stay.cell,
        facts=facts.get(stay.pk, []),
    )


def lock_notice(notice: Notice) -> Notice:
    """The stored row, held until the transaction ends: one writer per notice."""
    return Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)


def _change_people(notice: Notice, people: People, period: Period) -> None:
    items = list(notice.items.all())
    kept = [item for item in items if item.pk not in set(people.removed)]
    added = (
        _nameable(notice.committee, notice.kind, people.added) if people.added else []
    )
    if not (kept or added):
        raise ValidationError(
            "Thông báo phải có tên ít nhất một đồng chí. Muốn bỏ hẳn, đồng chí rút thông "
            "báo."
        )
    notice.items.filter(pk__in=people.removed).delete()
    for item in kept:
        item.note = people.notes.get(item.pk, item.note).strip()
    NoticeItem.objects.bulk_update(kept, ["note"], _BATCH)
    facts = facts_of(notice.kind, added, period)
    NoticeItem.objects.bulk_create(_item(notice, stay, facts) for stay in added)
