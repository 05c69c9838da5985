import hashlib
import uuid

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.http import HttpResponseRedirect
from django.shortcuts import render

from party76.shared.errors import (
    SUBMISSION_FIELD,
    conflict_page,
    database_unavailable,
)
from party76.shared.logs import current_request_id
from party76.shared.models import Submission
from party76.shared.versions import Conflict

_NOT_PART_OF_THE_BODY = {"csrfmiddlewaretoken", SUBMISSION_FIELD}


class RequestIdMiddleware:
    """Gives each request a short id that stands in the log and on error pages."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.request_id = uuid.uuid4().hex[:12]
        current_request_id.set(request.request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id
        return response


class NoStoreMiddleware:
    """No page of a person logged in stays on a shared computer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        response.setdefault("Permissions-Policy", "geolocation=(), microphone=()")
        return response


class DatabaseUnavailableMiddleware:
    """A database that does not answer is a 503 with a sentence, not a 500."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, OperationalError | InterfaceError):
            return database_unavailable(request, exception)
        return None


class SubmissionMiddleware:
    """Runs a form once: same key again → the first answer; other body → 409.

    The key, the view's writes and the answer share one transaction.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        # A form without a key, such as one made by hand, is answered alike.
        if isinstance(exception, Conflict):
            return conflict_page(request, exception)
        return None

    def process_view(self, request, view, args, kwargs):
        if request.method != "POST" or SUBMISSION_FIELD not in request.POST:
            return None
        try:
            key = uuid.UUID(request.POST[SUBMISSION_FIELD])
        except ValueError:
            return render(request, "400.html", status=400)
        try:
            return self._run_once(request, key, view, args, kwargs)
        except _AlreadySubmittedError:
            return self._repeat(request, key)
        except Conflict as conflict:
            return conflict_page(request, conflict)
        except (OperationalError, InterfaceError) as error:
            # Django hands what a process_view raises to no process_exception.
            return database_unavailable(request, error)

    def _run_once(self, request, key, view, args, kwargs):
        with transaction.atomic():
            submission = _claim(request, key)
            response = view(request, *args, **kwargs)
            if isinstance(response, HttpResponseRedirect):
                submission.location = response["Location"]
                submission.save(update_fields=["location"])
            else:
                # Nothing was accepted: the same form may be sent again.
                submission.delete()
        return response

    def _repeat(self, request, key):
        first = Submission.objects.get(user_key=_user_key(request), key=key)
        if first.body_hash != _body_hash(request):
            return conflict_page(request, Conflict(0, []))
        messages.info(request, "Biểu mẫu này đã được lưu từ lần gửi trước.")
        return HttpResponseRedirect(first.location)


class _AlreadySubmittedError(Exception):
    pass


def _claim(request, key) -> Submission:
    try:
        with transaction.atomic():
            return Submission.objects.create(
                key=key, user_key=_user_key(request), body_hash=_body_hash(request)
            )
    except IntegrityError as error:
        raise _AlreadySubmittedError from error


def _user_key(request) -> str:
    return str(request.user.pk or "anonymous")


def _body_hash(request) -> str:
    digest = hashlib.sha256(settings.SECRET_KEY.encode())
    digest.update(request.path.encode())
    for name, values in sorted(request.POST.lists()):
        if name not in _NOT_PART_OF_THE_BODY:
            digest.update(repr((name, values)).encode())
    for name, uploads in sorted(request.FILES.lists()):
        for upload in uploads:
            digest.update(repr((name, upload.name, upload.size)).encode())
    return digest.hexdigest()
