from django.conf import settings


def site(request):
    """What every page shows about the installation itself."""
    return {
        "demo": settings.DEMO,
        "system_version": settings.VERSION,
        "request_id": getattr(request, "request_id", ""),
    }
