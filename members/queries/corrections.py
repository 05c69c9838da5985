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
from members.queries.channels import is_on_paper
from members.queries.discretion import show_unit, topmost_units
from members.scopes import contains

# The precision of a birth date is mended together with it.
_ASKABLE_IDENTITY = [name for name in IDENTITY_FIELDS if name != "birth_precision"]
State = CorrectionRequest.State
NOT_TOLD = "(không hiển thị)"


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
    asks = lives and not works
    if asks and not is_on_paper(member.workplace, Role.WORKPLACE):
        found |= dict.fromkeys(_ASKABLE_IDENTITY, stay.place)
        if topmost_units([member.workplace], to=user):
            found.pop("position", None)
    if works and not lives:
        found |= dict.fromkeys(DWELLING_FIELDS, member.workplace)
    return found


def correction_requests(user: User) -> QuerySet[CorrectionRequest]:
    """Requests of both directions, open ones first, then the latest."""
    seen = CorrectionRequest.objects.visible_to(user)
    return seen.select_related(
        "member__workplace", "asked_by_committee", "asked_of_committee"
    ).order_by(Case(When(state=State.OPEN, then=0), default=1), "-pk")


def veil_requests(requests: list[CorrectionRequest], *, to: User) -> None:
    """Let requests tell of the armed forces no more than the reader may know.

    For showing only; fetch them by correction_requests. One statement, or none.
    """
    units = ("asked_by_committee", "asked_of_committee")
    asked = [getattr(request, name) for request in requests for name in units]
    workplaces = [request.member.workplace for request in requests]
    tops = topmost_units([*asked, *workplaces], to=to)
    for request in requests:
        for name in units:
            if top := tops.get(getattr(request, f"{name}_id")):
                show_unit(request, name, top)
        if request.field == "position" and request.member.workplace_id in tops:
            request.old_value = request.new_value = NOT_TOLD
