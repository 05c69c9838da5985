"""Letters on their way, as each side sees them."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from members.models import Committee, Member, Registration, Role, User
from members.scopes import within

State = Registration.State


def letters_to_receive(user: User) -> QuerySet[Registration]:
    """Letters sent to the user's wards that nobody has answered, oldest first."""
    at_ward = within("ward__path", user.paths_of(Role.RESIDENCE_WARD))
    # The answer of a ward on paper is typed in by the workplace.
    on_paper = within("workplace__path", user.paths_of(Role.WORKPLACE))
    mine = at_ward | (on_paper & Q(ward__uses_system=False))
    letters = Registration.objects.filter(mine, state=State.SENT)
    return letters.order_by("sent_on", "pk")


def letters_of_workplace(user: User) -> QuerySet[Registration]:
    """Letters of the user's workplaces that still ask for something: latest first."""
    own = within("workplace__path", user.paths_of(Role.WORKPLACE))
    newer = Registration.objects.filter(
        member=OuterRef("member"), pk__gt=OuterRef("pk")
    )
    waiting = [State.DRAFT, State.SENT, State.LETTER_ASKED]
    open_question = Q(state__in=waiting) | Q(
        ~Exists(newer),
        state=State.RETURNED,
        member__status=Member.Status.ACTIVE,
    )
    return Registration.objects.filter(own, open_question).order_by("-pk")


def letters_waiting(user: User) -> int:
    """How many letters wait for this user's answer; one statement, or none."""
    if not user.has_role(Role.RESIDENCE_WARD, Role.WORKPLACE):
        return 0
    return letters_to_receive(user).count()


def ward_that_asked(member: Member) -> Committee | None:
    """The ward that has noted the member as living there and waits for the letter."""
    asked = member.registrations.filter(state=State.LETTER_ASKED)
    stay = asked.select_related("ward").first()
    return stay.ward if stay else None
