"""A search by name goes by POST and gets an address of its own, without the name.

So Back and Reload work on what was found: the browser keeps no answer to a POST.
"""

import secrets

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

# Of the field that asks for it (search_box.html, pagination.html), and in the address.
MARK = "tim"
_KEPT = "searches"
_MOST_KEPT = 30
_LONGEST = 2000


class SearchMiddleware:
    """Keeps what was searched for in the session, and answers at the address of it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request, _view, _args, _kwargs) -> HttpResponse | None:
        """The way to the address of a search; at that address the search itself."""
        if request.method == "POST" and MARK in request.POST:
            return _keep(request)
        if request.method == "GET" and MARK in request.GET:
            return _find_again(request)
        return None


def _keep(request) -> HttpResponse | None:
    sent = request.POST.copy()
    for name in (MARK, "csrfmiddlewaretoken"):
        sent.pop(name, None)
    if not any(sent.values()):
        return redirect(_address(request, ""))
    if len(sent.urlencode()) > _LONGEST:
        return None
    token = secrets.token_urlsafe(6)
    kept = list(request.session.get(_KEPT, {}).items())[1 - _MOST_KEPT :]
    request.session[_KEPT] = dict(kept) | {token: [request.path, sent.urlencode()]}
    return redirect(_address(request, token))


def _find_again(request) -> HttpResponse | None:
    """The form that was sent, as if it were sent now; the whole list if it is gone."""
    path, sent = request.session.get(_KEPT, {}).get(request.GET[MARK], ("", ""))
    if path != request.path:
        return redirect(_address(request, ""))
    request.method, request.POST = "POST", QueryDict(sent)
    return None


def _address(request, token: str) -> str:
    query = request.GET.copy()
    query.pop(MARK, None)
    if token:
        query[MARK] = token
    return f"{request.path}?{query.urlencode()}" if query else request.path
