"""Letters on their way, as each side sees them."""

from django.db.models import QuerySet

from members.models import Registration, Role, User
from members.queries.channels import on_paper
from members.scopes import within

State = Registration.State


def letters_to_receive(user: User) -> QuerySet[Registration]:
    """Letters sent to the user's wards that nobody has answered, oldest first."""
    at_ward = within("ward__path", user.paths_of(Role.RESIDENCE_WARD))
    # The answer of a ward on paper is typed in by the workplace.
    own = within("workplace__path", user.paths_of(Role.WORKPLACE))
    mine = at_ward | (own & on_paper("ward", Role.RESIDENCE_WARD))
    letters = Registration.objects.filter(mine, state=State.SENT)
    return letters.order_by("sent_on", "pk")


def letters_waiting(user: User) -> int:
    """How many letters wait for this user's answer; one statement, or none."""
    if not user.has_role(Role.RESIDENCE_WARD, Role.WORKPLACE):
        return 0
    return letters_to_receive(user).count()
