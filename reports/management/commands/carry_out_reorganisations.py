import sys

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.utils import timezone

from members.models import Reorganisation
from members.services.reorganisations.lists import carry_out_due
from party76.shared.progress import Progress

# Some decision could not be carried out; the others were.
SOME_WAIT = 3


class Command(BaseCommand):
    """For the daily timer: decisions confirmed ahead take effect on their day.

    Each in a transaction of its own, in the name of the account that confirmed it.
    Ends with 3 when something stood in the way of one; it stays and is told at home.
    """

    help = "Carries out the reorganisations whose day of effect has come."

    def handle(self, **options):
        today = timezone.localdate()
        due = Reorganisation.objects.due_on(today)
        waiting = 0
        for reform in due.order_by("effective_on", "pk"):
            waiting += not self._carry_out(reform, today)
        if not due:
            self.stdout.write("Không có lần sắp xếp nào đến ngày.")
        if waiting:
            sys.exit(SOME_WAIT)

    def _carry_out(self, reform: Reorganisation, today) -> bool:
        with Progress(100) as progress:

            def say(label: str, share: int) -> None:
                progress.done = share
                progress.say(label)

            try:
                carry_out_due(reform, today=today, say=say)
            except ValidationError as error:
                self.stderr.write(f"{reform}: {' '.join(error.messages)}")
                return False
        self.stdout.write(f"{reform}: đã thực hiện.")
        return True
