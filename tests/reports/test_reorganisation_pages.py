"""The pages of a decision: from its list, or one unit, to done and back."""

from datetime import date, timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from members.models import Committee, Reorganisation, RoleAssignment
from members.services.reorganisations.lists import (
    confirm_reorganisation,
    mark_of,
    proposal_of,
)
from party76.audit.models import AuditEvent
from party76.spreadsheets.models import ImportRun
from tests.factories.members import make_member, make_registration, make_user
from tests.factories.residence import make_meeting
from tests.factories.world import make_world
from tests.members.reforms import HEADING, begin, confirm, row, unit_named

pytestmark = pytest.mark.django_db

DECISION = {
    "decision_number": "12-QĐ/TU",
    "decided_on": "16/06/2025",
    "effective_on": "01/07/2025",
    "title": "Sắp xếp phường",
}
AHEAD = timezone.localdate() + timedelta(days=40)
MERGED = [
    row("Phường Ninh Kiều", "Ninh Kiều", kind="Phường", how="Hợp nhất"),
    row("Phường Tân An", "Ninh Kiều", kind="Phường", how="Hợp nhất"),
]


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def department(client, world):
    client.force_login(world.department_user)
    return client


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def page(name: str, reform) -> str:
    return reverse(f"reports:reorganisation_{name}", args=[reform.pk])


def xlsx(*rows) -> SimpleUploadedFile:
    book = Workbook()
    for one in (HEADING, *rows):
        book.active.append(one)
    file = BytesIO()
    book.save(file)
    return SimpleUploadedFile("quyet-dinh.xlsx", file.getvalue())


def start(client, world, **fields):
    values = DECISION | {"committee": world.city.pk, "committee_typed": ""} | fields
    return client.post(reverse("reports:reorganisation_start"), values)


def test_list_as_a_file_leads_over_columns_and_preview_to_done(department, world):
    begun = start(department, world, file=xlsx(*MERGED))
    reform = Reorganisation.objects.get()
    columns = department.get(begun["Location"])
    preview = department.get(page("detail", reform))
    confirming = department.get(page("confirm", reform))
    mark = confirming.context["mark"]
    done = department.post(page("confirm", reform), {"mark": mark})
    after = department.get(page("detail", reform))

    assert (begun.status_code, begun["Location"]) == (302, page("columns", reform))
    assert "Đơn vị cũ" in text_of(columns)
    assert "Chưa thay đổi gì cho đến khi" in text_of(preview)
    assert "1 đơn vị được thành lập" in text_of(confirming)
    assert "2 đơn vị kết thúc hoạt động" in text_of(confirming)
    assert done["Location"] == page("detail", reform)
    assert "Đã thực hiện" in text_of(after)
    assert unit_named("Đảng ủy phường Ninh Kiều").valid_from == date(2025, 7, 1)


def test_list_pasted_is_taken_too(department, world):
    text = "Đơn vị cũ\tĐơn vị mới\nSở Y tế\tSở Y tế và Dân số"

    begun = start(department, world, rows=text)

    assert begun.status_code == 302
    assert Reorganisation.objects.get().run.file_name == "Danh sách dán vào"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Đồng chí chọn tệp, hoặc dán danh sách vào ô dưới."),
        ({"rows": "x", "effective_on": ""}, "Đồng chí nhập ngày."),
        ({"rows": "x", "effective_on": "31/02/2025"}, "Ngày không đúng."),
        ({"rows": "x", "effective_on": "01/07/2090"}, "Đồng chí kiểm tra lại năm."),
    ],
)
def test_start_when_something_is_missing_says_what(department, world, fields, sentence):
    answer = start(department, world, **fields)

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "12-QĐ/TU" in text_of(answer)
    assert not Reorganisation.objects.exists()


def test_start_for_a_unit_outside_the_scope_is_refused(client, world):
    client.force_login(world.ward_user)

    answer = start(client, world, rows="Đơn vị cũ\tĐơn vị mới\na\tb")

    assert "không thuộc phạm vi" in text_of(answer)


def test_preview_says_what_is_wrong_and_offers_the_rows_as_a_file(department, world):
    reform = begin(world, *MERGED, row("Phường Không Có", "Phường Khác"))

    preview = department.get(page("detail", reform))
    confirming = department.get(page("confirm", reform))
    file = department.get(page("bad_rows", reform))

    assert "Còn vướng, chưa xác nhận được" in text_of(preview)
    assert "Không có đơn vị “Phường Không Có” đang hoạt động" in text_of(preview)
    assert confirming["Location"] == page("detail", reform)
    sheet = load_workbook(BytesIO(file.content)).active
    assert "Phường Không Có" in {
        cell for line in sheet.iter_rows(values_only=True) for cell in line
    }


def test_preview_counts_people_meetings_and_accounts_that_follow(department, world):
    make_meeting(world.ward, held_on=timezone.localdate() + timedelta(days=5))
    reform = begin(world, *MERGED)

    preview = text_of(department.get(page("detail", reform)))

    assert "1 đồng chí chuyển nơi sinh hoạt hoặc công tác" in preview
    assert "1 kỳ họp chưa kết thúc do đơn vị kế tục tổ chức" in preview
    assert "2 vai trò sang đơn vị kế tục" in preview


def test_post_that_is_to_end_ends(department, world):
    reform = begin(world, *MERGED)
    post = world.past_user.assignments.get()
    shown = department.get(page("detail", reform))

    answer = {
        field.html_name: field.value() or ""
        for field in shown.context["form"]
        if field.value() is not None
    } | {f"post_{post.pk}": "end"}
    department.post(page("answer", reform), answer)
    mark = mark_of(
        proposal_of(
            Reorganisation.objects.select_related("run").get(pk=reform.pk),
            by=world.department_user,
        )
    )
    department.post(page("confirm", reform), {"mark": mark})

    ended = RoleAssignment.objects.filter(user=world.past_user)
    assert [one.valid_to for one in ended] == [date(2025, 7, 1)]


def test_divided_ward_is_asked_about_and_the_answer_is_kept(department, world):
    reform = begin(
        world,
        row("Phường Ninh Kiều", "Phường Cái Khế", part="Một phần", how="Sáp nhập"),
        row("Phường Ninh Kiều", "Phường Tân An", part="Phần còn lại", how="Sáp nhập"),
    )
    shown = department.get(page("detail", reform))
    form = shown.context["form"]
    ((_, cells, people, _),) = form.part_items()

    answer = department.post(
        page("answer", reform),
        {
            "version": reform.run.version,
            cells.html_name: [str(world.sister_cell.pk)],
            people.html_name: "Lê Thị Hòa",
            **{f"post_{move.post.pk}": "move" for move in form.posts},
        },
    )
    preview = department.get(page("detail", reform))

    assert "những ai về Đảng ủy phường Cái Khế?" in text_of(shown)
    assert answer.status_code == 302
    assert "Còn vướng" not in text_of(preview)
    assert "Đã nhận ra 1 đồng chí:" in text_of(preview)


def test_confirming_what_was_not_shown_is_refused(department, world):
    reform = begin(world, *MERGED)

    department.post(page("confirm", reform), {"mark": "khac"})

    reform.refresh_from_db()
    assert reform.state == "draft"


def test_day_to_come_waits_then_stands_at_home_and_is_carried_out(client, world):
    on = AHEAD
    reform = begin(world, *MERGED, on=on)
    client.force_login(world.department_user)
    mark = client.get(page("confirm", reform)).context["mark"]

    client.post(page("confirm", reform), {"mark": mark})
    waiting = text_of(client.get(page("detail", reform)))
    with time_machine.travel(on):
        client.force_login(world.department_user)
        home = text_of(client.get(reverse("reports:home")))
        client.post(page("confirm", reform), {"mark": mark})
    reform.refresh_from_db()

    assert "chờ đến ngày hiệu lực" in waiting
    assert "đã đến ngày hiệu lực" in home
    assert reform.state == "done"


def test_daily_command_carries_out_what_is_due(client, world):
    on = AHEAD
    reform = begin(world, *MERGED, on=on)
    client.force_login(world.department_user)
    mark = client.get(page("confirm", reform)).context["mark"]
    client.post(page("confirm", reform), {"mark": mark})

    call_command("carry_out_reorganisations")
    before = Reorganisation.objects.get(pk=reform.pk).state
    with time_machine.travel(on):
        call_command("carry_out_reorganisations")

    assert before == "scheduled"
    assert Reorganisation.objects.get(pk=reform.pk).state == "done"


def test_scheduled_decision_goes_back_to_a_draft(department, world):
    on = AHEAD
    reform = begin(world, *MERGED, on=on)
    mark = department.get(page("confirm", reform)).context["mark"]
    department.post(page("confirm", reform), {"mark": mark})
    reform.refresh_from_db()

    department.post(
        page("cancel", reform), {"version": reform.version, "soan_lai": "1"}
    )

    reform.refresh_from_db()
    assert reform.state == "draft"


def test_list_of_a_scheduled_decision_outlives_the_purge(department, world):
    drafts = [begin(world, *MERGED, on=on) for on in (AHEAD, date(2025, 7, 1))]
    mark = department.get(page("confirm", drafts[0])).context["mark"]
    department.post(page("confirm", drafts[0]), {"mark": mark})
    ImportRun.objects.update(created_at=timezone.now() - timedelta(days=200))

    call_command("purge_imports")
    shown = [department.get(page("detail", reform)) for reform in drafts]
    department.post(page("cancel", drafts[1]), {"version": drafts[1].version})

    assert "chờ đến ngày hiệu lực" in text_of(shown[0])
    assert "Danh sách không còn được lưu" in text_of(shown[1])
    assert Reorganisation.objects.get(pk=drafts[1].pk).state == "cancelled"


def test_taking_back_restores_and_asks_for_a_reason(department, world):
    reform = confirm(world, *MERGED)

    without = department.post(page("take_back", reform), {"version": reform.version})
    done = department.post(
        page("take_back", reform), {"version": reform.version, "reason": "Nhầm ngày"}
    )
    after = text_of(department.get(page("detail", reform)))

    assert without.status_code == 422
    assert done.status_code == 302
    assert Committee.objects.get(pk=world.ward.pk).valid_to is None
    assert "Nhầm ngày" in after


def test_taking_back_when_something_stands_on_it_says_what(department, world):
    reform = confirm(world, *MERGED)
    make_registration(
        make_member(world.workplace),
        unit_named("Đảng ủy phường Ninh Kiều"),
        received_on=date(2025, 8, 1),
    )

    answer = department.post(
        page("take_back", reform), {"version": reform.version, "reason": "Nhầm"}
    )

    assert answer.status_code == 422
    assert "hồ sơ nơi cư trú mới ghi" in text_of(answer)


def test_cancelled_decision_empties_its_list(department, world):
    reform = begin(world, *MERGED)

    department.post(page("cancel", reform), {"version": reform.version})

    reform.refresh_from_db()
    assert reform.state == "cancelled"
    assert bytes(reform.run.payload) == b""


SINGLE = {
    "merge": (
        {"with_2": "past_ward", "new_name": "Phường Ninh Kiều"},
        "Đảng ủy phường Ninh Kiều",
    ),
    "absorb": ({"target": "past_ward"}, "Đảng ủy phường Tân An"),
    "rename": ({"new_name": "Phường Bến Ninh Kiều"}, "Đảng ủy phường Bến Ninh Kiều"),
    "reclassify": ({"new_kind": "Khác"}, "Đảng ủy phường Ninh Kiều"),
}


@pytest.mark.parametrize("operation", SINGLE)
def test_one_operation_on_one_unit_goes_through_the_same_preview(
    department, world, operation
):
    boxes, name = SINGLE[operation]
    url = reverse("reports:reorganisation_unit", args=[world.ward.pk])
    values = DECISION | {
        key: getattr(world, value).pk if hasattr(world, value) else value
        for key, value in boxes.items()
    }

    choose = department.get(url)
    form = department.get(f"{url}?hinh_thuc={operation}")
    begun = department.post(f"{url}?hinh_thuc={operation}", values)
    reform = Reorganisation.objects.get()
    department.get(begun["Location"])
    mark = department.get(page("confirm", reform)).context["mark"]
    department.post(page("confirm", reform), {"mark": mark})

    reform.refresh_from_db()
    assert (choose.status_code, form.status_code) == (200, 200)
    assert reform.state == "done"
    assert unit_named(name).kind == "ward"


def test_one_unit_transferred_and_one_divided(department, world):
    url = reverse("reports:reorganisation_unit", args=[world.cell.pk])
    moved = department.post(
        f"{url}?hinh_thuc=transfer", DECISION | {"target": world.sister_ward.pk}
    )
    divided = department.post(
        f"{url}?hinh_thuc=split", DECISION | {"new_name": "Chi bộ Khu vực 3"}
    )

    first, second = Reorganisation.objects.order_by("pk")
    plans = [proposal_of(one, by=world.department_user).plan for one in (first, second)]
    assert (moved.status_code, divided.status_code) == (302, 302)
    assert plans[0].changes == {world.cell.pk: {"parent": world.sister_ward.pk}}
    assert [new.name for new in plans[1].new_units] == ["Chi bộ Khu vực 3"]
    assert plans[1].heirs == {}


def test_ward_merges_two_of_its_cells(client, world):
    client.force_login(world.ward_user)
    url = reverse("reports:reorganisation_unit", args=[world.sister_cell.pk])

    begun = client.post(f"{url}?hinh_thuc=absorb", DECISION | {"target": world.cell.pk})
    reform = Reorganisation.objects.get()
    mark = client.get(page("confirm", reform)).context["mark"]
    client.post(page("confirm", reform), {"mark": mark})

    assert begun.status_code == 302
    assert Committee.objects.get(pk=world.sister_cell.pk).heir == world.cell


def test_every_step_is_on_record(department, world):
    start(department, world, file=xlsx(*MERGED))
    reform = Reorganisation.objects.get()
    mark = department.get(page("confirm", reform)).context["mark"]

    department.post(page("confirm", reform), {"mark": mark})

    events = AuditEvent.objects.filter(object_type="reorganisation").order_by("pk")
    assert [(one.action, one.object_key) for one in events] == [
        ("create", str(reform.pk)),
        ("step", str(reform.pk)),
    ]
    assert events.last().facts["formed"] == 1


@pytest.mark.parametrize("number", [1, 3])
def test_list_of_decisions_asks_as_often_for_many(
    client, world, number, django_assert_num_queries
):
    for _ in range(number):
        confirm(world, row("Sở Y tế", "Sở Y tế", how="Giữ nguyên"))
        begin(world, *MERGED)
    client.force_login(world.department_user)

    with django_assert_num_queries(6):
        answer = client.get(reverse("reports:reorganisation_list"))

    assert answer.status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_preview_asks_as_often_for_many_rows(
    client, world, number, django_assert_num_queries
):
    for index in range(3):
        make_user("residence_ward", world.past_ward, username=f"them{index}")
    names = ["Sở Y tế", "Trường THPT Châu Văn Liêm", "Điện lực Cần Thơ"][:number]
    reform = begin(world, *MERGED, *[row(name, f"{name} mới") for name in names])
    client.force_login(world.department_user)

    with django_assert_num_queries(39):
        answer = client.get(page("detail", reform))

    assert answer.status_code == 200


def test_command_tries_first_and_carries_out_when_told(world, tmp_path, capsys):
    file = tmp_path / "danh-sach.csv"
    lines = [";".join(one) for one in (HEADING, *MERGED)]
    file.write_text("\n".join(lines), encoding="utf-8")
    arguments = [str(file), "--committee", "TU", "--by", "btc"]
    days = ["--effective-on", "01/07/2025", "--decision", "12-QĐ/TU"]

    call_command("import_reorganisation", *arguments, *days)
    tried = Reorganisation.objects.count()
    call_command("import_reorganisation", *arguments, *days, "--confirm")

    assert tried == 0
    assert Reorganisation.objects.get().state == "done"
    assert "Thành lập 1, kết thúc 2" in capsys.readouterr().out


def test_command_when_something_is_in_the_way_ends_with_3(world, tmp_path):
    file = tmp_path / "danh-sach.csv"
    file.write_text("Đơn vị cũ;Đơn vị mới\nKhông Có;Mới\n", encoding="utf-8")

    with pytest.raises(SystemExit) as ended:
        call_command(
            "import_reorganisation",
            str(file),
            "--committee=TU",
            "--by=btc",
            "--effective-on=01/07/2025",
            "--confirm",
        )

    assert ended.value.code == 3
    assert not Reorganisation.objects.exists()


def test_ward_is_not_offered_to_take_back_what_the_department_did(world, client):
    done = confirm(
        world,
        row("NK2", "NK1", how="Sáp nhập"),
        by=world.department_user,
        committee=world.ward,
    )
    client.force_login(world.ward_user)

    page = client.get(reverse("reports:reorganisation_detail", args=[done.pk]))
    refused = client.get(reverse("reports:reorganisation_take_back", args=[done.pk]))

    assert "Hoàn tác lần sắp xếp này" not in page.content.decode()
    assert refused.status_code == 403


@pytest.mark.parametrize("version", ["abc", "", "-1", "²"])
def test_cancelling_with_any_version_is_answered_in_words(world, client, version):
    drafted = begin(world, row("NK2", "NK1", how="Sáp nhập"))
    client.force_login(world.department_user)

    answer = client.post(
        reverse("reports:reorganisation_cancel", args=[drafted.pk]),
        {"version": version},
    )

    drafted.refresh_from_db()
    assert answer.status_code in {302, 409}
    assert drafted.state == "draft"


def test_decision_confirmed_ahead_is_not_answered_or_edited(world, client):
    on = timezone.localdate() + timedelta(days=40)
    drafted = begin(world, row("NK2", "NK1", how="Sáp nhập"), on=on)
    mark = mark_of(proposal_of(drafted, by=world.department_user))
    confirm_reorganisation(
        drafted, mark=mark, today=timezone.localdate(), by=world.department_user
    )
    client.force_login(world.department_user)

    answers = [
        client.post(reverse(f"reports:{name}", args=[drafted.pk]), {}).status_code
        for name in (
            "reorganisation_answer",
            "reorganisation_decision",
            "reorganisation_columns",
            "reorganisation_sheet",
        )
    ]

    assert answers == [404, 404, 404, 404]


def test_first_row_beyond_the_list_is_refused_in_words(world, client):
    drafted = begin(world, row("NK2", "NK1", how="Sáp nhập"))
    client.force_login(world.department_user)
    url = reverse("reports:reorganisation_columns", args=[drafted.pk])

    answer = client.post(url, {"first_row": 99, "version": drafted.run.version})

    assert answer.status_code == 422
    assert "chỉ có 2 dòng" in answer.content.decode()


def test_inspector_reads_a_draft_as_its_author_may_act(world, client):
    drafted = begin(world, row("NK2", "NK1", how="Sáp nhập"))
    client.force_login(world.inspector_user)

    page = client.get(reverse("reports:reorganisation_detail", args=[drafted.pk]))

    assert "không thuộc phạm vi" not in page.content.decode()
