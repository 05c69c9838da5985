"""Who may do what with meetings, opinions and notices, beyond the table in members."""

from django.core.exceptions import PermissionDenied

from members.models import Role, User
from members.permissions import (
    can_introduce_from,
    can_receive_at,
    can_run_residence,
)
from members.queries.channels import is_on_paper
from residence.models import Notice
from residence.queries import READERS, RESIDENCE


def require_reader(user: User) -> None:
    """403 for whoever has nothing to do with residence: workplaces, administrators."""
    if not user.has_role(*READERS):
        raise PermissionDenied


def can_hold_meetings(user: User) -> bool:
    """Plan meetings and note opinions: a residence post, at whatever unit."""
    return user.has_role(*RESIDENCE)


def require_holder(user: User) -> None:
    """403 for those who only read, and for those who do not even that."""
    require_reader(user)
    if not can_hold_meetings(user):
        raise PermissionDenied


def require_running(user: User, committee) -> None:
    """403 unless the user runs this unit, which he can see."""
    if not can_run_residence(user, committee):
        raise PermissionDenied


def require_notice_reader(user: User) -> None:
    """403 for administrators, who read of nobody."""
    if not user.has_role(*READERS, Role.WORKPLACE):
        raise PermissionDenied


def can_write_notices(user: User) -> bool:
    """Draft and send: the committee of a ward; its cells only read."""
    return user.has_role(Role.RESIDENCE_WARD)


def can_write_notice(user: User, notice: Notice) -> bool:
    return can_receive_at(user, notice.committee)


def can_answer_notice(user: User, notice: Notice) -> bool:
    """The workplace it was sent to."""
    return can_introduce_from(user, notice.workplace)


def can_type_answer(user: User, notice: Notice) -> bool:
    """The ward, for a workplace on paper: who works in the system answers himself."""
    return can_write_notice(user, notice) and is_on_paper(
        notice.workplace, Role.WORKPLACE
    )


def reads_sealed(user: User, notice: Notice) -> bool:
    """True for the workplace that has not opened the notice: it sees the cover alone,
    so that nobody reads it without its being noted as seen."""
    is_unseen = notice.state == Notice.State.SENT
    return (
        is_unseen
        and can_answer_notice(user, notice)
        and not can_write_notice(user, notice)
        and not user.has_role(Role.DEPARTMENT, Role.INSPECTOR)
    )
