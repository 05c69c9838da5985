"""Who may do what with meetings and opinions, beyond the table in members."""

from django.core.exceptions import PermissionDenied

from members.models import User
from members.permissions import can_run_residence
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
