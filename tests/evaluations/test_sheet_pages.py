import pytest
from django.urls import reverse

from evaluations.models import Comment, Sheet
from tests.factories.evaluations import make_rating_year
from tests.factories.members import make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
QUERIES_OF_THE_PAGE = 8


@pytest.fixture
def world():
    return make_world()


@pytest.mark.parametrize("code", ["76", "213"])
@pytest.mark.parametrize("people", [1, 3])
def test_sheet_detail_takes_the_same_queries_for_any_number_of_people(
    world, client, code, people, django_assert_num_queries
):
    for _ in range(people - 1):
        make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    year = make_rating_year(world.city, by=world.department_user, code=code)
    for row in year.evaluations.all():
        Comment.objects.create(evaluation=row, text="Tích cực")
    client.force_login(world.cell_user)
    url = reverse("evaluations:sheet_detail", args=[Sheet.objects.get().pk])

    # Session, account, posts and the record of the read are four of them.
    with django_assert_num_queries(4 + QUERIES_OF_THE_PAGE):
        response = client.get(url)

    assert response.status_code == 200
