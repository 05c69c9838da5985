"""The residence side never meets a position or a sub-unit of the armed forces.

Every page and file of the matrix of rights is opened as each account of that side.
"""

from datetime import date
from io import BytesIO
from zipfile import ZipFile, is_zipfile

import pytest
from django.db import transaction
from django.urls import reverse

from members.forms.persons import WorkplaceChangeForm
from members.models import CommitteePeriod, Kind, Member, Registration, Sector, User
from members.queries.persons import Chosen, narrowed
from members.queries.rows import rows_of
from members.services.committees import next_path
from tests.factories.members import make_committee
from tests.factories.rights import make_rights_world
from tests.strict_client import StrictClient
from tests.url_matrix import CAST, MATRIX

pytestmark = pytest.mark.django_db

WHOLE = "Bộ Chỉ huy Quân sự thành phố"
PART, OTHER_PART = "Tiểu đoàn Hắc Báo 7", "Đại đội Hắc Báo 8"
SECRET = "Hắc Báo"  # in the names of both, and of nothing else
POSITION = "Trợ lý tác chiến mật"
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}
RESIDENCE = ["ward_user", "cell_user", "sister_cell_user", "past_user"]
OPEN_TO_RESIDENCE = [
    case
    for case in MATRIX
    if case.method == "GET"
    and any(case.expected[CAST.index(who)] == "+" for who in RESIDENCE)
]


def make_armed_world():
    """The world of rights, whose workplaces of today are two parts of one body."""
    world = make_rights_world()
    whole = make_committee(
        world.city, kind=Kind.DIRECT, name=WHOLE, code="BCH", sector=Sector.ARMED_FORCES
    )
    _put_below(whole, world.workplace, PART)
    _put_below(whole, world.other_workplace, OTHER_PART)
    Registration.objects.filter(ward=world.past_ward).update(
        workplace=world.workplace,
        identity_at_end={
            "full_name": "Lê Thị Hòa",
            "gender": "female",
            "birth_date": None,
            "birth_precision": "day",
            "card_number": None,
            "admitted_on": None,
            "official_on": None,
            "position": POSITION,
            "workplace": PART,
        },
    )
    return world


def _put_below(whole, part, name: str) -> None:
    part.parent, part.path = whole, next_path(whole)
    part.name, part.short_name, part.sector = name, "", Sector.ARMED_FORCES
    part.save()
    CommitteePeriod.objects.filter(committee=part).update(
        name=name, short_name="", parent=whole, sector=Sector.ARMED_FORCES
    )
    Member.objects.filter(workplace=part).update(position=POSITION)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_armed_world()
        transaction.set_rollback(True)


@pytest.fixture
def read(world):
    """read(who, address, sent) → all that the answer says, files unpacked."""

    def read_as(who: str, address: str, sent: dict | None = None) -> str:
        client = StrictClient()
        client.force_login(getattr(world, who))
        answer = client.get(address) if sent is None else client.post(address, sent)
        return words_of(answer)

    return read_as


def words_of(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if not is_zipfile(BytesIO(content)):
        return content.decode()
    with ZipFile(BytesIO(content)) as parts:
        return "".join(
            parts.read(name).decode() for name in parts.namelist() if ".xml" in name
        )


def tells(text: str, words: str) -> bool:
    """Papers write names in capitals too."""
    return words.casefold() in text.casefold()


@pytest.mark.parametrize("case", OPEN_TO_RESIDENCE, ids=str)
def test_page_when_read_by_the_residence_hides_the_inside_of_the_armed_forces(
    case, world, read
):
    address = reverse(case.url, kwargs=case.kwargs(world))
    readers = [who for who in RESIDENCE if case.expected[CAST.index(who)] == "+"]

    told = {who: read(who, address) for who in readers}

    assert {who for who, text in told.items() if tells(text, SECRET)} == set()
    assert {who for who, text in told.items() if tells(text, POSITION)} == set()


@pytest.mark.parametrize("who", ["ward_user", "cell_user"])
@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("members:member_list", {"q": "Hòa"}),
        ("members:member_export", {"q": "Hòa"}),
        ("residence:opinion_find", {"q": "Hòa"}),
    ],
)
def test_search_when_made_by_the_residence_tells_the_whole_unit_alone(
    who, url, sent, read
):
    text = read(who, reverse(url), sent)

    assert "Hòa" in text
    assert WHOLE in text
    assert not tells(text, SECRET)
    assert not tells(text, POSITION)


def test_unit_search_when_made_by_the_residence_offers_the_whole_unit_alone(read):
    options = reverse("members:unit_options")
    tree = reverse("members:committee_tree")

    offered = {
        who: (
            read(who, f"{options}?q=hắc báo")
            + read(who, f"{tree}?don_vi_typed=hắc báo")
        ).count("Tiểu đoàn")
        for who in ["ward_user", "cell_user", "workplace_user", "department_user"]
    }

    assert [who for who, number in offered.items() if number] == [
        "workplace_user",
        "department_user",
    ]


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("ward_user", "members:paper_receive"),
        ("ward_user", "members:letter_ask"),
        ("cell_user", "members:letter_ask"),
    ],
)
def test_unit_box_when_sent_by_the_residence_tells_nothing_below_the_whole(
    who, url, world, read
):
    """By the secret name, and by walking the keys."""
    address = reverse(url)

    named = read(who, address, {"workplace_typed": "hắc báo"})
    walked = read(who, address, {"workplace": world.workplace.pk})
    known = read(who, address, {"workplace_typed": WHOLE})

    assert "Không tìm thấy đơn vị nào" in named
    assert not tells(named, "Tiểu đoàn")
    assert not tells(walked, SECRET)
    assert WHOLE in known
    assert "Không tìm thấy đơn vị nào" not in known


def test_unit_box_when_the_armed_forces_own_side_sends_it_finds_the_part(world, read):
    address = reverse("members:workplace_change", args=[world.member.pk])

    text = read("workplace_user", address, {"workplace": world.workplace.pk})

    assert PART in text


# The box for a unit without a script: what was typed comes back as names to tick


BOXES = [
    ("members:paper_receive", "workplace"),
    ("members:letter_ask", "workplace"),
    ("members:import_start", "committee"),
]


@pytest.mark.parametrize(("url", "box"), BOXES)
@pytest.mark.parametrize("sent", ["name", "number"])
def test_box_when_sent_by_the_residence_names_no_part(url, box, sent, world, read):
    values = {
        "name": {f"{box}_typed": "bao"},
        "number": {f"{box}_typed": "", box: world.workplace.pk},
    }

    text = read("ward_user", reverse(url), {**KEY, **values[sent]})

    assert f'name="{box}_typed"' in text
    assert not tells(text, SECRET)


def test_box_when_filled_in_with_the_very_name_of_a_part_does_not_know_it(world):
    told = {}
    for who in ("ward_user", "workplace_user", "department_user"):
        # Fetched anew: the world moved his unit after it had made him.
        reader = User.objects.get(pk=getattr(world, who).pk)
        form = WorkplaceChangeForm({"workplace_typed": PART}, by=reader)
        form.is_valid()
        told[who] = form.cleaned_data.get("workplace")

    assert told == {
        "ward_user": None,
        "workplace_user": world.workplace,
        "department_user": world.workplace,
    }


def test_list_of_members_when_narrowed_without_a_script_offers_no_part(read):
    address = reverse("members:member_list")

    told = {
        who: "Tiểu đoàn" in read(who, f"{address}?noi_cong_tac_typed=hắc báo")
        for who in ("ward_user", "cell_user", "department_user")
    }

    assert told == {"ward_user": False, "cell_user": False, "department_user": True}


@pytest.mark.parametrize("who", ["workplace_user", "department_user"])
@pytest.mark.parametrize("url", ["members:member_export", "reports:member_file"])
def test_file_when_read_by_the_workplace_side_tells_all(who, url, world, read):
    address = reverse(url, args=[world.member.pk] if "file" in url else [])

    text = read(who, address)

    assert PART in text
    assert POSITION in text


def test_ward_when_it_mends_the_identity_of_a_unit_on_paper_sees_no_position(
    world, read
):
    with transaction.atomic():
        world.workplace_user.assignments.update(valid_to=date(2001, 1, 1))
        address = reverse("members:identity_edit", args=[world.member.pk])

        text = read("ward_user", address)

        transaction.set_rollback(True)

    assert "Lê Thị Hòa" in text
    assert "Chức vụ" not in text
    assert POSITION not in text


def test_list_when_narrowed_to_the_part_shows_the_residence_the_whole(world, read):
    chosen = Chosen(workplace=world.workplace)

    found = narrowed(world.ward_user, chosen, day=date(2026, 6, 1))

    rows = rows_of(found, world.ward_user, day=date(2026, 6, 1))
    assert {row.workplace for row in rows} == {WHOLE}
