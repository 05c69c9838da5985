from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from evaluations.models import Comment, Evaluation, EvaluationStep, RatingYear
from evaluations.services.corrections import correct_evaluation
from evaluations.services.sheets import Edit, Entry, entry_of, rules_of, save_sheet
from evaluations.services.steps import (
    lock_evaluations,
    propose_evaluations,
    send_back_evaluations,
)
from party76.audit.models import AuditEvent
from tests.factories.evaluations import (
    confirm_all,
    make_consultation,
    make_decision,
    make_rating_year,
    propose_all,
    return_all,
    versions_of,
)
from tests.factories.members import make_exemption, make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def sheet(world):
    """Two people of one cell: the first rated tốt, the second undecided."""
    make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    year = make_rating_year(world.city, by=world.department_user)
    first = year.evaluations.order_by("pk").first()
    first.tier = year.rule_set.tiers.get(code="tot")
    first.outcome = "rated"
    first.save()
    return year.sheets.get()


def rows_of(sheet):
    return list(sheet.evaluations.current().order_by("pk"))


def test_propose_leaves_out_and_lists_the_undecided(sheet, world):
    first, second = rows_of(sheet)

    done = propose_all(sheet, by=world.cell_user)

    assert [row.pk for row in done.moved] == [first.pk]
    assert done.left_out == {second.pk: "Chưa nhận xét."}
    assert [row.state for row in rows_of(sheet)] == ["proposed", "draft"]


def test_propose_keeps_who_decided_apart_from_who_typed(sheet, world):
    decision = make_decision("Trần Văn Bí", from_signed_paper=True)

    propose_all(sheet, by=world.ward_user, decision=decision)

    step = EvaluationStep.objects.get()
    assert (step.from_state, step.to_state) == ("draft", "proposed")
    assert (step.decided_by_name, step.entered_by) == ("Trần Văn Bí", world.ward_user)
    assert (step.decided_on, step.from_signed_paper) == (decision.on, True)
    assert (step.outcome, step.tier.code) == ("rated", "tot")


def test_propose_leaves_out_a_row_somebody_changed_meanwhile(sheet, world):
    seen = versions_of(sheet)
    first, _ = rows_of(sheet)
    Evaluation.objects.filter(pk=first.pk).update(version=2)

    with pytest.raises(ValidationError, match="vừa sửa"):
        propose_evaluations(
            sheet, versions=seen, decision=make_decision(), by=world.cell_user
        )

    assert rows_of(sheet)[0].state == "draft"


def test_propose_of_nobody_is_refused(sheet, world):
    with pytest.raises(ValidationError, match="ít nhất một người"):
        propose_evaluations(
            sheet, versions={}, decision=make_decision(), by=world.cell_user
        )


@pytest.mark.parametrize(
    ("decision", "sentence"),
    [
        (make_decision("  "), "họ tên"),
        (make_decision(on=date(2999, 1, 1)), "sau ngày hôm nay"),
    ],
)
def test_propose_wants_a_name_and_a_day_that_has_come(sheet, world, decision, sentence):
    with pytest.raises(ValidationError, match=sentence):
        propose_all(sheet, by=world.cell_user, decision=decision)


def test_propose_under_213_wants_the_consultation_and_every_item(world):
    year = make_rating_year(world.city, by=world.department_user, code="213")
    sheet = year.sheets.get()
    (row,) = rows_of(sheet)
    boxes = {item.pk: found[0].pk for item, found in rules_of(sheet).boxes.items()}
    row.outcome = "commented"
    row.save()
    with pytest.raises(ValidationError, match="Ban công tác Mặt trận"):
        propose_evaluations(
            sheet, versions={row.pk: 1}, decision=make_decision(), by=world.cell_user
        )
    with pytest.raises(ValidationError, match="Còn mục chưa chọn"):
        propose_all(sheet, by=world.cell_user)

    entry = Entry(answers=boxes)
    save_sheet(sheet, edits=[edit(row, entry)], by=world.cell_user)
    propose_all(sheet, by=world.cell_user)

    comment = Comment.objects.get()
    assert comment.consulted_on == make_consultation().on
    assert comment.consulted_with == make_consultation().with_whom
    positions = {str(item.position): 1 for item in rules_of(sheet).criteria}
    assert EvaluationStep.objects.get().answers == positions


def edit(row, entry):
    return Edit(row.pk, row.version, Entry(), entry)


@pytest.mark.parametrize("name", ["Trần Văn Bí", "TRẦN VĂN BÍ", "đồng chí Tran Van Bi"])
def test_confirm_by_whoever_proposed_is_refused(sheet, world, name):
    propose_all(sheet, by=world.cell_user, decision=make_decision("Trần Văn Bí"))

    with pytest.raises(ValidationError, match="phải khác người đã đề xuất"):
        confirm_all(sheet, by=world.ward_user, decision=make_decision(name))


def test_confirm_by_another_person_may_be_typed_by_the_same_account(sheet, world):
    propose_all(sheet, by=world.ward_user)

    confirm_all(sheet, by=world.ward_user)

    assert rows_of(sheet)[0].state == "confirmed"


def test_confirm_compares_with_the_latest_proposal(sheet, world):
    propose_all(sheet, by=world.cell_user, decision=make_decision("Phạm Thị Xác"))
    send_back_evaluations(
        sheet,
        versions=versions_of(sheet),
        reason="Xem lại",
        decision=make_decision("Lê Văn Khác"),
        by=world.ward_user,
    )
    propose_all(sheet, by=world.cell_user, decision=make_decision("Trần Văn Bí"))

    confirm_all(sheet, by=world.ward_user, decision=make_decision("Phạm Thị Xác"))

    assert rows_of(sheet)[0].state == "confirmed"


def test_confirm_before_the_day_of_the_proposal_is_refused(sheet, world):
    propose_all(sheet, by=world.cell_user)
    early = make_decision("Phạm Thị Xác", on=make_decision().on - timedelta(days=1))

    with pytest.raises(ValidationError, match="trước ngày của bước trước"):
        confirm_all(sheet, by=world.ward_user, decision=early)


def test_confirm_of_a_draft_is_refused(sheet, world):
    with pytest.raises(ValidationError, match="Đang soạn"):
        confirm_all(sheet, by=world.ward_user)


def test_send_back_keeps_the_reason_and_what_was_proposed(sheet, world):
    propose_all(sheet, by=world.cell_user)

    send_back_evaluations(
        sheet,
        versions={rows_of(sheet)[0].pk: rows_of(sheet)[0].version},
        reason="Vắng hai kỳ họp",
        decision=make_decision("Phạm Thị Xác"),
        by=world.ward_user,
    )

    row = rows_of(sheet)[0]
    assert (row.state, row.outcome) == ("draft", "rated")
    step = EvaluationStep.objects.last()
    assert (step.to_state, step.reason, step.tier.code) == (
        "draft",
        "Vắng hai kỳ họp",
        "tot",
    )


def test_send_back_without_a_reason_is_refused(sheet, world):
    propose_all(sheet, by=world.cell_user)

    with pytest.raises(ValidationError, match="lý do"):
        send_back_evaluations(
            sheet,
            versions=versions_of(sheet),
            reason=" ",
            decision=make_decision("Phạm Thị Xác"),
            by=world.ward_user,
        )


def test_five_people_may_be_returned_while_the_others_are_still_open(sheet, world):
    propose_all(sheet, by=world.cell_user)
    confirm_all(sheet, by=world.ward_user)

    return_all(sheet, by=world.ward_user)

    assert [row.state for row in rows_of(sheet)] == ["returned", "draft"]


def test_returned_row_is_not_sent_back_any_more(sheet, world):
    go_to_returned(sheet, world)

    with pytest.raises(ValidationError, match="Đã trả về nơi công tác"):
        send_back_evaluations(
            sheet,
            versions=versions_of(sheet),
            reason="Xem lại",
            decision=make_decision("Phạm Thị Xác"),
            by=world.ward_user,
        )


def go_to_returned(sheet, world):
    propose_all(sheet, by=world.cell_user)
    confirm_all(sheet, by=world.ward_user)
    return_all(sheet, by=world.ward_user)


def test_lock_follows_the_return(sheet, world):
    go_to_returned(sheet, world)

    lock_evaluations(
        sheet,
        versions=versions_of(sheet),
        decision=make_decision("Vũ Thị Ban"),
        by=world.department_user,
    )

    assert rows_of(sheet)[0].state == "locked"
    assert EvaluationStep.objects.count() == 4


def test_exempt_rows_take_no_step(sheet, world):
    make_exemption(world.registration)
    Evaluation.objects.update(outcome="exempt", tier=None)

    with pytest.raises(ValidationError, match="ít nhất một người"):
        propose_all(sheet, by=world.cell_user)


def test_steps_of_a_closed_year_are_refused(sheet, world):
    RatingYear.objects.update(state="closed")

    with pytest.raises(ValidationError, match="đã khóa"):
        propose_all(sheet, by=world.cell_user)


def test_step_records_one_event_without_names_in_the_lasting_part(sheet, world):
    before = AuditEvent.objects.count()

    propose_all(sheet, by=world.cell_user)

    assert AuditEvent.objects.count() == before + 1
    event = AuditEvent.objects.first()
    assert (event.action, event.count, event.facts["to"]) == ("step", 1, "proposed")
    assert "Trần" not in str(event.facts)
    assert event.detail.payload["decided_by_name"] == "Trần Văn Bí"


def test_correction_is_a_new_row_that_names_the_old(sheet, world):
    go_to_returned(sheet, world)
    old = rows_of(sheet)[0]
    fair = old.rating_year.rule_set.tiers.get(code="kha")

    new = correct_evaluation(
        old,
        entry=Entry(tier_id=fair.pk, text="Vắng một kỳ"),
        reason="Nhập nhầm mức",
        decision=make_decision("Phạm Thị Xác"),
        by=world.ward_user,
    )

    old.refresh_from_db()
    assert (new.corrects, new.is_current, old.is_current) == (old, True, False)
    assert (old.tier.code, new.tier.code, new.state) == ("tot", "kha", "returned")
    assert entry_of(new).text == "Vắng một kỳ"
    assert new.steps.get().reason == "Nhập nhầm mức"


@pytest.mark.parametrize(
    ("change", "reason", "sentence"),
    [
        ({}, "Nhầm", "không khác"),
        ({"tier_id": None}, "Nhầm", "đầy đủ"),
        ({"text": "Khác"}, " ", "lý do"),
        ({"left_out": "not_rated"}, "Nhầm", "lý do vì sao"),
    ],
)
def test_correction_wants_a_reason_and_a_complete_change(
    sheet, world, change, reason, sentence
):
    go_to_returned(sheet, world)
    old = rows_of(sheet)[0]

    with pytest.raises(ValidationError, match=sentence):
        correct_evaluation(
            old,
            entry=replace(entry_of(old), **change),
            reason=reason,
            decision=make_decision("Phạm Thị Xác"),
            by=world.ward_user,
        )

    old.refresh_from_db()
    assert old.is_current


def test_correction_of_a_draft_or_of_an_old_row_is_refused(sheet, world):
    first, second = rows_of(sheet)
    go_to_returned(sheet, world)
    fair = first.rating_year.rule_set.tiers.get(code="kha")
    arguments = {
        "entry": Entry(tier_id=fair.pk),
        "reason": "Nhầm",
        "decision": make_decision("Phạm Thị Xác"),
        "by": world.ward_user,
    }
    with pytest.raises(ValidationError, match="đã trả về nơi công tác"):
        correct_evaluation(second, **arguments)
    correct_evaluation(first, **arguments)

    with pytest.raises(ValidationError, match="bản đính chính khác"):
        correct_evaluation(first, **arguments)


def test_a_decision_of_today_is_accepted(sheet, world):
    today = make_decision(on=timezone.localdate())

    propose_all(sheet, by=world.cell_user, decision=today)

    assert rows_of(sheet)[0].state == "proposed"
