"""The stages of a row: propose, confirm or send back, return, lock."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from evaluations.models import Comment, Evaluation, EvaluationStep, Sheet
from evaluations.services.decisions import Decision, decider_key
from evaluations.services.sheets import LEFT_OUT, Rules, entry_of, rules_of
from evaluations.services.years import require_open
from members.models import User
from party76.audit.models import Action
from party76.audit.services import record

_STATE = Evaluation.State


@dataclass(frozen=True)
class Consultation:
    """When, and with whom of the Ban công tác Mặt trận, the comments were agreed."""

    on: date
    with_whom: str


@dataclass
class Stepped:
    """The rows that went a stage further, and why the others did not."""

    moved: list[Evaluation] = field(default_factory=list)
    left_out: dict[int, str] = field(default_factory=dict)  # evaluation id: why


# Gives the sentence that keeps a row from a stage; empty when nothing does.
Obstacle = Callable[[Evaluation], str]


@transaction.atomic
def propose_evaluations(
    sheet: Sheet,
    *,
    versions: dict[int, int],
    decision: Decision,
    consultation: Consultation | None = None,
    by: User,
) -> Stepped:
    """The cell proposes the rows {evaluation id: version seen}.

    Undecided rows and rows with open items stay. Raises ValidationError when the
    rules want a consultation with the Ban công tác Mặt trận and none is given.
    """
    rules = rules_of(sheet)
    if sheet.rating_year.rule_set.needs_consultation and consultation is None:
        raise ValidationError(
            "Đồng chí ghi ngày họp và người thống nhất của Ban công tác Mặt trận."
        )
    done = _step(
        sheet,
        to=_STATE.PROPOSED,
        versions=versions,
        decision=decision,
        obstacle=lambda row: why_not_ready(row, rules),
        by=by,
    )
    if consultation is not None:
        _note_consultation(done.moved, rules, consultation)
    return done


@transaction.atomic
def confirm_evaluations(
    sheet: Sheet, *, versions: dict[int, int], decision: Decision, by: User
) -> Stepped:
    """The ward confirms; who confirms is another person than who proposed."""
    return _step(
        sheet,
        to=_STATE.CONFIRMED,
        versions=versions,
        decision=decision,
        obstacle=lambda row: _why_not_confirmed(row, decision),
        by=by,
    )


@transaction.atomic
def send_back_evaluations(
    sheet: Sheet,
    *,
    versions: dict[int, int],
    reason: str,
    decision: Decision,
    by: User,
) -> Stepped:
    """The ward gives proposed or confirmed rows back to the cell, saying why."""
    if not reason.strip():
        raise ValidationError("Đồng chí ghi lý do trả lại chi ủy.")
    return _step(
        sheet,
        to=_STATE.DRAFT,
        versions=versions,
        decision=decision,
        reason=reason.strip(),
        by=by,
    )


@transaction.atomic
def return_evaluations(
    sheet: Sheet, *, versions: dict[int, int], decision: Decision, by: User
) -> Stepped:
    """The ward returns confirmed rows: from now on the workplaces read them."""
    return _step(sheet, to=_STATE.RETURNED, versions=versions, decision=decision, by=by)


@transaction.atomic
def lock_evaluations(
    sheet: Sheet, *, versions: dict[int, int], decision: Decision, by: User
) -> Stepped:
    """The department locks returned rows before the whole year is closed."""
    return _step(sheet, to=_STATE.LOCKED, versions=versions, decision=decision, by=by)


def why_not_ready(row: Evaluation, rules: Rules) -> str:
    if row.outcome == Evaluation.Outcome.UNDECIDED:
        return "Chưa nhận xét."
    if row.outcome not in LEFT_OUT and rules.open_items(entry_of(row)):
        return "Còn mục chưa chọn."
    return ""


def _why_not_confirmed(row: Evaluation, decision: Decision) -> str:
    proposals = [step for step in row.steps.all() if step.to_state == _STATE.PROPOSED]
    if proposals and decider_key(proposals[-1].decided_by_name) == decision.key:
        return f"Người xác nhận phải khác người đã đề xuất ({proposals[-1].decided_by_name})."
    return ""


def _step(
    sheet: Sheet,
    *,
    to: str,
    versions: dict[int, int],
    decision: Decision,
    by: User,
    obstacle: Obstacle = lambda row: "",
    reason: str = "",
) -> Stepped:
    require_open(sheet.rating_year)
    decision.check()
    done = Stepped()
    for row in _rows(sheet, versions):
        if why := _why_not_now(row, to, versions, decision) or obstacle(row):
            done.left_out[row.pk] = why
        else:
            done.moved.append(row)
    if not done.moved:
        raise ValidationError(_nothing_moved(done))
    _write_steps(done.moved, to, decision, reason, by)
    _record(sheet, done, to, decision, reason, by)
    return done


def _rows(sheet: Sheet, keys: Iterable[int]) -> list[Evaluation]:
    return list(
        sheet.evaluations.current()
        .filter(pk__in=list(keys))
        .exclude(outcome=Evaluation.Outcome.EXEMPT)
        .select_for_update(of=("self",))
        .select_related("member", "tier", "comment")
        .prefetch_related("comment__answers__criterion", "comment__answers__option")
        .prefetch_related("steps")
        .order_by("pk")
    )


def _why_not_now(
    row: Evaluation, to: str, versions: dict[int, int], decision: Decision
) -> str:
    if to not in Evaluation.STEPS[_STATE(row.state)]:
        return f"Đang ở bước “{row.get_state_display()}”."
    if row.version != versions[row.pk]:
        return "Có người khác vừa sửa; đồng chí xem lại trước khi quyết định."
    steps = list(row.steps.all())
    if steps and decision.on < steps[-1].decided_on:
        return (
            f"Ngày quyết định trước ngày của bước trước "
            f"({steps[-1].decided_on:%d/%m/%Y})."
        )
    return ""


def _nothing_moved(done: Stepped) -> str:
    reasons = sorted(set(done.left_out.values()))
    if len(reasons) == 1:
        return f"Không có đồng chí nào được chuyển bước. {reasons[0]}"
    if reasons:
        return "Không có đồng chí nào được chuyển bước. " + " ".join(reasons)
    return "Đồng chí chọn ít nhất một người để chuyển bước."


def _write_steps(
    rows: list[Evaluation], to: str, decision: Decision, reason: str, by: User
) -> None:
    EvaluationStep.objects.bulk_create(
        EvaluationStep(
            evaluation=row,
            from_state=row.state,
            to_state=to,
            outcome=row.outcome,
            tier=row.tier,
            comment=entry_of(row).text,
            answers=boxes_of(row),
            reason=reason or row.reason,
            entered_by=by,
            **decision.columns(),
        )
        for row in rows
    )
    Evaluation.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=to, version=F("version") + 1
    )
    for row in rows:
        row.state = to
        row.version += 1


def boxes_of(row: Evaluation) -> dict[str, int]:
    """{item's position: box's position}, as a stage keeps them."""
    comment = getattr(row, "comment", None)
    if comment is None:
        return {}
    return {
        str(answer.criterion.position): answer.option.position
        for answer in comment.answers.all()
    }


def _note_consultation(
    rows: list[Evaluation], rules: Rules, consultation: Consultation
) -> None:
    known = {row.pk for row in rows if getattr(row, "comment", None)}
    Comment.objects.bulk_create(
        Comment(evaluation=row, form=rules.form) for row in rows if row.pk not in known
    )
    Comment.objects.filter(evaluation__in=[row.pk for row in rows]).update(
        consulted_on=consultation.on,
        consulted_with=consultation.with_whom.strip(),
        version=F("version") + 1,
    )


def _record(
    sheet: Sheet, done: Stepped, to: str, decision: Decision, reason: str, by: User
) -> None:
    record(
        Action.STEP,
        sheet,
        by=by,
        committee_code=sheet.place.code,
        count=len(done.moved),
        facts={
            "to": to,
            "evaluations": [row.pk for row in done.moved],
            "left_out": len(done.left_out),
            "from_signed_paper": decision.from_signed_paper,
        },
        personal=decision.columns() | {"reason": reason},
    )
