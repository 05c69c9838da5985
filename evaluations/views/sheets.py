from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def sheet_list(request):
    return render(request, "evaluations/sheet_list.html")
