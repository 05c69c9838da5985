"""The yearly statement of a workplace: numbers without names."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from members.models import User, WorkplaceYearStatement
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.versions import save_versioned

FIRST_YEAR = 2000  # that of Quy định 76
FIELDS = [
    "total_members",
    "subject",
    "exempt_from_introduction",
    "not_introduced",
    "not_introduced_reason",
    "is_approximate",
]


@transaction.atomic
def state_year(
    statement: WorkplaceYearStatement, *, version: int, by: User
) -> WorkplaceYearStatement:
    """Store what a unit states for a year, anew or changed.

    Raises ValidationError where the numbers contradict one another, for a year to come
    or one that somebody else has stated meanwhile; Conflict as save_versioned.
    """
    check_statement(statement)
    is_new = statement.pk is None
    if is_new:
        _store(statement)
    else:
        save_versioned(statement, fields=FIELDS, version=version)
    record(
        Action.CREATE if is_new else Action.UPDATE,
        statement,
        by=by,
        committee_code=statement.committee.code,
        facts={name: getattr(statement, name) for name in ("year", *FIELDS)},
    )
    return statement


def check_statement(statement: WorkplaceYearStatement) -> None:
    """Raise ValidationError with a sentence at each number that cannot be so."""
    wrong: dict[str, str] = {}
    total, subject = statement.total_members, statement.subject
    exempt, lacking = statement.exempt_from_introduction, statement.not_introduced
    if not FIRST_YEAR <= statement.year <= timezone.localdate().year:
        raise ValidationError(f"Không khai thống kê cho năm {statement.year}.")
    if subject > total:
        wrong["subject"] = (
            f"Thuộc đối tượng giới thiệu ({subject}) nhiều hơn tổng số đảng viên "
            f"({total})."
        )
    elif subject + exempt > total:
        wrong["exempt_from_introduction"] = (
            f"Thuộc đối tượng giới thiệu ({subject}) và miễn giới thiệu ({exempt}) cộng "
            f"lại là {subject + exempt}, nhiều hơn tổng số {total} đảng viên."
        )
    if lacking > subject:
        wrong["not_introduced"] = (
            f"Chưa giới thiệu ({lacking}) nhiều hơn thuộc đối tượng giới thiệu "
            f"({subject})."
        )
    if lacking and not statement.not_introduced_reason.strip():
        wrong["not_introduced_reason"] = (
            f"Còn {lacking} đồng chí chưa giới thiệu; đồng chí ghi rõ lý do."
        )
    if wrong:
        raise ValidationError(wrong)


def _store(statement: WorkplaceYearStatement) -> None:
    try:
        with transaction.atomic():
            statement.save()
    except IntegrityError as error:
        raise ValidationError(
            f"Vừa có người khác khai thống kê năm {statement.year} của "
            f"{statement.committee}. Đồng chí mở lại trang để xem rồi sửa."
        ) from error
