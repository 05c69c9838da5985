from django.http import HttpResponse


def user_list(request, pk=None):
    return HttpResponse("user_list")


def user_add(request, pk=None):
    return HttpResponse("user_add")


def user_detail(request, pk=None):
    return HttpResponse("user_detail")


def user_edit(request, pk=None):
    return HttpResponse("user_edit")


def user_deactivate(request, pk=None):
    return HttpResponse("user_deactivate")


def user_activate(request, pk=None):
    return HttpResponse("user_activate")


def user_reset_password(request, pk=None):
    return HttpResponse("user_reset_password")


def post_grant(request, pk=None):
    return HttpResponse("post_grant")


def post_end(request, pk=None):
    return HttpResponse("post_end")
