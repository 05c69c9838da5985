from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from members.forms.passwords import LoginForm, OwnPasswordForm

urlpatterns = [
    path(
        "dang-nhap/",
        login_not_required(auth.LoginView.as_view(authentication_form=LoginForm)),
        name="login",
    ),
    path("dang-xuat/", auth.LogoutView.as_view(), name="logout"),
    path(
        "doi-mat-khau/",
        auth.PasswordChangeView.as_view(form_class=OwnPasswordForm),
        name="password_change",
    ),
    path(
        "doi-mat-khau/xong/",
        auth.PasswordChangeDoneView.as_view(),
        name="password_change_done",
    ),
    path("", include("members.urls")),
    path("", include("residence.urls")),
    path("", include("evaluations.urls")),
    path("", include("reports.urls")),
]

handler400 = "party76.shared.errors.bad_request"
handler500 = "party76.shared.errors.server_error"
