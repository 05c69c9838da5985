"""A post passes from one account to another on a day; units without an account."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from members.models import Kind, Registration, Role, RoleAssignment, Sector, User
from members.permissions import can_receive_at
from members.queries.channels import is_on_paper
from members.services.handover import hand_over, hand_over_to_new
from party76.audit.models import AuditEvent
from party76.shared.versions import Conflict
from tests.factories.members import make_committee, make_member, make_post, make_user
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db


def today() -> date:
    return timezone.localdate()


def fresh(user) -> User:
    return User.objects.get(pk=user.pk)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def handed(world):
    return world.ward_user.assignments.get()


@pytest.fixture
def heir(world):
    """Works at a cell of the same ward already."""
    return make_user(Role.RESIDENCE_CELL, world.cell, full_name="Trần Thị Nhận")


@pytest.fixture
def as_admin(client, world):
    client.force_login(world.admin_user)
    return client


def test_post_when_handed_over_ends_and_begins_on_one_day(world, handed, heir):
    new = hand_over(handed, to=heir, on=today(), version=1, by=world.admin_user)

    assert (new.user, new.committee, new.role) == (
        heir,
        world.ward,
        Role.RESIDENCE_WARD,
    )
    assert (handed.valid_to, new.valid_from, new.valid_to) == (today(), today(), None)
    assert not can_receive_at(fresh(world.ward_user), world.ward)
    assert can_receive_at(fresh(heir), world.ward)


def test_post_when_handed_over_ahead_works_on_its_day(world, handed, heir):
    day = today() + timedelta(days=3)

    new = hand_over(handed, to=heir, on=day, version=1, by=world.admin_user)

    held = RoleAssignment.objects.held_on
    assert can_receive_at(fresh(world.ward_user), world.ward)
    assert not can_receive_at(fresh(heir), world.ward)
    assert list(held(day - timedelta(days=1)).filter(pk__in=[handed.pk, new.pk])) == [
        handed
    ]
    assert list(held(day).filter(pk__in=[handed.pk, new.pk])) == [new]


def test_post_when_handed_over_leaves_two_lines_in_the_record(world, handed, heir):
    new = hand_over(handed, to=heir, on=today(), version=1, by=world.admin_user)

    events = AuditEvent.objects.filter(object_type="roleassignment").order_by("pk")
    assert [(event.action, event.object_key) for event in events] == [
        ("update", str(handed.pk)),
        ("create", str(new.pk)),
    ]


def test_letters_that_wait_when_a_post_is_handed_over_wait_for_the_heir(
    world, handed, heir, client
):
    Registration.objects.create(
        member=make_member(world.workplace),
        workplace=world.workplace,
        ward=world.ward,
        state=Registration.State.SENT,
        sent_on=date(2026, 1, 5),
    )

    hand_over(handed, to=heir, on=today(), version=1, by=world.admin_user)

    client.force_login(fresh(heir))
    home = client.get(reverse("reports:home")).content.decode()
    assert "giấy giới thiệu chờ tiếp nhận" in home


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"on": date(2000, 1, 1)}, "phải sau ngày bắt đầu"),
        ({"to": "giver"}, "chọn tài khoản khác"),
        ({"to": "locked"}, "đang bị khóa"),
        ({"to": "holder"}, "đã giữ vai trò đó"),
    ],
)
def test_handing_over_when_it_makes_no_sense_changes_nothing(
    world, handed, heir, change, sentence
):
    people = {
        "giver": world.ward_user,
        "locked": make_user(Role.RESIDENCE_CELL, world.cell, is_active=False),
        "holder": make_user(Role.RESIDENCE_WARD, world.ward),
    }
    asked = {"to": heir, "on": today(), **change}
    asked["to"] = people.get(asked["to"], asked["to"])

    with pytest.raises(ValidationError, match=sentence):
        hand_over(handed, version=1, by=world.admin_user, **asked)

    handed.refresh_from_db()
    assert handed.valid_to is None


def test_handing_over_when_somebody_was_quicker_changes_nothing(world, handed, heir):
    other = RoleAssignment.objects.get(pk=handed.pk)
    hand_over(other, to=heir, on=today(), version=1, by=world.admin_user)
    late = make_user(Role.RESIDENCE_CELL, world.cell)

    with pytest.raises(Conflict):
        hand_over(handed, to=late, on=today(), version=1, by=world.admin_user)

    assert late.assignments.count() == 1


def test_new_account_when_its_name_is_taken_leaves_the_post_where_it_was(world, handed):
    account = User(username="coquan", full_name="Trần Thị Mới")

    with pytest.raises(ValidationError, match="đã có người dùng"):
        hand_over_to_new(
            handed,
            account=account,
            password="mot-lan-roi-doi",
            on=today(),
            version=1,
            by=world.admin_user,
        )

    handed.refresh_from_db()
    assert handed.valid_to is None


def page_of(post) -> str:
    return reverse("reports:post_hand_over", args=[post.pk])


def test_page_when_an_account_is_chosen_hands_over(as_admin, handed, heir):
    answer = as_admin.post(
        page_of(handed), {"on": f"{today():%d/%m/%Y}", "account": heir.pk, "version": 1}
    )

    assert answer["Location"] == reverse("members:user_detail", args=[heir.pk])
    assert can_receive_at(fresh(heir), handed.committee)


def test_page_when_a_new_account_is_typed_tells_its_password_once(as_admin, handed):
    sent = {
        "on": f"{today():%d/%m/%Y}",
        "username": "Phuong.Moi",
        "full_name": "Trần Thị Mới",
        "version": 1,
    }

    answer = as_admin.post(page_of(handed), sent)

    account = User.objects.get(username="phuong.moi")
    assert account.must_change_password
    assert [post.role for post in account.posts] == [Role.RESIDENCE_WARD]
    assert "<code>" in as_admin.get(answer["Location"]).content.decode()
    assert "<code>" not in as_admin.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "chọn một tài khoản, hoặc nhập tài khoản mới"),
        ({"username": "ai.do"}, "nhập họ và tên người nhận"),
        ({"username": "x"}, "Tên đăng nhập có từ 3 ký tự"),
        ({"username": "ai.do", "full_name": "Ai", "account": "heir"}, "không cả hai"),
    ],
)
def test_page_when_it_is_not_clear_to_whom_says_so_and_keeps_what_was_typed(
    as_admin, handed, heir, sent, sentence
):
    if sent.get("account"):
        sent = {**sent, "account": heir.pk}

    answer = as_admin.post(page_of(handed), {"on": f"{today():%d/%m/%Y}", **sent})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert all(str(value) in text for value in sent.values())
    assert not RoleAssignment.objects.exclude(valid_to=None).exists()


def test_page_when_opened_shows_what_waits_at_the_unit_without_names(
    as_admin, world, handed
):
    member = make_member(world.workplace, full_name="Phan Thị Bí Ẩn")
    Registration.objects.create(
        member=member,
        workplace=world.workplace,
        ward=world.ward,
        state=Registration.State.SENT,
        sent_on=date(2026, 1, 5),
    )

    text = as_admin.get(page_of(handed)).content.decode()

    assert "giấy giới thiệu chờ tiếp nhận" in text
    assert "05/01/2026" in text
    assert "Bí Ẩn" not in text


def test_page_offers_accounts_of_the_scope_alone(client, world, handed, heir):
    clerk = make_user(Role.ADMINISTRATOR, world.ward)
    above = make_user(Role.RESIDENCE_CELL, world.cell)
    make_post(above, Role.DEPARTMENT, world.city)
    make_user(Role.RESIDENCE_WARD, world.sister_ward)
    former = make_user(Role.RESIDENCE_CELL, world.sister_cell)
    make_post(former, Role.DEPARTMENT, world.city, valid_to=date(2001, 1, 1))
    client.force_login(clerk)

    page = client.get(page_of(handed))

    offered = set(page.context["form"].fields["account"].queryset)
    cells = {world.cell_user, world.sister_cell_user}
    assert offered == {heir, former, *cells}


def test_end_of_a_post_when_nobody_else_holds_it_warns(as_admin, world, handed):
    address = reverse("members:post_end", args=[handed.pk])
    alone = as_admin.get(address).content.decode()
    make_user(Role.RESIDENCE_WARD, world.ward)

    beside = as_admin.get(address).content.decode()

    assert "không còn tài khoản nào giữ vai trò" in alone
    assert "không còn tài khoản nào giữ vai trò" not in beside


def test_locking_an_account_when_it_is_the_last_one_warns(as_admin, world):
    address = reverse("members:user_deactivate", args=[world.ward_user.pk])
    cell = reverse("members:user_deactivate", args=[world.cell_user.pk])

    text = as_admin.get(address).content.decode()

    assert "Đảng ủy phường Ninh Kiều không còn tài khoản nào" in text
    assert "không còn tài khoản nào" not in as_admin.get(cell).content.decode()


@pytest.fixture
def lone(world):
    """The ward's last post ends today; a workplace never had an account."""
    world.ward_user.assignments.update(valid_to=today())
    unit = make_committee(
        world.city, kind=Kind.GRASSROOTS, name="Sở Vắng", sector=Sector.AGENCY
    )
    make_member(unit)
    return unit


@pytest.mark.parametrize("who", ["department_user", "inspector_user", "admin_user"])
def test_units_without_account_are_told_to_those_above(client, world, lone, who):
    client.force_login(getattr(world, who))

    page = client.get(reverse("members:unit_without_account"))

    assert [unit.name for unit in page.context["page"].rows] == [
        "Đảng ủy phường Ninh Kiều",
        "Sở Vắng",
    ]
    assert ("Tạo tài khoản" in page.content.decode()) is (who == "admin_user")
    assert is_on_paper(world.ward, Role.RESIDENCE_WARD)


@pytest.mark.parametrize("who", ["department_user", "admin_user"])
def test_home_when_units_lack_an_account_leads_to_them(client, world, lone, who):
    client.force_login(getattr(world, who))

    home = client.get(reverse("reports:home"))

    (todo,) = [
        todo
        for group in home.context["groups"]
        for todo in group.todos
        if "chưa có tài khoản" in todo.text
    ]
    assert todo.count == 2
    assert client.get(todo.url).context["number"] == 2


def test_units_without_account_when_searched_for_are_narrowed(as_admin, lone):
    found = as_admin.post(reverse("members:unit_without_account"), {"q": "so vang"})

    assert found.context["page"].rows == [lone]


def test_units_without_account_as_a_file_are_those_of_the_page(as_admin, lone):
    file = as_admin.get(reverse("members:unit_without_account_export"))

    sheet = load_workbook(BytesIO(file.content)).active
    rows = [[cell.value for cell in row][2:] for row in sheet.iter_rows()]
    assert ["Đảng ủy phường Ninh Kiều", "Thành ủy Cần Thơ", "x", None] in rows
    assert ["Sở Vắng", "Thành ủy Cần Thơ", None, "x"] in rows


@pytest.mark.parametrize("number", [1, 3])
def test_units_without_account_cost_the_same_for_many(
    as_admin, world, number, django_assert_num_queries
):
    for _ in range(number):
        make_member(make_committee(world.city, kind=Kind.GRASSROOTS))

    # Session, account, posts, the page, their number, the record.
    with django_assert_num_queries(6):
        as_admin.get(reverse("members:unit_without_account"))
