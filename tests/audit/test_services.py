import hashlib
import json

import pytest
from django.db import DatabaseError, connection, transaction

from party76.audit import triggers
from party76.audit.models import Action, AuditDetail, AuditEvent
from party76.audit.services import changes, record, values_of
from tests.factories.members import make_committee, make_member, make_user

pytestmark = pytest.mark.django_db

ROWS = ["audit_auditevent", "audit_auditdetail"]


@pytest.fixture
def event():
    member = make_member(make_committee())
    return record(
        Action.UPDATE,
        member,
        by=make_user(username="phuong"),
        committee_code="NK",
        facts={"fields": ["phone"]},
        personal={"phone": ["", "0900 000 001"]},
    )


def test_record_keeps_who_did_what_to_which_row(event):
    stored = AuditEvent.objects.get(pk=event.pk)

    assert (stored.actor_name, stored.action, stored.object_type) == (
        "phuong",
        "update",
        "member",
    )
    assert stored.committee_code == "NK"
    assert stored.facts == {"fields": ["phone"]}


def test_record_keeps_personal_values_apart_under_a_salted_hash(event):
    detail = event.detail
    text = json.dumps(detail.payload, ensure_ascii=False, sort_keys=True)

    assert "0900" not in json.dumps(event.facts)
    assert (
        event.detail_hash == hashlib.sha256((detail.salt + text).encode()).hexdigest()
    )


def test_record_takes_two_statements_at_most(django_assert_num_queries):
    user = make_user()
    user.posts  # noqa: B018 read once a request, before any record

    with django_assert_num_queries(2):
        record(Action.LIST, "member", by=user, count=300, personal={"q": "Hòa"})


def test_changes_names_only_what_differs():
    member = make_member(make_committee(), phone="1", address="A")
    before = values_of(member, ["phone", "address"])
    member.phone = "2"

    assert changes(member, before) == {"phone": ["1", "2"]}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET actor_name = 'x'",
        "DELETE FROM audit_auditevent",
        "DELETE FROM audit_auditdetail",
        "UPDATE audit_auditdetail SET payload = '{}'",
    ],
)
def test_audit_rows_are_refused_any_change_by_the_database(event, statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AuditEvent.objects.get(pk=event.pk).actor_name == "phuong"


def test_personal_part_may_be_erased_and_the_event_stays(event):
    AuditDetail.objects.filter(pk=event.pk).update(payload=None)

    assert AuditEvent.objects.get(pk=event.pk).detail_hash == event.detail_hash


@pytest.mark.parametrize("table", ROWS)
def test_truncate_is_refused_on_postgresql(event, table):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")

    # Foreign keys still to be checked would be refused before the trigger speaks.
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_triggers_exist_after_all_migrations():
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {name for (name,) in cursor.fetchall()}

    assert found >= triggers.names(connection)
