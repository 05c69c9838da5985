"""What the tests of imports share: the offices of the sample list, and an upload."""

from datetime import date
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.imports.runs import ListKind, plan_list, specs_of
from members.models import Kind
from party76.spreadsheets.models import ImportRun
from party76.spreadsheets.reading import read_pasted, read_upload
from party76.spreadsheets.recognition import recognise_best
from tests.factories.members import make_committee
from tests.factories.world import World, make_world

SAMPLES = Path(__file__).parent.parent / "samples"
SAMPLE = SAMPLES / "danh-sach-213-phuong-ninh-kieu.xlsx"
TODAY = date(2026, 11, 24)
OFFICES = [
    "Công an thành phố",
    "Cục Thuế thành phố",
    "Bệnh viện Đa khoa Trung ương",
    "Ủy ban nhân dân phường Ninh Kiều",
    "Trường Đại học Cần Thơ",
]


def make_offices() -> World:
    """The world, with what the sample list names but for three workplaces."""
    world = make_world()
    for name in OFFICES:
        make_committee(world.city, kind=Kind.GRASSROOTS, name=name)
    for number in (3, 4):
        make_committee(
            world.ward,
            kind=Kind.CELL,
            name=f"Chi bộ Khu vực {number}",
            receives_members=True,
        )
    return world


def plan_file(path, committee, *, kind=ListKind.RESIDENTS, **choices):
    """The plan of a file as an office would have it planned."""
    return _plan(read_upload(path), committee, kind, choices)


def plan_rows(text, committee, *, kind=ListKind.RESIDENTS, **choices):
    """The plan of pasted rows; cells are set apart by tabs."""
    return _plan(read_pasted(text), committee, kind, choices)


def _plan(workbook, committee, kind, choices):
    table, recognition = recognise_best(workbook, specs_of(kind))
    return plan_list(
        kind, table, recognition, committee=committee, choices=choices, today=TODAY
    )


def said(plan) -> dict[int, str]:
    """Row number → the sentences of the row, those of ignored rows left out."""
    return {
        row.number: " ".join(row.messages)
        for row in plan.preview.rows
        if row.outcome != "ignored"
    }


def outcomes(plan) -> dict[int, str]:
    """Row number → outcome, ignored rows left out."""
    return {
        row.number: str(row.outcome)
        for row in plan.preview.rows
        if row.outcome != "ignored"
    }


def upload(client, committee, *, path=SAMPLE, kind=ListKind.RESIDENTS, data=None):
    """Hand a file over as the page does; returns the response."""
    content = path.read_bytes() if data is None else data
    file = SimpleUploadedFile(path.name, content)
    sent = {"kind": kind, "committee": committee.pk, "file": file}
    return client.post(reverse("members:import_start"), sent)


def newest_run() -> ImportRun:
    return ImportRun.objects.latest("pk")
