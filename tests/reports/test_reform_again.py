"""A list brought in again, a form filled in again, a decision done again."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from members.models import Committee, Reorganisation
from members.services.reorganisations.lists import (
    confirm_reorganisation,
    give_up,
    mark_of,
    proposal_of,
)
from members.services.reorganisations.run import take_back
from reports.queries.todos.reforms import reform_todos
from tests.factories.members import make_committee
from tests.factories.world import make_world
from tests.members.reforms import begin, confirm, row

pytestmark = pytest.mark.django_db

GOOD = row("Phường Ninh Kiều", "Phường Ninh Kiều Mới", how="Đổi tên")
WRONG = row("Phường Không Có", "Phường Khác", how="Đổi tên")
AHEAD = timezone.localdate() + timedelta(days=40)
BY_HAND = {
    "effective_on": "01/07/2025",
    "with_2_typed": "NK2",
    "new_name": "Chi bộ Khu vực 12",
}


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def department(client, world):
    client.force_login(world.department_user)
    return client


def page(name: str, reform) -> str:
    return reverse(f"reports:reorganisation_{name}", args=[reform.pk])


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def merge_by_hand(client, world, **fields) -> Reorganisation:
    url = reverse("reports:reorganisation_unit", args=[world.cell.pk])
    answer = client.post(f"{url}?hinh_thuc=merge", BY_HAND | fields)
    assert answer.status_code == 302, text_of(answer)
    return Reorganisation.objects.latest("pk")


def schedule(world, *rows) -> Reorganisation:
    reform = begin(world, *rows, on=AHEAD)
    mark = mark_of(proposal_of(reform, by=world.department_user))
    return confirm_reorganisation(
        reform, mark=mark, today=timezone.localdate(), by=world.department_user
    )


# The list


def test_whole_list_goes_out_with_reasons_and_comes_in_again(department, world):
    reform = begin(world, GOOD, WRONG)

    file = department.get(page("bad_rows", reform)).content
    book = load_workbook(BytesIO(file))
    lines = list(book.active.iter_rows(values_only=True))
    for cell in book.active[3]:
        if cell.value == "Phường Không Có":
            cell.value = "Phường Tân An"
    mended = BytesIO()
    book.save(mended)
    upload = SimpleUploadedFile("da-sua.xlsx", mended.getvalue())
    answer = department.post(
        page("replace", reform), {"file": upload, "version": reform.run.version}
    )

    olds = {line[0]: line for line in lines[1:]}
    assert set(olds) == {"Phường Ninh Kiều", "Phường Không Có"}
    assert not any("Không có đơn vị" in str(one) for one in olds["Phường Ninh Kiều"])
    assert any("Không có đơn vị" in str(one) for one in olds["Phường Không Có"])
    assert answer["Location"] == page("detail", reform)
    again = Reorganisation.objects.select_related("run", "committee").get()
    proposal = proposal_of(again, by=world.department_user)
    assert proposal.stands_in_the_way == []
    assert len(proposal.plan.changes) == 2
    assert again.run_id == reform.run_id


def test_replacing_a_list_keeps_what_was_answered(department, world):
    reform = begin(world, GOOD, WRONG, choices={"posts_to_end": [1]})

    department.post(
        page("replace", reform),
        {"rows": "Đơn vị cũ\tĐơn vị mới\nSYT\tSở Y", "version": reform.run.version},
    )

    reform.run.refresh_from_db()
    assert reform.run.choices["posts_to_end"] == [1]


def test_list_replaced_meanwhile_is_not_overwritten(department, world):
    reform = begin(world, GOOD)
    rows = {"rows": "Đơn vị cũ\tĐơn vị mới\nSYT\tSở Y"}

    first = department.post(page("replace", reform), rows | {"version": 1})
    second = department.post(page("replace", reform), rows | {"version": 1})

    assert (first.status_code, second.status_code) == (302, 409)


def test_list_of_a_confirmed_decision_is_not_replaced(department, world):
    reform = schedule(world, GOOD)

    assert department.get(page("replace", reform)).status_code == 404


def test_preview_of_a_wrong_list_leads_to_where_it_comes_in_again(department, world):
    reform = begin(world, GOOD, WRONG)

    text = text_of(department.get(page("detail", reform)))

    assert f'href="{page("replace", reform)}"' in text
    assert f'href="{page("bad_rows", reform)}"' in text


def test_nothing_chosen_to_replace_a_list_says_so(department, world):
    reform = begin(world, GOOD)

    answer = department.post(page("replace", reform), {"version": 1})

    assert answer.status_code == 422
    assert "Đồng chí chọn tệp, hoặc dán danh sách vào ô dưới." in text_of(answer)


# One unit by hand


def test_entry_by_hand_has_a_title_and_nothing_of_a_list(department, world):
    reform = merge_by_hand(department, world)

    text = text_of(department.get(page("detail", reform)))
    todos = [todo.text for todo in reform_todos(world.department_user, AHEAD)]
    listed = text_of(department.get(reverse("reports:reorganisation_list")))

    title = "Hợp nhất Chi bộ Khu vực 1, Chi bộ Khu vực 2"
    assert reform.title == title
    assert todos == [f"Sắp xếp tổ chức chưa rõ số ({title}): chưa xác nhận"]
    assert title in listed
    for words in ("Nhận cột", "Sửa lại các cột", "Dòng số", "Bỏ qua", "Danh sách dán"):
        assert words not in text


def test_entry_by_hand_that_cannot_be_says_why_at_the_top(department, world):
    reform = merge_by_hand(department, world, new_name="Thứ gì đó")
    other = begin(world, row("NK1", "", how="Đổi tên"))
    other.run.choices = {"by_hand": reform.run.choices["by_hand"]}
    other.run.save()

    shown = department.get(page("detail", other))

    assert "1 dòng của danh sách còn lỗi." not in shown.context["obstacles"]
    assert shown.context["obstacles"] != []


def test_entry_by_hand_is_filled_in_again_in_the_same_decision(department, world):
    reform = merge_by_hand(department, world)

    shown = department.get(page("replace", reform))
    filled = {one.html_name: one.value() for one in shown.context["form"]}
    department.post(
        page("replace", reform),
        BY_HAND
        | {
            "version": reform.version,
            "title": reform.title,
            "new_name": "Chi bộ Khu vực 13",
            "with_2_typed": "CK",
        },
    )

    assert (filled["with_2"], filled["new_name"]) == (
        world.sister_cell.pk,
        "Chi bộ Khu vực 12",
    )
    again = Reorganisation.objects.select_related("run", "committee").get()
    plan = proposal_of(again, by=world.department_user).plan
    assert [new.name for new in plan.new_units] == ["Chi bộ Khu vực 13"]
    assert again.title == "Hợp nhất Chi bộ Khu vực 1, Đảng ủy phường Cái Khế"


def test_title_of_ones_own_is_kept(department, world):
    reform = merge_by_hand(department, world, title="Theo Nghị quyết của phường")

    assert reform.title == "Theo Nghị quyết của phường"


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        ("rename", "Đồng chí nhập tên của đơn vị mới."),
        ("reclassify", "Đồng chí chọn loại tổ chức hoặc khối mới."),
        ("absorb", "Đồng chí nhập tên đơn vị nhận."),
    ],
)
def test_box_left_empty_is_asked_for_by_its_name(
    department, world, operation, sentence
):
    url = reverse("reports:reorganisation_unit", args=[world.ward.pk])

    answer = department.post(f"{url}?hinh_thuc={operation}", {"title": "Chưa đủ"})

    assert sentence in text_of(answer)


# Again, after it was taken back or cancelled


def test_decision_taken_back_shows_what_it_was_and_is_done_again(department, world):
    reform = confirm(world, GOOD)
    take_back(reform, reason="Nhầm", version=reform.version, by=world.department_user)

    shown = department.get(page("detail", reform))
    department.get(page("again", reform))
    answer = department.post(page("again", reform), {"effective_on": "02/07/2025"})

    (decided,) = shown.context["decided"]
    assert (decided.old, decided.new) == (
        "Phường Ninh Kiều",
        "Đảng ủy phường Ninh Kiều Mới",
    )
    assert f'href="{page("again", reform)}"' in text_of(shown)
    new = Reorganisation.objects.latest("pk")
    assert answer["Location"] == page("columns", new)
    assert (new.state, new.run.workbook) == ("draft", reform.run.workbook)


def test_entry_by_hand_that_was_cancelled_is_filled_in_again(department, world):
    reform = merge_by_hand(department, world)
    give_up(reform, version=reform.version, by=world.department_user)

    shown = department.get(page("again", reform))
    department.post(page("again", reform), BY_HAND)

    assert shown.context["form"]["new_name"].value() == "Chi bộ Khu vực 12"
    assert Reorganisation.objects.filter(state="draft").count() == 1


def test_list_that_was_emptied_is_asked_for_again_with_the_decision(department, world):
    reform = begin(world, GOOD, title="Sắp xếp phường")
    give_up(reform, version=reform.version, by=world.department_user)

    answer = department.get(page("again", reform), follow=True)

    assert answer.context["form"]["title"].value() == "Sắp xếp phường"


def test_decision_in_force_is_not_done_again(department, world):
    reform = confirm(world, GOOD)

    assert department.get(page("again", reform)).status_code == 404


# What stands in the way of taking it back


def test_taking_back_what_others_stand_on_says_so_before_the_form(department, world):
    first = confirm(world, GOOD)
    second = confirm(
        world,
        row("NK", "Phường Bến Ninh Kiều", how="Đổi tên"),
        on=date(2025, 8, 1),
    )

    shown = department.get(page("take_back", first))

    text = text_of(shown)
    assert 0 < len(shown.context["standing"]) <= 5
    assert shown.context["later"] == [second]
    assert f'href="{page("detail", second)}"' in text
    assert 'name="reason"' not in text
    assert "btn-danger" not in text


# A decision that waits for its day


def test_unit_with_a_decision_to_come_says_so_and_a_second_one_warns(department, world):
    waiting = schedule(world, GOOD)
    second = begin(world, row("NK", "CK", how="Sáp nhập"))
    other = begin(world, row("SYT", "Sở Y", how="Đổi tên"))
    url = f'href="{page("detail", waiting)}"'

    unit = reverse("members:committee_detail", args=[world.ward.pk])
    choose = reverse("reports:reorganisation_unit", args=[world.ward.pk])
    shown = [text_of(department.get(one)) for one in (unit, choose)]
    previews = [department.get(page("detail", one)) for one in (second, other)]

    assert [url in text for text in shown] == [True, True]
    assert [one.context["waiting"] for one in previews] == [[waiting], []]
    assert "Chờ đến ngày hiệu lực" in text_of(department.get(page("detail", waiting)))


def test_decision_to_come_is_not_told_to_who_may_not_read_it(client, world):
    schedule(world, GOOD)
    client.force_login(world.workplace_user)

    shown = client.get(reverse("members:committee_detail", args=[world.ward.pk]))

    assert shown.context["waiting"] == []
    assert "/sap-xep/" not in text_of(shown)


def test_history_of_a_unit_leads_to_its_decisions(department, world):
    reform = confirm(world, GOOD)

    shown = department.get(reverse("members:committee_detail", args=[world.ward.pk]))

    assert f'<a href="{page("detail", reform)}" >số 12-QĐ/TU</a>' in text_of(shown)


# The type-ahead


def test_units_beside_the_one_in_hand_are_offered_first(department, world):
    far = make_committee(
        world.sister_ward, name="Chi bộ Khu vực 2", kind="cell", code="AA2"
    )

    names = department.get(
        reverse("members:unit_options"), {"q": "khu vuc 2", "near": world.cell.pk}
    ).json()["units"]
    swapped = department.get(
        reverse("members:unit_options"), {"q": "khu vuc 2", "near": far.pk}
    ).json()["units"]

    assert [one["id"] for one in names] == [world.sister_cell.pk, far.pk]
    assert [one["id"] for one in swapped] == [far.pk, world.sister_cell.pk]
    assert "thuộc Đảng ủy phường Ninh Kiều" in names[0]["detail"]


def test_units_of_ones_own_scope_are_offered_first(client, world):
    far = make_committee(
        world.sister_ward, name="Chi bộ Khu vực 2", kind="cell", code="AA2"
    )
    client.force_login(world.sister_user)

    found = client.get(reverse("members:unit_options"), {"q": "khu vuc 2"}).json()

    assert [one["id"] for one in found["units"]] == [far.pk, world.sister_cell.pk]
    assert Committee.objects.get(pk=far.pk).parent == world.sister_ward
