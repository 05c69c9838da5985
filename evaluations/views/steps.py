"""Taking rows of a sheet a stage further, or back."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from evaluations.forms.decisions import (
    ConsultedDecisionForm,
    DecisionForm,
    ReasonedDecisionForm,
)
from evaluations.models import Evaluation
from evaluations.queries import Evidence, evaluations_for_sheet, evidence_of
from evaluations.services.sheets import Rules, entry_of, rules_of
from evaluations.services.steps import Stepped, why_not_ready
from evaluations.views.sheets import sheet_in_scope
from evaluations.views.stages import STAGES, Stage
from members.models import Role
from members.queries.discretion import veil
from party76.audit.models import Action
from party76.audit.services import record

NAMES_IN_A_MESSAGE = 10


@require_http_methods(["GET", "HEAD", "POST"])
def sheet_step(request, pk, stage):
    """One page per stage: who goes further, decided by whom and when."""
    sheet = sheet_in_scope(request.user, pk)
    if stage not in STAGES:
        raise Http404
    chosen = STAGES[stage]
    if not chosen.allows(request.user, sheet):
        raise PermissionDenied
    form = _form_class(chosen, sheet)(
        request.POST or None, initial=_first_values(request.user, chosen)
    )
    rows = _rows(sheet, chosen, request.user)
    if request.method == "POST" and form.is_valid():
        try:
            done = _run(request, sheet, chosen, form)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            _tell(request, chosen, done, rows)
            return redirect("evaluations:sheet_detail", pk)
    return _page(request, sheet, chosen, form, rows)


def _form_class(stage: Stage, sheet):
    if stage.wants_reason:
        return ReasonedDecisionForm
    if stage.wants_consultation and sheet.rating_year.rule_set.needs_consultation:
        return ConsultedDecisionForm
    return DecisionForm


def _first_values(user, stage: Stage) -> dict:
    values = {"on": timezone.localdate()}
    # A ward's account that types for a cell is not the one who decides there.
    types_for_others = stage.slug == "de-xuat" and not user.has_role(
        Role.RESIDENCE_CELL
    )
    if not types_for_others:
        values |= {"name": user.full_name, "post": user.post}
    return values


@dataclass
class StepRow:
    """A row that stands before the stage; why_not keeps it from going further."""

    evaluation: Evaluation
    evidence: Evidence
    answers_in_words: str
    text: str
    why_not: str = ""
    ticked: bool = False


def _rows(sheet, stage: Stage, user) -> list[StepRow]:
    rules = rules_of(sheet)
    rows = [
        row
        for row in evaluations_for_sheet(sheet, user)
        if row.state in stage.from_states and not row.is_exempt
    ]
    veil(rows, to=user)
    evidence = evidence_of(sheet.rating_year, [row.registration for row in rows])
    return [_row(row, evidence[row.registration_id], rules, stage) for row in rows]


def _row(row: Evaluation, evidence: Evidence, rules: Rules, stage: Stage) -> StepRow:
    entry = entry_of(row)
    return StepRow(
        row,
        evidence,
        answers_in_words="; ".join(rules.boxes_in_words(entry)),
        text=entry.text,
        why_not=why_not_ready(row, rules) if stage.slug == "de-xuat" else "",
    )


def _run(request, sheet, stage: Stage, form) -> Stepped:
    arguments = {
        "versions": _versions(request.POST.getlist("row")),
        "decision": form.decision(),
        "by": request.user,
    }
    if stage.wants_reason:
        arguments["reason"] = form.cleaned_data["reason"]
    if isinstance(form, ConsultedDecisionForm):
        arguments["consultation"] = form.consultation()
    return stage.service(sheet, **arguments)


def _versions(values: list[str]) -> dict[int, int]:
    """{evaluation id: version} of boxes ticked as “id.version”; odd ones are dropped."""
    versions = {}
    for value in values:
        key, _, version = value.partition(".")
        if key.isdecimal() and version.isdecimal() and len(value) < 30:
            versions[int(key)] = int(version)
    return versions


def _tell(request, stage: Stage, done: Stepped, rows) -> None:
    messages.success(request, f"{stage.told} {len(done.moved)} đồng chí.")
    names = {row.evaluation.pk: row.evaluation.member.full_name for row in rows}
    left = [
        f"{names.get(key, 'một đồng chí')}: {why}" for key, why in done.left_out.items()
    ]
    if left:
        more = len(left) - NAMES_IN_A_MESSAGE
        tail = f" … và {more} người khác." if more > 0 else ""
        shown = " ".join(left[:NAMES_IN_A_MESSAGE])
        messages.warning(request, f"Chưa chuyển {len(left)} đồng chí. {shown}{tail}")


def _page(request, sheet, stage: Stage, form, rows):
    ticked = set(_versions(request.POST.getlist("row")))
    ready = [row for row in rows if not row.why_not]
    for row in ready:
        row.ticked = row.evaluation.pk in ticked if form.is_bound else stage.all_chosen
    if not form.is_bound:
        record(
            Action.LIST,
            sheet,
            by=request.user,
            committee_code=sheet.place.code,
            count=len(rows),
            facts={"stage": stage.slug},
        )
    context = {
        "sheet": sheet,
        "year": sheet.rating_year,
        "stage": stage,
        "form": form,
        "ready": ready,
        "left_out": [row for row in rows if row.why_not],
    }
    status = 422 if form.is_bound else 200
    return render(request, "evaluations/sheet_step.html", context, status=status)
