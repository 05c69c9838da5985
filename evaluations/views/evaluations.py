"""One person's comment: its history, its paper, its correction."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from evaluations.documents import comment_paper
from evaluations.forms.decisions import ReasonedDecisionForm
from evaluations.forms.sheets import entry_from, rows_of, state_kind
from evaluations.models import Evaluation
from evaluations.permissions import (
    can_correct,
    can_print_comment,
    can_read_sheets,
)
from evaluations.queries import evidence_of, steps_shown_to
from evaluations.services.corrections import correct_evaluation
from evaluations.services.sheets import entry_of, rules_of
from members.queries.discretion import veil
from party76.audit.models import Action
from party76.audit.services import record


@require_safe
def evaluation_detail(request, pk):
    """The result of a year with its evidence and every stage that led to it."""
    evaluation = evaluation_in_scope(request.user, pk)
    record(
        Action.VIEW,
        evaluation,
        by=request.user,
        committee_code=evaluation.ward.code,
        personal={"member": evaluation.member_id},
    )
    veil([evaluation], to=request.user)
    stay = evaluation.registration
    evidence = evidence_of(evaluation.rating_year, [stay])[stay.pk]
    context = {
        "evaluation": evaluation,
        "comment": getattr(evaluation, "comment", None),
        "evidence": evidence,
        "state_kind": state_kind(evaluation),
        "answers": _answers(evaluation),
        "steps": steps_shown_to(request.user, evaluation),
        "successor": Evaluation.objects.filter(corrects=evaluation).first(),
        "reads_sheets": can_read_sheets(request.user),
        "can_print": can_print_comment(request.user, evaluation),
        "can_correct": evaluation.is_current
        and evaluation.is_returned
        and can_correct(request.user, evaluation),
    }
    return render(request, "evaluations/evaluation_detail.html", context)


@require_safe
def comment_print(request, pk):
    """Phiếu nhận xét of one person, to sign and stamp."""
    evaluation = evaluation_in_scope(request.user, pk)
    if not can_print_comment(request.user, evaluation):
        raise PermissionDenied
    record(
        Action.EXPORT,
        evaluation,
        by=request.user,
        committee_code=evaluation.ward.code,
        count=1,
        facts={"paper": "comment"},
        personal={"member": evaluation.member_id},
    )
    veil([evaluation], to=request.user)
    context = {"evaluation": evaluation, "paper": comment_paper(evaluation)}
    return render(request, "evaluations/comment_print.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def evaluation_correct(request, pk):
    """A correction of a returned result: a new row that names the old one."""
    evaluation = evaluation_in_scope(request.user, pk)
    if not can_correct(request.user, evaluation):
        raise PermissionDenied
    rules = rules_of(evaluation.sheet)
    form = ReasonedDecisionForm(
        request.POST or None, initial={"on": timezone.localdate()}
    )
    prefix = f"e{evaluation.pk}"
    entry = entry_of(evaluation)
    if request.method == "POST":
        entry = entry_from(request.POST, prefix, rules)
    if request.method == "POST" and form.is_valid():
        try:
            new = correct_evaluation(
                evaluation,
                entry=entry,
                reason=form.cleaned_data["reason"],
                decision=form.decision(),
                by=request.user,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Đã đính chính; kết quả cũ vẫn được giữ lại.")
            return redirect("evaluations:evaluation_detail", new.pk)
    veil([evaluation], to=request.user)
    stay = evaluation.registration
    (row,) = rows_of(
        [evaluation],
        entries={evaluation.pk: entry},
        evidence=evidence_of(evaluation.rating_year, [stay]),
        rules=rules,
    )
    return render(
        request,
        "evaluations/evaluation_correct.html",
        {"evaluation": evaluation, "form": form, "row": row},
        status=422 if form.is_bound else 200,
    )


def evaluation_in_scope(user, pk) -> Evaluation:
    rows = Evaluation.objects.visible_to(user).for_page()
    return get_object_or_404(rows, pk=pk)


def _answers(evaluation: Evaluation) -> list:
    comment = getattr(evaluation, "comment", None)
    return list(comment.answers.all()) if comment else []
