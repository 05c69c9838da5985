"""One stored run carries a list from upload to result; each step only once."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from party76.shared.versions import Conflict
from party76.spreadsheets import services
from party76.spreadsheets.bad_rows import bad_rows_workbook
from party76.spreadsheets.models import ColumnMapping, ImportRun, ImportState
from party76.spreadsheets.preview import Change, Outcome, Preview, Row, ignored_row
from party76.spreadsheets.queries import recognition_of, remembered_mappings
from party76.spreadsheets.reading import read_pasted, read_upload
from party76.spreadsheets.recognition import (
    recognise,
    recognise_best,
    with_mapping,
)
from party76.spreadsheets.records import records
from tests.factories.members import make_user
from tests.spreadsheets.builders import SAMPLE, SPECS, xlsx

pytestmark = pytest.mark.django_db


def start(workbook, by=None, **fields) -> ImportRun:
    table, found = recognise_best(workbook, SPECS)
    return services.start_import(
        workbook,
        kind="people",
        committee_code="NK",
        sheet=table.name,
        recognition=found,
        by=by or make_user(),
        **fields,
    )


def preview_of(run: ImportRun) -> Preview:
    """Rows without a name are errors, all others new."""
    rows = []
    for record in records(run.table, recognition_of(run, SPECS)):
        if record.ignored:
            rows.append(ignored_row(record))
            continue
        name = record.name("full_name")
        rows.append(
            Row(
                number=record.number,
                outcome=Outcome.NEW if name else Outcome.ERROR,
                messages=record.problems or ([] if name else ["Thiếu họ tên."]),
                context=record.context,
            )
        )
    return Preview(rows, row_count=len(run.table.rows), sheet=run.sheet)


def test_start_import_when_list_is_read_then_run_is_kept_in_preview():
    user = make_user(username="van-thu")

    run = start(read_upload(SAMPLE), by=user)

    kept = ImportRun.objects.get(pk=run.pk)
    assert kept.is_open
    assert kept.sheet == "DS ĐV 213"
    assert kept.created_by_name == "van-thu"
    assert kept.workbook == read_upload(SAMPLE)
    assert recognition_of(kept, SPECS).mapping[1] == "full_name"


def test_preview_when_office_list_then_counts_add_up():
    run = start(read_upload(SAMPLE))

    preview = preview_of(run)

    assert preview.counts == {
        "new": 226,
        "changed": 0,
        "unchanged": 0,
        "duplicate": 0,
        "error": 2,
        "ignored": 18,
    }
    assert preview.will_write
    assert [row.number for row in preview.of(Outcome.ERROR)] == [240, 241]


@pytest.mark.parametrize("numbers", [[1], [1, 2, 2], [1, 3], []])
def test_preview_when_a_row_is_lost_or_doubled_then_it_is_refused(numbers):
    with pytest.raises(ValueError, match="every row"):
        Preview([Row(number, Outcome.NEW) for number in numbers], row_count=2)


def test_preview_when_nothing_differs_then_nothing_would_be_written():
    change = Change("Chức vụ", "Kế toán", "Trưởng phòng")

    assert not Preview([Row(1, Outcome.UNCHANGED)], row_count=1).will_write
    assert Preview([Row(1, Outcome.CHANGED, changes=[change])], row_count=1).will_write


def test_save_columns_when_corrected_then_next_list_is_recognised_so():
    text = "STT\tHọ và tên\tNơi làm\n1\tLê Văn A\tSở Y tế\n"
    run = start(read_pasted(text))
    found = recognition_of(run, SPECS)
    corrected = with_mapping(found, {**found.mapping, 2: "workplace"})

    services.save_columns(run, recognition=corrected, version=run.version)

    remembered = remembered_mappings(committee_code="NK", kind="people")
    again = recognise(read_pasted(text).tables[0], SPECS, remembered=remembered)
    run.refresh_from_db()
    assert recognition_of(run, SPECS).mapping == corrected.mapping
    assert again.mapping == {0: "order", 1: "full_name", 2: "workplace"}
    assert remembered_mappings(committee_code="BT", kind="people") == {}


def test_save_columns_when_done_twice_then_one_mapping_is_remembered():
    run = start(read_pasted("STT\tHọ và tên\n1\tLê Văn A\n"))
    found = recognition_of(run, SPECS)

    services.save_columns(run, recognition=found, version=run.version)
    services.save_columns(run, recognition=found, version=run.version)

    assert ColumnMapping.objects.count() == 1


def test_save_columns_when_required_column_is_missing_then_it_is_named():
    run = start(read_pasted("STT\tHọ và tên\n1\tLê Văn A\n"))
    found = with_mapping(recognition_of(run, SPECS), {0: "order"})

    with pytest.raises(ValidationError, match="Chưa chọn cột cho “Họ và tên”"):
        services.save_columns(run, recognition=found, version=run.version)


def test_save_choices_when_somebody_was_quicker_then_conflict():
    run = start(read_upload(SAMPLE))
    seen = run.version
    services.save_choices(run, choices={"unit:Sở X": 5}, version=seen)

    with pytest.raises(Conflict):
        services.save_choices(run, choices={"unit:Sở X": 6}, version=seen)

    run.refresh_from_db()
    assert run.choices == {"unit:Sở X": 5}


def test_choose_sheet_when_letters_are_old_then_table_is_converted():
    workbook = read_pasted("STT\tHä vµ tªn\n1\tNguyÔn V¨n H¶i\n")
    run = start(workbook)
    table = workbook.tables[0].converted("tcvn3")

    services.choose_sheet(
        run,
        sheet=table.name,
        encoding="tcvn3",
        recognition=recognise(table, SPECS),
        version=run.version,
    )

    run = ImportRun.objects.get(pk=run.pk)
    assert run.table.rows[1][1] == "Nguyễn Văn Hải"
    assert recognition_of(run, SPECS).mapping == {0: "order", 1: "full_name"}


def test_recognition_of_when_list_has_no_heading_then_saved_columns_hold():
    run = start(read_pasted("Lê Văn A\t1980\nLê Văn B\t1981\n"))
    found = with_mapping(recognition_of(run, SPECS), {0: "full_name", 1: "born"})

    services.save_columns(run, recognition=found, version=run.version)

    names = [
        record.name("full_name")
        for record in records(run.table, recognition_of(run, SPECS))
    ]
    assert names == ["Lê Văn A", "Lê Văn B"]


def test_confirm_import_when_confirmed_then_counts_and_bad_rows_are_kept():
    run = start(read_upload(SAMPLE))

    services.confirm_import(run, preview=preview_of(run), result={"members": 226})

    kept = ImportRun.objects.get(pk=run.pk)
    assert kept.state == ImportState.CONFIRMED
    assert kept.finished_at is not None
    assert kept.counts["error"] == 2
    assert kept.result == {"members": 226}
    assert [row["number"] for row in kept.bad_rows] == [240, 241]


@pytest.mark.parametrize("first", ["confirm", "cancel"])
def test_confirm_import_when_run_has_ended_then_it_is_refused(first):
    run = start(read_upload(SAMPLE))
    same = ImportRun.objects.get(pk=run.pk)
    preview = preview_of(same)
    if first == "confirm":
        services.confirm_import(run, preview=preview, result={})
    else:
        services.cancel_import(run)

    with pytest.raises(ValidationError, match="đã được xác nhận hoặc đã hủy"):
        services.confirm_import(same, preview=preview, result={})


def test_save_choices_when_run_has_ended_then_it_is_refused():
    run = services.cancel_import(start(read_upload(SAMPLE)))

    with pytest.raises(ValidationError, match="đã kết thúc"):
        services.save_choices(run, choices={}, version=run.version)


def test_cancel_import_when_cancelled_then_table_is_gone():
    run = services.cancel_import(start(read_upload(SAMPLE)))

    assert bytes(ImportRun.objects.get(pk=run.pk).payload) == b""


def test_bad_rows_workbook_when_corrected_then_goes_in_again():
    run = start(read_upload(SAMPLE))
    services.confirm_import(run, preview=preview_of(run), result={})

    content = bad_rows_workbook(run)

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet["B3"].value.startswith("=HYPERLINK")
    assert sheet["B3"].data_type == "s"
    assert "công thức" in sheet["M3"].value
    assert [sheet["N3"].value, sheet["N4"].value] == [240, 241]
    again = start(read_upload(io.BytesIO(content), "loi.xlsx"))
    assert recognition_of(again, SPECS).mapping == recognition_of(run, SPECS).mapping
    assert preview_of(again).counts["error"] == 2
    found = list(records(again.table, recognition_of(again, SPECS)))
    assert found[-1].context == "Chi bộ Khu vực 4"


def test_bad_rows_workbook_when_same_as_above_then_value_is_written_out():
    rows = [
        ["STT", "Họ và tên", None, "Nơi công tác"],
        [1, "Lê Văn", "A", "Sở Y tế"],
        [2, None, None, "nt"],
    ]
    run = start(read_upload(io.BytesIO(xlsx(rows, merge=["B1:C1"])), "a.xlsx"))
    services.confirm_import(run, preview=preview_of(run), result={})

    content = bad_rows_workbook(run)

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet["D2"].value == "Sở Y tế"
    assert str(sheet.merged_cells) == "B1:C1"


def test_started_by_when_somebody_else_asks_then_run_is_not_there():
    run = start(read_upload(SAMPLE))
    owner = run.created_by_key

    assert ImportRun.objects.started_by(make_user()).count() == 0
    assert ImportRun.objects.filter(created_by_key=owner).for_list().get() == run


def test_purge_imports_when_older_than_asked_then_only_those_go(capsys):
    old, fresh = start(read_upload(SAMPLE)), start(read_upload(SAMPLE))
    begun = timezone.now() - timedelta(days=91)
    ImportRun.objects.filter(pk=old.pk).update(created_at=begun)

    call_command("purge_imports")

    assert list(ImportRun.objects.all()) == [fresh]
    assert capsys.readouterr().out == "Đã xóa 1 lần nhập cũ hơn 90 ngày.\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost", "finished_at": timezone.now()},
        {"state": ImportState.CONFIRMED, "finished_at": None},
        {"state": ImportState.PREVIEW, "finished_at": timezone.now()},
    ],
)
def test_import_run_when_state_and_end_disagree_then_database_refuses(wrong):
    run = start(read_pasted("STT\tHọ và tên\n1\tLê Văn A\n"))

    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(**wrong)


def test_column_mapping_when_same_heading_twice_then_database_refuses():
    fields = {"committee_code": "NK", "kind": "people", "fingerprint": "x"}
    ColumnMapping.objects.create(**fields)

    with pytest.raises(IntegrityError), transaction.atomic():
        ColumnMapping.objects.create(**fields)
