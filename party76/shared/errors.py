"""Answers to what may go wrong on any page, each with a sentence."""

import logging

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from party76.shared.versions import Conflict

logger = logging.getLogger(__name__)

SUBMISSION_FIELD = "submission_key"
VERSION_FIELD = "version"
_MADE_ANEW = {"csrfmiddlewaretoken", SUBMISSION_FIELD, VERSION_FIELD}


def conflict_page(request, conflict: Conflict):
    """409 with both values of each field; what was typed waits in hidden fields."""
    hidden = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _MADE_ANEW
    ]
    context = {
        "about": conflict.about,
        "rows": conflict.differences,
        "hidden": hidden,
        "new_version": conflict.version,
        "action": request.get_full_path(),
        "back_url": request.get_full_path(),
    }
    return render(request, "shared/conflict.html", context, status=409)


def database_unavailable(request, error: Exception):
    """503: the database does not answer; nothing was written."""
    logger.error("database unavailable: %s: %s", type(error).__name__, error)
    # Without the request: what every page shows of its user is in the database.
    page = render_to_string("503.html", {"request_id": request.request_id})
    response = HttpResponse(page, status=503)
    response["Retry-After"] = "30"
    return response


def bad_request(request, exception):
    """400, or 413 when more was sent than the server takes."""
    name, status = "400.html", 400
    if isinstance(exception, RequestDataTooBig):
        name, status = "413.html", 413
    page = render_to_string(name, {"request_id": request.request_id})
    return HttpResponse(page, status=status)


def server_error(request):
    """500 with the request's id, which stands in the log too; asks no database."""
    page = render_to_string("500.html", {"request_id": request.request_id})
    return HttpResponse(page, status=500)


def csrf_failure(request, reason=""):
    """The form is too old or came from elsewhere: a sentence, and a way back."""
    context = {
        "reason": "Trang đã mở quá lâu hoặc phiên làm việc đã kết thúc. "
        "Đồng chí hãy quay lại trang trước, tải lại trang rồi gửi lại."
    }
    return render(request, "403.html", context, status=403)
