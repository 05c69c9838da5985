"""Lists, search and files of members, each in its user's scope."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from members.forms.persons import DwellingForm, MemberFilterForm
from members.models import Member, Registration
from members.queries.persons import Chosen, Listed, member_page, narrowed
from members.queries.rows import rows_of
from members.services.letters import draft_letter
from members.services.stays import end_registration
from party76.audit.models import Action, AuditEvent
from tests.factories.members import (
    make_exemption,
    make_member,
    make_placement,
    make_registration,
)
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
LIST = "members:member_list"


@pytest.fixture
def world():
    return make_world()


@pytest.mark.parametrize(
    ("phone", "is_right"),
    [
        ("0913 456 789", True),
        ("(0292) 3.821.456", True),
        ("+84 913456789", True),
        ("", True),
        ("abc", False),
        ("0913 abc 789", False),
        ("113", False),
    ],
)
def test_phone_is_a_number_that_can_be_called(phone, is_right):
    form = DwellingForm({"phone": phone, "address": ""}, instance=Member())

    assert ("phone" not in form.errors) == is_right


def names_for(user, **chosen):
    found = narrowed(user, Chosen(**chosen), day=TODAY).in_order()
    return [member.full_name for member in found]


# Whom a list holds


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("ward_user", ["Lê Thị Hòa"]),
        ("cell_user", ["Lê Thị Hòa"]),
        ("workplace_user", ["Lê Thị Hòa"]),
        ("department_user", ["Lê Thị Hòa"]),
        ("inspector_user", ["Lê Thị Hòa"]),
        ("sister_user", []),
        ("sister_cell_user", []),
        ("past_user", []),
        ("other_workplace_user", []),
        ("admin_user", []),
    ],
)
def test_list_of_today_when_shown_holds_the_members_of_the_own_side(world, who, names):
    assert names_for(getattr(world, who)) == names


def test_list_when_a_letter_is_a_draft_is_known_to_the_workplace_only(world):
    member = make_member(world.workplace, full_name="Trần Văn An")
    draft_letter(member, ward=world.ward, by=world.workplace_user)

    assert names_for(world.workplace_user, listed=Listed.DRAFT) == ["Trần Văn An"]
    assert names_for(world.ward_user, listed=Listed.DRAFT) == []
    assert names_for(world.ward_user) == ["Lê Thị Hòa"]


def test_list_of_ended_stays_when_shown_to_past_ward_holds_its_own(world):
    assert names_for(world.past_user, listed=Listed.ENDED) == ["Lê Thị Hòa"]
    assert names_for(world.ward_user, listed=Listed.ENDED) == []


def test_list_of_not_introduced_when_shown_leaves_the_introduced_out(world):
    make_member(world.workplace, full_name="Trần Văn An")

    found = names_for(world.workplace_user, listed=Listed.NOT_INTRODUCED)

    assert found == ["Trần Văn An"]


def test_list_of_gone_when_a_member_dies_holds_him_and_today_does_not(world):
    end_registration(
        world.registration, on=TODAY, reason="died", version=1, by=world.ward_user
    )

    assert names_for(world.workplace_user) == []
    assert names_for(world.ward_user, listed=Listed.GONE) == ["Lê Thị Hòa"]
    assert names_for(world.workplace_user, listed=Listed.GONE) == ["Lê Thị Hòa"]


def test_list_when_narrowed_to_exempt_holds_them_only(world):
    exempt = make_registration(
        make_member(world.workplace, full_name="Trần Văn An"), world.ward
    )
    make_exemption(exempt)

    assert names_for(world.ward_user, is_exempt=True) == ["Trần Văn An"]
    assert names_for(world.ward_user, is_exempt=False) == ["Lê Thị Hòa"]


def test_list_when_narrowed_to_units_holds_what_lies_below(world):
    make_registration(
        make_member(world.other_workplace, full_name="Trần Văn An"), world.ward
    )

    assert names_for(world.ward_user, residence=world.cell) == ["Lê Thị Hòa"]
    assert names_for(world.ward_user, workplace=world.other_workplace) == [
        "Trần Văn An"
    ]
    assert names_for(world.department_user, workplace=world.city) == [
        "Trần Văn An",
        "Lê Thị Hòa",
    ]


# What a line says


def row_for(user):
    found = Member.objects.visible_to(user).select_related("workplace")
    (row,) = rows_of(found, user, day=TODAY)
    return row


def test_row_when_read_by_ward_tells_the_member_now(world):
    row = row_for(world.ward_user)

    assert (row.name, row.card, row.workplace) == ("Lê Thị Hòa", "11.000001", "Sở Y tế")
    assert row.residence == "Chi bộ Khu vực 1, Đảng ủy phường Ninh Kiều"
    assert row.state == "Đã tiếp nhận"


def test_row_when_read_by_past_ward_tells_nothing_new(world):
    past = Registration.objects.get(ward=world.past_ward)
    past.identity_at_end = {
        "full_name": "Lê Thị Hoà",
        "birth_date": "1980-03-01",
        "birth_precision": "month",
        "card_number": "11.9",
        "workplace": "Điện lực Cần Thơ",
    }
    past.save()

    row = row_for(world.past_user)

    assert row.is_past
    assert row.member is None
    assert (row.name, row.birth, row.card) == ("Lê Thị Hoà", "03/1980", "11.9")
    assert row.workplace == "Điện lực Cần Thơ"
    assert row.residence == "Đảng ủy phường Tân An"


def test_row_when_the_stay_went_to_another_cell_hides_where(world):
    world.registration.placements.update(valid_to=date(2013, 1, 1))
    make_placement(
        world.registration, valid_from=date(2013, 1, 1), cell=world.sister_cell
    )
    Registration.objects.filter(pk=world.registration.pk).update(cell=world.sister_cell)

    row = row_for(world.cell_user)

    assert row.is_past
    assert (row.residence, row.workplace, row.card) == ("", "", "")


# Search and pages


def test_search_when_typed_with_marks_puts_exact_marks_first(world):
    make_member(world.workplace, full_name="Lê Thị Hoa")
    make_member(world.workplace, full_name="Trần Văn An")
    members = narrowed(world.workplace_user, Chosen(), day=TODAY)

    plain = member_page(members.search("hoa"), world.workplace_user, day=TODAY)
    marked = member_page(members.search("Hoà"), world.workplace_user, day=TODAY)

    assert [row.name for row in plain.rows] == ["Lê Thị Hoa", "Lê Thị Hòa"]
    assert [row.name for row in marked.rows] == ["Lê Thị Hòa", "Lê Thị Hoa"]


def test_search_when_sent_keeps_the_name_out_of_every_address(world, client):
    client.force_login(world.ward_user)

    page = client.post(reverse(LIST), {"q": "hoa"})

    text = page.content.decode()
    assert page.status_code == 200
    assert "Lê Thị Hòa" in text
    assert "q=hoa" not in text
    assert [row.name for row in page.context["page"].rows] == ["Lê Thị Hòa"]


def walk(members, user):
    """The names of all pages forwards, and of all pages back again."""
    forwards, backwards = [], []
    page = member_page(members, user, day=TODAY)
    forwards.append([row.name for row in page.rows])
    assert page.before is None
    while page.after:
        page = member_page(members, user, day=TODAY, after=page.after)
        forwards.append([row.name for row in page.rows])
    backwards.append([row.name for row in page.rows])
    while page.before:
        page = member_page(members, user, day=TODAY, before=page.before)
        backwards.insert(0, [row.name for row in page.rows])
    return forwards, backwards


@pytest.mark.parametrize("text", ["", "văn", "van"])
def test_pages_when_turned_there_and_back_hold_everybody_once(world, text, monkeypatch):
    monkeypatch.setattr("members.queries.persons.PAGE_SIZE", 3)
    for given in ["Ánh", "An", "Bình", "An", "Đức", "Dũng", "Cường"]:
        make_member(world.workplace, full_name=f"Trần Văn {given}")
    make_member(world.workplace, full_name="Trần Vân An")
    members = narrowed(world.workplace_user, Chosen(), day=TODAY)
    if text:
        members = members.search(text)

    forwards, backwards = walk(members, world.workplace_user)

    seen = [name for page in forwards for name in page]
    assert len(seen) == members.count()
    assert forwards == backwards
    if text == "văn":
        assert seen[-1] == "Trần Vân An"


def test_cursor_when_it_is_out_of_scope_begins_at_the_top(world):
    stranger = make_member(world.other_workplace)
    members = narrowed(world.workplace_user, Chosen(), day=TODAY)

    page = member_page(members, world.workplace_user, day=TODAY, after=stranger.pk)

    assert [row.name for row in page.rows] == ["Lê Thị Hòa"]


@pytest.mark.parametrize("number", [1, 3])
def test_list_page_when_it_grows_asks_no_more(
    world, client, number, django_assert_num_queries
):
    for _ in range(number):
        stay = make_registration(make_member(world.workplace), world.ward)
        make_exemption(stay)
    client.force_login(world.ward_user)

    with django_assert_num_queries(11):
        client.get(reverse(LIST))


def test_list_when_shown_is_recorded_with_its_count(world, client):
    client.force_login(world.ward_user)

    client.get(reverse(LIST), {"dien": "ordinary"})

    event = AuditEvent.objects.get(action=Action.LIST)
    assert (event.count, event.facts["filters"]) == (1, {"dien": "ordinary"})


def test_search_when_recorded_keeps_the_name_in_the_personal_part(world, client):
    client.force_login(world.ward_user)

    client.post(reverse(LIST), {"q": "Hòa"})

    event = AuditEvent.objects.get(action=Action.LIST)
    assert "Hòa" not in str(event.facts)
    assert event.detail.payload == {"name": "Hòa"}


def test_list_when_asked_for_by_administrator_is_refused(world, client):
    client.force_login(world.admin_user)

    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(reverse("members:member_export")).status_code == 403


def test_filter_when_a_strange_unit_is_asked_for_leaves_it_out(world):
    form = MemberFilterForm(
        {"noi_cu_tru": str(world.sister_ward.pk)}, by=world.ward_user
    )

    assert form.chosen().residence is None


# Files


def lines_of(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_export_when_taken_holds_the_list_in_scope(world, client):
    make_registration(make_member(world.workplace), world.sister_ward)
    client.force_login(world.ward_user)

    answer = client.get(reverse("members:member_export"))

    lines = lines_of(answer.content)
    names = [line[1] for line in lines if isinstance(line[0], int)]
    assert names == ["Lê Thị Hòa"]
    event = AuditEvent.objects.get(action=Action.EXPORT)
    assert event.count == 1


def test_export_when_a_name_was_searched_for_holds_the_found_only(world, client):
    make_member(world.workplace, full_name="Trần Văn An")
    client.force_login(world.workplace_user)

    answer = client.post(reverse("members:member_export"), {"q": "an"})

    names = [line[1] for line in lines_of(answer.content) if isinstance(line[0], int)]
    assert names == ["Trần Văn An"]


def test_export_command_when_run_writes_the_same_scope(world, tmp_path):
    make_registration(make_member(world.workplace), world.sister_ward)
    target = tmp_path / "list.xlsx"

    call_command("export_members", committee="NK", output=target, by="btc", verbosity=0)

    names = [
        line[1] for line in lines_of(target.read_bytes()) if isinstance(line[0], int)
    ]
    assert names == ["Lê Thị Hòa"]
    assert AuditEvent.objects.get(action=Action.EXPORT).committee_code == "NK"


def test_export_command_when_the_unit_is_out_of_scope_says_so(world, tmp_path):
    with pytest.raises(CommandError, match="phạm vi"):
        call_command(
            "export_members", committee="CK", output=tmp_path / "x", by="phuong"
        )
