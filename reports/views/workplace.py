from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def workplace_view(request):
    return render(
        request, "reports/home.html", {"title": "Đảng viên của tôi ở nơi cư trú"}
    )


@require_safe
def workplace_export(request):
    return render(
        request, "reports/home.html", {"title": "Đảng viên của tôi ở nơi cư trú"}
    )
