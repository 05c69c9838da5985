"""Old names lead to the units that go on, and namesakes are told apart."""

from datetime import date

import pytest
from django import forms
from django.urls import reverse

from members.forms.units import UnitField
from members.models import Kind
from members.queries.old_names import old_names
from members.queries.unit_names import find_units
from tests.factories.members import make_committee
from tests.members.old_units import (
    IN_2020,
    absorb,
    divide,
    make_old_wards,
    make_ward,
    merge,
    rename,
)

pytestmark = pytest.mark.django_db
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a12"}
OF_THE_DISTRICT = "thuộc Quận ủy Ninh Kiều, đến 30/06/2025"


@pytest.fixture
def old():
    return make_old_wards()


def found(text, **how):
    return [(one.unit.name, one.former) for one in find_units(text, **how)]


# What leads where


def test_name_when_nobody_ever_bore_it_finds_nothing(old):
    assert found("Không Có") == []


def test_text_when_empty_finds_no_old_names(old):
    merge(old, [old.wards["An Hội"]], "phường Mới")

    assert {former for _, former in found("")} == {""}


def test_renamed_unit_when_its_old_name_is_typed_is_found(old):
    rename(old, old.wards["An Hội"], "phường Cái Răng")

    assert found("an hoi") == [
        (
            "Đảng ủy phường Cái Răng",
            f"trước là Đảng ủy phường An Hội, {OF_THE_DISTRICT}",
        )
    ]


def test_unit_when_its_name_returns_is_found_by_it_as_its_own(old):
    rename(old, old.wards["An Hội"], "phường Cái Răng", on=IN_2020)
    rename(old, old.wards["An Hội"], "phường An Hội")

    assert found("An Hội") == [("Đảng ủy phường An Hội", "")]
    assert found("Cái Răng") == [
        (
            "Đảng ủy phường An Hội",
            f"trước là Đảng ủy phường Cái Răng, {OF_THE_DISTRICT}",
        )
    ]


def test_merged_unit_when_its_name_is_typed_leads_to_the_new_one(old):
    merge(old, [old.wards["An Hội"], old.wards["An Lạc"]], "phường Ninh Kiều")

    assert found("An Hội") == [
        (
            "Đảng ủy phường Ninh Kiều",
            f"trước là Đảng ủy phường An Hội, {OF_THE_DISTRICT}",
        )
    ]


def test_merged_units_when_several_fit_are_one_line(old):
    olds = [old.wards[name] for name in ("An Hội", "An Lạc", "An Khánh")]
    merge(old, olds, "phường Ninh Kiều")

    told = (
        f"trước là Đảng ủy phường An Hội, {OF_THE_DISTRICT}; "
        f"trước là Đảng ủy phường An Khánh, {OF_THE_DISTRICT}; và 1 đơn vị khác"
    )
    assert found("phuong an ") == [("Đảng ủy phường Ninh Kiều", told)]


def test_chain_of_two_reforms_when_first_name_is_typed_leads_to_the_last(old):
    middle = merge(
        old,
        [old.wards["An Hội"], old.wards["An Lạc"]],
        "phường Ở Giữa",
        on=IN_2020,
        parent=old.district,
    )
    last = merge(old, [middle, old.wards["Tân An"]], "phường Ninh Kiều")

    by_first = find_units("An Hội")
    by_middle = find_units("Ở Giữa")

    assert [one.unit for one in by_first + by_middle] == [last, last]
    assert by_first[0].former.endswith("thuộc Quận ủy Ninh Kiều, đến 31/12/2019")
    assert by_middle[0].former.endswith("đến 30/06/2025")


def test_divided_unit_when_its_name_is_typed_leads_to_all_its_parts(old):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["Tân An"],
    )

    told = f"một phần của Đảng ủy phường An Hội, {OF_THE_DISTRICT}"
    assert found("An Hội") == [
        ("Đảng ủy phường An Lạc", told),
        ("Đảng ủy phường Tân An", told),
    ]


def test_divided_unit_when_it_lives_on_comes_before_the_part_it_gave(old):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["An Hội"],
    )

    first, second = find_units("An Hội")
    assert (first.unit, first.former, first.since) == (
        old.wards["An Hội"],
        "",
        date(2000, 1, 1),
    )
    assert (second.unit, second.former) == (
        old.wards["An Lạc"],
        "một phần của Đảng ủy phường An Hội, đến 30/06/2025",
    )


def test_divided_unit_when_it_was_renamed_since_still_leads_to_both(old):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["An Hội"],
        on=IN_2020,
    )
    rename(old, old.wards["An Hội"], "phường Hội")

    told = f"một phần của Đảng ủy phường An Hội, {OF_THE_DISTRICT}"
    assert sorted(found("An Hội")) == [
        ("Đảng ủy phường An Lạc", told),
        ("Đảng ủy phường Hội", told),
    ]


def test_renamed_unit_when_it_was_divided_before_it_bore_the_name_is_whole(old):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["An Hội"],
        on=IN_2020,
    )
    rename(old, old.wards["An Hội"], "phường Hội", on=date(2022, 1, 1))
    rename(old, old.wards["An Hội"], "phường Ninh Kiều")

    assert found("phường Hội") == [
        (
            "Đảng ủy phường Ninh Kiều",
            f"trước là Đảng ủy phường Hội, {OF_THE_DISTRICT}",
        )
    ]


def test_merged_unit_when_its_successor_is_divided_leads_to_both_parts(old):
    middle = merge(
        old, [old.wards["An Hội"]], "phường Ở Giữa", on=IN_2020, parent=old.district
    )
    divide(old, middle, part_to=old.wards["An Lạc"], rest_to=old.wards["Tân An"])

    told = "một phần của Đảng ủy phường An Hội, thuộc Quận ủy Ninh Kiều, đến 31/12/2019"
    assert found("An Hội") == [
        ("Đảng ủy phường An Lạc", told),
        ("Đảng ủy phường Tân An", told),
    ]


def test_part_when_its_taker_was_absorbed_leads_to_the_absorber(old):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["Tân An"],
        on=IN_2020,
    )
    absorb(old, old.wards["An Lạc"], old.wards["Hưng Lợi"])

    assert [one.unit for one in find_units("An Hội")] == [
        old.wards["Hưng Lợi"],
        old.wards["Tân An"],
    ]


def test_unit_never_kept_here_when_its_name_is_typed_leads_to_the_new_one(old):
    merge(old, [old.wards["An Hội"]], "phường Ninh Kiều", told=["Xã Đông Phước A"])

    assert found("dong phuoc") == [
        ("Đảng ủy phường Ninh Kiều", "trước là Xã Đông Phước A, đến 30/06/2025")
    ]
    assert found("Đảng ủy xã Đông Phước A") == found("dong phuoc")


def test_unit_never_kept_here_when_its_successor_closed_since_leads_on(old):
    middle = merge(
        old, [old.wards["An Hội"]], "xã Giữa", on=IN_2020, told=["Xã Đông Phước"]
    )
    last = merge(old, [middle], "xã Cuối")

    assert [one.unit for one in find_units("Đông Phước")] == [last]


def test_unit_when_nobody_followed_it_is_not_found(old):
    absorb(old, old.wards["An Hội"], old.wards["An Lạc"])
    gone = old.wards["An Hội"]
    gone.refresh_from_db()
    gone.heir = None
    gone.save()
    gone.successions.all().delete()

    assert found("An Hội") == []


def test_new_unit_when_it_bears_the_name_of_another_comes_first(old):
    """As in Cần Thơ in 2025."""
    ninh_kieu = merge(old, [old.wards["Tân An"]], "phường Ninh Kiều")
    tan_an = merge(old, [old.wards["An Khánh"], old.wards["Hưng Lợi"]], "phường Tân An")

    first, second, *others = find_units("tan an")

    assert (first.unit, first.former, first.since) == (tan_an, "", date(2025, 7, 1))
    assert (second.unit, second.former) == (
        ninh_kieu,
        f"trước là Đảng ủy phường Tân An, {OF_THE_DISTRICT}",
    )
    assert [one.unit for one in others] == [old.world.past_ward]  # Tân An Hai


def test_new_unit_when_it_bears_the_name_of_its_own_predecessor_is_told_once(old):
    merge(old, [old.wards["An Hội"], old.wards["An Lạc"]], "phường An Hội")

    assert found("An Hội") == [("Đảng ủy phường An Hội", "")]
    assert find_units("An Hội")[0].since is None


def test_namesakes_when_all_are_open_are_told_with_unit_above_and_first_day(old):
    other = make_committee(old.world.city, kind=Kind.DISTRICT, name="Thị ủy Vĩnh Châu")
    make_ward(old.district, "phường 1", code="A1")
    make_ward(other, "phường 1", code="B1", valid_from=IN_2020)

    kind = "Đảng ủy xã, phường, thị trấn, đặc khu"
    assert {one.detail for one in find_units("phường 1")} == {
        f"{kind}, thuộc Quận ủy Ninh Kiều, từ 01/01/2000 – mã A1",
        f"{kind}, thuộc Thị ủy Vĩnh Châu, từ 01/01/2020 – mã B1",
    }


def test_namesakes_when_both_are_old_are_told_with_unit_above_and_last_day(old):
    other = make_committee(old.world.city, kind=Kind.DISTRICT, name="Thị ủy Vĩnh Châu")
    ours, theirs = make_ward(old.district, "phường 1"), make_ward(other, "phường 1")
    merge(old, [ours], "phường Mới Một", on=IN_2020)
    merge(old, [theirs], "phường Mới Hai")

    assert found("phường 1") == [
        (
            "Đảng ủy phường Mới Hai",
            "trước là Đảng ủy phường 1, thuộc Thị ủy Vĩnh Châu, đến 30/06/2025",
        ),
        (
            "Đảng ủy phường Mới Một",
            "trước là Đảng ủy phường 1, thuộc Quận ủy Ninh Kiều, đến 31/12/2019",
        ),
    ]


def test_very_name_when_many_others_hold_it_comes_first(old):
    for number in range(25):
        make_committee(
            old.wards["An Lạc"], kind=Kind.CELL, name=f"Chi bộ An Hội {number}"
        )
    merge(old, [old.wards["Tân An"]], "phường An Hội Đông")

    names = [name for name, _ in found("an hoi")]

    assert (names[0], len(names)) == ("Đảng ủy phường An Hội", 20)


def test_old_name_when_it_is_the_very_one_comes_before_names_that_hold_it(old):
    for number in range(25):
        make_committee(
            old.wards["An Lạc"], kind=Kind.CELL, name=f"Chi bộ An Hội {number}"
        )
    merge(old, [old.wards["An Hội"]], "phường Ninh Kiều")

    assert found("an hoi")[0][0] == "Đảng ủy phường Ninh Kiều"


def test_old_names_when_wards_are_wanted_lead_to_wards_only(old):
    office = make_committee(
        old.district, kind=Kind.GRASSROOTS, name="Phòng Tân An quận"
    )
    absorb(old, office, old.world.workplace)
    merge(old, [old.wards["Tân An"]], "phường Ninh Kiều")

    assert [name for name, _ in found("Tân An", wards_only=True)] == [
        "Đảng ủy phường Ninh Kiều",
        "Đảng ủy phường Tân An Hai",
    ]
    assert "Sở Y tế" in [name for name, _ in found("Tân An")]


def test_old_names_when_all_are_asked_for_tell_of_each_unit_once(old):
    merge(old, [old.wards["An Hội"]], "phường Ninh Kiều", told=["Xã Đông Phước"])
    rename(old, old.wards["An Lạc"], "phường Lạc")

    assert sorted(name.name for name in old_names()) == [
        "Xã Đông Phước",
        "Đảng ủy phường An Hội",
        "Đảng ủy phường An Lạc",
    ]


# How many queries


@pytest.mark.parametrize("units", [1, 3])
def test_search_when_there_are_more_old_names_asks_four_times(
    old, units, django_assert_num_queries
):
    wards = [make_ward(old.district, f"phường Cũ {number}") for number in range(units)]
    for number, ward in enumerate(wards):
        middle = merge(old, [ward], f"phường Giữa {number}", on=IN_2020)
        merge(old, [middle], f"phường Mới {number}")

    with django_assert_num_queries(4):
        list(find_units("phuong cu"))


@pytest.mark.parametrize("units", [1, 3])
def test_type_ahead_when_there_are_more_old_names_asks_no_more(
    old, client, units, django_assert_num_queries
):
    wards = [make_ward(old.district, f"phường Cũ {number}") for number in range(units)]
    for number, ward in enumerate(wards):
        merge(old, [ward], f"phường Mới {number}")
    client.force_login(old.world.workplace_user)

    with django_assert_num_queries(7):  # session, account, posts, and four
        client.get(reverse("members:unit_options"), {"q": "phuong cu"})


# On the pages


def test_type_ahead_when_an_old_name_is_typed_tells_how_it_was_found(old, client):
    new = merge(old, [old.wards["An Hội"]], "phường Ninh Kiều")
    client.force_login(old.world.cell_user)

    answer = client.get(reverse("members:unit_options"), {"q": "an hoi", "wards": "1"})

    assert answer.json() == {
        "units": [
            {
                "id": new.pk,
                "name": "Đảng ủy phường Ninh Kiều",
                "detail": "Đảng ủy xã, phường, thị trấn, đặc khu, thuộc Thành ủy Cần Thơ "
                f"– mã {new.code}",
                "former": f"trước là Đảng ủy phường An Hội, {OF_THE_DISTRICT}",
            }
        ]
    }


def test_tree_search_when_an_old_name_is_typed_shows_the_successor(old, client):
    new = merge(old, [old.wards["An Hội"]], "phường Ninh Kiều")
    client.force_login(old.world.cell_user)

    page = client.get(reverse("members:committee_tree"), {"don_vi_typed": "an hội"})

    text = page.content.decode()
    assert reverse("members:committee_detail", args=[new.pk]) in text
    assert f"(trước là Đảng ủy phường An Hội, {OF_THE_DISTRICT})" in text


# The field without a script


def entered(text, *, number="", picked=""):
    """What the field makes of a page's answer."""
    field = UnitField(wards_only=True)
    data = {"w": number, "w_typed": text}
    if picked:
        data["w_picked"] = picked
    return field, field.widget.value_from_datadict(data, {}, "w")


def test_field_when_an_old_name_has_one_successor_takes_it(old):
    new = merge(old, [old.wards["An Hội"]], "phường Ninh Kiều")
    field, value = entered("phường An Hội")

    assert field.clean(value) == new


def test_field_when_the_unit_was_divided_asks_which_part(old):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["Tân An"],
    )
    field, value = entered("An Hội")

    with pytest.raises(forms.ValidationError, match="Có nhiều đơn vị"):
        field.clean(value)
    page = field.widget.render("w", value, {"id": "id_w"})

    assert [one.unit for one in field.widget.choices] == [
        old.wards["An Lạc"],
        old.wards["Tân An"],
    ]
    assert "(một phần của Đảng ủy phường An Hội" in page


def test_field_when_one_of_several_is_ticked_takes_it(old):
    divide(
        old,
        old.wards["An Hội"],
        part_to=old.wards["An Lạc"],
        rest_to=old.wards["Tân An"],
    )
    field, value = entered("An Hội", picked=old.wards["Tân An"].pk)

    assert field.clean(value) == old.wards["Tân An"]


def test_field_when_another_name_is_typed_over_a_number_does_not_keep_it(old):
    """The number is of a ward that the name typed now led to once, among others."""
    ninh_kieu = merge(old, [old.wards["Tân An"]], "phường Ninh Kiều")
    tan_an = merge(old, [old.wards["An Khánh"]], "phường Tân An")
    field, value = entered("Đảng ủy phường Tân An", number=ninh_kieu.pk)

    assert field.clean(value) == tan_an


def test_field_when_name_is_both_present_and_old_asks(old):
    ninh_kieu = merge(old, [old.wards["Tân An"]], "phường Ninh Kiều")
    tan_an = merge(old, [old.wards["An Khánh"]], "phường Tân An")
    field, value = entered("Tân An", number=ninh_kieu.pk)

    with pytest.raises(forms.ValidationError, match="Có nhiều đơn vị"):
        field.clean(value)

    assert [one.unit for one in field.widget.choices][:2] == [tan_an, ninh_kieu]


def test_letter_when_an_old_name_is_typed_goes_to_the_successor(old, client):
    new = merge(old, [old.wards["An Hội"]], "phường Ninh Kiều")
    world = old.world
    member = world.member
    world.registration.delete()
    client.force_login(world.workplace_user)

    client.post(
        reverse("members:letter_add", args=[member.pk]),
        {**KEY, "ward_typed": "Phường An Hội"},
    )

    letter = member.registrations.get(state="sent")
    assert letter.ward == new
