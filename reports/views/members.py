from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from members.models import Member


@require_safe
def member_file(request, pk):
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    return render(request, "reports/member_file.html", {"member": member})
