"""That a record may have a double is told where somebody is introduced or received."""

import pytest
from django.urls import reverse

from tests.factories.members import make_member
from tests.factories.merges import DAY, make_twins

pytestmark = pytest.mark.django_db


@pytest.fixture
def twins():
    return make_twins()


def page_of(client, user, name, *args):
    client.force_login(user)
    return client.get(reverse(f"members:{name}", args=args)).content.decode()


def compared(twins):
    return {
        reverse("members:merge_compare", args=pair)
        for pair in (
            (twins.own.pk, twins.written.pk),
            (twins.written.pk, twins.own.pk),
        )
    }


def test_doubt_when_many_are_chosen_to_introduce_marks_whom_it_is_about(twins, client):
    make_member(twins.world.workplace)

    text = page_of(client, twins.world.workplace_user, "letter_batch")

    assert text.count("Có thể trùng hồ sơ") == 1
    assert any(url in text for url in compared(twins))


def test_doubt_when_letters_wait_marks_whom_it_is_about(twins, client):
    twins.letter("sent", sent_on=DAY)

    text = page_of(client, twins.world.ward_user, "letter_inbox")

    assert text.count("Có thể trùng hồ sơ") == 1


def test_doubt_when_a_merge_is_proposed_leads_to_it(twins, client):
    twins.letter("sent", sent_on=DAY)
    merge = twins.propose()

    text = page_of(client, twins.world.ward_user, "letter_inbox")

    assert reverse("members:merge_detail", args=[merge.pk]) in text
    assert "Có thể trùng hồ sơ" not in text


def test_doubt_stands_above_the_form_of_one_letter(twins, client):
    letter = twins.letter("sent", sent_on=DAY)

    received = page_of(client, twins.world.ward_user, "registration_receive", letter.pk)
    letter.delete()
    introduced = page_of(client, twins.world.workplace_user, "letter_add", twins.own.pk)

    for text in (received, introduced):
        assert "Có một hồ sơ khác có thể là của đồng chí này." in text
