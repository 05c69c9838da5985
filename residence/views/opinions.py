from django.http import HttpResponse


def opinion_list(request, pk=None):
    return HttpResponse("opinion_list")


def opinion_find(request, pk=None):
    return HttpResponse("opinion_find")


def meeting_opinion_add(request, pk=None):
    return HttpResponse("meeting_opinion_add")


def opinion_add(request, pk=None):
    return HttpResponse("opinion_add")


def opinion_edit(request, pk=None):
    return HttpResponse("opinion_edit")
