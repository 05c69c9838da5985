"""Role × page × situation: what each answers, as docs/permissions.md says it."""

import pytest
from django.urls import reverse

from evaluations.models import Evaluation
from members.models import Role
from tests.factories.evaluations import (
    confirm_all,
    make_rating_year,
    propose_all,
    return_all,
)
from tests.factories.members import make_user
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db

USERS = [
    "cell_user",
    "sister_cell_user",
    "ward_user",
    "sister_user",
    "workplace_user",
    "other_workplace_user",
    "department_user",
    "inspector_user",
    "admin_user",
]


@pytest.fixture
def world():
    world = make_world()
    world.sister_cell_user = make_user(Role.RESIDENCE_CELL, world.sister_cell)
    year = make_rating_year(world.city, by=world.department_user)
    world.year = year
    world.evaluation = year.evaluations.get()
    world.evaluation.tier = year.rule_set.tiers.get(code="tot")
    world.evaluation.outcome = "rated"
    world.evaluation.save()
    return world


def bring_to(world, state):
    """Take the row as far as the named state."""
    sheet = world.evaluation.sheet
    if state != "draft":
        propose_all(sheet, by=world.cell_user)
    if state in {"confirmed", "returned"}:
        confirm_all(sheet, by=world.ward_user)
    if state == "returned":
        return_all(sheet, by=world.ward_user)
    world.evaluation.refresh_from_db()


def url_of(world, name, stage=None):
    if name in {"sheet_list", "year_list", "year_add"}:
        arguments = []
    elif name in {"sheet_detail", "sheet_step"}:
        arguments = [world.evaluation.sheet_id]
    elif name.startswith("year"):
        arguments = [world.year.pk]
    else:
        arguments = [world.evaluation.pk]
    return reverse(f"evaluations:{name}", args=arguments + ([stage] if stage else []))


# Columns in the order of USERS.
GET = [
    # page, stage, state of the row, answers
    ("sheet_list", None, "draft", (200, 200, 200, 200, 403, 403, 200, 200, 403)),
    ("sheet_detail", None, "draft", (200, 404, 200, 404, 404, 404, 200, 200, 404)),
    ("sheet_step", "de-xuat", "draft", (200, 404, 200, 404, 404, 404, 403, 403, 404)),
    (
        "sheet_step",
        "xac-nhan",
        "proposed",
        (403, 404, 200, 404, 404, 404, 403, 403, 404),
    ),
    (
        "sheet_step",
        "tra-lai",
        "proposed",
        (403, 404, 200, 404, 404, 404, 403, 403, 404),
    ),
    (
        "sheet_step",
        "tra-ve-noi-cong-tac",
        "confirmed",
        (403, 404, 200, 404, 404, 404, 403, 403, 404),
    ),
    ("sheet_step", "khoa", "returned", (403, 404, 403, 404, 404, 404, 200, 403, 404)),
    ("sheet_step", "khong-co", "draft", (404, 404, 404, 404, 404, 404, 404, 404, 404)),
    ("evaluation_detail", None, "draft", (200, 404, 200, 404, 404, 404, 404, 404, 404)),
    (
        "evaluation_detail",
        None,
        "proposed",
        (200, 404, 200, 404, 404, 404, 404, 404, 404),
    ),
    (
        "evaluation_detail",
        None,
        "confirmed",
        (200, 404, 200, 404, 404, 404, 404, 404, 404),
    ),
    (
        "evaluation_detail",
        None,
        "returned",
        (200, 404, 200, 404, 200, 404, 200, 200, 404),
    ),
    ("comment_print", None, "draft", (200, 404, 200, 404, 404, 404, 404, 404, 404)),
    ("comment_print", None, "returned", (200, 404, 200, 404, 200, 404, 200, 200, 404)),
    (
        "evaluation_correct",
        None,
        "returned",
        (403, 404, 200, 404, 403, 404, 403, 403, 404),
    ),
    ("year_list", None, "draft", (200, 200, 200, 200, 403, 403, 200, 200, 403)),
    ("year_add", None, "draft", (403, 403, 403, 403, 403, 403, 200, 403, 403)),
    ("year_detail", None, "draft", (200, 200, 200, 200, 403, 403, 200, 200, 403)),
    ("year_close", None, "draft", (403, 403, 403, 403, 403, 403, 200, 403, 403)),
    ("year_reopen", None, "draft", (403, 403, 403, 403, 403, 403, 200, 403, 403)),
]


@pytest.mark.parametrize(("name", "stage", "state", "answers"), GET)
def test_page_answers_each_role_as_the_table_says(
    world, client, name, stage, state, answers
):
    bring_to(world, state)

    given = []
    for user in USERS:
        client.force_login(getattr(world, user))
        given.append(client.get(url_of(world, name, stage)).status_code)

    assert dict(zip(USERS, given, strict=True)) == dict(
        zip(USERS, answers, strict=True)
    )


POST = [
    ("sheet_detail", (302, 404, 302, 404, 404, 404, 403, 403, 404)),
    ("year_refresh", (403, 403, 302, 302, 403, 403, 302, 403, 403)),
    ("year_close", (403, 403, 403, 403, 403, 403, 422, 403, 403)),
]


@pytest.mark.parametrize(("name", "answers"), POST)
def test_form_answers_each_role_as_the_table_says(world, client, name, answers):
    given = []
    for user in USERS:
        client.force_login(getattr(world, user))
        given.append(client.post(url_of(world, name), {"name": ""}).status_code)

    assert dict(zip(USERS, given, strict=True)) == dict(
        zip(USERS, answers, strict=True)
    )


@pytest.mark.parametrize("state", ["draft", "proposed", "confirmed"])
@pytest.mark.parametrize("user", ["department_user", "inspector_user"])
def test_those_above_count_drafts_and_do_not_read_them(world, client, user, state):
    bring_to(world, state)
    client.force_login(getattr(world, user))

    page = client.get(url_of(world, "sheet_detail"))

    assert world.member.full_name not in page.content.decode()
    assert page.context["progress"].total == 1


def test_visible_to_gives_drafts_to_the_residence_alone(world):
    readers = {
        user: Evaluation.objects.visible_to(getattr(world, user)).exists()
        for user in USERS
    }

    assert {user for user, reads in readers.items() if reads} == {
        "cell_user",
        "ward_user",
    }


def test_visible_to_gives_an_exemption_to_both_sides_and_above(world):
    Evaluation.objects.update(outcome="exempt", tier=None)

    readers = {
        user
        for user in USERS
        if Evaluation.objects.visible_to(getattr(world, user)).exists()
    }

    assert readers == {
        "cell_user",
        "ward_user",
        "workplace_user",
        "department_user",
        "inspector_user",
    }


def test_visible_to_gives_returned_results_to_the_next_workplace_too(world):
    bring_to(world, "returned")
    world.registration.workplace = world.other_workplace
    world.registration.save()

    for user in (world.workplace_user, world.other_workplace_user):
        assert Evaluation.objects.visible_to(user).exists()


def test_visible_to_gives_the_next_cell_what_was_returned_and_no_draft(world):
    world.registration.cell = world.sister_cell
    world.registration.save()
    assert not Evaluation.objects.visible_to(world.sister_cell_user).exists()

    bring_to(world, "returned")

    assert Evaluation.objects.visible_to(world.sister_cell_user).exists()


def test_detail_shows_the_workplace_no_stage_before_the_return(world, client):
    bring_to(world, "returned")
    url = url_of(world, "evaluation_detail")

    shown = {}
    for user in (world.ward_user, world.workplace_user, world.department_user):
        client.force_login(user)
        shown[user] = [step.to_state for step in client.get(url).context["steps"]]

    assert shown == {
        world.ward_user: ["returned", "confirmed", "proposed"],
        world.workplace_user: ["returned"],
        world.department_user: ["returned"],
    }


def test_list_of_sheets_shows_a_cell_its_own_alone(world, client):
    client.force_login(world.sister_cell_user)

    page = client.get(url_of(world, "sheet_list"))

    assert list(page.context["rows"]) == []
