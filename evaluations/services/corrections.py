"""Mending a result that has already left the residence."""

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluations.models import Answer, Comment, Evaluation, EvaluationStep
from evaluations.services.decisions import Decision
from evaluations.services.sheets import Entry, entry_of, rules_of, tidy
from evaluations.services.steps import boxes_of
from members.models import User
from party76.audit.models import Action
from party76.audit.services import record

_COPIED = [
    "rating_year_id",
    "sheet_id",
    "registration_id",
    "member_id",
    "ward_id",
    "cell_id",
    "workplace_id",
    "sector",
    "outside_city",
    "on_roll",
    "suggested_tier_id",
    "state",
]


@transaction.atomic
def correct_evaluation(
    evaluation: Evaluation,
    *,
    entry: Entry,
    reason: str,
    decision: Decision,
    by: User,
) -> Evaluation:
    """A new row, in the same state, that names the old one and stands in its place.

    The old row keeps what the workplace has read. Allowed on returned and locked
    rows, also of a closed year. Raises ValidationError without a reason, without a
    change, or when the new result is incomplete.
    """
    old = _locked_for_writing(evaluation)
    rules, new_entry = rules_of(old.sheet), tidy(entry)
    _check(old, new_entry, reason, decision)
    outcome = rules.outcome_of(new_entry)
    if outcome == Evaluation.Outcome.UNDECIDED or (
        not new_entry.left_out and rules.open_items(new_entry)
    ):
        raise ValidationError("Kết quả đính chính phải đầy đủ.")
    if error := rules.error_in(new_entry):
        raise ValidationError(error)
    Evaluation.objects.filter(pk=old.pk).update(is_current=False)
    new = Evaluation.objects.create(
        corrects=old,
        outcome=outcome,
        reason=new_entry.reason,
        tier=rules.tiers.get(new_entry.tier_id) if new_entry.tier_id else None,
        **{name: getattr(old, name) for name in _COPIED},
    )
    _write_comment(old, new, new_entry)
    _write_step(old, new, new_entry, reason, decision, by)
    return new


def _locked_for_writing(evaluation: Evaluation) -> Evaluation:
    return (
        Evaluation.objects.select_for_update(of=("self",))
        .select_related("sheet__rating_year__rule_set", "ward", "comment")
        .prefetch_related("comment__answers")
        .get(pk=evaluation.pk)
    )


def _check(old: Evaluation, entry: Entry, reason: str, decision: Decision) -> None:
    decision.check()
    if not old.is_returned:
        raise ValidationError(
            "Chỉ đính chính kết quả đã trả về nơi công tác; trước đó thì trả lại chi ủy."
        )
    if not old.is_current:
        raise ValidationError("Kết quả này đã có bản đính chính khác thay thế.")
    if not reason.strip():
        raise ValidationError("Đồng chí ghi lý do đính chính.")
    if entry == tidy(entry_of(old)):
        raise ValidationError("Kết quả đính chính không khác kết quả cũ.")


def _write_comment(old: Evaluation, new: Evaluation, entry: Entry) -> None:
    before = getattr(old, "comment", None)
    comment = Comment.objects.create(
        evaluation=new,
        form=before.form if before else None,
        text=entry.text,
        consulted_on=before.consulted_on if before else None,
        consulted_with=before.consulted_with if before else "",
    )
    Answer.objects.bulk_create(
        Answer(comment=comment, criterion_id=criterion_id, option_id=option_id)
        for criterion_id, option_id in entry.answers.items()
    )


def _write_step(
    old: Evaluation,
    new: Evaluation,
    entry: Entry,
    reason: str,
    decision: Decision,
    by: User,
) -> None:
    EvaluationStep.objects.create(
        evaluation=new,
        from_state=old.state,
        to_state=new.state,
        outcome=new.outcome,
        tier=new.tier,
        comment=entry.text,
        answers=boxes_of(new),
        reason=reason.strip(),
        entered_by=by,
        **decision.columns(),
    )
    record(
        Action.UPDATE,
        new,
        by=by,
        committee_code=new.ward.code,
        facts={"corrects": old.pk},
        personal={
            "old": vars(entry_of(old)),
            "new": vars(entry),
            "reason": reason.strip(),
            **decision.columns(),
        },
    )
