"""What may be asked to be mended, and by which of the user's units."""

from django.db.models import Case, QuerySet, When

from members.models import (
    Committee,
    CorrectionRequest,
    Member,
    Registration,
    Role,
    User,
)
from members.models.persons import DWELLING_FIELDS, IDENTITY_FIELDS
from members.scopes import contains

# The precision of a birth date is mended together with it.
_ASKABLE_IDENTITY = [name for name in IDENTITY_FIELDS if name != "birth_precision"]
State = CorrectionRequest.State


def askable(user: User, member: Member) -> dict[str, Committee]:
    """Fields of the other side that the user may ask to mend → the asking unit.

    Fetch the member with its workplace. A side that is past asks nothing.
    """
    found: dict[str, Committee] = {}
    stay = (
        member.registrations.filter(state=Registration.State.RECEIVED)
        .select_related("ward", "cell")
        .first()
    )
    if stay is None:
        return found
    at_home = user.paths_of(Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
    at_work = user.paths_of(Role.WORKPLACE)
    works = any(contains(path, member.workplace.path) for path in at_work)
    lives = any(contains(path, stay.place.path) for path in at_home)
    if lives and not works and member.workplace.uses_system:
        found |= dict.fromkeys(_ASKABLE_IDENTITY, stay.place)
    if works and not lives:
        found |= dict.fromkeys(DWELLING_FIELDS, member.workplace)
    return found


def correction_requests(user: User) -> QuerySet[CorrectionRequest]:
    """Requests of both directions, open ones first, then the latest."""
    seen = CorrectionRequest.objects.visible_to(user)
    return seen.select_related(
        "member__workplace", "asked_by_committee", "asked_of_committee"
    ).order_by(Case(When(state=State.OPEN, then=0), default=1), "-pk")
