"""An import walked page by page, as each kind of office does it."""

import re

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.imports.runs import ListKind
from members.models import Committee, Member, Registration
from party76.audit.models import Action, AuditEvent
from party76.spreadsheets.models import ImportRun, ImportState
from tests.members.imports import (
    SAMPLE,
    make_offices,
    newest_run,
    upload,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_offices()


@pytest.fixture
def ward(client, world):
    client.force_login(world.ward_user)
    return world.ward


def page(name, run):
    return reverse(f"members:{name}", args=[run.pk])


def hidden(response, name):
    """The value of a hidden field of the first form that has it."""
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, f"no hidden {name}"
    return found[1]


def confirm(client, run):
    preview = client.get(page("import_preview", run))
    sent = {
        "mark": hidden(preview, "mark"),
        "submission_key": hidden(preview, "submission_key"),
        "version": hidden(preview, "version"),
    }
    return client.post(page("import_confirm", run), sent)


def rows_of_all_tables():
    """Model → rows, but for the session, the audit and the import itself."""
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.app_label in {"members", "residence", "evaluations"}
    }


def begin(client, committee, **options):
    response = upload(client, committee, **options)
    assert response.status_code == 302, response.content.decode()
    return newest_run()


def test_sample_when_walked_to_the_end_is_in_once(client, ward):
    run = begin(client, ward)
    assert client.get(page("import_columns", run)).status_code == 200
    before = rows_of_all_tables()
    shown = client.get(page("import_preview", run))
    assert rows_of_all_tables() == before

    response = confirm(client, run)

    assert response.url == page("import_result", run)
    run.refresh_from_db()
    assert run.state == ImportState.CONFIRMED
    assert run.result["members_added"] == run.counts["new"] > 150
    assert shown.context["counts"] == run.counts
    assert Registration.objects.filter(ward=ward).count() == run.counts["new"] + 1
    assert client.get(response.url).status_code == 200


def test_confirm_when_clicked_twice_writes_once(client, ward):
    run = begin(client, ward)
    preview = client.get(page("import_preview", run))
    sent = {"mark": hidden(preview, "mark")}
    client.post(page("import_confirm", run), sent)
    members = Member.objects.count()

    again = client.post(page("import_confirm", run), sent)

    assert again.url == page("import_result", run)
    assert Member.objects.count() == members
    assert AuditEvent.objects.filter(action=Action.IMPORT).count() == 1


def test_confirm_when_the_records_changed_since_the_preview_writes_nothing(
    client, world, ward
):
    run = begin(client, ward)
    sent = {"mark": hidden(client.get(page("import_preview", run)), "mark")}
    Committee.objects.filter(name="Công an thành phố").update(name="Đơn vị khác hẳn")
    Committee.objects.get(name="Đơn vị khác hẳn").save()
    before = rows_of_all_tables()

    response = client.post(page("import_confirm", run), sent, follow=True)

    assert "vừa thay đổi" in response.content.decode()
    assert rows_of_all_tables() == before
    run.refresh_from_db()
    assert run.is_open


def test_question_when_answered_by_a_similar_unit_takes_its_rows(client, world, ward):
    run = begin(client, ward)
    form = client.get(page("import_preview", run)).context["form"]
    item = next(one for one in form.open_items() if "Quân khu 9" in one.question.name)

    client.post(
        page("import_answer", run),
        {item.answer.html_name: world.outside_workplace.pk, "version": run.version},
    )

    run.refresh_from_db()
    assert run.choices[item.question.key] == str(world.outside_workplace.pk)
    confirm(client, run)
    assert world.outside_workplace.working_members.count() == item.question.rows


def test_question_when_all_are_to_be_made_leaves_units_without_a_place(client, ward):
    run = begin(client, ward)

    client.post(
        page("import_answer", run),
        {"create_all": "on", "common_questions": "1", "version": run.version},
    )
    confirm(client, run)

    made = Committee.objects.filter(is_unplaced=True)
    assert {unit.name for unit in made} == {
        "Bộ Tư lệnh Quân khu 9",
        "Công ty Cổ phần Dược Hậu Giang",
        "Công ty chưa có trong danh mục",
        "Đại học Cần Thơ",
    }
    assert all(unit.periods.count() == 1 for unit in made)


def test_columns_when_corrected_are_remembered_for_the_next_list(client, ward):
    run = begin(client, ward)
    form = client.get(page("import_columns", run)).context["form"]
    sent = {box.html_name: column.key or "" for column, box in form.rows()}
    sent |= {"column_8": "", "first_row": 9, "version": run.version}

    response = client.post(page("import_columns", run), sent)

    assert response.url == page("import_preview", run)
    again = begin(client, ward)
    assert "8" not in again.mapping["columns"]
    assert client.get(page("import_columns", again)).context["remembered"]


def test_columns_when_the_name_is_taken_away_are_refused(client, ward):
    run = begin(client, ward)
    sent = {"column_1": "", "first_row": 9, "version": run.version}

    response = client.post(page("import_columns", run), sent)

    assert response.status_code == 422
    assert "Chưa chọn cột cho “Họ và tên”" in response.content.decode()


def test_bad_rows_when_downloaded_can_be_read_again(client, ward):
    run = begin(client, ward)
    confirm(client, run)
    run.refresh_from_db()

    response = client.get(page("import_bad_rows", run))

    assert response.status_code == 200
    again = begin(client, ward, path=SAMPLE, data=response.content)
    shown = client.get(page("import_preview", again)).context["counts"]
    bad = run.counts["error"] + run.counts["duplicate"]
    # The second row of one card now speaks of somebody who is there.
    assert shown["error"] + shown["changed"] == bad
    assert (shown["new"], shown["changed"]) == (0, 1)


def test_bad_rows_when_the_run_is_open_are_those_of_the_preview(client, ward):
    run = begin(client, ward)

    response = client.get(page("import_bad_rows", run))

    assert response.content.startswith(b"PK")
    run.refresh_from_db()
    assert run.bad_rows == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"0" * 500, "là ảnh"),
        (b"%PDF-1.7 " + b"x" * 500, "là PDF"),
        (b"PK\x03\x04" + b"broken" * 50, "hỏng"),
    ],
)
def test_upload_when_it_is_no_list_stays_on_the_form(client, ward, content, sentence):
    response = upload(client, ward, data=content)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not ImportRun.objects.exists()


def test_pasted_rows_when_refused_are_still_in_the_box(client, ward):
    sent = {"kind": "residents", "committee": ward.pk, "rows": "\x00\tbảng lạ"}

    response = client.post(reverse("members:import_start"), sent)

    assert response.status_code == 422
    assert "bảng lạ" in response.content.decode()


def test_start_when_neither_file_nor_rows_are_given_asks_for_them(client, ward):
    sent = {"kind": "residents", "committee": ward.pk}

    response = client.post(reverse("members:import_start"), sent)

    assert response.status_code == 422
    assert "Đồng chí chọn tệp" in response.content.decode()


def test_start_when_the_unit_is_another_ward_is_refused(client, world, ward):
    response = upload(client, world.sister_ward)

    assert response.status_code == 422
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("role", ["cell_user", "inspector_user", "admin_user"])
def test_pages_when_the_role_brings_in_no_lists_are_forbidden(client, world, role):
    client.force_login(getattr(world, role))

    assert client.get(reverse("members:import_list")).status_code == 403
    assert client.get(reverse("members:import_start")).status_code == 403


PAGES = [
    "import_columns",
    "import_preview",
    "import_result",
    "import_bad_rows",
    "import_cancel",
]


@pytest.mark.parametrize("name", PAGES)
def test_run_when_somebody_else_began_it_is_not_found(client, world, ward, name):
    run = begin(client, ward)
    client.force_login(world.department_user)

    assert client.get(page(name, run)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_run_when_the_post_has_ended_is_forbidden(client, world, ward, name):
    run = begin(client, ward)
    post = world.ward_user.assignments.get()
    post.committee = world.sister_ward
    post.save()

    assert client.get(page(name, run)).status_code == 403


def test_run_when_cancelled_keeps_nothing_of_the_list(client, ward):
    run = begin(client, ward)
    form = client.get(page("import_cancel", run))
    sent = {"submission_key": hidden(form, "submission_key")}

    client.post(page("import_cancel", run), sent)

    run.refresh_from_db()
    assert (run.state, bytes(run.payload)) == (ImportState.CANCELLED, b"")
    assert client.get(page("import_result", run)).status_code == 200
    assert client.get(page("import_preview", run)).url == page("import_result", run)
    assert client.get(reverse("members:import_list")).status_code == 200


def test_preview_when_read_is_on_record(client, ward):
    run = begin(client, ward)

    client.get(page("import_preview", run) + "?nhom=error")

    event = AuditEvent.objects.filter(action=Action.VIEW).latest("pk")
    assert (event.object_key, event.facts["outcome"]) == (str(run.pk), "error")


def test_preview_when_long_shows_a_hundred_rows_at_a_time(client, ward):
    run = begin(client, ward)
    first = client.get(page("import_preview", run) + "?nhom=new").context
    after = first["next"]

    second = client.get(
        page("import_preview", run) + f"?nhom=new&after={after}"
    ).context

    assert [len(one["rows"]) for one in (first, second)] == [
        100,
        first["counts"]["new"] - 100,
    ]
    assert second["rows"][0].row.number > first["rows"][-1].row.number
    back = client.get(
        page("import_preview", run) + f"?nhom=new&before={second['previous']}"
    ).context
    assert [one.row.number for one in back["rows"]] == [
        one.row.number for one in first["rows"]
    ]


def test_workers_list_when_brought_in_adds_people_of_the_unit(client, world):
    client.force_login(world.workplace_user)
    rows = "Họ và tên\tNgày sinh\tSố thẻ\nNgô Văn Thử\t01/02/1980\t11.223344"
    sent = {"kind": ListKind.WORKERS, "committee": world.workplace.pk, "rows": rows}

    client.post(reverse("members:import_start"), sent)
    confirm(client, newest_run())

    member = Member.objects.get(card_number="11.223344")
    assert member.workplace == world.workplace
    assert not member.registrations.exists()


def test_committee_list_when_brought_in_opens_units_with_their_period(client, world):
    client.force_login(world.department_user)
    rows = "Tên đơn vị\tMã\tTrực thuộc\nĐảng ủy phường Thử\tTHU\t\nChi bộ 1\t\tTHU"
    sent = {"kind": ListKind.COMMITTEES, "committee": world.city.pk, "rows": rows}

    client.post(reverse("members:import_start"), sent)
    response = confirm(client, newest_run())

    ward = Committee.objects.get(code="THU")
    cell = Committee.objects.get(parent=ward)
    assert (ward.kind, cell.kind, cell.code) == ("ward", "cell", "THU.01")
    assert cell.path.startswith(ward.path)
    assert [unit.periods.count() for unit in (ward, cell)] == [1, 1]
    assert client.get(response.url).status_code == 200


def test_list_of_runs_when_longer_asks_no_more_statements(client, ward):
    begin(client, ward)
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("members:import_list"))
    begin(client, ward)
    begin(client, ward)

    with CaptureQueriesContext(connection) as three:
        client.get(reverse("members:import_list"))

    assert len(three) == len(one)
