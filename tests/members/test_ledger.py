"""What was written can be told from what has changed since."""

import pytest

from members.models import Member, ReorganisationJournal
from members.services.ledger import Journal, Ledger
from members.services.ledger import _digests as digests
from tests.factories.members import make_committee, make_member
from tests.factories.world import make_world
from tests.members.reforms import begin, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    """A journal of one member that went to another workplace."""
    world = make_world()
    member, elsewhere = make_member(world.workplace), make_committee(world.city)
    ledger = Ledger()
    (held,) = ledger.hold(Member.objects.filter(pk=member.pk))
    held.workplace = elsewhere
    ledger.write(Member)
    ledger.keep(begin(world, row("TA", "CK", how="Sáp nhập")).journal)
    return member


def rows():
    return ReorganisationJournal.objects.all()


def test_row_as_it_was_left_has_not_changed(kept):
    assert Journal(rows()).changed_since() == {}


def test_row_that_was_edited_since_is_named(kept):
    Member.objects.filter(pk=kept.pk).update(phone="0900000000")

    assert Journal(rows()).changed_since() == {Member: [kept.pk]}


def test_column_that_came_later_is_no_change_of_a_row(kept):
    names = [one.attname for one in Member._meta.concrete_fields]
    journal = Journal(rows())
    # As if the table had got its last column only now.
    journal.entries[Member].columns = names[:-1]
    journal.entries[Member].digests = digests(Member, [kept.pk], names[:-1])
    Member.objects.filter(pk=kept.pk).update(**{names[-1]: Member.Status.LEFT})

    assert journal.changed_since() == {}


def test_putting_back_restores_the_row_with_its_version(kept):
    Journal(rows()).put_back()

    kept_now = Member.objects.get(pk=kept.pk)
    assert (kept_now.workplace_id, kept_now.version) == (
        kept.workplace_id,
        kept.version,
    )
