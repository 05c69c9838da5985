import pytest
from django.db import DatabaseError, connection, transaction

from evaluations import triggers
from evaluations.models import Evaluation, EvaluationStep
from evaluations.services.corrections import correct_evaluation
from evaluations.services.sheets import Entry
from evaluations.services.years import close_rating_year
from members.models import Registration
from tests.factories.evaluations import (
    confirm_all,
    make_decision,
    make_rating_year,
    propose_all,
    return_all,
)
from tests.factories.members import make_member
from tests.factories.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def locked(world):
    """A rated row of a closed year."""
    year = make_rating_year(world.city, by=world.department_user)
    good = year.rule_set.tiers.get(code="tot")
    year.evaluations.update(outcome="rated", tier=good)
    sheet = year.sheets.get()
    propose_all(sheet, by=world.cell_user)
    confirm_all(sheet, by=world.ward_user)
    return_all(sheet, by=world.ward_user)
    close_rating_year(year, decision=make_decision(), by=world.department_user)
    return Evaluation.objects.get()


def refused(change) -> bool:
    try:
        with transaction.atomic():
            change()
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize(
    "values",
    [
        {"state": "draft"},
        {"outcome": "not_rated", "tier": None, "reason": "x"},
        {"reason": "x"},
        {"on_roll": False},
        {"cell": None},
    ],
)
def test_database_refuses_to_change_a_locked_row(locked, values):
    rows = Evaluation.objects.filter(pk=locked.pk)

    assert refused(lambda: rows.update(**values))


def test_database_refuses_to_remove_a_locked_row(locked):
    assert refused(Evaluation.objects.filter(pk=locked.pk).delete)


def test_database_lets_a_draft_be_changed_and_removed(world):
    make_rating_year(world.city, by=world.department_user)

    Evaluation.objects.update(on_roll=False)
    Evaluation.objects.all().delete()

    assert not Evaluation.objects.exists()


def test_database_refuses_to_change_or_remove_a_stage(locked):
    steps = EvaluationStep.objects.filter(evaluation=locked)

    assert refused(lambda: steps.update(decided_by_name="Ai khác"))
    assert refused(lambda: steps.all()._raw_delete(steps.db))


def test_correction_of_a_locked_row_is_let_through(locked, world):
    fair = locked.rating_year.rule_set.tiers.get(code="kha")

    correct_evaluation(
        locked,
        entry=Entry(tier_id=fair.pk),
        reason="Nhập nhầm",
        decision=make_decision("Phạm Thị Xác"),
        by=world.ward_user,
    )

    assert Evaluation.objects.current().get().tier == fair


def test_locked_row_follows_the_member_of_its_stay_and_nobody_else(locked, world):
    other = make_member(world.workplace)
    rows = Evaluation.objects.filter(pk=locked.pk)

    before = refused(lambda: rows.update(member=other))
    Registration.objects.filter(pk=locked.registration_id).update(member=other)
    rows.update(member=other)

    assert before
    assert rows.get().member == other
    assert refused(lambda: rows.update(member=world.member))


def test_triggers_make_way_while_migrations_remake_the_tables_they_speak_of():
    triggers.make_way_for_migrations(using="default")
    if connection.vendor == "sqlite":
        with transaction.atomic(), connection.cursor() as cursor:
            # As Django changes a table there.
            cursor.execute("CREATE TABLE remade AS SELECT * FROM members_registration")
            cursor.execute("DROP TABLE members_registration")
            cursor.execute("ALTER TABLE remade RENAME TO members_registration")
            transaction.set_rollback(True)

    triggers.install_after_migrate(using="default")

    assert set(triggers.rules(connection)) <= trigger_names()


def trigger_names() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        return {name for (name,) in cursor.fetchall()}


def test_every_trigger_exists_after_migration():
    assert set(triggers.rules(connection)) <= trigger_names()
