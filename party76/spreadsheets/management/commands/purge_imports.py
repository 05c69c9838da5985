from datetime import timedelta

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from party76.spreadsheets.services import purge_imports


class Command(BaseCommand):
    help = "Remove uploaded lists, their previews and bad rows after some days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *args, **options) -> None:
        before = timezone.now() - timedelta(days=options["days"])
        removed = purge_imports(before=before)
        self.stdout.write(f"Đã xóa {removed} lần nhập cũ hơn {options['days']} ngày.")
