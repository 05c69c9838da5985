"""What goes wrong is told in a sentence, with a way on and the request's id."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.urls import include, path

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def raising(error):
    @login_not_required
    def view(request):
        raise error

    return view


@login_not_required
def read(request):
    return HttpResponse(request.POST["text"])


urlpatterns = [
    path("400/", raising(SuspiciousOperation("broken"))),
    path("403/", raising(PermissionDenied)),
    path("404/", raising(Http404("No Thing matches the given query."))),
    path("500/", raising(ValueError("a fault of ours"))),
    path("503/", raising(OperationalError("disk is gone"))),
    path("413/", read),
    path("", include("party76.urls")),
]
handler400 = "party76.shared.errors.bad_request"
handler500 = "party76.shared.errors.server_error"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "Yêu cầu chưa đúng"),
        (403, "Chưa được phép thực hiện"),
        (404, "Không tìm thấy trang"),
        (500, "Hệ thống gặp lỗi"),
        (503, "Hệ thống tạm ngừng phục vụ"),
    ],
)
def test_page_when_it_fails_says_what_to_do_and_its_id(client, status, sentence):
    client.raise_request_exception = False

    response = client.get(f"/{status}/")

    page = response.content.decode()
    assert response.status_code == status
    assert sentence in page
    assert 'href="/"' in page
    assert response["X-Request-ID"] in page


@pytest.mark.parametrize("status", [404, 500, 503])
def test_page_when_it_fails_keeps_the_cause_to_itself(client, status):
    client.raise_request_exception = False

    page = client.get(f"/{status}/").content.decode()

    for cause in ["No Thing", "a fault of ours", "disk is gone"]:
        assert cause not in page


def test_form_when_it_is_too_large_is_answered_413(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    response = client.post("/413/", {"text": "dài" * 100})

    assert response.status_code == 413
    assert "Nội dung gửi quá lớn" in response.content.decode()
