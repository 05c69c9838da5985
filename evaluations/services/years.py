"""Opening, refreshing and closing a rating year (đợt nhận xét)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from evaluations.models import Evaluation, EvaluationStep, RatingYear, RuleSet, Sheet
from evaluations.services.decisions import Decision
from evaluations.services.rows import MOVED_ON, PLACE_FIELDS, Due, due_rows
from members.models import Committee, User
from members.scopes import contains
from members.services.tree_lock import hold_tree
from party76.audit.models import Action
from party76.audit.services import record

BATCH = 1000
SheetKey = tuple[int | None, int | None]


@dataclass(frozen=True)
class Deadlines:
    """By when the cells propose, the wards confirm, the wards return; all optional."""

    propose_by: date | None = None
    confirm_by: date | None = None
    return_by: date | None = None


@dataclass
class Refreshed:
    """What a refresh did to the rows of a year."""

    added: list[Evaluation] = field(default_factory=list)
    changed: list[Evaluation] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)


@transaction.atomic
def open_rating_year(
    committee: Committee,
    *,
    rule_set: RuleSet,
    year: int,
    period: tuple[date, date],
    reference_day: date,
    deadlines: Deadlines | None = None,
    uses_contact_book: bool = True,
    by: User,
) -> RatingYear:
    """Open the year of a unit: every sheet and every row that must exist.

    period is half-open. Raises ValidationError when the unit has that year already
    or the rules or days do not fit.
    """
    rating_year = RatingYear(
        committee=committee,
        rule_set=rule_set,
        year=year,
        period_from=period[0],
        period_to=period[1],
        reference_day=reference_day,
        uses_contact_book=uses_contact_book,
        **vars(deadlines or Deadlines()),
    )
    hold_tree()
    _check_new(rating_year)
    rating_year.save()
    done = _write_rows(rating_year, below=committee)
    record(
        Action.CREATE,
        rating_year,
        by=by,
        committee_code=committee.code,
        count=len(done.added),
        facts={"year": year, "rule_set": rule_set.code},
    )
    return rating_year


def _check_new(rating_year: RatingYear) -> None:
    committee, day = rating_year.committee, rating_year.reference_day
    if not rating_year.period_from <= day < rating_year.period_to:
        raise ValidationError("Ngày chốt danh sách phải nằm trong kỳ nhận xét.")
    same = RatingYear.objects.filter(committee=committee, year=rating_year.year)
    if same.exists():
        raise ValidationError(f"{committee} đã mở đợt nhận xét năm {rating_year.year}.")
    usable = RuleSet.objects.for_committee(committee, day)
    if not usable.filter(pk=rating_year.rule_set_id).exists():
        raise ValidationError(
            f"{rating_year.rule_set} không áp dụng cho {committee} vào ngày "
            f"{day:%d/%m/%Y}."
        )


@transaction.atomic
def refresh_rating_year(
    rating_year: RatingYear, *, below: Committee | None = None, by: User
) -> Refreshed:
    """Add rows of stays that came later; bring drafts to where they now belong.

    Only rows at or below the given unit. A decision of a person is never undone, a
    row past its draft never touched; an undecided draft of a stay that no longer
    touches the period goes. Raises ValidationError on a closed year.
    """
    hold_tree()
    require_open(rating_year)
    unit = below or rating_year.committee
    done = _write_rows(rating_year, below=unit)
    record(
        Action.UPDATE,
        rating_year,
        by=by,
        committee_code=unit.code,
        count=len(done.added) + len(done.changed) + len(done.removed),
        facts={
            "added": len(done.added),
            "changed": len(done.changed),
            "removed": len(done.removed),
        },
    )
    return done


def require_open(rating_year: RatingYear) -> None:
    """Raise ValidationError when the year, as it is stored now, is closed."""
    stored = RatingYear.objects.filter(pk=rating_year.pk)
    if not stored.filter(state=RatingYear.State.OPEN).exists():
        raise ValidationError(
            f"Đợt nhận xét năm {rating_year.year} đã khóa, không thay đổi được."
        )


def _write_rows(rating_year: RatingYear, *, below: Committee) -> Refreshed:
    stored = {
        row.registration_id: row
        for row in Evaluation.objects.current()
        .filter(rating_year=rating_year)
        .select_related("ward")
    }
    every_due = due_rows(rating_year)
    concerned = [
        due
        for due in every_due
        if contains(below.path, due.ward_path)
        or _lies_below(stored.get(due.registration_id), below)
    ]
    sheets = _sheets_for(rating_year, concerned)
    done = Refreshed()
    for due in concerned:
        sheet = sheets[due.sheet_key]
        if due.registration_id not in stored:
            done.added.append(_new_row(rating_year, due, sheet))
        elif _bring_up_to_date(stored[due.registration_id], due, sheet):
            done.changed.append(stored[due.registration_id])
    done.removed = _out_of_period(stored, every_due, below)
    _save(done)
    return done


def move_drafts(moved: Sequence[tuple[Evaluation, Any]], ledger: Any) -> int:
    """Put drafts on the sheets of the units they now belong to, new ones if need be.

    moved: rows held by the ledger of a reorganisation, with their new standing.
    Returns how many rows changed.
    """
    wanted: dict[tuple[int, SheetKey], Sheet] = {}
    known = {
        (sheet.rating_year_id, _key(sheet)): sheet
        for sheet in Sheet.objects.filter(
            rating_year__in={row.rating_year_id for row, _ in moved}
        )
    }
    for row, standing in moved:
        for name in PLACE_FIELDS:
            setattr(row, name, getattr(standing, name))
        key = row.rating_year_id, _key(row)
        if key not in known:
            wanted.setdefault(
                key,
                Sheet(
                    rating_year_id=row.rating_year_id,
                    ward_id=row.ward_id,
                    cell_id=row.cell_id,
                ),
            )
    known |= {
        (sheet.rating_year_id, _key(sheet)): sheet
        for sheet in ledger.add(Sheet, list(wanted.values()))
    }
    for row, _ in moved:
        row.sheet_id = known[row.rating_year_id, _key(row)].pk
    return ledger.write(Evaluation)


def _lies_below(row: Evaluation | None, below: Committee) -> bool:
    return row is not None and contains(below.path, row.ward.path)


def _sheets_for(rating_year: RatingYear, rows: list[Due]) -> dict[SheetKey, Sheet]:
    sheets = {_key(sheet): sheet for sheet in rating_year.sheets.all()}
    wanted: dict[SheetKey, int] = {}
    for due in sorted(rows, key=lambda due: not due.on_roll):
        wanted.setdefault(due.sheet_key, due.ward_id)
    missing = [
        Sheet(rating_year=rating_year, ward_id=ward_id, cell_id=key[0])
        for key, ward_id in wanted.items()
        if key not in sheets
    ]
    order = _tree_order(missing)
    missing.sort(key=lambda sheet: order[sheet.cell_id or sheet.ward_id])
    Sheet.objects.bulk_create(missing, batch_size=BATCH)
    return sheets | {_key(sheet): sheet for sheet in missing}


def _key(placed: Sheet | Evaluation) -> SheetKey:
    return (placed.cell_id, None) if placed.cell_id else (None, placed.ward_id)


def _tree_order(sheets: list[Sheet]) -> dict[int, str]:
    if not sheets:
        return {}
    return dict(Committee.objects.values_list("pk", "path"))


def _new_row(rating_year: RatingYear, due: Due, sheet: Sheet) -> Evaluation:
    return Evaluation(
        rating_year=rating_year,
        sheet=sheet,
        registration_id=due.registration_id,
        member_id=due.member_id,
        on_roll=due.on_roll,
        outcome=due.outcome,
        reason=due.reason,
        **due.place(),
    )


def _bring_up_to_date(row: Evaluation, due: Due, sheet: Sheet) -> bool:
    """Change a draft where the stay has changed; True when anything differed."""
    if not row.is_draft:
        return False
    wanted = due.place() | {"on_roll": due.on_roll, "sheet_id": sheet.pk}
    if not _is_decided_by_a_person(row):
        wanted |= {"outcome": due.outcome, "reason": due.reason}
    if all(getattr(row, name) == value for name, value in wanted.items()):
        return False
    for name, value in wanted.items():
        setattr(row, name, value)
    row.version += 1
    return True


def _is_decided_by_a_person(row: Evaluation) -> bool:
    outcomes = Evaluation.Outcome
    if row.outcome == outcomes.ELSEWHERE:
        return row.reason != MOVED_ON
    return row.outcome not in {outcomes.UNDECIDED, outcomes.EXEMPT}


def _out_of_period(
    stored: dict[int, Evaluation], every_due: list[Due], below: Committee
) -> list[int]:
    due = {row.registration_id for row in every_due}
    return [
        row.pk
        for registration_id, row in stored.items()
        if registration_id not in due
        and row.is_draft
        and not _is_decided_by_a_person(row)
        and _lies_below(row, below)
    ]


_REFRESHED_FIELDS = [
    "ward",
    "cell",
    "workplace",
    "sector",
    "outside_city",
    "on_roll",
    "sheet",
    "outcome",
    "reason",
    "version",
]


def _save(done: Refreshed) -> None:
    Evaluation.objects.bulk_create(done.added, batch_size=BATCH)
    if done.changed:
        Evaluation.objects.bulk_update(
            done.changed, _REFRESHED_FIELDS, batch_size=BATCH // 10
        )
    if done.removed:
        Evaluation.objects.filter(pk__in=done.removed).delete()


@transaction.atomic
def close_rating_year(
    rating_year: RatingYear, *, decision: Decision, by: User
) -> RatingYear:
    """Lock every returned row and every exemption, and let nothing change after.

    What is still open stays as it stands and counts as not decided; the year can be
    opened again for it. Raises ValidationError when it is closed already.
    """
    require_open(rating_year)
    decision.check()
    states = Evaluation.State
    rows = rating_year.evaluations.current()
    to_lock = rows.filter(state=states.RETURNED) | rows.filter(
        outcome=Evaluation.Outcome.EXEMPT
    ).exclude(state=states.LOCKED)
    steps = [
        EvaluationStep(
            evaluation_id=pk,
            from_state=state,
            to_state=states.LOCKED,
            outcome=outcome,
            tier_id=tier_id,
            entered_by=by,
            **decision.columns(),
        )
        for pk, state, outcome, tier_id in to_lock.select_for_update().values_list(
            "pk", "state", "outcome", "tier_id"
        )
    ]
    EvaluationStep.objects.bulk_create(steps, batch_size=BATCH)
    to_lock.update(state=states.LOCKED, version=F("version") + 1)
    _set_state(rating_year, RatingYear.State.CLOSED)
    record(
        Action.STEP,
        rating_year,
        by=by,
        committee_code=rating_year.committee.code,
        count=len(steps),
        facts={"state": rating_year.state},
        personal=decision.columns(),
    )
    return rating_year


@transaction.atomic
def reopen_rating_year(rating_year: RatingYear, *, reason: str, by: User) -> RatingYear:
    """Let units finish rows that were still open; locked rows stay locked."""
    if rating_year.is_open:
        raise ValidationError(f"Đợt nhận xét năm {rating_year.year} đang mở.")
    if not reason.strip():
        raise ValidationError("Đồng chí ghi lý do mở lại.")
    _set_state(rating_year, RatingYear.State.OPEN)
    record(
        Action.STEP,
        rating_year,
        by=by,
        committee_code=rating_year.committee.code,
        facts={"state": rating_year.state},
        personal={"reason": reason},
    )
    return rating_year


def _set_state(rating_year: RatingYear, state: str) -> None:
    rating_year.state = state
    rating_year.version += 1
    rating_year.save(update_fields=["state", "version"])
