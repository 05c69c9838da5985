"""Who was received at a unit on a day: as many as the tree counts."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from members.models import Committee, Member, Registration, Role
from members.queries.day_tree import DayTree, counts_on
from members.queries.roll import roll_page, whole_roll
from members.services.reorganisations.plan import ReformPlan
from party76.audit.models import Action, AuditEvent
from party76.shared.paging import SIZE, Cursor
from tests.factories.members import make_member, make_registration, make_user
from tests.factories.ninh_kieu import (
    ABSORBED,
    IN_2013,
    MERGED,
    REFORMED,
    make_ninh_kieu,
    run,
    ward_name,
)

pytestmark = pytest.mark.django_db
ASKED = {"ngay": "31/12/2013"}


@pytest.fixture
def world():
    return make_ninh_kieu()


@pytest.fixture
def ninh_kieu_user(world):
    return make_user(Role.RESIDENCE_WARD, world.ninh_kieu)


def names(roll) -> list[str]:
    return [entry.name.removeprefix("Nguyễn Thị ") for entry in roll.page.rows]


@pytest.mark.parametrize("day", [IN_2013, MERGED, ABSORBED, REFORMED])
def test_list_is_as_long_as_the_count_in_every_unit(world, day):
    tree = DayTree(day)
    counts = counts_on(tree)

    lengths = {
        key: roll_page(unit, tree, Cursor(), by=world.department_user).number
        for key in tree.units
        if (unit := Committee.objects.get(pk=key))
    }

    assert lengths == {key: counts[key] for key in tree.units}


def test_list_of_a_past_day_is_by_the_tree_of_that_day(world):
    roll = roll_page(
        world.district, DayTree(IN_2013), Cursor(), by=world.department_user
    )
    merged = roll_page(
        world.tan_an_2020, DayTree(MERGED), Cursor(), by=world.department_user
    )

    assert (roll.number, roll.named, roll.withheld) == (10, 10, 0)
    assert sorted(names(merged)) == ["An Hội", "An Lạc", "Tân An"]


def test_list_names_units_as_they_were_called(world):
    run(
        world,
        ReformPlan(
            on=date(2025, 9, 1),
            changes={
                world.ninh_kieu.pk: {"name": "Đảng ủy phường Khác"},
                world.cells["An Lạc"].pk: {"name": "Chi bộ Khác"},
            },
        ),
    )

    roll = roll_page(
        world.wards["An Lạc"], DayTree(IN_2013), Cursor(), by=world.department_user
    )

    assert [entry.residence for entry in roll.page.rows] == [
        f"Chi bộ An Lạc 1, {ward_name('An Lạc')}"
    ]


def test_successor_names_those_of_then_wherever_their_cell_stands_today(
    world, ninh_kieu_user
):
    moved = world.cells["Xuân Khánh"]
    run(
        world,
        ReformPlan(
            on=date(2025, 9, 1),
            changes={moved.pk: {"parent": world.wards["Cái Khế"].pk}},
        ),
    )

    roll = roll_page(
        world.wards["Xuân Khánh"], DayTree(IN_2013), Cursor(), by=ninh_kieu_user
    )

    assert (roll.number, roll.named) == (1, 1)


def test_reader_of_a_cell_alone_is_told_how_many_are_withheld(world):
    user = make_user(Role.RESIDENCE_CELL, world.cells["An Lạc"])

    roll = roll_page(world.district, DayTree(IN_2013), Cursor(), by=user)

    assert (roll.number, names(roll), roll.withheld) == (10, ["An Lạc"], 9)


def test_former_residence_reads_the_identity_as_it_was(world, ninh_kieu_user):
    ward = world.wards["An Lạc"]
    member = make_member(world.workplace, full_name="Trần Thị Tên Mới")
    stay = make_registration(
        member, ward, received_on=date(2010, 1, 1), ended_on=date(2014, 1, 1)
    )
    kept = {"full_name": "Trần Thị Tên Cũ", "birth_date": None}
    Registration.objects.filter(pk=stay.pk).update(identity_at_end=kept)
    tree = DayTree(IN_2013)

    below = roll_page(ward, tree, Cursor(), by=ninh_kieu_user)
    above = roll_page(ward, tree, Cursor(), by=world.department_user)

    assert "Trần Thị Tên Cũ" in [entry.name for entry in below.page.rows]
    assert "Trần Thị Tên Mới" in [entry.name for entry in above.page.rows]


def test_everybody_named_has_a_file_that_the_reader_may_open(world, ninh_kieu_user):
    roll = roll_page(
        world.wards["An Lạc"], DayTree(IN_2013), Cursor(), by=ninh_kieu_user
    )

    seen = Member.objects.visible_to(ninh_kieu_user).values_list("pk", flat=True)
    assert {entry.member_id for entry in roll.page.rows} <= set(seen)


def test_pages_together_are_the_whole_list_in_order(world):
    for number in range(SIZE + 5):
        make_registration(
            make_member(world.workplace, full_name=f"Lê Văn Ba {number % 7}"),
            world.wards["An Lạc"],
        )
    tree, by = DayTree(IN_2013), world.department_user

    first = roll_page(world.wards["An Lạc"], tree, Cursor(), by=by)
    second = roll_page(
        world.wards["An Lạc"], tree, Cursor(after=first.page.next), by=by
    )
    back = roll_page(
        world.wards["An Lạc"], tree, Cursor(before=second.page.previous), by=by
    )
    _, everybody = whole_roll(world.wards["An Lạc"], tree, by=by)

    assert first.page.rows + second.page.rows == list(everybody)
    assert back.page.rows == first.page.rows
    assert (first.page.previous, second.page.next, back.page.previous) == (
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("who", "where", "status"),
    [
        ("department", "An Lạc", 200),
        ("ninh_kieu", "An Lạc", 200),
        ("cai_khe", "An Lạc", 404),
        ("cai_khe", "Hưng Lợi", 200),
        ("ninh_kieu", "Hưng Lợi", 404),
        ("administrator", "An Lạc", 403),
    ],
)
@pytest.mark.parametrize("page", ["unit_roll", "unit_roll_export"])
def test_list_when_asked_for_answers_by_right(world, client, page, who, where, status):
    people = {
        "department": lambda: world.department_user,
        "ninh_kieu": lambda: make_user(Role.RESIDENCE_WARD, world.ninh_kieu),
        "cai_khe": lambda: make_user(Role.RESIDENCE_WARD, world.ward("Cái Khế")),
        "administrator": lambda: make_user(Role.ADMINISTRATOR, world.city),
    }
    client.force_login(people[who]())

    answer = client.get(reverse(f"members:{page}", args=[world.wards[where].pk]), ASKED)

    assert answer.status_code == status


def test_list_page_says_unit_and_day_and_links_to_the_files(world, client):
    client.force_login(world.department_user)

    page = client.get(
        reverse("members:unit_roll", args=[world.wards["An Lạc"].pk]), ASKED
    )

    text = page.content.decode()
    stay = world.stays["An Lạc"]
    assert "Đảng viên được tiếp nhận tại ngày 31/12/2013" in text
    assert reverse("reports:member_file", args=[stay.member_id]) in text


def test_list_page_of_a_unit_not_yet_there_leads_to_its_forerunners(world, client):
    client.force_login(world.department_user)

    page = client.get(reverse("members:unit_roll", args=[world.ninh_kieu.pk]), ASKED)

    url = reverse("members:unit_roll", args=[world.wards["An Lạc"].pk])
    assert f"{url}?ngay=31/12/2013" in page.content.decode()
    assert page.context["roll"].number == 0


def test_list_page_without_a_day_is_of_today(world, client):
    client.force_login(world.department_user)

    page = client.get(reverse("members:unit_roll", args=[world.ninh_kieu.pk]))

    assert page.context["roll"].number == 8


def test_list_page_when_the_day_is_none_says_so(world, client):
    client.force_login(world.department_user)

    page = client.get(
        reverse("members:unit_roll", args=[world.ninh_kieu.pk]), {"ngay": "31/02/2013"}
    )

    assert "Ngày “31/02/2013” không đúng" in page.content.decode()


@pytest.mark.parametrize("people", [1, 9])
def test_list_page_when_it_grows_asks_no_more(
    world, client, people, django_assert_num_queries
):
    for _ in range(people):
        make_registration(make_member(world.workplace), world.wards["An Lạc"])
    client.force_login(world.department_user)

    with django_assert_num_queries(10):
        client.get(reverse("members:unit_roll", args=[world.wards["An Lạc"].pk]), ASKED)


def test_list_when_read_or_exported_is_recorded_without_names(world, client):
    client.force_login(world.department_user)
    ward = world.wards["An Lạc"]

    client.get(reverse("members:unit_roll", args=[ward.pk]), ASKED)
    client.get(reverse("members:unit_roll_export", args=[ward.pk]), ASKED)

    events = AuditEvent.objects.filter(object_type="member").order_by("pk")
    assert [
        (event.action, event.committee_code, event.count, event.facts)
        for event in events
    ] == [
        (action, ward.code, 1, {"received_on_day": "2013-12-31"})
        for action in (Action.LIST, Action.EXPORT)
    ]


def test_export_has_the_same_people_and_says_how_many_are_withheld(world, client):
    user = make_user(Role.DEPARTMENT, world.ninh_kieu)
    client.force_login(user)

    answer = client.get(
        reverse("members:unit_roll_export", args=[world.wards["An Lạc"].pk]), ASKED
    )

    sheet = load_workbook(BytesIO(answer.content)).active
    cells = [
        value for row in sheet.iter_rows(values_only=True) for value in row if value
    ]
    assert ward_name("An Lạc") in cells
    assert "Tại ngày 31/12/2013, theo cơ cấu tổ chức của ngày đó" in cells
    assert "Nguyễn Thị An Lạc" in cells
    assert "Danh sách có 1 đồng chí." in cells
