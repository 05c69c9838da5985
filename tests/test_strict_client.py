"""The strict client itself: what it must refuse, and what it must let pass."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone

from members.models import RoleName
from tests.strict_client import problems_of


@login_not_required
def writes_on_get(request):
    RoleName.objects.create(role="department", name="Ban Tổ chức")
    return HttpResponse("ghi rồi")


@login_not_required
def writes_a_session(request):
    Session.objects.create(session_key="x", session_data="", expire_date=timezone.now())
    return HttpResponse("ghi rồi")


@login_not_required
def shows_a_left_over_tag(request):
    return HttpResponse("<p>{{ member.full_name }}</p>")


urlpatterns = [
    path("ghi/", writes_on_get),
    path("phien/", writes_a_session),
    path("sot/", shows_a_left_over_tag),
]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_get_when_it_writes_a_row_fails(client):
    with pytest.raises(AssertionError, match="a GET must not write"):
        client.get("/ghi/")


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_get_when_it_writes_a_session_passes(client):
    assert client.get("/phien/").status_code == 200


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_post_when_it_writes_a_row_passes(client):
    assert client.post("/ghi/").status_code == 200
    assert RoleName.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_page_when_a_template_tag_is_left_over_fails(client):
    with pytest.raises(AssertionError, match="template tag left over"):
        client.get("/sot/")


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ('<p style="color: red">x</p>', "inline style in <p>"),
        ("<style>p {}</style>", "inline style in <style>"),
        ("<script>alert(1)</script>", "inline script"),
        ('<button onclick="go()">x</button>', "handler onclick in <button>"),
        ('<a href="javascript:go()">x</a>', "script in href of <a>"),
        ('<a href="{% url %}">x</a>', "template tag left in href of <a>"),
    ],
)
def test_page_when_the_policy_would_stop_it_fails(page, problem):
    assert problems_of(page) == [problem]


@pytest.mark.parametrize(
    "page",
    [
        '<script src="/static/js/party76.js"></script>',
        '<script type="application/json">{"one": 1}</script>',
        '<p class="tier" data-once>100% { } % onclick=</p>',
    ],
)
def test_page_when_it_only_looks_suspicious_passes(page):
    assert problems_of(page) == []
