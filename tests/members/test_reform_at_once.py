"""A decision while somebody else acts: one after the other, never into a moved tree."""

import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections

from members.models import (
    Committee,
    Kind,
    Member,
    Registration,
    Reorganisation,
    RoleAssignment,
    User,
)
from members.queries.tree_check import check_tree
from members.services.accounts import grant_post
from members.services.reorganisations.lists import (
    confirm_reorganisation,
    mark_of,
    proposal_of,
)
from members.services.stays import assign_cell, receive_on_paper
from party76.shared.versions import Conflict
from tests.factories.members import make_member, make_user
from tests.factories.world import make_world
from tests.members.reforms import TODAY, begin, row

pytestmark = pytest.mark.django_db(transaction=True)
_PATIENCE = 20  # seconds


@pytest.fixture
def world():
    if connection.vendor != "postgresql":
        pytest.skip("On SQLite a transaction that writes is alone anyway.")
    return make_world()


def while_carried_out(world, decision, act) -> list[Exception]:
    """Carry out a decision; act begins in its midst, in a connection of its own."""
    mark = mark_of(proposal_of(decision, by=world.department_user))
    refused: list[Exception] = []
    begun: list[threading.Thread] = []

    def run():
        try:
            act()
        except (ValidationError, Conflict) as error:
            refused.append(error)
        finally:
            connections.close_all()

    def say(label, share):
        if share >= 20 and not begun:
            begun.append(threading.Thread(target=run))
            begun[0].start()
            begun[0].join(1)  # it gets as far as it can, then waits for us

    confirm_reorganisation(
        decision, mark=mark, today=TODAY, by=world.department_user, say=say
    )
    begun[0].join(_PATIENCE)
    assert not begun[0].is_alive()
    return refused


def findings() -> list:
    return list(check_tree(lambda *_: None))


def test_second_decision_on_the_same_units_sees_what_the_first_did(world):
    first = begin(world, row("NK", "TA", how="Sáp nhập"))
    second = begin(world, row("TA", "CK", how="Sáp nhập"))
    mark = mark_of(proposal_of(second, by=world.department_user))

    def confirm_second():
        confirm_reorganisation(
            Reorganisation.objects.get(pk=second.pk),
            mark=mark,
            today=TODAY,
            by=User.objects.get(pk=world.department_user.pk),
        )

    while_carried_out(world, first, confirm_second)

    heirs = Committee.objects.filter(pk__in=[world.ward.pk, world.past_ward.pk])
    assert findings() == []
    assert {unit.heir_id for unit in heirs} <= {
        world.past_ward.pk,
        world.sister_ward.pk,
    }
    assert not Committee.objects.filter(heir__valid_to__isnull=False).exists()


def test_receipt_in_the_midst_of_a_merger_is_refused_in_words(world):
    member = make_member(world.other_workplace)
    decision = begin(
        world,
        row("NK", "Phường Mới", how="Hợp nhất"),
        row("TA", "Phường Mới", how="Hợp nhất"),
    )

    def receive():
        receive_on_paper(
            Registration(
                member=Member.objects.get(pk=member.pk),
                ward=Committee.objects.get(pk=world.ward.pk),
                received_on=date(2025, 12, 1),
            ),
            by=User.objects.get(pk=world.ward_user.pk),
        )

    refused = while_carried_out(world, decision, receive)

    assert "vừa thay đổi" in str(refused)
    assert not Registration.objects.filter(member=member).exists()
    assert findings() == []


def test_move_into_a_cell_that_is_just_being_closed_is_refused(world):
    decision = begin(world, row("NK2", "NK1", how="Sáp nhập"))

    def move():
        stay = Registration.objects.get(pk=world.registration.pk)
        assign_cell(
            stay,
            cell=Committee.objects.get(pk=world.sister_cell.pk),
            on=date(2025, 12, 1),
            version=stay.version,
            by=User.objects.get(pk=world.ward_user.pk),
        )

    refused = while_carried_out(world, decision, move)

    assert "vừa thay đổi" in str(refused)
    assert findings() == []


def test_post_at_a_cell_that_is_just_being_closed_is_refused(world):
    decision = begin(world, row("NK2", "NK1", how="Sáp nhập"))
    account = make_user()

    def grant():
        grant_post(
            account,
            committee=Committee.objects.get(pk=world.sister_cell.pk),
            role="residence_cell",
            valid_from=TODAY,
            by=User.objects.get(pk=world.admin_user.pk),
        )

    refused = while_carried_out(world, decision, grant)

    closed = Committee.objects.filter(valid_to__isnull=False, kind=Kind.CELL)
    assert "vừa thay đổi" in str(refused)
    assert not RoleAssignment.objects.filter(
        committee__in=closed, valid_to=None
    ).exists()
