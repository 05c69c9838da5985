"""The database itself refuses to change a locked result or a stage, on both engines."""

from django.db import connections

_ROWS, _STEPS = "evaluations_evaluation", "evaluations_evaluationstep"
# What a lock holds fast; is_current alone changes, when a correction follows.
_HELD = [
    "rating_year_id",
    "registration_id",
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
# Whose result it is, the stay says: when two records of one person become one, or are
# parted again, the stay goes over and the locked row may follow it, nowhere else.
_FOLLOWS = (
    "NEW.member_id = (SELECT member_id FROM members_registration "
    "WHERE id = NEW.registration_id)"
)
_FOLLOWING = "locked_evaluation_follows_its_stay"
_REFUSE, _REFUSE_STRANGER = "evaluation_refuse", "evaluation_refuse_stranger"
_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION {_REFUSE}() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'locked evaluations and their stages are never changed';
END $$ LANGUAGE plpgsql;
CREATE OR REPLACE FUNCTION {_REFUSE_STRANGER}() RETURNS trigger AS $$
BEGIN
IF NOT ({_FOLLOWS}) THEN
RAISE EXCEPTION 'a locked evaluation follows the member of its stay';
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql
"""


def make_way_for_migrations(using, **kwargs) -> None:
    """SQLite remakes no table of which a trigger of another table speaks."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER IF EXISTS {_FOLLOWING}")


def install_after_migrate(using, **kwargs) -> None:
    connection = connections[using]
    if _STEPS in connection.introspection.table_names():
        install(connection)


def install(connection) -> None:
    """Create the triggers anew; safe to call any number of times."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTIONS)
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
        _FOLLOWING: (
            "UPDATE",
            _ROWS,
            f"{locked} AND NEW.member_id <> OLD.member_id",
        ),
        "locked_evaluation_is_never_removed": ("DELETE", _ROWS, locked),
        "evaluation_step_is_never_changed": ("UPDATE", _STEPS, ""),
        "evaluation_step_is_never_removed": ("DELETE", _STEPS, ""),
    }


def _statement(connection, name: str, event: str, table: str, condition: str) -> str:
    follows = name == _FOLLOWING
    if connection.vendor == "sqlite":
        condition = f"{condition} AND NOT ({_FOLLOWS})" if follows else condition
        when = f" WHEN {condition}" if condition else ""
        return (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table}{when} BEGIN "
            "SELECT RAISE(ABORT, 'locked evaluations and stages are never changed'); END"
        )
    # PostgreSQL asks no other table in WHEN: the function does.
    when = f" WHEN ({condition})" if condition else ""
    function = _REFUSE_STRANGER if follows else _REFUSE
    return (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW{when} "
        f"EXECUTE FUNCTION {function}()"
    )
