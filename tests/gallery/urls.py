"""The addresses that the frame of every page names."""

from django.http import HttpResponse
from django.urls import include, path


def _empty(*names: str):
    return [
        path(f"{name}/", lambda request: HttpResponse(), name=name) for name in names
    ]


urlpatterns = [
    *_empty("logout", "password_change"),
    path("members/", include((_empty("own_account"), "members"))),
]
