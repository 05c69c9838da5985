from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from members.models import Committee, Member, User
from party76.shared.progress import Progress
from reports.demo.accounts import accounts_in_words
from reports.demo.city import build_city


class Command(BaseCommand):
    help = "Nạp thành phố mẫu: Cần Thơ năm 2013, các lần sắp xếp và năm nay."

    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError("Chỉ nạp dữ liệu mẫu khi đặt DEMO=1.")
        if any(model.objects.exists() for model in (User, Committee, Member)):
            raise CommandError(
                "Cơ sở dữ liệu đã có dữ liệu; dữ liệu mẫu chỉ nạp vào cơ sở dữ liệu trống."
            )
        with Progress(100) as progress:

            def say(label: str, share: int) -> None:
                progress.done = share
                progress.say(label)

            build_city(timezone.localdate(), say=say)
            progress.label, progress.done = "Đã nạp xong thành phố mẫu", 100
        self.stdout.write(accounts_in_words())
