"""Writing what a cell enters on its Bảng nhận xét."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluations.models import (
    Answer,
    Comment,
    Criterion,
    Evaluation,
    Form,
    Option,
    Sheet,
    Tier,
)
from evaluations.services.years import require_open
from members.models import User
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.text import normalize_vi

_OUT = Evaluation.Outcome
LEFT_OUT = {_OUT.NOT_RATED, _OUT.ELSEWHERE}
TEXT_LENGTH = 1000
REASON_LENGTH = 300


@dataclass(frozen=True)
class Entry:
    """What one row says: left out or not, why, the tier, the boxes, the words.

    answers: {criterion id: option id} of the items that were chosen.
    """

    left_out: str = ""  # "", not_rated or elsewhere
    reason: str = ""
    tier_id: int | None = None
    answers: dict[int, int] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Edit:
    """A row as sent: what it said when the page was opened, and what it says now."""

    evaluation_id: int
    version: int
    opened: Entry
    entry: Entry


@dataclass(frozen=True)
class RowConflict:
    """Somebody saved the row since the page was opened; nothing was overwritten."""

    evaluation: Evaluation
    theirs: Entry
    yours: Entry


@dataclass
class Saved:
    """What became of the rows of a page: each in at most one of the three."""

    changed: list[Evaluation] = field(default_factory=list)
    conflicts: dict[int, RowConflict] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """The tiers and items that the rows of a year may use."""

    form: Form | None
    tiers: dict[int, Tier]
    boxes: dict[Criterion, tuple[Option, ...]]  # both in the order of the form

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(self.boxes)

    @property
    def has_tiers(self) -> bool:
        return bool(self.tiers)

    def outcome_of(self, entry: Entry) -> str:
        """What an entry amounts to; a page never asks for it a second time."""
        if entry.left_out:
            return entry.left_out
        if self.has_tiers:
            return _OUT.RATED if entry.tier_id else _OUT.UNDECIDED
        if self.criteria:
            return _OUT.UNDECIDED if self.open_items(entry) else _OUT.COMMENTED
        return _OUT.COMMENTED if entry.text else _OUT.UNDECIDED

    def open_items(self, entry: Entry) -> list[Criterion]:
        """Items without a box yet."""
        return [item for item in self.criteria if item.pk not in entry.answers]

    def attendance_option(self, position: int | None) -> str:
        """The name of a box of the item on attendance; empty when there is none."""
        for item, boxes in self.boxes.items():
            if item.is_attendance:
                return next((b.name for b in boxes if b.position == position), "")
        return ""

    def boxes_in_words(self, entry: Entry) -> list[str]:
        """“Nêu gương: Nêu gương tốt” … in the order of the form."""
        return [
            f"{item.short_name}: {box.name}"
            for item, boxes in self.boxes.items()
            for box in boxes
            if entry.answers.get(item.pk) == box.pk
        ]

    def in_words(self, entry: Entry) -> str:
        """A whole entry as one line, to set beside another one."""
        parts = self.boxes_in_words(entry)
        if entry.left_out:
            parts.insert(0, f"{_OUT(entry.left_out).label}: {entry.reason}")
        if tier := self.tiers.get(entry.tier_id or 0):
            parts.insert(0, str(tier))
        if entry.text:
            parts.append(f"“{entry.text}”")
        return "; ".join(parts) or "để trống"

    def error_in(self, entry: Entry) -> str:
        """The sentence that says why an entry cannot be kept; empty when it can."""
        if entry.left_out in LEFT_OUT and not entry.reason:
            return "Đồng chí ghi lý do vì sao nơi này không nhận xét."
        if len(entry.reason) > REASON_LENGTH or len(entry.text) > TEXT_LENGTH:
            return (
                f"Lý do dài nhất {REASON_LENGTH} ký tự, nhận xét dài nhất "
                f"{TEXT_LENGTH} ký tự."
            )
        if entry.tier_id is not None and entry.tier_id not in self.tiers:
            return "Mức này không thuộc quy định của năm."
        return self._error_in_boxes(entry)

    def _error_in_boxes(self, entry: Entry) -> str:
        known = {(item.pk, box.pk) for item in self.boxes for box in self.boxes[item]}
        if not known.issuperset(entry.answers.items()):
            return "Ô đã chọn không thuộc phiếu nhận xét của năm."
        return ""


def rules_of(sheet: Sheet) -> Rules:
    """Tiers and items of the year's ordinary form. Two queries."""
    rule_set = sheet.rating_year.rule_set
    options = (
        Option.objects.filter(
            criterion__form__rule_set=rule_set,
            criterion__form__audience=Form.Audience.ORDINARY,
        )
        .select_related("criterion__form")
        .order_by("criterion__position", "position")
    )
    boxes = {
        criterion: tuple(group)
        for criterion, group in groupby(options, attrgetter("criterion"))
    }
    return Rules(
        form=next(iter(boxes)).form if boxes else None,
        tiers={tier.pk: tier for tier in rule_set.tiers.all()},
        boxes=boxes,
    )


def entry_of(evaluation: Evaluation) -> Entry:
    """What a stored row says; fetch it with comment and comment__answers."""
    comment = getattr(evaluation, "comment", None)
    left_out = evaluation.outcome if evaluation.outcome in LEFT_OUT else ""
    return Entry(
        left_out=left_out,
        reason=evaluation.reason,
        tier_id=evaluation.tier_id,
        answers={
            answer.criterion_id: answer.option_id for answer in comment.answers.all()
        }
        if comment
        else {},
        text=comment.text if comment else "",
    )


def tidy(entry: Entry) -> Entry:
    """One spelling of blanks; what is left out has no result, what is not no reason."""
    return Entry(
        left_out=entry.left_out,
        reason=normalize_vi(entry.reason) if entry.left_out else "",
        tier_id=None if entry.left_out else entry.tier_id,
        answers={} if entry.left_out else entry.answers,
        text=entry.text.replace("\r\n", "\n").strip(),
    )


@transaction.atomic
def save_sheet(sheet: Sheet, *, edits: Iterable[Edit], by: User) -> Saved:
    """Write the rows that were changed on the page, each by itself.

    A row somebody else has saved since comes back as a conflict, a row that cannot
    be kept as an error; neither stops the others. Raises ValidationError when the
    year is closed.
    """
    require_open(sheet.rating_year)
    rules = rules_of(sheet)
    touched = {
        edit.evaluation_id: edit
        for edit in edits
        if tidy(edit.entry) != tidy(edit.opened)
    }
    saved = Saved()
    writes: list[tuple[Evaluation, Entry]] = []
    for row in _rows_for_writing(sheet, touched):
        _sort_in(row, touched[row.pk], rules, saved, writes)
    _write(writes, rules)
    saved.changed = [row for row, _ in writes]
    if writes:
        _record(sheet, writes, by=by, facts={"rows": len(writes)})
    return saved


def _rows_for_writing(sheet: Sheet, keys: Iterable[int]) -> list[Evaluation]:
    return list(
        sheet.evaluations.current()
        .filter(pk__in=list(keys))
        .exclude(outcome=_OUT.EXEMPT)
        .select_for_update(of=("self",))
        .select_related("member", "tier", "comment")
        .prefetch_related("comment__answers")
        .order_by("pk")
    )


def _sort_in(row: Evaluation, edit: Edit, rules: Rules, saved: Saved, writes) -> None:
    entry, theirs = tidy(edit.entry), entry_of(row)
    if entry == tidy(theirs):
        return  # the same form sent again, or two people of one mind
    if not row.is_draft:
        saved.errors[row.pk] = (
            f"Dòng này đã chuyển bước ({row.get_state_display().lower()}), "
            "không sửa trên bảng được nữa."
        )
    elif row.version != edit.version:
        saved.conflicts[row.pk] = RowConflict(row, theirs, entry)
    elif error := rules.error_in(entry):
        saved.errors[row.pk] = error
    else:
        writes.append((row, entry))


def _write(writes: list[tuple[Evaluation, Entry]], rules: Rules) -> None:
    if not writes:
        return
    for row, entry in writes:
        row.outcome = rules.outcome_of(entry)
        row.reason = entry.reason
        row.tier_id = entry.tier_id
        row.version += 1
    Evaluation.objects.bulk_update(
        [row for row, _ in writes], ["outcome", "reason", "tier", "version"]
    )
    _write_comments(writes, rules)


def _write_comments(writes: list[tuple[Evaluation, Entry]], rules: Rules) -> None:
    comments = {
        row.pk: _comment_of(row, entry, rules.form)
        for row, entry in writes
        if entry.text or entry.answers or getattr(row, "comment", None)
    }
    fresh = [comment for comment in comments.values() if comment.pk is None]
    stored = [comment for comment in comments.values() if comment.pk is not None]
    Comment.objects.bulk_create(fresh)
    Comment.objects.bulk_update(stored, ["text", "version"])
    Answer.objects.filter(comment__in=[comment.pk for comment in stored]).delete()
    Answer.objects.bulk_create(
        Answer(comment=comments[row.pk], criterion_id=criterion_id, option_id=option_id)
        for row, entry in writes
        for criterion_id, option_id in entry.answers.items()
    )


def _comment_of(row: Evaluation, entry: Entry, form: Form | None) -> Comment:
    comment = getattr(row, "comment", None) or Comment(evaluation=row, form=form)
    comment.text = entry.text
    if comment.pk is not None:
        comment.version += 1
    return comment


@transaction.atomic
def fill_empty_rows(
    sheet: Sheet, *, choose: Callable[[Evaluation, Entry], Entry], what: str, by: User
) -> list[Evaluation]:
    """“Những người chưa chọn: …”: give rows that lack a choice the one named.

    choose takes a draft row and its entry and gives the new entry, or the same to
    leave it. Logged under `what`, a code without names. Returns the rows changed.
    """
    require_open(sheet.rating_year)
    rules = rules_of(sheet)
    drafts = sheet.evaluations.current().filter(state=Evaluation.State.DRAFT)
    writes = []
    for row in _rows_for_writing(sheet, drafts.values_list("pk", flat=True)):
        entry = entry_of(row)
        chosen = choose(row, entry)
        if chosen == entry:
            continue
        if error := rules.error_in(chosen):
            raise ValidationError(error)
        writes.append((row, chosen))
    _write(writes, rules)
    if writes:
        _record(sheet, writes, by=by, facts={"rows": len(writes), "filled": what})
    return [row for row, _ in writes]


def _record(sheet: Sheet, writes, *, by: User, facts: dict) -> None:
    record(
        Action.UPDATE,
        sheet,
        by=by,
        committee_code=sheet.place.code,
        count=len(writes),
        facts=facts,
        personal=[{"evaluation": row.pk} | vars(entry) for row, entry in writes],
    )
