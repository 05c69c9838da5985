from django.http import HttpResponse


def committee_tree(request, pk=None):
    return HttpResponse("committee_tree")


def unit_options(request, pk=None):
    return HttpResponse("unit_options")


def committee_detail(request, pk=None):
    return HttpResponse("committee_detail")


def committee_children(request, pk=None):
    return HttpResponse("committee_children")


def committee_add(request, pk=None):
    return HttpResponse("committee_add")


def committee_edit(request, pk=None):
    return HttpResponse("committee_edit")


def committee_place(request, pk=None):
    return HttpResponse("committee_place")
