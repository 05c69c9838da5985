"""What the two commands that bring in lists have in common."""

import sys
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from members.imports.questions import CREATE_ALL
from members.imports.runs import (
    ListKind,
    Plan,
    can_import,
    mark_of,
    plan_run,
    specs_of,
)
from members.management.arguments import day
from members.models import Committee, User
from members.services.import_runs import confirm_run, draft_run, keep_run
from party76.shared.progress import Progress
from party76.spreadsheets.bad_rows import bad_rows_workbook
from party76.spreadsheets.errors import UnreadableFile
from party76.spreadsheets.models import ImportRun
from party76.spreadsheets.preview import Outcome
from party76.spreadsheets.queries import recognition_of
from party76.spreadsheets.reading import Workbook, read_upload

# Some rows did not, or would not, go in; the others did if --confirm was given.
SOME_ROWS_ARE_BAD = 3
_QUIET = {Outcome.UNCHANGED, Outcome.IGNORED}


class ImportCommand(BaseCommand):
    """Plans a list as the pages do and says each row; writes only with --confirm.

    Ends with 0 when every row is taken, 3 when some are not, 1 when refused.
    """

    day_option = ""
    day_help = ""
    day_key = ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a list: .xlsx, .xls or .csv")
        parser.add_argument("--committee", required=True, help="code of its unit")
        parser.add_argument("--by", required=True, help="account that answers for it")
        parser.add_argument(self.day_option, type=day, dest="day", help=self.day_help)
        parser.add_argument("--sheet", default="", help="name of the sheet")
        parser.add_argument("--bad-rows", type=Path, help="file for rows left out")
        parser.add_argument(
            "--confirm", action="store_true", help="write; without it nothing is"
        )

    def kind_of(self, committee: Committee, options: dict) -> ListKind:
        """What the list holds."""
        raise NotImplementedError

    def handle(self, *, file: Path, committee: str, by: str, **options) -> None:
        unit, user = _unit(committee), _user(by)
        kind = self.kind_of(unit, options)
        if not can_import(user, kind, unit):
            message = f"Tài khoản {by} không có quyền nhập danh sách này cho {unit}."
            raise CommandError(message)
        run = draft_run(
            _read(file, options["sheet"]),
            kind=kind,
            committee=unit,
            sheet=options["sheet"],
            choices=self._choices(options),
            by=user,
        )
        _require_columns(run)
        plan = _plan(run, unit)
        self._say(plan)
        if options["confirm"]:
            self._write(run, unit, plan, by=user)
        else:
            self.stdout.write("Chạy thử, chưa ghi gì. Thêm --confirm để ghi.")
        self._finish(run, plan, options["bad_rows"])

    def _choices(self, options: dict) -> dict:
        choices: dict = {CREATE_ALL: bool(options.get("create_units"))}
        if options["day"]:
            choices[self.day_key] = options["day"].isoformat()
        return choices

    def _say(self, plan: Plan) -> None:
        """Each row that is not simply in order, then the number of every outcome."""
        for row in plan.preview.rows:
            changes = [f"{one.label}: {one.old} → {one.new}" for one in row.changes]
            sentences = [*row.messages, *changes]
            if row.outcome in _QUIET or not sentences:
                continue
            said = " ".join(sentences)
            self.stdout.write(f"Dòng {row.number} [{row.outcome.label}] {said}")
        for outcome in Outcome:
            self.stdout.write(f"{outcome.label}: {plan.preview.counts[outcome]}")

    def _write(self, run: ImportRun, unit: Committee, plan: Plan, *, by: User) -> None:
        if not plan.preview.will_write:
            self.stdout.write("Không có gì để ghi.")
            return
        keep_run(run, by=by)
        with Progress(1, label="Đang ghi") as progress:
            try:
                confirm_run(
                    run,
                    committee=unit,
                    mark=mark_of(plan.preview),
                    today=timezone.localdate(),
                    by=by,
                )
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            progress.advance()
        self.stdout.write(f"Đã ghi (lần nhập {run.pk}).")

    def _finish(self, run: ImportRun, plan: Plan, path: Path | None) -> None:
        bad = [row.as_bad_row() for row in plan.preview.rows if row.is_bad]
        if not bad:
            return
        if path:
            run.bad_rows = bad
            path.write_bytes(bad_rows_workbook(run))
            self.stdout.write(f"Các dòng chưa nhập: {path}")
        sys.exit(SOME_ROWS_ARE_BAD)


def _plan(run: ImportRun, unit: Committee) -> Plan:
    rows = len(run.table.rows)
    with Progress(rows, label="Đang so với dữ liệu đang có") as progress:
        return plan_run(
            run, committee=unit, today=timezone.localdate(), advance=progress.advance
        )


def _require_columns(run: ImportRun) -> None:
    missing = recognition_of(run, specs_of(run.kind)).missing
    if missing:
        labels = ", ".join(f"“{spec.label}”" for spec in missing)
        raise CommandError(
            f"Không tìm thấy cột {labels} trong trang “{run.sheet}”. Nhập qua trang web để "
            "chọn cột, lần sau lệnh này sẽ nhận theo."
        )


def _read(file: Path, sheet: str) -> Workbook:
    try:
        workbook = read_upload(file)
    except UnreadableFile as refusal:
        raise CommandError(str(refusal)) from refusal
    except OSError as error:
        raise CommandError(f"Không mở được tệp {file}.") from error
    names = [table.name for table in workbook.tables]
    if sheet and sheet not in names:
        raise CommandError(f"Không có trang “{sheet}”. Tệp có: {', '.join(names)}.")
    return workbook


def _unit(code: str) -> Committee:
    unit = Committee.objects.filter(code=code).first()
    if unit is None:
        raise CommandError(f"Không có đơn vị mã {code}.")
    return unit


def _user(username: str) -> User:
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"Không có tài khoản {username} đang hoạt động.")
    return user
