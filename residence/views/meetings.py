from django.http import HttpResponse


def meeting_list(request, pk=None):
    return HttpResponse("meeting_list")


def meeting_add(request, pk=None):
    return HttpResponse("meeting_add")


def meeting_detail(request, pk=None):
    return HttpResponse("meeting_detail")


def meeting_edit(request, pk=None):
    return HttpResponse("meeting_edit")
