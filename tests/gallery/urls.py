from django.http import HttpResponse
from django.urls import path

urlpatterns = [
    path(f"{name}/", lambda request: HttpResponse(), name=name)
    for name in ["logout", "password_change"]
]
