"""The pages of steps for many: choose, say what is the same, all or nothing."""

import re

import pytest
from django.urls import reverse

from members.models import Member, Registration
from members.services.letters import introduce, withdraw_letter
from members.views import batches
from tests.factories.members import make_committee, make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
KEY = {"submission_key": "8b7c62cd-6f2b-4f0e-9a36-8b5d6f0a9a11"}
State = Registration.State


@pytest.fixture
def world():
    return make_world()


def letters(world, number):
    return [
        introduce(
            make_member(world.workplace), ward=world.ward, by=world.workplace_user
        )
        for _ in range(number)
    ]


def received(world, number):
    return [
        make_registration(make_member(world.workplace), world.ward, cell=world.cell)
        for _ in range(number)
    ]


def posted(stays):
    return [f"{stay.pk}.{stay.version}" for stay in stays]


def test_batch_page_when_opened_shows_the_chosen_and_writes_nothing(world, client):
    both = letters(world, 2)
    client.force_login(world.ward_user)

    page = client.post(reverse("members:letters_receive"), {"dong": posted(both)})

    assert page.status_code == 200
    assert [one[0] for one in page.context["lines"]] == both
    assert set(
        Registration.objects.filter(pk__in=[one.pk for one in both]).values_list(
            "state", flat=True
        )
    ) == {"sent"}


def test_batch_page_when_sent_receives_with_cells_of_lines_and_running_numbers(
    world, client
):
    first, second = letters(world, 2)
    client.force_login(world.ward_user)

    answer = client.post(
        reverse("members:letters_receive"),
        {
            **KEY,
            "lam": "1",
            "on": "01/06/2026",
            "first_number": "8",
            "cell": world.cell.pk,
            "dong": [
                f"{first.pk}.{first.version}",
                f"{second.pk}.{second.version}.{world.sister_cell.pk}",
            ],
        },
    )

    assert answer.url == reverse("members:letter_inbox")
    stored = Registration.objects.in_bulk([first.pk, second.pk])
    assert [
        (one.cell, one.receipt_number) for one in (stored[first.pk], stored[second.pk])
    ] == [(world.cell, "8"), (world.sister_cell, "9")]


def test_batch_page_when_something_stands_in_the_way_keeps_what_was_typed(
    world, client
):
    first, second = letters(world, 2)
    make_registration(second.member, world.sister_ward)
    client.force_login(world.ward_user)

    page = client.post(
        reverse("members:letters_receive"),
        {
            **KEY,
            "lam": "1",
            "on": "01/06/2026",
            "first_number": "8/TN",
            "dong": [
                f"{first.pk}.{first.version}.{world.sister_cell.pk}",
                f"{second.pk}.{second.version}",
            ],
        },
    )

    text = page.content.decode()
    assert page.status_code == 422
    assert "Đảng ủy phường Cái Khế" in text
    assert 'value="8/TN"' in text
    assert re.search(
        rf'value="{first.pk}\.{first.version}\.{world.sister_cell.pk}"\s+selected', text
    )
    assert Registration.objects.get(pk=first.pk).state == State.SENT


def test_receiving_many_when_one_letter_was_withdrawn_meanwhile_writes_nothing(
    world, client
):
    first, second, third = letters(world, 3)
    ticked = posted([first, second, third])
    withdraw_letter(first, version=first.version, by=world.workplace_user)
    client.force_login(world.ward_user)
    data = {**KEY, "lam": "1", "on": "01/06/2026", "first_number": "8"}

    page = client.post(reverse("members:letters_receive"), {**data, "dong": ticked})

    assert page.status_code == 422
    assert "1 dòng đã chọn không còn ở đây" in page.content.decode()
    assert [one[0] for one in page.context["lines"]] == [second, third]
    assert set(
        Registration.objects.filter(pk__in=[second.pk, third.pk]).values_list(
            "state", "receipt_number"
        )
    ) == {("sent", "")}


def test_batch_page_when_all_of_the_ticked_are_gone_says_so(world, client):
    (letter,) = letters(world, 1)
    ticked = posted([letter])
    withdraw_letter(letter, version=letter.version, by=world.workplace_user)
    client.force_login(world.ward_user)

    answer = client.post(
        reverse("members:letters_receive"), {"dong": ticked}, follow=True
    )

    assert answer.redirect_chain[-1][0] == reverse("members:letter_inbox")
    assert "1 dòng đã chọn không còn ở đây" in answer.content.decode()


def test_batch_page_when_more_are_ticked_than_go_at_once_writes_nothing(
    world, client, monkeypatch
):
    monkeypatch.setattr(batches, "MOST_AT_ONCE", 1)
    first, second = received(world, 2)
    client.force_login(world.ward_user)

    page = client.post(
        reverse("members:stays_end"),
        {
            **KEY,
            "lam": "1",
            "end_reason": "other",
            "on": "01/06/2026",
            "dong": posted([first, second]),
        },
    )

    assert page.status_code == 422
    assert "mỗi lần nhiều nhất 1 đồng chí" in page.content.decode()
    assert Registration.objects.get(pk=first.pk).state == State.RECEIVED


def test_batch_page_when_a_letter_is_another_wards_leaves_it_out(world, client):
    (own,) = letters(world, 1)
    other = introduce(
        make_member(world.workplace), ward=world.sister_ward, by=world.workplace_user
    )
    client.force_login(world.ward_user)

    page = client.post(
        reverse("members:letters_receive"), {"dong": posted([own, other])}
    )

    assert [one[0] for one in page.context["lines"]] == [own]
    assert "1 dòng đã chọn không còn ở đây" in page.content.decode()


def test_batch_page_when_nobody_is_ticked_says_so(world, client):
    client.force_login(world.ward_user)

    answer = client.post(reverse("members:stays_end"), {}, follow=True)

    assert answer.redirect_chain[-1][0] == reverse("members:stay_pick")
    assert "chưa chọn ai" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "who", "data"),
    [
        ("letters_return", "ward_user", {"reason": "Không ở đây"}),
        ("stays_end", "ward_user", {"end_reason": "other", "on": "01/06/2026"}),
    ],
)
def test_batch_page_of_the_ward_when_sent_writes(world, client, name, who, data):
    stays = letters(world, 2) if name == "letters_return" else received(world, 2)
    client.force_login(getattr(world, who))

    client.post(
        reverse(f"members:{name}"), {**KEY, **data, "lam": "1", "dong": posted(stays)}
    )

    states = Registration.objects.filter(pk__in=[stay.pk for stay in stays])
    assert set(states.values_list("state", flat=True)) == {
        "returned" if name == "letters_return" else "ended"
    }


def test_end_page_when_many_move_takes_the_new_ward_by_name(world, client):
    stays = received(world, 2)
    client.force_login(world.ward_user)
    data = {**KEY, "lam": "1", "on": "01/06/2026", "dong": posted(stays)}
    to = {"moved_to_typed": world.sister_ward.name}
    url = reverse("members:stays_end")

    refused = client.post(url, {**data, **to, "end_reason": "other"})
    client.post(url, {**data, **to, "end_reason": "moved_away"})

    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["moved_to"]
    ended = Registration.objects.filter(pk__in=[stay.pk for stay in stays])
    assert set(ended.values_list("moved_to", flat=True)) == {world.sister_ward.pk}


def test_assign_page_when_sent_passes_all_to_the_cell(world, client):
    stays = received(world, 2)
    client.force_login(world.ward_user)

    client.post(
        reverse("members:stays_assign"),
        {
            **KEY,
            "lam": "1",
            "cell": world.sister_cell.pk,
            "on": "01/06/2026",
            "dong": posted(stays),
        },
    )

    assert world.sister_cell.registrations_at_cell.count() == 2


def transfer(world, client, *members):
    target = make_committee(world.city, kind="grassroots", name="Sở Xây dựng")
    client.force_login(world.workplace_user)
    data = {
        **KEY,
        "lam": "1",
        "workplace": target.pk,
        "workplace_typed": "Sở Xây dựng",
        "on": "01/06/2026",
        "dong": posted(members),
    }
    return client.post(reverse("members:members_transfer"), data), target


def test_transfer_page_when_sent_lets_them_go_over(world, client):
    (stay,) = received(world, 1)

    _, target = transfer(world, client, stay.member)

    assert Member.objects.get(pk=stay.member_id).workplace == target


def test_transfer_page_when_one_is_a_stranger_writes_nothing(world, client):
    (stay,) = received(world, 1)
    stranger = make_member(world.other_workplace)

    page, _ = transfer(world, client, stay.member, stranger)

    assert page.status_code == 422
    assert "1 dòng đã chọn không còn ở đây" in page.content.decode()
    assert Member.objects.get(pk=stay.member_id).workplace == world.workplace
    assert Member.objects.get(pk=stranger.pk).workplace == world.other_workplace


def test_transfer_page_when_one_has_died_meanwhile_writes_nothing_and_names_him(
    world, client
):
    first, second = received(world, 2)
    Member.objects.filter(pk=first.member_id).update(status="dead")

    page, _ = transfer(world, client, first.member, second.member)

    assert page.status_code == 422
    assert f"Đồng chí {first.member.full_name}: đã từ trần." in page.content.decode()
    assert Member.objects.get(pk=second.member_id).workplace == world.workplace


def test_progress_when_nothing_runs_is_empty(world, client):
    client.force_login(world.ward_user)

    answer = client.get(reverse("members:batch_progress"))

    assert answer.json() == {"value": 0, "max": 100, "text": ""}
