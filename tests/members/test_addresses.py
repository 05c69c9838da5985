"""The wards that an address speaks of, by the names of today and of then."""

import pytest
from django.urls import reverse

from members.models import Kind, Member, Registration
from members.queries.addresses import wards_in_address
from members.services.reorganisations.plan import ReformPlan
from tests.factories.members import make_committee, make_member
from tests.members.old_units import (
    IN_2020,
    divide,
    make_old_wards,
    make_ward,
    merge,
    reform,
    rename,
)

pytestmark = pytest.mark.django_db
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a13"}


@pytest.fixture
def old():
    return make_old_wards()


def wards(text):
    return [one.unit for one in wards_in_address(text)]


@pytest.mark.parametrize(
    "text", ["", "  ", "12 Nguyễn Trãi", "phường", "phường 99", ","]
)
def test_address_when_it_names_no_ward_finds_none(old, text):
    assert wards(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "12 Nguyễn Trãi, phường An Hội, quận Ninh Kiều, TP. Cần Thơ",
        "12 Nguyễn Trãi, P. An Hội, Q. Ninh Kiều",
        "12 Nguyễn Trãi - P.An Hội - Q.Ninh Kiều",
        "Số 12 Nguyễn Trãi phường An Hội quận Ninh Kiều thành phố Cần Thơ",
        "khu vuc 3; phuong an hoi; can tho",
        "12 Nguyễn Trãi, An Hội, Ninh Kiều, Cần Thơ",
        "12 Nguyễn Trãi phường An Hội Cần Thơ",
        "phường An Hội (cũ)",
        "PHƯỜNG AN HỘI",
    ],
)
def test_address_when_written_one_way_or_another_finds_the_ward(old, text):
    assert wards(text) == [old.wards["An Hội"]]


@pytest.mark.parametrize(
    "text",
    [
        "ấp An Hội, xã Lạ",
        "đường An Hội, Cần Thơ",
        "phường An Hội Đông, quận Ninh Kiều",
        "thị xã An Hội",
        "phường An Hội, thành phố Mỹ Tho",
        "phường An Hội, huyện Vĩnh Thạnh",
    ],
)
def test_address_when_the_name_is_of_something_else_finds_none(old, text):
    make_committee(old.world.city, kind=Kind.DISTRICT, name="Huyện ủy Vĩnh Thạnh")

    assert wards(text) == []


def test_address_when_one_name_begins_another_finds_the_longest(old):
    longer = make_ward(old.district, "phường An Hội Tây")

    assert wards("5 Lê Lợi, phường An Hội Tây") == [longer]
    assert wards("5 Lê Lợi, phường An Hội") == [old.wards["An Hội"]]


def test_address_when_the_ward_was_merged_finds_the_successor(old):
    new = merge(old, [old.wards["An Hội"]], "phường Ninh Kiều")

    found = wards_in_address("12 Nguyễn Trãi, P. An Hội, Q. Ninh Kiều")

    assert [(one.unit, one.former) for one in found] == [
        (
            new,
            "trước là Đảng ủy phường An Hội, thuộc Quận ủy Ninh Kiều, đến 30/06/2025",
        )
    ]


def test_address_when_the_ward_was_renamed_finds_it_by_both_names(old):
    ward = old.wards["An Hội"]
    rename(old, ward, "phường Hội")

    assert wards("phường An Hội") == wards("phường Hội") == [ward]
    assert [one.former for one in wards_in_address("phường Hội")] == [""]


def test_address_when_two_reforms_lie_between_finds_the_last(old):
    middle = merge(
        old, [old.wards["An Hội"]], "phường Giữa", on=IN_2020, parent=old.district
    )
    last = merge(old, [middle], "phường Ninh Kiều")

    assert wards("phường An Hội, quận Ninh Kiều") == [last]


def test_address_when_the_ward_was_divided_finds_all_parts(old):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["Tân An"],
    )

    found = wards_in_address("phường An Hội")

    assert {one.unit for one in found} == {old.wards["An Lạc"], old.wards["Tân An"]}
    assert all(one.former.startswith("một phần của") for one in found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("phường Tân An, quận Ninh Kiều", ["Ninh Kiều"]),
        ("phường Tân An, Ninh Kiều, Cần Thơ", ["Ninh Kiều"]),
        ("phường Tân An, thành phố Cần Thơ", ["Tân An", "Ninh Kiều"]),
        ("phường Tân An", ["Tân An", "Ninh Kiều"]),
    ],
)
def test_address_when_a_new_ward_bears_the_name_goes_by_the_district(old, text, names):
    merge(old, [old.wards["Tân An"]], "phường Ninh Kiều")
    merge(old, [old.wards["An Khánh"]], "phường Tân An")

    found = [ward.name.removeprefix("Đảng ủy phường ") for ward in wards(text)]

    assert found == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("xã Thạnh An, huyện Vĩnh Thạnh", "Thạnh Quới"),
        ("TT. Thạnh An, H. Vĩnh Thạnh", "Thạnh An Mới"),
        ("thị trấn Thanh An, huyện Vĩnh Thạnh", "Thanh An Mới"),
        ("thi tran Thanh An, H. Thoi Lai", "Thanh An Mới"),
    ],
)
def test_address_when_kind_or_marks_differ_goes_by_them(old, text, name):
    district = make_committee(
        old.world.city, kind=Kind.DISTRICT, name="Huyện ủy Vĩnh Thạnh"
    )
    other = make_committee(old.world.city, kind=Kind.DISTRICT, name="Huyện ủy Thới Lai")
    commune = make_ward(district, "xã Thạnh An")
    town = make_ward(district, "thị trấn Thạnh An")
    twin = make_ward(district, "thị trấn Thanh An")
    twin_elsewhere = make_ward(other, "thị trấn Thanh An")
    merge(old, [commune], "xã Thạnh Quới")
    merge(old, [town], "xã Thạnh An Mới")
    merge(old, [twin, twin_elsewhere], "xã Thanh An Mới")

    assert [ward.name for ward in wards(text)] == [f"Đảng ủy xã {name}"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Phường 1, TP. Sóc Trăng", ["Phú Lợi"]),
        ("P1, thị xã Vĩnh Châu, tỉnh Sóc Trăng", ["Vĩnh Châu"]),
        ("P.01, tỉnh Sóc Trăng", ["Vĩnh Châu", "Phú Lợi"]),
        ("Phường 1, quận 3, TP. Hồ Chí Minh", []),
    ],
)
def test_address_when_wards_were_never_kept_here_goes_by_words_of_decisions(
    old, text, names
):
    merge(
        old,
        [old.wards["An Hội"]],
        "phường Phú Lợi",
        told=["Phường 1, Thành phố Sóc Trăng, Sóc Trăng"],
    )
    merge(
        old,
        [old.wards["An Lạc"]],
        "phường Vĩnh Châu",
        told=["Phường 1, Thị xã Vĩnh Châu, Sóc Trăng"],
    )

    found = {ward.name.removeprefix("Đảng ủy phường ") for ward in wards(text)}

    assert found == set(names)


def test_address_when_only_the_district_went_still_finds_the_ward(old):
    """Eight units of 2025 were not arranged; addresses name their district still."""
    ward = old.wards["An Hội"]
    plan = ReformPlan(on=IN_2020, changes={ward.pk: {"parent": old.world.city.pk}})
    reform(old, plan)

    assert wards("phường An Hội, quận Ninh Kiều") == [ward]
    assert wards("phường An Hội, TP Cần Thơ") == [ward]


@pytest.mark.parametrize("units", [1, 3])
def test_address_when_there_are_more_wards_asks_four_times(
    old, units, django_assert_num_queries
):
    made = [make_ward(old.district, f"phường Cũ {number}") for number in range(units)]
    for number, ward in enumerate(made):
        merge(old, [ward], f"phường Mới {number}")

    with django_assert_num_queries(4):
        assert len(wards_in_address("phường Cũ 0, quận Ninh Kiều")) == 1


# Where a letter is written


@pytest.fixture
def newcomer(old):
    return make_member(old.world.workplace, address="12 Nguyễn Trãi, P. An Hội")


def letter_page(client, old, member):
    client.force_login(old.world.workplace_user)
    return client.get(reverse("members:letter_add", args=[member.pk]))


def test_letter_when_the_address_tells_the_ward_is_filled_in(old, client, newcomer):
    new = merge(old, [old.wards["An Hội"]], "phường Ninh Kiều")

    page = letter_page(client, old, newcomer)

    text = page.content.decode()
    assert f'name="ward" value="{new.pk}"' in text
    assert 'value="Đảng ủy phường Ninh Kiều"' in text
    assert (
        "Theo địa chỉ: Đảng ủy phường Ninh Kiều (trước là Đảng ủy phường An Hội, thuộc "
        "Quận ủy Ninh Kiều, đến 30/06/2025)" in text
    )
    assert "ward_picked" not in text


def test_letter_when_the_address_tells_several_wards_offers_them(old, client, newcomer):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["Tân An"],
    )

    page = letter_page(client, old, newcomer)
    client.post(
        reverse("members:letter_add", args=[newcomer.pk]),
        {**KEY, "ward": "", "ward_typed": "", "ward_picked": old.wards["Tân An"].pk},
    )

    text = page.content.decode()
    assert 'name="ward" value=""' in text
    assert "Theo địa chỉ của đảng viên" in text
    assert text.count('name="ward_picked"') == 2
    assert newcomer.registrations.get().ward == old.wards["Tân An"]


def test_letter_when_a_ward_has_asked_for_it_keeps_that_and_offers_the_other(
    old, client, newcomer
):
    Registration.objects.create(
        member=newcomer,
        workplace=old.world.workplace,
        ward=old.wards["An Lạc"],
        state=Registration.State.LETTER_ASKED,
    )

    text = letter_page(client, old, newcomer).content.decode()

    assert f'name="ward" value="{old.wards["An Lạc"].pk}"' in text
    assert f'data-unit-pick="{old.wards["An Hội"].name}"' in text


def test_letter_when_the_address_names_no_ward_is_left_open(old, client, newcomer):
    Member.objects.filter(pk=newcomer.pk).update(address="Hẻm 5, ấp Lạ")

    text = letter_page(client, old, newcomer).content.decode()

    assert 'name="ward" value=""' in text
    assert "Theo địa chỉ" not in text


def test_letter_when_another_ward_is_typed_does_not_go_by_the_address(
    old, client, newcomer
):
    client.force_login(old.world.workplace_user)

    client.post(
        reverse("members:letter_add", args=[newcomer.pk]),
        {**KEY, "ward": old.wards["An Hội"].pk, "ward_typed": "An Lạc"},
    )

    assert newcomer.registrations.get().ward == old.wards["An Lạc"]


@pytest.mark.parametrize("units", [1, 3])
def test_letter_page_when_there_are_more_old_wards_asks_no_more(
    old, client, newcomer, units, django_assert_num_queries
):
    made = [make_ward(old.district, f"phường Cũ {number}") for number in range(units)]
    for number, ward in enumerate(made):
        merge(old, [ward], f"phường Mới {number}")

    client.force_login(old.world.workplace_user)

    with django_assert_num_queries(13):
        client.get(reverse("members:letter_add", args=[newcomer.pk]))
