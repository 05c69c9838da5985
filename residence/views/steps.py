from django.http import HttpResponse


def meeting_fix_list(request, pk=None):
    return HttpResponse("meeting_fix_list")


def meeting_open(request, pk=None):
    return HttpResponse("meeting_open")


def meeting_close(request, pk=None):
    return HttpResponse("meeting_close")


def meeting_not_held(request, pk=None):
    return HttpResponse("meeting_not_held")
