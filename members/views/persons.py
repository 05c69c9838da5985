from django.http import HttpResponse


def member_list(request, pk=None):
    return HttpResponse("member_list")


def member_export(request, pk=None):
    return HttpResponse("member_export")


def member_add(request, pk=None):
    return HttpResponse("member_add")


def identity_edit(request, pk=None):
    return HttpResponse("identity_edit")


def dwelling_edit(request, pk=None):
    return HttpResponse("dwelling_edit")


def workplace_change(request, pk=None):
    return HttpResponse("workplace_change")
