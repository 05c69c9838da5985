"""The strict client, and an audit table that tests may empty."""

import pytest
from django.db import connection
from hypothesis import settings

from party76.audit import triggers
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

    The audit's own triggers forbid that, so they make way for this one moment.
    """
    flush = connection.ops.execute_sql_flush

    def flush_audit_too(statements):
        triggers.remove(connection)
        flush(statements)
        triggers.install(connection)

    connection.ops.execute_sql_flush = flush_audit_too


@pytest.fixture
def client_class():
    """For a test in which several people are logged in."""
    return StrictClient
