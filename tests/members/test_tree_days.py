"""The tree as of any day."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from members.models import Kind, Role
from members.queries.committees import children_on, tree_on
from members.queries.day_tree import DayTree, counts_on, days_before_reforms
from members.services.reorganisations.plan import ReformPlan
from tests.factories.members import (
    make_committee,
    make_member,
    make_registration,
    make_user,
)
from tests.factories.ninh_kieu import (
    ABSORBED,
    IN_2013,
    MERGED,
    OLD_WARDS,
    REFORMED,
    absorb_2024,
    make_ninh_kieu,
    make_old_district,
    merge_2020,
    reform_2025,
    run,
    ward_name,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world():
    return make_ninh_kieu()


@pytest.fixture
def ninh_kieu_user(world):
    return make_user(Role.RESIDENCE_WARD, world.ninh_kieu)


def flat(nodes) -> dict[str, int | None]:
    """{name: count} of every node that is shown."""
    found = {}
    for node in nodes:
        found[node.name] = node.received
        found |= flat(node.children)
    return found


def wards_on(user, world, day) -> dict[str, int | None]:
    tree = DayTree(day)
    top = world.district if world.district.pk in tree.units else world.city
    nodes = children_on(user, top.pk, tree)
    return {node.name: node.received for node in nodes if node.pk != world.workplace.pk}


def main_text(page) -> str:
    text = page.content.decode().split("<main")[1].split("</main>")[0]
    return " ".join(text.split())


def test_tree_of_2013_has_the_units_names_and_people_of_2013(world):
    found = wards_on(world.department_user, world, IN_2013)

    assert found == {ward_name(name): 1 for name in OLD_WARDS}


@pytest.mark.parametrize("day", [MERGED, ABSORBED, REFORMED])
def test_tree_changes_on_the_day_of_effect_and_not_before(world, day):
    before = wards_on(world.department_user, world, day - DAY)
    on_the_day = wards_on(world.department_user, world, day)

    assert before != on_the_day
    assert sum(before.values()) == sum(on_the_day.values()) == 10


def test_tree_after_the_merge_counts_the_merged_together(world):
    found = wards_on(world.department_user, world, MERGED)

    assert found[ward_name("Tân An")] == 3
    assert ward_name("An Hội") not in found


def test_tree_after_the_division_counts_by_the_units_of_that_day(world):
    found = wards_on(world.department_user, world, REFORMED)

    assert found == {ward_name("Ninh Kiều"): 8, ward_name("Cái Khế"): 2}


@pytest.mark.parametrize(
    "day", [IN_2013, MERGED - DAY, MERGED, ABSORBED, REFORMED - DAY, REFORMED]
)
def test_parent_counts_its_children_and_its_own_on_every_day(day):
    world = make_old_district()
    make_registration(
        make_member(world.workplace), world.wards["Xuân Khánh"], received_on=IN_2013
    )
    merge_2020(world)
    absorb_2024(world)
    reform_2025(world)
    tree = DayTree(day)

    counts = counts_on(tree)

    home = world.wards["Xuân Khánh"] if day < REFORMED else world.ninh_kieu
    sums = {
        key: sum(counts[unit.pk] for unit in below) + (1 if key == home.pk else 0)
        for key, below in tree.children.items()
        if key is not None
    }
    assert sums == {key: counts[key] for key in sums}
    assert counts[world.city.pk] == 11


def test_person_of_a_cell_kept_here_only_later_counts_for_the_ward(world):
    late = make_committee(
        world.wards["Cái Khế"], kind=Kind.CELL, valid_from=date(2020, 1, 1)
    )
    make_registration(
        make_member(world.workplace),
        world.wards["Cái Khế"],
        cell=late,
        received_on=date(2012, 5, 1),
    )

    found = wards_on(world.department_user, world, IN_2013)

    assert found[ward_name("Cái Khế")] == 2


def test_person_who_came_later_or_had_left_is_not_counted(world):
    ward = world.wards["Cái Khế"]
    make_registration(make_member(world.workplace), ward, received_on=date(2014, 1, 1))
    make_registration(
        make_member(world.workplace),
        ward,
        received_on=date(2011, 1, 1),
        ended_on=IN_2013,
    )

    found = wards_on(world.department_user, world, IN_2013)

    assert found[ward_name("Cái Khế")] == 1


def test_successor_reads_the_figures_of_those_it_followed_alone(world, ninh_kieu_user):
    found = wards_on(ninh_kieu_user, world, IN_2013)

    hidden = {"Hưng Lợi", "Cái Khế"}
    assert found == {
        ward_name(name): None if name in hidden else 1 for name in OLD_WARDS
    }


def test_workplace_account_sees_names_and_no_count(world):
    user = make_user(Role.WORKPLACE, world.workplace)

    found = wards_on(user, world, IN_2013)

    assert found == dict.fromkeys(map(ward_name, OLD_WARDS))


def test_tree_of_a_day_before_ones_unit_is_open_down_to_its_forerunners(
    world, ninh_kieu_user
):
    found = flat(tree_on(ninh_kieu_user, world.ninh_kieu, DayTree(IN_2013)))

    assert "Chi bộ An Lạc 1" in found
    assert "Chi bộ Cái Khế 1" not in found


def test_tree_of_today_hides_closed_units(world, client):
    client.force_login(world.department_user)

    page = client.get(reverse("members:committee_tree"), {"mo": world.ninh_kieu.pk})

    text = main_text(page)
    assert "Quận ủy Ninh Kiều" not in text
    assert "Đảng ủy phường An Lạc" not in text
    assert "Chi bộ An Lạc 1" in text


def test_tree_page_of_a_day_says_the_day_and_its_links_keep_it(world, client):
    client.force_login(world.department_user)

    page = client.get(reverse("members:committee_tree"), {"ngay": "31/12/2013"})

    text = main_text(page)
    assert "Cơ cấu tổ chức ngày 31/12/2013" in text
    for name in ("committee_detail", "committee_children", "unit_roll"):
        url = reverse(f"members:{name}", args=[world.district.pk])
        assert f"{url}?ngay=31/12/2013" in text


def test_tree_page_offers_the_day_before_each_reform(world, client):
    client.force_login(world.department_user)

    page = client.get(reverse("members:committee_tree"))

    assert days_before_reforms() == [
        (REFORMED - DAY, REFORMED),
        (ABSORBED - DAY, ABSORBED),
        (MERGED - DAY, MERGED),
    ]
    assert 'href="?ngay=30/06/2025"' in main_text(page)


def test_days_when_there_were_many_reforms_are_those_of_the_most_units(world):
    workplace = make_committee(world.city, kind=Kind.GRASSROOTS, name="Sở A")
    for month in range(1, 8):
        changes = {workplace.pk: {"name": f"Sở {month}"}}
        run(world, ReformPlan(on=date(2023, month, 1), changes=changes))

    days = [on for _, on in days_before_reforms(3)]

    assert days == [REFORMED, ABSORBED, MERGED]


@pytest.mark.parametrize("typed", ["31/13/2013", "hôm qua", "0", "2013"])
def test_tree_page_when_the_day_is_none_says_so_and_shows_today(world, client, typed):
    client.force_login(world.department_user)

    page = client.get(reverse("members:committee_tree"), {"ngay": typed})

    text = main_text(page)
    assert page.status_code == 200
    assert f"Ngày “{typed}” không đúng" in text
    assert "Cây tổ chức hiện nay" in text


def test_tree_page_of_a_day_to_come_says_what_is_not_carried_out_yet(world, client):
    client.force_login(world.department_user)

    page = client.get(reverse("members:committee_tree"), {"ngay": "01/01/2099"})

    assert "Ngày này chưa đến" in main_text(page)


def test_tree_page_of_a_day_before_everything_is_empty(world, client):
    client.force_login(world.department_user)

    page = client.get(reverse("members:committee_tree"), {"ngay": "01/01/1990"})

    assert "Chưa ghi đơn vị nào vào ngày này" in main_text(page)


def test_children_when_asked_for_a_day_are_those_of_then(world, client):
    client.force_login(world.department_user)
    url = reverse("members:committee_children", args=[world.district.pk])

    then = client.get(url, {"ngay": "31/12/2013"}).content.decode()
    now = client.get(url).content.decode()

    assert "Đảng ủy phường An Lạc" in then
    assert now.strip() == ""


@pytest.mark.parametrize("units", [1, 5])
def test_tree_of_a_day_when_it_grows_asks_no_more(
    client, django_assert_num_queries, units
):
    world = make_old_district()
    for number in range(units):
        cell = make_committee(world.wards["An Lạc"], kind=Kind.CELL)
        make_registration(make_member(world.workplace), cell.parent, cell=cell)
        make_committee(world.district, name=f"Phường {number}")
    merge_2020(world)
    client.force_login(world.department_user)

    with django_assert_num_queries(7):
        client.get(
            reverse("members:committee_tree"),
            {"ngay": "31/12/2013", "mo": world.district.pk},
        )


def test_units_not_placed_are_listed_below_the_tree_of_today_alone(client):
    world = make_old_district()
    make_committee(kind=Kind.GRASSROOTS, name="Đơn vị lạ", is_unplaced=True)
    client.force_login(world.department_user)
    url = reverse("members:committee_tree")

    today = main_text(client.get(url))
    then = main_text(client.get(url, {"ngay": "31/12/2013"}))

    assert today.index("Cây tổ chức hiện nay") < today.index("Đơn vị chưa xếp")
    assert "Đơn vị lạ" not in then


def test_tree_of_a_day_says_of_what_a_unit_is_the_forerunner(
    world, ninh_kieu_user, client
):
    client.force_login(ninh_kieu_user)

    page = client.get(reverse("members:committee_tree"), {"ngay": "31/12/2013"})

    text = main_text(page)
    assert "tiền thân của Đảng ủy phường Ninh Kiều" in text
    assert "đơn vị tiền thân" not in text
