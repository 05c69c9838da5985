from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from evaluations.models import Evaluation, RatingYear
from evaluations.services.sheets import (
    Edit,
    Entry,
    entry_of,
    fill_empty_rows,
    rules_of,
    save_sheet,
)
from party76.audit.models import AuditEvent
from tests.factories.evaluations import make_rating_year
from tests.factories.members import make_exemption, make_member, make_registration
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def rated(world):
    """The row of the world's member in a year with tiers."""
    year = make_rating_year(world.city, by=world.department_user)
    return year.evaluations.get()


@pytest.fixture
def commented(world):
    """The row of the world's member in a year with items."""
    year = make_rating_year(world.city, by=world.department_user, code="213")
    return year.evaluations.get()


def stored(row):
    return Evaluation.objects.select_related("comment", "tier").get(pk=row.pk)


def tier_of(row, code="tot"):
    return row.rating_year.rule_set.tiers.get(code=code)


def edit_of(row, entry, *, version=None):
    row = stored(row)
    return Edit(row.pk, version or row.version, entry_of(row), entry)


def save(row, entry, by, **fields):
    return save_sheet(row.sheet, edits=[edit_of(row, entry, **fields)], by=by)


def first_boxes(row):
    return {item.pk: item.options.all()[0].pk for item in rules_of(row.sheet).criteria}


def test_save_sheet_with_a_tier_rates_the_row(rated, world):
    tier = tier_of(rated)

    saved = save(rated, Entry(tier_id=tier.pk, text="  Tích cực. "), world.cell_user)

    row = stored(rated)
    assert [one.pk for one in saved.changed] == [rated.pk]
    assert (row.outcome, row.tier, row.state) == ("rated", tier, "draft")
    assert (row.comment.text, row.version) == ("Tích cực.", 2)


def test_save_sheet_with_every_item_comments_the_row(commented, world):
    boxes = first_boxes(commented)

    save(commented, Entry(answers=boxes), world.cell_user)

    assert stored(commented).outcome == "commented"
    assert entry_of(stored(commented)).answers == boxes


def test_save_sheet_with_an_item_missing_leaves_the_row_undecided(commented, world):
    boxes = first_boxes(commented)
    boxes.popitem()

    save(commented, Entry(answers=boxes), world.cell_user)

    assert stored(commented).outcome == "undecided"
    assert entry_of(stored(commented)).answers == boxes


def test_save_sheet_clears_what_was_taken_back(commented, world):
    save(commented, Entry(answers=first_boxes(commented)), world.cell_user)

    save(commented, Entry(), world.cell_user)

    assert stored(commented).outcome == "undecided"
    assert entry_of(stored(commented)) == Entry()


@pytest.mark.parametrize("outcome", ["not_rated", "elsewhere"])
def test_save_sheet_leaves_out_only_with_a_reason(rated, world, outcome):
    refused = save(rated, Entry(left_out=outcome, reason=" "), world.cell_user)
    accepted = save(
        rated,
        Entry(left_out=outcome, reason="Mới tiếp nhận", tier_id=tier_of(rated).pk),
        world.cell_user,
    )

    assert "lý do" in refused.errors[rated.pk]
    assert accepted.errors == {}
    row = stored(rated)
    assert (row.outcome, row.reason, row.tier) == (outcome, "Mới tiếp nhận", None)


def test_save_sheet_without_a_change_writes_nothing(rated, world):
    before = AuditEvent.objects.count()

    saved = save(rated, entry_of(stored(rated)), world.cell_user)

    assert (saved.changed, stored(rated).version) == ([], 1)
    assert AuditEvent.objects.count() == before


def test_save_sheet_after_somebody_else_shows_both_values(rated, world):
    good, fair = tier_of(rated), tier_of(rated, "kha")
    opened = edit_of(rated, Entry(tier_id=fair.pk))
    save(rated, Entry(tier_id=good.pk), world.ward_user)

    saved = save_sheet(rated.sheet, edits=[opened], by=world.cell_user)

    conflict = saved.conflicts[rated.pk]
    assert (conflict.theirs.tier_id, conflict.yours.tier_id) == (good.pk, fair.pk)
    assert stored(rated).tier == good


def test_save_sheet_after_somebody_else_wrote_the_same_is_no_conflict(rated, world):
    entry = Entry(tier_id=tier_of(rated).pk)
    opened = edit_of(rated, entry)
    save(rated, entry, world.ward_user)

    saved = save_sheet(rated.sheet, edits=[opened], by=world.cell_user)

    assert (saved.conflicts, saved.changed) == ({}, [])


def test_save_sheet_leaves_a_row_alone_that_was_not_touched_here(rated, world):
    untouched = edit_of(rated, entry_of(stored(rated)))
    save(rated, Entry(tier_id=tier_of(rated).pk), world.ward_user)

    saved = save_sheet(rated.sheet, edits=[untouched], by=world.cell_user)

    assert saved.conflicts == {}
    assert stored(rated).tier == tier_of(rated)


def test_save_sheet_saves_the_other_rows_beside_a_conflict(rated, world):
    other = make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    row = Evaluation.objects.create(
        rating_year=rated.rating_year,
        sheet=rated.sheet,
        registration=other,
        member=other.member,
        ward=world.ward,
        cell=world.cell,
        workplace=world.workplace,
        sector="agency",
    )
    entry = Entry(tier_id=tier_of(rated, "kha").pk)
    edits = [edit_of(rated, entry), edit_of(row, entry)]
    save(rated, Entry(tier_id=tier_of(rated).pk), world.ward_user)

    saved = save_sheet(rated.sheet, edits=edits, by=world.cell_user)

    assert list(saved.conflicts) == [rated.pk]
    assert [one.pk for one in saved.changed] == [row.pk]
    assert stored(row).outcome == "rated"


def test_save_sheet_refuses_a_row_past_its_draft(rated, world):
    Evaluation.objects.update(outcome="not_rated", reason="Đi xa", state="proposed")

    saved = save(rated, Entry(tier_id=tier_of(rated).pk), world.cell_user)

    assert "đã chuyển bước" in saved.errors[rated.pk]
    assert stored(rated).outcome == "not_rated"


def test_save_sheet_refuses_choices_of_other_rules(rated, commented, world):
    foreign = first_boxes(commented)

    tier = save(commented, Entry(tier_id=tier_of(rated).pk), world.cell_user)
    boxes = save(rated, Entry(answers=foreign), world.cell_user)

    assert "không thuộc quy định" in tier.errors[commented.pk]
    assert "không thuộc phiếu" in boxes.errors[rated.pk]


def test_save_sheet_refuses_words_that_are_too_long(rated, world):
    saved = save(rated, Entry(text="x" * 1001), world.cell_user)

    assert "1000 ký tự" in saved.errors[rated.pk]


def test_save_sheet_does_not_reach_the_rows_of_another_sheet(rated, world):
    theirs = make_registration(
        make_member(world.workplace), world.ward, cell=world.sister_cell
    )
    make_rating_year(
        world.ward,
        by=world.department_user,
        period=(date(2013, 1, 1), date(2014, 1, 1)),
    )
    row = Evaluation.objects.get(registration=theirs)
    edit = edit_of(row, Entry(tier_id=tier_of(row).pk))

    saved = save_sheet(rated.sheet, edits=[edit], by=world.cell_user)

    assert saved.changed == []
    assert stored(row).tier is None


def test_save_sheet_does_not_touch_the_exempt(rated, world):
    make_exemption(world.registration)
    Evaluation.objects.update(outcome="exempt")

    saved = save(rated, Entry(tier_id=tier_of(rated).pk), world.cell_user)

    assert saved.changed == []
    assert stored(rated).outcome == "exempt"


def test_save_sheet_of_a_closed_year_is_refused(rated, world):
    RatingYear.objects.update(state="closed")

    with pytest.raises(ValidationError, match="đã khóa"):
        save(rated, Entry(tier_id=tier_of(rated).pk), world.cell_user)


def test_save_sheet_keeps_names_and_words_out_of_the_lasting_record(rated, world):
    save(rated, Entry(tier_id=tier_of(rated).pk, text="Gương mẫu"), world.cell_user)

    event = AuditEvent.objects.first()
    assert (event.object_type, event.facts, event.count) == ("sheet", {"rows": 1}, 1)
    assert "Gương mẫu" in str(event.detail.payload)


def choose_good(row):
    tier_id = tier_of(row).pk
    return lambda _, entry: (
        entry if entry.tier_id or entry.left_out else replace(entry, tier_id=tier_id)
    )


def test_fill_empty_rows_touches_only_rows_without_a_choice_and_is_logged(rated, world):
    for _ in range(2):
        make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    year = make_rating_year(world.ward, by=world.department_user)
    first, second, third = Evaluation.objects.filter(rating_year=year).order_by("pk")
    save(first, Entry(tier_id=tier_of(first, "kha").pk), world.cell_user)
    save(second, Entry(left_out="not_rated", reason="Đi học"), world.cell_user)

    filled = fill_empty_rows(
        first.sheet, choose=choose_good(first), what="tier-tot", by=world.cell_user
    )

    assert [row.pk for row in filled] == [third.pk]
    assert [stored(row).result for row in (first, second, third)] == [
        "Khá",
        "Không nhận xét (có lý do)",
        "Tốt",
    ]
    assert AuditEvent.objects.first().facts == {"rows": 1, "filled": "tier-tot"}


def test_fill_empty_rows_keeps_the_words_already_written(rated, world):
    save(rated, Entry(text="Nhiệt tình"), world.cell_user)

    fill_empty_rows(
        rated.sheet, choose=choose_good(rated), what="tier-tot", by=world.cell_user
    )

    assert entry_of(stored(rated)).text == "Nhiệt tình"


def test_save_sheet_of_150_people_takes_few_statements(
    world, django_assert_max_num_queries
):
    for _ in range(149):
        make_registration(make_member(world.workplace), world.ward, cell=world.cell)
    year = make_rating_year(world.city, by=world.department_user)
    tier = year.rule_set.tiers.first()
    sheet = year.sheets.get()
    edits = [
        Edit(row.pk, row.version, Entry(), Entry(tier_id=tier.pk, text="Tốt"))
        for row in sheet.evaluations.all()
    ]

    with django_assert_max_num_queries(20):
        saved = save_sheet(sheet, edits=edits, by=world.cell_user)

    assert len(saved.changed) == 150
