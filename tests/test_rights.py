"""Every URL × person × situation, as tests/url_matrix.py says."""

from functools import cache

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories.rights import make_rights_world
from tests.strict_client import StrictClient
from tests.url_matrix import CAST, MATRIX, PUBLIC

pytestmark = pytest.mark.django_db

# What the signs of the matrix stand for; a form refused for its fields was taken up.
SIGNS = {200: "+", 302: "+", 409: "+", 422: "+", 403: "-", 404: "."}


@cache
def named_urls() -> frozenset[str]:
    return frozenset(_names(get_resolver(), ""))


def _names(resolver, space):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _names(entry, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}"


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Made once for all cases; each request is rolled back, and in the end all of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_rights_world()
        transaction.set_rollback(True)


def answer(person, method: str, url: str):
    client = StrictClient()
    with transaction.atomic():
        if person is not None:
            client.force_login(person)
        response = client.generic(method, url)
        transaction.set_rollback(True)
    return response


def test_every_url_stands_in_the_matrix():
    assert {case.url for case in MATRIX} | set(PUBLIC) == named_urls()


@pytest.mark.parametrize("case", MATRIX, ids=str)
def test_url_answers_each_person_as_the_matrix_says(case, world):
    url = reverse(case.url, kwargs=case.kwargs(world))

    answers = [
        SIGNS.get(answer(getattr(world, person), case.method, url).status_code, "!")
        for person in CAST
    ]

    assert dict(zip(CAST, answers, strict=True)) == dict(
        zip(CAST, case.expected, strict=True)
    )


@pytest.mark.parametrize("case", MATRIX, ids=str)
def test_url_sends_a_stranger_to_the_login_page(case, world):
    url = reverse(case.url, kwargs=case.kwargs(world))

    response = answer(None, case.method, url)

    assert (response.status_code, response["Location"].split("?")[0]) == (
        302,
        reverse("login"),
    )
