from django.http import HttpResponse
from django.urls import include, path


def _named(*names: str):
    return [
        path(f"{name}/", lambda request: HttpResponse(), name=name) for name in names
    ]


# What the frame of every page links to.
urlpatterns = [
    *_named("logout", "password_change"),
    path("", include((_named("own_account"), "members"))),
]
