import logging
import sys
from datetime import date
from smtplib import SMTPException

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.services.reminders import send_reminder, users_to_remind, what_waits

logger = logging.getLogger(__name__)
# Some mail could not be sent; the others were.
SOME_FAILED = 3


class Command(BaseCommand):
    """For the daily timer: a mail to each account that asked for one.

    Off until a mail server is named (EMAIL_HOST). Run twice, it sends once a day. Ends
    with 3 when some mail could not be sent; the next run tries it again.
    """

    help = "Sends each account that asked for it what waits, without names."

    def add_arguments(self, parser):
        parser.add_argument("--on", metavar="DATE", help="the day, as 2026-11-05")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell how many, send nothing"
        )

    def handle(self, *, on, dry_run, **options):
        day = _day(on)
        if not settings.EMAIL_HOST:
            self.stdout.write("Chưa khai báo EMAIL_HOST nên không gửi thư nào.")
            return
        if dry_run:
            waiting = [bool(what_waits(user, on=day)) for user in users_to_remind()]
            self.stdout.write(
                f"Sẽ gửi {sum(waiting)} thư cho {len(waiting)} tài khoản có đăng ký."
            )
            return
        self._send(day)

    def _send(self, day: date) -> None:
        sent = failed = 0
        for user in users_to_remind():
            try:
                sent += send_reminder(user, on=day)
            except (SMTPException, OSError):
                failed += 1
                logger.exception("reminder for account %s not sent", user.pk)
        self.stdout.write(f"Đã gửi {sent} thư.")
        if failed:
            self.stderr.write(f"{failed} thư không gửi được; lần chạy sau sẽ thử lại.")
            sys.exit(SOME_FAILED)


def _day(text: str | None) -> date:
    if text is None:
        return timezone.localdate()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"--on {text}: write the day as 2026-11-05"
        raise CommandError(message) from error
