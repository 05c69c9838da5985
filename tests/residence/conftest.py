import pytest

from members.models import Role
from tests.factories.members import make_member, make_registration, make_user
from tests.factories.residence import make_meeting
from tests.factories.world import make_world


@pytest.fixture
def world(db):
    return make_world()


@pytest.fixture
def sister_cell_user(world):
    """Runs the other cell of the same ward."""
    return make_user(Role.RESIDENCE_CELL, world.sister_cell, username="chibo2")


@pytest.fixture
def neighbour(world):
    """A second member, in the other cell of the ward."""
    member = make_member(world.other_workplace, full_name="Trần Văn An")
    return make_registration(member, world.ward, cell=world.sister_cell)


@pytest.fixture
def meeting(world):
    """A planned meeting of the cell."""
    return make_meeting(world.cell)


@pytest.fixture
def ward_meeting(world):
    return make_meeting(world.ward, title="Sinh hoạt toàn phường")
