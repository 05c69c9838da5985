from django.http import HttpResponse


def paper_receive(request, pk=None):
    return HttpResponse("paper_receive")


def letter_add(request, pk=None):
    return HttpResponse("letter_add")


def letter_list(request, pk=None):
    return HttpResponse("letter_list")


def letter_send(request, pk=None):
    return HttpResponse("letter_send")


def letter_withdraw(request, pk=None):
    return HttpResponse("letter_withdraw")


def letter_return(request, pk=None):
    return HttpResponse("letter_return")


def registration_receive(request, pk=None):
    return HttpResponse("registration_receive")


def registration_assign(request, pk=None):
    return HttpResponse("registration_assign")


def registration_end(request, pk=None):
    return HttpResponse("registration_end")


def exemption_add(request, pk=None):
    return HttpResponse("exemption_add")


def exemption_end(request, pk=None):
    return HttpResponse("exemption_end")
