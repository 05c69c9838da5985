from party76.audit.models import Action
from party76.audit.services import Circumstances, circumstances, record


class AuditMiddleware:
    """Notes where a request comes from, and records what was refused."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = circumstances.set(Circumstances(address=_address(request)))
        try:
            response = self.get_response(request)
            if response.status_code in {403, 404} and request.user.is_authenticated:
                record_refusal(request, response.status_code)
        finally:
            circumstances.reset(token)
        return response


def record_refusal(request, status: int) -> None:
    match = request.resolver_match
    record(
        Action.REFUSED,
        match.view_name if match else "",
        by=request.user,
        facts={
            "status": status,
            "method": request.method,
            "keys": {name: str(key) for name, key in match.kwargs.items()}
            if match
            else {},
        },
    )


def _address(request) -> str:
    return request.META.get("REMOTE_ADDR", "")
