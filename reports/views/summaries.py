from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def summary_start(request):
    return render(request, "reports/home.html", {"title": "Tổng hợp"})


@require_safe
def summary(request, pk, year):
    return render(request, "reports/home.html", {"title": "Tổng hợp"})


@require_safe
def summary_export(request, pk, year):
    return render(request, "reports/home.html", {"title": "Tổng hợp"})


@require_safe
def reconciliation(request, pk, year):
    return render(request, "reports/home.html", {"title": "Đối chiếu"})


@require_safe
def summary_list(request, pk, year, figure):
    return render(request, "reports/home.html", {"title": "Danh sách"})


@require_safe
def summary_list_export(request, pk, year, figure):
    return render(request, "reports/home.html", {"title": "Danh sách"})
