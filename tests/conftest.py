"""The strict client, and an audit table that tests may empty."""

import pytest
from django.db import connection
from hypothesis import settings

from evaluations import triggers as evaluation_triggers
from party76.audit import triggers as audit_triggers
from tests.strict_client import StrictClient

# The same examples each time, and no haste: a busy machine is not a fault.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")


@pytest.fixture
def client():
    """Django's test client, which refuses what no page of ours may do."""
    return StrictClient()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """A test with real transactions ends by emptying all tables.

    Triggers of the audit and of locked results forbid that, so they make way for
    this one moment. On the class: beside a browser Django opens another connection.
    """
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_guarded_too(self, statements):
        for guard in (audit_triggers, evaluation_triggers):
            guard.remove(self.connection)
        flush(self, statements)
        for guard in (audit_triggers, evaluation_triggers):
            guard.install(self.connection)

    operations.execute_sql_flush = flush_guarded_too


@pytest.fixture
def client_class():
    """For a test in which several people are logged in."""
    return StrictClient
