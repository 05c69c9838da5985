"""Lists, search and entry of members, each in its user's scope."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from members.forms.persons import MemberFilterForm
from members.models import Member, Registration
from members.queries.persons import Chosen, Listed, member_page, narrowed
from members.queries.rows import rows_of
from members.services.registrations import draft_letter, end_registration
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
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}


@pytest.fixture
def world():
    return make_world()


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

    with django_assert_num_queries(10):
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


# Entry


def entry(world, **fields):
    return {
        **KEY,
        "full_name": "Trần Văn An",
        "gender": "male",
        "birth": "03/1970",
        "card_number": "12.000001",
        "admitted_on": "01/05/1995",
        "official_on": "01/05/1996",
        "position": "Bác sĩ",
        "workplace": world.workplace.pk,
        **fields,
    }


def test_member_when_added_by_the_workplace_is_stored_as_typed(world, client):
    client.force_login(world.workplace_user)

    answer = client.post(reverse("members:member_add"), entry(world))

    member = Member.objects.get(card_number="12.000001")
    assert answer.url == reverse("reports:member_file", args=[member.pk])
    assert (member.birth_date, member.birth_precision) == (date(1970, 3, 1), "month")
    assert (member.official_on, member.workplace) == (date(1996, 5, 1), world.workplace)
    assert AuditEvent.objects.filter(
        action=Action.CREATE, object_type="member", object_key=member.pk
    ).exists()


def test_member_when_sent_twice_is_stored_once(world, client):
    client.force_login(world.workplace_user)

    client.post(reverse("members:member_add"), entry(world))
    client.post(reverse("members:member_add"), entry(world))

    assert Member.objects.filter(full_name="Trần Văn An").count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("birth", "31/02/1970", "không có ngày này"),
        ("birth", "13/1970", "không có tháng 13"),
        ("full_name", "=HYPERLINK(1)", "công thức"),
        ("official_on", "01/01/1990", "không được trước ngày vào Đảng"),
        ("card_number", "11.000001", "đã ghi cho một đồng chí khác"),
        ("workplace", "", "Đồng chí chọn đơn vị"),
    ],
)
def test_member_when_typed_wrongly_is_refused_with_a_sentence(
    world, client, field, value, sentence
):
    client.force_login(world.workplace_user)

    page = client.post(reverse("members:member_add"), entry(world, **{field: value}))

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert Member.objects.count() == 1


def test_member_when_placed_in_a_strange_workplace_is_refused(world, client):
    client.force_login(world.workplace_user)

    page = client.post(
        reverse("members:member_add"),
        entry(world, workplace=world.other_workplace.pk),
    )

    assert page.status_code == 422
    assert Member.objects.count() == 1


def test_member_when_name_and_birth_are_known_is_asked_about_first(world, client):
    make_member(
        world.workplace,
        full_name="Trần Văn An",
        birth_date=date(1970, 3, 1),
        birth_precision="month",
    )
    make_member(world.other_workplace, full_name="Trần Văn An")
    client.force_login(world.workplace_user)

    asked = client.post(reverse("members:member_add"), entry(world))
    sure = client.post(
        reverse("members:member_add"), entry(world, is_other_person="on")
    )

    assert asked.status_code == 422
    assert len(asked.context["duplicates"]) == 1
    assert asked.context["hidden_duplicates"] == 1
    assert "Trường THPT" not in asked.content.decode()
    assert sure.status_code == 302
    assert Member.objects.filter(full_name="Trần Văn An").count() == 3


@pytest.mark.parametrize(
    ("who", "identity", "dwelling", "workplace"),
    [
        ("workplace_user", 200, 403, 200),
        ("ward_user", 403, 200, 403),
        ("cell_user", 403, 200, 403),
        ("department_user", 403, 403, 403),
        ("inspector_user", 403, 403, 403),
        ("past_user", 403, 403, 403),
        ("past_workplace_user", 403, 403, 403),
        ("sister_user", 404, 404, 404),
        ("sister_cell_user", 404, 404, 404),
        ("other_workplace_user", 404, 404, 404),
        ("admin_user", 404, 404, 404),
    ],
)
def test_entry_pages_when_asked_for_answer_by_side(
    world, client, who, identity, dwelling, workplace
):
    client.force_login(getattr(world, who))
    statuses = [
        client.get(reverse(f"members:{name}", args=[world.member.pk])).status_code
        for name in ("identity_edit", "dwelling_edit", "workplace_change")
    ]

    assert statuses == [identity, dwelling, workplace]


def test_identity_when_the_workplace_is_on_paper_is_the_wards_to_edit(world, client):
    member = make_member(world.outside_workplace)
    make_registration(member, world.ward)
    client.force_login(world.ward_user)

    page = client.get(reverse("members:identity_edit", args=[member.pk]))

    assert page.status_code == 200


def test_identity_when_edited_is_stored_and_recorded_without_values(world, client):
    client.force_login(world.workplace_user)

    client.post(
        reverse("members:identity_edit", args=[world.member.pk]),
        {
            **KEY,
            "version": 1,
            "full_name": "Lê Thị Hòa",
            "birth": "1975",
            "card_number": "11.000001",
            "position": "Dược sĩ",
        },
    )

    world.member.refresh_from_db()
    event = AuditEvent.objects.get(action=Action.UPDATE)
    assert (world.member.position, world.member.birth_text) == ("Dược sĩ", "1975")
    assert "Dược sĩ" not in str(event.facts)
    assert event.facts["fields"] == ["birth_date", "birth_precision", "position"]
    assert event.detail.payload["changes"]["position"] == ["", "Dược sĩ"]


@pytest.mark.parametrize(
    ("page", "who", "fields"),
    [
        (
            "identity_edit",
            "workplace_user",
            {"full_name": "Lê Thị Hương", "card_number": "11.000001"},
        ),
        ("dwelling_edit", "ward_user", {"address": "12 Nguyễn Trãi"}),
    ],
)
def test_edit_when_somebody_was_quicker_shows_both_values(
    world, client, page, who, fields
):
    Member.objects.filter(pk=world.member.pk).update(
        version=2, full_name="Lê Thị Hà", address="1 Hòa Bình"
    )
    client.force_login(getattr(world, who))

    answer = client.post(
        reverse(f"members:{page}", args=[world.member.pk]),
        {**KEY, "version": 1, **fields},
    )

    text = answer.content.decode()
    assert answer.status_code == 409
    assert ("Lê Thị Hà" in text) or ("1 Hòa Bình" in text)
    assert Member.objects.get(pk=world.member.pk).version == 2


def test_workplace_when_changed_keeps_the_stay_and_opens_a_placement(world, client):
    client.force_login(world.workplace_user)

    client.post(
        reverse("members:workplace_change", args=[world.member.pk]),
        {
            **KEY,
            "version": 1,
            "workplace_typed": "Trường THPT Châu Văn Liêm",
            "on": "01/06/2026",
        },
    )

    stay = Registration.objects.get(pk=world.registration.pk)
    old, new = stay.placements.order_by("pk")
    assert (stay.state, stay.workplace) == ("received", world.other_workplace)
    assert (old.workplace, old.valid_to) == (world.workplace, date(2026, 6, 1))
    assert (new.workplace, new.sector) == (world.other_workplace, "service")
    assert (new.valid_from, new.cause) == (date(2026, 6, 1), "workplace_changed")
