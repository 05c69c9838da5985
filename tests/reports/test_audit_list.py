import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Role
from party76.audit.models import Action, AuditEvent
from party76.audit.services import record
from party76.shared.paging import SIZE
from tests.factories.members import make_committee, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    city = make_committee(name="Thành ủy", code="TU")
    return make_committee(city, name="Đảng ủy phường", code="P1")


@pytest.fixture
def inspector(ward):
    return make_user(Role.INSPECTOR, ward, username="kiemtra")


def shown(client, **filters):
    response = client.get(reverse("reports:audit_list"), filters)
    # Without the login of the test itself and the reading of the record.
    return [
        row
        for row in response.context["events"]
        if row.thing != "Nhật ký" and row.action != "Đăng nhập"
    ]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.INSPECTOR, 200),
        (Role.ADMINISTRATOR, 200),
        (Role.DEPARTMENT, 403),
        (Role.RESIDENCE_WARD, 403),
        (Role.WORKPLACE, 403),
    ],
)
def test_record_opens_for_inspectors_and_administrators(client, ward, role, expected):
    client.force_login(make_user(role, ward))

    assert client.get(reverse("reports:audit_list")).status_code == expected


def test_record_shows_units_and_accounts_in_scope_only(client, ward, inspector):
    sister = make_committee(ward.parent, code="P2")
    own = make_user(Role.RESIDENCE_WARD, ward, username="phuong")
    stranger = make_user(Role.RESIDENCE_WARD, sister, username="khac")
    record(Action.EXPORT, "member", by=stranger, committee_code="P1")
    record(Action.VIEW, "member", by=own)
    record(Action.VIEW, "member", by=stranger, committee_code="P2")
    record(Action.LOGIN_FAILED, "", by=None)
    client.force_login(inspector)

    rows = shown(client)

    assert [(row.actor, row.action) for row in rows] == [
        ("phuong", "Xem"),
        ("khac", "Xuất tệp"),
    ]
    assert rows[1].unit == "Đảng ủy phường"


def test_record_of_a_whole_tree_holds_events_of_nobody(client, ward):
    record(Action.LOGIN_FAILED, "", by=None)
    client.force_login(make_user(Role.ADMINISTRATOR, ward.parent))

    assert [row.action for row in shown(client)] == ["Đăng nhập không thành"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"viec": "export"}, ["Xuất tệp"]),
        ({"doi_tuong": "meeting"}, ["Sửa"]),
        ({"tai_khoan": "0"}, ["Sửa", "Xuất tệp"]),
        ({"tu_ngay": "01/01/2100"}, []),
        ({"den_ngay": "01/01/2001"}, []),
        ({"tu_ngay": "32/01/2013"}, ["Sửa", "Xuất tệp"]),
    ],
)
def test_record_is_narrowed_by_each_filter(client, ward, inspector, filters, expected):
    record(Action.EXPORT, "member", by=inspector)
    record(Action.UPDATE, "meeting", by=None, committee_code="P1")
    client.force_login(inspector)

    assert [row.action for row in shown(client, **filters)] == expected


def test_record_is_narrowed_by_account_and_day(client, ward, inspector):
    record(Action.EXPORT, "member", by=inspector)
    record(Action.UPDATE, "meeting", by=None, committee_code="P1")
    client.force_login(inspector)
    today = f"{timezone.localdate():%d/%m/%Y}"

    rows = shown(client, tai_khoan=inspector.pk, tu_ngay=today, den_ngay=today)

    assert [row.action for row in rows] == ["Xuất tệp"]


def test_record_goes_from_page_to_page_by_key(client, ward, inspector):
    for _ in range(SIZE + 1):
        record(Action.VIEW, "member", by=inspector)
    client.force_login(inspector)
    url = reverse("reports:audit_list")

    first = client.get(url, {"viec": "view"}).context["page"]
    second = client.get(url, {"viec": "view", "after": first.next}).context["page"]

    keys = [event.pk for event in (*first.rows, *second.rows)]
    assert keys == sorted(keys, reverse=True)
    assert len(keys) == SIZE + 1


def test_reading_the_record_is_itself_on_record(client, inspector):
    client.force_login(inspector)

    client.get(reverse("reports:audit_list"), {"viec": "view"})

    event = AuditEvent.objects.get(action=Action.LIST)
    assert (event.object_type, event.facts) == ("audit", {"filters": ["viec"]})


@pytest.mark.parametrize("events", [1, 3])
def test_record_asks_as_often_for_many_events(
    client, inspector, events, django_assert_num_queries
):
    for _ in range(events):
        record(Action.VIEW, "member", by=inspector, committee_code="P1")
    client.force_login(inspector)

    # Session, account, posts; accounts to choose from, events, units, the record.
    with django_assert_num_queries(7):
        client.get(reverse("reports:audit_list"))
