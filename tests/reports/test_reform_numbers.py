"""What a preview promises is what the act does, and who is who is told."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations.models import Evaluation, RatingYear
from members.models import Kind, Registration, Reorganisation
from members.services.reorganisations.lists import (
    confirm_reorganisation,
    mark_of,
    proposal_of,
)
from reports.queries.reorganisations import consequences
from reports.views.reform_pages import groups_of, names_of
from tests.factories.evaluations import make_rating_year
from tests.factories.members import make_committee, make_member, make_registration
from tests.factories.residence import make_meeting
from tests.factories.world import make_world
from tests.members.reforms import DAY, TODAY, begin, row

pytestmark = pytest.mark.django_db

MERGE = [
    row("NK1", "Chi bộ Khu vực 12", how="Hợp nhất", parent="NK"),
    row("NK2", "Chi bộ Khu vực 12", how="Hợp nhất", parent="NK"),
]
SPLIT_WARD = [
    row("NK", "CK", part="Một phần", how="Chia tách"),
    row("NK", "NK", part="Phần còn lại", how="Giữ nguyên"),
]
END_CELL = [row("NK1", "", how="Kết thúc hoạt động")]
ABSORB_WARD = [row("NK", "CK", how="Sáp nhập")]
MERGE_OFFICES = [row("SYT", "CVL", how="Sáp nhập")]


@pytest.fixture
def world():
    """Two cells with people, a letter under way, a coming meeting, drafts of a year."""
    world = make_world()
    for number, cell in enumerate((world.cell, world.cell, world.sister_cell, None)):
        member = make_member(
            world.workplace,
            full_name="Trần Văn Bình" if number < 2 else f"Ngô Thị Số {number}",
            card_number=f"22.00000{number}",
        )
        make_registration(member, world.ward, cell=cell)
    Registration.objects.create(
        member=make_member(world.workplace),
        workplace=world.workplace,
        ward=world.ward,
        state=Registration.State.SENT,
        sent_on=date(2025, 5, 5),
    )
    make_meeting(world.cell, held_on=timezone.localdate() + timedelta(days=5))
    make_rating_year(
        world.city,
        by=world.department_user,
        code="213",
        period=(date(2025, 1, 1), date(2026, 1, 1)),
        reference_day=date(2025, 12, 1),
    )
    return world


def told_and_done(world, rows, answers=None):
    """(counts of the preview, counts of the act, people of each unit as promised, done)."""
    reform = begin(world, *rows)
    if answers:
        proposal = proposal_of(reform, by=world.department_user)
        (part,) = proposal.parts
        reform.run.choices = {part.key: answers}
        reform.run.save()
    proposal = proposal_of(reform, by=world.department_user)
    assert proposal.stands_in_the_way == []
    told = consequences(proposal.plan, names_of(proposal), is_clear=True)
    promised = [group.people for group in groups_of(proposal, told)]
    done = confirm_reorganisation(
        reform, mark=mark_of(proposal), today=TODAY, by=world.department_user
    )
    counts = {name: n for name, n in done.counts.items() if name != "last_keys"}
    return told.trial, counts, promised


@pytest.mark.parametrize(
    "rows", [MERGE, END_CELL, ABSORB_WARD, MERGE_OFFICES], ids=lambda rows: rows[0][7]
)
def test_numbers_promised_are_the_numbers_done(world, rows):
    trial, counts, _ = told_and_done(world, rows)

    assert trial.counts == counts
    assert counts["stays"] > 0
    assert counts["drafts"] > 0


@pytest.mark.parametrize("way", ["people", "cells"])
def test_numbers_of_a_division_are_the_numbers_done(world, way):
    answers = {
        "people": {"people": "22.000000\nNgô Thị Số 2"},
        "cells": {"cells": [world.cell.pk]},
    }[way]

    trial, counts, promised = told_and_done(world, SPLIT_WARD, answers)

    assert trial.counts == counts
    assert counts["stays"] == {"people": 2, "cells": 3}[way]
    assert promised == {"people": [2, 3], "cells": [3, 2]}[way]
    assert trial.without_cell == {"people": 2, "cells": 0}[way]


def test_people_of_a_cell_that_ends_without_successor_are_said_to_be_without_one(world):
    trial, _, _ = told_and_done(world, END_CELL)

    assert trial.without_cell == 3


def test_trial_writes_nothing(world):
    reform = begin(world, *ABSORB_WARD)
    proposal = proposal_of(reform, by=world.department_user)
    before = list(Evaluation.objects.values_list("pk", "sheet", "version"))

    consequences(proposal.plan, names_of(proposal), is_clear=True)

    assert list(Evaluation.objects.values_list("pk", "sheet", "version")) == before
    assert Reorganisation.objects.get().state == "draft"
    assert RatingYear.objects.count() == 1


def shown(client, world, reform):
    client.force_login(world.department_user)
    return client.get(reverse("reports:reorganisation_detail", args=[reform.pk]))


def answer(client, reform, **boxes):
    """Send the form of the preview with these boxes of the only division."""
    page = client.get(reverse("reports:reorganisation_detail", args=[reform.pk]))
    ((_, cells, people, nobody),) = page.context["form"].part_items()
    names = {"cells": cells and cells.html_name, "people": people.html_name}
    names["nobody"] = nobody.html_name
    values = {names[key]: value for key, value in boxes.items()}
    url = reverse("reports:reorganisation_answer", args=[reform.pk])
    posts = {f"post_{move.post.pk}": "move" for move in page.context["form"].posts}
    version = page.context["run"].version
    return client.post(url, {"version": version, **posts, **values}, follow=True)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_division_not_answered_is_not_counted_and_repeated_rows_neither(client, world):
    asked = shown(client, world, begin(world, *SPLIT_WARD))
    twice = shown(client, world, begin(world, *ABSORB_WARD, *ABSORB_WARD))

    assert [group.people for group in asked.context["groups"]] == [None, None]
    assert "chưa tính" in text_of(asked)
    (group,) = twice.context["groups"]
    assert [(one.name, one.people) for one in group.origins] == [
        ("Đảng ủy phường Ninh Kiều", 5)
    ]


def test_people_of_one_name_are_told_apart_and_those_found_are_named(client, world):
    reform = begin(world, *SPLIT_WARD)
    client.force_login(world.department_user)

    page = answer(client, reform, people="Trần Văn Bình\nLê Thị Hòa")

    text = text_of(page)
    assert "“Trần Văn Bình”: có 2 đồng chí cùng tên" in text
    assert text.count("“Trần Văn Bình”") == 1
    assert "số thẻ 22.000000, Chi bộ Khu vực 1" in text
    assert "số thẻ 22.000001, Chi bộ Khu vực 1" in text
    assert "<li>Lê Thị Hòa <span" in text
    assert "bản xem trước đã tính lại" not in text


def test_nobody_goes_and_somebody_goes_is_refused(client, world):
    reform = begin(world, *SPLIT_WARD)
    client.force_login(world.department_user)

    page = answer(client, reform, people="Lê Thị Hòa", nobody="on")

    reform.run.refresh_from_db()
    assert page.status_code == 422
    assert "thì bỏ chọn ô này" in text_of(page)
    assert reform.run.choices == {}


def test_cells_to_choose_say_how_many_people_they_have(client, world):
    page = shown(client, world, begin(world, *SPLIT_WARD))

    assert "Chi bộ Khu vực 1 (3 đồng chí)" in text_of(page)
    assert "Chi bộ Khu vực 2 (1 đồng chí)" in text_of(page)


def test_units_of_one_name_are_offered_with_their_wards(client, world):
    make_committee(world.sister_ward, kind=Kind.CELL, name="Chi bộ Khu vực 1")

    page = shown(
        client, world, begin(world, row("Chi bộ Khu vực 1", "Chi bộ A", how="Đổi tên"))
    )

    text = text_of(page)
    assert "Chi bộ Khu vực 1, Đảng ủy phường Ninh Kiều (mã NK1)" in text
    assert "Chi bộ Khu vực 1, Đảng ủy phường Cái Khế (mã " in text


def test_lines_of_a_done_decision_name_the_wards(client, world):
    trial_rows = [row("NK1", "CK", how="Sáp nhập")]
    reform = begin(world, *trial_rows)
    proposal = proposal_of(reform, by=world.department_user)
    confirm_reorganisation(
        reform, mark=mark_of(proposal), today=TODAY, by=world.department_user
    )

    (line,) = shown(client, world, reform).context["lines"]

    assert reform.effective_on == DAY
    assert (line.old_parent, line.new_parent) == (
        "Đảng ủy phường Ninh Kiều",
        "Thành ủy Cần Thơ",
    )
