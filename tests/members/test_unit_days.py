"""The page of a unit as of any day, and of a unit that has ended."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from members.models import Kind, Reorganisation, Role, User
from members.queries.committees import children_on
from members.queries.day_tree import DayTree
from members.services.reorganisations.plan import ReformPlan
from tests.factories.members import (
    make_committee,
    make_user,
)
from tests.factories.ninh_kieu import (
    IN_2013,
    MERGED,
    make_ninh_kieu,
    make_old_district,
    merge_2020,
    run,
    ward_name,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world():
    return make_ninh_kieu()


def main_text(page) -> str:
    text = page.content.decode().split("<main")[1].split("</main>")[0]
    return " ".join(text.split())


def test_page_of_a_closed_unit_says_when_by_what_and_what_it_is_now(world, client):
    client.force_login(world.department_user)

    page = client.get(
        reverse("members:committee_detail", args=[world.wards["An Lạc"].pk])
    )

    text = main_text(page)
    now = reverse("members:committee_detail", args=[world.ninh_kieu.pk])
    of_2020 = Reorganisation.objects.get(effective_on=date(2020, 7, 1))
    decision = reverse("reports:reorganisation_detail", args=[of_2020.pk])
    assert "Đã kết thúc hoạt động từ ngày 01/07/2020 theo <a" in text
    assert f'{decision}" >Nghị quyết số 893/NQ-UBTVQH14</a>' in text
    assert f'href="{now}"' in text.split("Đơn vị kế tục:")[1].split("</p>")[0]


def test_page_of_a_divided_unit_names_all_its_successors(world, client):
    client.force_login(world.department_user)

    page = client.get(
        reverse("members:committee_detail", args=[world.wards["Hưng Lợi"].pk])
    )

    ending = page.context["story"].ending
    assert [(row.new_name, row.part) for row in ending.successors] == [
        (ward_name("Cái Khế"), "rest"),
        (ward_name("Ninh Kiều"), "part"),
    ]
    assert "Đơn vị được chia, tách về:" in main_text(page)


def test_page_of_a_unit_that_nobody_followed_says_so(world, client):
    client.force_login(world.department_user)

    page = client.get(reverse("members:committee_detail", args=[world.district.pk]))

    assert "Không có đơn vị kế tục." in main_text(page)


def test_page_of_a_closed_unit_shows_it_as_it_last_stood(world, client):
    client.force_login(world.department_user)

    page = client.get(
        reverse("members:committee_detail", args=[world.wards["An Lạc"].pk])
    )

    assert [label for label, _ in page.context["trail"]] == [
        "Tổ chức đảng",
        "Thành ủy Cần Thơ",
        "Quận ủy Ninh Kiều",
    ]
    story = page.context["story"]
    assert (story.day, story.received) == (MERGED - DAY, 1)
    assert [node.name for node in story.nodes] == ["Chi bộ An Lạc 1"]


def test_page_of_a_unit_on_a_day_has_the_name_kind_and_parent_of_then(world, client):
    run(
        world,
        ReformPlan(
            on=date(2025, 9, 1),
            changes={world.ninh_kieu.pk: {"name": ward_name("Ninh Kiều mới")}},
        ),
    )
    client.force_login(world.department_user)
    url = reverse("members:committee_detail", args=[world.ninh_kieu.pk])

    then = client.get(url, {"ngay": "31/08/2025"})
    now = client.get(url)

    assert then.context["name"] == ward_name("Ninh Kiều")
    assert now.context["name"] == ward_name("Ninh Kiều mới")
    assert "Nay là Đảng ủy phường Ninh Kiều mới." in main_text(then)


def test_page_of_a_unit_that_moved_shows_its_parent_of_then(world, client):
    client.force_login(world.department_user)
    url = reverse("members:committee_detail", args=[world.wards["Cái Khế"].pk])

    then = client.get(url, {"ngay": "31/12/2013"})
    now = client.get(url)

    assert then.context["above"] == "Quận ủy Ninh Kiều"
    assert now.context["above"] == "Thành ủy Cần Thơ"


def test_page_of_a_unit_on_a_day_before_it_names_its_forerunners(world, client):
    client.force_login(world.department_user)

    page = client.get(
        reverse("members:committee_detail", args=[world.ninh_kieu.pk]),
        {"ngay": "31/12/2013"},
    )

    names = [unit.name for unit in page.context["story"].forerunners]
    assert names == [
        ward_name(name)
        for name in (
            "An Cư",
            "An Hội",
            "An Lạc",
            "An Nghiệp",
            "An Phú",
            "Tân An",
            "Thới Bình",
            "Xuân Khánh",
        )
    ]
    text = main_text(page)
    assert "Ngày 31/12/2013 chưa có đơn vị này" in text
    assert "Thông tin đơn vị" not in text
    assert "Đơn vị trực thuộc" not in text
    assert page.context["story"].is_told is False


def test_forerunners_are_wards_first_and_the_rest_is_folded(world, client):
    cell = world.cells["Cái Khế"]
    changes = {cell.pk: {"parent": world.ninh_kieu.pk}}
    run(world, ReformPlan(on=date(2025, 9, 1), changes=changes))
    client.force_login(world.department_user)

    page = client.get(
        reverse("members:committee_detail", args=[world.ninh_kieu.pk]),
        {"ngay": "31/12/2013"},
    )

    names = [unit.name for unit in page.context["story"].forerunners]
    assert (names[0], names[-1]) == (ward_name("An Cư"), "Chi bộ Cái Khế 1")
    folded = main_text(page).split("<details>")[1]
    assert "và 1 chi bộ, đơn vị khác" in folded
    assert "Chi bộ Cái Khế 1" in folded


def test_page_of_a_unit_on_a_day_after_it_says_that_it_had_ended(world, client):
    client.force_login(world.department_user)

    page = client.get(
        reverse("members:committee_detail", args=[world.wards["An Lạc"].pk]),
        {"ngay": "01/07/2020"},
    )

    text = main_text(page)
    assert "Ngày 01/07/2020 đơn vị này đã kết thúc hoạt động." in text
    assert "ngày cuối cùng đơn vị hoạt động, 30/06/2020" in text
    assert [unit.name for unit in page.context["story"].forerunners] == []


def test_page_of_a_unit_when_the_day_is_none_says_so(world, client):
    client.force_login(world.department_user)

    page = client.get(
        reverse("members:committee_detail", args=[world.ninh_kieu.pk]),
        {"ngay": "30/02/2013"},
    )

    assert "Ngày “30/02/2013” không đúng" in main_text(page)


def test_page_of_a_closed_unit_shows_a_sister_no_count(world, client):
    client.force_login(make_user(Role.RESIDENCE_WARD, world.ward("Cái Khế")))

    page = client.get(
        reverse("members:committee_detail", args=[world.wards["An Lạc"].pk])
    )

    assert page.context["story"].received is None
    assert "đảng viên" not in main_text(page)


def test_account_whose_post_passed_to_the_heir_reads_the_figures_of_then():
    world = make_old_district()
    old = make_user(Role.RESIDENCE_WARD, world.wards["An Lạc"])
    merge_2020(world)
    user = User.objects.get(pk=old.pk)

    nodes = children_on(user, world.wards["An Lạc"].pk, DayTree(IN_2013))

    assert [node.received for node in nodes] == [1]


@pytest.mark.parametrize("units", [1, 5])
def test_page_of_a_closed_unit_when_it_had_more_asks_no_more(
    client, django_assert_num_queries, units
):
    world = make_old_district()
    for _ in range(units):
        make_committee(world.wards["An Lạc"], kind=Kind.CELL)
    merge_2020(world)
    client.force_login(world.department_user)

    with django_assert_num_queries(14):
        client.get(reverse("members:committee_detail", args=[world.wards["An Lạc"].pk]))
