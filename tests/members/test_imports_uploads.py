"""Hostile, foreign and old files through the page: a sentence in seconds."""

import io
import time
import zipfile

import pytest
from django.urls import reverse

from members.models import Member
from party76.spreadsheets.models import ImportRun
from tests.members.imports import make_offices, newest_run, upload
from tests.spreadsheets.builders import xlsx

pytestmark = pytest.mark.django_db
SECONDS = 20  # on a busy machine; alone it takes two


@pytest.fixture
def world():
    return make_offices()


@pytest.fixture
def ward(client, world):
    client.force_login(world.ward_user)
    return world.ward


def of_rows(count):
    """A workbook of so many short rows, made without holding them."""
    small = zipfile.ZipFile(io.BytesIO(xlsx([["a"]])))
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name in small.namelist():
            if not name.endswith("sheet1.xml"):
                book.writestr(name, small.read(name))
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
                b'2006/main"><sheetData>'
            )
            for start in range(1, count + 1, 10_000):
                rows = (
                    f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>'
                    for number in range(start, start + 10_000)
                )
                sheet.write("".join(rows).encode())
            sheet.write(b"</sheetData></worksheet>")
    return output.getvalue()


def test_upload_when_it_has_three_million_rows_is_refused_in_seconds(client, ward):
    content = of_rows(3_000_000)
    began = time.monotonic()

    response = upload(client, ward, data=content)

    assert time.monotonic() - began < SECONDS
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert not ImportRun.objects.exists()


def test_upload_when_letters_are_of_an_old_font_offers_to_turn_them(client, ward):
    rows = [
        ["STT", "Hä vµ tªn", "Ngµy sinh", "Sè thÎ", "§¬n vÞ c«ng t¸c"],
        [1, "NguyÔn V¨n H¶i", "01/02/1980", "11.223344", "Së Y tÕ"],
        [2, "TrÇn ThÞ H­¬ng", "01/02/1981", "11.223345", "Së Y tÕ"],
    ]
    assert upload(client, ward, data=xlsx(rows)).status_code == 302
    run = newest_run()
    page = client.get(reverse("members:import_columns", args=[run.pk]))
    assert page.context["old_font"] == "TCVN3 (.VnTime)"

    client.post(
        reverse("members:import_sheet", args=[run.pk]),
        {"sheet": run.sheet, "encoding": "tcvn3", "version": run.version},
    )

    run = newest_run()
    assert set(run.mapping["columns"].values()) >= {"full_name", "card_number"}
    shown = client.get(reverse("members:import_preview", args=[run.pk]))
    assert "Nguyễn Văn Hải" in shown.content.decode()


def test_sheet_when_another_is_chosen_is_read_with_its_own_columns(client, ward):
    people = [
        ["Họ và tên", "Ngày sinh", "Số thẻ"],
        ["Ngô Văn Thử", "1980", "11.223344"],
    ]
    others = [["Họ tên", "Số thẻ ĐV", "Năm sinh"], ["Lê Thị Hai", "11.223355", "1981"]]
    upload(client, ward, data=xlsx(people, title="Một", more={"Hai": others}))
    run = newest_run()

    client.post(
        reverse("members:import_sheet", args=[run.pk]),
        {"sheet": "Hai", "encoding": "", "version": run.version},
    )

    run = newest_run()
    assert run.sheet == "Hai"
    assert run.mapping["columns"] == {"0": "full_name", "1": "card_number", "2": "born"}


def test_first_row_when_corrected_leaves_rows_above_out(client, ward):
    rows = [["Họ và tên", "Ngày sinh"], ["Ngô Văn Thử", "1980"], ["Lê Thị Hai", "1981"]]
    upload(client, ward, data=xlsx(rows))
    run = newest_run()
    sent = {"column_0": "full_name", "column_1": "born", "version": run.version}

    client.post(
        reverse("members:import_columns", args=[run.pk]), sent | {"first_row": 3}
    )

    shown = client.get(reverse("members:import_preview", args=[run.pk])).context
    assert shown["counts"]["ignored"] == 2
    assert shown["counts"]["error"] == 1


def test_column_when_chosen_twice_is_refused_beside_it(client, ward):
    rows = [["Họ và tên", "Ngày sinh", "Số thẻ"], ["Ngô Văn Thử", "1980", "11.223344"]]
    upload(client, ward, data=xlsx(rows))
    run = newest_run()
    sent = {"column_0": "full_name", "column_1": "born", "column_2": "born"}

    response = client.post(
        reverse("members:import_columns", args=[run.pk]),
        sent | {"first_row": 2, "version": run.version},
    )

    assert response.status_code == 422
    assert "Cột B đã được chọn cho mục này" in response.content.decode()


def test_columns_when_somebody_was_quicker_show_the_conflict(client, ward):
    rows = [["Họ và tên", "Ngày sinh"], ["Ngô Văn Thử", "1980"]]
    upload(client, ward, data=xlsx(rows))
    run = newest_run()
    page = reverse("members:import_columns", args=[run.pk])
    sent = {
        "column_0": "full_name",
        "column_1": "born",
        "first_row": 2,
        "version": run.version,
        "submission_key": "00000000-0000-4000-8000-000000000001",
    }
    client.post(page, sent)

    response = client.post(
        page, sent | {"submission_key": "00000000-0000-4000-8000-000000000002"}
    )

    assert response.status_code == 409


def test_doubt_when_answered_on_the_page_lets_the_row_in(client, ward):
    rows = (
        "Họ và tên\tNgày sinh\tSố thẻ\tĐơn vị công tác\n"
        "Ngô Văn Thử\t01/02/1980\t11.223344\tSở Y tế\n"
        "Ngô Văn Thử\t01/02/1980\t\tSở Y tế"
    )
    sent = {"kind": "residents", "committee": ward.pk, "rows": rows}
    client.post(reverse("members:import_start"), sent)
    run = newest_run()
    answer = reverse("members:import_answer", args=[run.pk])
    client.post(answer, {"common_day": "05/01/2026", "version": run.version})
    preview = reverse("members:import_preview", args=[run.pk])
    shown = client.get(f"{preview}?nhom=duplicate").context
    assert shown["counts"]["duplicate"] == 1

    client.post(answer, {"row_3": "new", "version": newest_run().version})

    shown = client.get(preview).context
    assert (shown["counts"]["new"], shown["counts"]["duplicate"]) == (2, 0)
    assert not Member.objects.filter(full_name="Ngô Văn Thử").exists()


def test_day_when_still_to_come_is_refused_beside_its_box(client, ward):
    rows = "Họ và tên\tNgày sinh\tĐơn vị công tác\nNgô Văn Thử\t1980\tSở Y tế"
    sent = {"kind": "residents", "committee": ward.pk, "rows": rows}
    client.post(reverse("members:import_start"), sent)
    run = newest_run()

    response = client.post(
        reverse("members:import_answer", args=[run.pk]),
        {"common_day": "05/01/2999", "version": run.version},
    )

    assert response.status_code == 422
    assert "Ngày không được sau ngày hôm nay" in response.content.decode()
