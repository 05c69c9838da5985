"""The tree: open by name to all, with figures for those above."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from members.models import Committee, CommitteePeriod, Kind, Sector
from members.queries.committees import children_of, received_by_path, tree_to
from members.queries.unit_names import FoundUnit
from members.services.committees import place_committee, propose_code
from party76.audit.models import Action, AuditEvent
from tests.factories.members import (
    make_committee,
    make_exemption,
    make_member,
    make_registration,
)
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def world():
    return make_world()


def test_tree_when_shown_to_ward_is_open_down_to_it(world, client):
    client.force_login(world.ward_user)

    page = client.get(reverse("members:committee_tree"))

    assert page.status_code == 200
    assert "Chi bộ Khu vực 1" in page.content.decode()
    assert "Sở Y tế" in page.content.decode()


def test_tree_when_a_unit_is_chosen_is_open_down_to_it(world, client):
    client.force_login(world.workplace_user)

    page = client.get(reverse("members:committee_tree"), {"mo": world.ward.pk})

    assert "Chi bộ Khu vực 2" in page.content.decode()


def test_counts_when_shown_to_ward_are_of_its_own_units_only(world):
    make_registration(make_member(world.workplace), world.sister_ward)

    nodes = tree_to(world.ward_user, world.cell, day=TODAY)

    city = next(node for node in nodes if node.pk == world.city.pk)
    counts = {node.pk: node.received for node in city.children}
    assert counts[world.ward.pk] == 1
    assert counts[world.sister_ward.pk] is None
    assert counts[world.workplace.pk] is None
    assert city.received is None


def test_counts_when_a_stay_has_ended_leave_it_out(world):
    make_registration(
        make_member(world.workplace), world.ward, ended_on=date(2013, 1, 1)
    )

    counts = received_by_path(world.department_user)

    assert counts == {world.cell.path: 1}


@pytest.mark.parametrize("units", [1, 3])
def test_tree_when_it_grows_asks_no_more(
    world, client, units, django_assert_num_queries
):
    for _ in range(units):
        make_committee(world.ward, kind=Kind.CELL)
    client.force_login(world.department_user)

    with django_assert_num_queries(8):
        client.get(reverse("members:committee_tree"), {"mo": world.ward.pk})


@pytest.mark.parametrize("units", [1, 3])
def test_unit_page_when_it_has_more_below_asks_no_more(
    world, client, units, django_assert_num_queries
):
    for _ in range(units):
        make_committee(world.ward, kind=Kind.CELL)
    client.force_login(world.department_user)

    with django_assert_num_queries(14):
        client.get(reverse("members:committee_detail", args=[world.ward.pk]))


def test_unit_page_when_shown_to_another_unit_tells_name_and_no_count(world, client):
    client.force_login(world.sister_user)

    page = client.get(reverse("members:committee_detail", args=[world.ward.pk]))

    text = page.content.decode()
    assert page.status_code == 200
    assert "Đảng ủy phường Ninh Kiều" in text
    assert "đảng viên" not in text.split("<main")[1].split("</main>")[0].replace(
        "Tiếp nhận đảng viên", ""
    )
    assert "Quá trình của đơn vị" not in text


def test_unit_page_when_it_is_the_topmost_has_no_unit_above(world, client):
    client.force_login(world.department_user)

    page = client.get(reverse("members:committee_detail", args=[world.city.pk]))

    assert "không trực thuộc đơn vị nào" in page.content.decode()


def test_unit_page_when_shown_to_its_ward_counts_received_and_exempt(world, client):
    exempt = make_registration(make_member(world.workplace), world.ward)
    make_exemption(exempt)
    client.force_login(world.ward_user)

    page = client.get(reverse("members:committee_detail", args=[world.ward.pk]))

    figures = page.context["figures"]
    assert (figures.received, figures.exempt, figures.without_cell) == (2, 1, 1)
    assert (figures.working, figures.introduced) == (None, None)


def test_unit_page_when_shown_to_workplace_counts_its_own_people(world, client):
    make_member(world.workplace)
    client.force_login(world.workplace_user)

    page = client.get(reverse("members:committee_detail", args=[world.workplace.pk]))

    figures = page.context["figures"]
    assert (figures.working, figures.introduced) == (2, 1)
    assert figures.received is None


def test_unit_page_when_user_administers_it_names_its_accounts(world, client):
    client.force_login(world.admin_user)

    page = client.get(reverse("members:committee_detail", args=[world.ward.pk]))

    posts = [(role, post.user) for role, post in page.context["holders"]]
    assert posts == [("Đảng ủy nơi cư trú", world.ward_user)]


def test_children_when_asked_for_come_in_order_of_their_numbers(world, client):
    make_committee(world.ward, kind=Kind.CELL, name="Chi bộ Khu vực 10")
    client.force_login(world.ward_user)

    client.get(reverse("members:committee_children", args=[world.ward.pk]))
    nodes = children_of(world.ward_user, world.ward, day=TODAY)

    assert [node.name for node in nodes] == [
        "Chi bộ Khu vực 1",
        "Chi bộ Khu vực 2",
        "Chi bộ Khu vực 10",
    ]


def test_search_when_typed_without_a_script_lists_the_units(world, client):
    client.force_login(world.workplace_user)

    page = client.get(reverse("members:committee_tree"), {"don_vi_typed": "ninh kieu"})

    assert page.context["found"] == [FoundUnit(world.ward)]


def test_type_ahead_when_typed_without_marks_finds_units_and_no_counts(world, client):
    client.force_login(world.cell_user)

    answer = client.get(reverse("members:unit_options"), {"q": "so y te"})

    assert answer.json() == {
        "units": [
            {
                "id": world.workplace.pk,
                "name": "Sở Y tế",
                "detail": "Đảng ủy cơ sở, thuộc Thành ủy Cần Thơ – mã SYT",
                "former": "",
            }
        ]
    }


def test_type_ahead_when_one_letter_is_typed_finds_nothing(world, client):
    client.force_login(world.cell_user)

    answer = client.get(reverse("members:unit_options"), {"q": "s"})

    assert answer.json() == {"units": []}


def test_type_ahead_when_wards_are_wanted_leaves_workplaces_out(world, client):
    client.force_login(world.workplace_user)

    answer = client.get(reverse("members:unit_options"), {"q": "uy", "wards": "1"})

    assert {unit["id"] for unit in answer.json()["units"]} == {
        world.ward.pk,
        world.sister_ward.pk,
        world.past_ward.pk,
    }


def test_cell_when_added_by_ward_is_a_cell_with_a_period(world, client):
    client.force_login(world.ward_user)

    answer = client.post(
        reverse("members:committee_add", args=[world.ward.pk]),
        {
            "code": "NK3",
            "name": "Chi bộ Khu vực 3",
            "receives_members": "on",
            "valid_from": "01/01/2026",
        },
    )

    cell = Committee.objects.get(code="NK3")
    assert answer.status_code == 302
    assert (cell.kind, cell.parent, cell.receives_members) == (
        Kind.CELL,
        world.ward,
        True,
    )
    assert cell.periods.get().valid_from == date(2026, 1, 1)
    assert AuditEvent.objects.filter(
        action=Action.CREATE, object_type="committee", object_key=cell.pk
    ).exists()


def test_unit_when_its_code_was_used_is_refused_with_a_sentence(world, client):
    client.force_login(world.department_user)

    page = client.post(
        reverse("members:committee_add", args=[world.city.pk]),
        {
            "code": "NK",
            "name": "Phường mới",
            "kind": Kind.WARD,
            "sector": Sector.COMMUNE,
            "valid_from": "01/01/2026",
        },
    )

    assert page.status_code == 422
    assert "không dùng lại" in page.content.decode()


@pytest.mark.parametrize(
    ("who", "where", "status"),
    [
        ("department_user", "city", 200),
        ("ward_user", "ward", 200),
        ("ward_user", "sister_ward", 404),
        ("workplace_user", "workplace", 403),
        ("cell_user", "cell", 403),
        ("admin_user", "city", 403),
    ],
)
def test_add_page_when_asked_for_answers_by_right(world, client, who, where, status):
    client.force_login(getattr(world, who))

    page = client.get(reverse("members:committee_add", args=[getattr(world, where).pk]))

    assert page.status_code == status


@pytest.mark.parametrize(
    ("who", "where", "status"),
    [
        ("department_user", "ward", 200),
        ("ward_user", "cell", 200),
        ("ward_user", "ward", 403),
        ("sister_user", "cell", 404),
        ("cell_user", "cell", 403),
    ],
)
def test_edit_page_when_asked_for_answers_by_right(world, client, who, where, status):
    client.force_login(getattr(world, who))

    page = client.get(
        reverse("members:committee_edit", args=[getattr(world, where).pk])
    )

    assert page.status_code == status


def test_cell_when_edited_on_an_old_edition_shows_both_values(world, client):
    Committee.objects.filter(pk=world.cell.pk).update(name="Chi bộ A", version=2)
    client.force_login(world.ward_user)

    page = client.post(
        reverse("members:committee_edit", args=[world.cell.pk]),
        {
            "submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11",
            "version": "1",
            "name": "Chi bộ B",
        },
    )

    assert page.status_code == 409
    assert "Chi bộ A" in page.content.decode()
    assert "Chi bộ B" in page.content.decode()
    assert Committee.objects.get(pk=world.cell.pk).name == "Chi bộ A"


def test_cell_when_edited_changes_its_open_period_too(world, client):
    client.force_login(world.ward_user)

    client.post(
        reverse("members:committee_edit", args=[world.cell.pk]),
        {"version": "1", "name": "Chi bộ  Khu vực Một", "receives_members": "on"},
    )

    assert Committee.objects.get(pk=world.cell.pk).name == "Chi bộ Khu vực Một"
    assert CommitteePeriod.objects.get(committee=world.cell).name == (
        "Chi bộ Khu vực Một"
    )


def test_unplaced_unit_when_placed_moves_with_all_below_it(world):
    unplaced = make_committee(name="Công ty A", is_unplaced=True)
    below = make_committee(unplaced, kind=Kind.CELL)

    place_committee(unplaced, parent=world.city, version=1, by=world.department_user)

    below.refresh_from_db()
    assert unplaced.path.startswith(world.city.path)
    assert below.path.startswith(unplaced.path)
    assert unplaced.periods.get().parent == world.city
    assert not Committee.objects.get(pk=unplaced.pk).is_unplaced


def test_unplaced_unit_when_placed_below_itself_is_refused(world):
    unplaced = make_committee(name="Công ty A", is_unplaced=True)
    below = make_committee(unplaced, kind=Kind.CELL)

    with pytest.raises(ValidationError, match="chính nó"):
        place_committee(unplaced, parent=below, version=1, by=world.department_user)


def test_placed_unit_when_placed_again_is_refused(world):
    with pytest.raises(ValidationError, match="đã có chỗ"):
        place_committee(
            world.workplace, parent=world.city, version=1, by=world.department_user
        )


def test_unplaced_unit_when_placed_on_the_page_leaves_the_list(world, client):
    unplaced = make_committee(name="Công ty A", is_unplaced=True)
    client.force_login(world.department_user)
    before = client.get(reverse("members:committee_tree")).context["unplaced"]

    client.post(
        reverse("members:committee_place", args=[unplaced.pk]),
        {
            "version": "1",
            "parent_typed": "Thành ủy Cần Thơ",
            "kind": Kind.GRASSROOTS,
            "sector": Sector.ENTERPRISE,
        },
    )

    after = client.get(reverse("members:committee_tree")).context["unplaced"]
    assert (before, after) == ([unplaced], [])
    assert Committee.objects.get(pk=unplaced.pk).sector == Sector.ENTERPRISE


def test_unplaced_unit_when_placed_outside_ones_scope_is_refused(world, client):
    unplaced = make_committee(name="Công ty A", is_unplaced=True)
    client.force_login(world.department_user)

    page = client.post(
        reverse("members:committee_place", args=[unplaced.pk]),
        {
            "version": "1",
            "parent_typed": "Đảng bộ Quân khu 9",
            "kind": Kind.GRASSROOTS,
            "sector": Sector.ENTERPRISE,
        },
    )

    assert page.status_code == 422
    assert "không thuộc phạm vi" in page.content.decode()


def test_place_page_when_asked_for_by_a_ward_is_refused(world, client):
    unplaced = make_committee(is_unplaced=True)
    client.force_login(world.ward_user)

    page = client.get(reverse("members:committee_place", args=[unplaced.pk]))

    assert page.status_code == 403


def test_code_when_proposed_has_never_been_used(world):
    make_committee(world.ward, code="NK.01")
    make_committee(world.ward, code="NK.03")

    assert propose_code(world.ward) == "NK.04"
