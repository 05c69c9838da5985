from django.http import HttpResponse


def meeting_attendance(request, pk=None):
    return HttpResponse("meeting_attendance")


def meeting_print(request, pk=None):
    return HttpResponse("meeting_print")
