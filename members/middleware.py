from django.shortcuts import redirect

_ALLOWED = {"password_change", "password_change_done", "logout", "login"}


class OneTimePasswordMiddleware:
    """Whoever got a password from an administrator chooses his own before all else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if not user.is_authenticated or not user.must_change_password:
            return None
        if request.resolver_match.view_name in _ALLOWED:
            return None
        return redirect("password_change")
