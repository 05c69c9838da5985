from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.queries.home import grouped, todos_of


@require_safe
def home(request):
    user = request.user
    context = {
        "groups": grouped(todos_of(user, on=timezone.localdate())),
        "posts_held": user.posts,
    }
    return render(request, "reports/home.html", context)
