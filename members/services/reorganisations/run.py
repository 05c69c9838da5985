"""A reorganisation from draft to done, and back."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from members.models import (
    Committee,
    Reorganisation,
    Succession,
    User,
)
from members.services.ledger import Ledger
from members.services.reorganisations.accounts import move_posts, move_requests
from members.services.reorganisations.journal import ReformJournal, last_keys
from members.services.reorganisations.people import Reform, move_people
from members.services.reorganisations.plan import ReformPlan, Step
from members.services.reorganisations.structure import Structure
from members.services.tree_lock import hold_tree_alone
from members.signals import units_reorganised
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.templatetags.ui import vn_number
from party76.shared.text import fold
from party76.shared.versions import save_versioned

State = Reorganisation.State
# Gets the name of a step and how much of the whole, in percent, is behind it.
Say = Callable[[str, int], None]


def say_nothing(label: str, share: int) -> None:
    """For callers who show no progress."""


@transaction.atomic
def draft_reorganisation(reorganisation: Reorganisation, *, by: User) -> Reorganisation:
    """Keep a decision that is being prepared; nothing of the tree changes."""
    reorganisation.created_by = by
    reorganisation.state = State.DRAFT
    reorganisation.save()
    _record(Action.CREATE, reorganisation, by=by)
    return reorganisation


DECISION_FIELDS = ["decision_number", "decided_on", "effective_on", "title"]


@transaction.atomic
def edit_decision(
    reorganisation: Reorganisation, *, version: int, by: User
) -> Reorganisation:
    """Correct number and days of a draft; Conflict when somebody else was quicker."""
    _require(reorganisation, State.DRAFT)
    save_versioned(reorganisation, fields=DECISION_FIELDS, version=version)
    _record(Action.UPDATE, reorganisation, by=by)
    return reorganisation


@transaction.atomic
def schedule_reorganisation(
    reorganisation: Reorganisation, *, mark: str, today: date, version: int, by: User
) -> Reorganisation:
    """Confirm a decision whose day is still to come; it is carried out on that day, as
    long as it would do what the mark stands for."""
    if reorganisation.effective_on <= today:
        raise ValidationError("Ngày hiệu lực đã đến, thực hiện được ngay.")
    reorganisation.confirmed_by, reorganisation.confirmed_mark = by, mark
    fields = ["confirmed_by", "confirmed_mark"]
    return _step(reorganisation, State.SCHEDULED, version=version, by=by, fields=fields)


@transaction.atomic
def unschedule_reorganisation(
    reorganisation: Reorganisation, *, version: int, by: User
) -> Reorganisation:
    """Back to a draft, to be looked at again."""
    return _step(reorganisation, State.DRAFT, version=version, by=by)


@transaction.atomic
def cancel_reorganisation(
    reorganisation: Reorganisation, *, version: int, by: User
) -> Reorganisation:
    """Give a decision up before it was carried out."""
    return _step(reorganisation, State.CANCELLED, version=version, by=by)


@transaction.atomic
def carry_out(
    reorganisation: Reorganisation,
    plan: ReformPlan,
    *,
    today: date,
    by: User,
    say: Say = say_nothing,
) -> Reorganisation:
    """Change the tree and let people, accounts and open work follow: all or nothing.

    Nobody is ended or received by it (placements change with that cause); rows of
    attendance and evaluations of the past keep their units. Raises ValidationError
    where the tree would not hold together, an app above refuses, or its day is to
    come.
    """
    hold_tree_alone()
    stored = Reorganisation.objects.select_for_update().get(pk=reorganisation.pk)
    _require_due(stored, plan, today)
    ledger = Ledger()
    say("Cây tổ chức", 5)
    structure = Structure(ledger)
    structure.apply(plan)
    counts = let_follow(plan, structure, ledger, say)
    say("Ghi lại để hoàn tác được", 80)
    _keep_successions(stored, plan.steps, structure)
    ledger.keep(stored.journal)
    _finish(stored, counts, by=by)
    say("Đã thực hiện", 100)
    return stored


def _require_due(stored: Reorganisation, plan: ReformPlan, today: date) -> None:
    if State.DONE not in Reorganisation.STEPS[State(stored.state)]:
        raise ValidationError(_not_now(stored, State.DONE))
    if plan.on != stored.effective_on:
        raise ValidationError(
            f"Ngày hiệu lực vừa được sửa thành {stored.effective_on:%d/%m/%Y}. Chưa thực "
            "hiện gì; đồng chí xem lại rồi xác nhận."
        )
    if plan.on > today:
        raise ValidationError(
            f"Chưa đến ngày hiệu lực {plan.on:%d/%m/%Y}, chưa thực hiện được."
        )


def let_follow(
    plan: ReformPlan, structure: Structure, ledger: Ledger, say: Say
) -> dict[str, Any]:
    """People, accounts and work under way; the counts of all that was written."""
    say("Nơi sinh hoạt, nơi công tác của đảng viên", 20)
    reform = Reform(plan, structure)
    counts: dict[str, Any] = {
        "formed": len(plan.new_units),
        "closed": len(plan.heirs),
        "changed": len(plan.changes),
        **move_people(reform, plan, ledger),
    }
    say("Tài khoản, đề nghị đang chờ", 60)
    counts |= move_posts(reform, plan, ledger)
    counts["requests"] = move_requests(reform, plan, ledger)
    say("Kỳ họp, bảng nhận xét đang mở", 65)
    for _, told in units_reorganised.send(Reorganisation, reform=reform, ledger=ledger):
        counts |= told if isinstance(told, dict) else {}
    return counts


def _finish(stored: Reorganisation, counts: dict[str, Any], *, by: User) -> None:
    stored.counts = counts | {"last_keys": last_keys()}
    stored.done_by, stored.done_at = by, timezone.now()
    stored.state = State.DONE
    save_versioned(
        stored, fields=["state", "counts", "done_by", "done_at"], version=stored.version
    )
    _record(Action.STEP, stored, by=by, count=counts["stays"], facts=counts)


@transaction.atomic
def take_back(
    reorganisation: Reorganisation, *, reason: str, version: int, by: User
) -> Reorganisation:
    """Put every row back as it was, while nothing new stands on it.

    Raises ValidationError that names what does, and Conflict.
    """
    hold_tree_alone()
    _require(reorganisation, State.DONE)
    if not reason.strip():
        raise ValidationError("Đồng chí ghi lý do hoàn tác.")
    journal = ReformJournal(reorganisation)
    standing = what_stands_on(journal)
    if standing:
        raise ValidationError(
            "Không hoàn tác được vì sau lần sắp xếp này đã có thay đổi: "
            f"{'; '.join(standing)}."
        )
    reorganisation.successions.all().delete()
    journal.put_back()
    reorganisation.reason = reason.strip()
    reorganisation.taken_back_by, reorganisation.taken_back_at = by, timezone.now()
    fields = ["reason", "taken_back_by", "taken_back_at"]
    return _step(
        reorganisation, State.TAKEN_BACK, version=version, by=by, fields=fields
    )


def what_stands_on(journal: ReformJournal) -> list[str]:
    """Sentences on rows written since the reform that putting it back would harm.

    Later decisions first; a kind of record is named once.
    """
    found: list[str] = []
    if units := journal.units_changed_since():
        found.append(f"{len(units)} đơn vị cũ đã thay đổi theo quyết định sau")
    for how, rows in (
        ("đã được sửa", journal.changed_since().items()),
        ("mới ghi theo cơ cấu mới", journal.references_since()),
    ):
        counted: Counter[str] = Counter()
        for model, keys in rows:
            counted[label_of(model)] += len(keys)
        found += [f"{vn_number(n)} {label} {how}" for label, n in counted.most_common()]
    return found


_LABELS = {
    "committee": "đơn vị",
    "committeeperiod": "giai đoạn của đơn vị",
    "registration": "hồ sơ nơi cư trú",
    "placement": "lần sắp xếp nơi sinh hoạt",
    "member": "hồ sơ đảng viên",
    "roleassignment": "vai trò của tài khoản",
    "correctionrequest": "đề nghị đính chính",
    "succession": "mối kế tục của quyết định sau",
    "reorganisation": "quyết định sắp xếp",
    "meeting": "kỳ họp",
    "attendance": "dòng điểm danh",
    "opinion": "ý kiến",
    "evaluation": "dòng nhận xét",
    "sheet": "bảng nhận xét",
    "ratingyear": "đợt nhận xét",
    "ruleset": "bộ quy định",
    "signatureblock": "khối chữ ký",
    "workplaceyearstatement": "số liệu năm của nơi công tác",
}


def label_of(model) -> str:
    """A table in the words of the house."""
    return _LABELS.get(model._meta.model_name, "dòng dữ liệu")


def _keep_successions(
    reorganisation: Reorganisation, steps: list[Step], structure: Structure
) -> None:
    rows = []
    for step in steps:
        new = None if step.new is None else structure.real(step.new)
        name = step.old_name
        if step.old is not None:
            name = name or structure.units[step.old].name
        rows.append(
            Succession(
                reorganisation=reorganisation,
                effective_on=reorganisation.effective_on,
                operation=step.operation,
                part=step.part,
                old_id=step.old,
                old_name=name,
                new_id=new,
                new_name="" if new is None else structure.units[new].name,
                search_key=fold(name)[:300],
            )
        )
    Succession.objects.bulk_create(rows, batch_size=1_000)


def _require(reorganisation: Reorganisation, state: State) -> None:
    stored = Reorganisation.objects.select_for_update().get(pk=reorganisation.pk)
    if stored.state != state:
        raise ValidationError(
            f"Lần sắp xếp này đang ở tình trạng “{stored.get_state_display()}”."
        )


def _step(
    reorganisation: Reorganisation,
    to: State,
    *,
    version: int,
    by: User,
    fields: list[str] | None = None,
) -> Reorganisation:
    before = State(reorganisation.state)
    if to not in Reorganisation.STEPS[before]:
        raise ValidationError(_not_now(reorganisation, to))
    reorganisation.state = to
    save_versioned(reorganisation, fields=["state", *(fields or [])], version=version)
    _record(Action.STEP, reorganisation, by=by, facts={"from": before, "to": to})
    return reorganisation


def _not_now(reorganisation: Reorganisation, to: State) -> str:
    return (
        f"Lần sắp xếp này đang ở tình trạng “{reorganisation.get_state_display()}”, "
        f"không chuyển sang “{to.label}” được."
    )


def _record(
    action: Action,
    reorganisation: Reorganisation,
    *,
    by: User,
    count: int | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    record(
        action,
        reorganisation,
        by=by,
        committee_code=Committee.objects.get(pk=reorganisation.committee_id).code,
        count=count,
        facts={
            "decision": reorganisation.decision_number,
            "effective_on": reorganisation.effective_on.isoformat(),
            **(facts or {}),
        },
    )
