"""Who may do what (design 5, docs/permissions.md). What one may not see is a 404."""

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Protocol

from django.utils import timezone

from members.models import (
    Committee,
    CorrectionRequest,
    Kind,
    Member,
    Placement,
    Registration,
    Reorganisation,
    Role,
    User,
)
from members.queries.channels import is_on_paper
from members.scopes import STEP, contains


class Access(StrEnum):
    """From where a user looks at one stay of a member."""

    RESIDENCE_NOW = "residence_now"
    RESIDENCE_PAST = "residence_past"
    WORKPLACE_NOW = "workplace_now"
    WORKPLACE_PAST = "workplace_past"
    ABOVE = "above"


class Part(StrEnum):
    """A part of what is kept on a member."""

    IDENTITY = "identity"
    DWELLING = "dwelling"
    MEETINGS = "meetings"
    NOTICES = "notices"
    DRAFT_RATING = "draft_rating"
    RETURNED_RATING = "returned_rating"
    OTHER_SIDE = "other_side"


class Right(IntEnum):
    """How far a right goes; a larger one includes the smaller."""

    NONE = 0
    NAME_OF_UNIT = 1
    TOTALS = 2
    AS_IT_WAS = 3  # as it stood when the stay ended, or what was held there
    READ = 4
    EDIT = 5


_A, _P, _R = Access, Part, Right

RIGHTS: dict[Part, dict[Access, Right]] = {
    _P.IDENTITY: {
        _A.RESIDENCE_NOW: _R.READ,  # EDIT where the workplace is on paper
        _A.RESIDENCE_PAST: _R.AS_IT_WAS,
        _A.WORKPLACE_NOW: _R.EDIT,
        _A.WORKPLACE_PAST: _R.AS_IT_WAS,
        _A.ABOVE: _R.READ,
    },
    _P.DWELLING: {
        _A.RESIDENCE_NOW: _R.EDIT,
        _A.WORKPLACE_NOW: _R.READ,
        _A.ABOVE: _R.READ,
    },
    _P.MEETINGS: {
        _A.RESIDENCE_NOW: _R.EDIT,
        _A.RESIDENCE_PAST: _R.AS_IT_WAS,
        _A.WORKPLACE_NOW: _R.TOTALS,
        _A.WORKPLACE_PAST: _R.TOTALS,
        _A.ABOVE: _R.READ,
    },
    _P.NOTICES: {
        _A.RESIDENCE_NOW: _R.EDIT,
        _A.RESIDENCE_PAST: _R.AS_IT_WAS,
        _A.WORKPLACE_NOW: _R.EDIT,
        _A.WORKPLACE_PAST: _R.AS_IT_WAS,
        _A.ABOVE: _R.READ,
    },
    _P.DRAFT_RATING: {
        _A.RESIDENCE_NOW: _R.EDIT,
        _A.ABOVE: _R.TOTALS,
    },
    _P.RETURNED_RATING: {
        _A.RESIDENCE_NOW: _R.READ,
        _A.RESIDENCE_PAST: _R.AS_IT_WAS,
        _A.WORKPLACE_NOW: _R.READ,
        _A.WORKPLACE_PAST: _R.AS_IT_WAS,
        _A.ABOVE: _R.READ,
    },
    _P.OTHER_SIDE: {
        _A.RESIDENCE_NOW: _R.NAME_OF_UNIT,
        _A.WORKPLACE_NOW: _R.NAME_OF_UNIT,
        _A.ABOVE: _R.READ,
    },
}

_RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
_ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)
_OVER = {Registration.State.ENDED, Registration.State.RETURNED}


def accesses(user: User, registration: Registration) -> frozenset[Access]:
    """From which sides the user, who can see this stay, looks at it.

    Fetch the stay through visible_to and for_rights; a side that only an earlier
    placement gives is a past one.
    """
    found = set()
    over = registration.state in _OVER
    placements = registration.placements.all()
    sides = (
        (_RESIDENCE, "place", _A.RESIDENCE_NOW, _A.RESIDENCE_PAST),
        ((Role.WORKPLACE,), "workplace", _A.WORKPLACE_NOW, _A.WORKPLACE_PAST),
    )
    for roles, unit, now, past in sides:
        paths = user.paths_of(*roles)
        if _any_contains(paths, getattr(registration, unit)):
            found.add(past if over else now)
        elif paths and any(_any_contains(paths, getattr(p, unit)) for p in placements):
            found.add(past)
    above = user.paths_of(*_ABOVE)
    stood: list[Registration | Placement] = [registration, *placements]
    if above and any(
        _any_contains(above, unit) for at in stood for unit in (at.place, at.workplace)
    ):
        found.add(_A.ABOVE)
    return frozenset(found)


def is_own(user: User, place: Registration | Placement) -> bool:
    """True where the user's units are the residence, or the workplace, named there."""
    return _any_contains(user.paths_of(*_RESIDENCE), place.place) or _any_contains(
        user.paths_of(Role.WORKPLACE), place.workplace
    )


class Placed(Protocol):
    """A stay, a placement, a row of the year: where it says that the member was."""

    @property
    def ward(self) -> Committee: ...
    @property
    def workplace(self) -> Committee: ...


def stands_above(user: User, at: Placed) -> bool:
    """True for a department or an inspector over the ward or the workplace named there."""
    above = user.paths_of(*_ABOVE)
    return any(_any_contains(above, unit) for unit in (at.ward, at.workplace))


def right_to(user: User, registration: Registration, part: Part) -> Right:
    """The widest right that any of the user's sides gives to a part of the record."""
    rights = [
        _R.EDIT
        if part is _P.IDENTITY
        and access is _A.RESIDENCE_NOW
        and is_on_paper(registration.workplace, Role.WORKPLACE)
        else RIGHTS[part].get(access, _R.NONE)
        for access in accesses(user, registration)
    ]
    return max(rights, default=_R.NONE)


def can_edit_identity(user: User, member: Member) -> bool:
    """The workplace owns name, card and dates; on paper, the ward types them in."""
    if _any_contains(user.paths_of(Role.WORKPLACE), member.workplace):
        return True
    return _receives(user, member) and is_on_paper(member.workplace, Role.WORKPLACE)


def can_change_workplace(user: User, member: Member) -> bool:
    """The workplace he leaves; where that one is on paper, the ward's committee, which
    has its decision in hand. A cell has not."""
    if can_introduce_from(user, member.workplace):
        return True
    return _is_at_ward_of(user, member) and is_on_paper(
        member.workplace, Role.WORKPLACE
    )


def can_edit_dwelling(user: User, member: Member) -> bool:
    """The residence owns phone, address and household."""
    return _receives(user, member)


def can_receive_at(user: User, ward: Committee) -> bool:
    """Receive, pass to a cell, end: the ward's own committee."""
    return _any_contains(user.paths_of(Role.RESIDENCE_WARD), ward)


def can_run_stay(user: User, registration: Registration) -> bool:
    """Receive, return, exempt, end: the ward; the workplace of a ward on paper."""
    if can_receive_at(user, registration.ward):
        return True
    return can_introduce_from(user, registration.workplace) and is_on_paper(
        registration.ward, Role.RESIDENCE_WARD
    )


def can_introduce_from(user: User, workplace: Committee) -> bool:
    return _any_contains(user.paths_of(Role.WORKPLACE), workplace)


def can_state_for(user: User, unit: Committee) -> bool:
    """The yearly statement of a workplace: its own committee; the department types in
    that of a unit on paper."""
    if can_introduce_from(user, unit):
        return True
    return _any_contains(user.paths_of(Role.DEPARTMENT), unit) and is_on_paper(
        unit, Role.WORKPLACE
    )


def can_read_statements(user: User) -> bool:
    """Yearly statements of one's own workplaces, or of all units below."""
    return user.has_role(Role.WORKPLACE, *_ABOVE)


def can_answer_correction(user: User, request: CorrectionRequest) -> bool:
    """Whoever owns the field that is to be mended."""
    if request.is_about_dwelling:
        return can_edit_dwelling(user, request.member)
    return can_edit_identity(user, request.member)


def can_add_member(user: User) -> bool:
    """Workplaces add their own members."""
    return user.has_role(Role.WORKPLACE)


def can_receive_on_paper(user: User) -> bool:
    """Wards write down whose letter reached them on paper."""
    return user.has_role(Role.RESIDENCE_WARD)


def can_note_dwellers(user: User) -> bool:
    """Wards and cells write down who lives there without a letter."""
    return user.has_role(*_RESIDENCE)


def can_report_dwelling(user: User, registration: Registration) -> bool:
    """The cell says that somebody no longer lives here, or its ward for it."""
    return _any_contains(user.paths_of(*_RESIDENCE), registration.place)


def can_report_death(user: User, member: Member) -> bool:
    """Either side at once: the workplace, or the ward that has the member."""
    return can_introduce_from(user, member.workplace) or _is_at_ward_of(user, member)


def can_run_residence(user: User, committee: Committee) -> bool:
    """Meetings, opinions, proposals: the cell, or its ward (most cells use paper)."""
    return _any_contains(user.paths_of(*_RESIDENCE), committee)


def can_confirm_at(user: User, ward: Committee) -> bool:
    """Confirm and return ratings: the ward's committee (Quy định 213, Điều 4)."""
    return _any_contains(user.paths_of(Role.RESIDENCE_WARD), ward)


def can_edit_tree(user: User, committee: Committee) -> bool:
    """The department everywhere below; a ward only its own cells."""
    if _any_contains(user.paths_of(Role.DEPARTMENT), committee):
        return True
    return committee.is_cell and _any_contains(
        user.paths_of(Role.RESIDENCE_WARD), committee
    )


def can_reorganise(user: User, committee: Committee) -> bool:
    """Merge, divide, rename, move, end: the department everywhere below, a ward its
    own cells. Bodies outside the city, which nobody here stands above, are the topmost
    department's."""
    if can_edit_tree(user, committee):
        return True
    tops = (path for path in user.paths_of(Role.DEPARTMENT) if len(path) == STEP)
    return committee.outside_city and any(tops)


def can_read_reorganisations(user: User) -> bool:
    """The decisions of one's own units and those below."""
    return user.has_role(Role.DEPARTMENT, Role.INSPECTOR, Role.RESIDENCE_WARD)


def can_prepare_reorganisations(user: User) -> bool:
    """Begin, look at, confirm and take back decisions on one's own units."""
    return user.has_role(Role.DEPARTMENT, Role.RESIDENCE_WARD)


def can_run_reorganisation(user: User, reorganisation: Reorganisation) -> bool:
    """Change, confirm or take back a decision: whoever may act for its unit."""
    paths = user.paths_of(Role.DEPARTMENT, Role.RESIDENCE_WARD)
    return _any_contains(paths, reorganisation.committee)


def can_take_back_reorganisation(user: User, reorganisation: Reorganisation) -> bool:
    """As to run it; what somebody of the department did is the department's to undo."""
    if not can_run_reorganisation(user, reorganisation):
        return False
    above = user.paths_of(Role.DEPARTMENT)
    if _any_contains(above, reorganisation.committee):
        return True
    doer = reorganisation.done_by
    return doer is None or not doer.assignments.filter(role=Role.DEPARTMENT).exists()


def can_edit_whole_unit(user: User, committee: Committee) -> bool:
    """Kind, sector, in or outside the city: the department alone."""
    return _any_contains(user.paths_of(Role.DEPARTMENT), committee)


def can_add_unit_below(user: User, parent: Committee) -> bool:
    return _any_contains(user.paths_of(Role.DEPARTMENT, Role.RESIDENCE_WARD), parent)


def can_see_figures(user: User, committee: Committee) -> bool:
    """Counts and summaries of a unit: whoever works for it on the residence side."""
    return _any_contains(user.paths_of(*_RESIDENCE, *_ABOVE), committee)


def can_list_members(user: User) -> bool:
    """Everybody but the administrator of accounts, who sees no members."""
    return user.has_role(*_RESIDENCE, *_ABOVE, Role.WORKPLACE)


def can_import_residents(user: User, ward: Committee) -> bool:
    """The list of those who keep contact at a ward: its committee, the department."""
    paths = user.paths_of(Role.RESIDENCE_WARD, Role.DEPARTMENT)
    return ward.kind == Kind.WARD and _any_contains(paths, ward)


def can_import_workers(user: User, workplace: Committee) -> bool:
    """The list of a workplace's own members: its committee, the department."""
    return _any_contains(user.paths_of(Role.WORKPLACE, Role.DEPARTMENT), workplace)


def can_import_committees(user: User, committee: Committee) -> bool:
    return _any_contains(user.paths_of(Role.DEPARTMENT), committee)


def can_administer(user: User, committee: Committee) -> bool:
    """Accounts and posts at a unit; granting is a right of its own."""
    return _any_contains(user.paths_of(Role.ADMINISTRATOR), committee)


def can_read_channels(user: User) -> bool:
    """Which units have no account: those who can help, and the inspector."""
    return user.has_role(*_ABOVE, Role.ADMINISTRATOR)


def can_place_units(user: User) -> bool:
    """Units met in an import find their place through the department."""
    return user.has_role(Role.DEPARTMENT)


def can_read_audit(user: User) -> bool:
    return user.has_role(Role.INSPECTOR, Role.ADMINISTRATOR)


def _any_contains(paths: Iterable[str], committee: Committee) -> bool:
    return any(contains(path, committee.path) for path in paths)


def _receives(user: User, member: Member) -> bool:
    paths = user.paths_of(*_RESIDENCE)
    if not paths:
        return False
    stays = member.registrations.living_there().select_related("ward", "cell")
    return any(_any_contains(paths, stay.place) for stay in stays)


def _is_at_ward_of(user: User, member: Member) -> bool:
    """The ward committee that has the member, or asked for the letter."""
    if not user.has_role(Role.RESIDENCE_WARD):
        return False
    stays = member.registrations.living_there().select_related("ward")
    return any(can_receive_at(user, stay.ward) for stay in stays)


def can_administer_account(user: User, account: User) -> bool:
    """Another's account all of whose running posts lie in the administrator's scope.

    One post elsewhere is enough to leave it to the administrator above both, or a
    ward could take over the city's accounts. Nobody administers himself.
    """
    paths = user.paths_of(Role.ADMINISTRATOR)
    if account.pk == user.pk or not paths:
        return False
    today = timezone.localdate()
    posts = account.assignments.exclude(valid_to__lte=today).select_related("committee")
    return all(_any_contains(paths, post.committee) for post in posts)


def can_see_pairs(user: User) -> bool:
    """Records that may be of one person: both committees, and those above."""
    return user.has_role(Role.RESIDENCE_WARD, Role.WORKPLACE, *_ABOVE)


def can_speak_for(
    user: User, *, workplace: Committee | None, ward: Committee | None
) -> bool:
    """Say whether two records are one person: a side that has its word, and only it."""
    return (workplace is not None and can_introduce_from(user, workplace)) or (
        ward is not None and can_receive_at(user, ward)
    )
