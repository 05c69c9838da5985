from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def audit_list(request):
    return render(request, "reports/home.html", {"title": "Nhật ký"})
