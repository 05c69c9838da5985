"""Records that may be of one person: why, and who is told."""

from datetime import date

import pytest

from members.models import Member, Registration, Role
from members.queries.pair_grounds import Ground, plain_card
from members.queries.pair_records import HIDDEN, told_pairs
from members.queries.pairs import pair_between, possible_pairs
from members.services.merges.steps import dismiss_pair
from tests.factories.members import make_member, make_registration, make_user
from tests.factories.merges import BORN, DAY, make_twins
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def grounds(user) -> list[tuple[Ground, ...]]:
    return [pair.grounds for pair in possible_pairs(user)]


def told(user) -> list:
    return told_pairs(possible_pairs(user), user)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (
            {"full_name": "Trần Thị Hoà", "birth_date": BORN},
            {"full_name": "trần thị hòa", "birth_date": BORN},
            [(Ground.NAME_AND_DAY,)],
        ),
        (
            {"full_name": "Tran Thi Hoa", "birth_date": BORN},
            {"full_name": "Trần Thị Hòa", "birth_date": BORN},
            [(Ground.NAME_AND_DAY,)],
        ),
        (
            {"birth_date": date(1970, 1, 1), "birth_precision": "year"},
            {"birth_date": BORN},
            [(Ground.NAME_AND_YEAR,)],
        ),
        (
            {"birth_date": date(1970, 5, 1), "birth_precision": "month"},
            {"birth_date": BORN},
            [(Ground.NAME_AND_MONTH,)],
        ),
        (
            {"card_number": "11.000099", "full_name": "Lê Văn A"},
            {"card_number": "011 000099", "full_name": "Lê Văn B"},
            [(Ground.CARD,)],
        ),
        (
            {"card_number": "11.000099", "birth_date": BORN},
            {"card_number": "11000099", "birth_date": BORN},
            [(Ground.CARD, Ground.NAME_AND_DAY)],
        ),
        # Two cards do not part those who agree to the day: one may be mistyped.
        (
            {"card_number": "11.000099", "birth_date": BORN},
            {"card_number": "11.000098", "birth_date": BORN},
            [(Ground.NAME_AND_DAY,)],
        ),
        # The name alone, or a card with one digit wrong, is no reason.
        ({}, {}, []),
        ({"birth_date": BORN}, {}, []),
        ({"birth_date": BORN}, {"birth_date": date(1970, 5, 20)}, []),
        ({"card_number": "11.000099"}, {"card_number": "11.000098"}, []),
        ({"card_number": "11.1002"}, {"card_number": "11.12"}, []),
        (
            {
                "birth_date": date(1970, 1, 1),
                "birth_precision": "year",
                "card_number": "11.000099",
            },
            {"birth_date": BORN, "card_number": "11.000098"},
            [],
        ),
        (
            {"birth_date": date(1970, 6, 1), "birth_precision": "month"},
            {"birth_date": BORN},
            [],
        ),
    ],
)
def test_pair_is_offered_for_its_card_or_for_name_and_birth(
    world, one, other, expected
):
    named = {"full_name": "Trần Thị Hòa"}
    here = make_member(world.outside_workplace, **(named | one))
    make_registration(here, world.ward)
    make_member(world.workplace, **(named | other))

    assert grounds(world.ward_user) == expected


def test_card_when_written_otherwise_is_the_same_card():
    cards = ["11.000099", "11000099", " 11 000 099", "0011-000099"]

    assert {plain_card(card) for card in cards} == {"11000099"}
    assert plain_card(None) == ""


def test_pair_of_two_who_are_no_longer_followed_is_not_offered(world):
    twins = make_twins(world)
    Member.objects.filter(pk__in=[twins.own.pk, twins.written.pk]).update(status="left")

    assert grounds(world.ward_user) == []


@pytest.mark.parametrize(
    ("who", "number"),
    [
        ("ward_user", 1),
        ("workplace_user", 1),
        ("department_user", 1),
        ("inspector_user", 1),
        ("cell_user", 0),
        ("sister_user", 0),
        ("past_user", 0),
        ("other_workplace_user", 0),
        ("admin_user", 0),
    ],
)
def test_pair_is_told_to_both_sides_and_those_above(world, who, number):
    make_twins(world, cell=world.cell)

    assert len(possible_pairs(getattr(world, who))) == number


def test_workplace_is_not_told_of_a_record_that_another_workplace_wrote(world):
    told_fields = {"full_name": "Trần Thị Hòa", "birth_date": BORN}
    make_member(world.workplace, **told_fields)
    other = make_member(world.other_workplace, **told_fields)
    make_registration(other, world.ward, sent_on=date(2012, 1, 1))

    assert possible_pairs(world.workplace_user) == []
    assert len(possible_pairs(world.ward_user)) == 1


def test_workplace_is_told_of_two_records_of_its_own(world):
    make_member(world.workplace, full_name="Trần Thị Hòa", birth_date=BORN)
    make_member(world.workplace, full_name="Trần Thị Hòa", birth_date=BORN)

    assert len(possible_pairs(world.workplace_user)) == 1


def test_ward_is_told_while_a_letter_is_on_its_way_but_not_of_a_draft(world):
    twins = make_twins(world, ward=world.sister_ward)
    letter = Registration.objects.create(
        member=twins.own,
        workplace=world.workplace,
        ward=world.ward,
        state=Registration.State.DRAFT,
    )

    before = possible_pairs(world.ward_user)
    Registration.objects.filter(pk=letter.pk).update(state="sent", sent_on=DAY)

    assert (before, len(possible_pairs(world.ward_user))) == ([], 1)


def test_workplace_learns_the_ward_and_the_reasons_and_nothing_else(world):
    make_twins(
        world,
        written={
            "phone": "0913456789",
            "address": "12 Nguyễn Trãi",
            "card_number": "11.000077",
            "position": "Y sĩ",
        },
    )

    (pair,) = told(world.workplace_user)

    assert (pair.first.is_read, pair.first.place) == (True, "Sở Y tế")
    assert (pair.second.is_read, pair.second.place) == (
        False,
        "Đảng ủy phường Ninh Kiều",
    )
    assert pair.second.name == "Trần Thị Hòa"


def test_ward_learns_the_workplace_of_a_record_it_does_not_have(world):
    make_twins(world)

    (pair,) = told(world.ward_user)

    assert pair.first.place == "Đảng bộ Quân khu 9 · Đảng ủy phường Ninh Kiều"
    assert (pair.second.is_read, pair.second.place) == (False, "Sở Y tế")


def test_name_on_a_record_of_another_is_not_told_for_a_card_alone(world):
    make_twins(
        world,
        written={"full_name": "Lê Văn Kín", "card_number": "11.77"},
        own={"card_number": "1177"},
    )

    (pair,) = told(world.workplace_user)

    assert (pair.first.name, pair.second.name) == ("Trần Thị Hòa", HIDDEN)


def test_armed_forces_are_told_to_the_ward_by_their_topmost_unit(world):
    from_within = make_twins(world, own={"workplace": world.outside_workplace})

    (pair,) = told(world.ward_user)

    assert pair.second.member == from_within.own
    assert pair.second.place == "Đảng bộ Quân khu 9"


def test_reasons_name_what_else_agrees(world):
    admitted = date(1995, 9, 2)
    make_twins(
        world,
        own={
            "admitted_on": admitted,
            "address": "12 Nguyễn Trãi, phường Ninh Kiều",
        },
        written={"workplace": world.workplace, "admitted_on": admitted},
    )

    (pair,) = told(world.workplace_user)

    assert pair.reasons == [
        "cùng họ tên, cùng ngày sinh",
        "cùng nơi công tác",
        "cùng ngày vào Đảng",
        "địa chỉ thuộc Đảng ủy phường Ninh Kiều",
    ]


def test_weaker_reason_says_so_and_stands_last(world):
    make_twins(world)
    make_twins(
        world,
        own={"full_name": "An Văn Bình"},
        written={
            "full_name": "An Văn Bình",
            "birth_date": date(1970, 1, 1),
            "birth_precision": "year",
        },
    )

    pairs = told(world.ward_user)

    assert [pair.is_weak for pair in pairs] == [False, True]
    assert "căn cứ yếu hơn" in pairs[1].reasons[0]


def test_refused_pair_never_comes_back(world):
    twins = make_twins(world)

    dismiss_pair(
        twins.own, twins.written, reasons=[], note="Hai người", by=world.ward_user
    )

    assert possible_pairs(world.ward_user) == []
    assert possible_pairs(world.workplace_user) == []
    assert possible_pairs(world.ward_user, of=twins.written) == []


def test_pair_under_way_or_done_is_not_offered_again(world):
    twins = make_twins(world)

    twins.propose()
    under_way = possible_pairs(world.ward_user)
    other = make_twins(
        world, own={"full_name": "Vũ Ất"}, written={"full_name": "Vũ Ất"}
    )
    other.merge()

    assert (under_way, possible_pairs(world.ward_user)) == ([], [])


def test_parted_pair_comes_back_with_a_remark(world):
    twins = make_twins(world)

    twins.undo(twins.merge())
    (pair,) = told(world.ward_user)

    assert pair.remark.startswith("Đã ghép rồi tách lại ngày ")


def test_pair_between_two_others_is_not_told(world):
    twins = make_twins(world)

    assert pair_between(world.ward_user, twins.own.pk, world.member.pk) is None
    assert pair_between(world.sister_user, twins.own.pk, twins.written.pk) is None
    assert pair_between(world.ward_user, twins.own.pk, twins.written.pk) is not None


def test_search_finds_without_marks(world):
    make_twins(world)

    assert len(possible_pairs(world.ward_user, text="thi hoa")) == 1
    assert possible_pairs(world.ward_user, text="Nguyễn") == []


@pytest.mark.parametrize("number", [1, 3])
def test_pairs_when_they_grow_ask_no_more(world, number, django_assert_num_queries):
    for name in ("Vũ Giáp", "Vũ Ất", "Vũ Bính")[:number]:
        named = {"full_name": name, "address": "12 Nguyễn Trãi, phường Ninh Kiều"}
        make_twins(world, own=named, written=named)
    user = world.ward_user
    user.scopes  # noqa: B018 read once a request

    with django_assert_num_queries(2):
        pairs = possible_pairs(user)
    with django_assert_num_queries(7):
        found = told_pairs(pairs, user)

    assert len(found) == number


def test_user_of_both_sides_is_told_once(world):
    make_twins(world)
    both = make_user(Role.WORKPLACE, world.workplace)
    both.assignments.create(
        committee=world.ward, role=Role.RESIDENCE_WARD, valid_from=date(2000, 1, 1)
    )

    assert len(possible_pairs(both)) == 1
