"""The matrix of rights again, after the member's ward, or workplace, was merged away.

Whoever served the unit serves its heir from that day and reads its past; a sister
unit learns nothing; a post that was not passed on opens nothing any more.
"""

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction

from members.models import (
    Kind,
    Operation,
    Reorganisation,
    Role,
    RoleAssignment,
    Sector,
    User,
)
from members.permissions import can_administer_account
from members.services.reorganisations.plan import NewUnit, ReformPlan, Step
from members.services.reorganisations.run import carry_out, draft_reorganisation
from tests.factories.members import make_user
from tests.factories.rights import make_rights_world
from tests.test_rights import SIGNS, answer
from tests.url_matrix import CAST, MATRIX

pytestmark = pytest.mark.django_db

DAY = date(2025, 9, 1)
_NEW = {
    "ward": NewUnit(
        key=-1,
        parent=None,
        name="Đảng ủy phường Ninh Kiều",
        kind=Kind.WARD,
        sector=Sector.COMMUNE,
        receives_members=True,
    ),
    "workplace": NewUnit(
        key=-1,
        parent=None,
        name="Sở Y tế và Giáo dục",
        kind=Kind.GRASSROOTS,
        sector=Sector.AGENCY,
    ),
}
# The unit that is merged with the member's own, and who served it.
_OTHER = {
    "ward": ("past_ward", "past_user", "ward_user"),
    "workplace": ("other_workplace", "other_workplace_user", "workplace_user"),
}


def merge(world, side: str) -> None:
    """The member's ward, or workplace, and another become a new one."""
    olds = [getattr(world, name).pk for name in (side, _OTHER[side][0])]
    plan = ReformPlan(
        on=DAY,
        new_units=[replace(_NEW[side], parent=world.city.pk)],
        heirs=dict.fromkeys(olds, -1),
        steps=[Step(Operation.MERGE, old, "", -1) for old in olds],
    )
    drafted = draft_reorganisation(
        Reorganisation(committee=world.city, effective_on=DAY),
        by=world.department_user,
    )
    carry_out(drafted, plan, today=DAY, by=world.department_user)
    for name in CAST:
        user = getattr(world, name)
        setattr(world, name, User.objects.get(pk=user.pk))


@pytest.fixture(scope="module", params=_NEW)
def side(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def world(side, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_rights_world()
        merge(made, side)
        yield made
        transaction.set_rollback(True)


def signs(world, case) -> dict[str, str]:
    url = case.address(world)
    return {
        person: SIGNS.get(
            answer(getattr(world, person), case.method, url).status_code, "!"
        )
        for person in CAST
    }


@pytest.mark.parametrize("case", MATRIX, ids=str)
def test_unit_that_was_merged_away_is_read_by_its_heir_and_nobody_else(
    case, world, side
):
    _, newcomer, owner = _OTHER[side]
    before = dict(zip(CAST, case.expected, strict=True))
    # Both are one unit now: who served the other serves the member's, too. A list on
    # its way in stays whoever's it is.
    expected = before if case.key == "run" else before | {newcomer: before[owner]}

    assert signs(world, case) == expected


def test_post_that_was_not_passed_on_opens_nothing(world, side):
    """As where the decision lets the post end: what is left of it has ended."""
    newcomer = getattr(world, _OTHER[side][1])
    pages = [case for case in MATRIX if case.key in {"member", "ward year=2013"}]
    passed_on = RoleAssignment.objects.filter(user=newcomer, valid_to=None)

    with transaction.atomic():
        passed_on.delete()
        opened = {signs(world, case)[_OTHER[side][1]] for case in pages}
        transaction.set_rollback(True)

    assert len(pages) > 5
    assert opened <= {"-", "."}


def test_accounts_of_the_old_unit_fall_to_the_administrator_of_its_heir(world, side):
    heir = type(world.ward).objects.get(pk=getattr(world, side).pk).heir
    administrator = make_user(Role.ADMINISTRATOR, heir)
    gone = make_user(Role.WORKPLACE, getattr(world, side))
    RoleAssignment.objects.filter(user=gone).update(valid_to=DAY)

    seen = User.objects.visible_to(administrator)

    assert {gone, getattr(world, _OTHER[side][2])} <= set(seen)
    assert can_administer_account(administrator, gone)
    assert world.sister_user not in seen
