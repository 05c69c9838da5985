from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from evaluations.documents import comment_paper
from evaluations.models import Answer, Comment, Evaluation
from evaluations.services.sheets import rules_of
from residence.models import Meeting
from residence.signals import reasons_changing
from tests.evaluations.test_sheet_pages import make_marks
from tests.factories.evaluations import make_rating_year
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def row_of(year):
    return Evaluation.objects.for_page().get(rating_year=year)


def test_paper_under_213_has_its_items_with_the_chosen_boxes(world):
    year = make_rating_year(world.city, by=world.department_user, code="213")
    comment = Comment.objects.create(
        evaluation=year.evaluations.get(), consulted_on=date(2024, 12, 4)
    )
    item, boxes = next(iter(rules_of(year.sheets.get()).boxes.items()))
    Answer.objects.create(comment=comment, criterion=item, option=boxes[1])

    paper = comment_paper(row_of(year))

    assert paper.title == "PHIẾU NHẬN XÉT"
    assert paper.subtitle == (
        "đảng viên đang công tác thường xuyên giữ mối liên hệ với tổ chức đảng "
        "và nhân dân nơi cư trú"
    )
    assert [box.ticked for box in paper.items[0].boxes] == [False, True, False]
    assert not any(box.ticked for one in paper.items[1:] for box in one.boxes)
    assert (len(paper.items), paper.next_number, paper.tiers) == (6, 7, [])
    assert paper.opening == (
        "Chi ủy Chi bộ Khu vực 1 đã họp với Ban công tác Mặt trận ngày 04/12/2024 "
        "và thống nhất nhận xét:"
    )


def test_paper_not_yet_agreed_leaves_the_day_open(world):
    year = make_rating_year(world.city, by=world.department_user, code="213")

    assert "ngày …… tháng …… năm" in comment_paper(row_of(year)).opening


def test_paper_under_76_has_the_tiers_of_its_year(world):
    year = make_rating_year(world.city, by=world.department_user)
    good = year.rule_set.tiers.get(code="tot")
    year.evaluations.update(outcome="rated", tier=good)

    paper = comment_paper(row_of(year))

    assert [box.name for box in paper.tiers if box.ticked] == ["Tốt"]
    assert (paper.items, paper.opening) == ([], "Chi ủy Chi bộ Khu vực 1 nhận xét:")


def test_paper_of_the_exempt_is_their_own_form(world):
    year = make_rating_year(world.city, by=world.department_user, code="213")
    year.evaluations.update(outcome="exempt")

    assert len(comment_paper(row_of(year)).items) == 3


def test_print_page_has_both_signatures_and_leaves_number_and_date_open(world, client):
    year = make_rating_year(world.city, by=world.department_user, code="213")
    client.force_login(world.cell_user)

    page = client.get(reverse("evaluations:comment_print", args=[row_of(year).pk]))

    shown = " ".join(page.content.decode().split())
    for text in (
        "T/M CHI BỘ",
        "XÁC NHẬN CỦA ĐẢNG ỦY",
        "Số: ………",
        "ngày …… tháng …… năm ………",
        world.member.full_name,
    ):
        assert text in shown


def test_reasons_of_absence_stand_once_a_comment_on_them_is_proposed(world):
    year = make_rating_year(world.city, by=world.department_user, code="213")
    meeting = make_marks(world.cell, {world.registration: "absent"})
    reasons_changing.send(sender=Meeting, meeting=meeting)
    year.evaluations.update(outcome="commented", state="proposed")

    with pytest.raises(ValidationError, match="đã được đề xuất"):
        reasons_changing.send(sender=Meeting, meeting=meeting)
