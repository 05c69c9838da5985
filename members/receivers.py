"""Logins and logouts go into the audit; a wrong name is kept as a personal value."""

from django.contrib.auth.signals import (
    user_logged_in,
    user_logged_out,
    user_login_failed,
)
from django.dispatch import receiver

from party76.audit.models import Action
from party76.audit.services import record


@receiver(user_logged_in)
def record_login(sender, request, user, **kwargs):
    record(Action.LOGIN, user, by=user)


@receiver(user_logged_out)
def record_logout(sender, request, user, **kwargs):
    if user is not None:
        record(Action.LOGOUT, user, by=user)


@receiver(user_login_failed)
def record_failed_login(sender, credentials, **kwargs):
    typed = str(credentials.get("username", ""))[:60]
    record(Action.LOGIN_FAILED, "user", by=None, personal={"username": typed})
