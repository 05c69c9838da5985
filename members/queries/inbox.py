"""What a ward receives and passes on, and whom its cells get."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Model, Q, QuerySet, Value
from django.db.models.fields import DateField
from django.db.models.functions import Coalesce

from members.models import Committee, Kind, Member, Placement, Registration, Role, User
from members.models.registrations import at_residence
from members.queries.discretion import topmost_units
from members.scopes import STEP, within
from party76.shared.text import fold

Row = TypeVar("Row", bound=Model)
State = Registration.State
_RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)
# So long somebody counts as new in a cell.
NEW_FOR = timedelta(days=30)
_LONG_AGO = Value(date(1900, 1, 1), output_field=DateField())


def inbox(user: User) -> QuerySet[Registration]:
    """Letters sent to the user's wards, with the day since when each waits."""
    letters = Registration.objects.filter(
        within("ward__path", user.paths_of(Role.RESIDENCE_WARD)), state=State.SENT
    )
    return letters.annotate(
        waiting_since=Coalesce("sent_on", "letter_date", _LONG_AGO)
    ).order_by("waiting_since", "pk")


def was_withdrawn_from(user: User, pk: int) -> bool:
    """Whether a letter that one of the user's wards had before it was taken back."""
    at_ward = within("ward__path", user.paths_of(Role.RESIDENCE_WARD))
    letters = Registration.objects.filter(at_ward, state=State.WITHDRAWN, pk=pk)
    return letters.filter(sent_on__isnull=False).exists()


def of_members_named(
    rows: QuerySet[Row], text: str, member: str = "member"
) -> QuerySet[Row]:
    """Those whose member's name has the text, with or without marks."""
    named = Member.objects.search(text)
    return rows.filter(**{f"{member}__in": named.values("pk")})


def workplaces_in(stays: QuerySet[Registration]) -> list[Committee]:
    """The workplaces these letters come from, as the residence may know them.

    Two statements.
    """
    keys = stays.order_by().values("workplace")
    units = list(Committee.objects.filter(pk__in=keys))
    tops = topmost_units(units)
    shown = {unit.pk: unit for unit in (tops.get(one.pk, one) for one in units)}
    return sorted(shown.values(), key=lambda unit: unit.sort_key)


def wards_of(user: User) -> QuerySet[Committee]:
    """The open wards for which the user receives."""
    own = Committee.objects.filter(
        within("path", user.paths_of(Role.RESIDENCE_WARD)), valid_to=None
    )
    return own.filter(kind=Kind.WARD).order_by("path")


def receiving_cells(user: User) -> QuerySet[Committee]:
    """The open cells below the user's wards that receive members."""
    below = Committee.objects.filter(
        within("path", user.paths_of(Role.RESIDENCE_WARD)), valid_to=None
    )
    cells = below.filter(receives_members=True).exclude(kind=Kind.WARD)
    return cells.order_by("sort_key", "pk")


def received_at_ward(user: User) -> QuerySet[Registration]:
    """Everybody received at the user's wards, in Vietnamese order."""
    stays = Registration.objects.filter(
        within("ward__path", user.paths_of(Role.RESIDENCE_WARD)), state=State.RECEIVED
    )
    return stays.order_by("member__sort_key", "pk")


def named_or_living(stays: QuerySet[Registration], text: str) -> QuerySet[Registration]:
    """Those whose name, or whose address, has the text; with or without marks.

    An address has no key of its own to search by; a ward's are few enough to read.
    """
    wanted = fold(text)
    rows = stays.values_list("pk", "member__search_key", "member__address")
    found = [
        pk for pk, name, address in rows if wanted in name or wanted in fold(address)
    ]
    return stays.filter(pk__in=found)


def chosen_stays(user: User, keys: Collection[int]) -> QuerySet[Registration]:
    """Those of the stays that are at a ward of the user's; the others are not there."""
    stays = Registration.objects.filter(
        within("ward__path", user.paths_of(Role.RESIDENCE_WARD)), pk__in=keys
    ).exclude(state__in=[State.DRAFT, State.WITHDRAWN])
    return stays.select_related("member__workplace", "ward", "cell", "workplace")


def newcomers(user: User, *, on: date) -> QuerySet[Placement]:
    """Who came to the user's cells in the last thirty days, the latest first."""
    here = within("cell__path", user.paths_of(*_RESIDENCE))
    return Placement.objects.filter(
        here,
        registration__state=State.RECEIVED,
        valid_to=None,
        valid_from__gt=on - NEW_FOR,
        valid_from__lte=on,
        cause__in=[Placement.Cause.RECEIVED, Placement.Cause.CELL_CHANGED],
    ).order_by("-valid_from", "registration__member__sort_key", "pk")


def without_letter(user: User) -> QuerySet[Registration]:
    """Who lives in the user's units and whose workplace was asked for the letter."""
    stays = Registration.objects.filter(
        at_residence(user.paths_of(*_RESIDENCE)), state=State.LETTER_ASKED
    )
    return stays.annotate(waiting_since=Coalesce("asked_on", _LONG_AGO)).order_by(
        "waiting_since", "pk"
    )


def colleagues(user: User) -> QuerySet[Member]:
    """The members of the user's workplaces, in Vietnamese order."""
    own = Member.objects.filter(
        within("workplace__path", user.paths_of(Role.WORKPLACE)),
        status=Member.Status.ACTIVE,
    )
    return own.order_by("sort_key", "pk")


def places_open_to(user: User) -> tuple[list[Committee], list[Committee]]:
    """(wards, cells) in which the user may note people living there.

    A cell's own account notes them in its cell alone. Two statements.
    """
    at_ward = user.paths_of(Role.RESIDENCE_WARD)
    at_cell = user.paths_of(Role.RESIDENCE_CELL)
    open_ones = Committee.objects.filter(valid_to=None)
    receiving = open_ones.filter(
        within("path", [*at_ward, *at_cell]), receives_members=True
    ).exclude(kind=Kind.WARD)
    cells = list(receiving.order_by("sort_key", "pk"))
    above = {
        cell.path[:end] for cell in cells for end in range(STEP, len(cell.path), STEP)
    }
    here = within("path", at_ward) | Q(path__in=above)
    wards = list(open_ones.filter(here, kind=Kind.WARD).order_by("path"))
    return wards, cells
