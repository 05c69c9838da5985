import uuid
from datetime import date

import pytest
from django.urls import reverse

from evaluations.models import Answer, Comment, RatingYear, Sheet
from party76.audit.models import AuditEvent
from residence.models import Attendance, Meeting
from tests.factories.evaluations import make_rating_year
from tests.factories.members import make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db
QUERIES_OF_THE_PAGE = 9


@pytest.fixture
def world():
    return make_world()


@pytest.mark.parametrize("code", ["76", "213"])
@pytest.mark.parametrize("people", [1, 3])
def test_sheet_detail_takes_the_same_queries_for_any_number_of_people(
    world, client, code, people, django_assert_num_queries
):
    for _ in range(people - 1):
        make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    year = make_rating_year(world.city, by=world.department_user, code=code)
    for row in year.evaluations.all():
        Comment.objects.create(evaluation=row, text="Tích cực")
    client.force_login(world.cell_user)
    url = reverse("evaluations:sheet_detail", args=[Sheet.objects.get().pk])

    # Session, account, posts and the record of the read are four of them.
    with django_assert_num_queries(4 + QUERIES_OF_THE_PAGE):
        response = client.get(url)

    assert response.status_code == 200


@pytest.fixture
def rated(world):
    """The sheet of a year with tiers: two people of the world's cell."""
    make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    return make_rating_year(world.city, by=world.department_user).sheets.get()


def rows_of(sheet):
    return list(sheet.evaluations.current().order_by("pk"))


def fields_of(page):
    """What a browser would send back from a page as it came."""
    form = {"submission_key": str(uuid.uuid4())}
    for row in page.context["drafts"]:
        form |= {
            f"{row.prefix}-v": row.evaluation.version,
            f"{row.prefix}-was": row.was,
            f"{row.prefix}-reason": row.entry.reason,
            f"{row.prefix}-text": row.entry.text,
        }
        for choice in (row.result, *row.items):
            form[choice.name] = choice.chosen
    return form


def tier(sheet, code):
    return f"t{sheet.rating_year.rule_set.tiers.get(code=code).pk}"


def url_of(sheet):
    return reverse("evaluations:sheet_detail", args=[sheet.pk])


def test_sheet_opens_with_every_tier_empty(world, client, rated):
    client.force_login(world.cell_user)

    page = client.get(url_of(rated))

    assert [row.result.chosen for row in page.context["drafts"]] == ["", ""]


def test_sheet_saves_what_was_chosen_and_returns_to_itself(world, client, rated):
    client.force_login(world.cell_user)
    first, second = rows_of(rated)
    form = fields_of(client.get(url_of(rated)))
    form[f"e{first.pk}-result"] = tier(rated, "kha")
    form[f"e{second.pk}-result"] = "not_rated"
    form[f"e{second.pk}-reason"] = "Mới tiếp nhận tháng 11"

    response = client.post(url_of(rated), form, follow=True)

    assert response.redirect_chain == [(url_of(rated), 302)]
    assert [row.result for row in rows_of(rated)] == [
        "Khá",
        "Không nhận xét (có lý do)",
    ]
    assert "Đã lưu 2 dòng" in response.content.decode()


def test_sheet_sent_twice_is_saved_once(world, client, rated):
    client.force_login(world.cell_user)
    first, _ = rows_of(rated)
    form = fields_of(client.get(url_of(rated)))
    form[f"e{first.pk}-result"] = tier(rated, "tot")

    client.post(url_of(rated), form)
    client.post(url_of(rated), form)

    assert rows_of(rated)[0].version == 2


def test_sheet_shows_a_row_without_reason_again_and_saves_the_other(
    world, client, rated
):
    client.force_login(world.cell_user)
    first, second = rows_of(rated)
    form = fields_of(client.get(url_of(rated)))
    form[f"e{first.pk}-result"] = "not_rated"
    form[f"e{first.pk}-text"] = "Đang xác minh"
    form[f"e{second.pk}-result"] = tier(rated, "tot")

    page = client.post(url_of(rated), form)

    assert page.status_code == 422
    (problem,) = page.context["problems"]
    assert (problem.result.chosen, problem.entry.text) == ("not_rated", "Đang xác minh")
    assert "lý do" in problem.error
    assert [row.outcome for row in rows_of(rated)] == ["undecided", "rated"]


def test_sheet_in_conflict_shows_both_values_and_loses_neither(world, client, rated):
    client.force_login(world.cell_user)
    first, second = rows_of(rated)
    form = fields_of(client.get(url_of(rated)))
    theirs = dict(form, submission_key=str(uuid.uuid4()))
    theirs[f"e{first.pk}-result"] = tier(rated, "tot")
    client.post(url_of(rated), theirs)
    form[f"e{first.pk}-result"] = tier(rated, "kha")
    form[f"e{second.pk}-result"] = tier(rated, "kha")

    page = client.post(url_of(rated), form)

    assert page.status_code == 409
    (problem,) = page.context["problems"]
    assert (problem.theirs_in_words, problem.yours_in_words) == ("Tốt", "Khá")
    assert problem.result.chosen == tier(rated, "kha")
    assert [row.result for row in rows_of(rated)] == ["Tốt", "Khá"]

    again = fields_of(page)
    client.post(url_of(rated), again)
    assert [row.result for row in rows_of(rated)] == ["Khá", "Khá"]


def test_sheet_in_conflict_may_keep_the_value_of_the_other(world, client, rated):
    client.force_login(world.cell_user)
    first, _ = rows_of(rated)
    form = fields_of(client.get(url_of(rated)))
    theirs = dict(form, submission_key=str(uuid.uuid4()))
    theirs[f"e{first.pk}-result"] = tier(rated, "tot")
    client.post(url_of(rated), theirs)
    form[f"e{first.pk}-result"] = tier(rated, "kha")
    again = fields_of(client.post(url_of(rated), form))
    again[f"e{first.pk}-theirs"] = "1"

    response = client.post(url_of(rated), again)

    assert response.status_code == 302
    assert rows_of(rated)[0].result == "Tốt"


def test_sheet_tells_when_a_row_was_proposed_meanwhile(world, client, rated):
    client.force_login(world.cell_user)
    first, _ = rows_of(rated)
    form = fields_of(client.get(url_of(rated)))
    rated.evaluations.filter(pk=first.pk).update(
        outcome="not_rated", reason="Đi xa", state="proposed"
    )
    form[f"e{first.pk}-result"] = tier(rated, "tot")

    page = client.post(url_of(rated), form)

    assert page.status_code == 422
    assert "đã chuyển bước" in page.content.decode()


def test_sheet_fills_only_those_not_chosen_after_saving_what_was_typed(
    world, client, rated
):
    client.force_login(world.cell_user)
    first, _ = rows_of(rated)
    form = fields_of(client.get(url_of(rated)))
    form[f"e{first.pk}-result"] = tier(rated, "kha")
    good = rated.rating_year.rule_set.tiers.get(code="tot")

    page = client.post(
        url_of(rated), form | {"do": "fill", "fill": f"tier-{good.pk}"}, follow=True
    )

    assert [row.result for row in rows_of(rated)] == ["Khá", "Tốt"]
    assert "Đã điền cho 1 đồng chí" in page.content.decode()


def test_sheet_asked_to_fill_nothing_says_so(world, client, rated):
    client.force_login(world.cell_user)
    form = fields_of(client.get(url_of(rated)))

    page = client.post(url_of(rated), form | {"do": "fill", "fill": ""}, follow=True)

    assert "chọn nội dung điền" in page.content.decode()
    assert [row.outcome for row in rows_of(rated)] == ["undecided", "undecided"]


def test_sheet_fills_the_item_on_attendance_from_the_marks_of_each(world, client):
    other = make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    new = make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    year = make_rating_year(world.city, by=world.department_user, code="213")
    make_marks(world.cell, {world.registration: "present", other: "absent"})
    sheet = year.sheets.get()
    client.force_login(world.cell_user)
    page = client.get(url_of(sheet))
    (item,) = [one for one in page.context["rules"].criteria if one.is_attendance]
    assert f"e{rows_of(sheet)[0].pk}-c{item.pk}" in page.content.decode()
    assert [row.hint for row in page.context["drafts"]].count("") == 1

    client.post(
        url_of(sheet),
        fields_of(page) | {"do": "fill", "fill": f"item-{item.pk}-marks"},
    )

    boxes = {
        answer.comment.evaluation.registration: answer.option.position
        for answer in Answer.objects.filter(criterion=item)
    }
    assert boxes == {world.registration: 1, other: 3}
    assert new not in boxes


def make_marks(cell, statuses):
    """A closed meeting of 2024 with these marks."""
    meeting = Meeting.objects.create(
        committee=cell,
        title="Kỳ họp",
        held_on=date(2024, 6, 1),
        period_from=date(2024, 1, 1),
        period_to=date(2024, 7, 1),
        state=Meeting.State.CLOSED,
    )
    for number, (stay, status) in enumerate(statuses.items(), 1):
        Attendance.objects.create(
            meeting=meeting,
            registration=stay,
            member=stay.member,
            number=number,
            ward=stay.ward,
            cell=stay.cell,
            workplace=stay.workplace,
            status=status,
        )
    return meeting


def test_sheet_of_a_closed_year_is_read_and_not_filled_in(world, client, rated):
    RatingYear.objects.update(state="closed")
    client.force_login(world.cell_user)

    page = client.get(url_of(rated))

    assert (page.context["can_edit"], page.context["stages"]) == (False, [])
    assert "<textarea" not in page.content.decode()


def test_sheet_takes_odd_values_for_none(world, client, rated):
    client.force_login(world.cell_user)
    first, _ = rows_of(rated)
    key = f"e{first.pk}"
    form = {
        "submission_key": str(uuid.uuid4()),
        f"{key}-v": "1",
        f"{key}-was": "[]",
        f"{key}-result": "tx",
    }

    response = client.post(url_of(rated), form)

    assert response.status_code == 302
    assert rows_of(rated)[0].outcome == "undecided"


def step_url(sheet, stage):
    return reverse("evaluations:sheet_step", args=[sheet.pk, stage])


def decision_fields(**fields):
    return {
        "submission_key": str(uuid.uuid4()),
        "name": "Trần Văn Bí",
        "post": "Bí thư chi bộ",
        "on": "05/12/2024",
        **fields,
    }


def test_step_page_moves_the_ticked_rows_and_names_the_others(world, client, rated):
    first, second = rows_of(rated)
    good = rated.rating_year.rule_set.tiers.get(code="tot")
    rated.evaluations.filter(pk=first.pk).update(outcome="rated", tier=good)
    client.force_login(world.cell_user)

    page = client.get(step_url(rated, "de-xuat"))
    response = client.post(
        step_url(rated, "de-xuat"),
        decision_fields(row=[f"{first.pk}.1", f"{second.pk}.1", "odd"]),
        follow=True,
    )

    assert [row.evaluation for row in page.context["ready"]] == [first]
    assert [row.evaluation for row in page.context["left_out"]] == [second]
    shown = response.content.decode()
    assert "Đã đề xuất 1 đồng chí." in shown
    assert f"{second.member.full_name}: Chưa nhận xét." in shown
    assert [row.state for row in rows_of(rated)] == ["proposed", "draft"]


def test_step_page_without_a_decider_is_shown_again_with_its_ticks(
    world, client, rated
):
    first, second = rows_of(rated)
    rated.evaluations.update(outcome="not_rated", reason="Đi xa")
    client.force_login(world.cell_user)

    page = client.post(
        step_url(rated, "de-xuat"), decision_fields(name="", row=[f"{second.pk}.1"])
    )

    assert page.status_code == 422
    ticks = {row.evaluation: row.ticked for row in page.context["ready"]}
    assert ticks == {first: False, second: True}


def test_step_page_names_the_account_where_it_decides_itself(world, client, rated):
    rated.evaluations.update(outcome="not_rated", reason="Đi xa")
    names = {}
    for user in (world.cell_user, world.ward_user):
        client.force_login(user)
        form = client.get(step_url(rated, "de-xuat")).context["form"]
        names[user] = form.initial.get("name", "")

    assert names == {world.cell_user: world.cell_user.full_name, world.ward_user: ""}


def test_send_back_page_ticks_nobody_beforehand(world, client, rated):
    rated.evaluations.update(outcome="not_rated", reason="Đi xa", state="proposed")
    client.force_login(world.ward_user)

    page = client.get(step_url(rated, "tra-lai"))

    assert [row.ticked for row in page.context["ready"]] == [False, False]


def test_correction_page_writes_a_new_row(world, client, rated):
    first, _ = rows_of(rated)
    good, fair = (rated.rating_year.rule_set.tiers.get(code=c) for c in ("tot", "kha"))
    rated.evaluations.filter(pk=first.pk).update(
        outcome="rated", tier=good, state="returned"
    )
    client.force_login(world.ward_user)
    url = reverse("evaluations:evaluation_correct", args=[first.pk])

    refused = client.post(
        url,
        decision_fields(reason="Nhầm") | {f"e{first.pk}-result": f"t{good.pk}"},
    )
    accepted = client.post(
        url,
        decision_fields(reason="Nhầm") | {f"e{first.pk}-result": f"t{fair.pk}"},
    )

    assert (refused.status_code, accepted.status_code) == (422, 302)
    assert first.corrected_by.tier == fair


def test_read_of_a_sheet_is_recorded_with_its_count(world, client, rated):
    client.force_login(world.cell_user)

    client.get(url_of(rated))

    event = AuditEvent.objects.first()
    assert (event.action, event.object_type, event.count) == ("list", "sheet", 2)


@pytest.mark.parametrize("sheets", [1, 3])
def test_sheet_list_takes_the_same_queries_for_any_number_of_sheets(
    world, client, sheets, django_assert_num_queries
):
    for cell in (None, world.sister_cell)[: sheets - 1]:
        make_registration(make_member(world.workplace), world.ward, cell=cell)
    make_rating_year(world.city, by=world.department_user)
    client.force_login(world.department_user)

    with django_assert_num_queries(10):
        page = client.get(reverse("evaluations:sheet_list"))

    assert len(page.context["rows"]) == sheets


def test_sheet_list_turns_pages_by_key(world, client, monkeypatch):
    monkeypatch.setattr("evaluations.views.sheets.SHEETS_PER_PAGE", 1)
    make_registration(make_member(world.workplace), world.ward, cell=None)
    make_rating_year(world.city, by=world.department_user)
    client.force_login(world.ward_user)
    url = reverse("evaluations:sheet_list")

    first = client.get(url).context
    second = client.get(url, {"after": first["next"]}).context
    back = client.get(url, {"before": second["previous"]}).context

    cells = [page["rows"][0].sheet.cell for page in (first, second, back)]
    assert cells == [world.cell, None, world.cell]
    assert (first["previous"], second["next"]) == (None, None)
