"""The database itself refuses to change or remove audit events, on both engines."""

from django.db import connections

_EVENTS, _DETAILS = "audit_auditevent", "audit_auditdetail"

_SQLITE_RULES = {
    "audit_event_is_never_changed": f"BEFORE UPDATE ON {_EVENTS}",
    "audit_event_is_never_removed": f"BEFORE DELETE ON {_EVENTS}",
    "audit_detail_is_never_removed": f"BEFORE DELETE ON {_DETAILS}",
    "audit_detail_is_only_erased": (
        f"BEFORE UPDATE ON {_DETAILS} WHEN NEW.payload IS NOT NULL"
    ),
}
_POSTGRESQL_RULES = {
    "audit_event_is_never_changed": (
        f"BEFORE UPDATE OR DELETE ON {_EVENTS} FOR EACH ROW"
    ),
    "audit_event_is_never_emptied": f"BEFORE TRUNCATE ON {_EVENTS}",
    "audit_detail_is_never_emptied": f"BEFORE TRUNCATE ON {_DETAILS}",
    "audit_detail_is_never_removed": f"BEFORE DELETE ON {_DETAILS} FOR EACH ROW",
    "audit_detail_is_only_erased": (
        f"BEFORE UPDATE ON {_DETAILS} FOR EACH ROW WHEN (NEW.payload IS NOT NULL)"
    ),
}
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'audit rows are append-only'; END $$ LANGUAGE plpgsql
"""


def install_after_migrate(using, **kwargs) -> None:
    connection = connections[using]
    if _EVENTS in connection.introspection.table_names():
        install(connection)


def install(connection) -> None:
    """Create the triggers anew; safe to call any number of times."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, when in _SQLITE_RULES.items():
                cursor.execute(
                    f"CREATE TRIGGER {name} {when} BEGIN "
                    "SELECT RAISE(ABORT, 'audit rows are append-only'); END"
                )
            return
        cursor.execute(_POSTGRESQL_FUNCTION)
        for name, when in _POSTGRESQL_RULES.items():
            cursor.execute(
                f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION audit_refuse()"
            )


def remove(connection) -> None:
    """Take the triggers away, for tests that empty the tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _SQLITE_RULES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            return
        for name, when in _POSTGRESQL_RULES.items():
            table = _EVENTS if f" ON {_EVENTS}" in when else _DETAILS
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")


def names(connection) -> set[str]:
    """The triggers that must exist on this engine."""
    rules = _SQLITE_RULES if connection.vendor == "sqlite" else _POSTGRESQL_RULES
    return set(rules)
