"""The matrix of rights again, after the member's ward was merged into a new one.

Whoever served the ward serves its heir from that day and reads its past; a sister
ward learns nothing; a post that was not passed on opens nothing any more.
"""

from datetime import date

import pytest
from django.db import transaction

from members.models import Kind, Operation, Reorganisation, RoleAssignment, Sector, User
from members.services.reorganisations.plan import NewUnit, ReformPlan, Step
from members.services.reorganisations.run import carry_out, draft_reorganisation
from tests.factories.rights import make_rights_world
from tests.test_rights import SIGNS, answer
from tests.url_matrix import CAST, MATRIX

pytestmark = pytest.mark.django_db

DAY = date(2025, 9, 1)
# What stands below a closed unit, or is done by a unit itself, is the heir's now: these
# ask for the closed ward, in which nothing new begins.
CLOSED = {
    "members:committee_add": "the ward has ended, and so takes no new cell",
}


def merged(world) -> None:
    """The member's ward and the past one become a new ward; the cells live on."""
    olds = [world.ward.pk, world.past_ward.pk]
    plan = ReformPlan(
        on=DAY,
        new_units=[
            NewUnit(
                key=-1,
                parent=world.city.pk,
                name="Đảng ủy phường Ninh Kiều",
                kind=Kind.WARD,
                sector=Sector.COMMUNE,
                receives_members=True,
            )
        ],
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


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_rights_world()
        merged(made)
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


@pytest.mark.parametrize(
    "case", [case for case in MATRIX if case.url not in CLOSED], ids=str
)
def test_ward_that_was_merged_away_is_read_by_its_heir_and_nobody_else(case, world):
    before = dict(zip(CAST, case.expected, strict=True))
    # Both wards are one now: who served the past one serves the member's, too. A list
    # on its way in stays whoever's it is.
    expected = (
        before if case.key == "run" else (before | {"past_user": before["ward_user"]})
    )

    assert signs(world, case) == expected


def test_post_that_was_not_passed_on_opens_nothing(world):
    """As where the decision lets the post end: what is left of it has ended."""
    pages = [case for case in MATRIX if case.key in {"member", "ward year=2013"}]
    passed_on = RoleAssignment.objects.filter(user=world.past_user, valid_to=None)

    with transaction.atomic():
        passed_on.delete()
        opened = {signs(world, case)["past_user"] for case in pages}
        transaction.set_rollback(True)

    assert len(pages) > 5
    assert opened <= {"-", "."}
