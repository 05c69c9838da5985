"""Who may print which paper, keep which register, change which form (docs/permissions.md)."""

from collections.abc import Iterable

from members.models import Committee, Registration, Role, User
from members.permissions import Access, accesses, can_introduce_from, can_receive_at
from members.scopes import contains
from reports.models import DocumentTemplate

State = Registration.State
Kind = DocumentTemplate.Kind
ABOVE = (Role.DEPARTMENT, Role.INSPECTOR)
RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)

# A letter that exists: it was sent, whatever became of it. Of a stay typed in from paper,
# or asked for by the ward, no letter was ever written here: it has no sent_on.
SENT_STATES = [State.SENT, State.RECEIVED, State.RETURNED, State.ENDED]
# What a ward has said to a letter.
ANSWERED_STATES = [State.RECEIVED, State.RETURNED, State.ENDED]


def can_print_letter(user: User, stay: Registration) -> bool:
    """The workplace that wrote it, drafts too; the ward once it was sent; those above.

    Fetch the stay for_rights.
    """
    is_sent = stay.state in SENT_STATES and stay.sent_on is not None
    if can_introduce_from(user, stay.workplace):
        return is_sent or stay.state == State.DRAFT
    if not is_sent:
        return False
    is_addressed = can_receive_at(user, stay.ward)
    return is_addressed or Access.ABOVE in accesses(user, stay)


def can_print_reply(user: User, stay: Registration) -> bool:
    """What a ward has answered to a letter is its own paper; those above read it.

    A request for a letter that was returned answers none.
    """
    is_letter = stay.state != State.RETURNED or stay.sent_on is not None
    if stay.state not in ANSWERED_STATES or not is_letter:
        return False
    return can_receive_at(user, stay.ward) or Access.ABOVE in accesses(user, stay)


def can_print_papers(user: User) -> bool:
    """Letters and replies, many at once."""
    return user.has_role(Role.RESIDENCE_WARD, Role.WORKPLACE, *ABOVE)


def can_see_forms(user: User) -> bool:
    """Word forms of one's own units and those below."""
    return user.has_role(Role.RESIDENCE_WARD, Role.WORKPLACE, *ABOVE)


def can_change_form(user: User, unit: Committee, kind: str) -> bool:
    """The workplace its letters, the ward its replies and notices; the department all
    below."""
    writer = Role.WORKPLACE if kind == Kind.LETTER else Role.RESIDENCE_WARD
    return _any_contains(user.paths_of(writer, Role.DEPARTMENT), unit)


def can_change_heading(user: User, unit: Committee) -> bool:
    """A ward or workplace what stands above and below its papers; the department all
    below."""
    writers = (Role.WORKPLACE, Role.RESIDENCE_WARD, Role.DEPARTMENT)
    return _any_contains(user.paths_of(*writers), unit)


def can_keep_registers(user: User) -> bool:
    """Everybody but the administrator of accounts, who sees no members."""
    return user.has_role(*RESIDENCE, Role.WORKPLACE, *ABOVE)


def can_read_residence_register(user: User, unit: Committee) -> bool:
    """Whom a ward or cell received: itself, the ward for its cells, those above."""
    return _any_contains(user.paths_of(*RESIDENCE, *ABOVE), unit)


def can_read_workplace_register(user: User, unit: Committee) -> bool:
    """Whom a workplace introduced: itself, those above."""
    return _any_contains(user.paths_of(Role.WORKPLACE, *ABOVE), unit)


def _any_contains(paths: Iterable[str], unit: Committee) -> bool:
    return any(contains(path, unit.path) for path in paths)
