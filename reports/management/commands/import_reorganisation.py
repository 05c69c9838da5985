import sys
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from members.imports.reforms.proposal import Proposal
from members.management.arguments import day
from members.models import Committee, Reorganisation, User
from members.permissions import can_run_reorganisation
from members.services.reorganisations.lists import (
    begin_reorganisation,
    confirm_reorganisation,
    mark_of,
    proposal_of,
)
from party76.shared.progress import Progress
from party76.spreadsheets.errors import UnreadableFile
from party76.spreadsheets.preview import Outcome
from party76.spreadsheets.reading import Workbook, read_upload
from reports.queries.reorganisations import consequences
from reports.views.reform_pages import names_of

SOMETHING_IN_THE_WAY = 3
_QUIET = {Outcome.UNCHANGED, Outcome.IGNORED, Outcome.NEW, Outcome.CHANGED}


class Command(BaseCommand):
    """The list of a decision from the command line: as the pages do it.

    Without --confirm nothing is kept. Ends with 3 when something stands in the way.
    """

    help = "Brings in the list of a decision that reorganises the tree."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a list: .xlsx, .xls or .csv")
        parser.add_argument("--committee", required=True, help="code of its unit")
        parser.add_argument("--by", required=True, help="account that answers for it")
        parser.add_argument("--effective-on", type=day, required=True)
        parser.add_argument("--decision", default="", help="its number")
        parser.add_argument("--decided-on", type=day)
        parser.add_argument("--title", default="")
        parser.add_argument("--sheet", default="", help="name of the sheet")
        parser.add_argument(
            "--confirm", action="store_true", help="do it; without it nothing is kept"
        )

    def handle(self, *, file: Path, committee: str, by: str, **options) -> None:
        user = User.objects.filter(username=by, is_active=True).first()
        unit = Committee.objects.filter(code=committee).first()
        if user is None or unit is None:
            raise CommandError("Không có tài khoản hoặc đơn vị như vậy.")
        reform = Reorganisation(
            committee=unit,
            decision_number=options["decision"],
            decided_on=options["decided_on"],
            effective_on=options["effective_on"],
            title=options["title"],
        )
        if not can_run_reorganisation(user, reform):
            raise CommandError(f"Tài khoản {by} không được sắp xếp trong {unit}.")
        in_the_way = self._run(reform, _read(file), user, options)
        if in_the_way:
            sys.exit(SOMETHING_IN_THE_WAY)

    @transaction.atomic
    def _run(self, reform, workbook: Workbook, user: User, options) -> bool:
        drafted = begin_reorganisation(
            reform, workbook, sheet=options["sheet"], by=user
        )
        proposal = proposal_of(drafted, by=user)
        self._say(proposal)
        if options["confirm"] and proposal.can_be_confirmed:
            self._confirm(drafted, proposal, user)
        else:
            self.stdout.write("Chạy thử, chưa ghi gì. Thêm --confirm để thực hiện.")
            transaction.set_rollback(True)
        return not proposal.can_be_confirmed

    def _say(self, proposal: Proposal) -> None:
        """Each row that is wrong, what stands in the way, then what it would do."""
        for row in proposal.preview.rows:
            if row.outcome not in _QUIET:
                self.stdout.write(f"Dòng {row.number}: {' '.join(row.messages)}")
        for sentence in proposal.stands_in_the_way:
            self.stdout.write(f"Còn vướng: {sentence}")
        plan = proposal.plan
        self.stdout.write(
            f"Thành lập {len(plan.new_units)}, kết thúc {len(plan.heirs)}, thay đổi "
            f"{len(plan.changes)} đơn vị."
        )
        is_clear = not proposal.stands_in_the_way
        told = consequences(plan, names_of(proposal), is_clear=is_clear)
        for sentence in told.sentences + told.warnings:
            self.stdout.write(f"- {sentence}")

    def _confirm(self, reform, proposal: Proposal, user: User) -> None:
        with Progress(100) as progress:

            def say(label: str, share: int) -> None:
                progress.done = share
                progress.say(label)

            try:
                done = confirm_reorganisation(
                    reform,
                    mark=mark_of(proposal),
                    today=timezone.localdate(),
                    by=user,
                    say=say,
                )
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{done.get_state_display()} (lần sắp xếp {done.pk}).")


def _read(file: Path) -> Workbook:
    try:
        return read_upload(file)
    except UnreadableFile as refusal:
        raise CommandError(str(refusal)) from refusal
    except OSError as error:
        raise CommandError(f"Không mở được tệp {file}.") from error
