from django.http import HttpResponse


def correction_add(request, pk=None):
    return HttpResponse("correction_add")


def correction_list(request, pk=None):
    return HttpResponse("correction_list")


def correction_answer(request, pk=None):
    return HttpResponse("correction_answer")
