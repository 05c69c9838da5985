"""Who may do what with comment sheets and rating years (docs/permissions.md)."""

from evaluations.models import Evaluation, RatingYear, Sheet
from members.models import Committee, Role, User
from members.permissions import can_confirm_at, can_run_residence
from members.scopes import contains

_READERS = (
    Role.RESIDENCE_WARD,
    Role.RESIDENCE_CELL,
    Role.DEPARTMENT,
    Role.INSPECTOR,
)


def can_read_sheets(user: User) -> bool:
    """Sheets and the progress of years: the residence side and those above it."""
    return user.has_role(*_READERS)


def can_open_year_at(user: User, committee: Committee) -> bool:
    """Open, close and reopen a rating year: the organisation department."""
    return _department_over(user, committee)


def can_refresh_year(user: User, rating_year: RatingYear) -> bool:
    """The department all units, a ward its own."""
    return _department_over(user, rating_year.committee) or user.has_role(
        Role.RESIDENCE_WARD
    )


def can_edit_sheet(user: User, sheet: Sheet) -> bool:
    """Fill in and propose: the cell, or its ward (Quy định 213, Điều 4)."""
    return can_run_residence(user, sheet.place)


def can_confirm_sheet(user: User, sheet: Sheet) -> bool:
    """Confirm, send back to the cell, return to the workplaces: the ward."""
    return can_confirm_at(user, sheet.ward)


def can_lock_sheet(user: User, sheet: Sheet) -> bool:
    """Lock before the year closes: the organisation department."""
    return _department_over(user, sheet.ward)


def can_correct(user: User, evaluation: Evaluation) -> bool:
    """Mend a result that was returned: the ward that confirmed it."""
    return can_confirm_at(user, evaluation.ward)


def can_print_comment(user: User, evaluation: Evaluation) -> bool:
    """The residence at any stage; others once a comment has been returned."""
    if can_run_residence(user, evaluation.cell or evaluation.ward):
        return True
    return evaluation.is_returned and evaluation.is_commented


def _department_over(user: User, committee: Committee) -> bool:
    paths = user.paths_of(Role.DEPARTMENT)
    return any(contains(path, committee.path) for path in paths)
