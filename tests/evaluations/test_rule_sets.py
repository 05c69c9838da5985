from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from evaluations.models import Form, RuleSet
from evaluations.services.rulesets import create_standard_rule_sets
from party76.audit.models import AuditEvent
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def test_quy_dinh_76_has_four_tiers_and_no_items(world):
    rules, _ = create_standard_rule_sets(world.city, by=world.department_user)

    assert [tier.name for tier in rules.tiers.all()] == [
        "Tốt",
        "Khá",
        "Trung bình",
        "Chưa tốt",
    ]
    assert (rules.valid_from, rules.decimals) == (date(2000, 6, 15), 2)
    assert (rules.rounding, rules.forms.count()) == ("residual_to_largest", 0)
    assert rules.needs_consultation is False


def test_quy_dinh_213_has_items_of_three_boxes_and_no_tier(world):
    _, rules = create_standard_rule_sets(world.city, by=world.department_user)

    assert (rules.tiers.count(), rules.valid_from) == (0, date(2020, 1, 2))
    assert rules.needs_consultation is True
    ordinary = rules.forms.get(audience=Form.Audience.ORDINARY)
    assert [item.options.count() for item in ordinary.criteria.all()] == [3] * 6
    exempt = rules.forms.get(audience=Form.Audience.EXEMPT)
    assert [item.options.count() for item in exempt.criteria.all()] == [3] * 3


def test_quy_dinh_213_marks_the_item_on_attendance_and_the_proposal(world):
    _, rules = create_standard_rule_sets(world.city, by=world.department_user)

    items = rules.forms.get(audience=Form.Audience.ORDINARY).criteria.all()
    assert [item.position for item in items if item.is_attendance] == [3]
    assert [item.position for item in items if item.is_proposal] == [6]
    assert [box.name for box in items[5].options.all()] == [
        "Biểu dương",
        "Không đề nghị",
        "Xem xét xử lý",
    ]


def test_rule_sets_are_written_once_for_a_unit_and_recorded(world):
    create_standard_rule_sets(world.city, by=world.department_user)

    assert AuditEvent.objects.filter(object_type="ruleset").count() == 2
    with pytest.raises(ValidationError, match="đã có"):
        create_standard_rule_sets(world.city, by=world.department_user)


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2013, 12, 1), "76"), (date(2020, 1, 1), "76"), (date(2020, 1, 2), "213")],
)
def test_one_rule_set_is_in_force_on_each_day_for_the_unit_and_below(world, day, code):
    create_standard_rule_sets(world.city, by=world.department_user)

    found = RuleSet.objects.for_committee(world.cell, day)

    assert [rules.code for rules in found] == [code]


def test_command_writes_the_rule_sets(world, capsys):
    call_command("create_rule_sets", committee="TU", by="btc")

    assert RuleSet.objects.filter(committee=world.city).count() == 2
    assert "Quy định 213-QĐ/TW" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("committee", "by", "sentence"),
    [("KHONG", "btc", "đơn vị mã KHONG"), ("TU", "ai", "tài khoản ai")],
)
def test_command_names_what_it_does_not_know(world, committee, by, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("create_rule_sets", committee=committee, by=by)


def test_command_twice_is_refused_with_a_sentence(world):
    call_command("create_rule_sets", committee="TU", by="btc")

    with pytest.raises(CommandError, match="đã có"):
        call_command("create_rule_sets", committee="TU", by="btc")
