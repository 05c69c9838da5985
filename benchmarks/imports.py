"""A list of 22.365 rows goes in: planned, written, and planned once more."""

import io
import time
from datetime import date

import xlsxwriter
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from benchmarks.results import Result, seconds
from members.imports.runs import ListKind, mark_of, plan_run
from members.models import Committee, Kind, Role, RoleAssignment, User
from members.services.import_runs import confirm_run, draft_run, keep_run
from party76.spreadsheets.preview import Outcome
from party76.spreadsheets.reading import read_upload

ROWS = 22_365
STATEMENTS, SECONDS = 3, 10
_TODAY = date(2026, 11, 24)
_FAMILIES = ["Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Ngô", "Lý"]
_MIDDLES = ["Văn", "Thị", "Minh", "Thanh", "Hoàng", "Ngọc", "Quốc", "Kim", "Đức", "Mỹ"]
_GIVEN = ["An", "Bình", "Cường", "Dung", "Giang", "Hòa", "Khánh", "Linh", "Nga", "Oanh"]
_HEADINGS = [
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Số thẻ đảng viên",
    "Đơn vị công tác",
    "Chi bộ nơi cư trú",
    "Ngày tiếp nhận",
]


def run() -> list[Result]:
    """Counted and timed in one transaction that is rolled back."""
    with transaction.atomic():
        results = _measure()
        transaction.set_rollback(True)
    return results


def _measure() -> list[Result]:
    ward = Committee.objects.filter(kind=Kind.WARD).earliest("path")
    clerk = User.objects.create_user("benchmark-import", full_name="Người nhập")
    RoleAssignment.objects.create(
        user=clerk, committee=ward, role=Role.RESIDENCE_WARD, valid_from=_TODAY
    )
    file = _workbook(ward)
    drafted = {}

    def read() -> None:
        drafted["run"] = draft_run(
            read_upload(file, "list.xlsx"),
            kind=ListKind.RESIDENTS,
            committee=ward,
            by=clerk,
        )

    def plan():
        return plan_run(drafted["run"], committee=ward, today=_TODAY)

    reading = seconds(read)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        first = plan()
    planning = seconds(plan)
    assert first.preview.counts[Outcome.NEW] == ROWS
    mark = mark_of(first.preview)
    keep_run(drafted["run"], by=clerk)
    began = time.process_time()
    waited = seconds(
        lambda: confirm_run(
            drafted["run"], committee=ward, mark=mark, today=_TODAY, by=clerk
        )
    )
    worked = time.process_time() - began
    with CaptureQueriesContext(connection) as again:
        second = plan()
    assert second.preview.counts[Outcome.UNCHANGED] == ROWS
    asked = max(len(queries), len(again))
    return [
        Result(
            name=f"Import of {ROWS} rows, dry run",
            measured=f"{asked} statements",
            target=f"≤ {STATEMENTS} statements",
            passed=asked <= STATEMENTS,
            note=f"read {reading:.1f} s, planned {planning:.1f} s; the second time all "
            "rows unchanged",
        ),
        Result(
            name=f"Import of {ROWS} rows, confirmed",
            measured=f"{worked:.1f} s of work ({waited:.1f} s passed)",
            target=f"≤ {SECONDS} s of work",
            passed=worked <= SECONDS,
            note="planned again and written in one transaction",
        ),
    ]


def _workbook(ward: Committee) -> io.BytesIO:
    offices = list(
        Committee.objects.filter(kind=Kind.GRASSROOTS).values_list("name", flat=True)
    )
    cells = list(ward.children.values_list("name", flat=True))
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Danh sách")
        sheet.write_row(0, 0, _HEADINGS)
        for number in range(ROWS):
            sheet.write_row(
                number + 1,
                0,
                [
                    number + 1,
                    _name(number),
                    f"{1 + number % 28:02}/{1 + number % 12:02}/{1960 + number % 40}",
                    f"99.{number:06}",
                    offices[number % len(offices)],
                    cells[number % len(cells)],
                    "05/01/2026",
                ],
            )
    output.seek(0)
    return output


def _name(number: int) -> str:
    parts = (_FAMILIES, _MIDDLES, _MIDDLES, _GIVEN)
    return " ".join(part[number // 10**place % 10] for place, part in enumerate(parts))
