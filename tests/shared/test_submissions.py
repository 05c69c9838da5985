"""A form is run once, its conflicts are shown, and nothing half done is kept."""

import uuid

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path

from members.models import Household
from party76.shared.models import Submission
from party76.shared.versions import Conflict, Difference
from tests.factories.members import make_committee, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def accept(request):
    Household.objects.create(committee=make_committee(), note=request.POST["note"])
    return redirect("/xong/")


def refuse(request):
    Household.objects.create(committee=make_committee(), note="half done")
    return HttpResponse("sai", status=422)


def fail(request):
    Household.objects.create(committee=make_committee(), note="half done")
    raise Http404


def collide(request):
    Household.objects.create(committee=make_committee(), note="half done")
    raise Conflict(7, [Difference("Địa chỉ", "của người khác", "của tôi")])


urlpatterns = [
    path("nhan/", accept),
    path("loi/", refuse),
    path("khong-co/", fail),
    path("xung-dot/", collide),
    path("xong/", login_not_required(lambda request: HttpResponse("xong"))),
    path("", include("party76.urls")),
]


@pytest.fixture
def logged_in(client):
    client.force_login(make_user())
    return client


def form(**fields):
    return {"submission_key": str(uuid.uuid4()), "note": "một", **fields}


def test_submission_sent_twice_is_run_once(logged_in):
    data = form()

    answers = [logged_in.post("/nhan/", data) for _ in range(3)]

    assert [answer["Location"] for answer in answers] == ["/xong/"] * 3
    assert Household.objects.count() == 1


def test_submission_of_another_body_under_the_same_key_is_a_conflict(logged_in):
    data = form()
    logged_in.post("/nhan/", data)

    answer = logged_in.post("/nhan/", data | {"note": "hai"})

    assert answer.status_code == 409
    assert Household.objects.get().note == "một"


def test_submission_keys_of_two_users_do_not_meet(logged_in, client):
    data = form()
    logged_in.post("/nhan/", data)
    client.force_login(make_user())

    client.post("/nhan/", data)

    assert Household.objects.count() == 2


def test_submission_that_was_refused_may_be_sent_again(logged_in):
    data = form()

    answers = [logged_in.post("/loi/", data) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert not Submission.objects.exists()


def test_submission_that_fails_leaves_nothing_behind(logged_in):
    answer = logged_in.post("/khong-co/", form())

    assert answer.status_code == 404
    assert not Household.objects.exists()
    assert not Submission.objects.exists()


def test_submission_with_a_broken_key_is_answered_with_a_sentence(logged_in):
    answer = logged_in.post("/nhan/", form(submission_key="không phải khóa"))

    assert answer.status_code == 400
    assert not Household.objects.exists()


def test_conflict_shows_both_values_and_keeps_what_was_typed(logged_in):
    answer = logged_in.post("/xung-dot/", form(note="giữ lại", version="6"))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "của người khác" in page
    assert "của tôi" in page
    assert 'name="note" value="giữ lại"' in page
    assert 'name="version" value="7"' in page
    assert not Household.objects.exists()


def test_conflict_of_a_form_without_a_key_is_answered_alike(logged_in):
    answer = logged_in.post("/xung-dot/", {"note": "giữ lại"})

    assert answer.status_code == 409
    assert "của người khác" in answer.content.decode()
