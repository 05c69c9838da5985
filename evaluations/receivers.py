from collections import defaultdict
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.dispatch import receiver

from evaluations.models import Evaluation, RatingYear, Sheet
from evaluations.services.merging import follow_stays
from evaluations.services.years import move_drafts
from members.signals import (
    member_returned,
    members_merging,
    stays_passed,
    units_reorganised,
)
from residence.signals import reasons_changing

_DAY = timedelta(days=1)


@receiver(reasons_changing)
def keep_evidence_of_proposed_sheets(sender, meeting, **kwargs):
    """Reasons of absence stand once a comment written on them has been proposed."""
    proposed = (
        Evaluation.objects.current()
        .filter(
            registration__in=meeting.attendances.values("registration"),
            rating_year__period_from__lte=meeting.held_on,
            rating_year__period_to__gt=meeting.held_on,
        )
        .exclude(state=Evaluation.State.DRAFT)
    )
    if proposed.exists():
        raise ValidationError(
            "Bảng nhận xét dựa trên kỳ họp này đã được đề xuất, "
            "lý do vắng không sửa được nữa."
        )


@receiver(member_returned)
def keep_what_was_decided_of_the_dead(sender, member, on, **kwargs):
    """A row that was proposed because of a death has to be settled before it is undone."""
    decided = (
        Evaluation.objects.current()
        .filter(member=member, outcome=Evaluation.Outcome.NOT_RATED)
        .filter(rating_year__period_to__gt=on)
        .exclude(state=Evaluation.State.DRAFT)
    )
    if decided.exists():
        raise ValidationError(
            "Bảng nhận xét đã ghi đồng chí này từ trần và đã được đề xuất. Đồng chí đưa "
            "dòng đó về lại bước soạn trước khi hoàn tác."
        )


@receiver(units_reorganised)
def move_drafts_of_open_years(sender, reform, ledger, **kwargs):
    """Drafts of open years go to the sheet where the member stands on the day that
    counts; what was proposed or returned, and every closed year, keeps its units."""
    rows = Evaluation.objects.current().filter(
        reform.concerns(),
        state=Evaluation.State.DRAFT,
        rating_year__state=RatingYear.State.OPEN,
        rating_year__reference_day__gte=reform.on,
    )
    days = {
        pk: reference_day if ended_on is None else min(reference_day, ended_on - _DAY)
        for pk, reference_day, ended_on in rows.values_list(
            "pk", "rating_year__reference_day", "registration__ended_on"
        )
    }
    moved = []
    for row in ledger.hold(rows.order_by("pk")):
        standing = reform.standing_where_there_is_one(
            row.registration_id,
            row.member_id,
            row.ward_id,
            row.cell_id,
            row.workplace_id,
            day=days[row.pk],
        )
        if standing is not None and days[row.pk] >= reform.on:
            moved.append((row, standing))
    _move_sheets(reform, ledger)
    return {"drafts": move_drafts(moved, ledger)}


def _move_sheets(reform, ledger):
    """The sheet of a cell that stands under another ward now is that ward's to finish."""
    sheets = Sheet.objects.filter(
        cell__in=sorted(reform.affected - set(reform.closed)),
        rating_year__state=RatingYear.State.OPEN,
        rating_year__reference_day__gte=reform.on,
    )
    days = dict(sheets.values_list("pk", "rating_year__reference_day"))
    for sheet in ledger.hold(sheets.order_by("pk")):
        sheet.ward_id = reform.ward_of(sheet.cell_id, sheet.ward_id, day=days[sheet.pk])
    ledger.write(Sheet)


@receiver(members_merging)
def refuse_two_tiers(sender, kept, dropped, **kwargs):
    """One person has one tier a year: which of two holds, the wards settle first."""
    rated = (
        Evaluation.objects.current()
        .filter(member__in=[kept.pk, dropped.pk], tier__isnull=False)
        .select_related("rating_year", "ward")
        .order_by("rating_year__year", "pk")
    )
    by_year = defaultdict(list)
    for row in rated:
        by_year[row.rating_year].append(row)
    return [
        f"Năm {year.year} cả hai hồ sơ đều đã được xếp loại ("
        + ", ".join(str(row.ward) for row in rows)
        + "). Một nơi đính chính kết quả năm ấy thành “Nơi cư trú khác nhận xét” trước "
        "khi ghép."
        for year, rows in by_year.items()
        if len(rows) > 1
    ]


@receiver(stays_passed)
def follow_the_stay(sender, stays, to, **kwargs):
    """Whose result it is, the stay says."""
    follow_stays(stays, to=to)
