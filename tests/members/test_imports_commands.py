"""The two commands: dry unless confirmed, the rights of the account, honest endings."""

from io import StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from members.management.importing import SOME_ROWS_ARE_BAD
from members.models import Committee, Member, Registration
from party76.audit.models import Action, AuditEvent
from party76.spreadsheets.models import ImportRun
from tests.members.imports import SAMPLE, SAMPLES, make_offices

pytestmark = pytest.mark.django_db
RECEIVED = ("--received-on", "05/01/2026")


@pytest.fixture
def world():
    return make_offices()


def run(name, file, *more, **options):
    """(ending, what was said); the ending is 0 when every row is taken."""
    said = StringIO()
    options.setdefault("committee", "NK")
    options.setdefault("by", "phuong")
    try:
        call_command(name, str(file), *more, stdout=said, **options)
    except SystemExit as ending:
        return ending.code, said.getvalue()
    return 0, said.getvalue()


def written(path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_members_when_not_confirmed_are_counted_and_nothing_is_written(world):
    members, events = Member.objects.count(), AuditEvent.objects.count()

    ending, said = run("import_members", SAMPLE, create_units=True)

    assert ending == SOME_ROWS_ARE_BAD
    assert "Mới: 222" in said
    assert "Dòng 236 [Lỗi] Ngày sinh (nam)" in said
    assert "chưa ghi gì" in said
    assert Member.objects.count() == members
    assert AuditEvent.objects.count() == events
    assert not ImportRun.objects.exists()


def test_members_when_confirmed_are_written_with_a_run_and_an_event(world):
    _, said = run("import_members", SAMPLE, create_units=True, confirm=True)

    kept = ImportRun.objects.get()
    event = AuditEvent.objects.get(action=Action.IMPORT)
    assert f"Đã ghi (lần nhập {kept.pk})" in said
    assert (event.facts["run"], event.facts["sha256"]) == (kept.pk, kept.sha256)
    assert event.actor_name == "phuong"
    assert kept.result["stays_added"] == 222


def test_members_when_confirmed_twice_say_there_is_nothing_to_write(world):
    run("import_members", SAMPLE, create_units=True, confirm=True)
    stays = Registration.objects.count()

    _, said = run("import_members", SAMPLE, create_units=True, confirm=True)

    assert "Không có gì để ghi" in said
    assert Registration.objects.count() == stays
    assert ImportRun.objects.count() == 1


def test_bad_rows_when_mended_and_brought_in_again_complete_the_list(world, tmp_path):
    bad = tmp_path / "bad.xlsx"
    run("import_members", SAMPLE, create_units=True, confirm=True, bad_rows=bad)
    book = openpyxl.load_workbook(bad)
    for row in book.active.iter_rows():
        for cell in row:
            if cell.value == "31/02/1980":
                cell.value = "28/02/1980"
    book.save(bad)
    before = Registration.objects.count()

    ending, said = run("import_members", bad, create_units=True, confirm=True)

    assert ending == SOME_ROWS_ARE_BAD
    assert "Mới: 1" in said
    assert Registration.objects.count() == before + 1
    assert Member.objects.filter(full_name="Trần Văn Lỗi").count() == 1


def test_members_when_every_row_is_taken_end_well(world, tmp_path):
    file = written(
        tmp_path / "list.xlsx",
        ["Họ và tên", "Ngày sinh", "Đơn vị công tác"],
        ["Ngô Văn Thử", "01/02/1980", "Sở Y tế"],
    )

    ending, said = run("import_members", file, *RECEIVED, confirm=True)

    assert (ending, "Mới: 1" in said) == (0, True)
    assert str(Registration.objects.latest("pk").received_on) == "2026-01-05"


def test_members_when_the_file_is_an_old_workbook_are_read(world):
    ending, said = run("import_members", SAMPLES / "danh-sach-an-lac.xls", *RECEIVED)

    assert ending == SOME_ROWS_ARE_BAD
    assert "Bỏ qua: 6" in said


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"by": "phuongban"}, "không có quyền"),
        ({"by": "chibo"}, "không có quyền"),
        ({"by": "kiemtra"}, "không có quyền"),
        ({"by": "nobody"}, "Không có tài khoản nobody"),
        ({"committee": "XX"}, "Không có đơn vị mã XX"),
        ({"sheet": "Không có"}, "Không có trang “Không có”"),
    ],
)
def test_members_when_something_is_not_right_are_refused(world, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("import_members", SAMPLE, confirm=True, **options)

    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"%PDF-1.7 ...", "PDF"), (b"\x89PNG\r\n\x1a\n", "ảnh"), (b"", "trống")],
)
def test_members_when_the_file_is_no_list_are_refused(
    world, tmp_path, content, sentence
):
    file = tmp_path / "list.xlsx"
    file.write_bytes(content)

    with pytest.raises(CommandError, match=sentence):
        run("import_members", file)


def test_members_when_no_column_is_found_name_it(world, tmp_path):
    file = written(tmp_path / "list.xlsx", ["Cột lạ", "Cột khác"], ["a", "b"])

    with pytest.raises(CommandError, match="Họ và tên"):
        run("import_members", file)


def test_workers_when_the_unit_is_a_workplace_have_no_stay(world, tmp_path):
    file = written(
        tmp_path / "list.xlsx",
        ["Họ và tên", "Ngày sinh", "Số thẻ"],
        ["Ngô Văn Thử", "01/02/1980", "11.223344"],
    )

    ending, _ = run("import_members", file, committee="SYT", by="coquan", confirm=True)

    member = Member.objects.get(card_number="11.223344")
    assert (ending, member.workplace.code) == (0, "SYT")
    assert not member.registrations.exists()


def test_committees_when_confirmed_are_opened(world, tmp_path):
    file = written(
        tmp_path / "units.xlsx",
        ["STT", "Tên tổ chức đảng", "Mã", "Trực thuộc"],
        [1, "Đảng ủy phường Thử", "THU", None],
        [2, "Chi bộ 1", None, "THU"],
    )

    ending, said = run(
        "import_committees",
        file,
        "--valid-from",
        "01/07/2025",
        committee="TU",
        by="btc",
        confirm=True,
    )

    assert (ending, "Mới: 2" in said) == (0, True)
    ward = Committee.objects.get(code="THU")
    assert str(ward.valid_from) == "2025-07-01"
    assert ward.children.get().code == "THU.01"


def test_committees_when_a_ward_asks_are_refused(world):
    with pytest.raises(CommandError, match="không có quyền"):
        run("import_committees", SAMPLE)
