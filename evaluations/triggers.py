"""The database itself refuses to change a locked result or a stage, on both engines."""

from django.db import connections

_ROWS, _STEPS = "evaluations_evaluation", "evaluations_evaluationstep"
# What a lock holds fast; is_current alone changes, when a correction follows.
_HELD = [
    "rating_year_id",
    "registration_id",
    "member_id",
    "ward_id",
    "cell_id",
    "workplace_id",
    "sector",
    "outside_city",
    "on_roll",
    "outcome",
    "reason",
    "tier_id",
    "state",
    "corrects_id",
]
_CHANGED = {
    "sqlite": " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _HELD),
    "postgresql": " OR ".join(
        f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _HELD
    ),
}
_FUNCTION = """
CREATE OR REPLACE FUNCTION evaluation_refuse() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'locked evaluations and their stages are never changed';
END $$ LANGUAGE plpgsql
"""


def install_after_migrate(using, **kwargs) -> None:
    connection = connections[using]
    if _STEPS in connection.introspection.table_names():
        install(connection)


def install(connection) -> None:
    """Create the triggers anew; safe to call any number of times."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for name, (event, table, condition) in rules(connection).items():
            cursor.execute(_statement(connection, name, event, table, condition))


def remove(connection) -> None:
    """Take the triggers away, for tests that empty the tables."""
    on_table = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for name, (_, table, _) in rules(connection).items():
            place = f" ON {table}" if on_table else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{place}")


def rules(connection) -> dict[str, tuple[str, str, str]]:
    """{trigger: (event, table, condition)} of this engine."""
    changed = _CHANGED[connection.vendor]
    locked = "OLD.state = 'locked'"
    return {
        "locked_evaluation_is_never_changed": (
            "UPDATE",
            _ROWS,
            f"{locked} AND ({changed})",
        ),
        "locked_evaluation_is_never_removed": ("DELETE", _ROWS, locked),
        "evaluation_step_is_never_changed": ("UPDATE", _STEPS, ""),
        "evaluation_step_is_never_removed": ("DELETE", _STEPS, ""),
    }


def _statement(connection, name: str, event: str, table: str, condition: str) -> str:
    if connection.vendor == "sqlite":
        when = f" WHEN {condition}" if condition else ""
        return (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table}{when} BEGIN "
            "SELECT RAISE(ABORT, 'locked evaluations and stages are never changed'); END"
        )
    when = f" WHEN ({condition})" if condition else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW{when} "
        "EXECUTE FUNCTION evaluation_refuse()"
    )
