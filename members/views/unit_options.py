from django.http import JsonResponse
from django.views.decorators.http import require_safe

from members.queries.unit_names import FoundUnit, find_units
from party76.shared.text import fold

LEAST_LETTERS = 2


@require_safe
def unit_options(request):
    """Names of units for type-ahead: open to every account, without counts."""
    text = request.GET.get("q", "")
    if len(fold(text)) < LEAST_LETTERS:
        return JsonResponse({"units": []})
    found = find_units(
        text, wards_only="wards" in request.GET, to=request.user
    )
    return JsonResponse({"units": [_option(one) for one in found]})


def _option(one: FoundUnit) -> dict:
    return {
        "id": one.unit.pk,
        "name": one.unit.name,
        "detail": one.detail,
        "former": one.former,
    }
